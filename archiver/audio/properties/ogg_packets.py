"""How many samples a packet of an Ogg stream adds, which only its first bytes say.

The position on a page counts from the beginning of the stream, wherever the file begins: a recording that joins
a broadcast starts hours in (Vorbis I appendix A.2, RFC 7845 sections 4.3 and 4.5). What the first page's packets
add up to tells where the file itself begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

_OPUS_SAMPLES = (480, 960, 1920, 2880)
_OPUS_HYBRID = (480, 960)
_OPUS_CELT = (120, 240, 480, 960)
_MODE_BITS = 41
_MAX_MODES = 64

PacketSamples = Callable[[bytes], int]
"""Samples that a packet adds, by its first bytes; packets come in order."""


def opus_samples(head: bytes) -> int:
    """Samples at 48 kHz of an Opus packet (RFC 6716, section 3.1)."""
    if not head:
        return 0
    config, code = head[0] >> 3, head[0] & 3
    if config < 12:
        size = _OPUS_SAMPLES[config & 3]
    else:
        size = _OPUS_HYBRID[config & 1] if config < 16 else _OPUS_CELT[config & 3]
    frames = (1, 2, 2, head[1] & 63 if len(head) > 1 else 0)[code]
    return size * frames


def flac_samples(head: bytes) -> int:
    """Samples of a FLAC frame (RFC 9639, section 9.1.1); 0 where it is none."""
    if len(head) < 5 or head[0] != 0xFF or head[1] & 0xFC != 0xF8:
        return 0
    code = head[2] >> 4
    if code in (6, 7):
        after = 4 + _coded_number_bytes(head[4])
        width = code - 5
        return int.from_bytes(head[after : after + width], "big") + 1
    if code == 1:
        return 192
    return 0 if code == 0 else 576 << code - 2 if code < 6 else 256 << code - 8


def _coded_number_bytes(first: int) -> int:
    """Bytes of the frame's number, which is written as UTF-8 writes a character."""
    lead = 8 - (~first & 0xFF).bit_length()
    return max(lead, 1)


class VorbisSamples:
    """Adds up Vorbis packets, each of which overlaps the one before (Vorbis I, section 4.3.8).

    Args:
        blocksizes: Samples of the short and the long block.
        long_blocks: For each mode, whether it uses the long one.
    """

    __slots__ = ("_before", "_blocksizes", "_long_blocks")

    def __init__(self, blocksizes: tuple[int, int], long_blocks: Sequence[bool]) -> None:
        self._blocksizes = blocksizes
        self._long_blocks = long_blocks
        self._before = 0

    def __call__(self, head: bytes) -> int:
        """Samples that the packet adds; the first adds none."""
        if not head or head[0] & 1 or not self._long_blocks:
            return 0
        width = (len(self._long_blocks) - 1).bit_length()
        mode = head[0] >> 1 & ((1 << width) - 1)
        if mode >= len(self._long_blocks):
            return 0
        size = self._blocksizes[self._long_blocks[mode]]
        before, self._before = self._before, size
        return (before + size) // 4 if before else 0


def vorbis_modes(setup_end: bytes) -> list[bool]:
    """For each mode whether it uses long blocks, from the last bytes of the setup header; empty where they are damaged.

    The modes end the header, before one framing bit. They are read from there back, since all before them is
    entropy-coded: a mode has 32 bits of zeros in it, and their number stands before the first.
    """
    number = int.from_bytes(setup_end, "little")
    end = number.bit_length() - 1
    modes: list[bool] = []
    found: list[bool] = []
    while len(modes) < _MAX_MODES and end - _MODE_BITS >= 6:
        end -= _MODE_BITS
        mode = number >> end
        if mode >> 1 & 0xFFFF_FFFF or mode >> 33 & 0xFF >= _MAX_MODES:
            break
        modes.insert(0, bool(mode & 1))
        if (number >> end - 6 & 63) + 1 == len(modes):
            found = list(modes)
    return found
