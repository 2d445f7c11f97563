"""Text files line by line: logs, playlists, cue sheets and notes in the encodings that their programs write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.audio.containers.window import Window

MAX_BYTES = 16 << 20
"""Bytes of a text file that are read."""

_PIECE = 1 << 20
_SAMPLE = 1 << 16
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NOT_TEXT = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_CYRILLIC_RUN = re.compile(rb"[\xe0-\xff\xc0-\xdf\xa8\xb8]{3,}")
_KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x7e\x80-\x96]")
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text file.

    Attributes:
        number: Counted from one.
        offset: Byte offset in the file where it begins.
        text: Without its line end.
    """

    number: int
    offset: int
    text: str

    @property
    def locator(self) -> str:
        """How evidence names it."""
        return f"line {self.number}@{self.offset}"


def text_encoding(window: Window) -> tuple[str, int] | None:
    """The codec of a text file and the length of its byte-order mark; ``None`` if it is no text.

    UTF-8 and UTF-16 are told by mark or form. What is neither is cp932 where it is so all through and has kana, as
    Japanese has; cp1251 where most of its bytes above 0x7F stand in runs of letters as Cyrillic words do; otherwise
    cp1252.
    """
    sample = window.read(0, _SAMPLE)
    for mark, codec in _BOMS:
        if sample.startswith(mark):
            return codec, len(mark)
    if len(sample) >= 8 and b"\0" in sample:
        return _unmarked_utf16(sample)
    if _NOT_TEXT.search(sample) is not None:
        return None
    try:
        cut = sample if len(sample) < _SAMPLE else sample[: -_torn(sample) or None]
        cut.decode("utf-8")
    except UnicodeDecodeError:
        if _is_japanese(sample):
            return "cp932", 0
        runs = sum(len(run) for run in _CYRILLIC_RUN.findall(sample))
        return ("cp1251" if 2 * runs > len(_HIGH.findall(sample)) else "cp1252"), 0
    return "utf-8", 0


def _is_japanese(sample: bytes) -> bool:
    """Whether bytes are Shift-JIS with kana, each of which takes two bytes that no other text has side by side so often."""
    if len(_KANA.findall(sample)) * 8 < len(_HIGH.findall(sample)):
        return False
    try:
        # a character that the sample cuts is no fault of it
        (sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1]).decode("cp932")
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(sample: bytes) -> tuple[str, int] | None:
    sample = sample[: len(sample) // 2 * 2]
    low, high = sample[::2], sample[1::2]
    if high.count(0) * 10 >= len(high) * 7 and not low.count(0):
        return "utf-16-le", 0
    if low.count(0) * 10 >= len(low) * 7 and not high.count(0):
        return "utf-16-be", 0
    return None


def _torn(sample: bytes) -> int:
    """How many bytes at the end belong to a character that the sample cuts."""
    for back in range(1, 5):
        byte = sample[-back]
        if byte < 0x80:
            return 0
        if byte >= 0xC0:
            return back
    return 0


def lines_of(window: Window, codec: str, start: int) -> Iterator[Line]:
    """The lines of a file from byte ``start`` on, as far as :data:`MAX_BYTES`; what cannot be decoded becomes U+FFFD."""
    newline = "\n".encode(codec)
    position, number, carry = start, 0, b""
    end = min(window.size, start + MAX_BYTES)
    offset = start
    while position < end:
        piece = window.read(position, min(_PIECE, end - position))
        if not piece:
            break
        position += len(piece)
        rows = _split(carry + piece, newline)
        carry = rows.pop()
        if len(carry) > _PIECE:
            rows, carry = [*rows, carry], b""
        for row in rows:
            number += 1
            yield Line(number, offset, row.decode(codec, "replace").rstrip("\r\n"))
            offset += len(row)
    if carry:
        yield Line(number + 1, offset, carry.decode(codec, "replace").rstrip("\r\n"))


def _split(data: bytes, newline: bytes) -> list[bytes]:
    """Rows with their line ends, and what follows the last line end."""
    if len(newline) == 1:
        rows = data.splitlines(keepends=True) if b"\r" in data and b"\n" not in data else None
        if rows is None:
            parts = data.split(newline)
            return [*(part + newline for part in parts[:-1]), parts[-1]]
        return [*rows, b""] if rows and rows[-1].endswith(b"\r") else rows or [b""]
    rows = []
    begin = 0
    at = data.find(newline)
    while at >= 0:
        if at % 2 == 0:
            rows.append(data[begin : at + 2])
            begin = at + 2
            at = data.find(newline, begin)
        else:
            at = data.find(newline, at + 1)
    return [*rows, data[begin:]]
