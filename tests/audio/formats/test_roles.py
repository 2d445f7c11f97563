from __future__ import annotations

import pytest

from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.rip_log_banners import is_rip_log
from archiver.audio.formats.roles import role_of
from archiver.model.audio import Role
from tests.samples.sidecars import DiscTrack, eac_log, whipper_log, xld_log


@pytest.mark.parametrize(
    ("extension", "role"),
    [
        *(
            (extension, Role.AUDIO)
            for extension in ("mp3", "flac", "m4a", "wv", "ape", "tak", "dsf", "mid", "xm", "ncm")
        ),
        *((extension, Role.ARTWORK) for extension in ("jpg", "png", "webp", "heic", "svg", "tif")),
        *(
            (extension, Role.DOCUMENT)
            for extension in ("txt", "nfo", "pdf", "html", "rtf", "docx", "doc", "lrc", "md")
        ),
        *((extension, Role.PLAYLIST) for extension in ("m3u", "m3u8", "pls", "xspf", "wpl")),
        *(
            (extension, Role.CHECKSUM)
            for extension in ("md5", "sfv", "ffp", "st5", "sha1", "sha256", "sha512")
        ),
        *(
            (extension, Role.OTHER)
            for extension in ("", "exe", "mkv", "mov", "zip", "log", "url", "dat", "xyz")
        ),
        ("cue", Role.CUE),
        ("accurip", Role.LOG),
    ],
)
def test_role_by_name_where_the_bytes_say_nothing(extension: str, role: Role) -> None:
    assert role_of(None, extension, b"", moving_picture=False) is role


@pytest.mark.parametrize(
    ("kind", "extension", "role"),
    [
        (Kind.JPEG, "mp3", Role.ARTWORK),
        (Kind.MP3, "jpg", Role.AUDIO),
        (Kind.HTML, "mp3", Role.DOCUMENT),
        (Kind.ZIP, "zip", Role.OTHER),
        (Kind.ZIP, "docx", Role.DOCUMENT),
        (Kind.ID3, "mp3", Role.AUDIO),
        (Kind.OGG_THEORA, "ogg", Role.OTHER),
        (Kind.LOCKED, "ncm", Role.AUDIO),
    ],
)
def test_bytes_win_over_the_name(kind: Kind, extension: str, role: Role) -> None:
    assert role_of(kind, extension, b"", moving_picture=False) is role


def test_a_film_is_other() -> None:
    assert role_of(Kind.MP4, "mp4", b"", moving_picture=True) is Role.OTHER
    assert role_of(Kind.MP4, "mp4", b"", moving_picture=False) is Role.AUDIO


TRACKS = [DiscTrack("One", "1.flac", 15000), DiscTrack("Two", "2.flac", 16000)]


@pytest.mark.parametrize(
    "log",
    [
        eac_log(TRACKS, album="Album"),
        xld_log(TRACKS, album="Album").encode(),
        whipper_log(TRACKS, album="Album").encode(),
        b"dBpoweramp Release 17.7 Digital Audio Extraction Log",
        b"Log created by: morituri 0.2.3",
        b"\xfe\xff" + "Exact Audio Copy V1.6".encode("utf-16-be"),
    ],
)
def test_rip_logs_are_known_by_their_banner(log: bytes) -> None:
    assert is_rip_log(log)
    assert role_of(None, "log", log, moving_picture=False) is Role.LOG
    assert role_of(None, "txt", log, moving_picture=False) is Role.LOG
    assert role_of(None, "nfo", log, moving_picture=False) is Role.DOCUMENT


def test_other_logs_are_not() -> None:
    assert not is_rip_log(b"12:00 server started\n")
    assert not is_rip_log(b"x" * 5000 + b"Exact Audio Copy")
    assert not is_rip_log(b"\xff\xfe\x00")
    assert role_of(None, "log", b"12:00 server started\n", moving_picture=False) is Role.OTHER
