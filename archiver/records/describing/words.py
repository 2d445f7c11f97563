"""What descriptions tell of one packed file: its place, its tags as far as they say anything, and its conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.model.album import album_folder
from archiver.model.audio import Role
from archiver.model.package import PackEntry, packed_file
from archiver.model.rights import Act, Acts, Answer, Decision, Disposition, Policy
from archiver.model.rights_context import RightsContext
from archiver.records.rights.grounds import closing_words
from archiver.records.visible import xml_characters

_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", re.ASCII)
_NOTHING_DECLARED = "Nothing is declared of it: unknown is not allowed."
_MOST_VALUES = 16
_MOST_CHARACTERS = 2000

DCMI_TYPES = {
    Role.AUDIO: "Sound",
    Role.ARTWORK: "StillImage",
    Role.DOCUMENT: "Text",
    Role.LOG: "Text",
    Role.CUE: "Text",
    Role.PLAYLIST: "Text",
    Role.CHECKSUM: "Text",
}
"""Terms of the DCMI type vocabulary by what a file is for; everything else is what its media type says, or a ``Dataset``."""


@dataclass(frozen=True, slots=True)
class Described:
    """A packed file as descriptions tell of it; every text holds only characters that XML 1.0 can hold.

    Attributes:
        path: Path in the bag.
        album_folder: The folder of the source that its album lies in.
        is_audio: Whether it is music.
        title: Its title, or its name in the bag where no tag gives one.
        artists: Who made it.
        album: The album's title; empty where no tag gives one.
        album_artists: Who made the album.
        composers: Who wrote it.
        genres: Its genres.
        labels: Who published it.
        date: The release as the tag has it; empty where there is none.
        isrcs: Its recording codes.
        track: Its number, as the tag has it.
        disc: The number of its disc.
        duration_s: Its playing time.
        format_name: What its bytes are.
        mime: Media type.
        puid: PRONOM identifier.
        size_bytes: Its size.
        digests: Algorithm and hex digest.
        type: Term of the DCMI type vocabulary.
        restricted: Why it is closed and until when; empty where it is not.
        conditions: What may be done with it, in sentences.
    """

    path: str
    album_folder: str
    is_audio: bool
    title: str
    artists: tuple[str, ...]
    album: str
    album_artists: tuple[str, ...]
    composers: tuple[str, ...]
    genres: tuple[str, ...]
    labels: tuple[str, ...]
    date: str
    isrcs: tuple[str, ...]
    track: str
    disc: str
    duration_s: float | None
    format_name: str
    mime: str
    puid: str
    size_bytes: int
    digests: tuple[tuple[str, str], ...]
    type: str
    restricted: str
    conditions: str


def described(entry: PackEntry, context: RightsContext) -> Described | None:
    """Return what descriptions tell of a packed file; ``None`` of all else.

    Only tags with a canonical name count, which hold no personal data; of long and of many values the first are told.
    """
    file = packed_file(entry)
    if file is None:
        return None
    examined, decision = file.assessed.examined, file.assessed.decision
    tags = {name: tuple(_values(values)) for name, values in examined.tags.items()}
    found = examined.format
    name = file.bag_path.rpartition("/")[2]
    restricted = restriction(decision, context.policy)
    return Described(
        path=file.bag_path,
        album_folder=album_folder(examined.ref.path),
        is_audio=examined.role is Role.AUDIO,
        title=_first(tags.get("title", ())) or xml_characters(name),
        artists=tags.get("artist", ()),
        album=_first(tags.get("album", ())),
        album_artists=tags.get("album_artist", ()),
        composers=tags.get("composer", ()),
        genres=tags.get("genre", ()),
        labels=tags.get("label", ()),
        date=_first(tags.get("date", ())),
        isrcs=tags.get("isrc", ()),
        track=_first(tags.get("track", ())),
        disc=_first(tags.get("disc", ())),
        duration_s=None if examined.audio is None else examined.audio.duration_s,
        format_name="" if found is None else found.name,
        mime="" if found is None else found.mime or "",
        puid="" if found is None else found.puid or "",
        size_bytes=file.size_bytes,
        digests=file.digests,
        type=_dcmi_type(examined.role, "" if found is None else found.mime or ""),
        restricted=restricted,
        conditions=" ".join(filter(None, (restricted, _answered(decision.acts)))) or _NOTHING_DECLARED,
    )


def restriction(decision: Decision, policy: Policy) -> str:
    """Say that a file is closed, until when and why; nothing where it is not."""
    if decision.disposition is not Disposition.RESTRICT:
        return ""
    until = decision.restricted_until
    end = "until a person decides" if until is None else f"until {until.isoformat()} has passed"
    return xml_characters(f"Restricted {end}: {closing_words(decision, policy)}.")


def iso_date(text: str) -> str:
    """Return a release date where it is a year, month or day as ISO 8601 writes it; else nothing."""
    day = text[:10]
    return day if _DATE.fullmatch(day) else (text[:4] if _DATE.fullmatch(text[:4]) else "")


def _answered(acts: Acts) -> str:
    """Say which acts are allowed and which denied; what nobody said is not granted."""
    told = [
        f"{word}: {', '.join(named)}."
        for word, answer in (("Allowed", Answer.ALLOW), ("Denied", Answer.DENY))
        if (named := [act.value for act in Act if acts[act] is answer])
    ]
    return " ".join(told)


def _values(values: Iterable[str]) -> Iterator[str]:
    told = 0
    for value in values:
        text = xml_characters(value[:_MOST_CHARACTERS]).strip()
        if text and told < _MOST_VALUES:
            told += 1
            yield text


def _first(values: tuple[str, ...]) -> str:
    return values[0] if values else ""


def _dcmi_type(role: Role, mime: str) -> str:
    if role in DCMI_TYPES:
        return DCMI_TYPES[role]
    family = mime.partition("/")[0]
    return {"image": "StillImage", "audio": "Sound", "video": "MovingImage", "text": "Text"}.get(
        family, "Dataset"
    )
