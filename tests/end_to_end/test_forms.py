"""The forms a package can take: what a recipient's profile asks for, one archive file, a group of bags of a size."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package, read_package
from tests.reliability.faults import inject, visible_bags
from tests.running import Outcome, run_here, run_program
from tests.samples import Entry, Folder, build_tree, flac, read_tree, silence, tree_digest

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


def typed(outcome: Outcome) -> list[str]:
    """The words that a shell makes of the options which a refusal says to type."""
    block = outcome.err.partition("What to type, with your own words for the dots:\n")[2]
    lines = itertools.takewhile(lambda line: line.startswith("    "), block.splitlines())
    shell = subprocess.run(
        ["/bin/sh", "-c", "printf '%s\\0' " + "\n".join(lines)], capture_output=True, check=True, text=True
    )
    return shell.stdout.split("\0")[:-1]


WORDS = {"Access": "Restricted", "Storage-Option": "Glacier-Deep-OH"}
"""What a person may put for the dots where a profile leaves a choice."""
OWN = 'Erika\'s; 100% $own "words"'


def filled_in(word: str) -> str:
    label, _, dots = word.partition(": ")
    return f"{label}: {WORDS.get(label, OWN)}" if dots == "..." else word


@pytest.mark.parametrize("grouped", [(), ("--max-size", "400kB")])
@pytest.mark.parametrize("profile", MET)
def test_whoever_types_what_a_refusal_says_gets_what_the_recipient_accepts(
    collection: Path, tmp_path: Path, profile: str, grouped: tuple[str, ...]
) -> None:
    refused = pack(collection, tmp_path, "--profile", profile, *grouped)
    untouched = pack(collection, tmp_path, "--profile", profile, *grouped, *typed(refused))
    assert untouched.code == 2, "dots are nobody's words"
    assert nothing_written(tmp_path)
    words = map(filled_in, typed(refused))
    outcome = pack(collection, tmp_path, "--profile", profile, *grouped, *words)
    assert outcome.code == 0, outcome.err
    made = [path for path in tmp_path.iterdir() if path.name != ".incoming"]
    assert len(made) == (4 if grouped else 1)
    verified = run_here("verify", "--profile", profile, *made)
    assert verified.code == 0, verified.out


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
    assert len(typed(outcome)) == 2 * len(UNMET[profile]), "an option and its value for each point"
    assert "Nothing was written. Mend these and run the command again." in told
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


def test_a_package_is_refused_before_its_files_are_read(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"Album/01.flac": flac()})
    with (source / "Album" / "01.flac").open("r+b") as stream:
        stream.truncate(1 << 42)  # hours of hashing
    before = (source / "Album" / "01.flac").stat()
    outcome = run_here("pack", source, "--to", tmp_path / "store", "--profile", "btr", "--max-size", "2GB")
    assert outcome.code == 2
    assert "Source-Organization is required" in " ".join(outcome.err.split())
    after = (source / "Album" / "01.flac").stat()
    assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)
    assert nothing_written(tmp_path / "store")


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
    assert "the profile wants a folder, not a zip archive. Leave out --serialize." in told
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


def made_with(tmp_path: Path, **keys: object) -> Path:
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps({**json.loads(PROFILE), "Bag-Info": {}, **keys}))
    return profile


def test_labels_that_the_program_fills_in_count_before_they_are_written(
    collection: Path, tmp_path: Path
) -> None:
    labels = (
        "Rights-Policy",
        "Rights-Summary",
        "Rights-Assessed-On",
        "AI-Usage",
        "Personal-Data",
        "Bag-Size",
    )
    rules = {label: {"required": True, "repeatable": False} for label in labels}
    profile = made_with(tmp_path, **{"Bag-Info": {**rules, "Rights-Policy": {"values": ["personal"]}}})
    outcome = pack(collection, tmp_path / "store", "--profile", profile)
    assert outcome.code == 0, outcome.err
    assert run_here("verify", "--profile", profile, tmp_path / "store" / "bag").code == 0


def test_a_label_goes_into_every_tag_file_that_has_it(collection: Path, tmp_path: Path) -> None:
    rule = {"Title": {"required": True}}
    profile = made_with(tmp_path, **{"Bag-Info": rule, "Other-Info": [{"A-Info": rule}, {"b": rule}]})
    refused = pack(collection, tmp_path / "store", "--profile", profile)
    assert typed(refused) == ["--info", "Title: ..."]
    outcome = pack(collection, tmp_path / "store", "--profile", profile, "--info", "title: Songs")
    assert outcome.code == 0, outcome.err
    bag = tmp_path / "store" / "bag"
    for name in ("bag-info.txt", "a-info.txt", "b.txt"):
        assert b"title: Songs\n" in (bag / name).read_bytes()
    assert run_here("verify", "--profile", profile, bag).code == 0


def test_a_bag_may_name_another_profile_too(collection: Path, tmp_path: Path) -> None:
    words = ("--info", "BagIt-Profile-Identifier: https://example.org/other.json")
    outcome = pack(collection, tmp_path, "--profile", "btr", *MET["btr"], *words)
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "bag" / "bag-info.txt").read_text().count("BagIt-Profile-Identifier: ") == 2


NO_MANIFESTS: dict[str, object] = {"Manifests-Required": [], "Tag-Manifests-Required": []}


@pytest.mark.parametrize(
    ("keys", "algorithms"),
    [
        ({"Manifests-Allowed": ["md5", "sha256"]}, {"sha256"}),
        ({"Tag-Manifests-Allowed": ["md5"]}, {"md5"}),
        ({"Manifests-Required": ["md5"], "Manifests-Allowed": ["md5", "SHA-256"]}, {"md5", "sha256"}),
        ({"Manifests-Required": ["sha1"]}, {"sha1", "sha512"}),
    ],
)
def test_the_strongest_checksums_that_a_profile_lets_stand_are_made(
    tmp_path: Path, keys: dict[str, object], algorithms: set[str]
) -> None:
    source = build_tree(tmp_path / "Music", {"a.txt": "a"})
    outcome = pack(source, tmp_path / "store", "--profile", made_with(tmp_path, **{**NO_MANIFESTS, **keys}))
    assert outcome.code == 0, outcome.err
    made = {path.name for path in (tmp_path / "store" / "bag").glob("manifest-*.txt")}
    assert made == {f"manifest-{algorithm}.txt" for algorithm in algorithms}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"Manifests-Required": ["whirlpool"]}, "This program does not know whirlpool. Ask the recipient."),
        ({"Manifests-Allowed": ["whirlpool"]}, "not allowed. This program knows none that is."),
        ({"Tag-Files-Allowed": ["x"]}, "metadata/rights/rights.csv is not allowed. This program writes it"),
        ({"Tag-Files-Allowed": ["metadata/[!e]*"]}, "tag file metadata/empty-folders.txt is not allowed."),
        ({"Tag-Files-Required": ["dpn.txt"]}, "dpn.txt is required. This program cannot add it."),
        ({"Bag-Info": {"Bag-Size": {"values": ["1 kB"]}}}, "Bag-Size is computed from the bag."),
        ({"Bag-Info": {"Bag-Count": {"required": True}}}, "Bag-Count is computed from the bag."),
        ({"Fetch.txt-Required": True, "Allow-Fetch.txt": True}, "fetch.txt is required. Ask the recipient"),
        ({"Data-Empty": True}, "the payload must be empty, but has 1 files"),
        (
            {"Serialization": "required", "Accept-Serialization": ["application/gzip"]},
            "This program makes tar and zip archives only.",
        ),
    ],
)
def test_what_no_option_mends_is_said_and_nothing_is_suggested(
    tmp_path: Path, keys: dict[str, object], told: str
) -> None:
    source = build_tree(tmp_path / "Music", {"a.txt": "a", "empty": Folder()})
    outcome = pack(source, tmp_path / "store", "--profile", made_with(tmp_path, **{**NO_MANIFESTS, **keys}))
    assert outcome.code == 2
    assert told in " ".join(outcome.err.split())
    assert "What to type" not in outcome.err
    assert nothing_written(tmp_path / "store")


def test_what_stands_instead_is_suggested(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"a.txt": "a"})
    zipped = {"Serialization": "required", "Accept-Serialization": ["application/zip"]}
    profile = made_with(tmp_path, **zipped, **{"Manifests-Allowed": ["md5", "sha256"]})
    words = ("--profile", profile, "--algorithm", "sha1", "--algorithm", "sha256", "--serialize", "tar")
    refused = pack(source, tmp_path / "store", *words)
    assert typed(refused) == ["--serialize", "zip", "--algorithm", "sha256", "--algorithm", "md5"]


def test_of_very_many_files_that_are_not_allowed_the_first_are_told(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {f"{number:04}.txt": "x" for number in range(1_500)})
    profile = made_with(tmp_path, **{"Payload-Files-Allowed": ["data/*.flac"]})
    refused = pack(source, tmp_path / "store", "--profile", profile)
    assert refused.code == 2
    assert "\n  B954  data/0099.txt is not allowed in the payload. Leave this file out.\n" in refused.err
    assert "\n  B954  and 1,400 more like these.\n" in refused.err
    assert len(refused.err.splitlines()) < 110
    bag = pack(
        source, tmp_path / "store", "--info", "BagIt-Profile-Identifier: https://example.org/profile.json"
    )
    assert bag.code == 0
    verified = run_here("verify", "--profile", profile, tmp_path / "store" / "bag")
    assert verified.code == 4
    assert "B954  data/0009.txt is not allowed in the payload\n" in verified.out
    assert "data/0010.txt" not in verified.out
    assert len(verified.out.splitlines()) < 40


def test_what_the_payload_must_have_every_bag_of_a_group_must_have(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"a/one.txt": "x" * 50_000, "b/two.txt": "y" * 50_000})
    profile = made_with(tmp_path, **{"Payload-Files-Required": ["data/a/one.txt"]})
    words = ("--profile", profile)
    refused = pack(source, tmp_path / "store", *words, "--max-size", "100kB")
    assert refused.code == 2
    told = " ".join(refused.err.split())
    assert "data/a/one.txt is required in the payload. Every bag of a group must have it." in told
    assert nothing_written(tmp_path / "store")
    assert pack(source, tmp_path / "store", *words).code == 0


@pytest.mark.parametrize(
    "name", ["../../evil", "/tmp/evil", "bag-info", "manifest-sha512", "metadata/readme", "metadata\\readme"]
)
def test_no_profile_makes_pack_write_elsewhere(tmp_path: Path, name: str) -> None:
    source = build_tree(tmp_path / "Music", {"a.txt": "a"})
    profile = made_with(tmp_path, **{"Other-Info": [{name: {"Title": {"required": True}}}]})
    outcome = pack(source, tmp_path / "store", "--profile", profile, "--info", "Title: x")
    assert outcome.code == 2
    assert "names no further tag file" in " ".join(outcome.err.split())
    assert not (tmp_path / "store").exists()


def test_a_renamed_archive_is_not_what_aptrust_accepts(collection: Path, tmp_path: Path) -> None:
    assert pack(collection, tmp_path, "--profile", "aptrust", *MET["aptrust"]).code == 0
    renamed = (tmp_path / "bag.tar").rename(tmp_path / "other.tar")
    verified = run_here("verify", "--profile", "aptrust", renamed)
    assert verified.code == 4
    assert "B934  the profile wants an archive that bears the name of the folder in it" in verified.out


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
        f"{LONG}/{LONG}/{number:02}{LONG}.flac": flac(title=LONG * 20, comment='&<"' * 900)
        for number in range(9)
    },
    **{f"ctl/{number:02}{chr(1) * 200}\n%.txt": "x" for number in range(9)},
    **{f"Música {number}/été {'é' * 90}.mp3": b"no audio" for number in range(9)},
    **{f"pictures/{number}.jpg": b"\xff\xd8\xff" + bytes(9_000) for number in range(9)},
}
"""Files that there is much to say of, beside what is in them."""


@pytest.mark.parametrize("form", [(), ("--serialize", "tar"), ("--serialize", "zip")])
def test_no_bag_is_larger_than_asked_for_with_all_that_describes_it(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    source = build_tree(tmp_path / "Music", TALKATIVE)
    words = ("--max-size", "400kB", "--algorithm", "md5", "--algorithm", "sha1", "--algorithm", "sha512")
    outcome = pack(source, tmp_path / "store", *words, *form)
    assert outcome.code == 0, outcome.err
    made = [path for path in (tmp_path / "store").iterdir() if path.name != ".incoming"]
    sizes = list(map(weight, made))
    assert max(sizes) <= 400_000
    assert max(sizes) > 200_000, "the guess is not wide of the mark"
    assert "larger than asked for" not in outcome.out


def test_bags_of_a_declared_collection_keep_to_their_size(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    words = ("--rights", declared, "--policy", "donation", "--max-size", "200kB")
    outcome = pack(collection, tmp_path, *words)
    assert outcome.code == 3, outcome.err
    assert max(weight(package.bag) for package in group(tmp_path, outcome)) <= 200_000


def test_a_size_that_leaves_no_room_for_files_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"a.txt": "a", "rights.toml": DEED, "deed.txt": "d" * 90_000})
    for size in ("100", "24kB", "110kB"):
        outcome = pack(source, tmp_path / "store", "--max-size", size)
        assert outcome.code == 2
        assert "has no room for files: what describes it takes up to 114 kB" in " ".join(outcome.err.split())
        assert not (tmp_path / "store").exists()


def test_an_album_larger_than_a_bag_is_cut_and_named(tmp_path: Path) -> None:
    track = flac(title="Long", audio=silence(2.0))
    tree = {f"Box Set/Disc {disc}/{number:02}.flac": track for disc in (1, 2) for number in range(6)}
    source = build_tree(tmp_path / "Music", {**tree, "Short/01.flac": flac(album="Short")})
    limit = 90_000
    outcome = pack(source, tmp_path / "store", "--max-size", f"{limit}B")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    assert all(weight(package.bag) <= limit for package in packages)
    told = " ".join(outcome.out.split())
    assert (
        "bag_1_of_3 to bag_3_of_3: the album Box Set alone is larger than a bag may be and was cut." in told
    )
    assert told.count("was cut") == 1
    for package in packages:
        records = (package.bag / "metadata" / "events.jsonl", package.bag / "metadata" / "premis.xml")
        for record in records:
            assert "Of the album in data/Box Set a part is in other bags" in record.read_text()
    assert "Short" not in told.partition("Seen ")[0]


def test_what_was_cut_is_in_the_json_report_and_in_that_of_a_dry_run(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music", {f"Long/{number}.flac": flac(title=str(number)) for number in range(8)}
    )
    for words in (("--dry-run",), ()):
        report = pack(source, tmp_path / "store", "--max-size", "90kB", "--json", *words).json
        assert len(report["bags"]) == 2
        assert report["cut"] == [{"album": "Long", "bags": report["bags"]}]
        assert report["oversize"] == []


def test_a_file_larger_than_a_bag_gets_a_bag_of_its_own_and_is_named(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music", {"a/small.txt": "x", "b/large.bin": b"y" * 100_000, "c/small.txt": "z"}
    )
    outcome = pack(source, tmp_path / "store", "--max-size", "60kB")
    assert outcome.code == 0, outcome.err
    packages = group(tmp_path / "store", outcome)
    (alone,) = (package for package in packages if "b/large.bin" in package.payload)
    assert alone.payload == {"b/large.bin"}
    assert f"{alone.bag.name} is larger than asked for, because its one file is." in outcome.out
    for words in ((), ("--dry-run",)):
        report = pack(source, tmp_path / f"json{len(words)}", "--max-size", "60kB", "--json", *words).json
        assert [path.rpartition("/")[2] for path in report["oversize"]] == [alone.bag.name]
        assert report["cut"] == []


def test_no_bag_of_a_group_is_made_of_withheld_files_alone(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "100kB", "--policy", "public", "--rights", declared)
    assert outcome.code == 3, outcome.err
    packages = group(tmp_path, outcome)
    assert all(package.payload for package in packages)
    withheld = [row["source_path"] for package in packages for row in package.rights["withheld"]]
    assert len(withheld) == len(set(withheld)) == 42


def test_a_group_of_archives_is_made_and_verified(collection: Path, tmp_path: Path) -> None:
    outcome = pack(collection, tmp_path, "--max-size", "500kB", "--serialize", "zip")
    assert outcome.code == 0, outcome.err
    made = sorted(path for path in tmp_path.iterdir() if path.name != ".incoming")
    assert [path.name for path in made] == [f"bag_{number}_of_3.zip" for number in (1, 2, 3)]
    assert all(weight(archive) <= 500_000 for archive in made)
    assert run_here("verify", *made).code == 0


def test_the_name_of_a_group_stays_taken_when_a_bag_of_it_has_gone_elsewhere(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {f"{letter}/1.txt": letter * 50_000 for letter in "abc"})
    store = tmp_path / "store"
    assert pack(source, store, "--max-size", "100kB").code == 0
    (store / "bag_1_of_3").rename(tmp_path / "disc")
    before = read_tree(store)
    refused = pack(source, store, "--max-size", "100kB")
    assert refused.code == 2
    assert "store/bag exists already, and a bag is never overwritten" in " ".join(refused.err.split())
    assert read_tree(store) == before
    assert run_here("pack", source, "--to", store, "--max-size", "100kB").code == 0


def test_a_group_that_was_killed_between_its_names_gets_the_others_before_its_name_is_refused(
    tmp_path: Path,
) -> None:
    source = build_tree(tmp_path / "Music", {f"{letter}/1.txt": letter * 50_000 for letter in "abc"})
    store = tmp_path / "store"
    words = ("pack", source, "--to", store, "--name", "bag", "--max-size", "100kB", "-j1")
    fault = inject(tmp_path / "trace", "rename:signal=KILL:when=2")
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
    words = ("pack", collection, "--to", store, "--name", "bag", "--max-size", "250kB", "-j1")
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
