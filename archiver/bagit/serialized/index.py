"""Makes out of an archive's members what a validator sees of a folder: what lies where, and the tag files themselves.

The members are sorted on the disk, so that names that stand twice are neighbours and memory stays bounded however
many there are. The text files at the top of the bag are copied; nothing else is unpacked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from archiver.bagit.codes import found
from archiver.bagit.findings import Tell
from archiver.bagit.paths import check_path, strip_current
from archiver.bagit.serialized.member import ArchiveError, Limits, Member, MemberKind
from archiver.bagit.serialized.tag_copies import MOST_FOLDERS, CopiedTop, TagCopies
from archiver.bagit.sorting import Sorter
from archiver.bagit.walking import Kind, Present

_KINDS = {MemberKind.FILE: Kind.FILE, MemberKind.FOLDER: Kind.FOLDER, MemberKind.REFUSED: Kind.SPECIAL}
_LONGEST_NAME = 200
_RUN_BYTES = 8 << 20


def place_of(name: str) -> str:
    """The path that a member's name means: without ``./`` before it and ``/`` after it; empty for the top itself."""
    path = strip_current(name.rstrip("/") if name != "/" else name)
    return "" if path == "." else path


def is_placed(path: str) -> bool:
    """Whether the path stays where it is unpacked, on this system."""
    problem = check_path(path)
    return problem is None or problem.only_elsewhere


class ArchiveIndex:
    """Takes every member once, then says where the bag is and what is in it; to be closed.

    Attributes:
        root: The folder in the archive that is the bag; empty where the bag stands at the top. Known after
            :meth:`settle`.
    """

    def __init__(self, limits: Limits) -> None:
        self.root = ""
        self._entries = Sorter(_RUN_BYTES)
        self._copies = TagCopies(limits.tag_bytes)
        self._tops: dict[str, bool] = {}
        self._more_tops = 0
        self._bags: set[str] = set()
        self._payloads: set[str] = set()

    def close(self) -> None:
        """Give the temporary files back; may be called twice."""
        self._entries.close()
        self._copies.close()

    def take(self, member: Member, tell: Tell) -> None:
        """Take the next member, and read it if it is a tag file that says what the bag is.

        Raises:
            ArchiveError: as reading the member does; B816 where there is too much to copy aside.
            TemporaryStorageError: from temporary files.
        """
        path = place_of(member.name)
        if path == "" and member.kind is MemberKind.FOLDER:
            return
        if not is_placed(path):
            tell(found("B811", member.name, f"its name {check_path(path) or 'is unusable'}"))
            return
        if member.refusal is not None:
            code, message = member.refusal
            tell(found(code, path, message))
            if code == "B811":
                return  # nobody knows where it belongs
        top, _, rest = path.partition("/")
        self._note_top(top, is_folder=bool(rest) or member.kind is MemberKind.FOLDER)
        self._entries.add(_record(path, _KINDS[member.kind], member.size))
        where, _, name = path.rpartition("/")
        if name == "bagit.txt" and where in ("", top) and len(self._bags) < MOST_FOLDERS:
            self._bags.add(where)
        if top == "data":
            self._payloads.add("")
        elif rest.partition("/")[0] == "data" and len(self._payloads) < MOST_FOLDERS:
            self._payloads.add(top)
        is_text = member.kind is MemberKind.FILE and where in ("", top) and _may_matter(name)
        if is_text and self._copies.has_room(where):
            for _ in self._copies.copying(where, name, member.blocks()):
                pass

    def settle(self, tell: Tell) -> CopiedTop:
        """Decide which folder is the bag, tell what is odd about it, and return its tag files."""
        folders = sorted(top for top, is_folder in self._tops.items() if is_folder)
        named = sorted(self._bags - {""})
        if "" in self._bags or not folders:
            tell(found("B803", "", "it must hold one folder, and in it the bag"))
        else:
            self.root = (named or folders)[0]
            others = sorted(self._tops.keys() - {self.root})
            if others:
                more = len(others) + self._more_tops - 1
                tell(found("B802", others[0], f"beside {self.root!r} it holds this and {more} more"))
        if not self._copies.has_room(self.root):
            raise ArchiveError("B802", "", f"it holds more than {MOST_FOLDERS} folders with text files")
        return self._copies.of(self.root, has_payload=self.root in self._payloads)

    def file_in_bag(self, member: Member) -> str | None:
        """The path in the bag of a file among the archive's members; ``None`` for any other member."""
        path = place_of(member.name)
        is_inside = member.kind is MemberKind.FILE and path.startswith(self._prefix) and is_placed(path)
        return path.removeprefix(self._prefix) if is_inside else None

    def presents(self, tell: Tell) -> Iterator[Present]:
        """Yield what is in the bag, in the order of the names, and tell of names that stand twice."""
        prefix = self._prefix
        last = Present("", Kind.FOLDER, 0)
        for record in self._entries:
            path, kind, size = _read(record)
            if not path.startswith(prefix) or path == prefix:
                continue
            present = Present(path.removeprefix(prefix), kind, size)
            if present.path == last.path:
                if (present.kind, last.kind) != (Kind.FOLDER, Kind.FOLDER):
                    tell(found("B814", present.path, "a reader of the archive cannot know which is meant"))
                continue
            inside = present.path.startswith(f"{last.path}/")
            if inside and last.kind is not Kind.FOLDER:
                tell(found("B815", last.path, f"it is no folder, yet holds {present.path!r}"))
            if last.path:
                yield last._replace(size=int(inside)) if last.kind is Kind.FOLDER else last
            if present.path == "data" and kind is Kind.FILE:
                tell(found("B703", "data", "data is a file"))
            last = present
        if last.path:
            yield last

    @property
    def _prefix(self) -> str:
        return f"{self.root}/" if self.root else ""

    def _note_top(self, top: str, *, is_folder: bool) -> None:
        if top in self._tops or len(self._tops) < MOST_FOLDERS:
            self._tops[top] = self._tops.get(top, False) or is_folder
        else:
            self._more_tops += 1


def _may_matter(name: str) -> bool:
    return name.endswith(".txt") and len(os.fsencode(name)) <= _LONGEST_NAME


def _record(path: str, kind: Kind, size: int) -> bytes:
    # parts end in NUL, which sorts before all else: what is in a folder follows it at once
    parts = path.replace("/", "\0")
    return f"{parts}\0\0{kind}{size}".encode("utf-8", "surrogatepass")


def _read(record: bytes) -> tuple[str, Kind, int]:
    parts, _, said = record.decode("utf-8", "surrogatepass").partition("\0\0")
    return parts.replace("\0", "/"), Kind(said[0]), int(said[1:])
