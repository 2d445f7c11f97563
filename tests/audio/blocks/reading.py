"""Reads the tag blocks of bytes in memory, and holds every reading against what is promised of all of them."""

from __future__ import annotations

import hashlib
import io

from archiver.audio.blocks.read import read_blocks
from archiver.audio.blocks.reading import BREAKS_OFF, MALFORMED, MAX_FRAMES, MAX_PROBLEMS, NOTED, BlockReading
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.model.audio import TagBlock, TagFrame


def windowed(data: bytes) -> Window:
    """A window on bytes that need no file."""
    return Window(io.BytesIO(data), len(data))


def read(data: bytes, kind: str = "") -> BlockReading:
    """The reading of a file with this content; the bytes must not be changed by it, whatever they are."""
    file = io.BytesIO(data)
    reading = read_blocks(Window(file, len(data)), next((each for each in Kind if each == kind), None))
    assert file.getvalue() == data
    check(reading, len(data))
    return reading


def check(reading: BlockReading, size: int) -> None:
    """What holds of every reading."""
    assert sum(len(block.frames) for block in reading.blocks) <= MAX_FRAMES
    assert len(reading.problems) <= MAX_PROBLEMS
    assert all(code in (MALFORMED, BREAKS_OFF, NOTED) and message for code, message in reading.problems)
    for block in reading.blocks:
        assert 0 <= block.offset <= block.offset + block.length <= size
        for frame in block.frames:
            assert 0 <= frame.offset <= frame.offset + frame.length <= size
            assert "\n" not in frame.id


def block_of(reading: BlockReading, kind: str) -> TagBlock:
    """The one block of this kind."""
    (block,) = [block for block in reading.blocks if block.kind == kind]
    return block


def texts(block: TagBlock) -> dict[str, str | None]:
    """The texts of a block by key."""
    return {frame.id: frame.text for frame in block.frames}


def frame_of(block: TagBlock, key: str) -> TagFrame:
    """The one frame with this key."""
    (frame,) = [frame for frame in block.frames if frame.id == key]
    return frame


def sha256(data: bytes) -> str:
    """The digest in hex."""
    return hashlib.sha256(data).hexdigest()
