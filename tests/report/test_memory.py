"""However many files a bag has, making its pages takes no more memory."""

from __future__ import annotations

import gc
import tracemalloc
from contextlib import nullcontext

import pytest

from archiver.records.layout import RecordKind
from archiver.records.writing import Closing, Opening
from archiver.report import albums
from archiver.report.layout import PAGES
from tests.records.entries import CONTEXT, PLAN, RUN, bag_of
from tests.records.rights.test_memory import Collection, Nowhere


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.path)
def test_memory_does_not_grow_with_the_collection(kind: RecordKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums, "_RUN_BYTES", 8 << 10)  # so that even few files are many sorted runs
    written(kind, 300)
    peaks = []
    for number in (6_000, 18_000):
        gc.collect()
        tracemalloc.start()
        assert written(kind, number)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # ten bytes kept for each further file would be 120,000
    assert peaks[1] < peaks[0] + 100_000


def written(kind: RecordKind, number: int) -> int:
    """Write one page of a bag, and return the length of all that was written."""
    stream = Nowhere()
    opening = Opening(PLAN, CONTEXT, lambda _: stream, lambda _: nullcontext(stream), lambda _: "d1")  # type: ignore[arg-type, return-value]  # all that is used
    writer = kind.open(opening)
    for entry in Collection(number):
        writer.add(entry)
    writer.finish(Closing(RUN, bag_of(()), CONTEXT, ()))
    return stream.bytes
