"""Heads of music files to which PRONOM gives one answer, whatever follows them: asked once, and then known.

Siegfried, which matches PRONOM's signatures, searches from the beginning and ends at the first that fits, unless
others go before that one and could still fit. So the answer is settled by a head that fits a signature before which
none goes, or before which only such go as need bytes that are not there; neither the rest of the file nor its name
changes it. Matching takes a good part of the examination of a small file, and most music begins with one of these.

The answers are PRONOM's own, to specimens. What goes before what was read in the signatures of :data:`PROVED_WITH`, and
tried with every sequence of bytes that they search for. With any other signatures PRONOM is asked of every file.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.mpeg_sync import mpeg_header
from archiver.audio.formats.pronom import Ground, PronomAnswer, ask_pronom, lent_path

PROVED_WITH = "DROID_SignatureFile_V125; container-signature-20260119"
"""The signature files with which the heads were tried, as :attr:`PronomAnswer.signature_version` has them."""

_MPEG_FRAMES = 10
"""Headers that make a stream; the signatures want nine, with gaps in which any header of a frame fits."""

_MPEG_MARKS = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")
_MPEG_LENGTHS = range(49, 1443)
_MPEG_THIRD_BYTES = range(0x10, 0xEC)
_BEFORE_MPEG = re.compile(rb"%PDF-|\x1aE\xdf\xa3|\x002\x00\x00\x00\x00")
"""How those signatures begin that go before the ones of MPEG audio and may begin within a file: PDF, Matroska, NCH."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head that settles the answer.

    Attributes:
        specimen: The shortest file that has it.
        fits: Says of what PRONOM would be shown of a file whether it has it.
    """

    specimen: bytes
    fits: Callable[[bytes], bool]


def _like(pattern: bytes, specimen: bytes, *, without: bytes | None = None) -> Head:
    """A head of fixed form, in a file that has nowhere what the signatures need that go before."""
    begins = re.compile(pattern, re.DOTALL).match

    def fits(shown: bytes) -> bool:
        return begins(shown) is not None and (without is None or without not in shown)

    return Head(specimen, fits)


def _is_mpeg_stream(shown: bytes) -> bool:
    mark, at = shown[:2], 0
    if mark not in _MPEG_MARKS:
        return False
    for _ in range(_MPEG_FRAMES - 1):
        header = mpeg_header(shown[at : at + 4])
        if header is None or header.length not in _MPEG_LENGTHS or not _is_of_stream(shown, at, mark):
            return False
        at += header.length
    return _is_of_stream(shown, at, mark) and _BEFORE_MPEG.search(shown) is None


def _is_of_stream(shown: bytes, at: int, mark: bytes) -> bool:
    return len(shown) > at + 2 and shown.startswith(mark, at) and shown[at + 2] in _MPEG_THIRD_BYTES


def _specimen_of_ogg(packet: bytes, rest: int) -> bytes:
    page = b"OggS\x00\x02" + bytes(20) + b"\x01" + bytes([len(packet) + rest])
    return page + packet + bytes(rest) + b"OggS"


_MPEG_FRAME = b"\xff\xfb\x10\x00" + bytes(100)
_WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00" + bytes(14) + b"data"

HEADS: dict[Kind, tuple[Head, ...]] = {
    Kind.FLAC: (_like(rb"fLaC[\x00\x80]\x00\x00\x22", b"fLaC\x80\x00\x00\x22"),),
    Kind.OGG_VORBIS: (
        _like(rb"OggS\x00\x02.{22}\x01vorbis\x00{4}.{19}OggS", _specimen_of_ogg(b"\x01vorbis", 23)),
    ),
    Kind.OGG_OPUS: (_like(rb"OggS\x00\x02.{22}OpusHead.{11}OggS", _specimen_of_ogg(b"OpusHead", 11)),),
    Kind.MP3: (Head(_MPEG_FRAME * (_MPEG_FRAMES - 1) + _MPEG_FRAME[:3], _is_mpeg_stream),),
    Kind.MP4: (_like(rb".{4}ftypM4A ", b"\x00\x00\x00\x0cftypM4A ", without=b"alac"),),
    Kind.WAV: (_like(rb"RIFF.{4}WAVEfmt \x10\x00\x00\x00\x01\x00.{14}data", _WAV, without=b"bext"),),
    Kind.AIFF: (
        _like(rb"FORM.{4}AIFF", b"FORM\x00\x00\x00\x04AIFF"),
        _like(rb"FORM.{4}AIFC", b"FORM\x00\x00\x00\x04AIFC"),
    ),
}
"""The heads of each kind. Lossless M4A and Broadcast WAVE files have signatures of their own, and are asked about."""


def answer_by_head(kind: Kind | None, shown: bytes) -> PronomAnswer | None:
    """What PRONOM answers to a file by its head alone; ``None`` where it has to be asked.

    Args:
        kind: What the own table says of the file.
        shown: What PRONOM would be shown of it.

    Raises:
        MachineError: as :func:`archiver.audio.formats.pronom.lent_path`, when the first answer is fetched.
    """
    for head in () if kind is None else HEADS.get(kind, ()):
        if head.fits(shown):
            return _answer_to_specimen(head)
    return None


@functools.cache
def _answer_to_specimen(head: Head) -> PronomAnswer | None:
    with lent_path(head.specimen, "") as path:
        answer = None if path is None else ask_pronom(path)
    settled = answer is not None and answer.ground is Ground.BYTES and answer.signature_version == PROVED_WITH
    return answer if settled else None
