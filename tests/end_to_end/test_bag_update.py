"""``bag`` changes tag files of a bag that was verified in full, and nothing else, or nothing at all."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.end_to_end.bags import Package
from tests.reading_bags import lines_of
from tests.running import PATIENCE, ROOT, command, run_here
from tests.samples import tree_digest

MOMENT = "1767225600"


@pytest.fixture
def bag(packages: Mapping[str, Package], tmp_path: Path) -> Path:
    return shutil.copytree(packages["personal"].bag, tmp_path / "bag")


def events(bag: Path) -> list[dict[str, str]]:
    return lines_of(bag / "metadata" / "events.jsonl")


def test_an_algorithm_is_added_and_the_payload_is_not_touched(bag: Path) -> None:
    payload, before = tree_digest(bag / "data"), events(bag)
    outcome = run_here("bag", "add-algorithm", bag, "SHA-256", SOURCE_DATE_EPOCH=MOMENT)
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    assert "was verified in full and updated" in " ".join(outcome.out.split())
    assert "  manifest-sha256.txt\n" in outcome.out
    assert tree_digest(bag / "data") == payload
    verified = run_here("verify", bag, "--json")
    assert verified.code == 0
    assert sorted(verified.json["bags"][0]["algorithms"]) == ["sha256", "sha512"]
    lines = (bag / "manifest-sha256.txt").read_text("utf-8").splitlines()
    assert len(lines) == 47
    digest, path = next(line for line in lines if line.endswith("Lorem.mp3")).split("  ", 1)
    assert hashlib.sha256((bag / path).read_bytes()).hexdigest() == digest
    assert events(bag)[:-1] == before
    assert events(bag)[-1] == {
        "type": "message digest calculation",
        "date_time": "2026-01-01T00:00:00Z",
        "outcome": "Success",
        "detail": "sha256 manifests were added after the bag was verified in full.",
        "agent": before[0]["agent"],
    }


def test_a_changed_bag_is_one_bag_of_one_accession_in_the_catalogue(
    source: MakeSource, tmp_path: Path
) -> None:
    store = tmp_path / "Store"
    assert run_here("pack", source({"a.txt": b"one\n"}), "--to", store, "--name", "Bag").code == 0
    done = run_here("bag", "set-info", store / "Bag", "Contact-Name: Erika Example")
    assert done.code == 0, done.err
    for what in ("bags", "accessions"):
        assert len(run_here("list", what, "--json").json[what]) == 1
    assert run_here("find", "name:a.txt", "--count").out == "1\n"
    copied = run_here("copy", store / "Bag", "--to", tmp_path / "Second")
    assert (copied.code, copied.err) == (0, "")
    assert run_here("verify", store).err == ""


def test_a_label_is_set_once_and_again(bag: Path) -> None:
    payload = tree_digest(bag / "data")
    for value, before in (("Erika Example", []), ("Max Muster", ["Erika Example"])):
        outcome = run_here("bag", "set-info", bag, f"Contact-Name: {value}", "--json")
        assert outcome.code == 0, outcome.err
        assert outcome.json == {
            "schema": "archiver.bag-update/1",
            "bag": str(bag),
            "changed": ["bag-info.txt", "metadata/events.jsonl", "tagmanifest-sha512.txt"],
            "replaced": before,
            "recovered": False,
        }
    info = (bag / "bag-info.txt").read_text("utf-8")
    assert info.count("Contact-Name: ") == 1
    assert "Contact-Name: Max Muster\n" in info
    assert tree_digest(bag / "data") == payload
    assert run_here("verify", bag).code == 0
    assert [event["type"] for event in events(bag)][-2:] == ["metadata modification"] * 2


def test_what_is_so_already_changes_nothing(bag: Path) -> None:
    run_here("bag", "set-info", bag, "Contact-Name: Erika Example")
    before = tree_digest(bag)
    for words in (("set-info", bag, "Contact-Name: Erika Example"), ("add-algorithm", bag, "sha512")):
        outcome = run_here("bag", *words)
        assert outcome.code == 0
        assert "says so already; nothing was changed" in " ".join(outcome.out.split())
    assert tree_digest(bag) == before


@pytest.mark.parametrize("damage", ["data/Unsorted/broken off.mp3", "metadata/files.jsonl", "bag-info.txt"])
@pytest.mark.parametrize("words", [("add-algorithm", "md5"), ("set-info", "Contact-Name: x")])
def test_an_invalid_bag_is_refused_and_left_as_it_is(bag: Path, damage: str, words: tuple[str, str]) -> None:
    path = bag / damage
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = tree_digest(bag)
    outcome = run_here("bag", words[0], bag, words[1])
    assert outcome.code == 4
    assert outcome.out == ""
    told = " ".join(outcome.err.split())
    assert "the bag is not valid" in told
    assert damage in told
    assert "archiver verify" in told
    assert tree_digest(bag) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add-algorithm", "{bag}", "crc32"), "crc32"),
        (("add-algorithm", "{bag}/nowhere", "md5"), "is no folder"),
        (("add-algorithm", "{bag}/bagit.txt", "md5"), "an archive is not updated"),
        (("set-info", "{bag}", "no colon"), "no colon"),
        (("set-info", "{bag}", "Payload-Oxum: 1.1"), "computed"),
        (("set-info", "{bag}", " : x"), ""),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    bag: Path, words: tuple[str, ...], message: str
) -> None:
    before = tree_digest(bag)
    outcome = run_here("bag", *(word.replace("{bag}", str(bag)) for word in words))
    assert outcome.code in (1, 2)
    assert message in " ".join(outcome.err.split())
    assert "Traceback" not in outcome.err
    assert tree_digest(bag) == before


def test_progress_is_shown_on_a_terminal_and_nowhere_else(bag: Path) -> None:
    """A bag of many gigabytes takes minutes to verify and minutes to read once more."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        command("bag", "add-algorithm", bag, "md5"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        check=False,
        timeout=PATIENCE,
    )
    os.close(theirs)
    shown = bytearray()
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    assert done.returncode == 0
    assert b"Verifying" in shown
    assert b"Computing md5" in shown
    assert b"\x1b" not in done.stdout


def test_the_value_that_is_replaced_is_shown(bag: Path) -> None:
    run_here("bag", "set-info", bag, "Contact-Name: Erika \x1b Example")
    outcome = run_here("bag", "set-info", bag, "Contact-Name: Max Muster")
    assert outcome.out.endswith("What the label said before:\n  Erika \\x1b Example\n")


def test_a_date_is_written_as_the_rfc_has_it_or_not_at_all(bag: Path) -> None:
    before = tree_digest(bag)
    outcome = run_here("bag", "set-info", bag, "bagging-date: 22 November 2026")
    assert (outcome.code, outcome.out) == (2, "")
    assert "YYYY-MM-DD" in outcome.err
    assert tree_digest(bag) == before
    assert run_here("bag", "set-info", bag, "Bagging-Date: 2026-11-22").code == 0
    assert run_here("verify", bag, "--json").json["bags"][0]["problems"] == []


def interrupted(bag: Path, name: str) -> None:
    """Leave the bag as an update does that was interrupted when ``name`` had not taken its place."""
    old = (bag / name).read_bytes()
    assert run_here("bag", "set-info", bag, "Contact-Name: Erika Example").code == 0
    journal = bag / ".bagit-update"
    journal.mkdir()
    (bag / name).rename(journal / "1")
    digest = hashlib.sha512((journal / "1").read_bytes()).hexdigest()
    steps = [{"staged": "1", "path": name, "sha512": digest}]
    (journal / "list.json").write_text(json.dumps({"version": 1, "steps": steps}))
    (bag / name).write_bytes(old)


def test_verify_says_how_to_complete_an_interrupted_update_and_that_completes_it(bag: Path) -> None:
    interrupted(bag, "tagmanifest-sha512.txt")
    before = tree_digest(bag)
    outcome = run_here("verify", bag)
    assert outcome.code == 4
    command = f"archiver bag add-algorithm {bag} sha512"
    assert f"      {command}\n" in outcome.out
    assert "Restore it from another copy" not in outcome.out
    assert tree_digest(bag) == before
    completed = run_here(*command.split()[1:])
    assert completed.code == 0, completed.err
    assert "interrupted was completed first" in completed.out
    assert "valid. Every file is there" in run_here("verify", bag).out


def test_an_update_that_is_completed_over_a_damaged_payload_says_both(bag: Path) -> None:
    interrupted(bag, "tagmanifest-sha512.txt")
    (bag / "data" / "Unsorted" / "broken off.mp3").write_bytes(b"x")
    outcome = run_here("bag", "add-algorithm", bag, "md5")
    assert outcome.code == 4
    told = " ".join(outcome.err.split())
    assert "an interrupted update was completed, but the bag is not valid" in told
    assert not (bag / ".bagit-update").exists()
    assert not (bag / "manifest-md5.txt").exists()


def test_an_interrupted_update_that_lost_a_file_says_so_and_not_that_all_is_as_it_was(bag: Path) -> None:
    interrupted(bag, "tagmanifest-sha512.txt")
    (bag / ".bagit-update" / "1").unlink()
    outcome = run_here("bag", "set-info", bag, "Contact-Name: x")
    assert outcome.code == 4
    told = " ".join(outcome.err.split())
    assert "has lost its new 'tagmanifest-sha512.txt'" in told
    assert "Restore the tag files from another copy" in told
    assert "as it was" not in told
