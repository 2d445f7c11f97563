"""Reads the lines of a text tag file, bounded and in any declared encoding (RFC 8493 §2.3).

A line ends with LF, CR or CRLF and with nothing else: U+2028, NEL and vertical tab are characters of a name.
Nothing here holds more than one block and one line in memory, however large the file or its longest line.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from enum import Enum

LONGEST_LINE = 1 << 18
"""Bytes (characters, in UTF-16 and its like) of one line that are read before it is given up as too long."""
ENDLESS_LINE = 1 << 28
"""The same of a line whose end is sought, so that a sparse file of terabytes does not hold its reader up."""

_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\r\n\t"
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
    | {"charmap", "utf_8_sig"}
)
_LONGEST_NAME = 64


class LineFault(Enum):
    """Why a line has no text."""

    TOO_LONG = "is too long to read"
    ENDLESS = "is too long to find its end, so nothing after it was read"
    NOT_TEXT = "is not text in the declared encoding"
    REST_NOT_TEXT = "and all after it are not text in the declared encoding"
    MARK = "starts with a byte-order mark"
    """Not a line of its own: the line with the same number follows, without the mark."""
    UNENDED = "is the last and has no line end"
    """Not a line of its own: the line with the same number came before."""


def find_encoding(name: str) -> str | None:
    """Return the name under which Python decodes the character set ``name``, or None if it is none it knows."""
    if not name.isascii() or len(name) > _LONGEST_NAME or not name.isprintable():
        return None
    try:
        codec = codecs.lookup(name).name
        "a".encode(name)
    except (LookupError, ValueError, OSError):
        return None
    return None if codec.replace("-", "_") in _NO_CHARSETS else codec


def _holds_ascii(encoding: str) -> bool:
    try:
        return _PRINTABLE.decode(encoding) == _PRINTABLE.decode("ascii")
    except ValueError:
        return False


def read_lines(
    blocks: Iterable[bytes], encoding: str, longest: int = LONGEST_LINE
) -> Iterator[tuple[int, str | LineFault]]:
    """Yield ``(number, text)`` for each line, counted from 1, or ``(number, fault)`` where it has no text.

    Args:
        blocks: The file's bytes in order, cut anywhere.
        encoding: A name that :func:`find_encoding` returned.
        longest: The most that one line may hold.

    A line that is not text does not hide the lines after it, unless the encoding (UTF-16, EBCDIC …) gives no way
    to find them again, or it has no end within :data:`ENDLESS_LINE`. A byte-order mark is reported and skipped, and a
    last line without an end is reported after it.
    """
    split = _narrow_lines if _holds_ascii(encoding) else _wide_lines
    number = 0
    for line in split(blocks, encoding, longest):
        if line is LineFault.UNENDED:
            yield number, line
            continue
        number += 1
        if number == 1 and isinstance(line, str) and line.startswith("\ufeff"):
            yield number, LineFault.MARK
            yield number, line[1:]
        else:
            yield number, line


def _narrow_lines(blocks: Iterable[bytes], encoding: str, longest: int) -> Iterator[str | LineFault]:
    for line in _byte_lines(blocks, longest):
        if isinstance(line, LineFault):
            yield line
            continue
        try:
            yield line.decode(encoding)
        except ValueError:
            yield LineFault.NOT_TEXT


def _byte_lines(blocks: Iterable[bytes], longest: int) -> Iterator[bytes | LineFault]:
    """Yield each line without its end, or what is wrong with its length or its end."""
    pending, skipped = b"", 0
    for block in blocks:
        data = pending + block
        # a CR at the very end may be the first half of a CRLF, so it waits for the next block
        end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        complete, pending = data[:end], data[end:]
        for line in complete.splitlines():
            yield LineFault.TOO_LONG if skipped or len(line) > longest else line
            skipped = 0
        if len(pending) > longest:
            pending, skipped = pending[-1:], skipped + len(pending)
            if skipped > ENDLESS_LINE:
                yield LineFault.ENDLESS
                return
    last = pending.removesuffix(b"\r")
    if skipped or len(last) > longest:
        yield LineFault.TOO_LONG
    elif pending:
        yield last
        if last == pending:
            yield LineFault.UNENDED


def _wide_lines(blocks: Iterable[bytes], encoding: str, longest: int) -> Iterator[str | LineFault]:
    pending, skipped = "", 0
    for text in _decode(blocks, encoding):
        if text is None:
            yield LineFault.REST_NOT_TEXT
            return
        *complete, pending = (pending + text).split("\n")
        for line in complete:
            yield LineFault.TOO_LONG if skipped or len(line) > longest else line
            skipped = 0
        if len(pending) > longest:
            pending, skipped = "", skipped + len(pending)
            if skipped > ENDLESS_LINE:
                yield LineFault.ENDLESS
                return
    if skipped:
        yield LineFault.TOO_LONG
    elif pending:
        yield pending
        yield LineFault.UNENDED


def _decode(blocks: Iterable[bytes], encoding: str) -> Iterator[str | None]:
    """Yield the text with LF for every line end, and None where it stops being text."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    for block in _with_end(blocks):
        state = decoder.getstate()
        try:
            yield decoder.decode(block, final=not block)
        except ValueError:
            decoder.setstate(state)
            yield from _decode_bytewise(decoder, block)
            yield None
            return


def _decode_bytewise(decoder: io.IncrementalNewlineDecoder, block: bytes) -> Iterator[str]:
    """Yield what of ``block`` comes before the byte that is no text."""
    for start in range(len(block)):
        try:
            yield decoder.decode(block[start : start + 1])
        except ValueError:
            return


def _with_end(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on every block that is not empty, then an empty one, which tells a decoder that the text has ended."""
    yield from filter(None, blocks)
    yield b""
