from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import Acts, Answer, Disposition
from archiver.records.premis.document import PremisPackage, write_premis
from archiver.records.rights.machine_use import write_ai_usage, write_tdmrep
from archiver.records.rights.readme import write_rights_readme
from archiver.records.rights.record import write_rights_json
from archiver.records.rights.rows import write_rights_csv
from archiver.records.rights.tally import summarise
from tests.records.entries import CONTEXT, EVENTS, PACKAGE, RUN, assessed, decision, packed


class Collection:
    """Entries made as they are asked for, as often as they are asked for; two in three are packed."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __iter__(self) -> Iterator[PackEntry]:
        for number in range(self._number):
            name = f"Artist {number % 7}/Album {number // 12}/{number:07}.flac"
            if number % 3:
                yield packed(name, decision(acts=Acts(preserve=list(Answer)[number % 3])))
            else:
                yield WithheldFile(assessed(name, decision(disposition=Disposition.EXCLUDE)))


class Nowhere:
    """A stream that keeps nothing but the count."""

    closed = False

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


WRITERS: dict[str, Callable[..., None]] = {
    "premis": lambda stream, entries: write_premis(
        stream, entries, PremisPackage(PACKAGE, "x", EVENTS), CONTEXT
    ),
    "csv": lambda stream, entries: write_rights_csv(stream, entries, CONTEXT),
    "json": lambda stream, entries: write_rights_json(stream, entries, CONTEXT, summarise(entries)),
    "readme": lambda stream, entries: write_rights_readme(stream, entries, RUN, CONTEXT, summarise(entries)),
    "ai-usage": lambda stream, entries: write_ai_usage(stream, entries, summarise(entries)),
    "tdmrep": lambda stream, entries: write_tdmrep(stream, entries, summarise(entries)),
}


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_memory_does_not_grow_with_the_collection(name: str) -> None:
    WRITERS[name](Nowhere(), Collection(300))  # what is made once and kept is not counted
    peaks = []
    for number in (3000, 9000):  # beyond the thousand entries that are remembered
        stream = Nowhere()
        gc.collect()  # what other tests left behind is not counted
        tracemalloc.start()
        WRITERS[name](stream, Collection(number))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert stream.bytes
    # ten bytes kept for each further file would show
    assert peaks[1] < peaks[0] + 60_000
