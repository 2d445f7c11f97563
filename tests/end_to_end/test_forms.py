"""The forms a package can take: one archive file, a group of bags of a size."""

from __future__ import annotations

import signal
from collections import defaultdict
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package, read_package
from tests.end_to_end.packing import MOMENT, pack
from tests.reliability.faults import inject, visible_bags
from tests.running import Outcome, run_here, run_program
from tests.samples import Entry, build_tree, flac, read_tree, tree_digest


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_an_archive_is_the_same_byte_for_byte_and_is_verified(
    collection: Path, declared: Path, tmp_path: Path, kind: str
) -> None:
    archives = []
    for number, jobs in (("one", "1"), ("two", "2")):
        outcome = pack(
            collection,
            tmp_path / number,
            "--serialize",
            kind,
            "--rights",
            declared,
            "--policy",
            "donation",
            "-j",
            jobs,
        )
        assert outcome.code == 3, outcome.err
        assert f"  {tmp_path / number / f'bag.{kind}'}\n" in outcome.out
        assert [path.name for path in (tmp_path / number).iterdir() if not path.name.startswith(".")] == [
            f"bag.{kind}"
        ]
        archives.append((tmp_path / number / f"bag.{kind}").read_bytes())
    assert archives[0] == archives[1]
    assert run_here("verify", tmp_path / "one" / f"bag.{kind}").code == 0


def weight(bag: Path) -> int:
    """The bytes of everything in a bag, or of the archive that it is."""
    return sum(path.stat().st_size for path in (bag, *bag.rglob("*")) if path.is_file())


def group(store: Path, outcome: Outcome) -> list[Package]:
    """The bags of a group in their order, each valid, with the labels that a group has."""
    made = sorted(store.glob("bag_*_of_*"), key=lambda bag: int(bag.name.split("_")[1]))
    packages = [read_package(bag, outcome) for bag in made]
    assert run_here("verify", *made).code == 0
    assert {package.info["Bag-Group-Identifier"] for package in packages} == {
        packages[0].info["Bag-Group-Identifier"]
    }
    assert [package.info["Bag-Count"] for package in packages] == [
        f"{number} of {len(packages)}" for number in range(1, len(packages) + 1)
    ]
    assert len({package.info["External-Identifier"] for package in packages}) == len(packages)
    return packages


def test_a_group_keeps_albums_whole_and_holds_everything_once(collection: Path, tmp_path: Path) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "250kB")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path, outcome)
    assert len(packages) > 3
    albums: dict[str, set[int]] = defaultdict(set)
    packed: dict[bytes, bytes] = {}
    for number, package in enumerate(packages):
        tree = read_tree(package.bag / "data")
        assert weight(package.bag) <= 250_000
        assert not packed.keys() & tree.keys()
        packed |= tree
        for path in package.payload:
            albums["/".join(path.split("/")[:2])].add(number)
    assert packed == read_tree(collection)
    assert {
        album for album, bags in albums.items() if len(bags) > 1 and not album.startswith("Unsorted")
    } == set()
    assert "was cut" not in outcome.out


DEED = """version = 1
[[declaration]]
id = "all"
by = "Erika Example"
role = "owner"
date = 2020-01-01
basis = "own"
acts = { preserve = "allow" }
document = "deed.txt"
"""
LONG = "x" * 180
TALKATIVE: dict[str, Entry] = {
    **{
        f"{LONG}/{number:02}{LONG}/{LONG}.flac": flac(title=LONG * 20, comment='&<"' * 900)
        for number in range(9)
    },
    **{f"ctl {number}/{chr(1) * 200}\n%.txt": "x" for number in range(9)},
    **{f"Música {number}/été {'é' * 90}.mp3": b"no audio" for number in range(9)},
    **{f"pictures {number}/1.jpg": b"\xff\xd8\xff" + bytes(9_000) for number in range(9)},
}
"""Files that there is much to say of, beside what is in them; each is an album of its own."""


@pytest.mark.parametrize("form", [(), ("--serialize", "tar"), ("--serialize", "zip")])
def test_no_bag_is_larger_than_asked_for_with_all_that_describes_it(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    source = build_tree(tmp_path / "Music", TALKATIVE)
    words = ("--max-size", "400kB", "--algorithm", "md5", "--algorithm", "sha1", "--algorithm", "sha512")
    outcome = pack(source, tmp_path / "store", *words, *form)
    assert outcome.code == 0, outcome.err
    made = [path for path in (tmp_path / "store").iterdir() if not path.name.startswith(".")]
    sizes = list(map(weight, made))
    assert max(sizes) <= 400_000
    assert max(sizes) > 200_000, "the guess is not wide of the mark"
    assert "larger than asked for" not in outcome.out


def test_bags_of_a_declared_collection_keep_to_their_size(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    words = ("--rights", declared, "--policy", "donation", "--max-size", "400kB")
    outcome = pack(collection, tmp_path, *words)
    assert outcome.code == 3, outcome.err
    assert max(weight(package.bag) for package in group(tmp_path, outcome)) <= 400_000


def test_a_size_too_small_for_descriptions_counts_for_the_files_alone(tmp_path: Path) -> None:
    tree = {f"{album}/{number}.flac": b"z" * 400 for album in "abc" for number in range(4)}
    source = build_tree(tmp_path / "Music", {**tree, "rights.toml": DEED, "deed.txt": "d"})
    outcome = pack(source, tmp_path / "store", "--max-size", "2kB")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    kept = [{path.partition("/")[0] for path in package.payload if "/" in path} for package in packages]
    assert kept == [{"a"}, {"b"}, {"c"}]
    assert all(
        f"{bag.bag.name} is larger than asked for, by what describes its files." in outcome.out
        for bag in packages
    )
    assert "was cut" not in outcome.out


def test_an_album_larger_than_a_bag_is_cut_and_named(tmp_path: Path) -> None:
    track = flac(title="Long") + bytes(20_000)
    tree = {f"Box Set/Disc {disc}/{number:02}.flac": track for disc in (1, 2) for number in range(6)}
    source = build_tree(tmp_path / "Music", {**tree, "Short/01.flac": flac(album="Short")})
    limit = 128_000
    outcome = pack(source, tmp_path / "store", "--max-size", f"{limit}B")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    assert all(weight(package.bag) <= limit for package in packages)
    told = " ".join(outcome.out.split())
    cut = [package.bag.name for package in packages if any("Box Set" in path for path in package.payload)]
    assert len(cut) > 2
    assert f"{cut[0]} to {cut[-1]}: the album Box Set alone is larger than a bag may be and was cut." in told
    assert told.count("was cut") == 1
    for package in packages:
        if package.bag.name not in cut:
            continue
        records = (package.bag / "metadata" / "events.jsonl", package.bag / "metadata" / "premis.xml")
        for record in records:
            assert "Of the album in data/Box Set a part is in other bags" in record.read_text()
    assert "Short" not in told.partition("Seen ")[0]


def test_what_was_cut_is_in_the_json_report_and_in_that_of_a_dry_run(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music",
        {f"Long/{number}.flac": flac(title=str(number)) + bytes(20_000) for number in range(8)},
    )
    for words in (("--dry-run",), ()):
        report = pack(source, tmp_path / "store", "--max-size", "120kB", "--json", *words).json
        assert len(report["bags"]) > 1
        assert report["cut"] == [{"album": "Long", "bags": report["bags"]}]
        assert report["oversize"] == []


def test_a_file_larger_than_a_bag_gets_a_bag_of_its_own_and_is_named(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music", {"a/small.txt": "x", "b/large.bin": b"y" * 100_000, "c/small.txt": "z"}
    )
    outcome = pack(source, tmp_path / "store", "--max-size", "90kB")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    (alone,) = (package for package in packages if "b/large.bin" in package.payload)
    assert alone.payload == {"b/large.bin"}
    assert f"{alone.bag.name} is larger than asked for, because its one file is." in outcome.out
    for words in ((), ("--dry-run",)):
        report = pack(source, tmp_path / f"json{len(words)}", "--max-size", "90kB", "--json", *words).json
        assert [path.rpartition("/")[2] for path in report["oversize"]] == [alone.bag.name]
        assert report["cut"] == []


def test_no_bag_of_a_group_is_made_of_withheld_files_alone(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "20kB", "--policy", "public", "--rights", declared)
    assert outcome.code == 3, outcome.err
    packages = group(tmp_path, outcome)
    assert all(package.payload for package in packages)
    withheld = [row["source_path"] for package in packages for row in package.rights["withheld"]]
    assert len(withheld) == len(set(withheld)) == 43


def test_a_group_of_archives_is_made_and_verified(collection: Path, tmp_path: Path) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "440kB", "--serialize", "zip")
    assert outcome.code == 0, outcome.err
    made = sorted(path for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert [path.name for path in made] == [f"bag_{number}_of_3.zip" for number in (1, 2, 3)]
    assert all(weight(archive) <= 440_000 for archive in made)
    assert run_here("verify", *made).code == 0


def test_the_name_of_a_group_stays_taken_when_a_bag_of_it_has_gone_elsewhere(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {f"{letter}/1.txt": letter * 50_000 for letter in "abc"})
    store = tmp_path / "store"
    assert pack(source, store, "--max-size", "120kB").code == 0
    (store / "bag_1_of_3").rename(tmp_path / "disc")
    before = read_tree(store)
    refused = pack(source, store, "--max-size", "120kB")
    assert refused.code == 2
    assert "store/bag_3_of_3 exists already, and a bag is never overwritten" in " ".join(refused.err.split())
    assert read_tree(store) == before
    assert run_here("pack", source, "--all", "--to", store, "--max-size", "120kB").code == 0


def test_a_group_that_was_killed_between_its_names_gets_the_others_before_its_name_is_refused(
    tmp_path: Path,
) -> None:
    source = build_tree(tmp_path / "Music", {f"{letter}/1.txt": letter * 50_000 for letter in "abc"})
    store = tmp_path / "store"
    words = ("pack", source, "--all", "--to", store, "--name", "bag", "--max-size", "120kB", "-j1")
    # each of three staging areas has been given its key, and the first bag its name
    fault = inject(tmp_path / "trace", "renameat:signal=KILL:when=5")
    killed = run_program(*words, before=fault, SOURCE_DATE_EPOCH=MOMENT)
    assert killed.code == -signal.SIGKILL, killed.err
    assert len(visible_bags(store)) == 1
    again = run_here(*words, SOURCE_DATE_EPOCH=MOMENT)
    assert again.code == 2
    assert again.err.count("Gave its name to a bag that an interrupted run had finished") == 2
    assert [bag.name for bag in sorted(visible_bags(store))] == [f"bag_{number}_of_3" for number in (1, 2, 3)]
    assert run_here("verify", *visible_bags(store)).code == 0
    assert [path.name for path in (store / ".incoming").iterdir()] == ["lock"]


def test_a_group_that_was_interrupted_is_finished_as_the_same_group(collection: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    words = ("pack", collection, "--all", "--to", store, "--name", "bag", "--max-size", "250kB", "-j1")
    before = tree_digest(collection)
    # 47 files are synced one by one, so that this falls among those of the later bags
    killed = run_program(
        *words, before=inject(tmp_path / "trace", "fsync:signal=KILL:when=40"), SOURCE_DATE_EPOCH=MOMENT
    )
    assert killed.code == -signal.SIGKILL, killed.err
    assert visible_bags(store) == []
    assert [path for path in (store / ".incoming").iterdir() if path.name != "lock"]
    again = run_here(*words, SOURCE_DATE_EPOCH=MOMENT)
    assert again.code == 0, again.err
    assert again.out.startswith("Went on with a run that was interrupted.\n")
    packages = group(store, again)
    packed = {name: data for package in packages for name, data in read_tree(package.bag / "data").items()}
    assert packed == read_tree(collection)
    assert [path.name for path in (store / ".incoming").iterdir()] == ["lock"]
    assert tree_digest(collection) == before
