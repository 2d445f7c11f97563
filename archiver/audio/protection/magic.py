"""Protected downloads told by the bytes they begin with."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import extension_of
from archiver.model.evidence import Protection


@dataclass(frozen=True, slots=True)
class _Mark:
    """A scheme and what its files begin with: every ``(offset, bytes)`` must be there.

    Marks that are too short to speak for themselves count under certain extensions only.
    """

    scheme: str
    name: str
    parts: tuple[tuple[int, bytes], ...]
    extensions: tuple[str, ...] = ()


_MARKS = (
    _Mark("audible-aa", "Audible AA", ((4, b"\x57\x90\x75\x36"),)),
    _Mark("ncm", "NetEase Cloud Music download", ((0, b"CTENFDAM"),)),
    _Mark("kgm", "Kugou download (KGM)", ((0, bytes.fromhex("7cd532eb86027f4ba8afa68e0fff9914")),)),
    _Mark("vpr", "Kugou download (VPR)", ((0, bytes.fromhex("0528bc96e9e45a4391aabdd07af53631")),)),
    _Mark("kwm", "Kuwo download", ((0, b"yeelion-kuwo-tme"),)),
    _Mark("kwm", "Kuwo download", ((0, b"yeelion-kuwo\0\0\0\0"),)),
    _Mark("xiami", "Xiami download", ((0, b"ifmt"), (8, b"\xfe\xfe\xfe\xfe"))),
    _Mark("netease-cache", "NetEase Cloud Music cache", ((0, b"\xea\xe7\x90"),), ("uc", "uc!")),
    _Mark("netease-cache", "NetEase Cloud Music cache", ((0, b"\xc5\xef\xc2\xe0"),), ("uc", "uc!")),
    _Mark("oma-forward-lock", "OMA DRM forward lock, kept by Android", ((0, b"FWLK\0\0"),)),
    _Mark("joox", "JOOX download", ((0, b"E!04"),)),
)


def magic_protection(window: Window, name: str) -> Protection | None:
    """The protection that the first bytes of the file name."""
    head = window.read(0, 16)
    for mark in _MARKS:
        if mark.extensions and extension_of(name) not in mark.extensions:
            continue
        if all(head.startswith(part, at) for at, part in mark.parts):
            return Protection(mark.scheme, mark.name, f"magic@{mark.parts[0][0]}")
    return None
