"""Downloads of streaming clients that show nothing but their extension, and those of QQ Music that end in a mark.

The extension alone is no evidence: a clear FLAC may be named ``.mflac``. It counts only where the bytes are no
known format and no text. Double suffixes such as ``song.mgg0.flac`` occur.
"""

from __future__ import annotations

import re

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import sniff
from archiver.model.evidence import Protection

_QQ = ("qmc", "QQ Music download")
_QQ_SUFFIX = re.compile(
    r"\.(?:qmc(?:[0-9]|flac|ogg)|mflac[0-9a-z]?|mgg[0-9a-z]?|bkc(?:mp3|m4a|flac|wav|ape|ogg|wma)|tkm|mmp4"
    r"|tm[0236]|666c6163|6d7033|6f6767|6d3461|776176)(?:\.[a-z0-9]{2,5})?$",
    re.IGNORECASE,
)
_OTHERS = (
    (re.compile(r"\.x[23]m$", re.IGNORECASE), "ximalaya", "Ximalaya download"),
    (re.compile(r"\.mg3d$", re.IGNORECASE), "migu", "Migu Music download"),
    (re.compile(r"\.uc!$", re.IGNORECASE), "netease-cache", "NetEase Cloud Music cache"),
)
_TAIL = 16
_TAIL_MARKS = (b"musicex\0", b"QTag", b"STag")
_LONGEST_NOTE = 1 << 16
_HEADER = 16  # the fewest bytes by which a format shows itself
_HEAD = 4096
_TEXTURE = b"TIM2"  # of the PlayStation 2, named .tm2 too
_NO_TEXT = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def has_qq_suffix(name: str) -> bool:
    """Whether one of the last two suffixes is one that QQ Music gives to protected downloads."""
    return _QQ_SUFFIX.search(name) is not None


def suffix_protection(window: Window, name: str) -> Protection | None:
    """The protection of a file by its tail, or by its suffix where its bytes are no known format."""
    suffixed = has_qq_suffix(name)
    start = max(window.size - _TAIL, 0)
    tail = window.read(start, window.size - start)
    marked = tail.endswith(_TAIL_MARKS)
    if marked and (suffixed or (_length_fits(tail, window.size) and _unknown(window, name))):
        return Protection(*_QQ, f"tail@{start}")
    other = next(((scheme, title) for suffix, scheme, title in _OTHERS if suffix.search(name)), None)
    scheme = _QQ if suffixed else other
    if scheme is not None and window.size >= _HEADER and _unknown(window, name) and is_sealed(window):
        return Protection(*scheme, "file name suffix")
    return None


def _length_fits(tail: bytes, size: int) -> bool:
    """Whether the length that stands before the mark fits the file; a text may end in the mark by chance."""
    if len(tail) < _TAIL:
        return False
    if tail.endswith(b"\0"):
        return 0 < int.from_bytes(tail[0:4], "little") < min(size, _LONGEST_NOTE)
    return 0 < int.from_bytes(tail[8:12], "big") < min(size, _LONGEST_NOTE)


def _unknown(window: Window, name: str) -> bool:
    return sniff(window, name.rpartition(".")[2].lower()).kind in (None, Kind.LOCKED)


def is_sealed(window: Window) -> bool:
    """Whether the first bytes of a file of no known format are neither text nor a format that is named like audio."""
    head = window.read(0, _HEAD)
    return not head.startswith(_TEXTURE) and _NO_TEXT.search(head) is not None
