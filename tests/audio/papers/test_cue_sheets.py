"""Cue sheets: in files of any encoding, in comments, and in FLAC's own block."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.papers.cue_sheet import MOST_FILES, read_cue, read_flac_cue
from archiver.audio.papers.text import paper_text
from archiver.model.paper import CueSheet, CueTrack, Named
from tests.samples.sidecars import DiscTrack, cue_sheet

TRACKS = [DiscTrack("One", "01 - One.flac", 15_000), DiscTrack("Two", "02 - Two.flac", 20_123)]


def sheet_of(text: str) -> tuple[CueSheet, list[str]]:
    read = read_cue(paper_text(text).lines)
    assert read is not None
    return read[0], [reference.said for reference in read[1]]


def flac_block(
    tracks: list[tuple[int, int, str]], *, catalog: bytes = b"", of_disc: bool = True, first_index: int = 1
) -> bytes:
    """FLAC's block from (number, sectors from the start, ISRC), with a lead-out."""
    out = catalog.ljust(128, b"\0") + struct.pack(">QB258xB", 88_200, 0x80 * of_disc, len(tracks) + 1)
    for number, start, isrc in tracks:
        indices = [(0, 0), (588 * 150, 1)] if first_index == 0 else [(0, 1)]
        out += struct.pack(">QB12sB13xB", start * 588, number, isrc.encode(), 0, len(indices))
        out += b"".join(struct.pack(">QB3x", *index) for index in indices)
    return out + struct.pack(">QB12sB13xB", 588 * 99_999, 170, b"", 0, 0)


def test_a_sheet_with_a_file_for_each_track() -> None:
    sheet, files = sheet_of(cue_sheet(TRACKS, title="Album"))
    assert files == ["01 - One.flac", "02 - Two.flac"]
    assert sheet == CueSheet(
        "file",
        title="Album",
        performer="Example Artist",
        tracks=(
            CueTrack(1, "AUDIO", "One", "Example Artist", None, 0, 0),
            CueTrack(2, "AUDIO", "Two", "Example Artist", None, 0, 1),
        ),
        named=Named(names=2),
    )


def test_a_sheet_over_one_file() -> None:
    sheet, files = sheet_of(cue_sheet(TRACKS, title="Album", single_file="Album.wav"))
    assert files == ["Album.wav"]
    assert [(track.start, track.file) for track in sheet.tracks] == [(0, 0), (15_000, 0)]


def test_numbers_and_what_is_said_twice() -> None:
    sheet, files = sheet_of(
        'catalog 0602498123456\nREM DISCID "0A0B0C03"\nTITLE "First"\nTITLE "Second"\n'
        "FILE C:\\Rips\\An Album.wav WAVE\n TRACK 01 AUDIO\n  ISRC DE-A12-34-56789\n  INDEX 00 00:00:00\n  INDEX 01 123:59:74\n"
        " TRACK 02 MODE1/2352\n  INDEX 01 1:2:3\n"
    )
    assert (sheet.catalog, sheet.disc_id, sheet.title) == ("0602498123456", "0a0b0c03", "First")
    assert files == ["C:\\Rips\\An Album.wav"]
    assert sheet.tracks[0] == CueTrack(1, "AUDIO", None, None, "DEA123456789", (123 * 60 + 59) * 75 + 74, 0)
    assert (sheet.tracks[1].kind, sheet.tracks[1].start) == ("MODE1/2352", 62 * 75 + 3)


def test_gaps_appended_put_the_first_index_into_the_file_before() -> None:
    sheet, _ = sheet_of(
        'FILE "1.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 03:00:00\nFILE "2.wav" WAVE\nINDEX 01 00:00:00'
    )
    assert [track.file for track in sheet.tracks] == [0, 1]


@pytest.mark.parametrize("text", ["", "just words\n", "TITLE only\n", "INDEX 01 00:00:00\n"])
def test_what_names_neither_file_nor_track_is_no_sheet(text: str) -> None:
    assert read_cue(paper_text(text).lines) is None


def test_more_files_than_any_disc_has_are_counted_out() -> None:
    sheet, files = sheet_of('FILE "x.wav" WAVE\n' * (MOST_FILES + 2))
    assert (len(files), sheet.named.more) == (MOST_FILES, True)


def test_a_persons_address_is_in_no_title() -> None:
    sheet, _ = sheet_of('TITLE "made by maria@example.org"\nFILE "x.wav" WAVE\n')
    assert "maria" not in repr(sheet)


def test_the_block_of_flac() -> None:
    block = flac_block([(1, 0, "DEA123456789"), (2, 15_000, "")], catalog=b"0602498123456", first_index=0)
    assert read_flac_cue(block) == CueSheet(
        "flac-cuesheet",
        catalog="0602498123456",
        tracks=(CueTrack(1, isrc="DEA123456789", start=150), CueTrack(2, start=15_150)),
    )
    assert read_flac_cue(flac_block([(1, 7, "")], of_disc=False)) == CueSheet(
        "flac-cuesheet", tracks=(CueTrack(1),)
    )
    assert read_flac_cue(b"x" * 395) is None


@given(st.binary(max_size=2000))
def test_no_block_raises(block: bytes) -> None:
    sheet = read_flac_cue(block)
    assert sheet is None or len(sheet.tracks) <= 99


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read = read_cue(paper_text(text).lines)
    assert read is None or read[0].named.names == len(read[1])


titles = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"@'),
    min_size=1,
    max_size=20,
)


@given(st.lists(st.tuples(titles, st.integers(1, 99_999)), min_size=1, max_size=20))
def test_any_sheet_comes_back(tracks: list[tuple[str, int]]) -> None:
    files = [f"{number:02} {name}.wav" for number, (name, _) in enumerate(tracks, 1)]
    disc = [DiscTrack("T", file, sectors) for file, (_, sectors) in zip(files, tracks, strict=True)]
    sheet, said = sheet_of(cue_sheet(disc, title="Album"))
    assert said == files
    assert [track.number for track in sheet.tracks] == list(range(1, len(disc) + 1))
