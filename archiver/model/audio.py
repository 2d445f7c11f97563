"""What examining a file's headers yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archiver.model.attribute import Attribute
from archiver.model.decoded import Decoded, Undecoded
from archiver.model.evidence import Evidence, Protection
from archiver.model.paper import Expected, Paper, Reference, RipClaim
from archiver.model.pickling import by_fields
from archiver.model.problem import Problem
from archiver.model.sound import Bitstream, Heard, Sound
from archiver.model.source import FileRef
from archiver.model.state import NOTHING_KNOWN, Known

Tags = Mapping[str, tuple[str, ...]]
"""Canonical tag name to its values, in the order of the file. Every value is a list."""


class Role(StrEnum):
    """What a file is for in a music collection.

    ``SYSTEM`` is what :data:`archiver.model.clutter.CLUTTER` lists: left behind by systems and programs.
    """

    AUDIO = "audio"
    ARTWORK = "artwork"
    DOCUMENT = "document"
    LOG = "log"
    CUE = "cue"
    PLAYLIST = "playlist"
    CHECKSUM = "checksum"
    OTHER = "other"
    SYSTEM = "system"


@by_fields
@dataclass(frozen=True, slots=True)
class Format:
    """What the bytes are.

    Attributes:
        puid: PRONOM identifier such as ``fmt/279``; ``None`` where PRONOM has none, never invented.
        name: Name of the format in plain words.
        mime: Media type, or ``None``.
        signature_version: The PRONOM signature file that said so, or the name of the program's own table.
    """

    puid: str | None
    name: str
    mime: str | None
    signature_version: str


@by_fields
@dataclass(frozen=True, slots=True)
class AudioProperties:
    """The technical properties of the audio; ``None`` where the file does not say."""

    codec: str
    duration_s: float | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    bit_depth: int | None = None
    bitrate_bps: int | None = None
    lossless: bool | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class EmbeddedPicture:
    """A picture inside a tag frame. The same picture has the same digest in every tag format.

    Attributes:
        sha256: Digest, in hex, of the picture's own bytes, as a picture file would hold them: without the frame's
            header and description, and with Base64, unsynchronisation and compression undone.
        size_bytes: How many bytes those are.
        type: What it shows, by ID3v2's list of picture types (3 is the front cover), which FLAC and Windows Media
            share; ``None`` where the tag format does not say.
    """

    sha256: str
    size_bytes: int
    type: int | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class TagFrame:
    """One frame, atom, comment or item of a tag block, where it stands in the file.

    Attributes:
        id: The format's own key, such as ``TIT2``, ``©nam``, ``ARTIST`` or ``TXXX:LICENSE``.
        offset: Byte offset of the frame's header in the file; of a field of fixed size, that of the field.
        length: Bytes from ``offset`` to the frame's end, which is the payload's end.
        sha256: Digest of the frame's payload, in hex; ``None`` for personal data, which could be guessed from
            it, for keys, and where a limit stopped the reading. The payload is what follows the frame's header, as
            it is stored: compressed, unsynchronised or in Base64 where it is that. Which bytes a header has in each
            format stands in ``docs/reference/tag-index.md``.
        text: The decoded text, several values parted by NUL, which no value holds, or ``None`` for binary frames
            and for personal data. Of a picture or an encapsulated file it is the description or file name, if
            there is one.
        pictures: The pictures inside it.
    """

    id: str
    offset: int
    length: int
    sha256: str | None
    text: str | None
    pictures: tuple[EmbeddedPicture, ...] = ()


@by_fields
@dataclass(frozen=True, slots=True)
class TagBlock:
    """One block of tags in a file, with a ``kind`` such as ``id3v2.3``, ``vorbis-comment`` or ``mp4-ilst``.

    What describes a part of the file has a kind of its own: ``id3v2.3-chapter``, ``mp4-track-udta``, and
    ``id3v2.3-inside`` for a tag in the midst of the audio.
    """

    kind: str
    offset: int
    length: int
    frames: tuple[TagFrame, ...]


@by_fields
@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """A file whose headers were read.

    Personal data is already taken out of ``tags``, ``tag_blocks`` and ``attributes``; ``problems`` begin with those of
    the listing.

    Attributes:
        bitstream: Where its music lies, for reading it through; no record holds that.
        heard: What reading it through gave while it was examined, where it is small; no record holds that.
        sound: What reading it through gave; ``None`` where that was not done.
        decoded: What decoding it gave, until it is told together with what reading it through gives; no record holds it.
        iscc: Its ISCC Audio-Code (ISO 24138), an identifier made of what it sounds like; ``None`` where none was made.
        papers: What it says as a log, a cue sheet, a playlist or a list of checksums; a file of music may hold cue
            sheets.
        references: The files that it names, until they are looked for; no record holds that.
        expected: Checksums that papers give for it.
        audio_md5: MD5 of the uncompressed samples, in hex, as a FLAC's header states it; no record holds that.
        rip_claims: What logs say of its samples; no record holds that.
        known: What the store and the state before tell of it; no record holds that.
    """

    ref: FileRef
    role: Role
    format: Format | None
    audio: AudioProperties | None = None
    tags: Tags = field(default_factory=dict)
    tag_blocks: tuple[TagBlock, ...] = ()
    protection: Protection | None = None
    evidence: tuple[Evidence, ...] = ()
    problems: tuple[Problem, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    bitstream: Bitstream | None = None
    heard: Heard | None = None
    sound: Sound | None = None
    decoded: Decoded | Undecoded | None = None
    iscc: str | None = None
    papers: tuple[Paper, ...] = ()
    references: tuple[Reference, ...] = ()
    expected: tuple[Expected, ...] = ()
    audio_md5: str | None = None
    rip_claims: tuple[RipClaim, ...] = ()
    known: Known = NOTHING_KNOWN

    @property
    def pictures(self) -> tuple[EmbeddedPicture, ...]:
        """The different pictures in its tags, each once, in the order of the file."""
        every = (picture for block in self.tag_blocks for frame in block.frames for picture in frame.pictures)
        once: dict[str, EmbeddedPicture] = {}
        for picture in every:
            once.setdefault(picture.sha256, picture)
        return tuple(once.values())
