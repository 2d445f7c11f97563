"""With ``--anonymous-withheld`` a package says what was withheld and why, and nothing by which it could be named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.records.layout import DESCRIPTIONS
from tests.end_to_end.bags import Package, read_package, records
from tests.running import run_here
from tests.samples import build_tree, flac, tree_digest

MOMENT = "1767225600"


@pytest.fixture(scope="module")
def package(collection: Path, declared: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The worked example for the public, which holds four files of two albums."""
    store = tmp_path_factory.mktemp("store")
    described: list[str] = [word for name in DESCRIPTIONS for word in ("--describe", name)]
    words = ("--policy", "public", "--rights", declared, "--anonymous-withheld")
    asked = ("--all", "--to", store, "--name", "bag")
    outcome = run_here("pack", collection, *asked, *words, *described, SOURCE_DATE_EPOCH=MOMENT)
    assert outcome.code == 3, outcome.err
    return read_package(store / "bag", outcome)


WORDS = {"cover", "folder"}
"""Names in the worked example that are words of the records as well."""


def names_of(paths: frozenset[str] | set[str]) -> set[str]:
    """Every folder and file name in some paths, file names with and without their ending."""
    parts = {part for path in paths for part in path.split("/")}
    return parts | {part.rpartition(".")[0] for part in parts if "." in part}


def secrets(collection: Path, package: Package) -> Iterator[str]:
    """What names withheld files alone: names of files and folders, and titles and albums from their tags."""
    every = {str(path.relative_to(collection)) for path in collection.rglob("*") if path.is_file()}
    packed = {
        record["source_path"] for record in package.files
    }  # a bag for the public stores some names otherwise
    yield from names_of(every - packed) - names_of(packed) - WORDS
    yield from (
        "The Placeholders",
        "Evening at the Hall",
        "Loading Dock",
        "Last Encore",
        "hall-deed",
        "band-sale",
        "deed",
    )


def test_nothing_in_the_records_names_what_was_withheld(collection: Path, package: Package) -> None:
    known = [name for name in secrets(collection, package) if len(name) > 3]
    assert len(known) > 60
    found = [
        (path, name)
        for path, data in records(package.bag)
        for name in known
        if name.encode() in data or name in path
    ]
    assert found == []


def test_how_many_were_withheld_and_why_is_told(package: Package) -> None:
    withheld = package.rights["withheld"]
    assert sum(group["files"] for group in withheld) == 43
    assert all(group.keys() == {"disposition", "files", "reasons"} for group in withheld)
    readme = (package.bag / "metadata" / "rights" / "README.txt").read_text("utf-8")
    assert "Their names are left out on purpose." in readme
    screen = " ".join(package.outcome.out.split())
    assert "Protected, Apple FairPlay: 1 file, not in this package." in screen
    assert (
        "Carrying personal data: 3 files, none of them in this package; 2 more could not be read for it, none of"
        in screen
    )
    assert package.info["Rights-Summary"].startswith("4 include, 0 restrict, 43 exclude, 0 review")
    assert len(package.files) == 4


def test_the_person_who_packs_is_told_the_names(package: Package) -> None:
    """What is printed goes to who holds the files."""
    assert "Bought/Bought Once/01 Bought Once.m4a: exclude" in package.outcome.out


def test_declarations_about_packed_files_are_kept_without_naming_paths(package: Package) -> None:
    declarations = {one["id"]: one for one in package.rights["declarations"]}
    assert declarations.keys() == {"rehearsal", "commons-tune"}
    nothing: dict[str, object] = {"albums": [], "paths": [], "tags": []}
    assert all({**one["scope"], **nothing} == one["scope"] for one in declarations.values())
    bearing = {name for row in package.rights["files"] for name in row["declarations"]}
    assert bearing == declarations.keys()


def test_documents_of_withheld_files_stay_out_and_those_of_packed_ones_go_in(tmp_path: Path) -> None:
    rights = "version = 1\n" + "".join(
        f'[[declaration]]\nid = "{name.lower()}"\nscope = {{ path = "{name}/**" }}\nbasis = "donor"\n'
        f'by = "Erika Example"\nrole = "donor"\ndate = 2020-01-01\n'
        f'document = "papers/{name.lower()}.txt"\nacts = {{ publish = "{answer}" }}\n'
        for name, answer in (("Given", "allow"), ("Lent", "deny"))
    )
    source = build_tree(
        tmp_path / "Music",
        {"Given/one.flac": flac(title="One"), "Lent/two.flac": flac(title="Two")},
    )
    (tmp_path / "papers").mkdir()
    for name in ("given", "lent"):
        (tmp_path / "papers" / f"{name}.txt").write_text(f"A deed about what is {name}.")
    (tmp_path / "rights.toml").write_text(rights)
    before = tree_digest(source)
    bags = {}
    for name, more in (("open", ()), ("quiet", ("--anonymous-withheld",))):
        words = ("--policy", "public", "--rights", tmp_path / "rights.toml", *more)
        outcome = run_here("pack", source, "--all", "--to", tmp_path / "store", "--name", name, *words)
        assert outcome.code == 3, outcome.err
        bags[name] = read_package(tmp_path / "store" / name, outcome)
        assert run_here("verify", bags[name].bag).code == 0
    documents = {
        name: sorted(path.name for path in (made.bag / "metadata/submissionDocumentation").rglob("*.txt"))
        for name, made in bags.items()
    }
    assert documents == {"open": ["given.txt"], "quiet": ["given.txt"]}
    named = [path for path, data in records(bags["open"].bag) if b"lent" in data.lower()]
    assert "metadata/rights/rights.jsonl" in named, "the other bag does name them"
    found = [
        path for path, data in records(bags["quiet"].bag) if b"lent" in data.lower() or "lent" in path.lower()
    ]
    assert found == []
    assert tree_digest(source) == before
