"""What a recipient's profile asks for: refused before copying with what to type, or met, and verified."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.bags import read_package
from tests.end_to_end.packing import nothing_written, pack
from tests.running import Outcome, run_here
from tests.samples import Folder, build_tree, flac

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


@pytest.mark.parametrize("grouped", [(), ("--max-size", "380kB")])
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
    made = [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert len(made) == (4 if grouped else 1)
    verified = run_here("verify", "--profile", profile, *made)
    assert verified.code == 0, verified.out


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
    assert "Nothing was written. Mend these, then pack again." in told
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
    outcome = run_here(
        "pack", source, "--all", "--to", tmp_path / "store", "--profile", "btr", "--max-size", "2GB"
    )
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
        ({"Tag-Files-Allowed": ["x"]}, "metadata/rights.csv is not allowed. This program writes it"),
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


def test_a_checksum_that_is_allowed_is_suggested_for_one_that_is_not(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"a.txt": "a"})
    profile = made_with(tmp_path, **{**NO_MANIFESTS, "Manifests-Allowed": ["SHA-256"]})
    refused = pack(source, tmp_path / "store", "--profile", profile, "--algorithm", "sha1")
    assert typed(refused) == ["--algorithm", "sha256"]
    assert "Use sha256 instead of sha1." in " ".join(refused.err.split())


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
    refused = pack(source, tmp_path / "store", *words, "--max-size", "120kB")
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
