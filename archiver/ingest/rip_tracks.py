"""The tracks of rip logs and the files that they became: by name or number, and by playing time."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import msgspec

from archiver.audio.papers.candidates import key_of, stem_of
from archiver.ingest.rows import Index, Row, Rows, in_order
from archiver.model.album import album_folder
from archiver.model.audio import ExaminedFile
from archiver.model.paper import Linking, Paper, RipClaim, RipLog, RippedTrack

TOLERANCE_S = 1.0
"""Seconds by which a file may differ from its track: lossy formats add a little, and gaps move a little."""

_OUTCOMES = (Linking.NAME, Linking.NAME_ALONE, Linking.NUMBER, Linking.OTHER_TIME)
"""The better ones first."""

_MOST_LOOKS, _LOOKS_EACH = 50_000, 32
_NOWHERE = float("inf")
_ELSEWHERE = 0.4
_LEADING_NUMBER = re.compile(r"(?:\d{1,2}-)?(\d{1,2})(?!\d)")


class TrackIndex:
    """The tracks of all logs. Note every log first, match every file of music, then ask what is told of a log."""

    def __init__(self) -> None:
        self._rows, self._names, self._numbers = Rows(), Index(), Index()
        self._places, self._found = array("Q"), array("q")
        self._files, self._scores = array("q"), array("d")
        self._logs: dict[int, int] = {}
        self._left: int | None = None

    def close(self) -> None:
        """Let go of what lies on disk."""
        self._rows.close()

    def __bool__(self) -> bool:
        return bool(self._places)

    def note(self, ordinal: int, file: ExaminedFile) -> None:
        """Take the logs of a file, which is that of the place ``ordinal`` among the entries."""
        self._logs[ordinal] = len(self._places)
        for log, track in _tracks(file.papers):
            claim = RipClaim(
                file.ref.path,
                log.date,
                track,
                first=track.number <= 1,
                last=track.number in (0, _last_of_music(log)),
            )
            self._note(claim)

    def _note(self, claim: RipClaim) -> None:
        number, track = len(self._places), claim.track
        folder = claim.said_by.rpartition("/")[0]
        home = album_folder(claim.said_by)
        told = cast("Row", msgspec.to_builtins(claim))
        self._places.append(self._rows.append([folder, track.duration_s, told]))
        self._scores.append(_NOWHERE)
        self._found.append(-1)
        self._files.append(-1)
        if track.file is not None:
            for place in dict.fromkeys((home, folder.rpartition("/")[0])):
                self._names.add(key_of(place, stem_of(track.file)), number)
        if track.number:
            self._numbers.add(key_of(home, str(track.number)), number)

    def match(self, ordinal: int, file: ExaminedFile) -> None:
        """Hold a file of music, of the place ``ordinal``, against the tracks of its name and of its number."""
        if not self._places:
            return
        home, name = album_folder(file.ref.path), stem_of(file.ref.path.rpartition("/")[2])
        for number in self._names.values(key_of(home, name)):
            self._weigh(number, ordinal, file, by_name=True)
        said = _number_of(file)
        if said is not None:
            for number in self._numbers.values(key_of(home, str(said))):
                self._weigh(number, ordinal, file, by_name=False)

    def _weigh(self, number: int, ordinal: int, file: ExaminedFile, *, by_name: bool) -> None:
        if not self._may_go_on():
            return
        folder, seconds, _ = cast("tuple[str, float | None, Row]", self._rows.at(self._places[number]))
        plays = None if file.audio is None else file.audio.duration_s
        apart = None if plays is None or seconds is None else abs(plays - seconds)
        if apart is None:
            outcome = Linking.NAME_ALONE if by_name else None
        elif apart <= TOLERANCE_S:
            outcome = Linking.NAME if by_name else Linking.NUMBER
        else:
            outcome = Linking.OTHER_TIME
        if outcome is None:
            return
        score = float(_OUTCOMES.index(outcome)) + min(apart or 0.0, TOLERANCE_S) / 2
        score += 0.0 if file.ref.path.rpartition("/")[0] == folder else _ELSEWHERE
        if score < self._scores[number]:
            self._scores[number] = score
            self._found[number] = self._rows.append([file.ref.path, outcome.value])
            self._files[number] = -1 if outcome is Linking.OTHER_TIME else ordinal

    def claims(self) -> Iterator[tuple[int, RipClaim]]:
        """Yield what logs say of the samples of each file with its place among the entries, in their order."""
        for number in in_order(self._files):
            if self._files[number] < 0:
                continue
            _, _, told = cast("tuple[str, float | None, Row]", self._rows.at(self._places[number]))
            yield self._files[number], msgspec.convert(told, RipClaim)

    def _may_go_on(self) -> bool:
        """Whether another track may be weighed: logs made to be alike could be weighed without end."""
        if self._left is None:
            self._left = _MOST_LOOKS + _LOOKS_EACH * len(self._places)
        self._left -= 1
        return self._left >= 0

    def told(self, ordinal: int, file: ExaminedFile) -> ExaminedFile:
        """Return the file with the tracks of its logs linked."""
        first = self._logs.get(ordinal)
        if first is None:
            return file
        numbers = iter(range(first, len(self._places)))
        return replace(file, papers=tuple(self._linked(paper, numbers) for paper in file.papers))

    def _linked(self, paper: Paper, numbers: Iterator[int]) -> Paper:
        if not isinstance(paper, RipLog):
            return paper
        tracks = tuple(self._track(track, next(numbers)) for track in paper.tracks)
        image = None if paper.image is None else self._track(paper.image, next(numbers))
        if image is not None and image.path is not None:  # then no track is a file of its own
            tracks = tuple(track if track.path else replace(track, linking=None) for track in tracks)
        return replace(paper, tracks=tracks, image=image)

    def _track(self, track: RippedTrack, number: int) -> RippedTrack:
        if self._found[number] < 0:
            exhausted = self._left is not None and self._left < 0
            return replace(track, linking=None if exhausted else Linking.NO_FILE)
        path, outcome = cast("tuple[str, str]", self._rows.at(self._found[number]))
        linking = Linking(outcome)
        return replace(track, linking=linking, path=None if linking is Linking.OTHER_TIME else path)


def _tracks(papers: tuple[Paper, ...]) -> Iterator[tuple[RipLog, RippedTrack]]:
    """The tracks of the logs among papers, each log's image after them."""
    for paper in papers:
        if isinstance(paper, RipLog):
            yield from ((paper, track) for track in paper.tracks)
            if paper.image is not None:
                yield paper, paper.image


def _last_of_music(log: RipLog) -> int | None:
    """The number of the last track of music: one of data lies in a session of its own, or was not ripped."""
    ripped = [
        track.number for track in log.tracks if track.copy_crc or track.accuraterip_v1 or track.accuraterip_v2
    ]
    return max(ripped, default=None)


def _number_of(file: ExaminedFile) -> int | None:
    """The number of a file's track: as its tags have it, else the number that its name begins with."""
    for value in file.tags.get("track", ()):
        return int(value) if value.isdecimal() and len(value) < 4 else None
    found = _LEADING_NUMBER.match(file.ref.path.rpartition("/")[2])
    return None if found is None else int(found[1])
