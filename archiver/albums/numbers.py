"""Gaps in the numbers of tracks and discs, and the same number twice.

A collector holds single songs, the bonus disc alone or one work of a disc on purpose: of these nothing is said.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from archiver.albums.note import AlbumNote, NoteKind, listed
from archiver.albums.track import Track

_FEWEST = 3
"""Tracks that make an album; fewer are singles."""

Disc = int | str | None
"""A disc's number, or the folder that tells it where no tag does; ``None`` where there is one disc."""


def number_notes(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    """Say of the tracks of one album which numbers are missing or stand twice."""
    if any(track.lettered for track in tracks) or len(tracks) < _FEWEST:
        return  # sides of vinyl count otherwise
    discs = by_disc(tracks)
    gaps = missing_numbers(tracks)
    if gaps:
        yield AlbumNote(NoteKind.TRACKS_MISSING, f"not there: {listed(_told(gaps, alone=len(discs) == 1))}")
    numbered = sorted(disc for disc in discs if isinstance(disc, int) and disc)
    absent = sorted(set(range(numbered[0], numbered[-1])) - set(numbered)) if numbered else []
    if absent and len(absent) < len(numbered):
        yield AlbumNote(NoteKind.DISCS_MISSING, f"not there: disc {listed(_spans(absent))}")
    twice = _twice(tracks)
    if twice:
        plural = "numbers" if len(twice) > 1 else "number"
        yield AlbumNote(
            NoteKind.NUMBER_TWICE, f"more than one track has the {plural} {listed(_spans(twice))}"
        )


def by_disc(tracks: Sequence[Track]) -> dict[Disc, list[Track]]:
    """Divide tracks by disc: as the tags have it, where they say nothing by folder."""
    in_folders = len({track.folder for track in tracks}) > 1
    discs: dict[Disc, list[Track]] = defaultdict(list)
    for track in tracks:
        discs[track.folder if track.disc is None and in_folders else track.disc].append(track)
    return discs


def missing_numbers(tracks: Sequence[Track]) -> dict[Disc, list[int]]:
    """Return the numbers that are missing on each disc, of an album that is held for its greater part."""
    discs = {disc: {track.number for track in held if track.number} for disc, held in by_disc(tracks).items()}
    everything: set[int] = set().union(*discs.values())
    if len(discs) > 1 and sum(map(len, discs.values())) == len(everything):
        discs = {None: everything}  # one count runs through all discs
    if len({type(disc) for disc in discs}) > 1:
        return {}  # some files say which disc they are of, and others do not
    total = _agreed_total(tracks) if len(discs) == 1 else None
    found = {disc: _missing(numbers, total) for disc, numbers in discs.items()}
    return {disc: missing for disc, missing in found.items() if missing}


def _missing(numbers: set[int], total: int | None) -> list[int]:
    if len(numbers) < _FEWEST:
        return []
    last = max(numbers) if total is None else max(*numbers, total)
    missing = sorted(set(range(1, last + 1)) - numbers)
    if len(missing) >= len(numbers):
        return []
    begins, ends = min(numbers), max(numbers)
    whole = len(numbers) == ends - begins + 1
    return [] if whole and begins > 2 else missing  # a work out of a longer disc


def _agreed_total(tracks: Sequence[Track]) -> int | None:
    totals = {track.total for track in tracks}
    return totals.pop() if len(totals) == 1 else None


def _twice(tracks: Sequence[Track]) -> list[int]:
    """Numbers that two files of one folder, disc and format have."""
    places = Counter(
        (track.number, track.disc, track.folder, track.codec) for track in tracks if track.number
    )
    return sorted({place[0] for place, held in places.items() if held > 1 and place[0] is not None})


def _told(gaps: Mapping[Disc, Sequence[int]], *, alone: bool) -> list[str]:
    words = []
    for disc, missing in gaps.items():
        of_disc = (
            "" if alone or disc is None else f" of disc {disc}" if isinstance(disc, int) else f" in {disc}"
        )
        words += [f"track {span}{of_disc}" for span in _spans(missing)]
    return words


def _spans(numbers: Sequence[int]) -> list[str]:
    """Numbers as words, neighbours joined: ``4``, ``7 to 9``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return [str(span[0]) if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans]
