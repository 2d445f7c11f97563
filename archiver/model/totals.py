"""What a sequence of entries adds up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archiver.model.album import album_folder
from archiver.model.audio import ExaminedFile, Role
from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.problem import Problem
from archiver.model.sound import SoundState
from archiver.model.source import BesideFiles, EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked


@dataclass(slots=True)
class Totals:
    """What a sequence of entries adds up to; grows entry by entry.

    Attributes:
        files: Files that go, or went, into the package.
        bytes: Their bytes.
        held: Files whose bytes an earlier bag of the store holds, so that they are not copied.
        held_bytes: Their bytes.
        withheld: Files kept out by a decision.
        links: Links to something in the sources, which are recorded.
        left_out: Entries left out as the user asked, by the rule; a folder counts as one.
        left_out_folders: Folders among them.
        lost: Entries kept out by a problem.
        empty_folders: Folders with nothing in them.
        roles: Files that go in, by role.
        albums: Keys of their albums.
        duration_s: Their playing time in seconds, as far as they say how long they are.
        untimed: Files of audio among them whose playing time is not known.
        sound: Files of audio among them that were read through, by what is known of their music.
        problems: Findings by code, on whatever was met but held files: theirs were told when they came in.
        confirmed: Files that go in and have a checksum that a list gives for them.
    """

    files: int = 0
    bytes: int = 0
    held: int = 0
    held_bytes: int = 0
    withheld: int = 0
    links: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    left_out_folders: int = 0
    lost: int = 0
    empty_folders: int = 0
    roles: Counter[Role] = field(default_factory=Counter)
    albums: set[tuple[str, str]] = field(default_factory=set)
    duration_s: float = 0.0
    untimed: int = 0
    sound: Counter[SoundState] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    confirmed: int = 0

    @property
    def seen(self) -> int:
        """Everything that was met in the sources: each is packed, held, withheld, a link, left out or a problem."""
        return self.files + self.held + self.withheld + self.links + self.left_out.total() + self.lost

    def count_packed(self, file: ExaminedFile, size_bytes: int) -> None:
        """Count a file that goes in."""
        self.files += 1
        self.bytes += size_bytes
        self.confirmed += any(one.holds for one in file.expected)
        self.problems.update(problem.code for problem in file.problems)
        self._count_music(file)

    def count_held(self, size_bytes: int) -> None:
        """Count a file whose bytes an earlier bag holds."""
        self.held += 1
        self.held_bytes += size_bytes

    def count_withheld(self, file: ExaminedFile) -> None:
        """Count a file that a decision keeps out."""
        self.withheld += 1
        self.problems.update(problem.code for problem in file.problems)

    def count_other(self, entry: BesideFiles) -> None:
        """Count what is no file to pack."""
        match entry:
            case EmptyFolder():
                self.empty_folders += 1
            case Link():
                self.links += 1
            case LeftOut():
                self.left_out[entry.rule] += 1
                self.left_out_folders += entry.what == "folder"
            case Unpacked():
                self.lost += 1
            case FolderProblem() | FolderRef():
                pass
        self.problems.update(problem.code for problem in problems_in(entry))

    def add(self, other: Totals) -> None:
        """Count everything that another sequence of entries adds up to."""
        self.files += other.files
        self.bytes += other.bytes
        self.held += other.held
        self.held_bytes += other.held_bytes
        self.withheld += other.withheld
        self.links += other.links
        self.left_out.update(other.left_out)
        self.left_out_folders += other.left_out_folders
        self.lost += other.lost
        self.empty_folders += other.empty_folders
        self.roles.update(other.roles)
        self.sound.update(other.sound)
        self.albums.update(other.albums)
        self.problems.update(other.problems)
        self.duration_s += other.duration_s
        self.untimed += other.untimed
        self.confirmed += other.confirmed

    def _count_music(self, file: ExaminedFile) -> None:
        self.roles[file.role] += 1
        if file.audio is not None and file.audio.duration_s is not None:
            self.duration_s += file.audio.duration_s
        elif file.role is Role.AUDIO:
            self.untimed += 1
        if file.sound is not None:
            self.sound[file.sound.integrity.state] += 1
        album = _album_of(file)
        if album is not None:
            self.albums.add(album)


def problems_in(entry: ExaminedFile | PlanEntry | PackEntry) -> tuple[Problem, ...]:
    """Return every finding that an entry carries."""
    match entry:
        case ExaminedFile():
            return entry.problems
        case AssessedFile(examined):
            return examined.problems
        case PackedFile(assessed) | HeldFile(assessed) | WithheldFile(assessed):
            return assessed.examined.problems
        case EmptyFolder() | FolderRef() | Link() | LeftOut():
            return ()
        case FolderProblem(problem) | Unpacked(problem):
            return (problem,)


def _album_of(file: ExaminedFile) -> tuple[str, str] | None:
    """Return the key of the album that an audio file belongs to: its folder and its album title, casefolded.

    The title is empty where no tag gives one; then the folder alone makes the album. Files that are not audio
    belong to no album of their own.
    """
    if file.role is not Role.AUDIO:
        return None
    titles = file.tags.get("album", ("",))
    return album_folder(file.ref.path), titles[0].strip().casefold()
