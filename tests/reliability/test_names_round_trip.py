"""Whatever a Linux folder can hold goes in and comes out, byte for byte, under a name that the record explains."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ONE_FIXTURE_FOR_ALL, MakeSource
from tests.reading_bags import file_rows
from tests.reliability.faults import visible_bags
from tests.running import run_here
from tests.samples import Entry, Folder, build_tree, flac, read_tree, tree_digest

NFC, NFD = (unicodedata.normalize(form, "Café é.mp3") for form in ("NFC", "NFD"))
NAMES: tuple[bytes, ...] = (
    *(b"%", b"%25", b"100%.mp3", b"%0A", b"line\nbreak", b"carriage\rreturn", b"both\r\n", b"\n"),
    *(b"*star", b"-dash", b"--help", b" leading", b"trailing ", b"dot.", b"..dots", b"~home", b"#hash"),
    *(b"tab\there", b"\x01\x1b[31mred\x1b[0m", b"\x7f", b"quote'\"", b"back\\slash", b"$(reboot)", b"`x`"),
    *(b"CON", b"nul.mp3", b"a:b", b"what?", b"<pipe|>", b"=HYPERLINK(1)", b"+1", b"@x", b"[red]rich[/red]"),
    *("\u2028line".encode(), "\u202egnp.mp3".encode(), "\u200bzero".encode(), "\ufeffbom".encode()),
    *("東京".encode(), "🎵".encode(), "\U0010ffff".encode(), NFC.encode(), NFD.encode()),
    *(
        b"Twin",
        b"twin",
        b"TWIN",
        b"\xff",
        b"=FF",
        b"\xe9t\xe9.mp3",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xff" * 255,
    ),
    *(b"n" * 255, "é".encode() * 127 + b"x", b"manifest-sha512.txt", b"bagit.txt", b".hidden", b"data"),
)


def hostile_tree() -> dict[bytes, Entry]:
    """Every name as a file and, within folders, as a folder; each file holds its own name."""
    tree: dict[bytes, Entry] = {b"files/" + name: name for name in NAMES}
    tree |= {b"folders/" + name + b"/f": b"in " + name for name in NAMES}
    tree |= {b"deep/" + b"/".join([b"d" * 250] * 17) + b"/" + name: name for name in NAMES[:3]}
    tree[b"empty \n%"] = Folder()
    return tree


def records(bag: Path) -> list[dict[str, Any]]:
    return file_rows(bag)


def original_name(record: dict[str, Any]) -> bytes:
    """The path below the source as a reader of the record would find it."""
    encoded = record["source_path_b64"]
    return base64.b64decode(encoded) if encoded is not None else record["source_path"].encode()


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A source of hostile names, and the bag made of it."""
    folder = tmp_path_factory.mktemp("names")
    root = build_tree(folder / "Music", hostile_tree())
    before = tree_digest(root)
    done = run_here("pack", root, "--all", "--to", folder / "store", "--json")
    assert done.code == 0, done.err
    assert tree_digest(root) == before
    (bag,) = visible_bags(folder / "store")
    return root, bag


@pytest.mark.case(12, 13, 14, 15, 16)
def test_every_byte_comes_out_under_the_recorded_name(packed: tuple[Path, Path]) -> None:
    root, bag = packed
    sources, copies = read_tree(root), read_tree(bag / "data")
    found = records(bag)
    assert len(found) == len(sources) == len(copies)
    assert {
        original_name(record): copies[record["path"].encode().removeprefix(b"data/")] for record in found
    } == sources
    for record in found:
        name = original_name(record)
        if record["source_path_b64"] is None:
            assert record["path"].encode() == b"data/" + name
        else:
            with pytest.raises(UnicodeDecodeError):
                name.decode()


@pytest.mark.case(13, 25)
def test_verify_says_valid_and_shows_nothing_raw(packed: tuple[Path, Path]) -> None:
    outcome = run_here("verify", packed[1])
    assert outcome.code == 0, outcome.out
    assert all(character.isprintable() or character == "\n" for character in outcome.out + outcome.err)


@pytest.mark.case(25)
def test_every_report_shows_names_escaped(packed: tuple[Path, Path], tmp_path: Path) -> None:
    root, _ = packed
    for arguments in (
        ("scan", root),
        ("pack", root, "--all", "--to", tmp_path / "new"),
        ("pack", root, "--all", "--to", tmp_path / "newer", "--dry-run"),
    ):
        outcome = run_here(*arguments)
        assert outcome.code == 0, outcome.err
        assert all(character.isprintable() or character == "\n" for character in outcome.out + outcome.err)


def test_sha512sum_checks_every_name_that_needs_no_escape(packed: tuple[Path, Path]) -> None:
    _, bag = packed
    lines = (bag / "manifest-sha512.txt").read_bytes().splitlines(keepends=True)
    plain = [line for line in lines if b"%" not in line and b"\\" not in line]
    assert len(lines) - 40 < len(plain) < len(lines)
    short = [line for line in plain if len(line) < 4000]
    checked = subprocess.run(
        ["sha512sum", "-c", "--strict", "--quiet"],
        cwd=bag,
        input=b"".join(short),
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout.decode(errors="replace") + checked.stderr.decode()


def misread_by_bagit_python(name: bytes) -> bool:
    """Say whether bagit-python 1.9 takes a name in a manifest for another one.

    It opens paths below PATH_MAX only, takes NFC and NFD twins for one, decodes no %25, strips white space at a
    line's end, and takes U+2028 and control characters that str.splitlines knows for line ends.
    """
    text = name.decode(errors="replace")
    return (
        len(name) > 3000
        or "Caf" in text
        or "%" in text
        or any(len(part.splitlines()) > 1 or part != part.strip() for part in text.split("/"))
    )


def test_bagit_python_agrees_on_all_names_it_can_read(packed: tuple[Path, Path], tmp_path: Path) -> None:
    root, _ = packed
    tree = {name: content for name, content in read_tree(root).items() if not misread_by_bagit_python(name)}
    assert len(tree) > 70
    subset = build_tree(tmp_path / "Music", tree)
    assert run_here("pack", subset, "--all", "--to", tmp_path / "store").code == 0
    (bag,) = visible_bags(tmp_path / "store")
    with contextlib.redirect_stderr(io.StringIO()):
        bagit.Bag(str(bag)).validate()


def test_empty_folders_are_listed_as_manifests_write_paths(packed: tuple[Path, Path]) -> None:
    _, bag = packed
    assert (bag / "metadata" / "empty-folders.txt").read_text() == "data/empty %0A%25/\n"


@pytest.mark.case(14, 15)
def test_names_that_others_cannot_hold_are_warned_of(packed: tuple[Path, Path]) -> None:
    _, bag = packed
    codes = {
        record["source_path"]: {problem["code"] for problem in record["problems"]}
        for record in records(bag)
        if record["source_path"].startswith("files/")
    }
    assert "N304" in codes["files/CON"] & codes["files/a:b"] & codes["files/dot."] & codes["files/trailing "]
    assert "N302" in codes["files/Twin"] & codes["files/twin"] & codes["files/TWIN"]
    assert "N303" in codes[f"files/{NFC}"] & codes[f"files/{NFD}"]
    assert "N301" in codes["files/=E9t=E9.mp3"]
    assert "N305" in codes["files/line\nbreak"] & codes["files/\u202egnp.mp3"]
    assert not codes["files/100%.mp3"] & {"N301", "N302", "N303", "N304", "N305"}


@pytest.mark.case(27)
def test_csv_runs_nothing_in_a_spreadsheet(packed: tuple[Path, Path]) -> None:
    text = (packed[1] / "metadata" / "files.csv").read_text(encoding="utf-8", errors="strict")
    assert not [line for line in text.split("\n") if line.startswith(("=", "+", "@"))]
    assert ",=" not in text
    assert ",+" not in text
    assert ",@" not in text


name = st.binary(min_size=1, max_size=60).filter(
    lambda raw: raw not in (b".", b"..") and b"/" not in raw and b"\x00" not in raw
)


@settings(max_examples=3, suppress_health_check=ONE_FIXTURE_FOR_ALL)
@given(st.dictionaries(name, st.binary(max_size=20), min_size=1, max_size=12))
def test_any_names_at_all(tmp_path_factory: pytest.TempPathFactory, tree: dict[bytes, bytes]) -> None:
    folder = tmp_path_factory.mktemp("any")
    root = build_tree(folder / "Music", tree)
    assert run_here("pack", root, "--all", "--to", folder / "store", "--name", "bag").code == 0
    bag = folder / "store" / "bag"
    copies = read_tree(bag / "data")
    found = {original_name(record): copies[os.fsencode(record["path"][5:])] for record in records(bag)}
    assert found == tree
    assert visible_bags(folder / "store") == [bag]


def test_sources_that_are_named_like_options_or_each_other(source: MakeSource, tmp_path: Path) -> None:
    roots = [source({"a.flac": flac()}, name) for name in ("x/-rf", "y/-rf", "z/\udcff", "z/=FF")]
    done = run_here("pack", *roots, "--all", "--to", tmp_path / "store", "--json", "--name", "b")
    assert done.code == 0, done.err
    (bag,) = visible_bags(tmp_path / "store")
    assert len(read_tree(bag / "data")) == 4
