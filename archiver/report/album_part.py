"""An album on a page: its card on the wall, and its part with every track, what plays, and what was decided why."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.bagit.sizes import human_size
from archiver.model.problem import PROBLEM_KINDS
from archiver.model.rights import Disposition
from archiver.model.sound import SoundState
from archiver.report.albums import Album
from archiver.report.markup import address, clock, counted, isolated, text
from archiver.report.row import FileRow, RightsNote, acts_words, folded, is_played, rights_of, short_format

STATES = {
    SoundState.INTACT.value: "intact",
    SoundState.CONSISTENT.value: "consistent",
    SoundState.DAMAGED.value: "damaged",
    SoundState.NOT_CHECKABLE.value: "not checkable",
    "": "not read through",
}

DISPOSITIONS = {
    Disposition.INCLUDE.value: "in the package",
    Disposition.RESTRICT.value: "in the package, closed",
    Disposition.EXCLUDE.value: "kept out",
    Disposition.REVIEW.value: "held back for a person to look at",
}

_MOST_WORDS = 1500
_MOST_OTHERS = 400
_TOP = "The top of the source"

RECORDS = "<code>metadata/files.csv</code>"
"""What has the files of a bag that are too many for a page; as markup."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies.

    Attributes:
        to_bag: Address of the bag from the page, such as ``../``; ``None`` where its payload cannot be referred to. A row
            that has the address of its own bag is referred to there.
        records: What has the files that are too many to be shown; as markup.
        thumbnails: Address of the folder of small pictures from the page.
        up: The way from the page to the folder of the first page, before relative addresses of bags that rows have.
    """

    to_bag: str | None
    records: str = RECORDS
    thumbnails: str = ""
    up: str = ""

    def of(self, row: FileRow) -> str | None:
        """The address of a file from the page; ``None`` where no page may link to it."""
        to_bag = _from(self.up, row.bag) if row.bag else self.to_bag
        if to_bag is None or row.away or not row.linked or not row.path:
            return None
        return address(row.path, to_bag)


def _from(up: str, bag: str) -> str:
    """The address of a bag from a page that lies elsewhere than the first; a whole address is the same from anywhere."""
    return bag if bag.startswith("file:") else up + bag


def flags(album: Album) -> tuple[str, ...]:
    """What is to be seen on an album's card, in words that the filter knows."""
    rows = album.rows
    told = []
    if any(one.state == SoundState.DAMAGED for one in rows):
        told.append("damaged")
    if any(one.problems for one in rows):
        told.append("finding")
    if any(one.held is False for one in rows):
        told.append("differs")
    if any(one.is_withheld for one in rows):
        told.append("withheld")
    if any(one.personal for one in rows):
        told.append("personal")
    return tuple(told)


FLAGS = {
    "damaged": "damaged music",
    "finding": "a finding",
    "differs": "not as a list of checksums says",
    "withheld": "withheld files",
    "personal": "personal data",
}
"""What the filter calls what :func:`flags` gives."""


def dispositions(album: Album) -> tuple[str, ...]:
    """The dispositions of an album's files, in order."""
    found = {note.disposition for note in _notes(album.rows)}
    return tuple(one.value for one in Disposition if one.value in found)


def card(album: Album, target: str, place: Place) -> str:
    """Return an album's card.

    Args:
        album: The album.
        target: Address of its part.
        place: Where the wall lies.
    """
    formats = list(dict.fromkeys(short_format(one) for one in album.tracks))
    told = flags(album)
    chips: list[str] = [word for word in ("damaged", "withheld") if word in told]
    if Disposition.RESTRICT.value in dispositions(album):
        chips.append("closed")
    facts = [album.year, counted(len(album.tracks), "track"), ", ".join(formats[:3])]
    words = " ".join(
        [
            album.title,
            album.artist,
            album.year,
            album.folder,
            *(one.title or one.name for one in album.tracks),
        ]
    )
    return (
        f'<li data-a="{album.anchor}" data-f="{_listed(formats)}" data-d="{_listed(dispositions(album))}"'
        f' data-p="{_listed(told)}" data-t="{text(folded(words[:_MOST_WORDS]), _MOST_WORDS)}">'
        f'<a href="{target}">{cover(album, place)}'
        f'<span class="t">{isolated(_title(album), 120)}</span>'
        f'<span class="b">{isolated(album.artist, 120)}</span>'
        f'<span class="s">{_joined(facts)}</span></a>{_chips(chips)}</li>\n'
    )


def cover(album: Album, place: Place) -> str:
    """Return an album's picture, or its first letters where there is none to show."""
    at = None if album.cover is None else place.of(album.cover)
    if at is not None:
        return (
            f'<img class="cover" src="{at}" alt="" loading="lazy" decoding="async" width="400" height="400">'
        )
    if album.thumbnail:
        at = html.escape(place.thumbnails + album.thumbnail)
        return (
            f'<img class="cover" src="{at}" alt="" loading="lazy" decoding="async" width="160" height="160">'
        )
    letters = "".join(word[0] for word in _title(album).split()[:2] if word[0].isalnum()).upper()
    return f'<span class="letters" aria-hidden="true">{text(letters or "?")}</span>'


def part(album: Album, place: Place) -> str:
    """Return an album's part of a page.

    Args:
        album: The album.
        place: Where the page lies.
    """
    seconds = sum(one.ms for one in album.tracks) / 1000
    size = sum(one.size for one in album.rows if one.path)
    facts = [
        album.year,
        counted(len(album.tracks), "track") if album.tracks else "",
        clock(seconds) if seconds else "",
        human_size(size) if size else "",
        "the cover is inside the files" if album.cover is None and album.has_embedded_cover else "",
    ]
    by = f'<span class="by">{isolated(album.artist)}</span>' if album.artist else ""
    piece = f", part {album.part}" if album.part else ""
    return (
        f'<section class="album" id="{album.anchor}" aria-labelledby="{album.anchor}-h">\n'
        f'<div class="head"><div>{cover(album, place)}</div>'
        f'<div><h3 id="{album.anchor}-h">{isolated(_title(album))}{piece} {by}</h3>'
        f"<p>{_joined(facts)}</p>"
        f"<p>{isolated(album.folder or _TOP)}</p></div></div>\n"
        f"{_tracks(album, place)}{_rights(album)}{_others(album, place)}</section>\n"
    )


def _title(album: Album) -> str:
    return album.title or _TOP


def _joined(facts: Iterable[str]) -> str:
    """Facts in one line, those that are not known left out."""
    return " · ".join(map(text, filter(None, facts)))


def _listed(words: Iterable[str]) -> str:
    return "".join(f"|{text(word)}" for word in words)


def _chips(words: list[str]) -> str:
    if not words:
        return ""
    items = "".join(f'<li class="chip">{word}</li>' for word in words)
    return f'<ul class="chips">{items}</ul>'


def _tracks(album: Album, place: Place) -> str:
    if not album.tracks:
        return ""
    items = "".join(_track(number, one, album, place) for number, one in enumerate(album.tracks, 1))
    return f'<ol class="tracks" role="list">\n{items}</ol>\n'


def _track(number: int, row: FileRow, album: Album, place: Place) -> str:
    name = row.title or row.name
    artist = f"<small>{isolated(row.artist)}</small>" if row.artist and row.artist != album.artist else ""
    state = STATES.get(row.state, row.state)
    shown = f'<span class="bad">{text(state)}</span>' if row.state == SoundState.DAMAGED else text(state)
    told = _joined((short_format(row), row.quality))
    length = clock(row.ms / 1000) if row.ms else "\N{EN DASH}"
    return (
        f'<li><span class="no">{row.track or number}</span><span class="ti">{isolated(name)}{artist}</span>'
        f'<span class="len"><span class="aside">length </span>{length}</span><span class="q">{told}</span>'
        f'<span class="st"><span class="aside">the music is </span>{shown}</span>'
        f'<span class="play">{_play(row, name, place)}</span>{_track_notes(row)}</li>\n'
    )


def _play(row: FileRow, name: str, place: Place) -> str:
    at = place.of(row)
    if at is None:
        if not row.path:
            return "not in the package"
        return "closed" if not row.linked else text(row.away)
    if is_played(row):
        return f'<audio controls preload="none" src="{at}" aria-label="{text(name, 120)}"></audio>'
    return f'<a href="{at}">Open<span class="aside"> {text(name, 120)}</span></a>'


def _track_notes(row: FileRow) -> str:
    told = list(_notes_of(row))
    return f'<ul class="notes">{"".join(f"<li>{one}</li>" for one in told)}</ul>' if told else ""


def _notes_of(row: FileRow) -> Iterator[str]:
    if row.protection:
        yield f"<b>protected</b> {text(row.protection)}: kept as it is, nothing was decoded"
    if row.damage:
        yield f"<b>damaged when it came</b> {text(row.damage)}"
    if row.personal:
        yield "carries data that can identify a person; it is shown nowhere"
    for problem in row.problems:
        if row.damage and problem.message == row.damage:
            continue
        kind = PROBLEM_KINDS.get(problem.code)
        title = problem.code if kind is None else kind.title
        yield f"<b>{text(title)}</b> {text(problem.message)} <code>{text(problem.code, 20)}</code>"
    if row.held is True:
        yield "has the checksum that a list which came with it gives"
    if row.held is False and not row.problems:
        yield "<b>differs</b> from what a list of checksums says"


def _notes(rows: Iterable[FileRow]) -> list[RightsNote]:
    """What was decided of files, each decision once."""
    encoded = dict.fromkeys(one.rights for one in rows if one.rights)
    by_bytes = {one.rights: one for one in rows if one.rights}
    return [note for one in encoded if (note := rights_of(by_bytes[one])) is not None]


def _rights(album: Album) -> str:
    """What was decided of an album's files: a line for each decision, with its reasons behind."""
    decided: dict[bytes, list[int]] = {}
    for number, row in enumerate(album.rows, 1):
        if row.rights:
            decided.setdefault(row.rights, []).append(number)
    items = []
    for encoded, numbers in decided.items():
        row = album.rows[numbers[0] - 1]
        note = rights_of(row)
        if note is not None:
            items.append(_decision(note, _covered(album, numbers) if len(decided) > 1 else ""))
        del encoded
    return f'<div class="rights">{"".join(items)}</div>\n' if items else ""


def _covered(album: Album, numbers: list[int]) -> str:
    """Which files of an album a decision is about, in few words."""
    tracks = [number for number in numbers if number <= len(album.tracks)]
    others = len(numbers) - len(tracks)
    spans = []
    for _, run in itertools.groupby(enumerate(tracks), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        spans.append(str(found[0]) if len(found) == 1 else f"{found[0]}\N{EN DASH}{found[-1]}")
    told = []
    if tracks:
        told.append(f"{'track' if len(tracks) == 1 else 'tracks'} {', '.join(spans[:12])}")
        if len(spans) > 12:
            told[-1] += " and more"
    if others:
        told.append(counted(others, "other file"))
    return f" of {' and '.join(told)}"


def _decision(note: RightsNote, covered: str) -> str:
    became = DISPOSITIONS.get(note.disposition, note.disposition)
    until = f" until {note.until}" if note.until else ""
    why = f": {note.ground}" if note.ground and note.disposition != Disposition.INCLUDE else ""
    reasons = "".join(f"<li>{text(one)}</li>" for one in note.reasons)
    rests = f"<p>Declarations: {text(', '.join(note.declarations))}</p>" if note.declarations else ""
    folded_away = (
        f'<details><summary>Why</summary><ul class="plain">{reasons}</ul>{rests}</details>' if reasons else ""
    )
    return (
        f"<p><b>Rights{text(covered)}</b> {text(became)}{text(until)}{text(why)}."
        f" Basis {text(note.basis)}; {text(acts_words(note))}.</p>{folded_away}"
    )


def _others(album: Album, place: Place) -> str:
    if not album.others:
        return ""
    items = []
    for row in album.others[:_MOST_OTHERS]:
        name = row.source_path.removeprefix(f"{album.folder}/") if album.folder else row.source_path
        at = place.of(row)
        shown = isolated(name) if at is None else f'<a href="{at}">{isolated(name)}</a>'
        told = [row.format, human_size(row.size)] if row.path or row.rights else []
        if not row.path:
            told.append("not in the package")
        elif not row.linked:
            told.append("closed")
        else:
            told.append(row.away)
        items.append(f"<li>{shown} {text(', '.join(filter(None, told)))}{_track_notes(row)}</li>\n")
    rest = len(album.others) - len(items)
    if rest:
        items.append(f"<li>and {rest:,} more, in {place.records}</li>\n")
    title = counted(len(album.others), "other file" if album.tracks else "file")
    is_open = "" if album.tracks else " open"
    return (
        f'<details{is_open}><summary>{title}</summary><ul class="plain">\n{"".join(items)}</ul></details>\n'
    )
