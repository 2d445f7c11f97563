"""Says all that the catalogue knows of what a person names: a bag, a file in one, or an album."""

from __future__ import annotations

import os
import re

from archiver.catalogue.database import Catalogue
from archiver.catalogue.query.terms import OneOf, Query, Term
from archiver.catalogue.search import Search
from archiver.catalogue.showing import (
    MOST_FILES,
    ShownAlbum,
    ShownBag,
    ShownFile,
    bag_at,
    bags_called,
    files_at,
    show_albums,
    show_bag,
    show_file,
)
from archiver.catalogue.stores import text_of
from archiver.errors import UsageError
from archiver.usecases.lookup import looked_up

Shown = ShownBag | ShownFile | ShownAlbum

_DIGEST = re.compile(r"[0-9a-fA-F]{16,128}")
_MOST_TOLD = 10


def show(path: str, what: str) -> Shown:
    """Return all that is known of what is named.

    A path is looked up as it is and as one below the current folder; a name first as a bag's, then as the path of a file
    in any bag, then as a digest, then as an album's title.

    Args:
        path: The catalogue's file.
        what: Path of a bag or of a file in one; name or identifier of a bag; ``BAG/data/PATH``; a path below ``data/``;
            16 or more hex digits of a digest; title of an album.

    Raises:
        UsageError: where nothing is named so, several things are, or there is no catalogue.
        CatalogueError: where it cannot be read.
    """
    with looked_up(path) as catalogue:
        bags, files = _at_path(catalogue, what) or _named(catalogue, what)
        if len(bags) + len(files) > 1:
            raise UsageError(
                f"{len(bags) + len(files)} {'bags' if bags else 'files'} are meant by {what}",
                "Name one of them by its path.",
                _paths(catalogue, bags, files),
            )
        shown: Shown | None = None
        if bags:
            shown = show_bag(catalogue, bags[0])
        elif files:
            shown = show_file(catalogue, files[0])
        return shown if shown is not None else _album(catalogue, what)


_Numbers = tuple[tuple[int, ...], tuple[int, ...]]
"""Bags, or else files."""


def _at_path(catalogue: Catalogue, what: str) -> _Numbers | None:
    """What lies, or lay, at a path; ``None`` where that is in no bag that is known."""
    at = bag_at(catalogue, os.path.abspath(os.fsencode(what)))
    if at is None:
        return None
    bag_id, below = at
    return ((bag_id,), ()) if not below else ((), files_at(catalogue, text_of(below), bag_id))


def _named(catalogue: Catalogue, typed: str) -> _Numbers:
    what = text_of(os.fsencode(typed))
    bags = bags_called(catalogue, what.rstrip("/"))
    if bags:
        return bags, ()
    head, slash, rest = what.partition("/")
    if slash:
        files = tuple(
            number for bag_id in bags_called(catalogue, head) for number in files_at(catalogue, rest, bag_id)
        )
        if files:
            return (), files
    files = files_at(catalogue, what)
    if not files and _DIGEST.fullmatch(what):
        by_digest = Query((Term(OneOf("digest", (what.casefold(),))),))
        files = tuple(Search(catalogue, by_digest).numbers(most=MOST_FILES))
    return (), files


def _album(catalogue: Catalogue, what: str) -> ShownAlbum:
    albums = show_albums(catalogue, what)
    if not albums:
        raise UsageError(
            f"the catalogue knows no bag, file or album called {what}",
            "Name a bag; a file by its path in a bag or below data/; an album by its whole title.",
        )
    if len(albums) > 1:
        names = [f"{album.artist or 'no artist'}: {album.title}" for album in albums[:_MOST_TOLD]]
        raise UsageError(
            f"{len(albums)} albums are called {what}",
            "Name one of its files by its path.",
            names,
        )
    return albums[0]


def _paths(catalogue: Catalogue, bags: tuple[int, ...], files: tuple[int, ...]) -> list[str]:
    told: list[str] = []
    for bag_id in bags[:_MOST_TOLD]:
        shown = show_bag(catalogue, bag_id)
        if shown is not None:
            told += [os.fsdecode(shown.copies[0].absolute) if shown.copies else shown.identifier]
    for number in files[:_MOST_TOLD]:
        found = show_file(catalogue, number)
        if found is not None:
            above = os.fsdecode(found.copies[0].absolute) if found.copies else found.file.bag
            told.append(f"{above}/data/{found.file.path}")
    more = len(bags) + len(files) - len(told)
    return [*told, f"and {more:,} more"] if more else told
