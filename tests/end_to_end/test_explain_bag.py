"""``explain`` says of a bag, and of a file in one, what was recorded when it was packed; the payload is not read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.bags import Package
from tests.running import Outcome, run_here
from tests.samples import File, build_tree, flac, tree_digest

MOMENT = "1767225600"
"""2026-01-01."""
LATER = "1798761600"
"""2027-01-01."""
RECORDS = ("metadata/files.jsonl", "metadata/rights/rights.jsonl")
PLAIN = "data/Example Artist/Morning Scales (2004)/01 Going Up.flac"
LOCKED = "data/Bought/Locked Away/01 Locked Away.m4p"
DECISION_KEYS = {
    *("files", "example", "evidence", "declarations", "layers", "acts", "machine_use", "basis", "policy"),
    *("disposition", "restricted_until", "reasons"),
}


def explain(*words: str | Path, moment: str = LATER) -> Outcome:
    return run_here("explain", *words, SOURCE_DATE_EPOCH=moment)


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def donation(packages: Mapping[str, Package]) -> Path:
    return packages["donation"].bag


@pytest.fixture
def copied(donation: Path, tmp_path: Path) -> Path:
    """A copy of the bag that may be damaged."""
    return shutil.copytree(donation, tmp_path / "bag")


def decided(bag: Path) -> list[dict[str, Any]]:
    """The lines about files on which there is a decision."""
    lines = (bag / RECORDS[0]).read_text("utf-8").splitlines()[1:]
    return [record for record in map(json.loads, lines) if "decision" in record]


GOLDEN = """\
{bag}
A bag; what was decided on 2026-01-01 under the policy 'donation', as it was
recorded. Whether the records are unchanged: archiver verify
{bag}

46 files in it, 1 withheld

19 files: restrict, such as
  data/Demo Trio/Packed Light/01 Small Suitcase.wv
  donation: restrict. 'preserve' is unknown: restrict under 'donation'.
  basis: unknown
  preserve, access, transfer, publish, bulk analysis (mine): unknown. No
      declaration speaks of the act: unknown, never suspicion.
  copyright: not evaluated; no date is declared
  evidence: isrc in 1

16 files: restrict, such as
  data/Example Artist/Morning Scales (2004)/01 Going Up.flac
  donation: restrict. 'transfer' is unknown: restrict under 'donation'.
  basis: carrier
  discs: carrier, by Max Muster (owner) on 2024-03-01
  preserve: allow. discs allows 'preserve', said of the folder or album.
  access: allow. discs allows 'access', said of the folder or album.
  transfer, publish, bulk analysis (mine): unknown. No declaration speaks of
      the act: unknown, never suspicion.
  copyright: not evaluated; no date is declared
  evidence: accuraterip in 3, copyright-line in 3, isrc in 3, rip-log in 3,
      rip-log-checksum in 3
"""


def test_a_bag_is_told_by_what_was_decided_alike(donation: Path) -> None:
    before = tree_digest(donation)
    outcome = explain(donation)
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith(GOLDEN.format(bag=donation))
    assert outcome.out.endswith("\nUnknown is never taken for allowed. This is not legal advice.\n")
    assert "1 file: exclude\n  Bought/Locked Away/01 Locked Away.m4p\n" in outcome.out
    assert max(len(line) for line in outcome.out.splitlines() if str(donation) not in line) <= 105
    assert tree_digest(donation) == before, "nothing is changed, and nothing is written"


def test_every_decision_is_counted_once(packages: Mapping[str, Package]) -> None:
    for name, package in packages.items():
        outcome = explain(package.bag, "--json")
        assert list(outcome.json) == ["schema", "on", "files", "bags"]
        assert (outcome.json["schema"], outcome.json["files"]) == ("archiver.explain/1", [])
        (bag,) = outcome.json["bags"]
        records = decided(package.bag)
        assert bag["packed"] == sum("path" in record for record in records)
        assert bag["packed"] + bag["withheld"] == len(records)
        assert (bag["policy"], bag["on"]) == ("personal" if name == "undeclared" else name, "2026-01-01")
        assert sum(group["files"] for group in bag["decisions"]) == len(records)
        for disposition in ("include", "restrict", "exclude", "review"):
            counted = [one["files"] for one in bag["decisions"] if one["disposition"] == disposition]
            assert sum(counted) == sum(record["disposition"] == disposition for record in records)
        kinds: dict[str, int] = {}
        for record in records:
            for code in {found["code"] for found in record.get("evidence", [])}:
                kinds[code] = kinds.get(code, 0) + 1
        told: dict[str, int] = {}
        for group in bag["decisions"]:
            assert group.keys() == DECISION_KEYS
            for code, files in group["evidence"].items():
                told[code] = told.get(code, 0) + files
        assert told == kinds
        assert (bag["unnamed"], bag["more"]) == ([], {})


def test_an_archive_tells_the_same_as_a_folder(collection: Path, declared: Path, tmp_path: Path) -> None:
    told = []
    for kind in ("tar", "zip"):
        words = ("--rights", declared, "--policy", "donation", "--serialize", kind, "--name", "bag")
        run_here("pack", collection, "--all", "--to", tmp_path / kind, *words, SOURCE_DATE_EPOCH=MOMENT)
        (bag,) = explain(tmp_path / kind / f"bag.{kind}", "--json").json["bags"]
        told.append(bag | {"bag": ""})
    assert told[0] == told[1]
    assert sum(group["files"] for group in told[0]["decisions"]) == told[0]["packed"] + told[0]["withheld"]


def test_withheld_files_without_names_are_counted(planted_source: Path, tmp_path: Path) -> None:
    words = ("--name", "quiet", "--policy", "public", "--anonymous-withheld")
    run_here("pack", planted_source, "--all", "--to", tmp_path, *words, SOURCE_DATE_EPOCH=MOMENT)
    outcome = explain(tmp_path / "quiet")
    (bag,) = explain(tmp_path / "quiet", "--json").json["bags"]
    held = sum(one["files"] for one in bag["unnamed"])
    assert bag["withheld"] == held > 0
    assert f"{held} withheld files whose names were left out on purpose" in outcome.out
    names = [path.name for path in planted_source.rglob("*.*")]
    packed = {path.name for path in (tmp_path / "quiet").rglob("*")}
    assert not [name for name in names if name not in packed and f"/{name}\n" in outcome.out]


def test_a_file_in_a_bag_is_told_from_the_record(copied: Path) -> None:
    (copied / PLAIN).write_bytes(b"not what was packed")
    outcome = explain(copied / PLAIN)
    assert outcome.code == 0
    told = plain(outcome.out)
    assert "audio, FLAC (Free Lossless Audio Codec) 1.2.1 (fmt/279)" in told
    assert f"As recorded in {copied} on 2026-01-01; its bytes were not read." in told
    assert f"Whether the records are unchanged: archiver verify {copied}" in told
    assert "copyright-line: 2004 Invented Records (strong, at COPYRIGHT@246)" in told
    assert "discs: carrier, by Max Muster (owner) on 2024-03-01" in told
    assert "What may be done with it, as decided on 2026-01-01 preserve: allow." in told
    assert "donation: restrict. 'transfer' is unknown: restrict under 'donation'." in told
    assert "today's rules" not in told
    (record,) = explain(copied / PLAIN, "--json").json["files"]
    assert record["recorded"] == {"bag": str(copied), "on": "2026-01-01", "packed": True}
    assert (record["disposition"], record["policy"], record["policies"]) == ("restrict", "donation", {})


def test_a_lost_file_and_a_withheld_one_are_told_from_the_record(copied: Path) -> None:
    (copied / PLAIN).unlink()
    outcome = explain(copied / PLAIN, copied / LOCKED)
    assert outcome.code == 0
    told = plain(outcome.out)
    assert "fmt/279); the music is intact As recorded" in told
    assert "; not in the bag As recorded" in told
    assert "donation: exclude. The file is protected (Apple FairPlay): exclude under 'donation'." in told


def test_todays_rules_are_asked_of_what_is_recorded(copied: Path) -> None:
    (copied / PLAIN).write_bytes(b"not what was packed")
    words = (copied / PLAIN, "--policy", "public", "--on", "2030-05-01")
    told = explain(*words).out
    asked = told.partition("What today's rules make of what is recorded, on 2030-05-01\n")[2]
    assert asked.startswith("  public: exclude. 'publish' is unknown: exclude under 'public'.\n")
    assert "  donation: restrict. 'transfer' is unknown: restrict under 'donation'.\n" in told
    (record,) = explain(*words, "--json").json["files"]
    assert record["policy"] == "donation", "what was decided stays what it was"
    assert {name: one["disposition"] for name, one in record["policies"].items()} == {
        "public": "exclude",
        "personal": "include",
        "donation": "restrict",
    }


def test_a_file_of_a_named_source_is_a_file_like_any_other(copied: Path, declared: Path) -> None:
    words = ("--source", copied / "data", "--rights", declared, "--json")
    (record,) = explain(copied / PLAIN, *words).json["files"]
    assert "recorded" not in record
    assert record["suggestions"]


def test_files_and_bags_stand_side_by_side(collection: Path, donation: Path) -> None:
    outside = collection / PLAIN.removeprefix("data/")
    outcome = explain(outside, donation, donation / PLAIN, outside, "--json")
    assert outcome.code == 0
    assert [one["path"] for one in outcome.json["files"]] == [
        *(str(outside), str(donation / PLAIN), str(outside))
    ]
    assert [one["bag"] for one in outcome.json["bags"]] == [str(donation)]


def test_another_policy_is_not_asked_of_a_whole_bag(donation: Path) -> None:
    for words in (("--policy", "public"), ("--on", "2030-01-01")):
        outcome = explain(donation, *words)
        assert outcome.code == 2
        assert outcome.out == ""
        assert f"of the bag {donation} as a whole it can be told only what was recorded" in plain(outcome.err)


def test_a_bag_without_records_is_named_and_the_others_are_told(donation: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    build_tree(foreign, {"bagit.txt": "BagIt-Version: 1.0\n", "data/one.flac": flac(title="One")})
    outcome = explain(foreign, donation)
    assert outcome.code == 3
    assert "has no record of rights. Only bags that this program packed have one." in plain(outcome.out)
    assert "46 files in it" in outcome.out
    bags = explain(foreign, donation, "--json").json["bags"]
    assert [bag.keys() == {"bag", "fault"} for bag in bags] == [True, False]
    one = explain(foreign / "data/one.flac")
    assert one.code == 0
    assert "What follows under each policy" in one.out, "its bytes are all that can be asked"


DAMAGE: Mapping[str, Callable[[bytes], bytes]] = {
    "cut": lambda whole: whole[: len(whole) // 2],
    "binary": lambda _: b"\0\xff" * 9,
    "empty": lambda _: b"",
    "no declarations": lambda whole: b"".join(
        line for line in whole.splitlines(keepends=True) if b'"kind":"declaration"' not in line
    ),
}


@pytest.mark.parametrize("how", ["cut", "binary", "empty"])
@pytest.mark.parametrize("path", RECORDS)
def test_damaged_records_are_told(copied: Path, donation: Path, path: str, how: str) -> None:
    whole = (copied / path).read_bytes()
    (copied / path).write_bytes(DAMAGE[how](whole))
    for named in (copied, copied / PLAIN):
        outcome = explain(named, donation)
        assert outcome.code == 4
        assert f"the record of rights in {copied} is not as this program writes it." in plain(outcome.out)
        assert f"archiver verify {copied}" in plain(outcome.out)
        assert "46 files in it" in outcome.out
        assert "Traceback" not in outcome.out + outcome.err
    (record,) = explain(copied / PLAIN, "--json").json["files"]
    assert record.keys() == {"path", "fault"}


def test_a_declaration_that_is_gone_is_damage_where_one_file_rests_on_it(copied: Path) -> None:
    path = copied / RECORDS[1]
    path.write_bytes(DAMAGE["no declarations"](path.read_bytes()))
    outcome = explain(copied / PLAIN)
    assert outcome.code == 4
    assert "lacks a declaration that a decision names: discs" in plain(outcome.out)


def test_what_the_records_do_not_speak_of_is_told(copied: Path) -> None:
    (copied / "data/new.flac").write_bytes(flac(title="New"))
    outcome = explain(copied / "data/new.flac", copied / PLAIN, copied / "data/nowhere.flac")
    assert outcome.code == 3
    assert plain(outcome.out).count("the records of the bag say nothing of it.") == 2
    assert "discs: carrier" in outcome.out


def test_a_file_that_a_problem_kept_out_is_told_with_it(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"one.flac": flac(title="One"), "gone.flac": flac(title="Gone")})
    (source / "gone.flac").unlink()
    (source / "gone.flac").symlink_to("nowhere")
    run_here("pack", source, "--all", "--to", tmp_path / "store", "--name", "bag", SOURCE_DATE_EPOCH=MOMENT)
    bag = tmp_path / "store/bag"
    outcome = explain(bag / "data/gone.flac")
    assert outcome.code == 3
    assert "data/gone.flac: a symbolic link to nowhere, where nothing is" in plain(outcome.out)


def test_an_archive_that_holds_no_bag_is_a_file(tmp_path: Path) -> None:
    tree = build_tree(tmp_path / "tree", {"Album/one.flac": flac(title="One")})
    for kind in ("zip", "tar"):
        shutil.make_archive(str(tmp_path / "files"), kind, tree)
        outcome = explain(tmp_path / f"files.{kind}")
        assert outcome.code == 0, outcome.out
        assert "What follows under each policy" in outcome.out


def test_an_archive_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "bag.zip").write_bytes(b"PK\x03\x04 and no more")
    outcome = explain(tmp_path / "bag.zip")
    assert outcome.code == 3
    assert f"the record of rights in {tmp_path / 'bag.zip'} cannot be read" in plain(outcome.out)


def test_the_nearest_bag_with_records_tells(collection: Path, donation: Path, tmp_path: Path) -> None:
    """A bag of another program that was packed into one of this program."""
    source = build_tree(
        tmp_path / "Music",
        {
            "Foreign/bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "Foreign/data/one.flac": flac(title="One"),
            "two.flac": File(flac(title="Two")),
        },
    )
    run_here("pack", source, "--all", "--to", tmp_path / "store", "--name", "bag", SOURCE_DATE_EPOCH=MOMENT)
    bag = tmp_path / "store/bag"
    (record,) = explain(bag / "data/Foreign/data/one.flac", "--json").json["files"]
    assert record["recorded"]["bag"] == os.path.realpath(bag)
    assert record["source_path"] == "Foreign/data/one.flac"


FREE = {
    *(
        "name",
        "puid",
        "by",
        "document",
        "text",
        "message",
        "value",
        "locator",
        "scheme",
        "declared_by",
        "signal",
    ),
    *("jurisdiction", "license", "note", "citation", "title", "signature_version"),
}
"""Keys under which the records hold whatever somebody wrote."""
STEERING = "\x1b[2J\u202e\x07 and more"


def steered(value: Any, key: str = "") -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return {name: steered(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return [steered(member, key) for member in value]
    return STEERING + value if isinstance(value, str) and key in FREE else value


def rewritten(bag: Path, change: Callable[[Any], Any]) -> None:
    for path in RECORDS:
        lines = (bag / path).read_text("utf-8").splitlines()
        (bag / path).write_text("\n".join(json.dumps(change(json.loads(line))) for line in lines) + "\n")


def test_nothing_in_a_record_can_steer_the_screen(copied: Path) -> None:
    rewritten(copied, steered)
    paths = [copied / record["path"] for record in decided(copied) if "path" in record]
    for words in ((copied,), (*paths, "--on", "2030-01-01")):
        outcome = explain(*words)
        assert outcome.code == 0, outcome.out[-500:] + outcome.err
        assert "and more" in outcome.out
        assert not {one for one in outcome.out if one != "\n" and not one.isprintable()}


def test_what_is_told_of_one_file_is_bounded_whatever_a_record_holds(copied: Path) -> None:
    rewritten(copied, lambda record: steered(record) if "path" not in record else record)
    path = copied / RECORDS[0]
    header, line, *_ = path.read_text("utf-8").splitlines()
    record = json.loads(line)
    record["format"] = {"name": "x" * 1_000_000}
    record["evidence"] = [
        {"code": "y" * 1000 + str(number), "locator": "l" * 1000, "value": "v" * 1000, "strength": "strong"}
        for number in range(500)
    ]
    path.write_text(f"{header}\n{json.dumps(record)}\n")
    for words in ((copied,), (copied / record["path"],)):
        outcome = explain(*words)
        assert outcome.code == 0
        assert len(outcome.out) < 30_000


def test_a_code_of_another_version_is_told(copied: Path) -> None:
    problem = {"code": "X999", "severity": "error", "message": "something new"}
    rewritten(
        copied, lambda record: record | {"problems": [problem]} if record.get("path") == PLAIN else record
    )
    assert explain(copied).code == 0
    assert explain(copied / PLAIN).code == 0
    outcome = explain(copied / PLAIN, "--json")
    assert outcome.json["files"][0]["problems"] == [problem | {"severity": "warning"}]
