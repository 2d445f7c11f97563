from __future__ import annotations

from archiver.catalogue.states import SeenPath
from archiver.model.audio import ExaminedFile, Role
from archiver.model.package import AssessedFile, HeldFile, WithheldFile
from archiver.model.source import FileRef, FileStat, FolderRef, Link, Listing
from archiver.model.state import Holding, HoldingBag, Known
from archiver.usecases.again.seen import Seen
from tests.records.entries import decision

HOLDING = Holding(HoldingBag("urn:uuid:x", "Bag", "0" * 128), "data/a", "sha512", "00")


def assessed(path: str, modified: int, known: Known) -> AssessedFile:
    ref = FileRef(b"/m", path.encode(), path, FileStat(5, modified, 2, 3), ())
    return AssessedFile(ExaminedFile(ref, Role.OTHER, None, known=known), decision())


def test_what_looks_as_before_is_not_noted_again() -> None:
    with Seen(None) as seen:
        seen.take(FolderRef("", 1, listing=Listing(b"x", 70)))
        seen.take(FolderRef("dark", 1, listing=None))
        seen.take(assessed("new", 50, Known()))
        seen.take(HeldFile(assessed("as it was", 50, Known(HOLDING, looks_as_before=True)), HOLDING))
        seen.take(HeldFile(assessed("touched", 60, Known(HOLDING)), HOLDING))
        seen.take(WithheldFile(assessed("withheld", 60, Known())))
        seen.take(Link("link", b"new", "new"))
        assert list(seen.files(60)) == [
            SeenPath("new", 5, 50, 2, 3, racy=False),
            SeenPath("touched", 5, 60, 2, 3, racy=True),
        ]
        assert list(seen.folders()) == [("", Listing(b"x", 70)), ("dark", None)]
        assert seen.newest_ns == 70
