"""WAV, AIFF, DSDIFF and DSF with nothing in them but the sound, what says how it is read, and an ID3 tag behind it.

Texts stand in chunks of many makers there, so the few chunks are named that stay; all others go. Sizes are taken at their
word or not at all: a file whose chunks do not end within it, or that leaves a size open, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import BinaryIO

from archiver.audio.containers.chunks import AIFF, DSDIFF, MAX_CHUNKS, RIFF, RIFX, ChunkForm, chunks
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.redacting.fields import Plain, id3_bytes
from archiver.audio.redacting.pieces import Piece, Stretch, UnredactableError, lay

_OF_WAVE = frozenset((b"ds64", b"fmt ", b"fact", b"data", b"MD5 "))
_OF_AIFF = frozenset((b"FVER", b"COMM", b"SSND"))
_OF_DSDIFF = frozenset((b"FVER", b"PROP", b"DSD ", b"DST "))
"""Chunks that stay. An index of DSDIFF (``DSTI``) counts bytes from the file's beginning, so it goes too."""

_OF_PROPERTIES = frozenset((b"FS  ", b"CHNL", b"CMPR", b"ABSS", b"LSCO"))
"""Chunks of DSDIFF's properties that say how the sound is read; some programs lay a tag beside them."""

_MOST_BYTES = {b"fmt ": 64, b"fact": 12, b"MD5 ": 16, b"ds64": 28, b"FVER": 4}
"""As long as chunks are that say how sound is read; a longer one holds something else as well."""

_MOST_OF_PROPERTIES = {b"FS  ": 4, b"CHNL": 2 + 4 * 64, b"CMPR": 4 + 1 + 255 + 1, b"ABSS": 8, b"LSCO": 2}
"""The same of DSDIFF's properties."""

_CHANNEL = re.compile(rb"SLFT|SRGT|MLFT|MRGT|LS  |RS  |C   |LFE |C[0-9]{3}")
"""What DSDIFF calls its channels (DSDIFF 1.5, 3.2.2)."""

_COMMON, _COMPRESSION = 18, 4
"""Bytes of what AIFF says of its sound, and of the name by which AIFF-C calls how it is packed; a name for people follows."""

_SOUND_FIXED, _MOST_SKIPPED = 8, 1 << 16

_LONG_SIZES, _LONG_SIZES_BYTES = b"ds64", 28
_DSF_HEAD, _DSF_CHUNK, _DSF_FORMAT = 28, 12, 52
_PLAIN, _PLAIN_BYTES = frozenset((1, 3, 6, 7)), 16
"""Numbers of WAV's formats that have no setup, PCM among them, and how much says how they are read."""

_LARGEST = {4: (1 << 32) - 1, 8: (1 << 63) - 1}


def rewrite_wave(file: BinaryIO, tags: Plain) -> None:
    """Rewrite WAV, RIFX, RF64 or BW64.

    Raises:
        UnredactableError: where its chunks cannot be made out.
    """
    window = _whole(file, b"RIFF", b"RIFX", b"RF64", b"BW64")
    head = window.read(0, 48)
    form = RIFX if head[:4] == b"RIFX" else RIFF
    is_long = head[:4] in (b"RF64", b"BW64")
    if is_long and (head[12:16] != _LONG_SIZES or int.from_bytes(head[16:20], "little") < _LONG_SIZES_BYTES):
        raise UnredactableError("its sizes cannot be made out")
    long_data = int.from_bytes(head[28:36], "little") if is_long else None
    kept = _kept(window, form, (12, window.size), _OF_WAVE, long_data)
    _refuse_unless_once(kept, b"fmt ", b"data")
    _refuse_more(kept, _MOST_BYTES)
    if not is_long:
        body = _body(window, kept, form, b"id3 ", tags)
        lay(file, [head[:4], _size(4 + _length(body), form), head[8:12], *body])
        return
    sizes = kept[0]
    if sizes.id != _LONG_SIZES or int.from_bytes(window.read(sizes.payload + 24, 4), "little"):
        raise UnredactableError("it has a table of further long sizes")
    body = _body(window, kept[1:], form, b"id3 ", tags)
    told = window.read(sizes.payload + 8, sizes.size - 8)
    size = (4 + 8 + sizes.size + sizes.size % 2 + _length(body)).to_bytes(8, "little")
    long_sizes = window.read(sizes.offset, 8) + size + told + bytes(sizes.size % 2)
    lay(file, [head[:12], long_sizes, *body])


def rewrite_aiff(file: BinaryIO, tags: Plain) -> None:
    """Rewrite AIFF or AIFF-C.

    Raises:
        UnredactableError: where its chunks cannot be made out.
    """
    window = _whole(file, b"FORM")
    kept = _kept(window, AIFF, (12, window.size), _OF_AIFF)
    _refuse_unless_once(kept, b"COMM", b"SSND")
    _refuse_more(kept, _MOST_BYTES)
    is_packed = window.read(8, 4) == b"AIFC"
    body: list[Piece] = []
    for one in kept:
        if one.id == b"COMM":
            body += _common(window, one, is_packed=is_packed)
        elif one.id == b"SSND":
            body += _sound(window, one)
        else:
            body += _as_it_is(one)
    body += _tag(AIFF, b"ID3 ", tags)
    lay(file, [b"FORM", _size(4 + _length(body), AIFF), window.read(8, 4), *body])


def _common(window: Window, one: Element, *, is_packed: bool) -> list[Piece]:
    """The chunk with what says how the sound is read, without the name for people that AIFF-C has there (as ``ffmpeg`` leaves it out)."""
    length = _COMMON + _COMPRESSION if is_packed else _COMMON
    told = window.read(one.payload, length)
    if len(told) < length or one.size < length:
        raise UnredactableError("what says how its sound is read cannot be made out")
    told += bytes(2) if is_packed and one.size > length else b""
    return [b"COMM" + _size(len(told), AIFF) + told]


def _sound(window: Window, one: Element) -> list[Piece]:
    """The chunk with the sound, with nothing in what is skipped before it."""
    skipped = int.from_bytes(window.read(one.payload, 4), "big")
    if one.size < _SOUND_FIXED or skipped > min(one.size - _SOUND_FIXED, _MOST_SKIPPED):
        raise UnredactableError("where its sound begins cannot be made out")
    begins = one.payload + _SOUND_FIXED
    return [
        Stretch(one.offset, begins),
        bytes(skipped),
        Stretch(begins + skipped, one.end),
        bytes(one.size % 2),
    ]


def rewrite_dsdiff(file: BinaryIO, tags: Plain) -> None:
    """Rewrite DSDIFF.

    Raises:
        UnredactableError: where its chunks cannot be made out.
    """
    window = _whole(file, b"FRM8")
    kept = _kept(window, DSDIFF, (16, window.size), _OF_DSDIFF)
    _refuse_unless_once(kept, b"PROP")
    if sum(one.id in (b"DSD ", b"DST ") for one in kept) != 1:
        raise UnredactableError("it has no sound, or more than one")
    _refuse_more(kept, _MOST_BYTES)
    (properties,) = (one for one in kept if one.id == b"PROP")
    told = list(islice(chunks(window, DSDIFF, properties.payload + 4, properties.end), MAX_CHUNKS))
    if not {one.id for one in told} <= _OF_PROPERTIES or not all(one.whole for one in told):
        raise UnredactableError("its properties hold more than how it is read")
    _refuse_more(told, _MOST_OF_PROPERTIES)
    body: list[Piece] = []
    for one in kept:
        body += _as_it_is(one) if one.id != b"PROP" else _properties(window, told)
    body += _tag(DSDIFF, b"ID3 ", tags)
    lay(file, [b"FRM8", _size(4 + _length(body), DSDIFF), window.read(12, 4), *body])


def _properties(window: Window, told: Sequence[Element]) -> list[Piece]:
    """DSDIFF's properties and nothing behind them, with blanks for the name that people call the packing by."""
    pieces: list[Piece] = []
    for one in told:
        if one.id == b"CMPR":
            name = min(one.payload + 5, one.end)
            pieces += [Stretch(one.offset, name), b" " * (one.end - name), bytes(one.size % 2)]
        elif one.id == b"CHNL":
            pieces.append(_channels(window, one))
        else:
            pieces += _as_it_is(one)
    return [b"PROP" + _size(4 + _length(pieces), DSDIFF) + b"SND ", *pieces]


def _channels(window: Window, one: Element) -> bytes:
    """The names of the channels; what is none is called by its number, as a channel without a name is."""
    data = window.read(one.payload, one.size)
    names = [data[2 + 4 * at : 6 + 4 * at] for at in range(int.from_bytes(data[:2], "big"))]
    if len(data) < 2 + 4 * len(names):
        raise UnredactableError("its channels cannot be made out")
    body = data[:2] + b"".join(
        name if _CHANNEL.fullmatch(name) else b"C%03d" % at for at, name in enumerate(names)
    )
    return one.id + _size(len(body), DSDIFF) + body


def rewrite_dsf(file: BinaryIO, tags: Plain) -> None:
    """Rewrite DSF, whose header says where its ID3 tag begins, behind all else.

    Raises:
        UnredactableError: where its chunks cannot be made out.
    """
    window = _whole(file, b"DSD ")
    head = window.read(0, _DSF_HEAD)
    end = _DSF_HEAD
    for name in (b"fmt ", b"data"):
        chunk = window.read(end, _DSF_CHUNK)
        size = int.from_bytes(chunk[4:], "little")
        if len(chunk) < _DSF_CHUNK or chunk[:4] != name or not _DSF_CHUNK <= size <= window.size - end:
            raise UnredactableError("its chunks cannot be made out")
        if name == b"fmt " and size != _DSF_FORMAT:
            raise UnredactableError("a chunk that says how it is read holds more than that")
        end += size
    tag = id3_bytes(tags)
    told = (end + len(tag)).to_bytes(8, "little") + (end if tag else 0).to_bytes(8, "little")
    lay(file, [head[:12] + told, Stretch(_DSF_HEAD, end), tag])


def _whole(file: BinaryIO, *names: bytes) -> Window:
    """The whole file, which must begin with its form."""
    window = Window(file, file.seek(0, 2))
    if window.read(0, 4) not in names:
        raise UnredactableError("something stands before its chunks")
    return window


def _kept(
    window: Window,
    form: ChunkForm,
    within: tuple[int, int],
    names: frozenset[bytes],
    long_data: int | None = None,
) -> list[Element]:
    """The chunks that stay, each of which states its size and ends within the file."""
    listed = list(islice(chunks(window, form, *within, long_data), MAX_CHUNKS))
    kept = [one for one in listed if one.id in names]
    if not kept or not all(one.whole for one in listed):
        raise UnredactableError("its chunks do not end within it")
    if not all(_is_stated(window, form, one, long_data) for one in kept):
        raise UnredactableError("it does not say how long its sound is")
    return kept


def _is_stated(window: Window, form: ChunkForm, chunk: Element, long_data: int | None) -> bool:
    stated = int.from_bytes(window.read(chunk.offset + 4, form.size_bytes), form.order)
    return stated == chunk.size or (chunk.id == b"data" and long_data == chunk.size)


def _refuse_unless_once(kept: Sequence[Element], *names: bytes) -> None:
    if any(sum(one.id == name for one in kept) != 1 for name in names):
        raise UnredactableError("what says how its sound is read is not there once")


def _refuse_more(kept: Sequence[Element], most: Mapping[bytes, int]) -> None:
    """Refuse chunks that are longer than their kind can be, or there more than once."""
    if any(one.size > most.get(one.id, one.size) for one in kept) or len({one.id for one in kept}) < len(
        kept
    ):
        raise UnredactableError("a chunk that says how it is read holds more than that")


def _body(window: Window, kept: Sequence[Element], form: ChunkForm, name: bytes, tags: Plain) -> list[Piece]:
    """The chunks of WAV that stay, and one with the tags."""
    body: list[Piece] = []
    for one in kept:
        body += _format(window, one, form) if one.id == b"fmt " else _as_it_is(one)
    return [*body, *_tag(form, name, tags)]


def _format(window: Window, one: Element, form: ChunkForm) -> list[Piece]:
    """The chunk that says how sound is read, with nothing behind that where its format has no setup."""
    number = int.from_bytes(window.read(one.payload, 2), form.order)
    if number not in _PLAIN or one.size <= _PLAIN_BYTES:
        return _as_it_is(one)
    told = one.payload + _PLAIN_BYTES
    return [Stretch(one.offset, told), bytes(one.end - told), bytes(one.size % 2)]


def _as_it_is(one: Element) -> list[Piece]:
    """A chunk, filled up to an even length."""
    return [Stretch(one.offset, one.end), bytes(one.size % 2)]


def _tag(form: ChunkForm, name: bytes, tags: Plain) -> list[Piece]:
    """A chunk with the tags; none where there is nothing to say."""
    tag = id3_bytes(tags)
    return [name + _size(len(tag), form) + tag + bytes(len(tag) % 2)] if tag else []


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(one) if isinstance(one, bytes) else one.end - one.start for one in pieces)


def _size(number: int, form: ChunkForm) -> bytes:
    if number > _LARGEST[form.size_bytes]:
        raise UnredactableError("it is too large for its kind of file")
    return number.to_bytes(form.size_bytes, form.order)
