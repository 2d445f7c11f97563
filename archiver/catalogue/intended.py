"""Changes of copies on purpose, written down before they are made, so that a run that ends in between is not taken for a stranger.

They stand in the catalogue alone: whoever can write to a store could otherwise say of any bag that its change was meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from archiver.catalogue.database import Catalogue
from archiver.catalogue.stores import Copy


@dataclass(frozen=True, slots=True)
class IntendedChange:
    """A change of a copy that was decided on.

    Attributes:
        before: The pin of the copy before.
        after: The pin that the change gives it.
        what: What is changed, in a few words.
    """

    before: bytes
    after: bytes
    what: str


def intend(catalogue: Catalogue, copy: Copy, change: IntendedChange) -> None:
    """Write down that a copy is about to be changed, in the place of what was intended before; within a transaction."""
    catalogue.run(
        "INSERT OR REPLACE INTO intended_change (copy_id, before, after, what) VALUES (?, ?, ?, ?)",
        (copy.copy_id, change.before, change.after, change.what),
    )


def intended(catalogue: Catalogue, copy: Copy) -> IntendedChange | None:
    """Return the change of a copy that was begun and not noted; ``None`` where there is none."""
    row = catalogue.row("SELECT before, after, what FROM intended_change WHERE copy_id = ?", (copy.copy_id,))
    if row is None:
        return None
    before, after, what = row
    assert isinstance(before, bytes)
    assert isinstance(after, bytes)
    return IntendedChange(before, after, str(what))


def forget_intended(catalogue: Catalogue, copy: Copy) -> None:
    """Note that what was intended is done, or was never made; within a transaction."""
    catalogue.run("DELETE FROM intended_change WHERE copy_id = ?", (copy.copy_id,))
