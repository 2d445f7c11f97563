"""From the bytes of a field to text, never failing: what cannot be decoded becomes U+FFFD."""

from __future__ import annotations

import codecs
from typing import Literal

ByteOrder = Literal["little", "big"]

MAX_KEY = 256
"""Characters of a description, owner or name that become part of a frame's key."""


def fixed_field(data: bytes, encoding: str = "latin-1") -> str:
    """A NUL- or space-padded field of fixed size, up to its first NUL."""
    return data.partition(b"\0")[0].decode(encoding, "replace").rstrip()


def cut_utf8_or_latin1(data: bytes) -> str:
    """A field of fixed size and undeclared encoding, up to its first NUL, without filling.

    UTF-8 if it is that, though its last character may be cut; otherwise Latin-1.
    """
    stored = data.partition(b"\0")[0]
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(stored, final=len(stored) < len(data))
    except UnicodeDecodeError:
        text = stored.decode("latin-1")
    return text.rstrip()


def utf8_or_latin1(data: bytes) -> str:
    """Text of undeclared encoding, up to trailing NULs: UTF-8 if it is that, otherwise Latin-1."""
    data = data.rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def marked_order(data: bytes) -> ByteOrder | None:
    """The byte order that the mark at the beginning of UTF-16 names, or ``None`` where no mark is."""
    return {b"\xff\xfe": "little", b"\xfe\xff": "big"}.get(data[:2])  # type: ignore[return-value]


def likely_order(data: bytes) -> ByteOrder | None:
    """The byte order in which unmarked UTF-16 reads as text, or ``None`` where its bytes do not tell.

    Letters of Latin scripts, digits, spaces and line ends have a high byte of zero; few characters of any script
    have a low one. More than half of the text must be of the first sort.
    """
    zeros_first, zeros_second = data[0::2].count(0), data[1::2].count(0)
    most, fewest = max(zeros_first, zeros_second), min(zeros_first, zeros_second)
    if most * 4 <= len(data) or most <= 2 * fewest:
        return None
    return "big" if zeros_first > zeros_second else "little"


def utf16(data: bytes, order: ByteOrder) -> str:
    """UTF-16 in the order that its mark names, else in ``order``; a last odd byte is no character."""
    marked = marked_order(data)
    codec = "utf-16-be" if (marked or order) == "big" else "utf-16-le"
    even = data[: len(data) // 2 * 2]
    return even[2 if marked else 0 :].decode(codec, "replace")


def is_utf8_beyond_ascii(data: bytes) -> bool:
    """Whether ``data`` holds characters of several bytes in UTF-8 and nothing that is not UTF-8.

    In other encodings such bytes hardly ever follow each other throughout a text.
    """
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def printable_text(data: bytes) -> str | None:
    """The text that a field of undeclared type holds, or ``None`` if it looks binary.

    Text means UTF-8 without control characters other than tab and line ends, or an even number of bytes of
    UTF-16LE ending in a NUL as Windows Media writes.
    """
    if not data:
        return None
    try:
        text = data.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and _no_controls(text):
        return text
    if len(data) >= 4 and len(data) % 2 == 0 and data.endswith(b"\0\0"):
        text = data.decode("utf-16-le", "replace").rstrip("\0")
        if text and "\ufffd" not in text and _no_controls(text) and max(text) < "\u3000":
            return text
    return None


def _no_controls(text: str) -> bool:
    return text.isprintable() or all(char.isprintable() or char in "\t\r\n" for char in text)


def key_part(text: str) -> str:
    """``text`` as part of a frame's key: at most :data:`MAX_KEY` characters, on one line."""
    return " ".join(text[:MAX_KEY].split("\n"))


def joined_values(text: str) -> str:
    """NUL-separated values without the terminator."""
    return text.rstrip("\0")


def first_value(text: str) -> str:
    """What stands before the first NUL, where the format has one string in a field of given size."""
    return text.partition("\0")[0]
