"""Recovery data that are made anew: wherever the run was killed, the old sets or the new ones are whole."""

from __future__ import annotations

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
