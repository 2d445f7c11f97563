"""Which files are read as papers, how far, and what of music is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.examine import examine_file
from archiver.audio.formats.kinds import Kind, extension_of
from archiver.audio.papers.read import NONE, PapersRead, embedded_papers, read_papers
from archiver.audio.papers.text import MAX_BYTES
from archiver.model.audio import ExaminedFile, Role
from archiver.model.paper import ChecksumList, CueSheet, Playlist, RipLog
from archiver.model.source import FileRef, FileStat
from tests.audio.papers.test_cue_sheets import flac_block
from tests.samples import apev2, flac, id3v2, melody, mp3
from tests.samples.formats import SIDECARS
from tests.samples.sidecars import DiscTrack, cue_sheet

SHEET = cue_sheet([DiscTrack("One", "01.wav", 15_000)], title="Album")


def window(data: bytes) -> Window:
    return Window(io.BytesIO(data), len(data))


def read(data: bytes, role: Role, extension: str) -> PapersRead:
    return read_papers(window(data), role, extension)


def examined(tmp_path: Path, name: str, data: bytes) -> ExaminedFile:
    (tmp_path / name).write_bytes(data)
    status = (tmp_path / name).stat()
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    file = examine_file(FileRef(bytes(tmp_path), name.encode(), name, stat))
    assert (tmp_path / name).read_bytes() == data
    return file


@pytest.mark.parametrize(
    ("name", "kind", "references"),
    [
        ("disc.cue", CueSheet, 2),
        ("eac.log", RipLog, 0),
        ("image.log", RipLog, 0),
        ("dbpoweramp.txt", RipLog, 0),
        ("disc.accurip", RipLog, 0),
        ("freac.log", RipLog, 0),
        ("list.m3u8", Playlist, 1),
        ("list.pls", Playlist, 1),
        ("list.xspf", Playlist, 1),
        ("sums.md5", ChecksumList, 1),
        ("sums.sfv", ChecksumList, 1),
        ("prints.ffp", ChecksumList, 1),
    ],
)
def test_a_paper_is_read_by_what_it_is(tmp_path: Path, name: str, kind: type, references: int) -> None:
    file = examined(tmp_path, name, SIDECARS[name])
    assert [type(paper) for paper in file.papers] == [kind]
    assert len(file.references) == references
    assert file.problems == ()


@pytest.mark.parametrize("role", [Role.ARTWORK, Role.OTHER, Role.SYSTEM])
def test_nothing_else_is_a_paper(role: Role) -> None:
    assert read(SHEET.encode(), role, "cue") == NONE


@pytest.mark.parametrize("data", [b"", b"\0\1\2\3", b"PK\x03\x04\0\0"])
def test_what_is_no_text_says_nothing(data: bytes) -> None:
    for role in (Role.LOG, Role.CUE, Role.CHECKSUM):
        assert read(data, role, "md5") == NONE


def test_a_long_list_is_read_as_far_as_the_bound_and_its_cut_line_is_not_taken() -> None:
    line = f"{'0a' * 16}  some name of a file that is long enough to keep the number of lines low {'x' * 50}.flac\n"
    found = read((line * (2 * MAX_BYTES // len(line))).encode(), Role.CHECKSUM, "md5")
    (paper,) = found.papers
    assert isinstance(paper, ChecksumList)
    assert paper.named.more
    assert {reference.said for reference in found.references} == {line[34:-1]}


def embedded(data: bytes, kind: Kind) -> list[CueSheet]:
    found = embedded_papers(window(data), read_blocks(window(data), kind).blocks)
    assert found.references == ()
    return [paper for paper in found.papers if isinstance(paper, CueSheet)]


def test_the_sheets_within_music() -> None:
    block = flac_block([(1, 0, ""), (2, 15_000, "")])
    both = flac({"CUESHEET": [SHEET]}, blocks=[(5, block)])
    assert {sheet.place: len(sheet.tracks) for sheet in embedded(both, Kind.FLAC)} == {
        "flac-cuesheet": 2,
        "vorbis-comment": 1,
    }
    song = mp3(audio=None, trailing=apev2(Cuesheet=SHEET))
    assert [sheet.title for sheet in embedded(song, Kind.MP3)] == ["Album"]
    assert embedded(flac(), Kind.FLAC) == []


def test_what_a_flac_states_of_its_samples(tmp_path: Path) -> None:
    tone = melody((60, 64))
    assert examined(tmp_path, "a.flac", flac(audio=tone)).audio_md5 == tone.md5().hex()
    assert examined(tmp_path, "b.flac", id3v2([]) + flac(audio=tone)).audio_md5 == tone.md5().hex()
    assert examined(tmp_path, "c.flac", flac(audio=tone, md5=bytes(16))).audio_md5 is None
    assert examined(tmp_path, "d.mp3", mp3()).audio_md5 is None
    assert examined(tmp_path, "e.flac", flac()[:20]).audio_md5 is None


@pytest.mark.parametrize("name", sorted(SIDECARS))
def test_every_cut_of_a_paper_is_read(name: str) -> None:
    data, extension = SIDECARS[name], extension_of(name)
    for role in (Role.LOG, Role.CUE, Role.PLAYLIST, Role.CHECKSUM, Role.DOCUMENT):
        for end in range(0, len(data), 1 + len(data) // 60):
            read(data[:end], role, extension)
