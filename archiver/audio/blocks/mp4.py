"""Every place in an MP4 or QuickTime file where tags stand: ilst, udta, pinf, ID32 and uuid boxes."""

from __future__ import annotations

from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.mp4_ilst import read_ilst, read_keys
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import (
    first_value,
    fixed_field,
    key_part,
    marked_order,
    printable_text,
    utf8_or_latin1,
    utf16,
)
from archiver.audio.containers.boxes import boxes, entry_children, meta_children, sample_entries
from archiver.audio.containers.element import Element

_3GPP_TEXT = frozenset({b"titl", b"auth", b"perf", b"gnre", b"dscp", b"cprt", b"albm", b"kywd"})
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
    tracks = 0
    for box in boxes(draft.window, moov.payload, moov.end):
        _judge_end(draft, box, moov)
        if box.id == b"udta":
            _read_user_data(draft, box)
        elif box.id == b"meta":
            _read_meta(draft, box)
        elif box.id == b"uuid":
            _read_uuid(draft, box)
        elif box.id == b"trak" and tracks < _MAX_TRACKS:
            tracks += 1
            _read_track(draft, box)
        elif box.id == b"skip":
            _read_skipped(draft, box)


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
        elif box.whole and box.id not in (b"free", b"skip", b"\0\0\0\0"):
            texts.append(box)
    if texts:
        block = draft.block(f"{place or family}udta", udta.offset, udta.end - udta.offset)
        for box in texts:
            block.add_payload(box.name, box.offset, box.payload, box.end, _user_data_text(draft, box))


def _user_data_text(draft: Draft, box: Element) -> str | None:
    size = box.end - box.payload
    if size > MAX_TEXT:
        return None
    data = draft.window.read(box.payload, size)
    if box.id in _3GPP_TEXT:
        data = data[6:]
        order = marked_order(data)
        return first_value(utf16(data, order)) if order else utf8_or_latin1(data.partition(b"\0")[0])
    if box.id[0] == 0xA9:
        return _international_text(data)
    return printable_text(data)


def _international_text(data: bytes) -> str:
    """QuickTime user data: runs of length, language and text."""
    texts = []
    while len(data) >= 4:
        length = int.from_bytes(data[:2], "big")
        texts.append(utf8_or_latin1(data[4 : 4 + length]))
        data = data[4 + length :]
    return "\0".join(texts)


def _read_meta(draft: Draft, meta: Element, family: str = "mp4-") -> None:
    keys: list[str] = []
    for box in meta_children(draft.window, meta):
        _judge_end(draft, box, meta)
        if box.id == b"keys":
            keys = read_keys(draft.window, box)
        elif box.id == b"ilst":
            read_ilst(draft, box, keys, family)
        elif box.id == b"ID32":
            read_id3v2(draft, box.payload + 6)


def _read_uuid(draft: Draft, box: Element) -> None:
    key = "uuid:" + draft.window.read(box.payload, 16).hex()
    start, size = box.payload + 16, box.end - box.payload - 16
    if size < 0:
        return
    text = printable_text(draft.window.read(start, size)) if size <= MAX_TEXT else None
    draft.block("mp4-uuid", box.offset, box.end - box.offset).add_payload(
        key, box.offset, start, box.end, text
    )


def _read_purchase_information(draft: Draft, info: Element) -> None:
    """Index what a sample entry says of buyer and protection; what may be a key is not read, not even digested."""
    window = draft.window
    block = draft.block(f"mp4-{info.name}", info.offset, info.end - info.offset)
    for box in boxes(window, info.payload, info.end):
        if box.id != b"schi":
            text = key_part(window.read(box.payload, min(box.end - box.payload, 8)).decode("latin-1"))
            block.add_payload(box.name, box.offset, box.payload, box.end, text.replace("\0", "") or None)
            continue
        for part in boxes(window, box.payload, box.end):
            key = f"schi.{part.name}"
            if part.id in _UNREAD or part.id not in _PERSONAL:
                block.add(key, part.offset, part.end, None, None)
                continue
            data = window.read(part.payload, min(part.end - part.payload, 512))
            text = fixed_field(data, "utf-8") if part.id == b"name" else data.hex()
            block.add(key, part.offset, part.end, None, text)
