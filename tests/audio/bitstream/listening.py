"""Reads the music of bytes through, as one read of a file does."""

from __future__ import annotations

import io

import msgspec

from archiver.audio.bitstream.find import bitstream_of
from archiver.audio.bitstream.walk import Listener
from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.formats.magic import sniff
from archiver.model.sound import Bitstream, Sound, SoundState

SECOND = 1 << 20


def planned(data: bytes, extension: str = "") -> Bitstream | None:
    """Where the music lies, as examining the headers says."""
    file = io.BytesIO(data)
    sniffed = sniff(Window(file, len(data)), extension)
    blocks = read_blocks(Window(file, len(data)), sniffed.kind).blocks
    stream = bitstream_of(Window(file, len(data)), sniffed, extension, blocks)
    if stream is not None:  # it crosses processes and lies in journals
        assert msgspec.json.decode(msgspec.json.encode(stream), type=Bitstream) == stream
        assert 0 <= stream.start <= stream.end <= len(data)
    return stream


def heard(data: bytes, stream: Bitstream, piece: int = SECOND) -> Sound:
    """What the walk says of these bytes, given to it in pieces of this size."""
    listener = Listener(stream)
    for at in range(0, len(data), piece):
        listener.update(data[at : at + piece])
    return listener.finish()


def listened(data: bytes, extension: str = "", piece: int = SECOND) -> Sound | None:
    """What is found in the music of a file; ``None`` where its place is not known."""
    stream = planned(data, extension)
    return None if stream is None else heard(data, stream, piece)


def sound_of(data: bytes, extension: str = "", piece: int = SECOND) -> Sound:
    """The same of a file whose music's place is known."""
    found = listened(data, extension, piece)
    assert found is not None
    return found


def essence_of(data: bytes, extension: str = "") -> tuple[str, str]:
    """Method and digest."""
    essence = sound_of(data, extension).essence
    assert essence is not None
    return essence.method, essence.digest


def state_of(data: bytes, extension: str = "") -> SoundState | None:
    """The verdict; ``None`` where the music's place is not known."""
    found = listened(data, extension)
    return None if found is None else found.integrity.state
