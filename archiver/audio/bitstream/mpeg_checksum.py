"""The CRC-16 that an MPEG audio frame may hold: which of its bits it covers (ISO/IEC 11172-3, section 2.4.3.1).

It covers the second half of the header and what says how the frame is divided: in Layer III the side information, in
Layer I the allocation of bits to subbands, in Layer II that and which scale factors are shared. None of it is sound.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from fastcrc import crc16

from archiver.audio.bitstream.mpeg_frames import side_bytes
from archiver.audio.formats.mpeg_sync import MpegHeader, mpeg_header

_BODY = 6
_SUBBANDS = 32
_JOINT, _MONO = 1, 3

_ALLOCATION_BITS = (
    ((4, 11), (3, 12), (2, 4)),
    ((4, 11), (3, 12), (2, 7)),
    ((4, 2), (3, 6)),
    ((4, 2), (3, 10)),
    ((4, 4), (3, 7), (2, 19)),
)
"""Tables B.2a to B.2d, and B.1 of ISO/IEC 13818-3: how many subbands have allocations of so many bits."""


class _Run(NamedTuple):
    """Allocations of one width that follow one another.

    Attributes:
        width: Bits of each.
        bits: Of all.
        channels: To how many channels each belongs.
        lowest: The lowest bit of each.
    """

    width: int
    bits: int
    channels: int
    lowest: int


def checksum_holds(data: bytes, at: int, *, layer: int, mpeg1: bool) -> bool | None:
    """Whether the CRC-16 of the frame at ``at``, which has one, is right; ``None`` where that cannot be tested."""
    body = at + _BODY
    if layer == 3:
        bits = side_bytes(data, at, mpeg1=mpeg1) * 8
    else:
        bits = _covered(data, body, _runs(data[at : at + 4]))
    whole, more = divmod(bits, 8)
    if not bits or body + whole >= len(data):
        return None
    register = crc16.cms(data[at + 2 : at + 4] + data[body : body + whole])
    if more:  # the register moves on by as many bits; what they drive out comes back through the polynomial
        driven_out = register >> 16 - more ^ data[body + whole] >> 8 - more
        register = (register << more & 0xFFFF) ^ crc16.umts(bytes((driven_out,)))
    return register == int.from_bytes(data[at + 4 : body], "big")


def _covered(data: bytes, body: int, runs: tuple[_Run, ...]) -> int:
    """Bits from ``body`` on that the CRC covers: the allocations, and in Layer II two for each that is not 0."""
    left = total = sum(run.bits for run in runs)
    allocated = int.from_bytes(data[body : body + (total + 7) // 8], "big") >> -total % 8
    for run in runs:
        left -= run.bits
        if run.channels:
            total += 2 * run.channels * _used(allocated >> left & (1 << run.bits) - 1, run)
    return total


def _used(allocations: int, run: _Run) -> int:
    """How many of the allocations in a run are not 0."""
    any_bit = allocations | allocations >> 1
    if run.width > 2:
        any_bit |= allocations >> 2
    if run.width > 3:
        any_bit |= allocations >> 3
    return (any_bit & run.lowest).bit_count()


@functools.lru_cache(maxsize=1024)
def _runs(head: bytes) -> tuple[_Run, ...]:
    """The allocations of a frame of Layer I or II in the order of its bits.

    Above a bound, joint stereo has one for both channels. There are none where the table of a free-format frame is not
    known.
    """
    header = mpeg_header(head)
    if header is None or (header.layer == 2 and not header.bitrate_bps):
        return ()
    mode, extension = head[3] >> 6, head[3] >> 4 & 3
    channels = 1 if mode == _MONO else 2
    bound = 4 * (extension + 1) if mode == _JOINT else _SUBBANDS
    shares = header.layer == 2
    groups = _ALLOCATION_BITS[_table(header, channels)] if shares else ((4, _SUBBANDS),)
    runs, begin = [], 0
    for width, count in groups:
        apart = min(max(bound - begin, 0), count)
        runs += [_run(width, apart * channels, 1 * shares), _run(width, count - apart, channels * shares)]
        begin += count
    return tuple(run for run in runs if run.bits)


def _run(width: int, count: int, channels: int) -> _Run:
    return _Run(width, width * count, channels, sum(1 << width * number for number in range(count)))


def _table(header: MpegHeader, channels: int) -> int:
    """Which table of allocations a frame of Layer II uses, by its rate of bits for a channel."""
    kbps = header.bitrate_bps // 1000 // channels
    if not header.mpeg1:
        return 4
    if 56 <= kbps <= 80 or (header.rate == 48000 and kbps >= 56):
        return 0
    if kbps > 80:
        return 1
    return 3 if header.rate == 32000 else 2
