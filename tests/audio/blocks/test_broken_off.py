"""A file that breaks off is told as that, wherever it does, and what was whole in it is kept."""

from __future__ import annotations

import pytest

from tests.audio.blocks.reading import read
from tests.samples import aiff, flac, m4a, mp3, ogg_vorbis, opus, png, wav, wma
from tests.samples.id3 import Frame, comment_frame, id3v2, text_frame
from tests.samples.pcm import silence
from tests.samples.riff import bext_chunk

COVER = png()
FRAMES: list[Frame] = [text_frame("TIT2", "Title"), comment_frame("said"), text_frame("TPE1", "Жанна")]
TAG = id3v2(FRAMES, padding=200)
FIELDS = {"title": "Title", "artist": "Artist", "album": "Album"}
WHOLE = {
    "mp3": mp3(frames=FRAMES, pictures=[COVER], padding=64),
    "mp3 of version 3": mp3(frames=FRAMES, pictures=[COVER], id3v2=3),
    "flac": flac(FIELDS, pictures=[COVER], padding=100),
    "ogg": ogg_vorbis(FIELDS, pictures=[COVER]),
    "opus": opus(FIELDS, pictures=[COVER]),
    "m4a": m4a({"©nam": "Title", "©ART": "Artist"}, pictures=[COVER]),
    "wma": wma({"WM/AlbumTitle": "Album"}, title="Title", artist="Artist"),
    "wav": wav({"INAM": "Title"}, bext=bext_chunk(description="said"), id3=TAG),
    "aiff": aiff(texts=[(b"NAME", "Title")], id3=TAG),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_has_no_problem(name: str) -> None:
    assert read(WHOLE[name]).problems == ()


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), 29])
@pytest.mark.parametrize("name", WHOLE)
def test_no_cut_makes_a_tag_malformed(name: str, step: int) -> None:
    data = WHOLE[name]
    told: set[tuple[str, str]] = set()
    for size in range(12, len(data), step):
        problems = read(data[:size]).problems
        assert {code for code, _ in problems} <= {"F208"}, (size, problems)
        told.update(problems)
    assert told


@pytest.mark.parametrize("name", ["mp3", "mp3 of version 3", "flac", "ogg", "opus", "m4a"])
def test_a_file_cut_inside_its_cover_keeps_the_tags_before_it(name: str) -> None:
    data = WHOLE[name]
    mark = b"\x89PNG" if name not in ("ogg", "opus") else b"METADATA_BLOCK_PICTURE="
    found = read(data[: data.index(mark) + 30])
    texts = [frame.text for block in found.blocks for frame in block.frames]
    assert "Title" in texts
    assert [code for code, _ in found.problems] == ["F208"]


def test_the_size_is_told_where_the_file_states_it() -> None:
    data = wav(audio=silence())
    (problem,) = read(data[: len(data) // 2]).problems
    assert problem == ("F208", f"the file breaks off: {len(data) // 2:,} of {len(data):,} bytes")


@pytest.mark.parametrize("size", [0x7FFF_F000, 0xFFFF_FFFF, 0xFFFF_FFDB])
def test_a_size_that_a_pipe_could_not_know_is_no_break(size: int) -> None:
    stream = b"RIFF" + size.to_bytes(4, "little") + b"WAVEdata" + size.to_bytes(4, "little") + bytes(1000)
    assert read(stream).problems == ()


def test_a_tag_that_claims_more_than_the_file_holds_before_audio_is_malformed() -> None:
    data = b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\xff\xfb\x90\0" * 50
    assert {code for code, _ in read(data).problems} == {"F207"}


def test_a_part_of_impossible_size_is_malformed() -> None:
    data = b"\0\0\0\x10ftypM4A \0\0\0\0" + b"\0\0\0\x01moov\x7f" + b"\xff" * 7 + bytes(20)
    assert {code for code, _ in read(data).problems} == {"F207"}
