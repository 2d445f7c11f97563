"""Kills a command, refuses it a call or takes its power away at one point, and judges what comes of it.

After each: the source is as it was; no bag stands under its name that is not valid, and a store's log tells of none that is not
there; whoever was refused a call got a message and a documented exit status; the catalogue opens (after a loss of power it may
say that it is damaged, and is made anew); the same command, given again, completes, and what it leaves is what an undisturbed
run leaves, bit for bit, but for what says how a run went.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver.bagit.updating.journal import is_update_pending
from archiver.errors import ArchiverError
from tests.hostile.shim import MUTATING, Call, Fault, Shim
from tests.reliability.commands import DAY, FIRST, TREE, Command
from tests.reliability.forked import Program
from tests.reliability.grounds import Ground, clear, false_log, found, unsound
from tests.reliability.recorded import Done, read_record
from tests.reliability.unsynced_disk import Disk, Image, Survives, differing, digest_of, lay_out
from tests.running import Outcome
from tests.samples import build_tree, tree_digest

DOCUMENTED = {0, 1, 2, 3, 4}
NEVER = ("a fault in this program", "Traceback", "Exception ignored", "cannot write to standard output")
_MAPPED = (b"-shm",)
"""Ends of names of files that are written through memory, where nobody sees it; SQLite makes its index of the log anew."""

LARGEST_PROCESS = 4_194_304
"""The number of the process that held locks before, so that a shorter one is written over it whatever the run's own is."""

_HIDDEN = (".part", "store.json.begun")
"""Ends of the hidden name of a file that has its own as well: a run was ended between giving the one and taking the other."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of power after so many changes.

    Attributes:
        after: How many were made.
        survives: What of the unsynced is left.
    """

    after: int
    survives: Survives

    def __str__(self) -> str:
        return f"power lost after {self.after}: {self.survives.value}"


Point = Fault | Loss


class Trial:
    """One command, made ready to be disturbed.

    Args:
        command: What is tried.
        program: Runs it.
        shim: Disturbs it.
        place: An empty folder; it must be the same for every trial whose results are compared.

    Attributes:
        counts: How often an undisturbed run makes each kind of call in what it may change.
        reads: How often it reads, there, in the source and in temporary files.
    """

    def __init__(self, command: Command, program: Program, shim: Shim, place: Path) -> None:
        self.command = command
        self._program = program
        self._shim = shim
        self._ground = Ground(place)
        clear(place)
        for folder in (place, self._ground.work, self._ground.aside, self._ground.temporary):
            folder.mkdir()
        build_tree(self._ground.source, TREE)
        command.prepare(self._ground, self._prepared)
        for lock in self._ground.work.glob("*/.incoming/lock"):
            lock.write_text(f"{LARGEST_PROCESS}\n")
        self._source = tree_digest(self._ground.source)
        self._ground.keep()
        self._ground.again()
        undisturbed = self._run(
            command.words(self._ground), self._shim.watching(self._ground.work, main=True)
        )
        assert undisturbed.code == 0, undisturbed
        assert unsound(self._ground) == []
        self.counts = self._shim.told().counts
        self._right = found(self._ground)
        self._ground.again()
        self._run(command.words(self._ground), self._shim.watching(place, main=True))
        self.reads = self._shim.told().counts[Call.READ]

    def _prepared(self, *words: object, at: int, fault: Fault | None = None) -> Outcome:
        disturbing = {} if fault is None else self._shim.watching(self._ground.work, fault)
        outcome = self._run(words, disturbing, day=at)
        assert outcome.code == (-fault.signal if fault else 0), (words, outcome)
        return outcome

    def _run(
        self, words: Sequence[object], disturbing: dict[str, str] | None = None, day: int | None = None
    ) -> Outcome:
        epoch = FIRST + DAY * (self.command.day if day is None else day)
        return self._program.run(
            [str(word) for word in words], self._ground.environment(epoch) | (disturbing or {})
        )

    def kills(self) -> list[Fault]:
        """Return a kill at every call that changes something."""
        return [
            Fault(call, at, signal=signal.SIGKILL)
            for call in MUTATING
            for at in range(1, self.counts[call] + 1)
        ]

    def refusals(self) -> list[Fault]:
        """Return both errors of a failing and a full disk at every such call; what only takes away needs no room."""
        return [
            Fault(call, at, error)
            for call in MUTATING
            for at in range(1, self.counts[call] + 1)
            for error in (
                (errno.EIO,) if call in {Call.UNLINK, Call.TIMES, Call.MODE} else (errno.EIO, errno.ENOSPC)
            )
        ]

    def unreadable(self) -> list[Fault]:
        """Return an error at every reading, of the source too."""
        return [Fault(Call.READ, at, errno.EIO) for at in range(1, self.reads + 1)]

    def losses(self) -> list[tuple[Loss, Image]]:
        """Return every state that a loss of power can leave, each once, with the first way to get there."""
        states: dict[bytes, tuple[Loss, Image]] = {}
        disk, record = self._recorded()
        whole = [None, *record]
        for number, done in enumerate(whole):
            if done is not None:
                disk.do(done)
            for survives in Survives:
                image = disk.after_loss(survives, f"{self.command.name} {number}")
                states.setdefault(digest_of(image), (Loss(number, survives), image))
        wrong = differing(disk.now(), self._ground.work, _MAPPED)
        assert not wrong, f"what was recorded is not what was done: {wrong}"
        return list(states.values())

    def _recorded(self) -> tuple[Disk, list[Done]]:
        """Run with nothing disturbed; return the disk as it was before, and every change."""
        self._ground.again()
        disk = Disk(self._ground.work)
        record = self._ground.place / "record"
        record.unlink(missing_ok=True)
        done = self._run(self.command.words(self._ground), self._shim.recording(self._ground.work, record))
        assert done.code == 0, done
        return disk, read_record(record)

    def disturbed(self, fault: Fault) -> list[str]:
        """Let the fault come true and judge; return what is wrong."""
        self._ground.again()
        before = self._wrong()
        root = self._ground.place if fault.call is Call.READ else self._ground.work
        words = self.command.words(self._ground)
        outcome = self._run(words, self._shim.watching(root, fault, main=True))
        wrong = list(self._judged(outcome, fault))
        if fault.call is Call.READ:
            # a bag that could not be read counts as damaged until it was found whole again
            self._run(
                ["verify", *(one for one in (self._ground.store, self._ground.second) if one.is_dir()), "-j1"]
            )
        # where a call failed that can be done without, or a file of the source was left out, it is a result of its own
        completed = not fault.signal and outcome.code in {0, 3}
        return wrong + self._after(before, exact=not completed)

    def _judged(self, outcome: Outcome, fault: Fault) -> Iterator[str]:
        told = f"{outcome.out}\n{outcome.err}"
        yield from (f"says {word!r}: {told[-600:]}" for word in NEVER if word in told)
        if fault.signal:
            if outcome.code != -fault.signal and self._shim.told().failed:
                yield f"status {outcome.code}"
            return
        if outcome.code not in DOCUMENTED:
            yield f"status {outcome.code}: {told[-400:]}"
        if outcome.code and not told.strip():
            yield f"status {outcome.code} without a word"
        if os.listdir(self._ground.temporary):
            yield f"left in the temporary folder: {os.listdir(self._ground.temporary)}"

    def powerless(self, image: Image) -> list[str]:
        """Lay out what a loss of power left and judge; return what is wrong."""
        self._ground.again()
        before = self._wrong()
        lay_out(image, self._ground.work)
        mended = []
        try:
            found(self._ground)
        except ArchiverError as error:
            # it is said to be damaged, and is made anew of the stores
            stores = [store for store in (self._ground.store, self._ground.second) if store.is_dir()]
            made = self._run(["catalogue", "rebuild", *stores])
            mended += [f"the catalogue ({error.message}) is not made anew: {made}"] if made.code else []
        return mended + self._after(before, exact=True)

    def _after(self, before: set[str] | None, *, exact: bool) -> list[str]:
        ground, wrong = self._ground, []
        if tree_digest(ground.source) != self._source:
            wrong.append("the source was changed")
        if before is None:
            wrong += unsound(ground)
        elif not (now := self._wrong() or set()) <= before:
            wrong.append(f"worse than before: {sorted(now - before)}")
        wrong += false_log(ground)
        try:
            found(ground)
        except ArchiverError as error:
            wrong.append(f"the catalogue does not open: {error.message}")
        return wrong + self._again_completes(exact=exact)

    def _wrong(self) -> set[str] | None:
        """What is not as it should be, of a command that mends; ``None`` of others."""
        if not self.command.mends:
            return None
        here = found(self._ground)
        bag = f"{self._ground.bag.relative_to(self._ground.work)}/"
        paths = {path for path in here.keys() | self._right.keys() if path.startswith(bag)}
        return {path for path in paths if here.get(path) != self._right.get(path)}

    def _again_completes(self, *, exact: bool) -> list[str]:
        for words in self.command.reruns(self._ground):
            again = self._run(words)
            if again.code:
                return [f"again: {words[0]}: status {again.code}: {again.out[-300:]}{again.err[-500:]}"]
        wrong = unsound(self._ground)
        if any(is_update_pending(os.fsencode(one)) for one in self._ground.work.glob("*/*")):
            wrong.append("an update waits to be completed")
        now = found(self._ground)
        differ = sorted(path for path in now.keys() | self._right.keys() if not self._is_same(now, path))
        if exact and differ:
            wrong.append(f"again: differ: {differ[:8]}{f' and {len(differ) - 8} more' if differ[8:] else ''}")
        return wrong

    def _is_same(self, now: dict[str, object], path: str) -> bool:
        one, other = now.get(path), self._right.get(path)
        if path.endswith(".archiver/events.jsonl"):
            one, other = one or [], other or []
            assert isinstance(one, list)
            assert isinstance(other, list)
            return {event for event in other if not event.startswith(self.command.unlogged or "\0")} <= set(
                one
            )
        return one == other or path.endswith((*self.command.varies, *_HIDDEN))

    def end(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self._ground.place, ignore_errors=True)
