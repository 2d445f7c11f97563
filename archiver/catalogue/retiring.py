"""Says what would be lost if a copy of a bag went: contents, accessions and tag files that no other copy gives back."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.catalogue.database import Catalogue
from archiver.catalogue.renewed import PIN_OF_COPY, became, pin_of_copy
from archiver.catalogue.states import Accession, accession_with_number
from archiver.catalogue.stores import Copy

_EXAMPLES = 10
_ENDLESS = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Loss:
    """Files whose bytes would be nowhere else.

    Attributes:
        files: How many.
        octets: Their bytes.
        examples: The first of their paths below ``data/``.
    """

    files: int = 0
    octets: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another copy that holds bytes of a bag.

    Attributes:
        store: Label of its store.
        path: Its path there.
        checked_at: When it was last found right.
        is_older: Whether it is a copy of the same bag with tag files of before those of the copy that would go.
    """

    store: str
    path: str
    checked_at: str | None
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows where a copy of a bag goes.

    Attributes:
        accession: The accession that could then no longer be given back, since its state stands in no other copy; ``None``
            where there is none.
        needed: Files that other accessions need, or that belong to none.
        own: Files that this accession alone needs.
        unchecked: Copies that have some of these bytes and were not checked lately; the first few.
        same_bag: Other copies of the whole bag that were.
        only_older: Whether all of these have older tag files, so that what was changed since would be lost.
    """

    accession: Accession | None
    needed: Loss
    own: Loss
    unchecked: tuple[Elsewhere, ...]
    same_bag: tuple[Elsewhere, ...]
    only_older: bool = False


def consequence(catalogue: Catalogue, copy: Copy, since: str) -> Consequence:
    """Return what follows where ``copy`` goes.

    Args:
        catalogue: The catalogue.
        copy: The copy.
        since: Only copies that were found right on that day or later are counted on.
    """
    same_bag = _of_same_bag(catalogue, copy, since, ">=")
    if same_bag:
        only_older = all(one.is_older for one in same_bag)
        unchecked = _of_same_bag(catalogue, copy, since, "<") if only_older else ()
        as_new = tuple(one for one in unchecked if not one.is_older)
        return Consequence(None, Loss(), Loss(), as_new, same_bag, only_older)
    number = catalogue.number("SELECT accession_id FROM bag WHERE bag_id = ?", (copy.bag_id,))
    own = number or -1
    return Consequence(
        accession=accession_with_number(catalogue, number) if number else None,
        needed=_loss(catalogue, copy, since, f"({_IN_NONE} OR {_NEEDED})", own),
        own=_loss(catalogue, copy, since, f"NOT ({_IN_NONE} OR {_NEEDED})", own),
        unchecked=_copies(
            catalogue,
            f"{_COPIES} WHERE copy_id <> ? AND state = 'present' AND coalesce(checked_at, '') < ? AND bag_id IN"
            " (SELECT other.bag_id FROM file JOIN file other ON substr(other.digest, 1, 8) = substr(file.digest, 1, 8)"
            "  AND other.digest = file.digest WHERE file.bag_id = ?"
            "  AND file.file_id BETWEEN (SELECT first_file FROM bag WHERE bag_id = ?)"
            "  AND (SELECT last_file FROM bag WHERE bag_id = ?))"
            f" ORDER BY label, path LIMIT {_EXAMPLES}",
            (copy.copy_id, since, copy.bag_id, copy.bag_id, copy.bag_id),
        ),
        same_bag=(),
    )


_COPIES = "SELECT label, path, checked_at FROM copy JOIN store USING (store_id)"

_NEEDED = (
    "EXISTS (SELECT 1 FROM held JOIN place USING (place_id) JOIN accession ON accession.collection_id ="
    f" place.collection_id AND accession_id BETWEEN first_acc AND coalesce(last_acc, {_ENDLESS})"
    " WHERE held.file_id = file.file_id AND accession_id <> ?)"
)
_IN_NONE = "NOT EXISTS (SELECT 1 FROM held WHERE held.file_id = file.file_id)"


def _loss(catalogue: Catalogue, copy: Copy, since: str, whose: str, own: int) -> Loss:
    files, octets = 0, 0
    examples: list[str] = []
    sql = (
        "SELECT folder.path, file.name, size FROM file JOIN folder USING (folder_id)"
        " WHERE file_id BETWEEN (SELECT first_file FROM bag WHERE bag_id = ?)"
        " AND (SELECT last_file FROM bag WHERE bag_id = ?)"
        f" AND {whose}"
        " AND NOT EXISTS (SELECT 1 FROM file other JOIN copy USING (bag_id)"
        "  WHERE substr(other.digest, 1, 8) = substr(file.digest, 1, 8) AND other.digest = file.digest"
        "  AND copy_id <> ? AND state = 'present' AND coalesce(checked_at, '') >= ?)"
        " ORDER BY file_id"
    )
    values = (copy.bag_id, copy.bag_id, own, copy.copy_id, since)
    for folder, name, size in catalogue.rows(sql, values):
        files += 1
        octets += int(size or 0)
        if len(examples) < _EXAMPLES:
            examples.append(f"{folder!s}/{name!s}" if folder else str(name))
    return Loss(files, octets, tuple(examples))


def _of_same_bag(catalogue: Catalogue, copy: Copy, since: str, compared: str) -> tuple[Elsewhere, ...]:
    """Return the other copies of a bag whose last check compares so to a day."""
    pin = pin_of_copy(catalogue, copy)
    sql = (
        f"SELECT label, path, checked_at, {PIN_OF_COPY}, copy_id IN (SELECT copy_id FROM older_copy)"
        " FROM copy JOIN store USING (store_id) JOIN bag USING (bag_id) WHERE bag_id = ? AND copy_id <> ?"
        f" AND state = 'present' AND coalesce(checked_at, '') {compared} ? ORDER BY label, path"
    )
    found = []
    for label, path, checked_at, other, has_older in catalogue.rows(sql, (copy.bag_id, copy.copy_id, since)):
        assert isinstance(other, bytes), "every copy has a pin"
        is_older = bool(has_older) and other != pin and not became(catalogue, pin, other)
        checked = None if checked_at is None else str(checked_at)
        found.append(Elsewhere(str(label), str(path), checked, is_older))
    return tuple(found)


def _copies(catalogue: Catalogue, sql: str, values: tuple[str | int, ...]) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(str(label), str(path), None if checked_at is None else str(checked_at))
        for label, path, checked_at in catalogue.rows(sql, values)
    )
