"""From the raw tag blocks of a file to canonical tags: one vocabulary for every tag family.

Values keep their spelling and the order of the file. Where a file carries several blocks, its native one
speaks first; each later block only adds the fields that are still missing, so that a truncated ID3v1 title
never competes with the full one. What describes only a part of the file, such as a chapter, a track of a film
or a tag in the midst of the audio, says nothing of the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from archiver.audio.blocks.asf import attribute_name
from archiver.audio.blocks.id3v2 import CHAPTER, INSIDE
from archiver.audio.blocks.matroska import is_nested, tag_name
from archiver.audio.formats.kinds import Kind, fetched
from archiver.audio.tags import table
from archiver.audio.tags.genres import genre_of_number, genres
from archiver.model.audio import TagBlock, TagFrame

Pair = tuple[str, str]
"""A canonical name and the text of one frame, which may hold several values parted by NUL."""

_PRECEDENCE = (
    "vorbis-comment",
    "mp4-ilst",
    "mp4-keys",
    "asf",
    "id3v2",
    "ape",
    "riff-info",
    "bext",
    "cart",
    "aiff",
    "caf",
    "dsdiff",
    "mp4-udta",
    "mp4-xtra",
    "matroska-tags-30",
    "matroska-tags-50",
    "matroska-tags",
    "matroska-info",
    "realmedia",
    "midi",
    "lyrics3",
    "id3v1-enhanced",
    "id3v1",
)
_NAMED = {kind.value: kind.row.fields for kind in Kind if kind.row.fields is not None}
"""For each kind whose row names its fields, where they stand."""

_MATROSKA_LEVELS = {
    "matroska-tags": table.MATROSKA,
    "matroska-tags-30": table.MATROSKA,
    "matroska-tags-50": table.MATROSKA_ALBUM,
}
_REPLAYGAIN = re.compile(r"replaygain_[a-z0-9_]{1,40}")
_R128 = re.compile(r"r128_[a-z0-9_]{1,40}")
_DATES = frozenset({"date", "original_date"})
_TOTAL_NAMES = frozenset(table.TOTALS.values())
_PROGRAMS = ("itun", "musicmatch_", "songs-db_", "id3v1", "media jukebox", "mjmd", "cddb_", "quodlibet")
_OF = re.compile(r"/|\bof\b", re.IGNORECASE)
_LONGEST_NUMBER = 64
_DAY_AND_MONTH = re.compile(r"(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")


def canonical_tags(blocks: Sequence[TagBlock], kind: Kind | None) -> dict[str, tuple[str, ...]]:
    """The canonical tags of a file, in the order of :data:`archiver.audio.tags.table.FIELDS`.

    Args:
        blocks: The file's tag blocks, in its order. Frames without text (binary ones, and personal data that
            was taken out) yield nothing.
        kind: What the file is, which settles whether APEv2 or ID3v2 is its native family.
    """
    merged: dict[str, tuple[str, ...]] = {}
    for group in _by_precedence(blocks, kind):
        for name, values in _values(pair for block in group for pair in _pairs(block)).items():
            merged.setdefault(name, values)
    gains = sorted(name for name in merged if name.startswith("replaygain_"))
    return {name: merged[name] for name in (*table.FIELDS, *gains) if name in merged}


def _by_precedence(blocks: Sequence[TagBlock], kind: Kind | None) -> Iterator[list[TagBlock]]:
    """Groups of blocks that speak together: the several objects of ASF, AIFF and DSDIFF, else one block each."""
    families = [*_PRECEDENCE, *(family for family in _NAMED if family not in _PRECEDENCE)]
    if kind is not None and kind.row.native is not None:
        families.remove(kind.row.native)
        families.insert(0, kind.row.native)
    ranked: dict[int, list[TagBlock]] = {}
    for block in blocks:
        if block.kind.endswith((CHAPTER, INSIDE)):
            continue
        rank = next((at for at, family in enumerate(families) if block.kind.startswith(family)), None)
        if rank is not None:
            ranked.setdefault(rank, []).append(block)
    for rank in sorted(ranked):
        if families[rank] in ("asf", "aiff", "dsdiff"):
            yield ranked[rank]
        else:
            yield from ([block] for block in ranked[rank])


def _values(pairs: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, list[str]] = {}
    for name, text in pairs:
        before = list(gathered.get(name, ()))
        for value in _split(text):
            for target, part in _parts(name, value):
                # a value that one frame repeats is kept; one that another frame repeats is not
                known = before if target == name else gathered.get(target, [])
                if part not in known:
                    gathered.setdefault(target, []).append(part)
    return {name: tuple(values) for name, values in gathered.items() if values}


def _split(text: str) -> list[str]:
    """The values in a frame's text. A line break is part of a value, but for one at its end."""
    values = (value.rstrip("\r\n") for value in text.split("\0"))
    return [value for value in values if value.strip()]


def _parts(name: str, value: str) -> Iterator[Pair]:
    """A value under its name; of ``number/total`` both, each under its own."""
    if name not in table.TOTALS:
        if not (name in _DATES or name in _TOTAL_NAMES) or not _unset(value):
            yield name, value
        return
    number, total = _number_of(value)
    total = "" if _unset(total) else total
    if number and not (not total and _unset(number) and value.strip() != number):
        yield name, number
    if total:
        yield table.TOTALS[name], total


def _number_of(value: str) -> tuple[str, str]:
    """The two parts of ``number/total`` or ``number of total``; any other value is all number."""
    number, *rest = _OF.split(value, maxsplit=1) if len(value) <= _LONGEST_NUMBER else (value,)
    total = "".join(rest).strip()
    if rest and (not total or (total.isascii() and total.isdigit())):
        return number.strip(), total
    return value.strip(), ""


def _unset(value: str) -> bool:
    """Whether a total or a date is only zeros, as taggers write where they know nothing."""
    return not value.strip().strip("0-")


def _pairs(block: TagBlock) -> Iterator[Pair]:
    reader = next((read for family, read in _READERS.items() if block.kind.startswith(family)), None)
    if reader is not None:
        return reader(block)
    named = next((fields for kind, fields in _NAMED.items() if block.kind.startswith(kind)), None)
    return iter(()) if named is None else _folded(fetched(named))(block)


def _texts(block: TagBlock) -> Iterator[tuple[TagFrame, str]]:
    return ((frame, frame.text) for frame in block.frames if frame.text)


def _gain(key: str) -> str | None:
    """The canonical name of a loudness key in lower case, or ``None``."""
    if _REPLAYGAIN.fullmatch(key):
        return key
    return f"replaygain_{key}" if _R128.fullmatch(key) else None


def _plain(names: dict[str, str]) -> Callable[[TagBlock], Iterator[Pair]]:
    def read(block: TagBlock) -> Iterator[Pair]:
        return ((names[frame.id], text) for frame, text in _texts(block) if frame.id in names)

    return read


def _folded(names: dict[str, str]) -> Callable[[TagBlock], Iterator[Pair]]:
    def read(block: TagBlock) -> Iterator[Pair]:
        found = [(frame.id.lower(), text) for frame, text in _texts(block)]
        named = [(names.get(key) or _gain(key), text) for key, text in found]
        present = {name for name, _ in named}
        for (key, text), (name, _) in zip(found, named, strict=True):
            fallback = table.FALLBACKS.get(key)
            if name is not None:
                yield name, text
            elif fallback is not None and fallback not in present:
                yield fallback, text

    return read


def _vorbis(block: TagBlock) -> Iterator[Pair]:
    """Vorbis comments. The walker lists the encoder's own name first, as a frame called ``vendor``."""
    vendor = block.frames[:1]
    if vendor and vendor[0].id == "vendor":
        if vendor[0].text:
            yield "encoder", vendor[0].text
        block = TagBlock(block.kind, block.offset, block.length, block.frames[1:])
    yield from _folded(table.VORBIS)(block)


def _mp4(block: TagBlock) -> Iterator[Pair]:
    for frame, text in _texts(block):
        if frame.id.startswith("----:"):
            mean, _, name = frame.id.removeprefix("----:").partition(":")
            described = _described(name) if mean.lower() == "com.apple.itunes" else None
            if described is not None:
                yield described, text
        elif frame.id == "gnre":
            if text != "0":
                yield "genre", genre_of_number(text, first=1)
        elif frame.id in ("trkn", "disk"):
            number, _, total = text.partition("/")  # zero is none in these numbers of fixed size
            yield table.MP4[frame.id], "/".join(("" if number == "0" else number, total)).rstrip("/")
        elif frame.id == "xid ":
            yield from _isrc_of_vendor(text)
        elif frame.id in table.MP4:
            yield table.MP4[frame.id], text


def _asf(block: TagBlock) -> Iterator[Pair]:
    """Attributes, whatever stream or language they are said of or in."""
    if block.kind.startswith("asf-metadata"):
        frames = tuple(replace(frame, id=attribute_name(frame.id)) for frame in block.frames)
        block = replace(block, frames=frames)
    yield from _folded(fetched(_NAMED["asf"]))(block)


def _matroska(block: TagBlock) -> Iterator[Pair]:
    """Tags of the level that the block is of; what stands within another tag says something of that one."""
    fields = _MATROSKA_LEVELS.get(block.kind)
    if fields is None:
        return
    own = (frame for frame in block.frames if not is_nested(frame.id))
    block = replace(block, frames=tuple(replace(frame, id=tag_name(frame.id)) for frame in own))
    for name, text in _folded(fields)(block):
        yield name, text
        if name == "album_artist" and fields is table.MATROSKA_ALBUM:
            yield "artist", text


def _quicktime_keys(block: TagBlock) -> Iterator[Pair]:
    """Items named by a ``keys`` box: Apple's under its own prefix, and plain names as FFmpeg writes them."""
    frames = tuple(
        replace(frame, id=frame.id.lower().removeprefix("com.apple.quicktime.")) for frame in block.frames
    )
    return _folded(table.QUICKTIME_KEYS)(replace(block, frames=frames))


def _isrc_of_vendor(text: str) -> Iterator[Pair]:
    """The code in an iTunes Store identifier such as ``Vendor:isrc:QZES71900001``; other schemes name a product."""
    _, scheme, code = (*text.rsplit(":", 2), "", "")[:3]
    if scheme.lower() == "isrc" and code:
        yield "isrc", code


def _described(name: str) -> str | None:
    folded = name.lower()
    if folded == "itunnorm":
        return "replaygain_itunnorm"
    return table.DESCRIBED.get(folded) or _gain(folded)


def _id3(block: TagBlock) -> Iterator[Pair]:
    """The frames, then what stands in for a field that none of them has."""
    spoken: set[str] = set()
    for name, text in _id3_frames(block):
        spoken.add(name)
        yield name, text
    for frame, text in _texts(block):
        frame_id = _long_id(frame)
        other = table.ID3_FALLBACKS.get(frame_id)
        if frame_id == "TXXX":
            other = table.FALLBACKS.get(frame.id.partition(":")[2].lower())
        elif frame_id == "COMM" and not _description(frame.id).startswith(_PROGRAMS):
            other = "comment"
        if other is not None and other not in spoken:
            yield other, text


def _id3_frames(block: TagBlock) -> Iterator[Pair]:
    days = [text for frame, text in _texts(block) if _long_id(frame) == "TDAT"]
    for frame, text in _texts(block):
        frame_id = _long_id(frame)
        if frame_id == "COMM":
            yield from _id3_comment(frame.id, text)
        elif frame_id == "TXXX":
            name = _described(frame.id.partition(":")[2])
            if name is not None:
                yield name, text
        elif frame_id == "UFID":
            if frame.id.partition(":")[2] in ("http://musicbrainz.org", "https://musicbrainz.org"):
                yield "mb_recording_id", text
        elif frame_id == "TCON":
            yield "genre", "\0".join(genres(text.split("\0")))
        elif frame_id == "TYER":
            yield "date", _joined_date(text, days)
        elif frame_id in table.ID3:
            yield table.ID3[frame_id], text


def _long_id(frame: TagFrame) -> str:
    bare = frame.id.partition(":")[0]
    return table.ID3_SHORT.get(bare, bare)


def _description(key: str) -> str:
    """The description in the key of a comment, in lower case."""
    return key.partition(":")[2].rpartition(":")[0].strip().lower()


def _id3_comment(key: str, text: str) -> Iterator[Pair]:
    """What a person said of the file: the comment without a description. Programs describe theirs."""
    description = _description(key)
    if description == "itunnorm":
        yield "replaygain_itunnorm", text
    elif not description:
        yield "comment", text


def _joined_date(year: str, days: list[str]) -> str:
    """``TYER`` and ``TDAT`` (day and month) as one ISO 8601 date, where both are well formed."""
    day = _DAY_AND_MONTH.fullmatch(days[0].strip()) if len(days) == 1 else None
    if day is None or not _YEAR.fullmatch(year.strip()):
        return year
    return f"{year.strip()}-{day.group(2)}-{day.group(1)}"


def _id3v1(block: TagBlock) -> Iterator[Pair]:
    for frame, text in _texts(block):
        if frame.id in table.ID3V1:
            numbered = frame.id == "genre" and block.kind == "id3v1"
            yield table.ID3V1[frame.id], genre_of_number(text) if numbered else text


_READERS: dict[str, Callable[[TagBlock], Iterator[Pair]]] = {
    "vorbis-comment": _vorbis,
    "mp4-ilst": _mp4,
    "mp4-udta": _mp4,
    "mp4-xtra": _folded(table.ASF),
    "asf": _asf,
    "matroska-tags": _matroska,
    "matroska-info": _plain(table.MATROSKA_INFO),
    "realmedia": _plain(table.REALMEDIA),
    "midi": _plain(table.MIDI),
    "lyrics3": _plain(table.LYRICS3),
    "mp4-keys": _quicktime_keys,
    "id3v2": _id3,
    "ape": _folded(table.APE),
    "riff-info": _plain(table.RIFF_INFO),
    "bext": _plain(table.BROADCAST),
    "cart": _plain(table.CART),
    "aiff": _plain(table.AIFF),
    "dsdiff": _plain(table.DSDIFF),
    "id3v1": _id3v1,
}
