"""WavPack and its correction files: block by block, each with its own checksum from version 5 on.

Source: David Bryant, WavPack 4 & 5 Binary File / Block Format (2020), and files made by its programs. The checksum of
a block (sub-block 0x2f) begins with all ones and takes each 16-bit word before its own sub-block as
``sum = 3 sum + word`` modulo 2³²; where two bytes hold it, its halves are xored.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.wavpack_order import Block, Order
from archiver.audio.properties.stretch import Stretch
from archiver.audio.properties.wavpack import read_wavpack
from archiver.model.sound import Bitstream, Essence, Sound

METHOD = "wavpack-blocks-v1"
CHECKED = ("wavpack-blocks", "wavpack-continuity")
CHECKSUM = "wavpack-checksums"
_MARK = b"wvpk"
_HEAD = 32
_MOST = 1 << 20
_HAS_CHECKSUM, _DSD = 0x1000_0000, 0x8000_0000
_LARGE, _ODD, _CHECKSUM = 0x80, 0x40, 0x2F
_UNKNOWN = 0xFFFF_FFFF
_MODULUS = 1 << 32
_MOST_STRAY = 1 << 16
"""Marks of a block that begin none, after which no more are looked for."""
_NOT_A_BLOCK = "there are bytes that belong to no block"
_FAILS = "a block fails its checksum"
_BROKEN = "the parts of a block do not fill it"
_AFTER = "bytes that belong to no block follow the last one"


def wavpack_stream(stretch: Stretch) -> Bitstream:
    """WavPack, and the correction file of a hybrid one."""
    rate = read_wavpack(stretch).sample_rate_hz
    flags = int.from_bytes(stretch.head(28)[24:28], "little")
    samples_a_second = rate // 8 if rate and flags & _DSD else rate  # of DSD a sample is eight bits
    return Bitstream("wavpack", stretch.start, stretch.end, {"rate": samples_a_second or None})


class WavpackWalk:
    """Goes from block to block."""

    def __init__(self, stream: Bitstream) -> None:
        self._digest = hashlib.sha256()
        self._order = Order(Damages(stream.given["rate"]))
        self._pending = bytearray()
        self._wanted = _HEAD
        self._position = stream.start
        self._end = stream.end
        self._stray_at: int | None = None
        self._strays = 0
        self._blocks = 0
        self._unproved = False
        self._heard = False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._pending += piece
        if len(self._pending) >= self._wanted:
            self._work()

    def _work(self) -> None:
        """Take the whole blocks that are there."""
        with memoryview(self._pending) as view:
            at = self._through(view)
        del self._pending[:at]
        self._position += at

    def _through(self, view: memoryview) -> int:
        at, length = 0, len(view)
        while at + _HEAD <= length:
            block = _header(view[at : at + _HEAD])
            if block is None:
                at = self._stray(at, length)
                continue
            if at + block.size > length:
                self._wanted = block.size
                return at
            self._block(block, view[at : at + block.size], self._position + at)
            at += block.size
        self._wanted = _HEAD
        return at

    def _stray(self, at: int, length: int) -> int:
        """Step over bytes that are no block's."""
        if self._stray_at is None:
            self._stray_at = self._position + at
        self._strays += 1
        found = -1 if self._strays > _MOST_STRAY else self._pending.find(_MARK, at + 1)
        return found if found >= 0 else length - len(_MARK) + 1

    def _block(self, block: Block, data: memoryview, offset: int) -> None:
        """Test one block, and digest it if it holds samples."""
        if self._stray_at is not None:
            self._order.fails(_NOT_A_BLOCK, self._stray_at)
            self._stray_at = None
        self._blocks += 1
        if block.samples:
            self._digest.update(data)
            self._heard = True
        holds = _holds(block, data)
        if holds is False:
            self._order.fails(_FAILS if block.flags & _HAS_CHECKSUM else _BROKEN, offset)
        elif block.samples:
            self._order.follow(block, offset)
        self._unproved |= holds is None

    def finish(self) -> Sound:
        """Return the digest of the blocks, and what they say."""
        after = self._position + len(self._pending)
        cut = after < self._end or bool(self._pending and _MARK.startswith(self._pending[:4]))
        damages = self._order.end(after, cut=cut)
        stray = self._stray_at is not None or bool(self._pending)
        detail = _AFTER if stray and not damages.count else None
        proved = self._blocks > 0 and not self._unproved
        checked = (*CHECKED, CHECKSUM) if proved else CHECKED
        essence = Essence(METHOD, self._digest.hexdigest()) if self._heard else None
        return Sound(essence, damages.verdict(checked, proved=proved, detail=detail))


def _header(head: memoryview) -> Block | None:
    """What the header of a block says; ``None`` where none stands."""
    mark, size, version, high, total_high, total, index, samples, flags = struct.unpack(
        "<4sIHBBIIII", head[:28]
    )
    whole = size + 8
    if mark != _MARK or not 0x402 <= version <= 0x410 or size & 1 or not _HEAD <= whole <= _MOST:
        return None
    length = -1 if total == _UNKNOWN else total + (total_high << 32) - total_high
    return Block(whole, length, index + (high << 32), samples, flags)


def _holds(block: Block, data: memoryview) -> bool | None:
    """Whether the block's checksum holds and its parts fill it; ``None`` where it has no checksum."""
    at = 0
    for kind, at, body in _parts(data):
        if kind & 0x3F != _CHECKSUM:
            continue
        if kind & _ODD or len(body) not in (2, 4):
            return False
        total = words_checksum(bytes(data[: at - 2]))
        expected = total if len(body) == 4 else (total ^ total >> 16) & 0xFFFF
        return int.from_bytes(body, "little") == expected and at + len(body) == len(data)
    return None if at == len(data) and not block.flags & _HAS_CHECKSUM else False


def _parts(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Kind, offset and body of the sub-blocks, and at last one of no kind where they end."""
    at = _HEAD
    while at + 2 <= len(data):
        kind, words, head = data[at], data[at + 1], 2
        if kind & _LARGE:
            if at + 4 > len(data):
                break
            words, head = words | data[at + 2] << 8 | data[at + 3] << 16, 4
        after = at + head + words * 2
        if after > len(data):
            break
        yield kind, at + head, data[at + head : after]
        at = after
    yield 0, at, data[:0]


_EVEN = int.from_bytes(b"\xff\xff\0\0" * (_MOST // 4), "little")
_LOW = int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * (_MOST // 8), "little")
_FEW = 16


def words_checksum(data: bytes) -> int:
    """The checksum of a block's bytes, of even number and at most a mebibyte.

    The sum is a polynomial in 3 with the words for coefficients. It is computed on all of them at once, in lanes of
    one long integer: neighbours are joined until 64 bits hold the sum of four words, then the first half is joined to
    the second until few lanes are left. No lane overflows: (2³² - 1)² + (2³² - 1) is less than 2⁶⁴.
    """
    padding = -len(data) % 8
    words = int.from_bytes(bytes(padding) + data, "little")
    pairs = (words & _EVEN) * 3 + (words >> 16 & _EVEN)
    lanes = (pairs & _LOW) * 9 + (pairs >> 32 & _LOW)
    count = (len(data) + padding) // 8
    while count > _FEW:
        half = count // 2
        kept = count - half
        first = (lanes & (1 << 64 * half) - 1) * pow(81, kept, _MODULUS)
        lanes = (lanes >> 64 * half) + (first << 64 * (kept - half)) & _LOW
        count = kept
    total = (_MODULUS - 1) * pow(3, len(data) // 2, _MODULUS)
    joined = 0
    for lane in struct.unpack(f"<{count}Q", lanes.to_bytes(count * 8, "little")):
        joined = (joined * 81 + lane) % _MODULUS
    return (total + joined) % _MODULUS
