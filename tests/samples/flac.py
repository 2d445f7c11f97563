"""FLAC streams (RFC 9639), encoded here: constant, verbatim and fixed-predictor subframes."""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Sequence

from tests.samples.bits import BitWriter, crc8_flac, crc16_flac
from tests.samples.comments import VENDOR, Tags, comment_block, comment_pairs, picture_block
from tests.samples.images import Picture, as_picture
from tests.samples.pcm import Pcm, silence

_BLOCK_SIZE = 4096
_SAMPLE_SIZES = {8: 1, 12: 2, 16: 4, 20: 5, 24: 6}
_STREAMINFO, _PADDING, _COMMENT, _PICTURE = 0, 1, 4, 6


def _differences(samples: Sequence[int], order: int) -> list[int]:
    residual = list(samples)
    for _ in range(order):
        residual = [after - before for before, after in itertools.pairwise(residual)]
    return residual


def _folded(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _rice_parameter(folded: Sequence[int]) -> int:
    mean = sum(folded) // max(1, len(folded))
    return min(14, max(0, mean.bit_length() - 1))


def _put_fixed(out: BitWriter, samples: Sequence[int], bits: int) -> None:
    """Write a fixed-predictor subframe of the best order with one Rice partition (RFC 9639 §9.2.5)."""
    limit = min(4, len(samples) - 1)
    order = min(range(limit + 1), key=lambda o: sum(map(abs, _differences(samples, o))))
    folded = [_folded(value) for value in _differences(samples, order)]
    parameter = _rice_parameter(folded)
    out.put(0b001000 | order, 7)
    out.put(0, 1)
    for sample in samples[:order]:
        out.put(sample, bits)
    out.put(0, 2)
    out.put(0, 4)
    out.put(parameter, 4)
    for value in folded:
        out.unary(value >> parameter)
        out.put(value, parameter)


def _put_subframe(out: BitWriter, samples: Sequence[int], bits: int, *, verbatim: bool) -> None:
    if len(set(samples)) == 1:
        out.put(0, 8)
        out.put(samples[0], bits)
    elif verbatim or len(samples) == 1:
        out.put(0b00000010, 8)
        for sample in samples:
            out.put(sample, bits)
    else:
        _put_fixed(out, samples, bits)


def _coded_number(number: int) -> bytes:
    """Return a frame number as FLAC codes it, which is how UTF-8 codes a character (RFC 9639 §9.1.5)."""
    return chr(number).encode()


def flac_frame(pcm: Pcm, number: int, block: Sequence[Sequence[int]], *, verbatim: bool = False) -> bytes:
    """Return one frame of a stream with fixed block size; ``number`` counts frames from 0."""
    size = len(block[0])
    header = bytearray(b"\xff\xf8")
    header.append(0x70)  # block size in 16 bits at the header's end; sample rate from STREAMINFO
    header.append((len(block) - 1) << 4 | _SAMPLE_SIZES[pcm.bits] << 1)
    header += _coded_number(number) + struct.pack(">H", size - 1)
    header.append(crc8_flac(bytes(header)))
    out = BitWriter()
    for samples in block:
        _put_subframe(out, samples, pcm.bits, verbatim=verbatim)
    frame = bytes(header) + out.to_bytes()
    return frame + struct.pack(">H", crc16_flac(frame))


@functools.lru_cache(maxsize=64)
def flac_frames(pcm: Pcm, *, verbatim: bool = False) -> tuple[bytes, ...]:
    """Return every frame of ``pcm``; ``verbatim`` stores the samples unpredicted."""
    return tuple(
        flac_frame(pcm, number, [c[start : start + _BLOCK_SIZE] for c in pcm.channels], verbatim=verbatim)
        for number, start in enumerate(range(0, pcm.frames, _BLOCK_SIZE))
    )


def streaminfo(pcm: Pcm, frames: Sequence[bytes], *, md5: bytes | None = None) -> bytes:
    """Return the STREAMINFO body (RFC 9639 §8.2); ``md5`` stands in for the true digest of the samples."""
    lengths = [len(frame) for frame in frames] or [0]
    block = max(16, min(_BLOCK_SIZE, pcm.frames))
    packed = pcm.rate_hz << 44 | (len(pcm.channels) - 1) << 41 | (pcm.bits - 1) << 36 | pcm.frames
    return b"".join(
        (
            struct.pack(">HH", block, block),
            min(lengths).to_bytes(3, "big"),
            max(lengths).to_bytes(3, "big"),
            packed.to_bytes(8, "big"),
            pcm.md5() if md5 is None else md5,
        )
    )


def metadata_block(kind: int, body: bytes, *, last: bool = False) -> bytes:
    """Return a FLAC metadata block with its header."""
    return bytes([kind | (0x80 if last else 0)]) + len(body).to_bytes(3, "big") + body


def flac(
    tags: Tags | None = None,
    *,
    pictures: Sequence[Picture | bytes] = (),
    audio: Pcm | None = None,
    vendor: str = VENDOR,
    blocks: Sequence[tuple[int, bytes]] = (),
    padding: int = 0,
    md5: bytes | None = None,
    verbatim: bool = False,
    **fields: str,
) -> bytes:
    """Return a FLAC file that ``flac -t`` accepts.

    Args:
        tags: Vorbis comments by name, one value or several.
        pictures: Covers; bare bytes are a front cover.
        audio: What to encode; a tenth of a second of silence where not given.
        vendor: The comment block's vendor text.
        blocks: Further metadata blocks as (type, body): 2 application, 3 seek table, 5 cue sheet.
        padding: Size of a padding block in bytes; 0 for none.
        md5: In place of the samples' true MD5; sixteen zeros say "unset".
        verbatim: Store the samples unpredicted.
        fields: Comments by keyword: ``title="…"``, ``track="3"``.
    """
    pcm = audio or silence()
    frames = flac_frames(pcm, verbatim=verbatim)
    parts = [(_STREAMINFO, streaminfo(pcm, frames, md5=md5)), *blocks]
    parts.append((_COMMENT, comment_block(comment_pairs(tags or {}, fields), vendor=vendor)))
    parts += [(_PICTURE, picture_block(as_picture(picture))) for picture in pictures]
    if padding:
        parts.append((_PADDING, bytes(padding)))
    head = b"".join(
        metadata_block(kind, body, last=at == len(parts) - 1) for at, (kind, body) in enumerate(parts)
    )
    return b"fLaC" + head + b"".join(frames)
