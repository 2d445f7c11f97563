"""Every command that writes, with what it needs and what it is to leave: the table by which all are killed and refused."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver.parity.program import find_par2
from archiver.report.pages import FEW_TRACKS
from archiver.signing.sshsig import NAMESPACE
from tests.hostile.shim import Call, Fault
from tests.reliability.grounds import PINNED, Ground
from tests.running import EPOCH, Outcome
from tests.samples import Entry, Link, build_tree, flac

Words = Sequence[object]
Run = Callable[..., Outcome]
"""Runs the program with words; ``at`` is how many days after the first it is, ``fault`` what befalls it."""

FIRST = int(EPOCH)
DAY = 86_400

RIGHTS = """\
version = 1
[[declaration]]
id = "ours"
scope = { path = "**" }
basis = "own"
by = "Erika Example"
role = "rightsholder"
date = 2020-03-01
"""
TREE: dict[str, Entry] = {
    "Album/01.flac": flac(title="one", artist="Trio", album="Album"),
    "Album/cover.txt": "c",
    "b\n%": "odd",
    "empty": b"",
    "link": Link("Album/cover.txt"),
    "rights.toml": RIGHTS,
}


@dataclass(frozen=True)
class Command:
    """One row of the table.

    Attributes:
        name: What it is called here and in the docs.
        words: What is given on the command line.
        prepare: Makes what there is before; the source is there already.
        day: The day on which it runs, counted from the first.
        again: What completes it, where that is another command line, or none, now and then.
        varies: Ends of the paths of what says how the run went, and is another after an interrupted one.
        unlogged: Types of events that a store's log may lack where the run was ended between the change and the log.
        needs: What must be installed; says what is missing.
        mends: Whether what it works on is not valid to begin with.
    """

    name: str
    words: Callable[[Ground], Words]
    prepare: Callable[[Ground, Run], None]
    day: int = 1
    again: Callable[[Ground], Sequence[Words]] | None = None
    varies: tuple[str, ...] = ()
    unlogged: tuple[str, ...] = ()
    needs: Callable[[], str | None] = lambda: None
    mends: bool = False

    def reruns(self, ground: Ground) -> Sequence[Words]:
        """Return what is to be run once the disturbance is over, one after the other."""
        return [self.words(ground)] if self.again is None else self.again(ground)


def _nothing(ground: Ground, run: Run) -> None:
    """Leave it to the command to make its store; there is a catalogue, for `catalogue add` makes one."""
    run("catalogue", "add", _empty(ground), at=0)


def _empty(ground: Ground) -> Path:
    place = ground.aside / "Empty"
    place.mkdir(exist_ok=True)
    return place


def _many(ground: Ground, run: Run) -> None:
    _nothing(ground, run)
    build_tree(ground.source / "Notes", {"n": "n" * 900})


def pack_words(ground: Ground, *more: object) -> Words:
    """Return the words that pack the source."""
    return ("pack", ground.source, "--to", ground.store, "-j1", *more)


def _first(ground: Ground, run: Run) -> None:
    run(*pack_words(ground, "--name", "Bag"), at=0)


def _serialized(ground: Ground, run: Run) -> None:
    run(*pack_words(ground, "--name", "Bag", "--serialize", "tar"), at=0)


def _grown(ground: Ground, run: Run) -> None:
    _first(ground, run)
    build_tree(ground.source / "New", {"02.txt": "new"})


def _retagged(ground: Ground, run: Run) -> None:
    _first(ground, run)
    (ground.source / "Album" / "01.flac").write_bytes(flac(title="another", artist="Trio", album="Album"))


def _copied(ground: Ground, run: Run) -> None:
    _first(ground, run)
    run("copy", ground.bag, "--to", ground.second, at=0)


def _damaged(ground: Ground, run: Run) -> None:
    build_tree(ground.source / "Notes", {"n": "n" * 900})
    _copied(ground, run)
    (ground.bag / "data/Album/01.flac").write_bytes(b"damaged")
    (ground.bag / "tagmanifest-sha512.txt").write_bytes(b"damaged")
    (ground.bag / "metadata/files.jsonl").unlink()
    shutil.rmtree(ground.bag / "data/Notes")
    (ground.bag / "data/Notes").symlink_to("nowhere")
    (ground.bag / "data/stray").write_text("stray")


def _checked(ground: Ground, run: Run) -> None:
    _copied(ground, run)
    run("verify", ground.second, "-j1", at=0)


def _interrupted(ground: Ground, run: Run) -> None:
    run(*pack_words(ground, "--name", "Bag"), at=0, fault=Fault(Call.RENAME, 2, signal=9))


def _exchanged(ground: Ground, run: Run) -> None:
    _first(ground, run)
    other = ground.aside / "other.sqlite"
    run("bag", "set-info", ground.bag, "Title: Songs", "-j1", "--catalogue", other, at=0)


def _unknown(ground: Ground, run: Run) -> None:
    _first(ground, run)
    build_tree(ground.source / "New", {"02.txt": "new"})
    run(*pack_words(ground, "--catalogue", ground.aside / "other.sqlite"), at=0)


def _forgotten(ground: Ground, run: Run) -> None:
    _first(ground, run)
    for path in ground.work.glob("catalogue.sqlite*"):
        path.unlink()


def _with_key(ground: Ground, run: Run) -> None:
    _first(ground, run)
    key = ground.aside / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "erika@example.org", "-f", key], check=True
    )


def _signed(ground: Ground, run: Run) -> None:
    _with_key(ground, run)
    run(*_sign(ground), at=0)


def _sign(ground: Ground) -> Words:
    return ("sign", ground.bag, "--key", ground.aside / "key", "-j1")


def _protected(ground: Ground, run: Run) -> None:
    _first(ground, run)
    run("protect", ground.bag, "-j1", at=0)


def _signed_elsewhere(ground: Ground, run: Run) -> None:
    _with_key(ground, run)
    signing = ("ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", ground.aside / "key")
    content = (ground.bag / PINNED).read_bytes()
    made = subprocess.run(signing, input=content, capture_output=True, check=True)
    (ground.aside / "made.sig").write_bytes(made.stdout)


def _attach(ground: Ground) -> Words:
    return ("sign", ground.bag, "--attach", ground.aside / "made.sig", "--as", "erika@example.org", "-j1")


def _again_unless_retired(ground: Ground) -> Sequence[Words]:
    tidying: list[Words] = [("catalogue", "update"), ("store", "clean", ground.store)]
    return [("retire", ground.bag), *tidying] if ground.bag.exists() else tidying


def _unless_there(words: Words, made: Path) -> Sequence[Words]:
    """Give a command again only where what it makes, which is never overwritten, is not there."""
    return [] if made.exists() else [words]


def _transfer(ground: Ground) -> Words:
    return pack_words(ground, "--name", "Transfer", "--layout", "archivematica")


def _report(ground: Ground) -> Words:
    return ("report", ground.bag, "--to", f"{ground.out}.html")


def _of_many_tracks(ground: Ground, run: Run) -> None:
    tracks = {f"{number:03}.flac": flac(title=f"No. {number}") for number in range(FEW_TRACKS)}
    build_tree(ground.source / "Many", tracks)
    _first(ground, run)


def _report_of_query(ground: Ground) -> Words:
    return ("report", "--query", "artist:trio", "--to", f"{ground.out}.html")


def _receipt(ground: Ground) -> Words:
    return ("receipt", ground.bag, "--to", f"{ground.out}.html")


def _template(ground: Ground) -> Words:
    return ("rights", "template", ground.source, "-o", f"{ground.out}.toml")


def _query(ground: Ground) -> Words:
    return ("sign", ground.bag, "--timestamp-query", f"{ground.out}.tsq")


def _export(ground: Ground) -> Words:
    return ("export", ground.bag, "--for", "access", "--to", ground.exported, "--name", "Reading", "-j1")


def _add_algorithm(ground: Ground) -> Words:
    return ("bag", "add-algorithm", ground.bag, "md5", "-j1")


def _set_info(ground: Ground) -> Words:
    return ("bag", "set-info", ground.bag, "Title: Songs", "-j1")


def _update(_: Ground) -> Words:
    return ("catalogue", "update")


def _ssh_keygen() -> str | None:
    return None if shutil.which("ssh-keygen") else "ssh-keygen is not installed: signing is not tried"


def _par2() -> str | None:
    return None if find_par2() else "par2 is not installed: recovery data are not tried"


_SEALED = ("accession",)
GROUP_SIZE = "76kB"
"""So that what :func:`_many` makes goes into three bags."""

_KEPT = ("metadata/events.jsonl", "metadata/premis.xml", "tagmanifest-sha512.txt")
"""What of a bag says that copies of an interrupted run were kept, and what lists that."""

_KEPT_AND_COVERED = (*_KEPT, ".par2", "parity/README.txt")
"""The same where recovery data cover it."""

COMMANDS = {
    one.name: one
    for one in (
        Command("pack", pack_words, _nothing, day=0, varies=_KEPT, unlogged=_SEALED),
        Command("pack a new file", pack_words, _grown, varies=_KEPT, unlogged=_SEALED),
        Command("pack a retagged file", pack_words, _retagged, varies=_KEPT, unlogged=_SEALED),
        Command("pack nothing new", pack_words, _first),
        Command(
            "pack an archive",
            lambda ground: pack_words(ground, "--serialize", "zip"),
            _nothing,
            day=0,
            varies=_KEPT,
            unlogged=_SEALED,
        ),
        Command(
            "pack a group",
            lambda ground: pack_words(ground, "--max-size", GROUP_SIZE),
            _many,
            day=0,
            varies=_KEPT,
            unlogged=_SEALED,
        ),
        Command(
            "pack with recovery data",
            lambda ground: pack_words(ground, "--parity", "one-file"),
            _nothing,
            day=0,
            varies=_KEPT_AND_COVERED,
            unlogged=_SEALED,
            needs=_par2,
        ),
        Command(
            "pack a transfer",
            _transfer,
            _nothing,
            day=0,
            again=lambda ground: [
                *_unless_there(_transfer(ground), ground.store / "Transfer"),
                ("catalogue", "add", ground.store),
                ("store", "clean", ground.store),
            ],
            varies=(*_KEPT, "bag-info.txt", "manifest-sha512.txt", "catalogue: bag"),
            unlogged=_SEALED,
        ),
        Command(
            "restore", lambda ground: ("restore", "Music", "--from", ground.store, "--to", ground.out), _first
        ),
        Command(
            "copy",
            lambda ground: ("copy", ground.bag, "--to", ground.second),
            _first,
            unlogged=("replication",),
        ),
        Command(
            "copy an archive",
            lambda ground: ("copy", f"{ground.bag}.tar", "--to", ground.second),
            _serialized,
            unlogged=("replication",),
        ),
        Command(
            "heal",
            lambda ground: ("heal", ground.bag, "-j1"),
            _damaged,
            unlogged=("recovery",),
            mends=True,
        ),
        Command("audit", lambda ground: ("audit", ground.store, "-j1"), _first),
        Command("verify", lambda ground: ("verify", ground.store, "-j1"), _first),
        Command(
            "export",
            _export,
            _first,
            again=lambda ground: [
                *_unless_there(_export(ground), ground.exported / "Reading"),
                ("store", "clean", ground.exported),
                ("catalogue", "update"),
            ],
            varies=_KEPT,
            unlogged=("exporting",),
        ),
        Command(
            "sign",
            _sign,
            _with_key,
            again=lambda ground: [_sign(ground), ("catalogue", "update")],
            unlogged=("digital signature",),
            needs=_ssh_keygen,
        ),
        Command(
            "sign: attach",
            _attach,
            _signed_elsewhere,
            again=lambda ground: [_attach(ground), ("catalogue", "update")],
            unlogged=("digital signature",),
            needs=_ssh_keygen,
        ),
        Command(
            "sign: query",
            _query,
            _first,
            again=lambda ground: _unless_there(_query(ground), ground.work / "out.tsq"),
        ),
        Command("protect", lambda ground: ("protect", ground.bag, "-j1"), _first, needs=_par2),
        Command(
            "bag add-algorithm",
            _add_algorithm,
            _first,
        ),
        Command(
            "bag set-info",
            _set_info,
            _first,
        ),
        Command(
            "bag set-info, signed",
            lambda ground: (*_set_info(ground), "--set-signatures-aside"),
            _signed,
            needs=_ssh_keygen,
        ),
        Command("bag set-info, protected", _set_info, _protected, needs=_par2),
        Command("catalogue add", lambda ground: ("catalogue", "add", ground.store), _forgotten),
        Command("catalogue rebuild", lambda ground: ("catalogue", "rebuild", ground.store), _first),
        Command("catalogue update", _update, _unknown),
        Command("catalogue accept", lambda ground: ("catalogue", "accept", ground.bag, "-j1"), _exchanged),
        Command("retire", lambda ground: ("retire", ground.bag), _checked, again=_again_unless_retired),
        Command(
            "report",
            _report,
            _first,
            again=lambda ground: _unless_there(_report(ground), ground.work / "out.html"),
        ),
        Command(
            "report of many tracks",
            _report,
            _of_many_tracks,
            again=lambda ground: _unless_there(_report(ground), ground.work / "out.html"),
        ),
        Command(
            "report of a query",
            _report_of_query,
            _first,
            again=lambda ground: _unless_there(_report_of_query(ground), ground.work / "out.html"),
            varies=("out.html",),  # it tells what was found of the bags since
        ),
        Command(
            "receipt",
            _receipt,
            _first,
            again=lambda ground: _unless_there(_receipt(ground), ground.work / "out.html"),
        ),
        Command(
            "rights template",
            _template,
            _nothing,
            again=lambda ground: _unless_there(_template(ground), ground.work / "out.toml"),
        ),
        Command("store mark", lambda ground: ("store", "mark", "--immutable", ground.store), _first),
        Command("store clean", lambda ground: ("store", "clean", ground.store), _interrupted),
    )
}
