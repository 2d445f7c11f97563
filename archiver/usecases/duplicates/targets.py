"""Tells sources, stores and bags apart among the paths that a person named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.catalogue.collected import collection_called
from archiver.catalogue.database import is_there
from archiver.errors import Remedy, UsageError, Way
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD
from archiver.store.area import INCOMING
from archiver.store.find_bags import bags_in, is_bag
from archiver.usecases.lookup import looked_up


@dataclass(frozen=True, slots=True)
class Targets:
    """What paths come to.

    Attributes:
        sources: Folders and files that are looked at as they are; bags among them that have no record to read.
        bags: Bags whose records are read; those of a store by name.
        passed_over: Paths of what lies in a store and is no bag.
        collections: Collections whose latest state is looked at, as the catalogue knows it.
        catalogue: The catalogue's file; empty where no collection is meant.
    """

    sources: tuple[str, ...]
    bags: tuple[str, ...]
    passed_over: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    catalogue: str = ""


def targets_of(paths: Sequence[str], catalogue: str) -> Targets:
    """Say what is meant: a bag, a store whose bags are, a source, or by a name at which nothing lies, a collection.

    A folder is a store where a bag lies in it that is a folder, or where runs of this program left their trace; a folder
    with archives is one where nothing else is in it, for music is sold in archives too.

    Args:
        paths: What was named.
        catalogue: The catalogue's file; empty where none is to be asked.

    Raises:
        UsageError: where a path is not there and no collection is called so, or a source lies in a bag that is named
            too.
        CatalogueError: where the catalogue cannot be read, and a collection may be meant.
    """
    collections = _collections([path for path in paths if not os.path.lexists(path)], catalogue)
    paths = [path for path in paths if path not in collections]
    sources: list[str] = []
    bags: list[str] = []
    passed_over: list[str] = []
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(
                f"there is nothing at {path}, and no collection of that name in the catalogue",
                "Check its spelling, and that the disk is mounted.",
                remedies=[Remedy(Way.LIST_COLLECTIONS)] if is_there(catalogue) else (),
            )
        if is_bag(path):
            bags.append(path)
            continue
        inside = _store(path)
        if inside is None:
            sources.append(path)
        else:
            bags += inside.bags
            passed_over += inside.passed_over
    apart = {os.path.realpath(bag): bag for bag in bags}
    tops = {os.path.realpath(source): source for source in sources}
    for real, source in tops.items():
        if any((real + "/").startswith(bag + "/") for bag in apart):
            raise UsageError(f"the source {source} lies in a bag that is named too", "Name one of them.")
    folders = [bag for bag in apart if os.path.isdir(bag)]
    # what a scan of a source meets is not to be met twice
    met = {bag for bag in folders if any(bag.startswith(top.rstrip("/") + "/") for top in tops)}
    unrecorded = {bag for bag in folders if bag not in met and not _has_record(bag)}
    return Targets(
        (*sources, *(apart[bag] for bag in folders if bag in unrecorded)),
        tuple(path for bag, path in apart.items() if bag not in met | unrecorded),
        tuple(passed_over),
        collections,
        catalogue if collections else "",
    )


def _collections(names: Sequence[str], catalogue: str) -> tuple[str, ...]:
    if not names or not is_there(catalogue):
        return ()
    with looked_up(catalogue) as known:
        return tuple(dict.fromkeys(name for name in names if collection_called(known, name) is not None))


def _has_record(bag: str) -> bool:
    return all(os.path.isfile(os.path.join(bag, path)) for path in (FILES_RECORD, RIGHTS_RECORD))


def _store(path: str) -> Targets | None:
    try:
        inside = bags_in(path) if os.path.isdir(path) else None
    except OSError:  # why it cannot be listed is told where it is scanned
        return None
    if inside is None or not inside.bags:
        return None
    used = os.path.isdir(os.path.join(path, os.fsdecode(INCOMING)))
    if not used and inside.others and not any(map(os.path.isdir, inside.bags)):
        return None
    return Targets((), inside.bags, tuple(os.path.join(path, name) for name in inside.others))
