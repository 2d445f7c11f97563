"""The forms a package can take: what a recipient's profile asks for, one archive file, a group of bags of a size."""

from __future__ import annotations

import signal
from collections import defaultdict
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package, read_package
from tests.reliability.faults import inject, visible_bags
from tests.running import Outcome, run_here, run_program
from tests.samples import build_tree, flac, read_tree, silence, tree_digest

MOMENT = "1767225600"

UNMET = {
    "btr": ["bag-info.txt: the label Source-Organization is required and has no value. Give Source-Organization a value."],
    "metaarchive": [
        f"bag-info.txt: the label {label} is required and has no value. Give {label} a value."
        for label in ("Source-Organization", "Contact-Name", "Contact-Phone", "Contact-Email")
    ],
    "aptrust": [
        "the profile wants an archive, not a folder. Serialize the bag as application/tar or application/x-tar.",
        "aptrust-info.txt: the label Title is required and has no value. Give Title a value.",
        "aptrust-info.txt: the label Access is required and has no value. Set Access to Consortia, Institution or Restricted.",
        "aptrust-info.txt: the label Storage-Option is required and has no value. Set Storage-Option to Standard,",
    ],
}  # fmt: skip
"""Everything that a run with ``--profile`` alone leaves open, by profile."""

MET: dict[str, tuple[str, ...]] = {
    "btr": ("--info", "Source-Organization: Example Library"),
    "metaarchive": (
        *("--info", "Source-Organization: Example Library", "--info", "Contact-Name: Erika Example"),
        *("--info", "Contact-Phone: +00 000 0000", "--info", "Contact-Email: erika@example.org"),
    ),
    "aptrust": (
        *("--serialize", "tar", "--info", "Title: Example collection", "--info", "Access: Institution"),
        *("--info", "Storage-Option: Standard"),
    ),
}


def pack(source: Path, store: Path, *words: str | Path) -> Outcome:
    """Pack ``source`` as ``bag`` and prove it unchanged."""
    before = tree_digest(source)
    outcome = run_here("pack", source, "--to", store, "--name", "bag", *words, SOURCE_DATE_EPOCH=MOMENT)
    assert tree_digest(source) == before
    return outcome


def nothing_written(store: Path) -> bool:
    """Whether a store holds no more than the lock that a run takes."""
    return {str(path.relative_to(store)) for path in store.rglob("*")} <= {".incoming", ".incoming/lock"}


@pytest.mark.parametrize("profile", UNMET)
def test_an_unmet_profile_is_refused_with_everything_that_must_change(
    collection: Path, tmp_path: Path, profile: str
) -> None:
    dry = ("--dry-run",) if profile == "metaarchive" else ()
    outcome = pack(collection, tmp_path, "--profile", profile, *dry)
    assert outcome.code == 2
    assert outcome.out == ""
    told = " ".join(outcome.err.split())
    assert f"the package would not conform to the profile {profile}:" in told
    assert [point for point in UNMET[profile] if point not in told] == []
    assert outcome.err.count("\n  B9") == len(UNMET[profile]), "a line for each point, and no other point"
    assert "Nothing was written. A label is given with --info 'Label: value'" in told
    assert max(map(len, outcome.err.splitlines())) <= 80
    assert nothing_written(tmp_path)


@pytest.mark.parametrize("profile", MET)
def test_a_package_that_meets_its_profile_is_made_and_verified(
    collection: Path, tmp_path: Path, profile: str
) -> None:
    outcome = pack(collection, tmp_path, "--profile", profile, *MET[profile])
    assert outcome.code == 0, outcome.err
    bag = tmp_path / ("bag.tar" if profile == "aptrust" else "bag")
    verified = run_here("verify", "--profile", profile, bag)
    assert verified.code == 0, verified.out
    assert "Profile: conforms" in verified.out
    other = run_here("verify", "--profile", "btr" if profile == "aptrust" else "aptrust", bag)
    assert other.code == 4
    assert "Profile: does NOT conform" in other.out


PROFILE = """{
  "BagIt-Profile-Info": {"BagIt-Profile-Identifier": "https://example.org/profile.json",
    "Source-Organization": "Example", "External-Description": "x", "Version": "1",
    "BagIt-Profile-Version": "1.4.0"},
  "Bag-Info": {"Source-Organization": {"required": true, "values": ["Example Library"]}},
  "Manifests-Required": ["md5"], "Tag-Manifests-Required": ["md5"], "Allow-Fetch.txt": false,
  "Serialization": "forbidden", "Accept-BagIt-Version": ["1.0"]
}"""


def test_a_profile_in_a_file_is_met_or_refused_alike(collection: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(PROFILE)
    words = ("--profile", profile, "--info", "Source-Organization: Another")
    refused = pack(collection, tmp_path / "store", *words, "--serialize", "zip")
    told = " ".join(refused.err.split())
    assert refused.code == 2
    assert "the profile wants a folder, not a zip archive. Keep the bag a folder." in told
    assert "Set Source-Organization to Example Library." in told
    assert nothing_written(tmp_path / "store")
    outcome = pack(
        collection, tmp_path / "store", "--profile", profile, "--info", "Source-Organization: Example Library"
    )
    assert outcome.code == 0, outcome.err
    package = read_package(tmp_path / "store" / "bag", outcome)
    assert package.info["BagIt-Profile-Identifier"] == "https://example.org/profile.json"
    assert (package.bag / "manifest-md5.txt").is_file(), "what the profile requires is computed unasked"
    assert run_here("verify", "--profile", profile, package.bag).code == 0


def test_a_profile_that_cannot_be_read_is_refused(collection: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for name in ("nope", broken, tmp_path):
        outcome = pack(collection, tmp_path / "store", "--profile", name)
        assert outcome.code == 2
        assert str(name) in " ".join(outcome.err.split())
        assert "Traceback" not in outcome.err
        assert not (tmp_path / "store").exists()


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
        assert [path.name for path in (tmp_path / number).iterdir() if path.name != ".incoming"] == [
            f"bag.{kind}"
        ]
        archives.append((tmp_path / number / f"bag.{kind}").read_bytes())
    assert archives[0] == archives[1]
    assert run_here("verify", tmp_path / "one" / f"bag.{kind}").code == 0


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
    outcome = pack(collection, tmp_path, "--max-size", "60kB")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path, outcome)
    assert len(packages) > 3
    albums: dict[str, set[int]] = defaultdict(set)
    packed: dict[bytes, bytes] = {}
    for number, package in enumerate(packages):
        tree = read_tree(package.bag / "data")
        assert sum(map(len, tree.values())) <= 60_000
        assert not packed.keys() & tree.keys()
        packed |= tree
        for path in package.payload:
            albums["/".join(path.split("/")[:2])].add(number)
    assert packed == read_tree(collection)
    assert {
        album for album, bags in albums.items() if len(bags) > 1 and not album.startswith("Unsorted")
    } == set()
    assert "was cut" not in outcome.out


def test_an_album_larger_than_a_bag_is_cut_and_named(tmp_path: Path) -> None:
    track = flac(title="Long", audio=silence(2.0))
    tree = {f"Box Set/Disc {disc}/{number:02}.flac": track for disc in (1, 2) for number in range(6)}
    source = build_tree(tmp_path / "Music", {**tree, "Short/01.flac": flac(album="Short")})
    limit = len(track) * 5
    outcome = pack(source, tmp_path / "store", "--max-size", f"{limit}B")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    assert all(sum(map(len, read_tree(package.bag / "data").values())) <= limit for package in packages)
    told = " ".join(outcome.out.split())
    assert "the album Box Set" in told
    assert "alone is larger than a bag may be and was cut." in told
    assert "Short" not in told.partition("Seen ")[0]


def test_a_file_larger_than_a_bag_gets_a_bag_of_its_own_and_is_named(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music", {"a/small.txt": "x", "b/large.bin": b"y" * 5_000, "c/small.txt": "z"}
    )
    outcome = pack(source, tmp_path / "store", "--max-size", "1kB")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    (alone,) = (package for package in packages if "b/large.bin" in package.payload)
    assert alone.payload == {"b/large.bin"}
    assert f"{alone.bag.name} is larger than asked for, because its one file is." in outcome.out


def test_no_bag_of_a_group_is_made_of_withheld_files_alone(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "30kB", "--policy", "public", "--rights", declared)
    assert outcome.code == 3, outcome.err
    packages = group(tmp_path, outcome)
    assert all(package.payload for package in packages)
    withheld = [row["source_path"] for package in packages for row in package.rights["withheld"]]
    assert len(withheld) == len(set(withheld)) == 42


def test_a_group_of_archives_is_made_and_verified(collection: Path, tmp_path: Path) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "200kB", "--serialize", "zip")
    assert outcome.code == 0, outcome.err
    made = sorted(path for path in tmp_path.iterdir() if path.name != ".incoming")
    assert [path.name for path in made] == [f"bag_{number}_of_3.zip" for number in (1, 2, 3)]
    assert run_here("verify", *made).code == 0


def test_a_group_that_was_interrupted_is_finished_as_the_same_group(collection: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    words = ("pack", collection, "--to", store, "--name", "bag", "--max-size", "60kB", "-j1")
    before = tree_digest(collection)
    # 46 files are synced one by one, so that this falls among those of the later bags
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
