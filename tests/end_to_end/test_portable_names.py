"""A bag of portable names is valid for every program that reads bags, and its record has the source's own names."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeSource
from tests.reading_bags import file_rows
from tests.reliability.faults import inject, left_over, visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import Entry, Link, read_tree

bagit = pytest.importorskip("bagit", reason="bagit-python, a test dependency, is not installed")
bdbagit = pytest.importorskip("bdbag.bdbagit", reason="bdbag, a test dependency, is not installed")

NASTY: tuple[bytes, ...] = (
    *(
        b"100% Pure.flac",
        b"%25",
        b"%0A",
        b"ends in space ",
        b"a\nb",
        b"a\rb",
        b"\ttab\t",
        b"dot.",
        b"CON",
        b"nul.mp3",
    ),
    *(b"4:33", b"AC\\DC", b"what?", b"<pipe|>", b"*star", b'"quoted"', b"Twin", b"twin", b"TWIN", b"=54win"),
    *("line\u2028separator".encode(), "next\u0085line".encode(), b"vertical\x0btab", b"form\x0cfeed"),
    *(b"file\x1cseparator", "no break\u00a0".encode(), "é".encode(), "e\u0301".encode(), b"\xff", b"n" * 255),
)
TREE: dict[bytes, Entry] = {b"files/" + name: name for name in NASTY}
TREE |= {b"folders/" + name + b"/f": b"in " + name for name in NASTY}
TREE |= {b"deep/" + b"/".join([b"d" * 250] * 17) + b"/f": b"deep"}


def original(record: dict[str, Any]) -> bytes:
    encoded = record["source_path_b64"]
    return os.fsencode(record["source_path"]) if encoded is None else base64.b64decode(encoded)


def records(bag: Path) -> list[dict[str, Any]]:
    return file_rows(bag)


@pytest.fixture(scope="module")
def portable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.samples import build_tree  # noqa: PLC0415 - one tree for all tests here

    folder = tmp_path_factory.mktemp("portable")
    root = build_tree(folder / "Music", TREE)
    outcome = run_here(
        "pack", root, "--all", "--to", folder / "store", "--names", "portable", "--name", "bag"
    )
    assert outcome.code == 0, outcome.err
    return folder / "store" / "bag"


@pytest.mark.parametrize("peer", [bagit.Bag, bdbagit.BDBag], ids=["bagit-python", "bdbag"])
def test_portable_names_are_valid_for_peers(portable: Path, tmp_path: Path, peer: Any) -> None:  # noqa: ANN401 - untyped
    copy = shutil.copytree(portable, tmp_path / "copy")
    peer(str(copy)).validate()


def test_portable_names_are_checked_by_sha512sum(portable: Path) -> None:
    if shutil.which("sha512sum") is None:
        pytest.skip("sha512sum is not on this system")
    for name in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        subprocess.run(["sha512sum", "--check", "--strict", "--quiet", name], cwd=portable, check=True)


def test_portable_names_are_valid_here_and_the_record_gives_every_original_back(portable: Path) -> None:
    assert run_here("verify", portable).code == 0
    copies = read_tree(portable / "data")
    found = {original(one): copies[os.fsencode(one["path"][len("data/") :])] for one in records(portable)}
    assert found == TREE
    assert max(len(path) for path in copies) < 2500


def test_how_many_names_others_would_refuse_is_said_with_what_avoids_it(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({"100%.mp3": "1", "a:b \n.mp3": "2", "CON/%": "3", "plain.mp3": "4"})
    words = ("pack", root, "--all", "--to", tmp_path / "store", "--dry-run")
    told = " ".join(run_here(*words).out.split())
    assert "may refuse 4 names of these; --names portable stores them otherwise." in told
    assert run_here(*words, "--json").json["names"] == {
        "stored": "exact",
        "renamed": 0,
        "refused_elsewhere": 4,
    }
    portable = (*words, "--names", "portable")
    assert run_here(*portable, "--json").json["names"] == {
        "stored": "portable",
        "renamed": 4,
        "refused_elsewhere": 0,
    }
    assert "--names" not in run_here(*portable).out


@pytest.mark.parametrize(
    ("options", "stored"),
    [
        ((), "exact"),
        (("--policy", "donation"), "portable"),
        (("--profile", "metaarchive"), "portable"),
        (("--policy", "donation", "--names", "exact"), "exact"),
        (("--names", "portable"), "portable"),
    ],
)
def test_names_are_portable_where_the_bag_is_to_travel(
    source: MakeSource, tmp_path: Path, options: tuple[str, ...], stored: str
) -> None:
    root = source({"100%.mp3": "1"})
    labels = [
        word
        for label in ("Source-Organization", "Contact-Name", "Contact-Phone", "Contact-Email")
        for word in ("--info", f"{label}: x")
    ]
    outcome = run_here(
        "pack", root, "--all", "--to", tmp_path / "store", "--dry-run", "--json", *labels, *options
    )
    assert outcome.code == 0, outcome.err
    assert outcome.json["names"]["stored"] == stored


@pytest.mark.parametrize("first", ["exact", "portable"])
@pytest.mark.parametrize("second", ["exact", "portable"])
def test_copies_of_an_interrupted_run_get_the_names_that_are_asked_for_now(
    source: MakeSource, tmp_path: Path, first: str, second: str
) -> None:
    root, store = source({"100%/a:b.mp3": "1", "z": bytes(100_000)}), tmp_path / "store"
    words = ("pack", root, "--all", "--to", store, "--name", "bag")
    area = store / ".incoming" / "bag.unfinished"
    fault = inject(tmp_path / "trace", "fsync:error=EIO", paths=(area / "bag" / "manifest-sha512.txt",))
    stopped = run_program(*words, "--names", first, before=fault, SOURCE_DATE_EPOCH=EPOCH)
    assert stopped.code == 1, stopped.out
    left = sorted(path.stat().st_ino for path in (area / "bag" / "data").rglob("*") if path.is_file())
    done = run_here(*words, "--names", second, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert done.code == 0, done.err
    (bag,) = visible_bags(store)
    wanted = b"100%/a:b.mp3" if second == "exact" else b"100=25/a=3Ab.mp3"
    assert {path for path, content in read_tree(bag / "data").items() if isinstance(content, bytes)} >= {
        b"z",
        wanted,
    }
    assert sorted(path.stat().st_ino for path in (bag / "data").rglob("*") if path.is_file()) == left
    assert (done.json["continued"], done.json["kept_files"]) == (True, 2)
    assert {original(one) for one in records(bag)} == {b"100%/a:b.mp3", b"z"}
    assert left_over(store) == []
    assert run_here("verify", bag).code == 0


def test_what_is_left_out_and_what_a_payload_cannot_hold_keep_the_names_of_the_source(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source(
        {
            "Who?/What:/song.mp3": "1",
            "Who?/Thumbs%.db": "2",
            "Who?/again": Link("What:/song.mp3"),
            "CON/x.tmp": "3",
            "CON/=43ON": "4",
        }
    )
    words = ("pack", root, "--all", "--to", tmp_path / "store", "--name", "bag", "--names", "portable")
    done = run_here(*words, "--exclude", "*%.db", "--exclude", "/CON/*.tmp", "--exclude", "=43ON/")
    assert done.code == 0, done.err
    bag = tmp_path / "store" / "bag"
    assert {one["path"]: one["source_path"] for one in records(bag)} == {
        "data/Who=3F/What=3A/song.mp3": "Who?/What:/song.mp3",
        "data/=43ON/=43ON": "CON/=43ON",
    }
    tree = [json.loads(line) for line in (bag / "metadata" / "tree.jsonl").read_bytes().splitlines()[1:]]
    assert {(one["kind"], one["source_path"]) for one in tree} == {
        ("folder", ""),
        ("folder", "CON"),
        ("folder", "Who?"),
        ("folder", "Who?/What:"),
        ("left-out", "CON/x.tmp"),
        ("left-out", "Who?/Thumbs%.db"),
        ("link", "Who?/again"),
    }
    assert [one["leads_to"] for one in tree if one["kind"] == "link"] == ["Who?/What:/song.mp3"]
