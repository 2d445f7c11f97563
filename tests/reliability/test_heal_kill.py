"""A bag is never less right after healing, wherever the run was killed; the next run heals the rest."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from archiver.parity.program import find_par2
from tests.conftest import MakeSource
from tests.reliability.faults import inject
from tests.running import EPOCH, run_here, run_program
from tests.samples import flac

TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(),
    "Album/02.flac": flac(title="Two"),
    "Album/cover.txt": "c",
    "Other/notes": "n" * 900,
}

HEAL_FAULTS = [
    *(f"linkat:signal=KILL:when={number}" for number in (1, 2)),
    *(f"renameat:signal=KILL:when={number}" for number in (1, 2, 3, 4)),
    *(f"fsync:signal=KILL:when={number}" for number in (1, 2, 3, 4, 5, 7, 9, 12, 15)),
    *(f"write:signal=KILL:when={number}" for number in (1, 2, 4)),
    *(f"mkdirat:signal=KILL:when={number}" for number in (1, 2, 4)),
    *(f"utimensat:signal=KILL:when={number}" for number in (1, 2)),
    "unlinkat:signal=KILL:when=1",
    "pwrite64:signal=KILL:when=2",
    "fdatasync:signal=KILL:when=1",
]

RENEWAL_FAULTS = [
    *(f"renameat:signal=KILL:when={number}" for number in (9, 1, 2, 4, 6, 7)),
    *(f"fsync:signal=KILL:when={number}" for number in (2, 6, 12, 16, 20)),
    *(f"unlinkat:signal=KILL:when={number}" for number in (1, 3)),
    "mkdirat:signal=KILL:when=3",
]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def stores(tmp_path: Path, source: MakeSource) -> tuple[Path, dict[str, bytes]]:
    """Make a bag that is damaged in many ways, with a whole copy in a second store; return it and what it should be."""
    store, second = tmp_path / "Store", tmp_path / "Second"
    packed = run_here("pack", source(TREE), "--to", store, "--name", "Bag", SOURCE_DATE_EPOCH=EPOCH)
    assert packed.code == 0, packed.err
    whole = files(store / "Bag")
    shutil.copytree(store / "Bag", second / "Bag")
    assert run_here("catalogue", "add", second, SOURCE_DATE_EPOCH=EPOCH).code == 0
    bag = store / "Bag"
    (bag / "data/Album/01.flac").write_bytes(b"damaged")
    (bag / "tagmanifest-sha512.txt").write_bytes(b"damaged")
    (bag / "metadata/files.jsonl").unlink()
    shutil.rmtree(bag / "data/Other")
    (bag / "data/Other").symlink_to("nowhere")
    (bag / "data/stray").write_text("stray")
    return bag, whole


def wrong(bag: Path, whole: dict[str, bytes]) -> set[str]:
    """Return what is not as it should be."""
    there = files(bag)
    return {path for path in whole.keys() | there.keys() if there.get(path) != whole.get(path)}


def kept(bag: Path) -> list[bytes]:
    """Return all that was put aside."""
    return sorted(files(bag.parent / ".archiver").values())


@pytest.mark.parametrize("fault", HEAL_FAULTS)
def test_killed_while_healing(
    stores: tuple[Path, dict[str, bytes]], tmp_path: Path, fault: str, catalogue_path: Path
) -> None:
    bag, whole = stores
    before = wrong(bag, whole)
    damaged = (bag / "data/Album/01.flac").read_bytes()
    killed = run_program(
        "heal", bag, "-j1", before=inject(tmp_path / "trace", fault), SOURCE_DATE_EPOCH=EPOCH
    )
    assert killed.code == -signal.SIGKILL, (killed, fault)
    after = wrong(bag, whole)
    assert after <= before
    assert (bag / "data/Album/01.flac").read_bytes() in (damaged, whole["data/Album/01.flac"])
    done = run_here("heal", bag, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert done.code == 0, done.out + done.err
    assert not wrong(bag, whole)
    assert damaged in kept(bag)
    assert b"stray" in kept(bag)
    assert os.listdir(bag.parent / ".incoming") == ["lock"]
    assert run_here("verify", bag).code == 0


@pytest.mark.parametrize(
    "fault",
    [
        "linkat:error=EIO",
        "renameat:error=EIO:when=1",
        "fsync:error=EIO:when=1",
        "write:error=ENOSPC:when=2",
        "utimensat:error=EIO:when=1",
        "linkat:error=EIO:when=2",
    ],
)
def test_a_disk_that_fails_while_healing_leaves_the_bag_no_worse(
    stores: tuple[Path, dict[str, bytes]], tmp_path: Path, fault: str
) -> None:
    bag, whole = stores
    before = wrong(bag, whole)
    failed = run_program(
        "heal", bag, "-j1", before=inject(tmp_path / "trace", fault), SOURCE_DATE_EPOCH=EPOCH
    )
    assert failed.code == 1, failed
    assert "Traceback" not in failed.err
    after = wrong(bag, whole)
    assert after <= before
    if after < before:  # what was healed before the fault is in the log
        last = json.loads((bag.parent / ".archiver/events.jsonl").read_text().splitlines()[-1])
        assert (last["type"], last["outcome"]) == ("recovery", "fail")
    assert run_here("heal", bag, SOURCE_DATE_EPOCH=EPOCH).code == 0
    assert not wrong(bag, whole)


def test_where_there_are_no_hard_links_what_stood_there_is_kept_too(
    stores: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    bag, whole = stores
    damaged = (bag / "data/Album/01.flac").read_bytes()
    healed = run_program("heal", bag, "-j1", before=inject(tmp_path / "trace", "linkat:error=EPERM"))
    assert healed.code == 0, healed
    assert not wrong(bag, whole)
    assert damaged in kept(bag)


@pytest.mark.skipif(find_par2() is None, reason="par2 is not installed: recovery data are not tried")
@pytest.mark.parametrize(
    "fault",
    [
        *(f"renameat:signal=KILL:when={number}" for number in (1, 2, 3, 6)),
        *(f"fsync:signal=KILL:when={number}" for number in (2, 6, 14, 20)),
        "unlinkat:signal=KILL:when=1",
        "mkdirat:signal=KILL:when=1",
    ],
)
def test_killed_while_protecting(tmp_path: Path, source: MakeSource, fault: str) -> None:
    store = tmp_path / "Store"
    assert run_here("pack", source(TREE), "--to", store, "--name", "Bag", SOURCE_DATE_EPOCH=EPOCH).code == 0
    bag = store / "Bag"
    payload = files(bag / "data")
    killed = run_program(
        "protect", bag, "-j1", before=inject(tmp_path / "trace", fault), SOURCE_DATE_EPOCH=EPOCH
    )
    assert killed.code == -signal.SIGKILL, (killed, fault)
    done = run_here("protect", bag, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert done.code == 0, done.err
    assert files(bag / "data") == payload
    assert run_here("verify", bag).code == 0
    healed = run_here("heal", bag, "--json")
    assert (healed.code, healed.json["healed"]) == (0, [])
    assert list((bag / "parity").glob("*.par2"))


@pytest.mark.skipif(find_par2() is None, reason="par2 is not installed: recovery data are not tried")
@pytest.mark.parametrize(
    "words", [("protect", "--redundancy", "20%"), ("bag", "set-info", "Contact-Name: Erika")], ids=str
)
@pytest.mark.parametrize(
    "fault", [*RENEWAL_FAULTS[::5], *(pytest.param(one, marks=pytest.mark.slow) for one in RENEWAL_FAULTS)]
)
def test_killed_while_recovery_data_are_made_anew(
    tmp_path: Path, source: MakeSource, fault: str, words: tuple[str, ...]
) -> None:
    store = tmp_path / "Store"
    packed = run_here(
        "pack", source(TREE), "--to", store, "--name", "Bag", "--parity", "one-file", SOURCE_DATE_EPOCH=EPOCH
    )
    assert packed.code == 0, packed.err
    bag = store / "Bag"
    payload, sets = files(bag / "data"), parity_of(bag)
    given: list[str | Path] = (
        [*words[:2], bag, *words[2:]] if words[0] == "bag" else [words[0], bag, *words[1:]]
    )
    killed = run_program(*given, "-j1", before=inject(tmp_path / "trace", fault), SOURCE_DATE_EPOCH=EPOCH)
    assert killed.code in (-signal.SIGKILL, 0), (killed, fault)
    assert complete_sets(bag, sets), "no set of recovery data is whole"
    done = run_here(*given, SOURCE_DATE_EPOCH=EPOCH)
    assert done.code == 0, done.err
    assert files(bag / "data") == payload
    assert run_here("verify", bag, SOURCE_DATE_EPOCH=EPOCH).code == 0
    listed = (bag / "tagmanifest-sha512.txt").read_text()
    assert all(f"  parity/{name}\n" in listed for name in parity_of(bag))
    kept = files(store / ".archiver") if (store / ".archiver").exists() else {}
    for name, content in sets.items():
        assert parity_of(bag).get(name) == content or content in kept.values(), f"{name} is gone"
    if (
        run_here("audit", bag, SOURCE_DATE_EPOCH=EPOCH).code == 0
    ):  # else that it was changed is told, and accepted
        (bag / "bag-info.txt").unlink()
        assert run_here("heal", bag).code == 0
    else:
        assert words[0] == "bag"


def parity_of(bag: Path) -> dict[str, bytes]:
    """Return the files with recovery data of a bag."""
    return {path.name: path.read_bytes() for path in (bag / "parity").glob("*.par2")}


def complete_sets(bag: Path, before: dict[str, bytes]) -> bool:
    """Whether all old sets are in the bag still, or new ones are, whole, for each of them."""
    there = parity_of(bag)
    if all(there.get(name) == content for name, content in before.items()):
        return True
    if (bag / ".bagit-update").exists():
        return False
    found = run_here("verify", bag, "--json").json["bags"][0]["recovery_sets"]
    return int(found) >= len({name.partition(".")[0] for name in before})
