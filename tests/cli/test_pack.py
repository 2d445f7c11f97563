"""What ``archiver pack`` does, tells and refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
from tests.conftest import MakeSource
from tests.running import EPOCH, Outcome, run_here, run_program
from tests.samples import Entry, Folder, Link, build_tree, flac, mp3, read_tree, tree_digest

TREE: dict[str, Entry] = {
    "Album/01.flac": flac({"TITLE": ["One"], "ALBUM": ["First"], "ARTIST": ["A"]}),
    "Album/02.flac": flac({"TITLE": ["Two"], "ALBUM": ["First"], "ARTIST": ["A"]}),
    "loose.mp3": mp3({"TIT2": ["Loose"]}),
    "notes.txt": "n",
}


def pack(*words: str | Path) -> Outcome:
    return run_here("pack", *words, SOURCE_DATE_EPOCH=EPOCH)


def said(outcome: Outcome) -> str:
    return " ".join(outcome.err.split())


def test_a_bag_is_made_and_told(source: MakeSource, tmp_path: Path) -> None:
    root, store = source(TREE), tmp_path / "store"
    outcome = pack(root, "--to", store)
    assert outcome.code == 0
    assert outcome.err == ""
    bag = store / "Music-2023-11-14"
    assert validate(os.fsencode(bag), Depth.FULL).valid
    assert read_tree(bag / "data") == read_tree(root)
    assert outcome.out.splitlines()[0].startswith("Packed 4 files, ")
    assert "2 albums, 3 audio files." in outcome.out
    assert f"  {bag}\n" in outcome.out
    assert "Seen 4 = packed 4 + withheld 0 + problems 0." in outcome.out
    assert f"archiver verify {bag}" in outcome.out
    assert "sha512sum -c --quiet manifest-sha512.txt" in outcome.out


def test_the_report_can_be_pasted_into_a_shell(source: MakeSource, tmp_path: Path) -> None:
    store = tmp_path / "a store; it's"
    outcome = pack(source(TREE), "--to", store, "--name", "my bag")
    lines = [line for line in outcome.out.splitlines() if line.startswith(("  cd ", "  sha512sum "))]
    done = subprocess.run(["bash", "-ec", "\n".join(lines)], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_json_has_the_agreed_keys(source: MakeSource, tmp_path: Path) -> None:
    root = source({**TREE, "link": Link("nowhere"), "empty": Folder()})
    outcome = pack(root, "--to", tmp_path / "store", "--json", "--algorithm", "md5", "--algorithm", "SHA-512")
    assert outcome.code == 3
    report = outcome.json
    assert outcome.out == outcome.out.strip() + "\n"
    agreed = [
        "schema",
        "bag",
        "bags",
        "files",
        "bytes",
        "algorithms",
        "continued",
        "dry_run",
        "withheld",
        "problems",
    ]
    assert set(agreed) <= set(report)
    assert report["schema"] == "archiver.pack/1"
    assert report["bag"] == str(tmp_path / "store" / "Music-2023-11-14")
    assert report["files"] == {
        "seen": 5,
        "packed": 4,
        "held": 0,
        "withheld": 0,
        "links": 0,
        "left_out": 0,
        "problems": 1,
    }
    assert report["algorithms"] == ["md5", "sha512"]
    assert report["empty_folders"] == 1
    assert report["bytes"] == sum(map(len, read_tree(root).values()))
    assert {tuple(problem) for problem in report["problems"]} == {("path", "code", "severity", "message")}
    found = [(problem["path"], problem["code"], problem["severity"]) for problem in report["problems"]]
    assert ("link", "S106", "warning") in found


def test_dry_run_writes_nothing_at_all(source: MakeSource, tmp_path: Path) -> None:
    root, store = source(TREE), tmp_path / "store"
    outcome = pack(root, "--to", store, "--dry-run")
    assert outcome.code == 0
    assert outcome.out.startswith("Would pack 4 files")
    assert "Nothing was written." in outcome.out
    assert not store.exists()
    report = pack(root, "--to", store, "--dry-run", "--json").json
    assert report["dry_run"] is True
    assert report["files"]["packed"] == 4
    assert not store.exists()


def test_dry_run_leaves_a_store_alone(source: MakeSource, tmp_path: Path) -> None:
    root, store = source(TREE), tmp_path / "store"
    pack(root, "--to", store)
    before = tree_digest(store)
    assert pack(root, "--to", store, "--dry-run").code == 0
    assert tree_digest(store) == before


def test_dry_run_says_what_packing_then_does(source: MakeSource, tmp_path: Path) -> None:
    words = (source({**TREE, "link": Link("x")}), "--to", tmp_path / "store", "--json", "--max-size", "70kB")
    rehearsed, packed = pack(*words, "--dry-run").json, pack(*words).json
    assert rehearsed.pop("dry_run") is True
    assert packed.pop("dry_run") is False
    assert rehearsed.pop("integrity") is None  # only copying reads the music
    assert sum(packed.pop("integrity").values()) == 3
    for told in (rehearsed, packed):
        assert told["room"].pop("free") > 0  # others use the disk too
    assert rehearsed == packed


def test_names_of_bags_are_never_used_twice(source: MakeSource, tmp_path: Path) -> None:
    root, store = source(TREE), tmp_path / "store"
    made = [pack(root, "--to", store, "--json", "--all").json["bag"] for _ in range(3)]
    assert [os.path.basename(bag) for bag in made] == [f"Music-2023-11-14{end}" for end in ("", "_2", "_3")]
    assert pack(root, "--to", store, "--name", "mine", "--all").code == 0
    before = tree_digest(store / "mine")
    refused = pack(root, "--to", store, "--name", "mine", "--all")
    assert refused.code == 2
    assert "exists already, and a bag is never overwritten" in said(refused)
    assert tree_digest(store / "mine") == before


def test_a_name_that_is_taken_by_the_bag_that_has_it_all_is_no_error(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    assert pack(root, "--to", store, "--name", "mine").code == 0
    before, source = tree_digest(store / "mine"), tree_digest(root)
    for rehearsed in ((), ("--dry-run",)):
        again = pack(root, "--to", store, "--name", "mine", *rehearsed)
        assert (again.code, "Nothing new" in again.out) == (0, True), again.err
    assert tree_digest(root) == source
    (root / "more.txt").write_text("more")
    for words in ((), ("--all",), ("--dry-run",)):
        refused = pack(root, "--to", store, "--name", "mine", *words)
        assert (refused.code, "exists already" in said(refused)) == (2, True)
    assert tree_digest(store / "mine") == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["Gone", "--to", "store"], "cannot read the source Gone: no such file or directory"),
        (["Music"], "nothing says which folder is to get the bag"),
        (["Music", "--to", "Music/store"], "lies in the source"),
        (["Music", "--to", "Music"], "lies in the source"),
        (["Music", "Music/Album", "--to", "store"], "the source Music/Album lies in the source Music"),
        (["a", "a", "--to", "store"], "the source a is the same as the source a"),
        (["Music", "--to", "store", "--name", "a/b"], "a bag cannot be named 'a/b'"),
        (["Music", "--to", "store", "--algorithm", "crc32"], "crc32"),
        (["Music", "--to", "store", "--info", "no colon"], "cannot understand the label 'no colon'"),
        (["Music", "--to", "store", "--info", "Payload-Oxum: 1.1"], "computed from the bag"),
        (["Music", "--to", "store", "--info", "A\tB: x"], "label 'A\\tB'"),
        (["Music", "--to", "store", "--policy", "nonsense"], "there is no policy 'nonsense'"),
        (["Music", "--to", "store", "--rights", "gone.toml"], "cannot read the declarations gone.toml"),
        (["Music", "--to", "store", "--profile", "nonsense"], "nonsense"),
        (["Music", "--to", "store", "--max-size", "much"], "much"),
        (["Music", "--to", "store", "--max-size", "0"], "'0' is no size; write it like 100GB"),
        (["Music", "--to", "store", "--max-size", "-5GB"], "'-5GB' is no size"),
        (["Music", "--to", "store", "--max-size", "1,5TB"], "'1,5TB' is no size"),
        (["Music", "--to", "store", "--max-size", "100"], "'100' is no size; write it like 100GB"),
        (["Music", "--to", "store", "--jobs", "0"], "0"),
        (["empty", "--to", "store"], "there is nothing to pack"),
        (["bag", "--to", "store"], "--bag-in-bag"),
        (["bag/data", "--to", "store"], "lies in the bag"),
        (["pipe", "--to", "store"], "neither a folder nor a file"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: str
) -> None:
    source(TREE)
    source({"f": ""}, "a")
    source({"below": Folder()}, "empty")
    source({"bagit.txt": "", "data/f": ""}, "bag")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    outcome = pack(*words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert expected in said(outcome)
    assert "Traceback" not in outcome.err
    assert not [bag for bag in (tmp_path / "store").glob("*") if not bag.name.startswith(".")]
    if words[0] != "empty":
        assert not (tmp_path / "store").exists()


def test_a_bag_can_be_packed_on_purpose(source: MakeSource, tmp_path: Path) -> None:
    bag = source({"bagit.txt": "BagIt-Version: 1.0\n", "data/f": "x"}, "bag")
    outcome = pack(bag, "--to", tmp_path / "store", "--bag-in-bag", "--json")
    assert outcome.code == 0
    assert set(read_tree(Path(outcome.json["bag"]) / "data")) == {b"bagit.txt", b"data/f"}


def test_several_sources_and_single_files(source: MakeSource, tmp_path: Path) -> None:
    first, second = source(TREE), source({"x": "1", "y": "2"}, "Other")
    outcome = pack(first, second / "x", "--to", tmp_path / "store", "--json")
    assert os.path.basename(outcome.json["bag"]) == "Music_and_1_more-2023-11-14"
    packed = set(read_tree(Path(outcome.json["bag"]) / "data"))
    assert packed == {b"Other/x"} | {b"Music/" + name for name in read_tree(first)}


def test_labels_are_written_and_checked_wherever_they_come_from(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    config = tmp_path / "config.toml"
    config.write_text("[bag-info]\nSource-Organization = 'Example Library'\nContact-Name = 'From the file'\n")
    words = ("pack", root, "--to", tmp_path / "store", "--info", "contact-name: Erika Example", "--json")
    outcome = run_here(*words, ARCHIVER_CONFIG=str(config))
    info = (Path(outcome.json["bag"]) / "bag-info.txt").read_text().splitlines()
    assert info[:2] == ["Source-Organization: Example Library", "contact-name: Erika Example"]
    for wrong in ("Payload-Oxum = '1.1'", '"A:B" = "x"', 'Note = " x "'):
        config.write_text(f"[bag-info]\n{wrong}\n")
        refused = run_here(*words, ARCHIVER_CONFIG=str(config))
        assert refused.code == 2, wrong
        assert refused.out == ""


def test_settings_of_the_file_and_the_environment_hold(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    config = tmp_path / "config.toml"
    config.write_text(f"store = '{tmp_path / 'configured'}'\nalgorithms = ['md5']\njobs = 1\n")
    for name in ("configured", "environment"):
        (tmp_path / name).mkdir()
    outcome = run_here("pack", root, "--json", ARCHIVER_CONFIG=str(config))
    assert outcome.json["bag"].startswith(str(tmp_path / "configured"))
    assert outcome.json["algorithms"] == ["md5"]
    environment = {"ARCHIVER_CONFIG": str(config), "ARCHIVER_STORE": str(tmp_path / "environment")}
    outcome = run_here("pack", root, "--json", "--algorithm", "sha256", **environment)
    assert outcome.json["bag"].startswith(str(tmp_path / "environment"))
    assert outcome.json["algorithms"] == ["sha256"]
    config.write_text("jobs = 1\nstor = 'x'\n")
    refused = run_here("pack", root, "--to", tmp_path / "s", ARCHIVER_CONFIG=str(config))
    assert refused.code == 2
    assert f"{config}, line 2, column 1" in said(refused)
    assert "store" in said(refused)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("epoch", ["soon", "1e9", "99999999999999999", "-1", ""])
def test_clock_that_cannot_be_meant(source: MakeSource, tmp_path: Path, epoch: str) -> None:
    outcome = run_here("pack", source(TREE), "--to", tmp_path / "store", SOURCE_DATE_EPOCH=epoch)
    if epoch in {"-1", ""}:
        assert outcome.code == 0
    else:
        assert outcome.code == 2
        assert "SOURCE_DATE_EPOCH" in outcome.err


def test_reading_back_and_archives(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    outcome = pack(root, "--to", tmp_path / "store", "--read-back", "--serialize", "zip", "--json")
    assert outcome.code == 0
    assert outcome.json["bag"].endswith("Music-2023-11-14.zip")
    assert run_here("verify", outcome.json["bag"]).code == 0
    assert [path.name for path in (tmp_path / "store").iterdir() if not path.name.startswith(".")] == [
        "Music-2023-11-14.zip"
    ]


def test_unfinished_packages_are_told(source: MakeSource, tmp_path: Path) -> None:
    area = build_tree(tmp_path / "store" / ".incoming" / "Old-2020-01-01.unfinished", {"bag/data/f": "x"})
    key = {
        "package": "Old-2020-01-01",
        "part": 1,
        "parts": 1,
        "algorithms": ["sha512"],
        "fingerprint": "0" * 64,
        "origin": "0" * 64,
    }
    (area / "staging.json").write_text(json.dumps({"schema": "archiver.staging/2", **key}))
    outcome = pack(source(TREE), "--to", tmp_path / "store")
    assert outcome.code == 0
    assert (
        "Unfinished packages wait in the store's .incoming folder:\n  Old-2020-01-01.unfinished  "
        in outcome.out
    )
    assert (area / "bag" / "data" / "f").exists()


def test_started_as_a_person_would(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    outcome = run_program("pack", root, "--to", tmp_path / "store")
    assert outcome.code == 0
    assert outcome.err == ""
    (bag,) = [path for path in (tmp_path / "store").iterdir() if not path.name.startswith(".")]
    verified = run_program("verify", bag)
    assert (verified.code, verified.err) == (0, "")
    assert "valid. Every file is there" in verified.out
    scanned = run_program("scan", root)
    assert (scanned.code, scanned.err) == (0, "")
    assert "2 albums, 3 audio files" in scanned.out
