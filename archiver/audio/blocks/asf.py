"""Tags of ASF files: descriptions, metadata and its library, branding, markers, scripts and codecs (ASF Specification, section 3)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence

from archiver.audio.blocks.pictures import PICTURE_HEAD, InnerPicture
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import MAX_KEY, key_part, utf16
from archiver.audio.containers.asf_objects import header_objects
from archiver.audio.containers.element import Element
from archiver.audio.containers.inner import InnerDigest
from archiver.audio.containers.window import Window

_UNICODE, _BYTES, _BOOL, _DWORD, _QWORD, _WORD, _GUID = range(7)
_PICTURE = "WM/Picture"
_OF_PART = re.compile(r":[0-9]{1,5}:[0-9A-Za-z-]{0,35}\Z")
_CONTENT_FIELDS = ("Title", "Author", "Copyright", "Description", "Rating")
_LONGEST_NAME = 4096


def read_asf(draft: Draft, offset: int) -> None:
    """Index the tags in the header object at ``offset``."""
    header_end = offset + int.from_bytes(draft.window.read(offset + 16, 8), "little")
    if header_end > draft.window.size:
        draft.breaks_off(header_end)
    listed = list(header_objects(draft.window, offset))
    languages = next((_languages(draft.window, found) for found in listed if found.id == _LANGUAGES), [])
    for found in listed:
        if not found.whole and header_end <= draft.window.size:
            draft.malformed(f"the ASF object at byte {found.offset} runs past its parent")
        if found.id in _METADATA:
            block = draft.block(_METADATA[found.id], found.offset, found.length)
            _walk_metadata(draft, block, found, languages)
        kind, walk = _WALKS.get(found.id, ("", None))
        if walk is not None:
            walk(draft, draft.block(kind, found.offset, found.length), found)


def attribute_name(key: str) -> str:
    """The name in the key of an attribute, without the stream and the language that it is said of or in."""
    return _OF_PART.sub("", key)


def _languages(window: Window, found: Element) -> list[str]:
    """The tags of the languages that attributes refer to by number."""
    listed, position = list[str](), found.payload + 2
    for _ in range(int.from_bytes(window.read(found.payload, 2), "little")):
        size = int.from_bytes(window.read(position, 1), "little")
        if position + 1 + size > found.end:
            break
        listed.append(_utf16(window.read(position + 1, size)))
        position += 1 + size
    return listed


def _walk_content(draft: Draft, block: BlockDraft, found: Element) -> None:
    sizes = draft.window.read(found.payload, 10)
    position = found.payload + 10
    for index, key in enumerate(_CONTENT_FIELDS):
        size = int.from_bytes(sizes[2 * index : 2 * index + 2], "little")
        if position + size > found.end:
            _cut(draft, found, f"the ASF content description at byte {found.offset} is cut short")
            return
        if size:
            text = _utf16(draft.window.read(position, size))
            block.add_payload(key, position, position, position + size, text)
        position += size


def _walk_extended(draft: Draft, block: BlockDraft, found: Element) -> None:
    window, position = draft.window, found.payload + 2
    for _ in range(int.from_bytes(window.read(found.payload, 2), "little")):
        start = position
        name_size = int.from_bytes(window.read(position, 2), "little")
        head = window.read(position + 2 + name_size, 4)
        kind, size = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:], "little")
        value = position + 2 + name_size + 4
        if len(head) < 4 or value + size > found.end:
            _cut(
                draft, found, f"the ASF attribute at byte {start} is malformed; those after it are not listed"
            )
            return
        key = key_part(_utf16(window.read(start + 2, min(name_size, _LONGEST_NAME))))
        _add_value(draft, block, key, (start, value, value + size), kind)
        position = value + size


def _walk_metadata(draft: Draft, block: BlockDraft, found: Element, languages: Sequence[str]) -> None:
    window, position = draft.window, found.payload + 2
    for _ in range(int.from_bytes(window.read(found.payload, 2), "little")):
        head = window.read(position, 12)
        name_size, kind = int.from_bytes(head[4:6], "little"), int.from_bytes(head[6:8], "little")
        size = int.from_bytes(head[8:12], "little")
        value = position + 12 + name_size
        if len(head) < 12 or value + size > found.end:
            _cut(
                draft,
                found,
                f"the ASF attribute at byte {position} is malformed; those after it are not listed",
            )
            return
        key = key_part(_utf16(window.read(position + 12, min(name_size, _LONGEST_NAME))))
        language, stream = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
        if language or stream:
            tag = languages[language] if 0 < language < len(languages) else str(language or "")
            key = f"{key}:{stream}:{tag}"
        _add_value(draft, block, key, (position, value, value + size), kind)
        position = value + size


def _walk_branding(draft: Draft, block: BlockDraft, found: Element) -> None:
    window, position = draft.window, found.payload + 4
    is_picture = any(window.read(found.payload, 4))
    for key in ("Banner Image", "Banner Image URL", "Copyright URL"):
        size = int.from_bytes(window.read(position, 4), "little")
        value = position + 4
        if value + size > found.end:
            _cut(draft, found, f"the ASF content branding at byte {found.offset} is cut short")
            return
        if size:
            is_text = key != "Banner Image" and size <= MAX_TEXT
            text = window.read(value, size).rstrip(b"\0").decode("latin-1") if is_text else None
            inner = [InnerPicture(InnerDigest(0), None)] if key == "Banner Image" and is_picture else []
            block.add_payload(key, position, value, value + size, text, inner=inner)
        position = value + size


def _cut(draft: Draft, found: Element, message: str) -> None:
    """Note that an object's content does not end within it, unless the object itself is cut short."""
    if found.whole:
        draft.malformed(message)


def _utf16(data: bytes) -> str:
    return utf16(data, "little").rstrip("\0")


def _add_value(draft: Draft, block: BlockDraft, key: str, places: tuple[int, int, int], kind: int) -> None:
    """Index an attribute by where it begins, where its value does, and where it ends."""
    start, value, end = places
    if kind == _BYTES and attribute_name(key) == _PICTURE:
        text, inner = _picture(draft.window.read(value, min(end - value, PICTURE_HEAD)))
        block.add_payload(key, start, value, end, text, inner=inner)
    else:
        block.add_payload(key, start, value, end, _value(draft, kind, value, end - value))


def _picture(data: bytes) -> tuple[str | None, list[InnerPicture]]:
    """Description and picture of an attribute: sort, size, media type, description, the picture."""
    words, start = list[str](), 5
    for _ in range(2):
        end = next((at for at in range(start, len(data) - 1, 2) if data[at : at + 2] == b"\0\0"), None)
        if end is None:
            return None, []
        words.append(_utf16(data[start:end])[:MAX_KEY])
        start = end + 2
    size = int.from_bytes(data[1:5], "little")
    inner = [InnerPicture(InnerDigest(start, size), data[0])] if size else []
    return words[1] or None, inner


def _value(draft: Draft, kind: int, position: int, size: int) -> str | None:
    if kind == _UNICODE and size <= MAX_TEXT:
        return _utf16(draft.window.read(position, size))
    if kind in (_BOOL, _DWORD, _QWORD, _WORD) and size <= 8:
        return str(int.from_bytes(draft.window.read(position, size), "little"))
    if kind == _GUID and size == 16:
        return str(uuid.UUID(bytes_le=draft.window.read(position, size).ljust(16, b"\0")))
    return None


def _walk_markers(draft: Draft, block: BlockDraft, found: Element) -> None:
    """Index the names of the markers, each after four numbers that say where it stands."""
    window = draft.window
    head = window.read(found.payload, 24)
    position = found.payload + 24 + int.from_bytes(head[22:24], "little")
    for number in range(1, int.from_bytes(head[16:20], "little") + 1):
        size = 2 * int.from_bytes(window.read(position + 26, 4), "little")
        if not _add_words(draft, block, found, (f"MARKER:{number}", position, position + 30, size)):
            return
        position += 30 + size


def _walk_scripts(draft: Draft, block: BlockDraft, found: Element) -> None:
    """Index the commands that a player is to follow, by their sort, such as an address or words to show."""
    window = draft.window
    head = window.read(found.payload, 20)
    position, sorts = found.payload + 20, list[str]()
    for _ in range(int.from_bytes(head[18:20], "little")):
        size = 2 * int.from_bytes(window.read(position, 2), "little")
        if position + 2 + size > found.end:
            return
        sorts.append(key_part(_utf16(window.read(position + 2, size))))
        position += 2 + size
    for _ in range(int.from_bytes(head[16:18], "little")):
        told = window.read(position + 4, 4)
        sort, size = int.from_bytes(told[:2], "little"), 2 * int.from_bytes(told[2:], "little")
        key = f"SCRIPT:{sorts[sort] if sort < len(sorts) else sort}"
        if not _add_words(draft, block, found, (key, position, position + 8, size)):
            return
        position += 8 + size


def _walk_codecs(draft: Draft, block: BlockDraft, found: Element) -> None:
    """Index name and description of each codec."""
    window = draft.window
    position = found.payload + 20
    for number in range(1, int.from_bytes(window.read(found.payload + 16, 4), "little") + 1):
        position += 2
        for key in (f"CODEC:{number}", f"CODEC-DESCRIPTION:{number}"):
            size = 2 * int.from_bytes(window.read(position, 2), "little")
            if not _add_words(draft, block, found, (key, position, position + 2, size)):
                return
            position += 2 + size
        position += 2 + int.from_bytes(window.read(position, 2), "little")


def _add_words(draft: Draft, block: BlockDraft, found: Element, words: tuple[str, int, int, int]) -> bool:
    """Index words by their key, where they begin, where their text does, and its size; whether the object holds them."""
    key, start, payload, size = words
    if payload + size > found.end:
        _cut(draft, found, f"the ASF object at byte {found.offset} is cut short")
        return False
    if size:
        text = _utf16(draft.window.read(payload, size)) if size <= MAX_TEXT else None
        block.add_payload(key, start, payload, payload + size, text)
    return True


_WALKS: dict[bytes, tuple[str, Callable[[Draft, BlockDraft, Element], None]]] = {
    uuid.UUID(guid).bytes_le: (kind, walk)
    for guid, kind, walk in (
        ("75B22633-668E-11CF-A6D9-00AA0062CE6C", "asf-content", _walk_content),
        ("D2D0A440-E307-11D2-97F0-00A0C95EA850", "asf-extended", _walk_extended),
        ("2211B3FA-BD23-11D2-B4B7-00A0C955FC6E", "asf-branding", _walk_branding),
        ("F487CD01-A951-11CF-8EE6-00C00C205365", "asf-chapter", _walk_markers),
        ("1EFB1A30-0B62-11D0-A39B-00A0C90348F6", "asf-script", _walk_scripts),
        ("86D15240-311D-11D0-A3A4-00A0C90348F6", "asf-codecs", _walk_codecs),
    )
}

_METADATA = {
    uuid.UUID("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA").bytes_le: "asf-metadata",
    uuid.UUID("44231C94-9498-49D1-A141-1D134E457054").bytes_le: "asf-metadata-library",
}
_LANGUAGES = uuid.UUID("7C4346A9-EFE0-4BFC-B229-393EDE415C85").bytes_le
