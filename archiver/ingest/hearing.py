"""Reads small music through while its headers are read, which opens and reads it once for both."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Sequence
from typing import TypedDict

from archiver.audio.bitstream.walk import Listener
from archiver.ingest.sound import bitstream_from, bitstream_value, sound_value
from archiver.machine import MachineError, refuse_own_limit
from archiver.model.audio import ExaminedFile
from archiver.model.sound import Bitstream, Heard, Sound

MOST_BYTES = 1 << 16
"""Bytes of a file that is read through with its headers; of a larger one that would be read twice from the disk."""


class HeardBefore(TypedDict):
    """What :class:`HeardAgain` is told, in values of JSON: where the music lies, and what it gave, of which bytes."""

    stream: object
    digest: str
    sound: object


def with_music_heard(file: ExaminedFile, descriptor: int) -> ExaminedFile:
    """Return an examined file with what its music gives; as it is where it is large, no music, or cannot be heard now.

    Args:
        file: What was found.
        descriptor: The file, open.

    Raises:
        MachineError: where the machine refuses what reading needs itself.
    """
    if file.bitstream is None or file.ref.stat.size_bytes > MOST_BYTES:
        return file
    try:
        content = os.pread(descriptor, MOST_BYTES + 1, 0)
        if len(content) != file.ref.stat.size_bytes:
            return file
        heard = Heard(_digest(content), _heard(file.bitstream, [content]))
    except MachineError:
        raise
    except Exception as error:  # noqa: BLE001 - copying reads it once more, and says what is wrong
        if isinstance(error, OSError):
            refuse_own_limit(error)
        return file
    return dataclasses.replace(file, heard=heard)


def heard_before(stream: Bitstream, heard: Heard) -> HeardBefore:
    """Return what :class:`HeardAgain` is to be told."""
    return HeardBefore(stream=bitstream_value(stream), digest=heard.digest, sound=sound_value(heard.sound))


class HeardAgain:
    """Takes the bytes of a small file, and gives what its music gave before; where they are others, what it gives now."""

    def __init__(self, before: HeardBefore) -> None:
        self._before = before
        self._blocks: list[bytes] = []
        self._left = MOST_BYTES

    def update(self, block: bytes) -> None:
        """Take the next block.

        Raises:
            ValueError: where there is more than a small file has.
        """
        self._left -= len(block)
        if self._left < 0:
            raise ValueError("it has become larger")
        self._blocks.append(block)

    def finish(self) -> object:
        """Return it as JSON can say it."""
        if _digest(b"".join(self._blocks)) == self._before["digest"]:
            return self._before["sound"]
        return sound_value(_heard(bitstream_from(self._before["stream"]), self._blocks))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _heard(stream: Bitstream, blocks: Sequence[bytes]) -> Sound:
    listener = Listener(stream)
    for block in blocks:
        listener.update(block)
    return listener.finish()
