"""``metadata/files.csv``: the files as a table for a spreadsheet; the lossless record is ``files.jsonl``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from archiver.model.audio import AudioProperties, ExaminedFile
from archiver.model.package import HeldFile, PackedFile, PackEntry, WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import Decision
from archiver.model.sound import Sound, SoundState, damage_sentence
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.records.csvcells import safe_cell
from archiver.records.moments import rfc3339_ns
from archiver.records.names import TABLE_RECORD
from archiver.records.writing import Closing, Opening

_TAG_COLUMNS = (
    "title",
    "artist",
    "album",
    "album_artist",
    "track",
    "disc",
    "date",
    "genre",
    "composer",
    "label",
    "isrc",
    "copyright",
    "license",
)
_AUDIO_COLUMNS = ("codec", "duration_s", "sample_rate_hz", "channels", "bit_depth")
_SOUND_COLUMNS = ("integrity", "damage", "essence")


class TableWriter:
    """Writes the table: UTF-8, RFC 4180, a header row and one row for each file seen, several values joined by ``; ``.

    Cells that a spreadsheet would run as formulas are made text (:func:`safe_cell`).
    Where the names of withheld files are left out, these have no row.
    """

    def __init__(self, opening: Opening) -> None:
        self._algorithms = opening.plan.algorithms
        self._anonymous = opening.context.anonymous_withheld
        stream = opening.new_file(TABLE_RECORD)
        self._text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="")
        self._table = csv.writer(self._text)
        self._table.writerow(
            [
                *("path", "source_path", "role", "size_bytes", "modified", *self._algorithms),
                *("format", "puid", "mime", *_AUDIO_COLUMNS, *_SOUND_COLUMNS),
                *(*_TAG_COLUMNS, "protection", "disposition", "basis", "problems"),
            ]
        )

    def add(self, entry: PackEntry) -> None:
        """Write the row of one entry; what is no file is passed over."""
        match entry:
            case PackedFile(assessed, size_bytes, modified_ns, digests):
                there = [
                    size_bytes,
                    rfc3339_ns(modified_ns),
                    *(dict(digests).get(one) for one in self._algorithms),
                ]
                self._write(entry.bag_path, assessed.examined, there, assessed.decision)
            case WithheldFile(assessed) if not self._anonymous:
                stat = assessed.examined.ref.stat
                there = [stat.size_bytes, rfc3339_ns(stat.mtime_ns), *("" for _ in self._algorithms)]
                self._write("", assessed.examined, there, assessed.decision)
            case Unpacked(problem):
                known = (*_AUDIO_COLUMNS, *_SOUND_COLUMNS, *_TAG_COLUMNS)
                empty = [""] * (len(self._algorithms) + 3 + 3 + len(known) + 3)
                self._row(["", problem.path, *empty, _problem_words((problem,))])
            case (
                HeldFile()
                | WithheldFile()
                | EmptyFolder()
                | FolderProblem()
                | FolderRef()
                | Link()
                | LeftOut()
            ):
                pass

    def finish(self, closing: Closing) -> None:  # noqa: ARG002 - as every writer
        """Hand everything to the stream."""
        self._text.flush()
        self._text.detach()

    def _write(self, path: str, file: ExaminedFile, there: Sequence[object], decision: Decision) -> None:
        found, protection = file.format, file.protection
        self._row(
            [
                *(path, file.ref.path, file.role.value, *there),
                *((found.name, found.puid, found.mime) if found else ("", "", "")),
                *_audio_cells(file.audio),
                *_sound_cells(file.sound),
                *("; ".join(file.tags.get(name, ())) for name in _TAG_COLUMNS),
                *(protection.label if protection else "", decision.disposition.value, decision.basis.value),
                _problem_words(file.problems),
            ]
        )

    def _row(self, cells: list[object]) -> None:
        self._table.writerow([safe_cell("" if cell is None else str(cell)) for cell in cells])


def _audio_cells(audio: AudioProperties | None) -> Iterator[object]:
    if audio is None:
        yield from ("" for _ in _AUDIO_COLUMNS)
        return
    duration = None if audio.duration_s is None else round(audio.duration_s, 3)
    yield from (audio.codec, duration, audio.sample_rate_hz, audio.channels, audio.bit_depth)


def _sound_cells(sound: Sound | None) -> Iterator[object]:
    if sound is None:
        yield from ("" for _ in _SOUND_COLUMNS)
        return
    integrity, essence = sound.integrity, sound.essence
    damage = damage_sentence(integrity) if integrity.damage else integrity.detail
    yield integrity.state.value
    yield damage if integrity.state is SoundState.DAMAGED else ""
    yield "" if essence is None else f"{essence.method}:{essence.digest}"


def _problem_words(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.code} {problem.message}" for problem in problems)
