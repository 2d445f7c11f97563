"""The strings of one ID3v2 frame, read together: ID3v2.4.0 structure, section 4.

A frame names one encoding for all its strings, and all of them share one byte order. Many writers mark only the
first one, or none, or name an encoding in which the bytes are not. Then the bytes decide, and the reading says so.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archiver.audio.blocks.text import (
    ByteOrder,
    is_utf8_beyond_ascii,
    likely_order,
    marked_order,
    utf16,
)

_LATIN1, _UTF16, _UTF16BE, _UTF8 = 0, 1, 2, 3
_WIDE = (_UTF16, _UTF16BE)
_MARK_AFTER_ONE_ZERO = re.compile(rb"\0(?=\xff\xfe|\xfe\xff)")
_MARK = "\ufeff"


class Strings(NamedTuple):
    """What the text part of a frame holds.

    Attributes:
        values: The strings asked for, or all of them; one at the least.
        rest: The bytes after the last string asked for; empty where all were.
        note: What the bytes showed against the frame's own word, or empty.
    """

    values: tuple[str, ...]
    rest: bytes = b""
    note: str = ""


def strings(data: bytes, encoding: int, count: int | None = None) -> Strings:
    """The strings in ``data``, each ending in the encoding's terminator or with the data.

    Args:
        data: The frame from its first string on.
        encoding: The frame's encoding byte.
        count: How many strings to take; all, if ``None``. Where there are fewer, the others are empty.
    """
    chosen, note = _encoding_of(data, encoding)
    pieces, rest = _split(data, wide=chosen in _WIDE, count=count)
    if chosen in _WIDE:
        order, doubt = _order(pieces, chosen)
        values, ended = _wide(pieces, order)
        note = note or doubt or ended
    elif chosen == _UTF8:
        values, doubt = _utf8(pieces)
        note = note or doubt
    else:
        values, note = _latin1(pieces, note)
    values += [""] * ((count or 0) - len(values))
    return Strings(tuple(values), rest, note)


def _encoding_of(data: bytes, encoding: int) -> tuple[int, str]:
    if encoding == _LATIN1 and marked_order(data) is not None:
        return _UTF16, "says Latin-1 and begins with the byte-order mark of UTF-16; it is read as UTF-16"
    if encoding > _UTF8:
        return _LATIN1, "names no encoding that ID3v2 has; it is read as Latin-1"
    return encoding, ""


def _split(data: bytes, *, wide: bool, count: int | None) -> tuple[list[bytes], bytes]:
    pieces: list[bytes] = []
    position = 0
    while count is None or len(pieces) < count:
        end, after = _terminator(data, position, wide=wide)
        pieces.append(data[position:end])
        position = after
        if end == after:
            return pieces, b""
    return pieces, data[position:]


def _terminator(data: bytes, start: int, *, wide: bool) -> tuple[int, int]:
    """Where the string at ``start`` ends and the next begins; both are the end of the data for the last."""
    if not wide:
        end = data.find(b"\0", start)
        return (len(data), len(data)) if end < 0 else (end, end + 1)
    end = data.find(b"\0\0", start)
    while end >= 0 and (end - start) % 2:
        end = data.find(b"\0\0", end + 1)
    if end >= 0:
        return end, end + 2
    # some writers end an empty wide string with one zero byte
    narrow = _MARK_AFTER_ONE_ZERO.search(data, start)
    if narrow is not None and narrow.start() - start in (0, 2):
        return narrow.start(), narrow.end()
    return len(data), len(data)


def _order(pieces: list[bytes], encoding: int) -> tuple[ByteOrder, str]:
    """The byte order of the frame's unmarked strings before any mark, and what is said of it."""
    for piece in pieces:
        marked = marked_order(piece)
        if marked is not None:
            return marked, ""
    declared: ByteOrder = "big" if encoding == _UTF16BE else "little"
    likely = likely_order(b"".join(piece[: len(piece) // 2 * 2] for piece in pieces))
    if likely is None or likely == declared:
        return declared, ""
    return likely, f"has no byte-order mark; its UTF-16 is read as {likely}-endian"


def _wide(pieces: list[bytes], order: ByteOrder) -> tuple[list[str], str]:
    values = []
    note = ""
    for piece in pieces:
        order = marked_order(piece) or order
        values.append(utf16(piece, order).replace(_MARK, ""))
        if len(piece) % 2 and piece[-1]:
            note = "ends in half a character of UTF-16, which is left out"
    return values, note


def _utf8(pieces: list[bytes]) -> tuple[list[str], str]:
    try:
        return [piece.decode("utf-8").removeprefix(_MARK) for piece in pieces], ""
    except UnicodeDecodeError:
        return (
            [piece.decode("latin-1") for piece in pieces],
            "says UTF-8 and is not; it is read as Latin-1",
        )


def _latin1(pieces: list[bytes], note: str) -> tuple[list[str], str]:
    if is_utf8_beyond_ascii(b"\0".join(pieces)):
        return (
            [piece.decode("utf-8").removeprefix(_MARK) for piece in pieces],
            "says Latin-1 and holds UTF-8; it is read as UTF-8",
        )
    return [piece.decode("latin-1") for piece in pieces], note
