"""QQ Music downloads: a mark at the end, or in older files nothing but the extension.

The extension alone is no evidence: a clear FLAC may be named ``.mflac``. It counts only where the bytes are no
known format. Double suffixes such as ``song.mgg0.flac`` occur.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from archiver.audio.blocks.window import Window
from archiver.audio.kinds import Kind
from archiver.audio.magic import sniff
from archiver.model.evidence import Protection

_NAME = "QQ Music download"
_SUFFIX = re.compile(
    r"\.(?:qmc(?:[0-9]|flac|ogg)|mflac[0-9a-z]?|mgg[0-9a-z]?|bkc(?:mp3|m4a|flac|wav|ape|ogg|wma)|tkm|mmp4"
    r"|666c6163|6d7033|6f6767|6d3461|776176)(?:\.[a-z0-9]{2,5})?$",
    re.IGNORECASE,
)
_TAIL = 16
_TAIL_MARKS = (b"musicex\0", b"QTag", b"STag")
_LONGEST_NOTE = 1 << 16


def has_qq_suffix(name: str) -> bool:
    """Whether one of the last two suffixes is one that QQ Music gives to protected downloads."""
    return _SUFFIX.search(name) is not None


def qq_protection(file: BinaryIO, window: Window, name: str) -> Protection | None:
    """The protection of a file by its tail, or by its suffix where its bytes are no known format."""
    suffixed = has_qq_suffix(name)
    start = max(window.size - _TAIL, 0)
    tail = window.read(start, window.size - start)
    marked = tail.endswith(_TAIL_MARKS)
    if marked and (suffixed or (_length_fits(tail, window.size) and _unknown(file, window, name))):
        return Protection("qmc", _NAME, f"tail@{start}")
    if suffixed and window.size and _unknown(file, window, name):
        return Protection("qmc", _NAME, "file name suffix")
    return None


def _length_fits(tail: bytes, size: int) -> bool:
    """Whether the length that stands before the mark fits the file; a text may end in the mark by chance."""
    if len(tail) < _TAIL:
        return False
    if tail.endswith(b"\0"):
        return 0 < int.from_bytes(tail[0:4], "little") < min(size, _LONGEST_NOTE)
    return 0 < int.from_bytes(tail[8:12], "big") < min(size, _LONGEST_NOTE)


def _unknown(file: BinaryIO, window: Window, name: str) -> bool:
    return sniff(file, window.size, name.rpartition(".")[2].lower()).kind in (None, Kind.LOCKED)
