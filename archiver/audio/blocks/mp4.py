"""Every place in an MP4 or QuickTime file where tags stand: ilst, udta, meta, pinf, ID32 and uuid boxes, and chapters."""

from __future__ import annotations

from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.mp4_chapters import read_chapter_tracks
from archiver.audio.blocks.mp4_items import read_ilst, read_keys
from archiver.audio.blocks.mp4_user_data import WINDOWS, add_user_data, read_windows_attributes
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import fixed_field, key_part, printable_text
from archiver.audio.containers.boxes import boxes, entry_children, meta_children, sample_entries
from archiver.audio.containers.element import Element

_UNREAD = frozenset({b"key ", b"iviv", b"priv"})
_PERSONAL = frozenset({b"user", b"name", b"tran", b"righ", b"cert", b"sign"})
_TOP_LEVEL = frozenset(
    (
        b"ftyp",
        b"moov",
        b"mdat",
        b"free",
        b"skip",
        b"wide",
        b"meta",
        b"uuid",
        b"moof",
        b"styp",
        b"sidx",
        b"udta",
    )
)
_META_STRUCTURE = frozenset(
    b"hdlr free skip dinf pitm iloc ipro iinf iref iprp idat grpl ctry lang \0\0\0\0".split(b" ")
)
"""What else stands in a ``meta`` box: its sort, room, and the parts of pictures in HEIF."""

_XML = frozenset((b"xml ", b"bxml"))
_TRACK = "mp4-track-"
"""What the kinds of blocks begin with that describe one track, such as the one that holds the chapters."""

_TOP = "mp4-top-"
"""What the kind of a block of user data begins with that stands in no movie box."""

_MAX_TRACKS = 256


def read_mp4(draft: Draft, offset: int) -> None:
    """Index the tags of the file whose boxes begin at ``offset``."""
    window = draft.window
    for box in boxes(window, offset, window.size):
        if not box.whole and box.id in _TOP_LEVEL:
            draft.breaks_off(box.claimed)
        elif not box.whole:
            draft.malformed(f"the MP4 box at byte {box.offset} runs past the end of the file")
        if box.id == b"moov":
            _read_movie(draft, box)
        elif box.id == b"udta":
            _read_user_data(draft, box, place=_TOP)
        elif box.id == b"skip":
            _read_skipped(draft, box)
        elif box.id == b"meta":
            _read_meta(draft, box)
        elif box.id == b"uuid":
            _read_uuid(draft, box)


def _read_skipped(draft: Draft, skip: Element) -> None:
    """Index user data in a box that players skip, where UMG's tool for UITS receipts puts it."""
    if draft.window.read(skip.payload + 4, 4) == b"udta":
        for box in boxes(draft.window, skip.payload, skip.end):
            if box.id == b"udta":
                _read_user_data(draft, box, place=_TOP)


def _read_movie(draft: Draft, moov: Element) -> None:
    tracks: list[Element] = []
    for box in boxes(draft.window, moov.payload, moov.end):
        _judge_end(draft, box, moov)
        if box.id == b"udta":
            _read_user_data(draft, box)
        elif box.id == b"meta":
            _read_meta(draft, box)
        elif box.id == b"uuid":
            _read_uuid(draft, box)
        elif box.id == b"trak" and len(tracks) < _MAX_TRACKS:
            tracks.append(box)
            _read_track(draft, box)
        elif box.id == b"skip":
            _read_skipped(draft, box)
    read_chapter_tracks(draft, tracks)


def _judge_end(draft: Draft, box: Element, parent: Element) -> None:
    """Say that a box runs past its parent, unless the parent itself is cut short."""
    if not box.whole and parent.whole:
        draft.malformed(f"the MP4 box at byte {box.offset} runs past its parent")


def _read_track(draft: Draft, trak: Element) -> None:
    for box in boxes(draft.window, trak.payload, trak.end):
        if box.id == b"udta":
            _read_user_data(draft, box, _TRACK)
        elif box.id == b"meta":
            _read_meta(draft, box, _TRACK)
    for entry in sample_entries(draft.window, trak):
        for box in entry_children(draft.window, entry):
            if box.id in (b"pinf", b"sinf"):
                _read_purchase_information(draft, box)


def _read_user_data(draft: Draft, udta: Element, family: str = "mp4-", place: str = "") -> None:
    texts: list[Element] = []
    for box in boxes(draft.window, udta.payload, udta.end):
        _judge_end(draft, box, udta)
        if box.id == b"meta":
            _read_meta(draft, box, family)
        elif box.id == b"uuid":
            _read_uuid(draft, box)
        elif box.id == WINDOWS and box.whole:
            read_windows_attributes(draft, box, place or family)
        elif box.whole and box.id not in (b"free", b"skip", b"\0\0\0\0"):
            texts.append(box)
    if texts:
        block = draft.block(f"{place or family}udta", udta.offset, udta.length)
        for box in texts:
            add_user_data(draft, block, box)


def _read_meta(draft: Draft, meta: Element, family: str = "mp4-") -> None:
    keys: list[str] = []
    others: list[Element] = []
    for box in meta_children(draft.window, meta):
        _judge_end(draft, box, meta)
        if box.id == b"keys":
            keys = read_keys(draft.window, box)
        elif box.id == b"ilst":
            read_ilst(draft, box, keys, family)
        elif box.id == b"ID32":
            read_id3v2(draft, box.payload + 6)
        elif box.id == b"uuid":
            _read_uuid(draft, box)
        elif box.whole and box.id not in _META_STRUCTURE:
            others.append(box)
    if others:
        block = draft.block(f"{family}meta", meta.offset, meta.length)
        for box in others:
            start = box.payload + (4 if box.id in _XML else 0)
            size = box.end - start
            text = printable_text(draft.window.read(start, size)) if 0 < size <= MAX_TEXT else None
            block.add_payload(box.name, box.offset, box.payload, box.end, text)


def _read_uuid(draft: Draft, box: Element) -> None:
    key = "uuid:" + draft.window.read(box.payload, 16).hex()
    start, size = box.payload + 16, box.size - 16
    if size < 0:
        return
    text = printable_text(draft.window.read(start, size)) if size <= MAX_TEXT else None
    draft.block("mp4-uuid", box.offset, box.length).add_payload(key, box.offset, start, box.end, text)


def _read_purchase_information(draft: Draft, info: Element) -> None:
    """Index what a sample entry says of buyer and protection; what may be a key is not read, not even digested."""
    window = draft.window
    block = draft.block(f"mp4-{info.name}", info.offset, info.length)
    for box in boxes(window, info.payload, info.end):
        if box.id != b"schi":
            text = key_part(window.read(box.payload, min(box.size, 8)).decode("latin-1"))
            block.add_payload(box.name, box.offset, box.payload, box.end, text.replace("\0", "") or None)
            continue
        for part in boxes(window, box.payload, box.end):
            key = f"schi.{part.name}"
            if part.id in _UNREAD or part.id not in _PERSONAL:
                block.add(key, part.offset, part.end, None, None)
                continue
            data = window.read(part.payload, min(part.size, 512))
            text = fixed_field(data, "utf-8") if part.id == b"name" else data.hex()
            block.add(key, part.offset, part.end, None, text)
