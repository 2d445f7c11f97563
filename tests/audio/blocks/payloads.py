"""Which bytes of a frame are its payload, as ``docs/reference/tag-index.md`` says it to strangers."""

from __future__ import annotations

from archiver.model.audio import TagBlock, TagFrame

_FIXED = {
    "id3v2.2": 6,
    "id3v2.3": 10,
    "id3v2.4": 10,
    "id3v1": 0,
    "vorbis-comment": 4,
    "flac-picture": 4,
    "flac-application": 8,
    "flac-cuesheet": 4,
    "flac-block": 4,
    "opus-suffix": 0,
    "lyrics3v1": 11,
    "lyrics3v2": 8,
    "mp4-uuid": 24,
    "mp4-track-chapter": 2,
    "mp4": 8,
    "riff": 8,
    "ixml": 8,
    "axml": 8,
    "xmp": 8,
    "uits": 8,
    "c2pa": 8,
    "bext": 0,
    "cart": 0,
    "aiff-text": 8,
    "aiff-comments": 8,
    "aiff-markers": 7,
    "aiff-chunk": 8,
    "caf-strings": 0,
    "caf-chunk": 12,
    "dsdiff-comments": 14,
    "dsdiff": 12,
    "asf-content": 0,
    "asf-branding": 4,
    "asf-chapter": 30,
    "asf-script": 8,
    "asf-codecs": 2,
    "midi": 0,
    "realmedia": 2,
}
_WITHOUT_HEADER = ("extended-header", "albm:track", "CATALOG", "ISRC:", "sample")


def header_bytes(block: TagBlock, frame: TagFrame, stored: bytes) -> int:  # noqa: PLR0911 - a line for each rule
    """Bytes of a frame's header, of which ``stored`` are all bytes."""
    kind = block.kind.removesuffix("-inside").removesuffix("-chapter") or block.kind
    if frame.id.startswith(_WITHOUT_HEADER):
        return 0
    if kind.startswith(("ape", "musepack")):
        return stored.index(b"\0", 8) + 1
    if kind.startswith("caf-info"):
        return stored.index(b"\0") + 1
    if kind == "asf-extended":
        return 6 + int.from_bytes(stored[:2], "little")
    if kind.startswith("asf-metadata"):
        return 12 + int.from_bytes(stored[4:6], "little")
    if kind == "mp4-xtra":
        return 8 + int.from_bytes(stored[4:8], "big")
    if frame.id.startswith(("APPL:", "MANF:")) or (block.kind == "xmp" and stored.startswith(b"APPL")):
        return 12 if stored.startswith(b"APPL") else 16
    if block.kind == "caf-chunk" and stored.startswith(b"uuid"):
        return 28
    prefix = max((name for name in _FIXED if block.kind.startswith(name)), key=len)
    return _FIXED[prefix]
