"""Makes copies without personal data, and proves of each that the music is the same and that nothing personal is left."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from archiver.executors.guarded import GuardedProcesses
from archiver.executors.ordered import Serial
from archiver.ingest.consumers import read_plan
from archiver.ingest.examine import examine
from archiver.ingest.read_through import read_through
from archiver.ingest.redact import RedactTask, redact_copy
from archiver.ingest.sound import with_sound
from archiver.model.audio import ExaminedFile, Role
from archiver.model.derivation import Redaction
from archiver.model.package import PackedFile
from archiver.model.source import FileRef, FileStat
from archiver.usecases.export.original import Original, blocks_of

_OF_PROGRAMS = frozenset({"encoder", "encoder_settings"})
"""Fields that say which program wrote the tags, so that they change when tags are written anew."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A copy without personal data: what it is, and what was taken out."""

    examined: ExaminedFile
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class Redactor:
    """Makes the copies in a folder of its own.

    Attributes:
        original: The bag.
        folder: Absolute path of the folder, which only this run uses.
        workers: Reads headers, and rewrites tags, under guard.
        writing: Turns what the disk of the copies refuses into an error of the store.
    """

    original: Original
    folder: bytes
    workers: GuardedProcesses
    writing: Callable[[], AbstractContextManager[None]]

    def copy_of(self, file: PackedFile, number: int) -> Redacted | str:
        """Make the copy of a file of the bag, whose bytes were checked; or say why it cannot be made.

        Args:
            file: The file.
            number: What the copy is to be called.
        """
        before = file.assessed.examined
        if before.role is not Role.AUDIO:
            return "only tags of music are rewritten"
        if before.sound is None or before.sound.essence is None:
            return "nothing says what its music is, so that nothing could prove it unchanged"
        name = b"%d" % number
        copy = self.folder + b"/" + name
        self._lay(file, copy)
        with self.writing():
            why = redact_copy(RedactTask(copy, before.ref.path, before.tags), self.workers)
        if why is None:
            after = self._examined(before, name, file.modified_ns)
            why = _unproved(before, after)
            if why is None:
                removed = tuple((one.code, one.locator) for one in before.evidence if one.personal)
                digest = dict(file.digests)[self.original.algorithms[0]]
                return Redacted(after, Redaction(digest, before.sound.essence, removed))
        os.unlink(copy)
        return why

    def _lay(self, file: PackedFile, copy: bytes) -> None:
        stored = file.assessed.examined.ref.payload_path.encode("utf-8")
        with self.writing(), open(copy, "xb") as target:
            target.writelines(blocks_of(self.original, stored))

    def _examined(self, before: ExaminedFile, name: bytes, modified_ns: int) -> ExaminedFile:
        """Examine the copy as what it is of, and read its music through."""
        copy = self.folder + b"/" + name
        os.utime(copy, ns=(modified_ns, modified_ns))
        status = os.lstat(copy)
        stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        ref = FileRef(self.folder, name, before.ref.path, stat, stored=before.ref.stored)
        (examined,) = examine([ref], self.workers)
        assert isinstance(examined, ExaminedFile)
        (through,) = read_through([(ref, read_plan((), examined))], Serial())
        return with_sound(examined, through.results, through.faults)


def _unproved(before: ExaminedFile, after: ExaminedFile) -> str | None:
    """Say what of a copy is not as it must be."""
    essence = None if before.sound is None else before.sound.essence
    if after.sound is None or after.sound.essence != essence:
        return "its music would not be the same by its digest"
    left = sorted({one.code for one in after.evidence if one.personal})
    if left:
        return f"personal data would be left: {', '.join(left)}"
    kept = ((name, values) for name, values in after.tags.items() if name not in _OF_PROGRAMS)
    changed = [name for name, values in kept if before.tags.get(name, values) != values]
    return f"its tags would say something else: {', '.join(changed)}" if changed else None
