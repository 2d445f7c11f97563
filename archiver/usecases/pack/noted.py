"""Which entries a report names by themselves."""

from __future__ import annotations

from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.rights import Decision
from archiver.model.sound import SoundState
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked


def is_noted(entry: PlanEntry | PackEntry) -> bool:
    """Whether there is more to say of an entry than that it is in.

    That is so where it is withheld, left out or lost, where a problem was found, where its protection or personal
    data are worth a look, and where nothing could be tested of its music. What an earlier bag holds was told when it
    came in.
    """
    match entry:
        case PackedFile(assessed) | (AssessedFile() as assessed):
            return _is_noted(assessed.examined, assessed.decision)
        case WithheldFile() | Unpacked() | LeftOut() | FolderProblem():
            return True
        case HeldFile() | EmptyFolder() | FolderRef() | Link():
            return False


def _is_noted(file: ExaminedFile, decision: Decision) -> bool:
    if file.problems or file.protection is not None or decision.personal:
        return True
    if file.sound is not None and file.sound.integrity.state is SoundState.NOT_CHECKABLE:
        return True
    return any(found.personal for found in file.evidence)
