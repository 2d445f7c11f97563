"""Tag frames under names that all families share, each with the words that find it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archiver.audio.blocks.asf import attribute_name
from archiver.audio.blocks.matroska import tag_name
from archiver.model.audio import TagBlock, TagFrame
from archiver.personal.find import withheld

_ID3 = {
    **dict.fromkeys(("TCOP", "TCR"), "COPYRIGHT"),
    "TPRO": "PHONOGRAM",
    **dict.fromkeys(("WCOP", "WCP"), "LICENSE URL"),
    **dict.fromkeys(("TSRC", "TRC"), "ISRC"),
    **dict.fromkeys(("TMED", "TMT"), "MEDIA"),
    **dict.fromkeys(("TRCK", "TRK"), "TRACKNUMBER"),
    **dict.fromkeys(("WOAF", "WAF"), "WEBSTATEMENT"),
    **dict.fromkeys(("WOAS", "WAS"), "WOAS"),
    **dict.fromkeys(("MCDI", "MCI"), "CDTOC"),
    **dict.fromkeys(("COMM", "COM"), "COMMENT"),
    **dict.fromkeys(("TXXX", "TXX", "WXXX", "WXX", "UFID", "UFI"), ""),
    **dict.fromkeys(("USLT", "ULT", "SYLT", "SLT"), "LYRICS"),
    "USER": "USERTERMS",
}
_OTHER = {
    "©CMT": "COMMENT",
    "DESC": "DESCRIPTION",
    "LDES": "DESCRIPTION",
    "©DES": "DESCRIPTION",
    "CPRT": "COPYRIGHT",
    "©CPY": "COPYRIGHT",
    "(C) ": "COPYRIGHT",
    "ICOP": "COPYRIGHT",
    "ICMT": "COMMENT",
    "ANNO": "COMMENT",
    "COMT": "COMMENT",
    "COPYRIGHT URL": "LICENSE URL",
    "LICENCE": "LICENSE",
    "IMED": "MEDIA",
    "TRKN": "TRACKNUMBER",
    "TRACK": "TRACKNUMBER",
    "TEXT": "COMMENT",
    "TAGTEXT": "COMMENT",
    "TERMS_OF_USE": "USERTERMS",
    "PRODUCTION_COPYRIGHT": "COPYRIGHT",
    "ORIGINAL_MEDIA_TYPE": "MEDIA",
}
_RIFF_SOURCE = {"ISRC": "SOURCE SUPPLIER", "ISRF": "SOURCE FORM"}
_PATHS = {
    "mp4-ilst": "moov.udta.meta.ilst.",
    "mp4-udta": "moov.udta.",
    "mp4-top-udta": "udta.",
    "mp4-track-udta": "moov.trak.udta.",
    "mp4-track-ilst": "moov.trak.udta.meta.ilst.",
    "mp4-keys": "moov.meta.ilst.",
    "mp4-pinf": "moov.trak.mdia.minf.stbl.stsd.pinf.",
    "mp4-sinf": "moov.trak.mdia.minf.stbl.stsd.sinf.",
}


class Field(NamedTuple):
    """One frame with its shared name.

    Attributes:
        name: Upper case, such as ``COPYRIGHT``, ``COMMENT``, ``ISRC`` or ``LICENSE``; a family's own key where
            no other family has the like.
        text: The frame's text, several values on a line each; empty if it has none.
        kind: The block's kind.
        frame: The frame.
    """

    name: str
    text: str
    kind: str
    frame: TagFrame

    @property
    def locator(self) -> str:
        """Frame or atom and byte offset, free of personal data."""
        return f"{_PATHS.get(self.kind, '')}{withheld(self.frame.id)}@{self.frame.offset}"


def fields_of(blocks: Sequence[TagBlock]) -> tuple[Field, ...]:
    """Every frame of every block, in the order of the file."""
    return tuple(
        Field(
            _id3_name(frame.id) if block.kind.startswith("id3v2") else _other_name(block.kind, frame.id),
            (frame.text or "").replace("\0", "\n"),
            block.kind,
            frame,
        )
        for block in blocks
        for frame in block.frames
    )


def _id3_name(key: str) -> str:
    frame_id, _, described = key.partition(":")
    shared = _ID3.get(frame_id)
    if shared is None:
        return key
    return shared or _folded(described)


def _other_name(kind: str, key: str) -> str:
    if kind == "riff-info" and key in _RIFF_SOURCE:
        return _RIFF_SOURCE[key]
    if key.startswith("----:"):
        key = key.rpartition(":")[2]
    if kind.startswith("asf-metadata"):
        key = attribute_name(key)
    elif kind.startswith("matroska-tags"):
        key = tag_name(key)
    return _folded(key.removeprefix("WM/"))


def _folded(key: str) -> str:
    upper = key.upper()
    return _OTHER.get(upper, upper)
