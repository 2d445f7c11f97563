"""Changes one element of bag-info.txt and leaves every other byte of it alone (RFC 8493 §2.2.2)."""

from __future__ import annotations

import re

from archiver.bagit.writer import format_bag_info

_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def replace_element(content: bytes, label: str, value: str) -> bytes:
    """Return ``content`` with ``value`` as the one value of ``label``, which is compared without regard to case.

    The first element of that label gives its place, further ones are left out; where there is none, the element is
    added at the end. ``content`` is UTF-8.

    Raises:
        BagWriteError: if the label or value cannot stand in bag-info.txt.
    """
    element = format_bag_info(((label, value),))
    wanted = label.lower()
    kept = bytearray()  # not a list of lines, of which there may be millions
    is_placed = in_element = False
    for found in _LINES.finditer(content):
        line = found[0]
        if line[:1] not in (b" ", b"\t"):
            in_element = _label_of(line) == wanted
            if in_element and not is_placed:
                kept += element
                is_placed = True
        if not in_element:
            kept += line
    if not is_placed:
        if kept and not kept.endswith((b"\r", b"\n")):
            kept += b"\n"
        kept += element
    return bytes(kept)


def _label_of(line: bytes) -> str:
    label, colon, _ = line.partition(b":")
    return label.decode("utf-8", "replace").strip("\ufeff \t").lower() if colon else ""
