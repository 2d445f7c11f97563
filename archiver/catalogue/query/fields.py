"""The fields of a query: which there are, what they mean and what can be said of them.

The page ``docs/reference/finding.md`` lists them by :data:`FIELDS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from archiver.model.audio import Role
from archiver.model.problem import PROBLEM_KINDS
from archiver.model.rights import Act, Answer, Basis, Disposition
from archiver.model.sound import SoundState


class Kind(Enum):
    """What stands after the colon."""

    TAG = auto()
    """Words of a tag."""
    PLACE = auto()
    """Words of a path, or a pattern."""
    CHOICE = auto()
    """One of a few words."""
    CODE = auto()
    """One of a few codes, or how several begin."""
    NAME = auto()
    """What people or programs call something."""
    DIGEST = auto()
    """Hex digits with which a digest begins."""
    YEAR = auto()
    """A year or years."""
    COUNT = auto()
    """A whole number, or a span."""
    SIZE = auto()
    """Bytes."""
    TIME = auto()
    """How long it plays."""
    RATE = auto()
    """Hertz, or bits a second."""
    DAY = auto()
    """A day, a month, a year, or a span."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: What is typed before the colon.
        kind: What stands after it.
        meaning: What it says of a file, a clause.
        example: How it is used.
        choices: The words that it may have, where it is a :attr:`Kind.CHOICE` or a :attr:`Kind.CODE`.
        tags: Canonical tags, where it is a :attr:`Kind.TAG`.
    """

    name: str
    kind: Kind
    meaning: str
    example: str
    choices: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


YES, NO, UNKNOWN = "yes", "no", "unknown"
_ANSWERS = tuple(answer.value for answer in Answer)


def _tag(name: str, meaning: str, example: str, *tags: str) -> Field:
    return Field(name, Kind.TAG, meaning, example, tags=tags or (name,))


def _choice(name: str, meaning: str, example: str, choices: tuple[str, ...]) -> Field:
    return Field(name, Kind.CHOICE, meaning, example, choices=choices)


_FIELDS = (
    _tag("artist", "artist, of the track or of the album", "artist:bjork", "artist", "album_artist"),
    _tag("title", "title", 'title:"hyper-ballad"'),
    _tag("album", "album", "album:homogenic"),
    _tag("albumartist", "artist of the album", "albumartist:various", "album_artist"),
    _tag("composer", "composer", "composer:bach"),
    _tag("genre", "genre", "genre:jazz"),
    _tag("label", "record label", "label:ecm"),
    _tag("catalog", "catalogue number of the release", "catalog:SHVL804", "catalog_number"),
    _tag("barcode", "barcode of the release", "barcode:5099902987613"),
    _tag("isrc", "ISRC of the recording", "isrc:GBAYE7300007"),
    _tag("comment", "comment", "comment:vinyl"),
    _tag("copyright", "what the tags say of copyright", "copyright:ecm", "copyright", "phonogram", "license"),
    Field("path", Kind.PLACE, "folders and name in the bag", "path:live or path:*/cd1/*"),
    Field("name", Kind.PLACE, "name in the bag", "name:*.cue"),
    Field("year", Kind.YEAR, "year of the tag `date`", "year:1990..1999"),
    Field(
        "format",
        Kind.NAME,
        "format: a word of its name, its codec, media type or PRONOM identifier",
        "format:flac",
    ),
    Field("codec", Kind.NAME, "codec of the audio", "codec:alac"),
    _choice("role", "what the file is for", "role:artwork", tuple(role.value for role in Role)),
    _choice("lossless", "whether the audio is kept without loss", "lossless:yes", (YES, NO, UNKNOWN)),
    _choice("protected", "whether a copy protection was detected", "protected:yes", (YES, NO)),
    _choice(
        "personal",
        "whether personal data was detected; unknown where not all could be read for it",
        "personal:yes",
        (YES, NO, UNKNOWN),
    ),
    _choice(
        "integrity",
        "whether the music was whole when it was packed; unread where it was not read through",
        "integrity:damaged",
        (*(state.value for state in SoundState), "unread"),
    ),
    Field(
        "problem",
        Kind.CODE,
        "a problem that was found",
        "problem:F201 or problem:F",
        choices=tuple(code for code in PROBLEM_KINDS if code),
    ),
    _choice(
        "disposition",
        "what becomes of it by the latest decision on its rights",
        "disposition:restrict",
        tuple(disposition.value for disposition in Disposition),
    ),
    _choice("basis", "on what basis", "basis:purchase", tuple(basis.value for basis in Basis)),
    *(
        _choice(act.value, f"the answer for the act *{act.value}*", f"{act.value}:{example}", _ANSWERS)
        for act, example in zip(Act, ("allow", "unknown", "allow", "deny", "deny"), strict=True)
    ),
    Field("size", Kind.SIZE, "size", "size:>100MB"),
    Field("duration", Kind.TIME, "how long it plays", "duration:>10m or duration:3:30..4:00"),
    Field("rate", Kind.RATE, "sample rate", "rate:96kHz or rate:>48000"),
    Field("depth", Kind.COUNT, "bits a sample", "depth:24"),
    Field("channels", Kind.COUNT, "channels", "channels:>2"),
    Field("bitrate", Kind.RATE, "bits a second", "bitrate:<192k"),
    Field("bag", Kind.NAME, "name or identifier of the bag", "bag:Music-2026-11-29"),
    Field("collection", Kind.NAME, "collection that it was packed for", "collection:Music"),
    Field("store", Kind.NAME, "store in which there is a copy of its bag", "store:backup"),
    Field("added", Kind.DAY, "when its bag was made (UTC)", "added:2026-11 or added:2026-01..2026-06"),
    Field(
        "digest", Kind.DIGEST, "how the digest of its bytes begins, 8 hex digits at least", "digest:9f86d081"
    ),
    Field("essence", Kind.DIGEST, "the same of its music apart from the tags", "essence:9f86d081"),
)

FIELDS = {field.name: field for field in _FIELDS}
"""Every field by its name, in the order of the page."""

SYNONYMS = {
    "album_artist": "albumartist",
    "catalognumber": "catalog",
    "date": "year",
    "file": "name",
    "filename": "name",
    "folder": "path",
    "length": "duration",
    "sample_rate": "rate",
    "samplerate": "rate",
    "bit_depth": "depth",
    "track": "title",
    "type": "format",
}
"""What others call them."""

ACTS = tuple(act.value for act in Act)
