"""``verify`` for people: which track of which album broke, what is intact, what to do; and for programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from archiver.store.area import locked
from archiver.store.staging import Staging, StagingKey
from tests.bagit.bags import build_bag, seal_tags
from tests.end_to_end.bags import Package
from tests.running import Outcome, run_here
from tests.samples import read_tree, tree_digest

ENCORE = "data/Example Artist/Two Evenings/Disc 2/02 Last Encore.flac"
KEYS = {
    *("bag", "valid", "complete", "files", "bytes", "problems"),
    *(
        "depth",
        "version",
        "algorithms",
        "profile",
        "update_pending",
        "signatures",
        "unsigned",
        "albums",
        "intact",
        "recovery_sets",
    ),
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
    assert "46 payload files are as recorded, byte for byte." in told
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
    packed = run_here("pack", collection, "--all", "--to", folder, "--name", "bag", *words)
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
    assert "46 payload files are as recorded, byte for byte." in told


def test_of_an_archive_that_was_cut_off_nothing_unread_is_said_to_be_intact(
    collection: Path, tmp_path: Path
) -> None:
    archive = make_archive(collection, tmp_path, "tar")
    data = archive.read_bytes()
    archive.write_bytes(data[: data.rindex(b"Two Evenings/Disc 2/02") + 600])
    outcome = verify(archive)
    assert outcome.code == 4
    assert "B801" in outcome.out
    assert "Albums affected" in outcome.out
    assert "47 payload files" not in outcome.out
    assert "No other album" not in outcome.out


def test_fast_compares_names_sizes_and_totals_only(bag: Path) -> None:
    flip(bag / ENCORE)
    unread = verify("--fast", bag)
    assert unread.code == 0
    assert "number and size of its files are as recorded" in unread.out
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
    _, found, summary = outcome.out.rpartition("\n4 bags checked: 2 as they should be, 2 not:\n")
    assert found
    assert " ".join(summary.split()) == f"{bag}: NOT VALID. {empty}: this is no bag that can be read."
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
    assert list(value) == ["schema", "bags", "missing", "passed_over", "unfinished"]
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


def test_a_path_that_is_nothing_is_wrong_usage_and_the_others_are_checked(
    packages: Mapping[str, Package], tmp_path: Path
) -> None:
    good, nowhere = packages["public"].bag, tmp_path / "nowhere"
    outcome = verify(nowhere, good)
    assert outcome.code == 2
    assert f"{good}: valid." in " ".join(outcome.out.split())
    assert f"there is nothing at {nowhere}" in " ".join(outcome.err.split())
    told = verify(nowhere, good, "--json")
    assert (told.code, told.json["missing"]) == (2, [str(nowhere)])
    assert [bag["valid"] for bag in told.json["bags"]] == [True]


def test_damage_weighs_more_than_a_path_that_is_nothing(bag: Path, tmp_path: Path) -> None:
    flip(bag / ENCORE)
    outcome = verify(tmp_path / "nowhere", bag)
    assert outcome.code == 4
    assert "nowhere" in outcome.err


@pytest.mark.parametrize("kind", ["nothing", "link", "file in the way"])
def test_where_there_is_nothing_at_all_nothing_is_said_to_be_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "gone"
    if kind == "link":
        path.symlink_to("nowhere")
    if kind == "file in the way":
        path.touch()
        path /= "bag"
    outcome = verify(path)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"there is nothing at {path}" in " ".join(outcome.err.split())


def test_every_bag_of_a_store_is_checked_in_order_and_what_is_none_is_named(
    packages: Mapping[str, Package], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    for name in ("c", "a", "b"):
        shutil.copytree(packages["personal"].bag, store / name)
    shutil.make_archive(str(store / "packed"), "tar", store, "a")
    (store / "packed.tar").rename(store / "a.tar")
    (store / "lost+found").mkdir()
    flip(store / "b" / ENCORE)
    outcome = verify(store)
    assert outcome.code == 4
    verdicts = [line.partition(":")[0] for line in outcome.out.splitlines() if line.startswith(f"{store}/")]
    assert verdicts == [f"{store}/{name}" for name in ("a", "a.tar", "b", "c")]
    told = " ".join(outcome.out.split())
    assert f"4 bags checked: 3 as they should be, 1 not: {store}/b: NOT VALID." in told
    assert told.endswith(f"No bags by their names, and not checked: {store}/lost+found")
    (store / "b" / "bagit.txt").unlink()
    record = verify(store, "--json").json
    assert [bag["valid"] for bag in record["bags"]] == [True, True, False, True]
    assert record["passed_over"] == [f"{store}/lost+found"]
    assert record["unfinished"] == []


def test_what_an_interrupted_run_left_in_a_store_is_passed_over_and_named(bag: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    key = StagingKey("Vinyl", 1, 1, ("sha512",), "0" * 64, "1" * 64)
    staging = Staging(os.fsencode(store), key)
    with locked(os.fsencode(store)):
        staging.open()
    bag.rename(store / "bag")
    outcome = verify(store)
    assert outcome.code == 0
    assert f"{store / 'bag'}: valid." in " ".join(outcome.out.split())
    assert f"  {store}/.incoming/Vinyl.unfinished\n" in outcome.out
    assert verify(store, "--json").json["unfinished"] == [f"{store}/.incoming/Vinyl.unfinished"]


def test_an_album_that_is_gone_is_one_album_with_its_cover_and_discs(bag: Path) -> None:
    shutil.rmtree(bag / "data" / "Example Artist" / "Two Evenings")
    outcome = verify(bag)
    assert "    Two Evenings, in data/Example Artist/Two Evenings: 7 missing\n" in outcome.out
    assert "    No other album is affected.\n" in outcome.out
    assert "    40 payload files are as recorded, byte for byte.\n" in outcome.out
    assert outcome.out.count("is listed in manifest-sha512.txt, but is not there") == 1
    assert verify(bag, "--json").json["bags"][0]["albums"] == [
        {
            "album": "Two Evenings",
            "folder": "data/Example Artist/Two Evenings",
            "files": 7,
            "damaged": 0,
            "unreadable": 0,
            "missing": 7,
        }
    ]


def test_a_file_that_was_added_touches_no_album(bag: Path) -> None:
    (bag / "data" / "Example Artist" / "added later.txt").write_text("x")
    outcome = verify(bag)
    assert outcome.code == 4
    assert "Albums affected" not in outcome.out
    told = " ".join(outcome.out.split())
    assert f"{bag}: NOT VALID. BagIt 1.0" in told, "nothing is missing, so it is not called incomplete"
    assert "    47 payload files are as recorded, byte for byte.\n" in outcome.out


def test_of_very_many_findings_it_is_said_that_not_all_are_listed(tmp_path: Path) -> None:
    lines = "".join(f"{'0' * 128}  data/{number // 2:04}/{number}\n" for number in range(1500))
    bag = build_bag(tmp_path / "bag")
    with (bag / "manifest-sha512.txt").open("a") as manifest:
        manifest.write(lines)
    seal_tags(bag)
    outcome = verify(bag)
    assert "          and 1,490 more; --verbose lists the first 1,000\n" in outcome.out
    assert "    There may be more: not all findings are kept.\n" in outcome.out
    assert "No other album" not in outcome.out
    told = verify(bag, "--verbose").out.splitlines()
    assert len([line for line in told if line.startswith("          data/")]) == 1000
    record = verify(bag, "--json").json["bags"][0]
    assert len([one for one in record["problems"] if one["code"] == "B401" and one["path"]]) == 1000


def test_text_from_tags_is_cut_to_a_readable_length(bag: Path) -> None:
    record = bag / "metadata" / "files.jsonl"
    text = record.read_text("utf-8")
    record.write_text(text.replace('"Last Encore"', f'"{"A" * 2_000_000}"'), "utf-8")
    flip(bag / ENCORE)
    outcome = verify(bag)
    assert 'this is "AAA' in " ".join(outcome.out.split())
    assert len(outcome.out) < 3_000


def test_a_fast_check_says_what_it_did_not_look_at_and_how_to_learn_more(bag: Path) -> None:
    outcome = verify("--fast", bag, bag)
    assert outcome.code == 0
    assert "number and size of its files are as recorded; no file's bytes were" in outcome.out
    assert outcome.out.endswith("\n2 bags checked, but no file's bytes: all as they should be.\n")
    (bag / ENCORE).write_bytes((bag / ENCORE).read_bytes()[:-1])
    told = " ".join(verify("--fast", bag).out.split())
    assert f"To learn which files these are: archiver verify {bag}" in told
    assert "Not known: no file's bytes were checked." in told
    (bag / "bag-info.txt").write_text("Title: x\n")
    told = " ".join(verify("--fast", bag).out.split())
    assert "every name is as recorded; no size was compared" in told
    (bag / ENCORE).rename(bag / "data" / "renamed.flac")
    renamed = verify("--fast", bag)
    assert renamed.code == 4
    assert ENCORE in renamed.out
    assert "data/renamed.flac" in renamed.out


def test_the_bag_is_named_where_a_part_of_it_was_given(bag: Path) -> None:
    outcome = verify(bag / "data")
    assert outcome.code == 4
    assert f"    It lies in a bag. Perhaps you meant:\n      archiver verify {bag}\n" in outcome.out


def test_a_bag_without_its_bagit_txt_is_checked_all_the_same(bag: Path) -> None:
    (bag / "bagit.txt").unlink()
    outcome = verify(bag)
    assert outcome.code == 4
    assert outcome.out.startswith(f"{bag}:")
    assert "NOT VALID, and not complete." in " ".join(outcome.out.split())
    assert "restore bagit.txt" in " ".join(outcome.out.split())
    assert "    47 payload files are as recorded, byte for byte.\n" in outcome.out
