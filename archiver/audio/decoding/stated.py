"""The MD5 of the samples that a file itself states, and how its format counts them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum, auto

from archiver.audio.containers.excerpt import Excerpt

_STREAMINFO = struct.Struct(">10xQ16s")
_BLOCK = struct.Struct("<4sIHHIIII")
_BLOCK_HEADER = 32
_MOST_BLOCKS = 2_000_000
_MOST_METADATA = 64 << 10
_HYBRID, _FLOAT = 0x8, 0x80
_MD5, _OTHER_MD5 = 0x26, 0x29
_LARGE, _KIND = 0x80, 0x3F


class Form(Enum):
    """How the samples are counted that an MD5 is made of: little-endian, but where it says otherwise."""

    SIGNED = auto()
    UNSIGNED = auto()
    """8-bit samples from 0 to 255, as WAV has them."""
    BIG_ENDIAN = auto()
    """As AIFF has them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says of its samples.

    Attributes:
        by: ``flac`` or ``wavpack``.
        bits: Of each sample, as its MD5 counts them.
        md5: In hex; ``None`` where it is unset, or speaks of samples that the file no longer has.
        samples: How many in each channel; ``None`` where it does not say.
        forms: The MD5 is of the samples in one of these.
    """

    by: str
    bits: int
    md5: str | None
    samples: int | None
    forms: tuple[Form, ...] = (Form.SIGNED,)


def flac_statement(streaminfo: bytes) -> Statement | None:
    """What STREAMINFO says (RFC 9639, 8.2), in whatever container; ``None`` where it is cut short."""
    if len(streaminfo) < _STREAMINFO.size:
        return None
    packed, md5 = _STREAMINFO.unpack_from(streaminfo)
    samples = packed & (1 << 36) - 1
    bits = (packed >> 36 & 31) + 1
    return Statement("flac", bits, md5.hex() if any(md5) else None, samples or None)


def wavpack_statement(file: Excerpt) -> Statement | None:
    """What WavPack's blocks say; ``None`` where the file states no MD5, or has floating-point samples.

    The MD5 stands in a block without samples near the end. It is of the samples as the packed file had them: one
    kind of MD5 speaks of those of WAV files, the other of those that AIFF or CAF files have, without saying which. A hybrid
    file that stands alone is lossy, so that its MD5 speaks of samples that it does not have.
    """
    at = flags = 0
    stated = None
    for _ in range(_MOST_BLOCKS):
        file.seek(at)
        head = file.read(_BLOCK_HEADER)
        if len(head) < _BLOCK_HEADER:
            break
        mark, size, _, _, _, _, samples, block_flags = _BLOCK.unpack_from(head)
        if mark != b"wvpk" or size < _BLOCK_HEADER - 8:
            break
        if samples:
            flags = flags or block_flags
        else:
            stated = _md5_within(file.read(min(size + 8 - _BLOCK_HEADER, _MOST_METADATA))) or stated
        at += size + 8
    if stated is None or flags & _FLOAT:
        return None
    kind, md5 = stated
    bits = ((flags & 3) + 1) * 8
    forms = (Form.SIGNED, Form.BIG_ENDIAN) if kind == _OTHER_MD5 else (_of_wav(bits),)
    return Statement("wavpack", bits, None if flags & _HYBRID else md5.hex(), None, forms)


def _of_wav(bits: int) -> Form:
    return Form.UNSIGNED if bits == 8 else Form.SIGNED


def _md5_within(metadata: bytes) -> tuple[int, bytes] | None:
    """The kind of an MD5 among the sub-blocks, and itself."""
    at = 0
    while at + 4 <= len(metadata):
        kind = metadata[at]
        counted, body = (
            (metadata[at + 1 : at + 4], at + 4) if kind & _LARGE else (metadata[at + 1 : at + 2], at + 2)
        )
        length = int.from_bytes(counted, "little") * 2
        if kind & _KIND in {_MD5, _OTHER_MD5} and length == 16 and body + length <= len(metadata):
            return kind & _KIND, metadata[body : body + length]
        at = body + length
    return None
