r"""Any text a name or tag may hold, made fit for a format that cannot hold all of it; what is replaced stays visible.

A character that cannot be written stands as the escape a programmer knows, ``\x1b`` or ``\u202e``.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything but the production Char of XML 1.0, section 2.2."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def xml_characters(text: str) -> str:
    """Return ``text`` in characters that XML 1.0 can hold; its markup is not escaped."""
    return _NOT_XML.sub(lambda found: _escape(found[0]), text) if _NOT_XML.search(text) else text


def one_line(text: str) -> str:
    """Return ``text`` for a line of a page: what breaks lines, hides or reorders characters stands as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def counted_files(number: int) -> str:
    """Return ``1 file``, ``2 files``, ``1234 files``."""
    return "1 file" if number == 1 else f"{number} files"


def shortened(text: str, columns: int) -> str:
    """Return ``text``, which is one line, cut in its middle to at most ``columns`` columns of a terminal."""
    if _columns(text) <= columns:
        return text
    head: list[str] = []
    tail: list[str] = []
    room = columns - 3
    left, right = 0, len(text) - 1
    while left <= right:
        from_head = len(head) <= len(tail)
        character = text[left] if from_head else text[right]
        room -= _columns(character)
        if room < 0:
            break
        if from_head:
            head.append(character)
            left += 1
        else:
            tail.append(character)
            right -= 1
    return "".join(head) + "..." + "".join(reversed(tail))


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _escape(character: str) -> str:
    number = ord(character)
    if number > 0xFFFF:
        return f"\\U{number:08x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
