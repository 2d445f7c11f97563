"""Marks a store so that its bags are kept from being changed, and lets them be changed again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from archiver.errors import UsageError
from archiver.model.run import Run
from archiver.store import keeping
from archiver.store.area import locked
from archiver.store.faults import store_faults
from archiver.store.find_bags import bags_in, is_bag
from archiver.store.identity import Kept, keep_bags, make_identity
from archiver.usecases.watch import Step, Watch, one


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of marking a store.

    Attributes:
        store: Absolute path of the store.
        kept: How its bags are kept now, and those that are made in it.
        bags: Names of the bags that it holds.
        partly: Names of those of which not all could be done: the system lets only its superuser set the attribute, or
            the file system has none.
    """

    store: str
    kept: Kept
    bags: tuple[str, ...]
    partly: tuple[str, ...]


def mark_store(path: str, kept: Kept, run: Run, watch: Watch) -> Marked:
    """Mark a store, and do to the bags in it what the mark says; given again, it goes on where it was interrupted.

    Args:
        path: The store; a folder that is none yet becomes one.
        kept: How its bags are to be kept.
        run: The run.
        watch: Counts the bags.

    Raises:
        UsageError: where there is no such folder, or it is a bag.
        StoreError: where it cannot be written.
    """
    store = os.path.realpath(os.fsencode(path))
    shown = os.fsdecode(store)
    if not os.path.isdir(store) or is_bag(shown):
        what = "is a bag" if os.path.isdir(store) else "is no folder"
        raise UsageError(f"{path} {what}", "Nothing was changed. Name the folder that the bags are in.")
    change: Callable[[bytes], bool] = (
        (lambda name: keeping.thaw(store, name))
        if kept is Kept.PLAIN
        else (lambda name: keeping.freeze(store, name, kept))
    )
    with locked(store):
        make_identity(store, uuid.uuid5(run.identifier, repr(store)))
        # what is to be kept is marked first and what is let go last, so that no bag is made meanwhile that is not kept
        if kept is not Kept.PLAIN:
            keep_bags(store, kept)
        names = [os.path.basename(bag) for bag in bags_in(shown).bags]
        partly = []
        for name in watch.track(Step("Marking", "bags", len(names)), names, one):
            with store_faults(f"change how {name} is kept", "The other bags are as they were, or done."):
                if not change(os.fsencode(name)):
                    partly.append(name)
        if kept is Kept.PLAIN:
            keep_bags(store, kept)
    return Marked(shown, kept, tuple(names), tuple(partly))
