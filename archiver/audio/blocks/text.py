"""From the bytes of a field to text, never failing: what cannot be decoded becomes U+FFFD."""

from __future__ import annotations

MAX_KEY = 256
"""Characters of a description, owner or name that become part of a frame's key."""


def fixed_field(data: bytes, encoding: str = "latin-1") -> str:
    """A NUL- or space-padded field of fixed size, up to its first NUL."""
    return data.partition(b"\0")[0].decode(encoding, "replace").rstrip()


def utf8_or_latin1(data: bytes) -> str:
    """Text of undeclared encoding, up to trailing NULs: UTF-8 if it is that, otherwise Latin-1."""
    data = data.rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


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
    """NUL-separated values on a line each, without the terminator."""
    return text.rstrip("\0").replace("\0", "\n")
