"""FLAC metadata whose sizes or order are wrong."""

from __future__ import annotations

import struct

import pytest

from tests.audio.blocks.reading import block_of, read, texts
from tests.samples.comments import comment_block, picture_block
from tests.samples.flac import flac_frames, metadata_block, streaminfo
from tests.samples.images import Picture, png
from tests.samples.pcm import silence

PCM = silence()
FRAMES = flac_frames(PCM)
INFO = metadata_block(0, streaminfo(PCM, FRAMES))
COMMENT = comment_block([("TITLE", "Short block"), ("ARTIST", "Somebody")])
PICTURE = picture_block(Picture(b"\xff\xd8\xff" + b"\x11" * 3000, description="front"))
PADDING = metadata_block(1, bytes(100), last=True)


def sized(kind: int, body: bytes, size: int, *, last: bool = False) -> bytes:
    return bytes([kind | (0x80 if last else 0)]) + size.to_bytes(3, "big") + body


def stream(*blocks: bytes) -> bytes:
    return b"fLaC" + b"".join(blocks) + b"".join(FRAMES)


@pytest.mark.parametrize("wrong", [-20, -1, 7, 5000, 1 << 22])
@pytest.mark.parametrize("last", [False, True])
def test_a_comment_of_wrong_size_is_read_by_the_lengths_inside_it(wrong: int, last: bool) -> None:  # noqa: FBT001
    comment = sized(4, COMMENT, len(COMMENT) + wrong, last=last)
    reading = read(stream(INFO, comment, *([] if last else [PADDING])))
    block = block_of(reading, "vorbis-comment")
    assert texts(block)["TITLE"] == "Short block"
    assert texts(block)["ARTIST"] == "Somebody"
    assert block.length == len(COMMENT)
    assert [code for code, _ in reading.problems] == ["F209"]


@pytest.mark.parametrize("wrong", [-2000, -17, 90])
def test_what_stands_behind_a_picture_of_wrong_size_is_found(wrong: int) -> None:
    picture = sized(6, PICTURE, len(PICTURE) + wrong)
    reading = read(stream(INFO, picture, metadata_block(4, COMMENT, last=True)))
    assert texts(block_of(reading, "vorbis-comment"))["TITLE"] == "Short block"
    assert block_of(reading, "flac-picture").frames[0].text == "front"


def test_a_picture_beyond_the_largest_size_is_followed_to_its_end() -> None:
    data = png() + bytes(17 << 20)
    picture = picture_block(Picture(data))
    blocks = [sized(6, picture, len(picture) & 0xFFFFFF), metadata_block(4, COMMENT, last=True)]
    reading = read(stream(INFO, *blocks))
    assert texts(block_of(reading, "vorbis-comment"))["TITLE"] == "Short block"


def test_two_blocks_of_wrong_size_are_both_read() -> None:
    picture = sized(6, PICTURE, len(PICTURE) - 50)
    reading = read(stream(INFO, sized(4, COMMENT, len(COMMENT) - 3), picture, PADDING))
    assert texts(block_of(reading, "vorbis-comment"))["ARTIST"] == "Somebody"
    assert block_of(reading, "flac-picture").length == len(PICTURE) + 4
    assert [code for code, _ in reading.problems] == ["F209", "F209"]


def test_right_sizes_are_believed_whatever_the_block_holds() -> None:
    short = struct.pack("<II", 0, 9)  # says nine comments and has none
    reading = read(stream(INFO, metadata_block(4, short), PADDING))
    assert block_of(reading, "vorbis-comment").length == len(short)
    assert [code for code, _ in reading.problems] == ["F207"]


def test_a_stream_whose_first_block_is_another_is_read_and_told() -> None:
    reading = read(stream(metadata_block(4, COMMENT), INFO, PADDING))
    assert texts(block_of(reading, "vorbis-comment"))["TITLE"] == "Short block"
    assert [code for code, _ in reading.problems] == ["F209"]
    assert "STREAMINFO" in reading.problems[0][1]


def test_padding_that_is_not_empty_and_ends_nowhere_is_malformed() -> None:
    reading = read(stream(INFO, metadata_block(4, COMMENT), sized(1, bytes(40), 1 << 23, last=True)))
    assert [code for code, _ in reading.problems] == ["F207"]
