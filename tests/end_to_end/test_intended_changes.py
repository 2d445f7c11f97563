"""A change of a bag that a run made on purpose and did not come to note: known for what it was, and nobody else's with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver.catalogue.database import reading
from archiver.usecases import changed_bag
from tests.running import EPOCH, run_here
from tests.samples import build_tree

CHECKS = {
    "verify": ("verify", "{bag}"),
    "audit": ("audit", "{bag}"),
    "the same command": ("bag", "set-info", "{bag}", "Title: Songs"),
    "another change": ("bag", "set-info", "{bag}", "Contact-Name: Erika"),
}


@pytest.fixture
def bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a bag that was given a title by a run that ended before it noted that."""
    monkeypatch.setenv("ARCHIVER_CATALOGUE", str(tmp_path / "c.sqlite"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    build_tree(tmp_path / "Music", {"a.txt": "a"})
    assert run_here("pack", tmp_path / "Music", "--to", tmp_path / "Store", "--name", "Bag").code == 0
    ended_before_it_is_noted(tmp_path / "Store/Bag", "Title: Songs")
    return tmp_path / "Store/Bag"


def ended_before_it_is_noted(bag: Path, label: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changed_bag, "note_change", ended)
        assert run_here("bag", "set-info", bag, label).code == 1
    assert label in (bag / "bag-info.txt").read_text()


def ended(*_: object) -> None:
    raise RuntimeError("ended here")


def changes(bag: Path) -> list[str]:
    events = map(json.loads, (bag.parent / ".archiver/events.jsonl").read_text().splitlines())
    return [one["detail"]["what"] for one in events if one["type"] == "metadata modification"]


def intended(bag: Path) -> int:
    with reading(str(bag.parents[1] / "c.sqlite")) as catalogue:
        return catalogue.number("SELECT count(*) FROM intended_change")


@pytest.mark.parametrize("check", CHECKS)
def test_it_is_noted_by_whoever_comes_next(bag: Path, check: str) -> None:
    assert (changes(bag), intended(bag)) == ([], 1)
    done = run_here(*(word.format(bag=bag) for word in CHECKS[check]))
    assert (done.code, "somebody" in done.told) == (0, False), done.out + done.err
    noted = ["the label Title was set", "the label Contact-Name was set"]
    assert changes(bag) == noted[: 2 if check == "another change" else 1]
    assert intended(bag) == 0
    assert run_here("audit", bag).code == run_here("catalogue", "check").code == 0


def test_what_somebody_else_changed_since_is_found(bag: Path) -> None:
    catalogue = bag.parents[1] / "c.sqlite"
    assert (
        run_here("bag", "set-info", bag, "Title: Others", ARCHIVER_CATALOGUE=str(catalogue) + "-other").code
        == 0
    )
    done = run_here("audit", bag)
    assert (done.code, "B414" in done.out) == (4, True), done.out
    assert intended(bag) == 1


def test_what_was_decided_on_and_never_made_is_forgotten(bag: Path, tmp_path: Path) -> None:
    whole = run_here("pack", tmp_path / "Music", "--all", "--to", tmp_path / "Store", "--name", "Two")
    assert whole.code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.bagit.updating.update.set_aside", ended)
        assert run_here("bag", "set-info", bag.with_name("Two"), "Title: Songs").code == 1
    assert intended(bag) == 2
    assert run_here("bag", "set-info", bag.with_name("Two"), "Contact-Name: Erika").code == 0
    assert intended(bag) == 1
