"""Files of lossless formats and of Musepack, built in code: their frames are noise, their structure is right."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from collections.abc import Sequence

RATE = 44100


def noise(seed: int, count: int) -> bytes:
    """Bytes that are the same on every machine."""
    return random.Random(seed).randbytes(count)


def checked(data: bytes) -> bytes:
    """``data`` and its CRC-32."""
    return data + struct.pack("<I", zlib.crc32(data))


def tta(frames: int = 12, last: int = 1000) -> bytes:
    """True Audio."""
    each = 256 * RATE // 245
    bodies = [checked(noise(frame, 300 + frame)) for frame in range(frames)]
    head = checked(b"TTA1" + struct.pack("<HHHII", 1, 2, 16, RATE, each * (frames - 1) + last))
    return head + checked(b"".join(struct.pack("<I", len(body)) for body in bodies)) + b"".join(bodies)


def ape(frames: int = 12, *, md5: bool = True, each: int = 73728, last: int = 1000) -> bytes:
    """Monkey's Audio 3.99."""
    bodies = [noise(frame, 400 + 4 * frame) for frame in range(frames)]
    source, trailing = b"RIFF" + noise(98, 40), noise(99, 10)
    first = 52 + 24 + 4 * frames + len(source)
    starts = [first + sum(map(len, bodies[:frame])) for frame in range(frames)]
    table = struct.pack(f"<{frames}I", *starts)
    header = struct.pack("<HHIIIHHI", 2000, 0, each, last, frames, 16, 2, RATE)
    sound = b"".join(bodies)
    digest = hashlib.md5(source + sound + trailing + header + table, usedforsecurity=False).digest()
    sizes = struct.pack("<7I", 52, 24, len(table), len(source), len(sound), 0, len(trailing))
    head = b"MAC " + struct.pack("<HH", 3990, 0) + sizes + (digest if md5 else bytes(16))
    return head + header + table + source + sound + trailing


def optimfrog(blocks: int = 8, each: int = 44100) -> bytes:
    """OptimFROG: two channels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body

    values = blocks * each * 2
    head = values.to_bytes(6, "little") + b"\x03\x01" + struct.pack("<IHB", RATE, 0x2582, 0)
    found = [chunk(b"OFR ", head), chunk(b"HEAD", noise(1, 44))]
    for block in range(blocks):
        body = struct.pack("<I", each * 2) + noise(block, 300 + block)
        found.append(chunk(b"COMP", struct.pack("<I", zlib.crc32(body)) + body))
    return b"".join(found) + chunk(b"TAIL", noise(2, 20))


def musepack7(frames: int = 40) -> bytes:
    """Musepack 7: frames of any number of bits, in words of 32."""
    number = random.Random(7)
    text = ""
    for _ in range(frames):
        bits = number.randrange(900, 3000)
        text += f"{bits:020b}" + f"{number.getrandbits(bits):0{bits}b}"
    text = "0" * 8 + text + "0" * 11
    text += "0" * (-len(text) % 32)
    words = [int(text[at : at + 32], 2) for at in range(0, len(text), 32)]
    head = b"MP+\x07" + struct.pack("<I", frames) + bytes(16)
    return head + struct.pack(f"<{len(words)}I", *words)


def sized(value: int) -> bytes:
    """A number of seven bits a byte."""
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))


def packet(name: bytes, body: bytes) -> bytes:
    """A packet of Musepack 8."""
    for width in range(1, 5):
        size = sized(2 + width + len(body))
        if len(size) == width:
            return name + size + body
    raise AssertionError


def musepack8(packets: int = 10, *, samples: int | None = None, end: bool = True) -> bytes:
    """Musepack 8: 64 frames a packet."""
    total = packets * 64 * 1152 - 481 if samples is None else samples
    header = b"\x08" + sized(total) + sized(0) + bytes((0x1C, 0x1B))
    parts = [packet(b"SH", struct.pack(">I", zlib.crc32(header)) + header), packet(b"RG", bytes(9))]
    parts += [packet(b"AP", noise(number, 300 + 10 * number)) for number in range(packets)]
    return b"MPCK" + b"".join(parts) + (packet(b"SE", b"") if end else b"")


def slow_crc24(data: bytes) -> bytes:
    """The CRC of OpenPGP (RFC 9580, section 6.1.1), bit by bit, lowest byte first."""
    state = 0xB704CE
    for byte in data:
        state ^= byte << 16
        for _ in range(8):
            state <<= 1
            if state & 0x1000000:
                state ^= 0x1864CFB
    return state.to_bytes(3, "little")


def _bits(fields: Sequence[tuple[int, int]]) -> bytes:
    value = at = 0
    for number, width in fields:
        value |= number << at
        at += width
    return value.to_bytes((at + 7) // 8, "little")


def tak(frames: int = 12, last: int = 1000) -> bytes:
    """TAK: frames of 125 ms."""
    each = RATE * 4 >> 5
    samples = (frames - 1) * each + last
    facts = [(2, 6), (0, 4), (1, 4), (samples, 35), (0, 3), (RATE - 6000, 18), (8, 5), (1, 4), (0, 1)]
    info = _bits(facts)

    def part(kind: int, body: bytes) -> bytes:
        return bytes((kind,)) + (len(body) + 3).to_bytes(3, "little") + body + slow_crc24(body)

    found = [b"tBaK", part(1, info), part(6, noise(1, 16)), b"\0\0\0\0"]
    for frame in range(frames):
        is_last = frame == frames - 1
        fields = [(0xA0FF, 16), (is_last | 2 * (frame % 8 == 0), 3), (frame, 21)]
        fields += [(last - 1, 14), (0, 2)] if is_last else []
        fields += [*facts, (0, 6)] if frame % 8 == 0 else []
        head = _bits(fields)
        body = noise(frame, 400 + frame)
        found += [head, slow_crc24(head), body, slow_crc24(body)]
    return b"".join(found)
