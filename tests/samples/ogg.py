"""Ogg (RFC 3533) with Opus (RFC 7845) and Vorbis I, both silent and both written here."""

from __future__ import annotations

import base64
import itertools
import struct
from collections.abc import Sequence
from operator import itemgetter

from tests.samples.bits import LowBitWriter, crc32_ogg
from tests.samples.comments import VENDOR, Tags, comment_block, comment_pairs, picture_block
from tests.samples.images import Picture, as_picture

_NO_PACKET_ENDS = 0xFFFFFFFFFFFFFFFF
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_SILENT_OPUS = b"\xf8\xff\xfe"
_OPUS_FRAME, _OPUS_PRE_SKIP = 960, 312
_VORBIS_BLOCK = 256


def ogg_page(segments: Sequence[bytes], *, serial: int, sequence: int, granule: int, flags: int = 0) -> bytes:
    """Return one page of at most 255 segments with its CRC; a segment below 255 bytes ends its packet."""
    lacing = bytes(len(segment) for segment in segments)
    head = struct.pack("<4sBBQIII", b"OggS", 0, flags, granule, serial, sequence, 0)
    page = head + bytes([len(segments)]) + lacing + b"".join(segments)
    return page[:22] + struct.pack("<I", crc32_ogg(page)) + page[26:]


def _segments(packet: bytes) -> list[bytes]:
    return [packet[at : at + 255] for at in range(0, len(packet) + 1, 255)]


def ogg_stream(
    groups: Sequence[tuple[Sequence[bytes], int]], *, serial: int = 0x0A0C, ended: bool = True
) -> bytes:
    """Return a logical stream: each group of packets starts a page and carries the granule position of its end.

    A group beyond 255 segments flows on to further pages. ``ended=False`` leaves the end-of-stream flag out.
    """
    pages: list[bytes] = []
    for at, (packets, granule) in enumerate(groups):
        segments = [segment for packet in packets for segment in _segments(packet)]
        continued = False
        for start in range(0, len(segments), 255):
            part = segments[start : start + 255]
            whole = start + 255 >= len(segments)
            ends = any(len(segment) < 255 for segment in part)
            flags = (_CONTINUED if continued else 0) | (0 if pages else _FIRST)
            flags |= _LAST if ended and whole and at == len(groups) - 1 else 0
            position = granule if ends else _NO_PACKET_ENDS
            pages.append(ogg_page(part, serial=serial, sequence=len(pages), granule=position, flags=flags))
            continued = len(part[-1]) == 255
    return b"".join(pages)


def ogg_packets(data: bytes) -> list[tuple[bytes, int]]:
    """Return the packets of a file with one stream, each with the granule position of the page it ends on."""
    packets, part, at = [], b"", 0
    while at < len(data):
        (granule,), count = struct.unpack("<Q", data[at + 6 : at + 14]), data[at + 26]
        lacing = data[at + 27 : at + 27 + count]
        at += 27 + count
        for length in lacing:
            part += data[at : at + length]
            at += length
            if length < 255:
                packets.append((part, granule))
                part = b""
    return packets


def _with_comments(data: bytes, comments: bytes, headers: int, serial: int) -> bytes:
    """Return an Ogg file with ``comments`` as its second packet of ``headers``, the sound as it was."""
    packets = ogg_packets(data)
    first, setup = packets[0][0], [packet for packet, _ in packets[2:headers]]
    groups: list[tuple[Sequence[bytes], int]] = [([first], 0), ([comments, *setup], 0)]
    for granule, run in itertools.groupby(packets[headers:], key=itemgetter(1)):
        groups.append(([packet for packet, _ in run], granule))
    return ogg_stream(groups, serial=serial)


def _all_pairs(
    tags: Tags | None, fields: dict[str, str], pictures: Sequence[Picture | bytes]
) -> list[tuple[str, str]]:
    blocks = [picture_block(as_picture(picture)) for picture in pictures]
    pairs = comment_pairs(tags or {}, fields)
    return pairs + [("METADATA_BLOCK_PICTURE", base64.b64encode(block).decode("ascii")) for block in blocks]


def opus(
    tags: Tags | None = None,
    *,
    pictures: Sequence[Picture | bytes] = (),
    packets: int = 50,
    vendor: str = VENDOR,
    serial: int = 0x0A0C,
    audio: bytes | None = None,
    **fields: str,
) -> bytes:
    """Return an Ogg Opus file: ``packets`` of 20 ms silence (one second where not said), mono.

    ``audio`` is an Opus file whose sound is taken in place of silence.
    """
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, _OPUS_PRE_SKIP, 48000, 0, 0)
    comments = b"OpusTags" + comment_block(_all_pairs(tags, fields, pictures), vendor=vendor)
    if audio is not None:
        return _with_comments(audio, comments, 2, serial)
    groups: list[tuple[Sequence[bytes], int]] = [([head], 0), ([comments], 0)]
    for start in range(0, packets, 50):
        count = min(50, packets - start)
        groups.append(([_SILENT_OPUS] * count, (start + count) * _OPUS_FRAME))
    return ogg_stream(groups, serial=serial)


def _vorbis_setup() -> bytes:
    """Return the smallest setup header: one codebook, floor, residue, mapping and mode (Vorbis I §4.2.4).

    The floor may say "silent" with one bit, so no packet ever reads the codebook.
    """
    out = LowBitWriter()

    def put(*fields: tuple[int, int]) -> None:
        for value, width in fields:
            out.put(value, width)

    put((0, 8))  # one codebook …
    put((0x564342, 24), (1, 16), (2, 24))  # … of one dimension and two entries,
    put((0, 1), (0, 1), (0, 5), (0, 5))  # unordered, not sparse, both of length 1,
    put((0, 4))  # without lookup
    put((0, 6), (0, 16))  # one time domain transform, a placeholder of the format
    put((0, 6), (1, 16))  # one floor of type 1 …
    put((0, 5), (0, 2), (7, 4))  # … without partitions, multiplier 1, range 7 bits
    put((0, 6), (0, 16))  # one residue of type 0 …
    put((0, 24), (0, 24), (0, 24), (0, 6), (0, 8))  # … over nothing, one classification, codebook 0
    put((0, 3), (0, 1))  # no cascade
    put((0, 6), (0, 16))  # one mapping of type 0 …
    put((0, 1), (0, 1), (0, 2))  # … one submap, no coupling
    put((0, 8), (0, 8), (0, 8))  # its time, floor and residue
    put((0, 6), (0, 1), (0, 16), (0, 16), (0, 8))  # one mode: short blocks, mapping 0
    put((1, 1))  # framing
    return b"\x05vorbis" + out.to_bytes()


def ogg_vorbis(
    tags: Tags | None = None,
    *,
    pictures: Sequence[Picture | bytes] = (),
    packets: int = 64,
    rate_hz: int = 44100,
    vendor: str = VENDOR,
    serial: int = 0x0A0C,
    audio: bytes | None = None,
    **fields: str,
) -> bytes:
    """Return an Ogg Vorbis file of ``packets`` silent blocks (128 samples each but the first), mono.

    ``audio`` is a Vorbis file whose sound is taken in place of silence.
    """
    power = _VORBIS_BLOCK.bit_length() - 1
    head = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, rate_hz, 0, 48000, 0, power << 4 | power, 1)
    comments = b"\x03vorbis" + comment_block(_all_pairs(tags, fields, pictures), vendor=vendor) + b"\x01"
    if audio is not None:
        return _with_comments(audio, comments, 3, serial)
    groups: list[tuple[Sequence[bytes], int]] = [([head], 0), ([comments, _vorbis_setup()], 0)]
    for start in range(0, packets, 64):
        count = min(64, packets - start)
        groups.append(([b"\0"] * count, (start + count - 1) * _VORBIS_BLOCK // 2))
    return ogg_stream(groups, serial=serial)
