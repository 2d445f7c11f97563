from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.containers.window import Window
from archiver.audio.evidence.find import MAX_PER_CODE
from archiver.audio.evidence.text import find_text_evidence
from archiver.audio.formats.text_file import MAX_BYTES, lines_of, text_encoding
from archiver.model.audio import Role
from archiver.model.evidence import Evidence
from tests.audio.evidence.frames import told
from tests.samples import jpeg
from tests.samples.sidecars import DiscTrack, cue_sheet, eac_log, playlist_m3u8, whipper_log, xld_log

TRACKS = [DiscTrack("One", "01.flac", 15000), DiscTrack("Two", "02.flac", 16000)]


EAC = eac_log(TRACKS, album="Album").decode("utf-16")


def evidence(data: bytes, role: Role) -> tuple[Evidence, ...]:
    return find_text_evidence(Window(io.BytesIO(data), len(data)), role)


@pytest.mark.parametrize(
    ("log", "program", "encoding"),
    [
        (EAC, "exact audio copy", "utf-16"),
        (EAC, "exact audio copy", "utf-8-sig"),
        (EAC.replace("Album", "Альбом песен"), "exact audio copy", "cp1251"),
        (xld_log(TRACKS, album="A"), "x lossless decoder", "utf-8"),
        (whipper_log(TRACKS, album="A"), "whipper", "utf-8"),
        ("Logfile created by: morituri 0.2.3\n", "morituri", "utf-8"),
        ("dBpoweramp Release 14.2 Digital Audio Extraction Log\n", "dbpoweramp", "utf-8"),
        ("CUERipper v2.1.4 Copyright (C) 2008-12\n", "cueripper", "utf-8"),
    ],
)
def test_logs_are_known_by_their_banner(log: str, program: str, encoding: str) -> None:
    found = evidence(log.encode(encoding, "replace"), Role.LOG)
    (banner,) = [item for item in found if item.code == "rip-log"]
    assert (banner.value or "").casefold().startswith(program)
    assert banner.locator.startswith("line ")


def test_a_banner_far_down_is_none() -> None:
    assert evidence(b"x\n" * 3000 + b"Exact Audio Copy V1.0\n", Role.LOG) == ()


def test_log_checksums_are_only_said_to_be_there() -> None:
    assert ("rip-log-checksum", "EAC log checksum present") in told(evidence(EAC.encode(), Role.LOG))


def test_whipper_hash_is_compared_with_the_lines_before_it() -> None:
    body = "Log created by: whipper 0.10.0 (internal logger)\n\nCD metadata:\n  Release: x\n"
    log = f"{body}\nSHA-256 hash: {hashlib.sha256(body.encode()).hexdigest().upper()}\n"
    assert ("rip-log-checksum", "whipper SHA-256 matches the lines before it") in told(
        evidence(log.encode(), Role.LOG)
    )
    changed = log.replace("Release: x", "Release: y")
    assert ("rip-log-checksum", "whipper SHA-256 does not match the lines before it") in told(
        evidence(changed.encode(), Role.LOG)
    )


def test_accurate_rips_are_counted() -> None:
    log = "Exact Audio Copy V1.6\n" + "     Accurately ripped (confidence 9)  [ABCD1234]\n" * 3
    log += "     Cannot be verified as accurate (confidence 2)\nAll tracks accurately ripped\n"
    assert ("accuraterip", "3 lines report an accurate rip") in told(evidence(log.encode(), Role.LOG))


def test_paths_in_logs_and_playlists_are_located_and_not_quoted() -> None:
    log = eac_log(TRACKS, album="A", folder="C:\\Users\\Jane Roe\\Music").decode("utf-16")
    found = evidence(log.encode("utf-16"), Role.LOG)
    paths = [item for item in found if item.code == "home-path"]
    assert len(paths) == 2
    assert "Jane" not in repr(found)
    number, _, offset = paths[0].locator.removeprefix("line ").partition("@")
    assert "Jane Roe" in log.splitlines()[int(number) - 1]
    assert (
        log.encode("utf-16")[int(offset) :].decode("utf-16-le").startswith(log.splitlines()[int(number) - 1])
    )
    listing = playlist_m3u8([("/home/jane/Music/a.mp3", "A", 1)])
    assert told(evidence(listing.encode(), Role.PLAYLIST)) == [("home-path", None)]


def test_a_long_playlist_is_counted() -> None:
    data = "".join(f"/home/jane/{number}.mp3\n" for number in range(5000)).encode()
    found = evidence(data, Role.PLAYLIST)
    assert len(found) == MAX_PER_CODE + 1
    assert (
        found[-1].locator == f"{5000 - MAX_PER_CODE} more, the first at line 21@{data.index(b'/20.mp3') - 10}"
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp1252"]
)
def test_addresses_in_every_encoding(encoding: str) -> None:
    words = "Запись и сведение" if encoding == "cp1251" else "é été ça" if encoding == "cp1252" else "Zwölf"
    text = f"{words}\r\n{words}: jane@example.org\r\n"
    found = evidence(text.encode(encoding), Role.DOCUMENT)
    assert told(found) == [("email-address", None)]
    assert found[0].locator.startswith("line 2@")


def test_cue_sheets_give_disc_and_recording_codes() -> None:
    cue = (
        cue_sheet(TRACKS, title="T")
        + 'REM DISCID 9D09130B\n    ISRC USABC2000001\nREM COMMENT "ExactAudioCopy v1.0"\n'
    )
    assert {("disc-id", "9d09130b"), ("isrc", "USABC2000001")} <= set(told(evidence(cue.encode(), Role.CUE)))


def test_licences_in_notes() -> None:
    text = "Thanks for listening!\nThis work is licensed under CC BY-SA 4.0.\nhttps://creativecommons.org/licenses/by-sa/4.0/\n"
    found = evidence(text.encode(), Role.DOCUMENT)
    assert ("licence-claim", "CC-BY-SA-4.0") in told(found)
    assert evidence(text.encode(), Role.CHECKSUM) == ()


def test_itunes_library() -> None:
    row = "<key>Kind</key><string>Purchased AAC audio file</string>\n<key>Track Type</key><string>Remote</string>\n"
    place = "<key>Location</key><string>file://localhost/Users/jane/Music/x.m4a</string>\n"
    found = evidence(b'<?xml version="1.0"?>\n' + (row * 3 + place).encode(), Role.OTHER)
    assert told(found) == [
        ("itunes-library", "Purchased AAC audio file: 3"),
        ("itunes-library", "Track Type: Remote: 3"),
        ("home-path", None),
    ]


@pytest.mark.parametrize("role", [Role.AUDIO, Role.ARTWORK])
def test_audio_and_artwork_are_not_read_as_text(role: Role) -> None:
    assert evidence(b"jane@example.org", role) == ()


@pytest.mark.parametrize(
    "data", [b"", b"\0\1\2\3" * 100, b"%PDF-1.4\n\x00\x01 jane@example.org", b"\x7fELF\0\0\0"]
)
def test_what_is_no_text_yields_nothing(data: bytes) -> None:
    assert evidence(data, Role.DOCUMENT) == ()
    assert evidence(jpeg(), Role.OTHER) == ()


def test_a_large_file_is_read_in_pieces_as_far_as_the_limit() -> None:
    line = b"nothing here to see at all, move along please. " * 40 + b"\n"
    head = line * (MAX_BYTES // len(line) - 2)
    data = head + b"jane@example.org\n" + line * 2_000 + b"bob@example.org\n"
    assert [item.locator for item in evidence(data, Role.LOG)] == [f"line {head.count(10) + 1}@{len(head)}"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end(end: bytes) -> None:
    data = end.join([b"one", b"two jane@example.org", b"three"])
    assert [item.locator for item in evidence(data, Role.LOG)] == [f"line 2@{3 + len(end)}"]


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
    ),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
)
def test_lines_come_back_with_their_offsets(texts: list[str], codec: str) -> None:
    data = "\n".join(texts).encode(codec)
    lines = list(lines_of(Window(io.BytesIO(data), len(data)), codec, 0))
    while texts and not texts[-1]:
        texts = texts[:-1]
    assert [line.text for line in lines][: len(texts)] == texts
    for line in lines:
        assert data[line.offset :].startswith(line.text.encode(codec))


@given(st.binary(max_size=400), st.sampled_from(sorted(Role)))
def test_no_bytes_upset_it(data: bytes, role: Role) -> None:
    for item in evidence(data, role):
        assert item.personal == (item.value is None)


@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщыэюя АБВГД\n", min_size=8, max_size=200))
def test_russian_words_are_told_from_western_ones(text: str) -> None:
    data = text.encode("cp1251")
    encoding = text_encoding(Window(io.BytesIO(data), len(data)))
    assert encoding is not None
    assert data.decode(encoding[0], "replace") is not None


def test_the_file_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "rip.log"
    path.write_bytes(eac_log(TRACKS, album="A"))
    before = path.stat(), path.read_bytes()
    with path.open("rb") as file:
        find_text_evidence(Window(file, before[0].st_size), Role.LOG)
    after = path.stat(), path.read_bytes()
    assert (before[0].st_mtime_ns, before[0].st_ctime_ns, before[1]) == (
        after[0].st_mtime_ns,
        after[0].st_ctime_ns,
        after[1],
    )
