"""``verify`` for people: which track of which album broke, what is intact, what to do; and for programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package
from tests.running import Outcome, run_here
from tests.samples import read_tree, tree_digest

ENCORE = "data/Example Artist/Two Evenings/Disc 2/02 Last Encore.flac"
KEYS = {
    *("bag", "valid", "complete", "files", "bytes", "problems"),
    *("depth", "version", "algorithms", "profile", "update_pending", "albums"),
}
"""The first row is the design's, the second what else a program may want."""


@pytest.fixture
def bag(packages: Mapping[str, Package], tmp_path: Path) -> Path:
    return shutil.copytree(packages["personal"].bag, tmp_path / "bag")


def flip(path: Path, bit: int | None = None) -> None:
    """Turn one bit, in the middle where not said otherwise; the size and the time stay."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    at = len(data) * 4 if bit is None else bit
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def verify(*words: str | Path) -> Outcome:
    """Run the command and prove that it changed nothing it was given."""
    bags = [word for word in words if isinstance(word, Path)]
    before = [tree_digest(bag) for bag in bags if bag.exists()]
    outcome = run_here("verify", *words)
    assert [tree_digest(bag) for bag in bags if bag.exists()] == before
    return outcome


def test_a_flipped_bit_is_named_by_track_and_album_and_the_rest_is_said_to_be_intact(bag: Path) -> None:
    flip(bag / ENCORE)
    outcome = verify(bag)
    told = " ".join(outcome.out.split())
    assert outcome.code == 4
    assert f"{bag}: NOT VALID." in told
    assert f"{ENCORE}: sha512 is " in told
    assert 'this is "Last Encore" by Example Artist on the album "Two Evenings"' in told
    assert "45 of 46 payload files have no fault of their own." in told
    assert "Restore it from another copy of the bag." in told
    assert told.count("this is ") == 1
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.parametrize("where", ["first", "last"])
def test_a_bit_is_found_at_either_end_of_any_kind_of_file(bag: Path, where: str) -> None:
    for name in (
        ENCORE,
        "bag-info.txt",
        "metadata/premis.xml",
        "tagmanifest-sha512.txt",
        "manifest-sha512.txt",
    ):
        path = bag / name
        bit = 0 if where == "first" else path.stat().st_size * 8 - 4
        flip(path, bit)
        outcome = verify(bag, "--json")
        assert outcome.code == 4, name
        told = {problem["path"] for problem in outcome.json["bags"][0]["problems"]}
        assert told & {name, ENCORE} or name.startswith(("manifest", "tagmanifest")), (name, told)
        flip(path, bit)
    assert verify(bag).code == 0


def make_archive(collection: Path, folder: Path, kind: str) -> Path:
    """An archive of this program's, or one of GNU tar's in which every name begins with ``./``."""
    words = () if kind == "./" else ("--serialize", kind)
    packed = run_here("pack", collection, "--to", folder, "--name", "bag", *words)
    assert packed.code == 0, packed.err
    if kind != "./":
        return folder / f"bag.{kind}"
    subprocess.run(["tar", "-cf", "bag.tar", "./bag"], check=True, cwd=folder)
    return folder / "bag.tar"


@pytest.mark.parametrize("kind", ["tar", "zip", "./"])
def test_a_track_in_an_archive_is_named_too(collection: Path, tmp_path: Path, kind: str) -> None:
    archive = make_archive(collection, tmp_path, kind)
    assert verify(archive).code == 0
    data = archive.read_bytes()
    sound = read_tree(collection)[ENCORE.removeprefix("data/").encode()]
    at = data.index(sound) + len(sound) // 2
    flip(archive, at * 8)
    outcome = verify(archive)
    told = " ".join(outcome.out.split())
    assert outcome.code == 4
    assert 'this is "Last Encore" by Example Artist on the album "Two Evenings"' in told
    assert "45 of 46 payload files have no fault of their own." in told


def test_of_an_archive_that_was_cut_off_nothing_unread_is_said_to_be_intact(
    collection: Path, tmp_path: Path
) -> None:
    archive = make_archive(collection, tmp_path, "tar")
    data = archive.read_bytes()
    archive.write_bytes(data[: data.rindex(b"Two Evenings/Disc 2/02") + 600])
    outcome = verify(archive)
    assert outcome.code == 4
    assert "B801" in outcome.out
    assert "Albums touched" in outcome.out
    assert "no fault" not in outcome.out
    assert "No other album" not in outcome.out


def test_fast_compares_names_sizes_and_totals_only(bag: Path) -> None:
    flip(bag / ENCORE)
    unread = verify("--fast", bag)
    assert unread.code == 0
    assert "names, sizes and totals agree; no file's bytes were checked." in " ".join(unread.out.split())
    (bag / ENCORE).write_bytes(b"short")
    assert verify("--fast", bag).code == 4
    record = verify("--fast", bag, "--json").json["bags"][0]
    assert (record["depth"], record["valid"]) == ("fast", False)


def test_complete_checks_that_every_file_is_there_and_no_other(bag: Path) -> None:
    flip(bag / ENCORE)
    outcome = verify("--complete", bag)
    assert outcome.code == 0
    assert "complete. Every file is there; no file's bytes were checked." in " ".join(outcome.out.split())
    (bag / ENCORE).unlink()
    (bag / "data" / "added later.txt").write_text("x")
    outcome = verify("--complete", bag)
    told = " ".join(outcome.out.split())
    assert outcome.code == 4
    assert 'this is "Last Encore"' in told
    assert "data/added later.txt: no payload manifest lists it" in told
    record = verify("--complete", bag, "--json").json["bags"][0]
    assert record["complete"] is False
    assert record["depth"] == "complete"


def test_many_bags_end_in_a_summary(bag: Path, packages: Mapping[str, Package], tmp_path: Path) -> None:
    flip(bag / ENCORE)
    empty = tmp_path / "no bag"
    empty.mkdir()
    outcome = verify(packages["public"].bag, bag, packages["donation"].bag, empty)
    assert outcome.code == 4
    assert outcome.out.endswith("\n4 bags checked: 2 as they should be, 2 not.\n")
    assert f"{packages['donation'].bag}: valid." in outcome.out, (
        "the bags after a damaged one are checked too"
    )
    assert "this is no bag that can be read" in " ".join(outcome.out.split())
    good = verify(packages["public"].bag, packages["donation"].bag)
    assert good.code == 0
    assert good.out.endswith("\n2 bags checked: all as they should be.\n")


def test_json_has_the_keys_of_the_design(bag: Path, packages: Mapping[str, Package]) -> None:
    flip(bag / ENCORE)
    outcome = verify(packages["public"].bag, bag, "--json")
    assert outcome.code == 4
    value = outcome.json
    assert list(value) == ["schema", "bags"]
    assert value["schema"] == "archiver.verify/1"
    assert [record["bag"] for record in value["bags"]] == [str(packages["public"].bag), str(bag)]
    good, bad = value["bags"]
    assert good.keys() == bad.keys() == KEYS
    assert (good["valid"], good["complete"], good["files"], good["problems"]) == (True, True, 4, [])
    assert (bad["valid"], bad["complete"]) == (False, True)
    (problem,) = bad["problems"]
    assert problem.keys() == {"code", "severity", "path", "message", "spec", "track"}
    assert (problem["code"], problem["severity"], problem["path"]) == ("B411", "error", ENCORE)


def test_a_forged_record_of_tracks_is_shown_escaped_and_never_relied_on(bag: Path) -> None:
    """A bag of anybody: its own record may lie about the track and try to steer the terminal."""
    record = bag / "metadata" / "files.jsonl"
    text = record.read_text("utf-8").replace('"Last Encore"', '"\\u001b[2J\\u202e all is well"')
    record.write_text(text + "[" * 100_000 + "\nnull\n{}\n", "utf-8")
    flip(bag / ENCORE)
    outcome = verify(bag)
    assert outcome.code == 4
    assert "\x1b" not in outcome.out
    assert "\u202e" not in outcome.out
    assert "metadata/files.jsonl" in outcome.out


def test_a_path_that_is_nothing_is_reported_and_the_others_are_checked(
    packages: Mapping[str, Package], tmp_path: Path
) -> None:
    outcome = verify(tmp_path / "nowhere", packages["public"].bag)
    assert outcome.code == 4
    assert f"{packages['public'].bag}: valid." in outcome.out
    assert "2 bags checked: 1 as they should be, 1 not." in outcome.out
