"""Tags of ASF files: content description, extended description, metadata, metadata library, content branding."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import key_part, utf16
from archiver.audio.containers.asf_objects import header_objects
from archiver.audio.containers.element import Element

_UNICODE, _BOOL, _DWORD, _QWORD, _WORD = 0, 2, 3, 4, 5
_CONTENT_FIELDS = ("Title", "Author", "Copyright", "Description", "Rating")
_LONGEST_NAME = 4096


def read_asf(draft: Draft, offset: int) -> None:
    """Index the tags in the header object at ``offset``."""
    header_end = offset + int.from_bytes(draft.window.read(offset + 16, 8), "little")
    if header_end > draft.window.size:
        draft.breaks_off(header_end)
    for found in header_objects(draft.window, offset):
        if not found.whole and header_end <= draft.window.size:
            draft.malformed(f"the ASF object at byte {found.offset} runs past its parent")
        kind, walk = _WALKS.get(found.id, ("", None))
        if walk is not None:
            walk(draft, draft.block(kind, found.offset, found.length), found)


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
        block.add_payload(key, start, value, value + size, _value(draft, kind, value, size))
        position = value + size


def _walk_metadata(draft: Draft, block: BlockDraft, found: Element) -> None:
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
        block.add_payload(key, position, value, value + size, _value(draft, kind, value, size))
        position = value + size


def _walk_branding(draft: Draft, block: BlockDraft, found: Element) -> None:
    window, position = draft.window, found.payload + 4
    for key in ("Banner Image", "Banner Image URL", "Copyright URL"):
        size = int.from_bytes(window.read(position, 4), "little")
        value = position + 4
        if value + size > found.end:
            _cut(draft, found, f"the ASF content branding at byte {found.offset} is cut short")
            return
        if size:
            is_text = key != "Banner Image" and size <= MAX_TEXT
            text = window.read(value, size).rstrip(b"\0").decode("latin-1") if is_text else None
            block.add_payload(key, position, value, value + size, text)
        position = value + size


def _cut(draft: Draft, found: Element, message: str) -> None:
    """Note that an object's content does not end within it, unless the object itself is cut short."""
    if found.whole:
        draft.malformed(message)


def _utf16(data: bytes) -> str:
    return utf16(data, "little").rstrip("\0")


def _value(draft: Draft, kind: int, position: int, size: int) -> str | None:
    if kind == _UNICODE and size <= MAX_TEXT:
        return _utf16(draft.window.read(position, size))
    if kind in (_BOOL, _DWORD, _QWORD, _WORD) and size <= 8:
        return str(int.from_bytes(draft.window.read(position, size), "little"))
    return None


_WALKS: dict[bytes, tuple[str, Callable[[Draft, BlockDraft, Element], None]]] = {
    uuid.UUID(guid).bytes_le: (kind, walk)
    for guid, kind, walk in (
        ("75B22633-668E-11CF-A6D9-00AA0062CE6C", "asf-content", _walk_content),
        ("D2D0A440-E307-11D2-97F0-00A0C95EA850", "asf-extended", _walk_extended),
        ("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA", "asf-metadata", _walk_metadata),
        ("44231C94-9498-49D1-A141-1D134E457054", "asf-metadata-library", _walk_metadata),
        ("2211B3FA-BD23-11D2-B4B7-00A0C955FC6E", "asf-branding", _walk_branding),
    )
}
