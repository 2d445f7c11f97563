"""The one shape that all containers share: parts with a header that names them, and a payload."""

from __future__ import annotations

from typing import NamedTuple


class Element(NamedTuple):
    """One part of a container: a box, a chunk, an ASF object or an EBML element.

    Attributes:
        id: Its name as stored: four characters, the 16 bytes of a GUID, or the bytes of an EBML ID. Empty where no
            part could be made out, or no more are looked at, and the walk through this parent ends before it does.
        offset: Byte offset of its header in the file.
        payload: Byte offset after the header.
        end: Byte offset after it, without padding, never past its parent.
        claimed: Byte offset after it by its own size; the end of its parent where it states none.
        sized: Whether it states its size.
    """

    id: bytes
    offset: int
    payload: int
    end: int
    claimed: int
    sized: bool = True

    @property
    def whole(self) -> bool:
        """Whether it ends within its parent."""
        return self.claimed <= self.end

    @property
    def name(self) -> str:
        """Its name as text, such as ``©nam``."""
        return self.id.decode("latin-1")

    @property
    def length(self) -> int:
        """Bytes of header and payload that its parent holds."""
        return self.end - self.offset

    @property
    def size(self) -> int:
        """Bytes of payload that its parent holds; below zero where not even the header fits."""
        return self.end - self.payload
