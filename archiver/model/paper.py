"""What the papers beside the music say: rip logs, cue sheets, playlists and lists of checksums."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from archiver.model.pickling import by_fields


class AccurateRip(StrEnum):
    """What the AccurateRip database answered for a track on the day of the rip.

    ``MATCHED``: others had the same audio. ``DIFFERS``: it knew the track and others had other audio. ``NOT_KNOWN``: it
    did not know the track.
    """

    MATCHED = "matched"
    DIFFERS = "differs"
    NOT_KNOWN = "not-known"


class Linking(StrEnum):
    """How a track of a log was found among the files, or why it was not.

    ``NAME``: by its name and its playing time. ``NUMBER``: by its number and its playing time. ``NAME_ALONE``: by its
    name, where one of the two says no playing time. ``OTHER_TIME``: there is a file of that name or number, and it plays
    for another time. ``NO_FILE``: there is none.
    """

    NAME = "name"
    NUMBER = "number"
    NAME_ALONE = "name-alone"
    OTHER_TIME = "other-time"
    NO_FILE = "no-file"


class LogChecksum(StrEnum):
    """What a log's checksum of itself says. ``PRESENT``: it is there, which anybody could write who knows how."""

    PRESENT = "present"
    HOLDS = "holds"
    FAILS = "fails"


class Verdict(StrEnum):
    """What a log says at its end of the whole rip."""

    NO_ERRORS = "no-errors"
    ERRORS = "errors"
    ABORTED = "aborted"


@by_fields
@dataclass(frozen=True, slots=True)
class RippedTrack:
    """One track as a log tells of it; what it does not tell is ``None``. Checksums are eight hex digits in capitals.

    Attributes:
        number: The track's number on its disc; 0 for an image of the whole disc, and for what is hidden before track 1.
        file: The file's name as the log has it, without its folders.
        start_sector: Where it begins, in sectors of 1/75 s from the start of the program area.
        sectors: Its length in sectors.
        test_crc: CRC-32 of the samples at the first reading.
        copy_crc: CRC-32 of the samples that were kept.
        accuraterip_v1: AccurateRip's checksum of the samples, version 1, as it was computed at the rip.
        accuraterip_v2: The same, version 2.
        accuraterip: What the database answered.
        confidence_v1: How many others had the same audio, by version 1. One number said for both stands in both.
        confidence_v2: The same, by version 2.
        peak: The highest sample, from 0 to 1.
        errors: What went wrong, by words of :data:`archiver.audio.papers.draft.ERRORS`.
        path: Record path of the file that the track is linked to.
        linking: How it was linked, or why not; ``None`` where it was not looked for.
    """

    number: int
    file: str | None = None
    start_sector: int | None = None
    sectors: int | None = None
    test_crc: str | None = None
    copy_crc: str | None = None
    accuraterip_v1: str | None = None
    accuraterip_v2: str | None = None
    accuraterip: AccurateRip | None = None
    confidence_v1: int | None = None
    confidence_v2: int | None = None
    peak: float | None = None
    errors: tuple[str, ...] = ()
    path: str | None = None
    linking: Linking | None = None

    @property
    def duration_s(self) -> float | None:
        """Its playing time in seconds."""
        return None if self.sectors is None else self.sectors / 75


@by_fields
@dataclass(frozen=True, slots=True)
class RipLog:
    """The log of one disc's ripping; a file may hold several.

    Attributes:
        tool: The ripping program.
        version: Its version.
        date: When, as ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM[:SS]`` where the log's form is understood; local time.
        drive: The drive, without the numbers of its adapter.
        read_offset: The correction in samples that was applied.
        disc_id: The disc's MusicBrainz identifier, computed from its table of contents.
        cddb_id: The disc's CDDB identifier, computed likewise, or as the log says where it has no whole table.
        tracks: The tracks, in the order of the log.
        image: The one file that the disc was ripped to, where it was.
        verdict: What the log says at its end.
        checksum: What its checksum of itself says.
    """

    tool: str
    version: str | None = None
    date: str | None = None
    drive: str | None = None
    read_offset: int | None = None
    disc_id: str | None = None
    cddb_id: str | None = None
    tracks: tuple[RippedTrack, ...] = ()
    image: RippedTrack | None = None
    verdict: Verdict | None = None
    checksum: LogChecksum | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class Named:
    """What became of the files that a paper names.

    Attributes:
        names: How many it names.
        found: How many are there under that very name.
        otherwise: How many are there with other capitals, another extension, or in another folder.
        missing: How many are not there.
        addresses: How many are addresses in a network, which are not looked up.
        first_missing: The first of those that are missing, without personal data.
        looked: Whether they were looked for; where not, only ``names`` and ``addresses`` are counted.
        more: Whether it names more than were read.
    """

    names: int = 0
    found: int = 0
    otherwise: int = 0
    missing: int = 0
    addresses: int = 0
    first_missing: tuple[str, ...] = ()
    looked: bool = False
    more: bool = False


@by_fields
@dataclass(frozen=True, slots=True)
class CueTrack:
    """One track of a cue sheet; ``start`` is INDEX 01 in sectors of 1/75 s from the beginning of its file.

    ``file`` is the place of that file among those that the sheet names, from 0.
    """

    number: int
    kind: str = "AUDIO"
    title: str | None = None
    performer: str | None = None
    isrc: str | None = None
    start: int | None = None
    file: int | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class CueSheet:
    """A cue sheet.

    Attributes:
        place: Where it stands: ``file``, or the kind of tag block that holds it.
        title: Of the disc.
        performer: Of the disc.
        catalog: The disc's number, thirteen digits as a rule.
        disc_id: The CDDB identifier of its ``REM DISCID``.
        tracks: Its tracks.
        named: The files that it names; one within a file of music names that itself, and they are not looked for.
    """

    place: str
    title: str | None = None
    performer: str | None = None
    catalog: str | None = None
    disc_id: str | None = None
    tracks: tuple[CueTrack, ...] = ()
    named: Named = Named()


@by_fields
@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist: its form (``m3u``, ``pls``, ``xspf``) and the files that it names."""

    form: str
    named: Named = Named()


@by_fields
@dataclass(frozen=True, slots=True)
class ChecksumList:
    """A list of checksums: the algorithms it uses, and the files that it names."""

    algorithms: tuple[str, ...]
    named: Named = Named()


Paper: TypeAlias = RipLog | CueSheet | Playlist | ChecksumList


@by_fields
@dataclass(frozen=True, slots=True)
class Reference:
    """One file that a paper names, on its way to be looked for; no record holds it.

    Attributes:
        said: The name or path as it stands there, with whatever it says of a person; so it is shown nowhere.
        algorithm: Of the checksum that stands with it; see :data:`archiver.audio.papers.checksum_list.ALGORITHMS`.
        digest: That checksum, in lower-case hex.
        encoded: Whether it is percent-encoded for certain, as in a URI.
    """

    said: str = field(repr=False)
    algorithm: str | None = None
    digest: str | None = None
    encoded: bool = False


@by_fields
@dataclass(frozen=True, slots=True)
class Expected:
    """A checksum that a paper gives for a file.

    Attributes:
        algorithm: ``md5``, ``sha1``, ``sha224``, ``sha256``, ``sha384``, ``sha512`` or ``crc32`` of all bytes of the
            file, or ``audio-md5``, MD5 of the uncompressed samples.
        digest: In lower-case hex.
        said_by: Record path of the paper; empty in the records of a package whose withheld files are not to be named.
        holds: Whether the file has it; ``None`` where that was not tested.
    """

    algorithm: str
    digest: str
    said_by: str
    holds: bool | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class RipClaim:
    """What a log says of the samples of a file that it is linked to, to be held against them; no record holds it.

    Attributes:
        said_by: Record path of the log.
        date: As :attr:`RipLog.date`.
        track: What the log says; its ``path`` is left out.
        first: Whether it is the first track of its disc, of whose beginning AccurateRip takes no account.
        last: Whether it is the last track of music, of whose end AccurateRip takes no account.
    """

    said_by: str
    date: str | None
    track: RippedTrack
    first: bool
    last: bool
