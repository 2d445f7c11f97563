"""Unpacks a gzip file as it is read (RFC 1952): one member or several, each with its checksum."""

from __future__ import annotations

import io
import os
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from archiver import disk
from archiver.bagit.codes import found
from archiver.bagit.findings import Tell

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GZIP_WITH_CHECKSUM = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b"
_PACKED_BYTES = 64 << 10
_UNPACKED_BYTES = 256 << 10


def open_gzip(stream: BinaryIO, tell: Tell) -> BinaryIO:
    """Return a stream of what is packed in ``stream``, to be read once from start to end.

    Reading raises ``EOFError`` where the file ends before its member does, ``zlib.error`` where it is damaged, and
    ``OSError`` as reading the file does.

    Args:
        stream: The gzip file, a real file, at its beginning.
        tell: Takes B820 for bytes after the last member; empty ones may stand there, as on tapes.
    """
    return cast("BinaryIO", io.BufferedReader(_Members(stream, tell), _UNPACKED_BYTES))


class _Members(io.RawIOBase):
    """The unpacked bytes of all members, one after another."""

    def __init__(self, stream: BinaryIO, tell: Tell) -> None:
        super().__init__()
        self._stream = stream
        self._tell = tell
        self._inflater = zlib.decompressobj(_GZIP_WITH_CHECKSUM)
        self._packed = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while not self._inflater.eof or self._begins_another():
            self._fill(1)
            if not self._packed:
                raise EOFError("the compressed file was cut off")
            data = self._inflater.decompress(self._packed, len(view))
            self._packed = self._inflater.unused_data or self._inflater.unconsumed_tail
            if data:
                view[: len(data)] = data
                return len(data)
        return 0

    def _begins_another(self) -> bool:
        """Look at what follows a member, and make ready for another one where there is."""
        self._fill(len(_MAGIC))
        if self._packed.startswith(_MAGIC):
            self._inflater = zlib.decompressobj(_GZIP_WITH_CHECKSUM)
            return True
        if self._packed.strip(b"\0") or self._goes_on():
            self._tell(found("B820", "", "there are bytes after its compressed part"))
        self._packed = b""
        self._stream.seek(0, os.SEEK_END)
        return False

    def _goes_on(self) -> bool:
        """Whether anything but zeros follows in the file; its holes are passed over."""
        size = os.fstat(self._stream.fileno()).st_size
        for start, end in disk.data_extents(self._stream.fileno(), self._stream.tell(), size):
            position = self._stream.seek(start)
            while position < end and (data := self._stream.read(min(_PACKED_BYTES, end - position))):
                if data.strip(b"\0"):
                    return True
                position += len(data)
        return False

    def _fill(self, least: int) -> None:
        """Hold at least so many packed bytes, if the file has them."""
        while len(self._packed) < least and (more := self._stream.read(_PACKED_BYTES)):
            self._packed += more
