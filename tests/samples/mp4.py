"""MP4 audio (ISO 14496-12, -14): boxes, iTunes tags, and a silent AAC track or a lossless ALAC one."""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence

from tests.samples.bits import BitWriter
from tests.samples.comments import Tags, tag_pairs
from tests.samples.images import Picture, as_picture
from tests.samples.pcm import Pcm, silence

FIELD_ATOMS = {
    "title": "©nam",
    "artist": "©ART",
    "album": "©alb",
    "album_artist": "aART",
    "composer": "©wrt",
    "genre": "©gen",
    "date": "©day",
    "comment": "©cmt",
    "copyright": "cprt",
}
_AAC_FRAME, _ALAC_FRAME = 1024, 4096
_TEXT, _JPEG, _PNG, _BINARY = 1, 13, 14, 0
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(kind: str, *parts: bytes) -> bytes:
    """Return a box: size, four characters (``©`` as byte A9), content."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind.encode("latin-1") + body


def full_box(kind: str, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Return a box that begins with a version and flags."""
    return box(kind, bytes([version]) + flags.to_bytes(3, "big"), *parts)


def data_atom(value: bytes, *, kind: int = _TEXT) -> bytes:
    """Return a ``data`` atom: its type (1 text, 13 JPEG, 14 PNG, 21 integer, 0 binary), locale 0, value."""
    return box("data", struct.pack(">II", kind, 0), value)


def text_atom(name: str, *values: str) -> bytes:
    """Return a tag with one ``data`` atom for each text."""
    return box(name, *(data_atom(value.encode()) for value in values))


def number_pair_atom(name: str, text: str) -> bytes:
    """Return ``trkn`` or ``disk`` from "3" or "3/12"."""
    number, _, total = text.partition("/")
    tail = b"\0\0" if name == "trkn" else b""
    return box(name, data_atom(struct.pack(">HHH", 0, int(number), int(total or 0)) + tail, kind=_BINARY))


def freeform_atom(name: str, *values: str | bytes, mean: str = "com.apple.iTunes") -> bytes:
    """Return a ``----`` tag: its namespace, name, and one ``data`` atom for each value."""
    data = (
        data_atom(value.encode()) if isinstance(value, str) else data_atom(value, kind=_BINARY)
        for value in values
    )
    return box("----", full_box("mean", mean.encode()), full_box("name", name.encode()), *data)


def cover_atom(pictures: Sequence[Picture | bytes]) -> bytes:
    """Return a ``covr`` tag with every picture."""
    covers = [as_picture(picture) for picture in pictures]
    kinds = {"image/png": _PNG, "image/jpeg": _JPEG}
    return box("covr", *(data_atom(cover.data, kind=kinds[cover.mime_type]) for cover in covers))


def _tag_atom(name: str, value: str) -> bytes:
    if name.startswith("----:"):
        _, mean, key = name.split(":", 2)
        return freeform_atom(key, value, mean=mean)
    return number_pair_atom(name, value) if name in ("trkn", "disk") else text_atom(name, value)


def tag_atoms(tags: Tags, fields: dict[str, str]) -> list[bytes]:
    """Return the atoms of ``tags`` (by atom name or ``----:mean:name``) and keyword ``fields``."""
    names = FIELD_ATOMS | {"track": "trkn", "disk": "disk", "disc": "disk"}
    pairs = tag_pairs(tags) + [(names[name], value) for name, value in fields.items()]
    return [_tag_atom(name, value) for name, value in pairs]


@functools.cache
def _silent_aac() -> bytes:
    """Return one silent AAC-LC frame: a single channel element without scale factor bands, then END."""
    out = BitWriter()
    for value, width in ((0, 3), (0, 4), (100, 8), (0, 1), (0, 2), (0, 1), (0, 6), (0, 1), (0, 3), (7, 3)):
        out.put(value, width)
    return out.to_bytes()


def _alac_frame(samples: Sequence[int]) -> bytes:
    """Return an uncompressed ALAC frame of one channel that says its own length."""
    out = BitWriter()
    for value, width in ((0, 3), (0, 4), (0, 12), (1, 1), (0, 2), (1, 1), (len(samples), 32)):
        out.put(value, width)
    for sample in samples:
        out.put(sample, 16)
    out.put(7, 3)
    return out.to_bytes()


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def audio_entry(kind: str, *children: bytes, rate_hz: int = 44100, channels: int = 1) -> bytes:
    """Return an audio sample entry of any four characters: the fixed fields, then child boxes."""
    head = bytes(6) + struct.pack(">H8xHHHHI", 1, channels, 16, 0, 0, rate_hz << 16)
    return box(kind, head, *children)


def aac_config() -> bytes:
    """Return an ``esds`` box for AAC-LC, 44.1 kHz, mono."""
    specific = _descriptor(5, b"\x12\x08")
    decoder = _descriptor(4, struct.pack(">BB3sII", 0x40, 0x15, bytes(3), 32000, 32000), specific)
    return full_box("esds", _descriptor(3, b"\0\1\0", decoder, _descriptor(6, b"\2")))


def _alac_config(pcm: Pcm) -> bytes:
    shape = (_ALAC_FRAME, 0, 16, 40, 10, 14, 1, 255, 0, 0, pcm.rate_hz)
    return full_box("alac", struct.pack(">IBBBBBBHIII", *shape))


def _track(
    entry: bytes, sizes: Sequence[int], frame: int, *, rate_hz: int, duration: int, offset: int
) -> bytes:
    count = len(sizes)
    last = duration - frame * (count - 1)
    runs = (
        struct.pack(">III", 1, count, frame)
        if last == frame
        else struct.pack(">5I", 2, count - 1, frame, 1, last)
    )
    table = box(
        "stbl",
        full_box("stsd", struct.pack(">I", 1), entry),
        full_box("stts", runs),
        full_box("stsc", struct.pack(">IIII", 1, 1, count, 1)),
        full_box("stsz", struct.pack(f">II{count}I", 0, count, *sizes)),
        full_box("stco", struct.pack(">II", 1, offset)),
    )
    reference = box("dinf", full_box("dref", struct.pack(">I", 1), full_box("url ", flags=1)))
    media = box(
        "mdia",
        full_box("mdhd", struct.pack(">IIIIHH", 0, 0, rate_hz, duration, 0x55C4, 0)),
        full_box("hdlr", struct.pack(">I4s12x", 0, b"soun"), b"\0"),
        box("minf", full_box("smhd", bytes(4)), reference, table),
    )
    head = struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, duration, 0, 0, 0x100, 0) + _MATRIX + bytes(8)
    return box("trak", full_box("tkhd", head, flags=7), media)


def _movie(
    track: bytes, atoms: Sequence[bytes], rate_hz: int, duration: int, extra: Sequence[bytes]
) -> bytes:
    head = struct.pack(">IIIIIH10x", 0, 0, rate_hz, duration, 0x10000, 0x100) + _MATRIX + bytes(24)
    parts = [full_box("mvhd", head, struct.pack(">I", 2)), track]
    if atoms:
        handler = full_box("hdlr", struct.pack(">I4s4s8x", 0, b"mdir", b"appl"), b"\0")
        parts.append(box("udta", full_box("meta", handler, box("ilst", *atoms))))
    return box("moov", *parts, *extra)


def m4a(
    tags: Tags | None = None,
    *,
    atoms: Sequence[bytes] = (),
    pictures: Sequence[Picture | bytes] = (),
    alac: Pcm | bool = False,
    frames: int = 44,
    samples: Sequence[bytes] | None = None,
    entry: bytes | None = None,
    brand: str = "M4A ",
    movie_boxes: Sequence[bytes] = (),
    **fields: str,
) -> bytes:
    """Return an MP4 audio file with its ``moov`` before its ``mdat``.

    Args:
        tags: By atom name (``©nam``, ``trkn``: "3/12") or ``----:com.apple.iTunes:NAME``.
        atoms: Further children of ``ilst``, from the builders of this module.
        pictures: Covers, in one ``covr``.
        alac: A mono 16-bit :class:`Pcm` to store losslessly, or True for silence; else silent AAC.
        frames: How many AAC frames of 23 ms (a second where not said).
        samples: Encoded AAC-LC frames (44.1 kHz mono) in place of silence.
        entry: A whole sample entry in place of ``mp4a`` (see :func:`audio_entry`).
        brand: The file type's major brand.
        movie_boxes: Further children of ``moov`` (such as ``pssh``).
        fields: ``title``, ``artist``, ``track``, …
    """
    if alac:
        pcm = silence() if alac is True else alac
        starts = range(0, pcm.frames, _ALAC_FRAME)
        payload = [_alac_frame(pcm.channels[0][start : start + _ALAC_FRAME]) for start in starts]
        frame, rate, duration = _ALAC_FRAME, pcm.rate_hz, pcm.frames
        described = audio_entry("alac", _alac_config(pcm), rate_hz=rate)
    else:
        payload = [_silent_aac()] * frames if samples is None else list(samples)
        frame, rate, duration = _AAC_FRAME, 44100, _AAC_FRAME * len(payload)
        described = audio_entry("mp4a", aac_config())
    listed = [*tag_atoms(tags or {}, fields), *atoms, *([cover_atom(pictures)] if pictures else [])]
    start = box("ftyp", brand.encode("latin-1"), struct.pack(">I", 0), b"M4A mp42isom")
    sizes = [len(one) for one in payload]

    def movie(offset: int) -> bytes:
        track = _track(entry or described, sizes, frame, rate_hz=rate, duration=duration, offset=offset)
        return _movie(track, listed, rate, duration, movie_boxes)

    offset = len(start) + len(movie(0)) + 8
    return start + movie(offset) + box("mdat", *payload)
