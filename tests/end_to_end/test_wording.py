"""The words that are never written, looked for in every help text, report, message, template and record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package, records
from tests.running import Outcome, run_here
from tests.samples import Entry, File, Link, Pipe, build_tree, flac, mp3, tree_digest

ADVICE = "This is not legal advice."
NEVER = ("you own", "public domain", "fair use", "pirated")
NO_BAG = "bagit.txt: there is none, so this is no bag"
"""A fact about a file that is not there, and no finding of a search."""

BARE_NONE = re.compile(r"\bnone\b(?! detected| of (?:them|\d)).{0,40}", re.IGNORECASE)
"""A search that found nothing; "none of them" counts what was found."""

WIDTH = 80
COMMANDS = (
    ("scan",),
    ("pack",),
    ("verify",),
    ("explain",),
    ("rights",),
    ("rights", "template"),
    ("rights", "check"),
    ("due",),
    ("report",),
    ("receipt",),
    ("bag",),
    ("bag", "add-algorithm"),
    ("bag", "set-info"),
    ("completion",),
)

RIGHTS = """\
version = 1
[defaults]
by = "Max Muster"
role = "owner"
date = 2020-01-01

[[declaration]]
id = "old"
scope = { path = "Old/**" }
basis = "expired"
jurisdiction = ["DE", "US", "GB"]
layers = ["recording", "performance", "work", "lyrics"]
facts = { fixed = 1930, published = 1931, work_published = 1900, composer_died = 1910, lyricist_died = 1910 }

[[declaration]]
id = "running"
scope = { path = "Running/**" }
basis = "expired"
jurisdiction = "DE"
layers = ["recording"]
facts = { fixed = 2015, published = 2016 }

[[declaration]]
id = "lost-disc"
scope = { path = "Lost/**" }
basis = "carrier"
carrier_held = "lost"

[[declaration]]
id = "embargo"
scope = { path = "Embargo/**" }
basis = "own"
role = "rightsholder"
acts = { transfer = "deny", publish = "deny" }
expires = 2030-06-30

[[declaration]]
id = "agreed"
scope = { path = "Plain/**" }
basis = "license"
license = "https://example.org/terms"
acts = { preserve = "allow", publish = "allow" }
date = 2018-01-01
expires = 2019-01-01

[[declaration]]
id = "my-own"
scope = { path = "Mine/**" }
basis = "own"
role = "rightsholder"
layers = ["recording", "performance", "work", "lyrics"]
acts = { publish = "allow" }

[[declaration]]
id = "by-law"
scope = { path = "Statute/**" }
basis = "statute"
jurisdiction = "GB"
citation = "Example Act, section 1"
acts = { preserve = "allow" }
"""


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source whose declarations and files provoke as many messages as one source can."""
    folders = ("Old", "Running", "Lost", "Embargo", "Plain", "Statute", "Mine", "Nobody's")
    tree: dict[str, Entry] = {f"{folder}/song.flac": flac(album=folder, title="Song") for folder in folders}
    licences = (
        "CC-BY-SA-4.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "All rights reserved",
        "GPL-3.0",
    )
    for number, licence in enumerate(licences):
        tree[f"Claims/{number}.flac"] = flac({"LICENSE": licence}, title="Song", album="Claims")
    whole, lossless = mp3(title="Song", album="Names"), flac(album="Names")
    more: dict[str, Entry] = {
        "Names/aux.mp3": whole,
        "Names/trailing.": whole,
        "Names/Colon: and*star?.mp3": whole,
        "Names/Twin.mp3": whole,
        "Names/twin.mp3": whole,
        "Names/cut.flac": lossless[:60],
        "Names/really.flac": whole,
        "Names/empty.mp3": b"",
        "Names/closed.flac": File(lossless, mode=0),
        "Names/link.mp3": Link("Twin.mp3"),
        "Names/pipe.mp3": Pipe(),
        "rights.toml": RIGHTS,
    }
    return build_tree(tmp_path_factory.mktemp("troubled") / "Music", tree | more)


@pytest.fixture(scope="module")
def said(
    troubled: Path,
    packages: Mapping[str, Package],
    planted_bags: Mapping[str, Package],
    planted_screens: Mapping[str, Outcome],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, str]:
    """Everything that was ever printed, by the command that printed it."""
    before = tree_digest(troubled)
    folder = tmp_path_factory.mktemp("said")
    wrong = folder / "wrong.toml"
    wrong.write_text('version = 1\n[[declaration]]\nbasis = "publick"\nacts = { pubish = "allow" }\n')
    empty = folder / "empty"
    empty.mkdir()
    bag = packages["donation"].bag
    files = sorted(path for path in troubled.rglob("*") if path.is_file() and not path.is_symlink())
    runs: dict[str, tuple[str | Path, ...]] = {
        "scan troubled": ("scan", troubled),
        "explain troubled": ("explain", *files),
        "explain troubled later": ("explain", *files, "--on", "2090-01-01", "--policy", "public"),
        "rights template troubled": ("rights", "template", troubled),
        "rights check troubled": ("rights", "check", troubled / "rights.toml", "--source", troubled),
        "rights check wrong": ("rights", "check", wrong, "--source", troubled),
        "verify": ("verify", bag),
        "verify fast": ("verify", "--fast", bag, packages["public"].bag),
        "verify no bag": ("verify", empty),
        "verify profile": ("verify", "--profile", "btr", bag),
        "pack profile": ("pack", troubled, "--all", "--to", folder / "refused", "--profile", "aptrust"),
        "pack nothing": ("pack", empty, "--all", "--to", folder / "refused"),
        "due": ("due", bag.parent, "--until", "2100-01-01"),
        "due nothing": ("due", empty),
        "completion": ("completion", "bash"),
    }
    for policy in ("personal", "donation", "public"):
        runs[f"pack troubled {policy}"] = (
            *("pack", troubled, "--all", "--to", folder / "store", "--name", policy, "--policy", policy),
            "--anonymous-withheld",
        )
    runs["due troubled"] = ("due", folder / "store", "--until", "2100-01-01")
    outcomes = {name: run_here(*words) for name, words in runs.items()}
    machine = {
        f"{name} --json": run_here(*words, "--json")
        for name, words in runs.items()
        if words[0] in ("scan", "explain", "due", "verify")
    }
    helps = {" ".join(("help", *words)): run_here(*words, "--help") for words in COMMANDS}
    helps["help"] = run_here("--help")
    assert tree_digest(troubled) == before
    everything = {**outcomes, **machine, **helps, **planted_screens}
    everything |= {f"pack example {name}": package.outcome for name, package in packages.items()}
    texts = {name: outcome.out + outcome.err for name, outcome in everything.items()}
    assert all(texts.values())
    made = [path.parent for path in sorted((folder / "store").glob("*/bagit.txt"))]
    assert len(made) == 3
    bags = [*made, *(package.bag for package in (*packages.values(), *planted_bags.values()))]
    return texts | {
        f"{bag.name}: {name}": data.decode()
        for bag in bags
        for name, data in records(bag)
        if not name.endswith(".jpg")
    }


def wrong_words(text: str) -> Iterator[str]:
    folded = " ".join(text.casefold().split())
    yield from (word for word in NEVER if word in folded)
    yield from ["legal"] * (folded.count("legal") - folded.count(ADVICE.casefold()))
    if folded.count(ADVICE.casefold()) > 1:
        yield f"{ADVICE!r} more than once"


def test_no_word_that_is_never_written_is_written(said: Mapping[str, str]) -> None:
    found = {name: words for name, text in said.items() if (words := list(wrong_words(text)))}
    assert found == {}


def test_the_search_would_find_them() -> None:
    assert list(wrong_words("It is legal, and you\n  own it.")) == ["you own", "legal"]
    assert list(wrong_words(f"{ADVICE} {ADVICE}")) == [f"{ADVICE!r} more than once"]
    assert list(wrong_words(f"x {ADVICE}")) == []
    assert BARE_NONE.search("Protection: None.")
    assert not BARE_NONE.search("Protection: none detected")


@pytest.mark.parametrize(
    "name", ["explain", "explain troubled", "due", "due troubled", "personal: metadata/rights/README.txt"]
)
def test_what_speaks_of_rights_says_once_that_it_is_no_advice(said: Mapping[str, str], name: str) -> None:
    assert said[name].count(ADVICE) == 1


def told_by(text: str) -> str:
    """What a text says to a person: of a page what follows its head, which has a policy and a style, without tags."""
    _, head, page = text.rpartition("</head>")
    return re.sub(r"<[^>]*>", " ", page) if head else text


def test_nothing_found_is_told_as_none_detected(said: Mapping[str, str]) -> None:
    found = {
        name: BARE_NONE.findall(" ".join(told_by(text).replace(NO_BAG, "").split()))
        for name, text in said.items()
        if not name.endswith(("--json", ".json", ".jsonl")) and name != "completion"
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_reports_fit_a_terminal_of_80_columns(said: Mapping[str, str]) -> None:
    """Only a line that is a path, or one long word, may be longer: neither is ever broken."""
    reports = {
        name: text
        for name, text in said.items()
        if ": " not in name
        and not name.endswith("--json")
        and not name.startswith(("completion", "help completion", "rights template"))
    }
    long = {
        name: lines
        for name, text in reports.items()
        if (
            lines := [
                line
                for line in text.splitlines()
                if len(line) > WIDTH and len(line.split()) > 2 and not line.lstrip().startswith("/")
            ]
        )
    }
    assert long == {}
