"""What has changed between the last state of a collection and this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.rights import Decision
from archiver.model.sound import Sound
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked

EXAMPLES = 100
"""Paths of each kind of change that are kept to be shown."""

_DAMAGE = "S113"


class Change(StrEnum):
    """What became of a path, in the order in which a report tells it.

    ``NEW``: nothing was under it. ``CHANGED``: its bytes are others. ``RETAGGED``: its bytes are others and its music is
    the same. ``DAMAGED``: its bytes are others and its time of modification is the same. ``MOVED``: its bytes were under
    a path that is gone. ``GONE``: nothing is under it any more. ``RIGHTS``: something else was decided of it.
    ``REPLACED``: its bytes are the same, but the bag that had them is not in the store any more.
    """

    NEW = "new"
    CHANGED = "changed"
    RETAGGED = "retagged"
    DAMAGED = "damaged"
    MOVED = "moved"
    GONE = "gone"
    RIGHTS = "rights"
    REPLACED = "replaced"


@dataclass(slots=True)
class Changes:
    """What has changed; grows entry by entry.

    Attributes:
        digest_of: Gives the digest of a decision, as the last state has it.
        files: Numbers of files by what became of them.
        examples: The first paths of each; of what was moved, each after the path that it had.
        unread: Files of the last state that could not be looked at this time, or are left out now.
        beside_files: Whether folders, links, permission bits or attributes are others than they were.
        state_lost: Whether a bag that tells the last state is not there any more, or is known to be damaged.
    """

    digest_of: Callable[[Decision], bytes]
    files: Counter[Change] = field(default_factory=Counter)
    examples: dict[Change, list[str]] = field(default_factory=dict)
    unread: int = 0
    beside_files: bool = False
    state_lost: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything that a new state has to tell."""
        return self.files.total() > 0 or self.beside_files or self.state_lost

    def add(self, entry: PlanEntry | PackEntry) -> None:
        """Take in an entry of a plan, or what became of it."""
        match entry:
            case HeldFile():
                self._add_held(entry)
            case AssessedFile(examined):
                self.count(_of_bytes_to_copy(examined), examined.ref.path)
            case PackedFile(assessed, digests=digests):
                before = assessed.examined.known.before
                if before is not None and before.digest.hex() in dict(digests).values():
                    self.count(Change.REPLACED, assessed.path)
                else:
                    self.count(_of_bytes_to_copy(assessed.examined), assessed.path)
            case WithheldFile(assessed):
                if assessed.examined.known.before is not None:
                    self.count(Change.RIGHTS, assessed.path)
            case EmptyFolder() | FolderProblem() | FolderRef() | Link() | LeftOut() | Unpacked():
                pass

    def _add_held(self, file: HeldFile) -> None:
        assessed, known = file.assessed, file.assessed.examined.known
        if known.moved_from is not None:
            self.count(Change.MOVED, f"{known.moved_from}\0{assessed.path}")
        elif known.before is None:
            self.count(Change.NEW, assessed.path)
        elif known.before.digest.hex() != file.holding.digest:
            self.count(_of_other_bytes(assessed.examined), assessed.path)
        elif known.before.decision not in (None, self.digest_of(assessed.decision)):
            self.count(Change.RIGHTS, assessed.path)

    def count(self, change: Change, path: str) -> None:
        """Count one file."""
        self.files[change] += 1
        shown = self.examples.setdefault(change, [])
        if len(shown) < EXAMPLES:
            shown.append(path)


def _of_bytes_to_copy(file: ExaminedFile) -> Change:
    return Change.NEW if file.known.before is None else _of_other_bytes(file)


def _of_other_bytes(file: ExaminedFile) -> Change:
    before = file.known.before
    if any(problem.code == _DAMAGE for problem in file.problems):
        return Change.DAMAGED
    essence = file.known.essence or essence_bytes(file.sound)
    return Change.RETAGGED if before is not None and essence and essence == before.essence else Change.CHANGED


def essence_bytes(sound: Sound | None) -> bytes | None:
    """Return the digest of music apart from its tags as bytes, where there is one."""
    if sound is None or sound.essence is None:
        return None
    try:
        return bytes.fromhex(sound.essence.digest)
    except ValueError:
        return sound.essence.digest.encode("utf-8")
