"""One file among those that are compared."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace

from archiver.model.audio import AudioProperties, ExaminedFile, Tags
from archiver.model.folding import folded
from archiver.model.pickling import by_fields
from archiver.model.pictures import has_picture
from archiver.model.sound import Bitstream, Essence, Sound, SoundState
from archiver.model.source import FileStat

_LONGEST = 300
_BREAKS_OFF = "F208"
"""The problem of a file that ends before its own header says."""
_WITH = re.compile(r"\s[(\[]?(?:feat|ft|featuring)[. ].*$")
_REMASTERED = re.compile(
    r"\s[(\[-]\s*(?:[0-9]{4}\s)?(?:digital(?:ly)?\s)?remaster(?:ed)?(?:\s[0-9]{4})?[)\]]?$"
)
_SAYS_NOTHING = re.compile(r"(?:track|untitled|unknown|unbekannt|intro|outro)?[ 0-9]*")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")


@by_fields
@dataclass(frozen=True, slots=True)
class Place:
    """Where the bytes of a file can be read.

    Attributes:
        path: How a report calls it.
        root: A folder, in the file system's own bytes.
        relative: The path below it; empty where the bytes lie in an archive, and are not read.
    """

    path: str
    root: bytes
    relative: bytes

    @property
    def absolute(self) -> bytes:
        """The path from the top of the file system."""
        return os.path.join(self.root, self.relative)


@by_fields
@dataclass(frozen=True, slots=True)
class Labels:
    """What tags say, folded so that different spellings meet; empty where they say nothing.

    Attributes:
        title: Title without the guests and the year of remastering.
        artist: Artist without guests.
        album: Album.
        track: Number in the album, as it stands.
        recording: MusicBrainz recording.
        isrc: ISRC.
        fields: How many canonical fields there are, and one more for a picture.
    """

    title: str
    artist: str
    album: str
    track: str
    recording: str
    isrc: str
    fields: int


@by_fields
@dataclass(frozen=True, slots=True)
class Copy:
    """One file: where it is, and what is known of it.

    Attributes:
        number: Counts the files in the order in which they were met.
        place: Where it is.
        bag: Path of the bag that it is in; ``None`` where it is in none.
        stat: Size and times as listed; of a file whose bag's record was read, without what no record holds.
        sound: Technical properties, as far as they are known.
        labels: What its tags say.
        recorded: Digests that a bag's record has, by algorithm.
        bitstream: Where its music lies; ``None`` where that is not known.
        essence: The digest of its music, where it is known.
        pcm: The digest of its decoded samples, with their rate and channels; empty where it is not known.
        damaged: Whether something is known to be wrong with it.
        digest: The digest of its bytes by which files are compared; empty where it is not known.
        links: Other names of the same file.
    """

    number: int
    place: Place
    bag: str | None
    stat: FileStat
    sound: AudioProperties | None
    labels: Labels
    recorded: tuple[tuple[str, str], ...] = ()
    bitstream: Bitstream | None = None
    essence: Essence | None = None
    pcm: str = ""
    damaged: bool = False
    digest: str = ""
    links: tuple[Place, ...] = ()

    @property
    def duration_s(self) -> float | None:
        """How long it plays."""
        return None if self.sound is None else self.sound.duration_s


def copy_of(file: ExaminedFile, number: int, place: Place, bag: str | None) -> Copy:
    """Return an examined file as one of those that are compared."""
    known = Copy(
        number=number,
        place=place,
        bag=bag,
        stat=file.ref.stat,
        sound=file.audio,
        labels=_labels(file),
        bitstream=file.bitstream,
        damaged=any(problem.code == _BREAKS_OFF for problem in file.problems),
    )
    return known if file.sound is None else heard(known, file.sound)


def heard(copy: Copy, sound: Sound) -> Copy:
    """Return a file with what reading its music through gave."""
    is_damaged = sound.integrity.state is SoundState.DAMAGED
    return replace(copy, essence=sound.essence, damaged=copy.damaged or is_damaged)


def _labels(file: ExaminedFile) -> Labels:
    tags = file.tags
    isrc = re.sub(r"[\s-]", "", _only(tags, "isrc")).upper()
    return Labels(
        title=_telling(_REMASTERED.sub("", _WITH.sub("", _first(tags, "title").casefold()))),
        artist=folded(_WITH.sub("", _first(tags, "artist").casefold())),
        album=folded(_first(tags, "album")),
        track=_first(tags, "track").lstrip("0"),
        recording=_only(tags, "mb_recording_id").casefold(),
        isrc=isrc if _ISRC.fullmatch(isrc) else "",
        fields=len(tags) + has_picture(file.tag_blocks),
    )


def _telling(title: str) -> str:
    plain = folded(title)
    return "" if _SAYS_NOTHING.fullmatch(plain) else plain


def _first(tags: Tags, name: str) -> str:
    values = tags.get(name)
    return values[0][:_LONGEST].strip() if values else ""


def _only(tags: Tags, name: str) -> str:
    """The value of a field that has one; a file of several recordings is none of them."""
    values = tags.get(name, ())
    return values[0][:_LONGEST].strip() if len(values) == 1 else ""
