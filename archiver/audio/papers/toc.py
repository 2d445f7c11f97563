"""The table of contents of a compact disc, and the identifiers that follow from it.

Sources: MusicBrainz, *Disc ID Calculation*; CDDB's disc identifier as freedb wrote it down.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

SECTORS_PER_SECOND = 75
LEAD_IN = 150
"""Sectors before the first one that a log counts."""

MOST_TRACKS = 99
_DATA_GAP = 11_400
"""Sectors between the last track of music and a data track in the second session of a disc."""

_LONGEST_DISC = 100 * 60 * SECTORS_PER_SECOND
_ROW = re.compile(
    r"(?:^|\s)(\d{1,3})\s*\|\s*[\d:.]{4,12}\s*\|\s*[\d:.]{4,12}\s*\|\s*(\d{1,8})\s*\|\s*(\d{1,8})\s*$"
)


@dataclass(frozen=True, slots=True)
class TocRow:
    """One track: its number, its first sector, and its last one."""

    number: int
    start: int
    end: int

    @property
    def sectors(self) -> int:
        """Its length."""
        return self.end - self.start + 1


def toc_row(line: str) -> TocRow | None:
    """The row of a table ``number | start | length | start sector | end sector``, in whatever language, or ``None``.

    fre:ac puts the time before each line.
    """
    match = _ROW.search(line)
    if match is None:
        return None
    row = TocRow(*map(int, match.groups()))
    return row if 0 <= row.start <= row.end <= _LONGEST_DISC and row.number <= MOST_TRACKS else None


def is_whole(toc: Sequence[TocRow]) -> bool:
    """Whether the rows are those of tracks 1, 2, 3 … in their order on the disc, so that identifiers can be computed."""
    return 0 < len(toc) <= MOST_TRACKS and all(
        row.number == number and (number == 1 or row.start > toc[number - 2].end)
        for number, row in enumerate(toc, 1)
    )


def disc_id(toc: Sequence[TocRow]) -> str | None:
    """The MusicBrainz disc identifier, or ``None`` where the table is not whole; a data track at the end does not count."""
    if not is_whole(toc):
        return None
    if len(toc) > 1 and toc[-1].start - toc[-2].end == _DATA_GAP + 1:
        toc = toc[:-1]
    offsets = [toc[-1].end + 1 + LEAD_IN, *(row.start + LEAD_IN for row in toc)]
    offsets += [0] * (1 + MOST_TRACKS - len(offsets))
    told = f"{1:02X}{len(toc):02X}" + "".join(f"{offset:08X}" for offset in offsets)
    digest = hashlib.sha1(told.encode("ascii"), usedforsecurity=False).digest()
    return base64.b64encode(digest, b"._").decode("ascii").replace("=", "-")


def cddb_id(toc: Sequence[TocRow]) -> str | None:
    """The CDDB disc identifier in eight hex digits, or ``None`` where the table is not whole."""
    if not is_whole(toc):
        return None
    starts = [(row.start + LEAD_IN) // SECTORS_PER_SECOND for row in toc]
    digits = sum(int(digit) for start in starts for digit in str(start))
    length = (toc[-1].end + 1 + LEAD_IN) // SECTORS_PER_SECOND - starts[0]
    return f"{digits % 255:02x}{length & 0xFFFF:04x}{len(toc):02x}"
