from __future__ import annotations

import dataclasses
import gc
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import nullcontext

import pytest

from archiver.model.accrual import Accrual
from archiver.model.derivation import Derivation
from archiver.model.package import PackedFile, PackEntry, WithheldFile
from archiver.model.rights import Act, Acts, Answer, Disposition
from archiver.records.layout import RECORDS
from archiver.records.names import EMPTY_FOLDERS_RECORD, RIGHTS_RECORD
from archiver.records.rights.record import RightsWriter
from archiver.records.rights.tally import RightsTally
from archiver.records.writing import Closing, Opening, Writer
from tests.records.entries import CONTEXT, PLAN, RUN, assessed, bag_of, decision, packed


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

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing waits."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize(
    "path", [RIGHTS_RECORD, *(kind.path for kind in RECORDS if kind.path != EMPTY_FOLDERS_RECORD)]
)
def test_memory_does_not_grow_with_the_collection(path: str) -> None:
    _written(path, 300)  # what is made once and kept is not counted
    # threads of this process that other tests left add to a peak by chance; what grows does so each time
    assert any(_more(path) < 60_000 for _ in range(3)), "ten bytes kept for each further file"


def _more(path: str) -> int:
    """Return by how many bytes the peak is higher with more files, beyond what is remembered."""
    peaks = []
    for number in (3000, 9000):
        gc.collect()  # what other tests left behind is not counted
        tracemalloc.start()
        assert _written(path, number)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return peaks[1] - peaks[0]


_DERIVED = Derivation("urn:uuid:1", "gift", "00", Act.ACCESS, "sha512")
_PLAN = dataclasses.replace(PLAN, accrual=Accrual("urn:uuid:1"), derivation=_DERIVED)
"""A bag that has every record."""


def _written(path: str, number: int) -> int:
    """Write one record, and return its length."""
    stream = Nowhere()
    rights = RightsWriter(stream if path == RIGHTS_RECORD else Nowhere(), CONTEXT)  # type: ignore[arg-type]  # all that is used
    opening = Opening(_PLAN, CONTEXT, lambda _: stream, lambda _: nullcontext(stream), rights.identify)  # type: ignore[arg-type, return-value]
    kinds = [kind for kind in RECORDS if kind.path == path]
    writer: Writer = kinds[0].open(opening) if kinds else rights
    tally = RightsTally()
    for entry in Collection(number):
        tally.add(entry)
        writer.add(entry)
        if writer is rights and isinstance(entry, PackedFile):
            rights.identify(entry.assessed.decision)
    bag = dataclasses.replace(bag_of(()), rights=tally.summary())
    writer.finish(Closing(RUN, bag, CONTEXT, ()))
    return stream.bytes
