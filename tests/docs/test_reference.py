"""The reference pages name what the program has and writes: nothing less, nothing that is not there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archiver import config
from archiver.audio.tags.table import FIELDS
from archiver.errors import ExitStatus
from archiver.records.files import FileRecord
from archiver.signing.timestamp import PROOF
from tests.audio.protection.fixtures import PROTECTED, UNCERTAIN
from tests.docs.blocks import ROOT
from tests.reading_bags import FILE_KEYS, lines_of
from tests.samples import Entry, build_tree, flac, tree_digest

REFERENCE = ROOT / "docs" / "reference"
RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "donor"
date = 2020-01-01
[[declaration]]
id = "closed"
scope = { path = "Album/**" }
basis = "donor"
acts = { preserve = "allow", transfer = "allow", access = "allow" }
document = "deed.txt"
expires = 2030-06-01
"""
TREE: dict[str, Entry] = {
    "Album/01 One.flac": flac(title="One", artist="Example", album="Album"),
    "Album/02 Two.flac": flac(title="Two", artist="Example", album="Album"),
    "Other/03 Three.flac": flac(title="Three", artist="Example", album="Other"),
}


def rows(page: str, heading: str = "") -> list[str]:
    """Return the first cells of the page's table rows, below a heading where one is given."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    if heading:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [row.partition(" | ")[0].removeprefix("| ") for row in text.splitlines() if row.startswith("| `")]


def named(page: str, heading: str = "") -> list[str]:
    return [name for row in rows(page, heading) for name in re.findall(r"`([^`]+)`", row)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a source with declarations, and a store with a bag of it, cut in two, one of them changed."""
    place = tmp_path_factory.mktemp("reference")
    build_tree(place / "Music", TREE)
    (place / "Music" / "empty").mkdir()
    (place / "Music" / "link").symlink_to("nowhere")
    (place / "rights.toml").write_text(RIGHTS)
    (place / "deed.txt").write_text("A deed.\n")
    before = tree_digest(place / "Music")
    packing = ("pack", "Music", "--to", "Store", "--name", "Bag", "--rights", "rights.toml", "--read-back")
    (place / "pack.json").write_text(run(place, *packing, "--max-size", "80kB", "--json"))
    changing = ("bag", "set-info", "Store/Bag_1_of_2", "Contact-Name: Erika Example", "--json")
    (place / "bag.json").write_text(run(place, *changing))
    manifest = (place / "Store" / "Bag_1_of_2" / "tagmanifest-sha512.txt").read_bytes()
    (place / "proof.ots").write_bytes(PROOF + b"\x08" + hashlib.sha256(manifest).digest() + b"\xf0")
    keeping = ("sign", "Store/Bag_1_of_2", "--attach", "proof.ots", "--json")
    (place / "sign.json").write_text(run(place, *keeping))
    yield place
    assert tree_digest(place / "Music") == before


def run(place: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ARCHIVER_CATALOGUE": str(place / "catalogue.sqlite"),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "archiver", *arguments],
        cwd=place,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert ended.returncode in (
        ExitStatus.DONE,
        ExitStatus.STOPPED,
        ExitStatus.INCOMPLETE,
        ExitStatus.DAMAGED,
    ), ended.stderr
    return ended.stdout.decode()


def bags(place: Path) -> list[Path]:
    return sorted(path for path in (place / "Store").iterdir() if path.name.startswith("Bag"))


def keys(value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    """Yield the dotted name of every value that is no object, ``[]`` for the items of lists."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from keys(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for item in value:
            yield from keys(item, f"{path}[]")
    else:
        yield path


def documented(key: str, names: list[str]) -> bool:
    return any(re.fullmatch(re.escape(name).replace(r"\*", r"[^.\[\]]+"), key) for name in names)


_SHOW = "show: `archiver.show-bag/1`, `archiver.show-file/1`, `archiver.show-album/1`"
_CATALOGUE = (
    "catalogue add, update, rebuild: `archiver.catalogue-add/1`, `archiver.catalogue-update/1`,"
    " `archiver.catalogue-rebuild/1`"
)


@pytest.mark.parametrize(
    ("heading", "arguments"),
    [
        ("scan: `archiver.scan/1`", ("scan", "Music")),
        ("pack: `archiver.pack/1`", ("cat", "pack.json")),
        ("verify: `archiver.verify/1`", ("verify", "--profile", "btr", "Store/Bag_1_of_2", "nothing")),
        (
            "explain: `archiver.explain/1`",
            ("explain", "--rights", "rights.toml", "--source", "Music", "Music/Album/01 One.flac"),
        ),
        (
            "explain: `archiver.explain/1`",
            ("explain", "Store/Bag_1_of_2", "nothing", "Store/Bag_1_of_2/data/Music/Album/01 One.flac"),
        ),
        ("rights check: `archiver.rights-check/1`", ("rights", "check", "rights.toml", "--source", "Music")),
        (_CATALOGUE, ("catalogue", "add", "Store")),
        (_CATALOGUE, ("catalogue", "update")),
        (_CATALOGUE, ("catalogue", "rebuild", "Store")),
        ("catalogue check: `archiver.catalogue-check/1`", ("catalogue", "check")),
        (
            "export: `archiver.export/1`",
            ("export", "Store/Bag_1_of_2", "--for", "access", "--to", "Taken", "--redact", "personal"),
        ),
        ("find: `archiver.find/1`", ("find", "size:0..")),
        *(
            (_SHOW, ("show", what))
            for what in ("Bag_1_of_2", "Store/Bag_1_of_2/data/Album/01 One.flac", "Album")
        ),
        *(
            ("list: `archiver.list/1` and one for each kind", ("list", *what))
            for what in ((), ("stores",), ("bags",), ("collections",), ("accessions",), ("albums",))
        ),
        ("status: `archiver.status/1`", ("status",)),
        ("sign: `archiver.sign/1`", ("cat", "sign.json")),
        ("copy: `archiver.copy/1`", ("copy", "Store/Bag_1_of_2", "--to", "Second")),
        ("audit: `archiver.audit/1`", ("audit", "--bytes", "1")),
        ("store mark: `archiver.store-mark/1`", ("store", "mark", "--immutable", "Second")),
        ("catalogue accept: `archiver.catalogue-accept/1`", ("catalogue", "accept", "Store/Bag_1_of_2")),
        ("retire: `archiver.retire/1`", ("retire", "--dry-run", "Store/Bag_1_of_2")),
        ("due: `archiver.due/1`", ("due", "Store", "--until", "2031-01-01")),
        ("report: `archiver.report/1`", ("report", "Store/Bag_1_of_2", "--to", "page.html")),
        ("report: `archiver.report/1`", ("report", "--query", "size:0..", "--to", "found.html")),
        ("receipt: `archiver.receipt/1`", ("receipt", "Store/Bag_1_of_2")),
        ("duplicates: `archiver.duplicates/1`", ("duplicates", "Music", "Store")),
        ("bag add-algorithm, bag set-info: `archiver.bag-update/1`", ("cat", "bag.json")),
    ],
    ids=lambda value: value.partition(":")[0] if isinstance(value, str) else "",
)
def test_the_keys_of_a_json_report_are_documented(
    place: Path, heading: str, arguments: tuple[str, ...]
) -> None:
    made = arguments[0] == "cat"
    report = json.loads((place / arguments[1]).read_text() if made else run(place, *arguments, "--json"))
    names = named("json.md", heading)
    assert names, "the heading is on the page"
    schema = report.pop("schema")
    assert f"`{schema}`" in (
        heading if arguments[0] != "list" else (REFERENCE / "json.md").read_text("utf-8")
    )
    entries = report.pop("entries", [])
    assert all(tuple(entry) == FILE_KEYS for entry in entries), "a record has the keys of files.jsonl"
    found = set(keys(report))
    # a list or object that is empty this time has no keys below it
    names += [name[: end.start()] for name in names for end in re.finditer(r"\.|\[\]", name)]
    assert [key for key in sorted(found) if not documented(key, names)] == []


def test_the_keys_of_a_file_record_are_documented_in_order(place: Path) -> None:
    assert rows("files-jsonl.md") == [f"`{key}`" for key in FILE_KEYS]
    assert FileRecord.__struct_fields__ == FILE_KEYS
    records = lines_of(bags(place)[0] / "metadata" / "files.jsonl")
    assert records
    assert all(tuple(record) == tuple(key for key in FILE_KEYS if key in record) for record in records)


def test_the_canonical_tags_are_documented() -> None:
    page = (REFERENCE / "files-jsonl.md").read_text(encoding="utf-8")
    listed = page.partition("## Canonical tags")[2].partition("\n## ")[0].partition("`.\n\n")[2]
    assert tuple(re.findall(r"`(\w+)`", listed)) == FIELDS


def test_every_file_and_label_of_a_bag_is_documented(place: Path) -> None:
    names = named("package.md")
    folders = tuple(name for name in names if name.endswith("/"))
    for bag in bags(place):
        files = [str(path.relative_to(bag)) for path in bag.rglob("*") if path.is_file()]
        assert [file for file in files if file not in names and not file.startswith(folders)] == []
        labels = re.findall(
            r"^([A-Z][\w-]+):", (bag / "bag-info.txt").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert labels
        assert set(labels) - {"Contact-Name"} <= set(named("package.md", "Labels of bag-info.txt"))


def test_every_event_is_documented_in_order(place: Path) -> None:
    events = lines_of(bags(place)[0] / "metadata" / "events.jsonl")
    packing, changing = named("events.md", "Packing"), named("events.md", "Changing a finished bag")
    assert [list(event) for event in events] == [named("events.md", "Keys")] * len(events)
    assert [event["type"] for event in events[:-1]] == packing
    assert events[-1]["type"] == changing[-1], "the fixture's last work"


def test_every_setting_is_documented() -> None:
    source = Path(config.__file__).read_text(encoding="utf-8")
    keys_in_code = re.findall(r'"([\w-]+)" in table', source)
    listed = [row.strip("`") for row in rows("configuration.md", "The file")]
    assert sorted(listed) == sorted(keys_in_code)
    variables = set(re.findall(r"ARCHIVER_[A-Z]+", source))
    assert variables <= set(named("configuration.md", "The environment"))


def test_the_configuration_on_the_page_is_one() -> None:
    page = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert example
    settings = config.parse_settings(example[1].encode(), "config.toml")
    assert settings.store == "/media/backup"
    assert settings.bag_info[0] == ("Source-Organization", "Example Library")


def test_every_exit_status_is_documented() -> None:
    page = (REFERENCE / "exit-statuses.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (page, readme):
        listed = [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
        assert listed == list(ExitStatus)
    meanings = re.findall(r"^\| \d+ \| (.*?) \|", page, re.MULTILINE)
    assert meanings == [status.meaning for status in ExitStatus]


def test_every_scheme_of_protection_is_documented() -> None:
    rows = (REFERENCE / "protection.md").read_text(encoding="utf-8").partition("|---")[2]
    listed = [
        name
        for row in rows.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(.+?)`", row.split("|")[1])
    ]
    seen = {scheme for _, _, scheme in (*PROTECTED.values(), *UNCERTAIN.values())}
    assert sorted(listed) == sorted(seen | {"ipmp", "unseen"})
