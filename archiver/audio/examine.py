"""Examines one file: what it is, what it is for, its properties, tags and protection. Runs in a worker process."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from archiver.audio.bitstream.find import bitstream_of
from archiver.audio.blocks.read import read_blocks
from archiver.audio.blocks.reading import BlockReading
from archiver.audio.containers.window import Window
from archiver.audio.evidence.c2pa import manifest_evidence
from archiver.audio.evidence.find import Observed, limited, observed
from archiver.audio.evidence.names import name_evidence
from archiver.audio.evidence.pictures import embedded_evidence, picture_evidence
from archiver.audio.evidence.text import find_text_evidence
from archiver.audio.evidence.unread import unread, unread_sound, unread_text
from archiver.audio.formats.identify import extension_mismatch, recorded_format
from archiver.audio.formats.kinds import Kind, extension_of
from archiver.audio.formats.magic import Sniffed, sniff
from archiver.audio.formats.moving_picture import has_moving_picture
from archiver.audio.formats.pronom import (
    END_BYTES,
    Ground,
    PronomAnswer,
    ask_pronom,
    lent_path,
    shown_bytes,
    telling_suffix,
)
from archiver.audio.formats.pronom_heads import answer_by_head
from archiver.audio.formats.roles import role_by_name, role_of
from archiver.audio.integrity.breaking_off import breaking_off
from archiver.audio.papers.flac_md5 import stated_md5
from archiver.audio.papers.log_problems import log_problems
from archiver.audio.papers.read import PapersRead, embedded_papers, read_papers
from archiver.audio.properties.read import has_reader, read_properties
from archiver.audio.properties.stretch import UnparsableError
from archiver.audio.protection.detect import UNSEEN, detect
from archiver.audio.tags.read import canonical_tags
from archiver.filesystem import NotRegularError, open_regular_beneath
from archiver.machine import MachineError, refuse_own_limit
from archiver.model.audio import AudioProperties, ExaminedFile, Format, Role, TagBlock
from archiver.model.clutter import is_clutter, is_companion
from archiver.model.evidence import Evidence, Protection
from archiver.model.problem import Problem
from archiver.model.source import FileRef

_BUFFER_BYTES = 16384
_TEXT_BYTES = 1 << 20
_STOPPED = "reading it ended early"


def examine_file(
    ref: FileRef, bearing: Callable[[ExaminedFile, int], ExaminedFile] = lambda file, _: file
) -> ExaminedFile:
    """Read a file's headers and say what is known of it.

    Never raises for anything that a file can contain: damage, missing parsers and source faults come back as
    problems (``S1xx``, ``F2xx``) in the result. A hang or a crash of a parser is for the caller to survive: run
    this in a worker process with a limit on time and memory (:class:`archiver.executors.guarded.GuardedProcesses`).
    The file is opened once, read only and without following links, and is not changed.

    Args:
        ref: The file.
        bearing: Adds what the file bears beside its bytes; gets what was found and the descriptor of the open file. It is
            not asked of one that cannot be opened, and is of one that cannot be read.

    Raises:
        MachineError: where the machine refuses what examining needs itself, such as a temporary file.
    """
    try:
        with _opened(ref) as window:
            return bearing(_examined_or_why_not(ref, window), window.descriptor())
    except MachineError:
        raise
    except OSError as error:
        refuse_own_limit(error)
        return unexamined(ref, _source_problem(ref, error), UNSEEN)


def _examined_or_why_not(ref: FileRef, window: Window) -> ExaminedFile:
    try:
        os.pread(window.descriptor(), 1, 0)  # a file that states no bytes and cannot be read is not empty
    except OSError as error:
        refuse_own_limit(error)
        return unexamined(ref, _source_problem(ref, error), UNSEEN)
    try:
        return _examined(ref, window)
    except MachineError:
        raise
    except OSError as error:
        refuse_own_limit(error)
        problem = _source_problem(ref, error)
    except MemoryError:
        problem = Problem(ref.path, "F203", "reading its headers took more memory than one file may have")
    except Exception as error:  # noqa: BLE001 - a slip on bytes that nobody foresaw must not end the run
        problem = Problem(ref.path, "F203", f"reading its headers failed ({type(error).__name__})")
    return unexamined(ref, problem, _protection_alone(ref, window))


def unexamined(ref: FileRef, problem: Problem, protection: Protection | None) -> ExaminedFile:
    """A file of which nothing is known but what its name says, and why.

    Args:
        ref: The file.
        problem: Why it was not examined.
        protection: What is known of that all the same.
    """
    return ExaminedFile(
        ref,
        role_by_name(ref.path),
        None,
        protection=protection,
        evidence=(unread(_STOPPED),),
        problems=(*ref.problems, problem),
    )


def _protection_alone(ref: FileRef, window: Window) -> Protection | None:
    """The protection of a file that could not be examined: no slip elsewhere may hide it."""
    try:
        return detect(window, ref.path) if window.size else None
    except MachineError:
        raise
    except Exception:  # noqa: BLE001 - it cannot be read, or not be looked into; the file's problem says so
        return UNSEEN


@contextlib.contextmanager
def _opened(ref: FileRef) -> Iterator[Window]:
    """The one window on the file: whatever is read of it is read through this."""
    descriptor = open_regular_beneath(ref.root, ref.relative)
    with open(descriptor, "rb", buffering=_BUFFER_BYTES) as file:
        yield Window(file, os.fstat(descriptor).st_size)


def _source_problem(ref: FileRef, error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem(ref.path, "S105", "it was there when the source was listed and is gone")
    if isinstance(error, NotRegularError):
        return Problem(ref.path, "S107", "it is no longer a regular file")
    if isinstance(error, PermissionError):
        return Problem(ref.path, "S101", "the system does not allow reading it")
    return Problem(ref.path, "S103", f"reading it failed: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class _Subject:
    """An open file under examination."""

    ref: FileRef
    window: Window
    extension: str
    sniffed: Sniffed


@dataclass(frozen=True, slots=True)
class _Notes:
    """Gathers what is found wrong with one file."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str) -> None:
        """Take the problem ``code`` of this file."""
        self.problems.append(Problem(self.path, code, message))

    def have(self, code: str) -> bool:
        """Whether the problem ``code`` was taken."""
        return any(problem.code == code for problem in self.problems)


def _examined(ref: FileRef, window: Window) -> ExaminedFile:
    extension = extension_of(ref.path)
    subject = _Subject(ref, window, extension, sniff(window, extension))
    notes = _Notes(ref.path)
    found = _format(subject, notes)
    role = _role(subject)
    reading = _tag_blocks(subject, role, notes)
    blocks = () if reading is None else reading.blocks
    protection = detect(window, ref.path) if window.size else None
    audio = _properties(subject, blocks, protection, notes) if role is Role.AUDIO else None
    told = observed(blocks)
    papers = _papers(subject, role, told, notes)
    stream = bitstream_of(window, subject.sniffed, extension, blocks) if role is Role.AUDIO else None
    return ExaminedFile(
        ref,
        role,
        found,
        audio=audio,
        tags=canonical_tags(told.blocks, subject.sniffed.kind),
        tag_blocks=told.blocks,
        protection=protection,
        evidence=_evidence(subject, role, reading, told),
        problems=ref.problems if _left_behind(role, ref.path) else (*ref.problems, *notes.problems),
        bitstream=stream,
        papers=papers.papers,
        references=papers.references,
        audio_md5=stated_md5(window, subject.sniffed),
    )


def _left_behind(role: Role, path: str) -> bool:
    """Whether a system left it behind, so that nobody is to look at it, whatever is odd about its bytes."""
    return role is Role.SYSTEM or (role is not Role.AUDIO and is_companion(path))


def _format(subject: _Subject, notes: _Notes) -> Format | None:
    if subject.window.size == 0:
        return None
    found = recorded_format(subject.sniffed.kind, _pronom_answer(subject))
    if found is None:
        notes.add("F206", "neither PRONOM nor the program's own table knows its bytes")
    mismatch = extension_mismatch(subject.sniffed.kind, subject.extension, found)
    if mismatch is not None:
        notes.add("F201", mismatch)
    return found


def _pronom_answer(subject: _Subject) -> PronomAnswer | None:
    """PRONOM's answer. A name that promises another format can hide what the bytes are, so it may be left out."""
    shown = shown_bytes(subject.window, subject.sniffed)
    known = None if shown is None else answer_by_head(subject.sniffed.kind, shown)
    if known is not None:
        return known
    asked = subject.window if shown is None else shown
    answer = _answer_to(asked, telling_suffix(subject.ref.relative))
    if answer is None and subject.sniffed.kind is None and subject.window.size <= END_BYTES:
        answer = _answer_to(asked, "")
    if answer is not None and answer.ground is Ground.EXTENSION and not subject.extension:
        return None
    return answer


def _answer_to(shown: bytes | Window, suffix: str) -> PronomAnswer | None:
    with lent_path(shown, suffix) as path:
        return None if path is None else ask_pronom(path)


def _role(subject: _Subject) -> Role:
    if is_clutter(subject.ref.path):
        return Role.SYSTEM
    moving = has_moving_picture(subject.window, subject.sniffed.kind, subject.extension)
    return role_of(subject.sniffed.kind, subject.extension, subject.sniffed.head, moving_picture=moving)


def _tag_blocks(subject: _Subject, role: Role, notes: _Notes) -> BlockReading | None:
    """The tag blocks of anything that can carry them: sound, damaged sound, and films in the same containers."""
    kind = subject.sniffed.kind
    taggable = kind is not None and (kind.row.tags is not None or kind.row.role is Role.AUDIO)
    if not subject.window.size or not (taggable or role is Role.AUDIO):
        return None
    reading = read_blocks(subject.window, kind)
    broken = breaking_off(subject.window, subject.sniffed, reading.blocks)
    if broken is not None:
        notes.add("F208", broken)
    for code, message in reading.problems:
        if (
            broken is None or code == "F209"
        ):  # all else that is wrong with its tags follows from where it ends
            notes.add(code, message)
    return reading


def _evidence(
    subject: _Subject, role: Role, reading: BlockReading | None, told: Observed
) -> tuple[Evidence, ...]:
    """What bears on rights: from the tags, from the text or picture that lies beside the music, and from the name."""
    window = subject.window.again()
    found: tuple[Evidence, ...] = ()
    if reading is not None:
        inside = (*embedded_evidence(window, reading.blocks), *manifest_evidence(window, reading.blocks))
        found = (*told.evidence, *limited(inside), *unread_sound(subject.sniffed, window.size, reading))
    elif role is Role.ARTWORK:
        found = limited(tuple(picture_evidence(window)))
    elif role is not Role.AUDIO:
        found = find_text_evidence(window.again(_TEXT_BYTES), role, subject.ref.path)
        found = (*found, *unread_text(window, _TEXT_BYTES))
    return (*found, *name_evidence(subject.ref.path))


def _papers(subject: _Subject, role: Role, told: Observed, notes: _Notes) -> PapersRead:
    """What it says as a paper; a file of music has the cue sheets that are in it."""
    if role is Role.AUDIO:
        return embedded_papers(subject.window, told.blocks)
    papers = read_papers(subject.window, role, subject.extension)
    for code, message in log_problems(papers.papers):
        notes.add(code, message)
    return papers


def _properties(
    subject: _Subject, blocks: tuple[TagBlock, ...], protection: Protection | None, notes: _Notes
) -> AudioProperties | None:
    unread = _why_unread(subject, protection)
    if unread is not None and not (unread[0] == "F202" and notes.have("F208")):
        notes.add(*unread)
    try:
        return read_properties(subject.window, subject.sniffed, subject.extension, blocks)
    except UnparsableError as error:
        if not notes.have("F208"):
            notes.add("F202", f"its audio cannot be read: {error}")
    except MemoryError:
        notes.add("F203", "reading its headers took more memory than one file may have")
    return None


def _why_unread(subject: _Subject, protection: Protection | None) -> tuple[str, str] | None:
    """Code and sentence where there is nothing that a reader of audio headers could read."""
    kind = subject.sniffed.kind
    if subject.window.size == 0:
        return "F205", "the file is empty"
    if protection is not None and not protection.unseen and (kind is None or not has_reader(kind)):
        how = "is" if protection.certain else "may be"
        return "F204", f"it {how} protected ({protection.name}); its audio and tags are not read"
    if kind is None:
        return "F202", "its content is no audio that this program knows"
    if kind is Kind.ID3:
        return "F202", "it holds a tag and no audio after it"
    return None if has_reader(kind) else ("F204", f"the properties of {kind.row.name} are not read here")
