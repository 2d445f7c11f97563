"""Where a command is tried: a source that nobody may change, and a folder with all that it may change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver.bagit.report import Depth
from archiver.bagit.updating.journal import is_update_pending
from archiver.bagit.validate import validate
from archiver.store.log import read_events
from tests.catalogue.bags_to_take_in import told

PINNED = "tagmanifest-sha512.txt"


@dataclass(frozen=True)
class Ground:
    """Where a command is tried.

    Attributes:
        place: The folder of it all.
    """

    place: Path

    @property
    def source(self) -> Path:
        """What is packed."""
        return self.place / "Music"

    @property
    def work(self) -> Path:
        """All that a command may change."""
        return self.place / "work"

    @property
    def kept(self) -> Path:
        """``work`` as it was before the command."""
        return self.place / "kept"

    @property
    def store(self) -> Path:
        """The store."""
        return self.work / "Store"

    @property
    def bag(self) -> Path:
        """A bag in it."""
        return self.store / "Bag"

    @property
    def second(self) -> Path:
        """Another store."""
        return self.work / "Second"

    @property
    def exported(self) -> Path:
        """The folder that gets bags for others."""
        return self.work / "Exported"

    @property
    def out(self) -> Path:
        """What gets whatever else a command writes."""
        return self.work / "out"

    @property
    def catalogue(self) -> Path:
        """The catalogue."""
        return self.work / "catalogue.sqlite"

    @property
    def aside(self) -> Path:
        """What the command is given and does not change: keys, other catalogues."""
        return self.place / "aside"

    @property
    def temporary(self) -> Path:
        """The folder for temporary files."""
        return self.place / "tmp"

    def environment(self, epoch: int) -> dict[str, str]:
        """What is set for every run."""
        return {
            "SOURCE_DATE_EPOCH": str(epoch),
            "ARCHIVER_CATALOGUE": str(self.catalogue),
            "TMPDIR": str(self.temporary),
            "HOME": str(self.aside),
        }

    def keep(self) -> None:
        """Keep ``work`` as it is now, for :meth:`again`."""
        self.work.rename(self.kept)

    def again(self) -> None:
        """Make ``work`` what it was when it was kept."""
        clear(self.work)
        shutil.copytree(self.kept, self.work, symlinks=True)
        clear(self.temporary)
        self.temporary.mkdir()


def clear(folder: Path) -> None:
    """Remove a folder, whatever permissions it has."""
    if folder.is_dir() and os.geteuid():
        for path, _, _ in os.walk(folder):
            Path(path).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def bags_in(ground: Ground) -> Iterator[Path]:
    """Yield what stands under a name in a folder that gets bags."""
    for place in (ground.store, ground.second, ground.exported):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if not path.name.startswith(".") and (path.is_dir() or path.suffix in {".zip", ".tar"}):
                yield path


def unsound(ground: Ground) -> list[str]:
    """Say of each bag under its name what is wrong with it; one whose update was decided on may wait to be completed."""
    found = []
    for bag in bags_in(ground):
        if not is_update_pending(os.fsencode(bag)):
            report = validate(os.fsencode(bag), Depth.FULL)
            if not report.valid:
                wrong = next(one for one in report.findings if one.severity.name == "ERROR")
                found.append(f"{bag.name} is not valid: {wrong.code} {wrong.path}: {wrong.message}")
    return found


def false_log(ground: Ground) -> list[str]:
    """Say what a store's log tells that is not so: of a bag that was sealed and not removed, and is not there."""
    wrong = []
    for store in filter(Path.is_dir, (ground.store, ground.second)):
        sealed: set[str] = set()
        for event in read_events(os.fsencode(store)):
            if event.happened.type == "accession":
                sealed |= {one["name"] for one in event.happened.detail.get("bags", ())}
            elif event.happened.type == "deletion":
                sealed.discard(str(event.happened.detail["path"]))
        here = set(os.listdir(store))
        wrong += [
            f"the log tells of {name}, which is not there"
            for name in sorted(sealed)
            if not here & {name, f"{name}.zip", f"{name}.tar"}
        ]
    return wrong


def found(ground: Ground) -> dict[str, object]:
    """Return all that stands in ``work``, path by path, what is in archives of bags, and what the catalogue says.

    A bag's pin counts as its bag's name in what the catalogue says. Of logs the events are told, each once: an interrupted
    run may log what the next one logs again. Of what healing put aside, the bytes: its names are made by chance.
    """
    here: dict[str, object] = {}
    aside: list[str] = []
    pins: dict[str, str] = {}
    for path, status in _walk(ground.work):
        name = str(path.relative_to(ground.work))
        if name.startswith("catalogue.sqlite") or name.endswith(".incoming/lock"):
            continue
        if name.endswith(".archiver/events.jsonl"):
            here[name] = events(path)
        elif "/.archiver/aside" in name:
            aside += [_digest(path.read_bytes())] if stat.S_ISREG(status.st_mode) else []
        elif path.suffix in {".zip", ".tar"}:
            members = dict(_members(path))
            here |= {f"{name}!{member}": _digest(content) for member, content in members.items()}
            pins |= _pin(path.stem, next((members[one] for one in members if one.endswith(PINNED)), None))
        else:
            here[name] = _substance(path, status)
            if path.name == PINNED:
                pins |= _pin(path.parent.name, path.read_bytes())
    if aside:
        here["put aside"] = sorted(set(aside))
    if ground.catalogue.exists():
        said = told(str(ground.catalogue))
        here["events that the catalogue has not heard of"] = _logged(ground) - len(said.pop("event"))
        here |= {
            f"catalogue: {name}": sorted(_named(row, pins) for row in rows) for name, rows in said.items()
        }
    return here


def _pin(name: str, content: bytes | None) -> dict[str, str]:
    return {} if content is None else {repr(hashlib.sha512(content).digest()): f"the pin of {name}"}


def _named(row: str, pins: dict[str, str]) -> str:
    for pin, name in pins.items():
        row = row.replace(pin, name)
    return row


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
    else:
        with tarfile.open(path) as archive:
            for one in archive:
                stream = archive.extractfile(one)
                yield one.name, b"" if stream is None else stream.read()


def _logged(ground: Ground) -> int:
    logs = (place / ".archiver" / "events.jsonl" for place in (ground.store, ground.second))
    return sum(path.read_bytes().count(b"\n") for path in logs if path.exists())


def events(path: Path) -> list[str]:
    """Return what a log tells, without its order and without what it tells twice."""
    whole = path.read_bytes().rpartition(b"\n")[0]  # what was cut off is overwritten by the next run
    lines = [json.loads(line) for line in whole.splitlines()]
    return sorted({f"{line['type']} {line['object']} {line['outcome']}" for line in lines})


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            status = entry.stat(follow_symlinks=False)
            yield Path(entry.path), status
            if stat.S_ISDIR(status.st_mode):
                yield from _walk(Path(entry.path))


def _substance(path: Path, status: os.stat_result) -> object:
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(status.st_mode):
        return _digest(path.read_bytes()), stat.S_IMODE(status.st_mode)
    return "folder", stat.S_IMODE(status.st_mode)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
