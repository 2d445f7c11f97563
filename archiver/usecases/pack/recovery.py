"""Gives a staged bag its recovery data, when all else of it but the tag manifests is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit import writer
from archiver.bagit.names import PAYLOAD
from archiver.bagit.telling import ignore
from archiver.bagit.walking import Kind, walk
from archiver.model.album import album_folder
from archiver.parity.make import make_sets, sets_of_payload, sets_of_tag_files
from archiver.parity.program import Par2
from archiver.parity.readme import README, recorded, write_readme
from archiver.parity.sets import FOLDER, Amount, ParitySet, Sized, Summed, guessed_bytes
from archiver.store.area import Place
from archiver.store.faults import store_faults
from archiver.store.healing import workshop_of
from archiver.usecases.watch import Step, Watch

_BLOCK = 1 << 20
_TAG_FILES, _TAG_NAME, _LINE = 30, 40, 100
"""Tag files of a bag, bytes of one's path, and bytes of a line about a set, each about."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """How bags get recovery data.

    Attributes:
        par2: The program that makes them.
        amount: How much each set gets.
    """

    par2: Par2
    amount: Amount

    def write(self, bag: Place, watch: Watch) -> None:
        """Write the recovery data of a staged bag.

        Args:
            bag: The bag's folder in the store, whose lock is held.
            watch: Sees how far it has come.

        Raises:
            StoreError: where they cannot be written.
            ParityError: where they cannot be made.
        """
        payload, left_out, tags = self._sets(bag)
        sets = (*payload, *tags)
        with (
            store_faults(f"write recovery data to {os.fsdecode(bag.absolute)}"),
            workshop_of(bag.store) as workshop,
            bag.cursor(filesystem.make_folders_beneath) as folders,
        ):
            folder = folders.folder(FOLDER.encode())
            watched = _watched(sets, watch)
            for files in make_sets(self.par2, watched, bag.absolute, workshop.folder):
                for file in files:
                    with (
                        writer.new_tag_file(folder, file.path.rpartition("/")[2]) as stream,
                        open(file.made, "rb") as source,
                    ):
                        while block := source.read(_BLOCK):
                            stream.write(block)
            with writer.new_tag_file(folder, README.rpartition("/")[2]) as stream:
                stream.write(write_readme(recorded(sets, self.amount, left_out)))

    def _sets(self, bag: Place) -> tuple[tuple[ParitySet, ...], int, tuple[ParitySet, ...]]:
        with bag.cursor() as cursor:
            sized = [
                Sized(one.path, one.size) for one in walk(cursor.folder(b""), ignore) if one.kind is Kind.FILE
            ]
        of_payload = (file for file in sized if file.path.startswith(PAYLOAD))
        payload, left_out = sets_of_payload(of_payload, album_folder, self.amount)
        of_tags = [file for file in sized if not file.path.startswith(PAYLOAD)]
        return payload, left_out, sets_of_tag_files(of_tags, self.amount, len(payload) + 1)


class RecoveryGuess:
    """Guesses, file after file, how much recovery data a package gets.

    Args:
        amount: How much each set gets; ``None`` for none at all.
    """

    def __init__(self, amount: Amount | None) -> None:
        self._amount = amount
        self._albums: dict[str, Summed] = {}
        self._largest = 0

    def added(self, path: str, size: int) -> int:
        """Take in a file of the payload, by its path in the bag; return by how many bytes the guess grows."""
        if self._amount is None:
            return 0
        album = album_folder(path)
        before = self._albums.get(album, Summed())
        after = before + Sized(path, size)
        self._albums[album] = after
        guessed = guessed_bytes(after, self._amount)
        self._largest = max(self._largest, guessed)
        return guessed - guessed_bytes(before, self._amount)

    def of_tag_files(self, octets: int) -> int:
        """Return how much the tag files of a bag get, which take so many bytes, with what lies beside it while it is made."""
        if self._amount is None:
            return 0
        tags = Summed(_TAG_FILES, octets, octets, _TAG_FILES * _TAG_NAME)
        return guessed_bytes(tags, self._amount) + self._largest + len(self._albums) * _LINE


def _watched(sets: Iterable[ParitySet], watch: Watch) -> Iterator[ParitySet]:
    listed = list(sets)
    step = Step("Making recovery data", "bytes", sum(each.size for each in listed))
    yield from watch.track(step, listed, lambda one: one.size)
