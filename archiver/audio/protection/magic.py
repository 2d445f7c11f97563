"""Protected downloads told by the bytes they begin with."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.blocks.window import Window
from archiver.model.evidence import Protection


@dataclass(frozen=True, slots=True)
class _Mark:
    """A scheme and what its files begin with: every ``(offset, bytes)`` must be there."""

    scheme: str
    name: str
    parts: tuple[tuple[int, bytes], ...]


_MARKS = (
    _Mark("audible-aa", "Audible AA", ((4, b"\x57\x90\x75\x36"),)),
    _Mark("ncm", "NetEase Cloud Music download", ((0, b"CTENFDAM"),)),
    _Mark("kgm", "Kugou download (KGM)", ((0, bytes.fromhex("7cd532eb86027f4ba8afa68e0fff9914")),)),
    _Mark("vpr", "Kugou download (VPR)", ((0, bytes.fromhex("0528bc96e9e45a4391aabdd07af53631")),)),
    _Mark("kwm", "Kuwo download", ((0, b"yeelion-kuwo-tme"),)),
    _Mark("kwm", "Kuwo download", ((0, b"yeelion-kuwo\0\0\0\0"),)),
    _Mark("xiami", "Xiami download", ((0, b"ifmt"), (8, b"\xfe\xfe\xfe\xfe"))),
    _Mark("joox", "JOOX download", ((0, b"E!04"),)),
)


def magic_protection(window: Window) -> Protection | None:
    """The protection that the first bytes of the file name."""
    head = window.read(0, 16)
    for mark in _MARKS:
        if all(head.startswith(part, at) for at, part in mark.parts):
            return Protection(mark.scheme, mark.name, f"magic@{mark.parts[0][0]}")
    return None
