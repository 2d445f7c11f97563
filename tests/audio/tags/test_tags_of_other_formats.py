"""Canonical tags of what the index finds outside the four great tag families."""

from __future__ import annotations

import io

import pytest

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.tags.read import canonical_tags
from tests.audio.blocks.everything import CASES, asf_attributes, wide
from tests.samples import aiff, id3v1, m4a, mp3, wav, wma
from tests.samples.asf import header_extension
from tests.samples.matroska import (
    INFORMATION,
    TAG,
    TAGS,
    element,
    matroska,
    midi,
    midi_event,
    realmedia,
    simple_tag,
)
from tests.samples.mp4 import box
from tests.samples.riff import bext_chunk


def tags(data: bytes, kind: str) -> dict[str, tuple[str, ...]]:
    """The canonical tags of a file with this content."""
    (found,) = [each for each in Kind if each.value == kind]
    return canonical_tags(read_blocks(Window(io.BytesIO(data), len(data)), found).blocks, found)


def of_level(level: int | None, *simple: bytes) -> bytes:
    stated = [] if level is None else [element("68CA", bytes([level]))]
    return element(TAG, element("63C0", *stated), *simple)


def test_matroska_without_a_level_speaks_of_the_track() -> None:
    data = matroska(
        element(INFORMATION, element("7BA9", b"Of the segment"), element("5741", b"writer 1")),
        element(TAGS, of_level(None, simple_tag("TITLE", "T"), simple_tag("ARTIST", "A", simple_tag("TITLE", "Dr")), simple_tag("PART_NUMBER", "3/9"),
                               simple_tag("DATE_RELEASED", "1999"), simple_tag("REPLAYGAIN_GAIN", "-3 dB"))),
    )  # fmt: skip
    assert tags(data, "matroska") == {
        "title": ("T",), "artist": ("A",), "track": ("3",), "track_total": ("9",), "date": ("1999",), "encoder": ("writer 1",), "replaygain_gain": ("-3 dB",),
    }  # fmt: skip


def test_matroska_tells_an_album_from_its_track() -> None:
    album = of_level(
        50,
        simple_tag("TITLE", "Album"),
        simple_tag("ARTIST", "Band"),
        simple_tag("DATE_RELEASED", "2001"),
        simple_tag("TOTAL_PARTS", "9"),
        simple_tag("PART_NUMBER", "2"),
    )
    track = of_level(30, simple_tag("TITLE", "Song"), simple_tag("PART_NUMBER", "4"))
    others = of_level(70, simple_tag("TITLE", "Box")), of_level(20, simple_tag("TITLE", "Movement"))
    expected = {
        "title": ("Song",), "artist": ("Band",), "album": ("Album",), "album_artist": ("Band",), "track": ("4",), "track_total": ("9",), "disc": ("2",), "date": ("2001",),
    }  # fmt: skip
    for parts in ((album, track, *others), (*others, track, album)):
        assert tags(matroska(element(TAGS, *parts)), "matroska") == expected
    own = of_level(30, simple_tag("TITLE", "Song"), simple_tag("ARTIST", "Guest"))
    assert tags(matroska(element(TAGS, album, own)), "matroska")["artist"] == ("Guest",)


def test_what_is_said_of_a_part_of_a_matroska_file_is_not_said_of_the_file() -> None:
    part = element(TAG, element("63C0", element("63C5", b"\x02")), simple_tag("TITLE", "Commentary"))
    assert tags(matroska(element(TAGS, part)), "matroska") == {}


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (realmedia("T", "A", "C", "D"), "realmedia", {"title": ("T",), "artist": ("A",), "comment": ("D",), "copyright": ("C",)}),
        (midi([midi_event(2, b"(C) Me"), midi_event(3, b"Piano")]), "midi", {"copyright": ("(C) Me",)}),
        (wav(bext=bext_chunk(description="d", originator="Radio", date="2020-01-02", history="A=PCM")), "wav",
         {"comment": ("d",), "encoded_by": ("Radio",), "date": ("2020-01-02",), "encoder_settings": ("A=PCM",)}),
        (wav(chunks=[(b"cart", b"0101" + b"T".ljust(64, b"\0") + b"A".ljust(64, b"\0") + bytes(1916))]), "wav", {"title": ("T",), "artist": ("A",)}),
        (wav({"INAM": "N", "ITCH": "Tech"}), "wav", {"title": ("N",), "encoded_by": ("Tech",)}),
        (aiff(texts=[(b"NAME", "N")], chunks=[(b"COMT", b"\0\1" + bytes(6) + b"\0\3one\0")]), "aiff", {"title": ("N",), "comment": ("one",)}),
        (wma(title="T", objects=[header_extension(asf_attributes(("WM/Publisher", 0, wide("P"), 0, 3), ("WM/Mood", 0, wide("x"), 1, 0), library=True))]), "asf",
         {"title": ("T",), "label": ("P",)}),
        (CASES["IFF: CAF"].data, "caf", {"title": ("T",), "artist": ("A",)}),
        (CASES["IFF: DSDIFF"].data, "dsdiff", {"title": ("Inside",), "artist": ("Who",), "comment": ("note",)}),
        (CASES["IFF: DSF"].data, "dsf", {"title": ("Pointed",)}),
        (CASES["other: WavPack"].data, "wavpack", {"title": ("T",), "comment": ("Described",)}),
    ],
)  # fmt: skip
def test_each_names_its_fields(data: bytes, kind: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert tags(data, kind) == expected


def test_lyrics3_says_in_full_what_id3v1_cuts_short() -> None:
    lyrics = b"LYRICSBEGIN" + b"ETT00040" + b"A title that is longer than thirty bytes"
    lyrics += b"%06dLYRICS200" % len(lyrics)
    data = mp3() + lyrics + id3v1({"title": "A title that is longer than th", "artist": "A"})
    found = tags(data, "mp3")
    assert found["title"] == ("A title that is longer than thirty bytes",)
    assert found["artist"] == ("A",)


def test_what_windows_adds_to_mp4_fills_gaps() -> None:
    data = m4a(
        {"©nam": "T"},
        movie_boxes=[
            box("udta", box("Xtra", _attribute("WM/Publisher", "P") + _attribute("Title", "Other")))
        ],
    )
    found = tags(data, "mp4")
    assert found["title"] == ("T",)
    assert found["label"] == ("P",)


def _attribute(name: str, value: str) -> bytes:
    held = value.encode("utf-16-le") + b"\0\0"
    body = (
        len(name).to_bytes(4, "big")
        + name.encode()
        + (1).to_bytes(4, "big")
        + (6 + len(held)).to_bytes(4, "big")
        + b"\0\x08"
        + held
    )
    return (4 + len(body)).to_bytes(4, "big") + body


def test_chapters_and_tags_in_the_midst_say_nothing_of_the_file() -> None:
    assert "title" not in tags(CASES["other: Musepack 8"].data, "musepack8")
    assert tags(CASES["trailing: APE in the midst"].data, "mp3") == {}
    assert "title" not in tags(CASES["MP4: a track of chapters"].data, "mp4")
