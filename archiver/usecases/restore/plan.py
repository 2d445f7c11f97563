"""Which files are to be given back, by the bag that has their bytes, on the disk: memory does not grow with them."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from archiver.bagit.sorting import Sorter
from archiver.model.state import HoldingBag
from archiver.usecases.restore.wanted import Wanted
from archiver.usecases.states.bags import KnownBag

_MOST_HOLDERS = 1 << 20
_NUMBER, _ORDER = 4, 8


@dataclass(frozen=True, slots=True)
class Holder:
    """A bag that is to have bytes.

    Attributes:
        name: What it is called in its store.
        identifier: By which a copy of it is known.
        own: The bag itself, where it is one that says what is wanted; else ``None``.
        pin: By which a copy as it was sealed is known, where another bag says so; else ``None``.
    """

    name: str
    identifier: str
    own: KnownBag | None
    pin: str | None


class Holders:
    """The bags that are to have bytes, each with a number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._all: list[Holder] = []

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> Holder:
        return self._all[number]

    def __iter__(self) -> Iterator[Holder]:
        return iter(self._all)

    def number_of(self, bag: HoldingBag | None, own: KnownBag) -> int:
        """Return the number of the bag that a file of the bag ``own`` lies in; ``None`` means that very bag.

        Raises:
            ValueError: where there are more bags than any store has.
        """
        key = own.path if bag is None else bag.identifier
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._all)
            if number >= _MOST_HOLDERS:
                raise ValueError("it names more bags than any store has")
            self._all.append(
                Holder(own.name, own.identifier, own, None)
                if bag is None
                else Holder(bag.name, bag.identifier, None, bag.pin)
            )
        return number


class Plan:
    """Files to give back; use it in a ``with`` block.

    Attributes:
        files: How many.
        bytes: Their bytes, as far as they are recorded.
    """

    def __init__(self) -> None:
        self.files = self.bytes = 0
        self._sorter = Sorter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sorter.close()

    def add(self, wanted: Wanted) -> None:
        """Take a file."""
        key = wanted.holder.to_bytes(_NUMBER, "big") + self.files.to_bytes(_ORDER, "big")
        self._sorter.add(key + pickle.dumps(wanted, pickle.HIGHEST_PROTOCOL))
        self.files += 1
        self.bytes += wanted.size_bytes or 0

    def by_holder(self) -> Iterator[tuple[int, Iterator[Wanted]]]:
        """Yield the number of each bag with its files, in the order in which they were taken."""
        for number, rows in itertools.groupby(self._sorter, key=lambda row: row[:_NUMBER]):
            yield int.from_bytes(number, "big"), map(_wanted, rows)

    def __iter__(self) -> Iterator[Wanted]:
        """Yield all files, bag by bag."""
        return map(_wanted, self._sorter)


def _wanted(row: bytes) -> Wanted:
    found = pickle.loads(row[_NUMBER + _ORDER :])  # noqa: S301 - this process wrote it into a file without a name
    assert isinstance(found, Wanted)
    return found
