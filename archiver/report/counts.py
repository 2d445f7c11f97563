"""What the files of a bag add up to, for totals and plots; its size does not grow with their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archiver.model.sound import SoundState
from archiver.report.row import FileRow, short_format

OTHERS = "others"
_MOST = 200
"""The most formats, qualities and problems that are told apart; what is beyond is counted together."""


@dataclass(slots=True)
class Counts:
    """Numbers of the files in a bag, by what plots show.

    Attributes:
        format_files: Files by name of the format.
        format_bytes: Their bytes.
        qualities: Audio files by resolution or bit rate.
        years: Audio files by year; the empty year where none is known.
        lossless: Audio files by whether nothing was lost in coding.
        states: Audio files by what is known of their music.
        problems: Files by code of a finding.
        tracks: Audio files.
        playing_ms: Their playing time in milliseconds, as far as it is known.
        untimed: Audio files whose playing time is not known.
        files: Files in the bag.
        bytes: Their bytes.
        held: Files that have the checksum which a list that came with them gives.
    """

    format_files: Counter[str] = field(default_factory=Counter)
    format_bytes: Counter[str] = field(default_factory=Counter)
    qualities: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    lossless: Counter[bool | None] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    tracks: int = 0
    playing_ms: int = 0
    untimed: int = 0
    files: int = 0
    bytes: int = 0
    held: int = 0

    def add(self, row: FileRow) -> None:
        """Count one file."""
        for code in {one.code for one in row.problems}:
            _count(self.problems, code, 1)
        if not row.path:
            return
        self.files += 1
        self.bytes += row.size
        self.held += row.held is True
        _count(self.format_files, short_format(row), 1)
        _count(self.format_bytes, short_format(row), row.size)
        if row.is_track:
            self._count_music(row)

    def _count_music(self, row: FileRow) -> None:
        self.tracks += 1
        self.playing_ms += row.ms
        self.untimed += not row.ms
        _count(self.qualities, row.band, 1)
        self.years[row.year] += 1
        self.lossless[row.lossless] += 1
        self.states[row.state] += 1

    @property
    def damaged(self) -> int:
        """Audio files that were damaged when they came."""
        return self.states[SoundState.DAMAGED.value]


def _count(counter: Counter[str], name: str, number: int) -> None:
    counter[name if name in counter or len(counter) < _MOST else OTHERS] += number
