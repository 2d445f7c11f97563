"""The logs in one file: where each begins, which program wrote it, and whether its own checksum holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence

from archiver.audio.formats.rip_log_banners import find_banner
from archiver.audio.papers.cuetools import read_cuetools
from archiver.audio.papers.cyanrip import read_cyanrip
from archiver.audio.papers.dbpoweramp import read_dbpoweramp
from archiver.audio.papers.draft import LogDraft
from archiver.audio.papers.eac import read_eac
from archiver.audio.papers.freac import read_freac
from archiver.audio.papers.whipper import read_whipper
from archiver.audio.papers.xld import read_xld
from archiver.model.paper import LogChecksum, RipLog

MOST_LOGS = 16
"""Logs of one file that are read."""

_READERS: tuple[tuple[str, Callable[[Sequence[str], str], LogDraft]], ...] = (
    ("x lossless", read_xld),
    ("xld", read_xld),
    ("whipper", read_whipper),
    ("dbpoweramp", read_dbpoweramp),
    ("cuetools", read_cuetools),
    ("cyanrip", read_cyanrip),
    ("fre:ac", read_freac),
    ("exact audio copy", read_eac),
    ("eac", read_eac),
    ("cueripper", read_eac),
    ("morituri", read_eac),
)
_HINT = re.compile(
    r"exact audio copy v|x lossless dec|xld extr|(?<![a-z])eac(?![a-z])|^journal d'extraction|created by|^dbpoweramp"
    r"|^cueripper|rubyripper|^cdparanoia|^executing custom|^ez cd|^bonkenc|^\[cuetools log|^cyanrip|^fre:ac|^client:",
    re.IGNORECASE,
)
_MOST_CANDIDATES = 1000
_SAME_BANNER = 6
"""Lines from the first line of a banner to its last."""

_LOOKED_AT = 16
_WHIPPER_HASH = re.compile(rb"(?:^|\n)SHA-256 hash: ([0-9A-Fa-f]{64})\s*")


def read_rip_logs(lines: Sequence[str], data: bytes = b"") -> tuple[RipLog, ...]:
    """The logs that a file holds, at most :data:`MOST_LOGS`; none where no program's banner is found.

    Args:
        lines: Its text.
        data: Its bytes, over which whipper writes a checksum; none where they are not all there.
    """
    starts = list(_starts(lines))
    logs = []
    ends = [*(begin for begin, _ in starts[1:]), len(lines)]
    for (begin, program), end in zip(starts, ends, strict=False):
        read = next((read for word, read in _READERS if program.lower().startswith(word)), None)
        log = LogDraft(program) if read is None else read(lines[begin:end], program)
        if read is read_whipper:  # it is over the whole file
            log.checksum = _whipper_checksum(data) if len(starts) == 1 else None
        logs.append(log.finished())
    return tuple(logs)


def _starts(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where each log begins, and the program that its banner names."""
    last, found, candidates = -_SAME_BANNER, 0, 0
    for index, line in enumerate(lines):
        if _HINT.search(line) is None:
            continue
        candidates += 1
        if candidates > _MOST_CANDIDATES or found == MOST_LOGS:
            return
        if index - last < _SAME_BANNER:
            continue
        banner = find_banner(lines[index : index + _LOOKED_AT])
        if banner is not None and banner[0] == 0:
            last, found = index, found + 1
            yield index, banner[1]


def _whipper_checksum(data: bytes) -> LogChecksum | None:
    """Whether the digest in the last line is that of everything before the line end that comes before it."""
    last = None
    for last in _WHIPPER_HASH.finditer(data):  # noqa: B007 - the last one counts
        pass
    if last is None:
        return None
    same = hashlib.sha256(data[: last.start()]).hexdigest() == last[1].decode("ascii").lower()
    return LogChecksum.HOLDS if same else LogChecksum.FAILS
