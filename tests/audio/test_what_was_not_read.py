"""What cannot be read for personal data is said to be unread, and what was read whole is not."""

from __future__ import annotations

import io
import mailbox
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.audio.examine import examine_file
from archiver.model.audio import ExaminedFile
from tests.samples import apev2, flac, id3v2, jpeg, m4a, mp3, ogg_vorbis, png, silence, wav, wavpack
from tests.samples.formats import FORMATS
from tests.samples.id3 import text_frame
from tests.samples.sidecars import DiscTrack, cue_sheet, eac_log, md5_file, pdf, playlist_m3u8

Examine = Callable[[str, bytes], ExaminedFile]
NOISE = bytes(range(7, 256)) * 9
MIB = 1 << 20


def unread(examined: ExaminedFile) -> list[tuple[str, str | None]]:
    return [(item.locator, item.value) for item in examined.evidence if item.code == "personal-unread"]


def zipped(name: str, data: bytes = b"Erika Example") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, data)
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("letter.txt"))
    return stream.getvalue()


def database(tmp_path: Path) -> bytes:
    with sqlite3.connect(tmp_path / "made.db") as made:
        made.execute("create table people (name text)")
    return (tmp_path / "made.db").read_bytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def large_png(*, late: bytes = b"") -> bytes:
    """A picture of more than one MiB, with text behind its pixels."""
    head, end = png()[:33], png()[-12:]
    pixels = b"".join(chunk(b"IDAT", bytes(8000)) for _ in range(200))
    return head + pixels + late + end


def mail() -> bytes:
    message = mailbox.mboxMessage()
    message.set_from("someone Thu Jan  1 00:00:00 2026")
    message["Content-Transfer-Encoding"] = "base64"
    message.set_payload("RXJpa2EgRXhhbXBsZQ==")
    return b"From someone Thu Jan  1 00:00:00 2026\n" + message.as_bytes()


UNREAD = {
    "a book.pdf": pdf("Erika Example"),
    "a letter.docx": zipped("word/document.xml"),
    "a letter.odt": zipped("content.xml"),
    "a letter.doc": bytes.fromhex("d0cf11e0a1b11ae1") + NOISE,
    "a letter.rtf": rb"{\rtf1\ansi Erika Ex\'61mple}",
    "a letter.ps": b"%!PS-Adobe-3.0\n(Erika) show\n",
    "scans.zip": zipped("letter.txt"),
    "scans.tar": tarred(),
    "scans.rar": b"Rar!\x1a\x07\x01\x00" + NOISE,
    "scans.7z": b"7z\xbc\xaf\x27\x1c\0\4" + NOISE,
    "scans.gz": b"\x1f\x8b\x08\0" + NOISE,
    "letter.txt.gpg": b"\x85\x02\x0c\x03" + NOISE,
    "sealed.asc": b"-----BEGIN PGP MESSAGE-----\n\nhQIMA+abc\n-----END PGP MESSAGE-----\n",
    "sealed.txt": b"-----BEGIN PGP MESSAGE-----\n\nhQIMA+abc\n-----END PGP MESSAGE-----\n",
    "letters.mbox": mail(),
    "letter.eml": b"From: a\nContent-Transfer-Encoding: base64\n\nRXJpa2EgRXhhbXBsZQ==\n",
    "notes.txt": b"take one\n" * 200_000,
    "notes.nfo": NOISE,
    "no extension": NOISE,
    "cover.heic": struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + NOISE,
    "cover.psd": b"8BPS\0\1" + NOISE,
    "cover.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><text>Erika</text></svg>",
    "cover.jpg": jpeg()[:20],
    "scan.tif": b"II*\0\x08\0\0\0" + bytes(2 * MIB),
    "song.mp3": NOISE,
    "song.xm": b"Extended Module: " + NOISE,
    "tune.sid": b"PSID\0\2\0\x7c" + NOISE,
    "film.avi": b"RIFF" + struct.pack("<I", 2000) + b"AVI LIST" + NOISE,
    "cut.mp3": id3v2([text_frame("TIT2", "x" * 40)])[:-3],
}
READ = {
    "empty.pdf": b"",
    "empty.mp3": b"",
    "song.flac": flac(audio=silence(0.2), title="T", pictures=[png(), jpeg()]),
    "song.mp3": mp3(title="T"),
    "song.m4a": m4a(title="T", pictures=[jpeg()]),
    "song.ogg": ogg_vorbis(title="T"),
    "song.wav": wav(),
    "cover.jpg": jpeg(),
    "cover.png": png(),
    "large cover.png": large_png(),
    "cover.gif": b"GIF89a\1\0\1\0\0\0\0;",
    "cover.bmp": b"BM" + struct.pack("<IHHI", 58, 0, 0, 54) + bytes(44),
    "rip.log": eac_log([DiscTrack("One", "1.wav", 750)], album="A"),
    "album.cue": cue_sheet([DiscTrack("One", "1.wav", 750)], title="A").encode(),
    "album.m3u8": playlist_m3u8([("one.flac", "One", 3)]).encode(),
    "album.md5": md5_file({"one.flac": b"x"}).encode(),
    "notes.txt": b"take one\n" * 100_000,
    "page.html": b"<!DOCTYPE html><html><body>Take one</body></html>",
    "words.json": b'{"take": 1}',
    "README": b"Take one.\n",
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_said_to_be_unread(examine: Examine, name: str) -> None:
    found = examine(name, UNREAD[name])
    [(locator, value)] = unread(found)
    assert locator
    assert value
    assert "Erika" not in repr(found.evidence)


@pytest.mark.parametrize("name", READ)
def test_what_is_read_whole_is_not(examine: Examine, name: str) -> None:
    assert unread(examine(name, READ[name])) == []


def test_a_database_is_not_read(examine: Examine, tmp_path: Path) -> None:
    assert unread(examine("library.db", database(tmp_path)))


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_tags_of_every_format_that_music_comes_in_are_read_whole(examine: Examine, name: str) -> None:
    found = examine(name, FORMATS[name])
    damaged = {"F202", "F207", "F208"} & {problem.code for problem in found.problems}
    assert unread(found) == [] or damaged or name.endswith(".pdf")


def test_text_behind_the_pixels_of_a_large_picture_is_read(examine: Examine) -> None:
    found = examine("cover.png", large_png(late=chunk(b"tEXt", b"Author\0Erika Example")))
    assert [item.code for item in found.evidence] == ["picture-author"]


def test_a_large_picture_in_a_tag_is_read_too(examine: Examine) -> None:
    late = chunk(b"tEXt", b"Author\0Erika Example")
    assert unread(examine("plain.flac", flac(audio=silence(0.2), pictures=[large_png()]))) == []
    found = examine("song.flac", flac(audio=silence(0.2), pictures=[large_png(late=late)]))
    assert "picture-author" in {item.code for item in found.evidence}


def test_malformed_tags_leave_something_unread(examine: Examine) -> None:
    broken = flac(audio=silence(0.2), title="x" * 50).replace(b"\x38\0\0\0TITLE=", b"\xff\0\0\0TITLE=")
    found = examine("song.flac", broken)
    assert "F207" in {problem.code for problem in found.problems}
    assert unread(found)


def test_what_could_not_be_opened_was_not_read(tmp_path: Path, refer: Callable[..., object]) -> None:
    (tmp_path / "song.flac").write_bytes(flac())
    ref = refer(tmp_path, b"song.flac")
    (tmp_path / "song.flac").unlink()
    assert unread(examine_file(ref))  # type: ignore[arg-type]


@pytest.mark.parametrize("tag", [apev2({"Comment": "x" * 40})[:-40], apev2({"Comment": "x"}) + bytes(9)])
def test_a_tag_behind_the_sound_that_is_cut_off_or_not_at_the_end(examine: Examine, tag: bytes) -> None:
    assert unread(examine("a.wv", wavpack() + tag)) == [("file", "some of its tags could not be read")]
    assert unread(examine("a.wv", wavpack() + apev2({"Comment": "x"}))) == []
