"""With a fixed clock the same sources give the same bag, byte for byte, and a tiny bag is what it was when it was agreed.

To agree on another: remove ``golden/`` beside this file, run this test with ``WRITE_GOLDEN=1`` in the environment,
read what was written, and commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from archiver.cli import top
from tests.conftest import MakeSource
from tests.reliability.faults import visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import Entry, File, Folder, Link, flac, mp3, opus, read_tree

TREE: dict[str, Entry] = {
    **{f"Album {number % 7}/{number:02}.flac": flac({"TITLE": [str(number)]}) for number in range(20)},
    **{f"Notes/{number}.txt": f"{number}" for number in range(300)},
    "a.mp3": mp3(),
    "b.opus": opus(),
    "link": Link("a.mp3"),
    "lost": Link("nowhere"),
    "empty": Folder(),
    "large.bin": bytes(5 << 20),
}
RELEASE = "0.1.0"
"""The version that packs what was agreed."""

GOLDEN = Path(__file__).parent / "golden"
TINY: dict[str, Entry] = {
    "Album/notes.txt": "hello\n",
    "100%.m3u": "",
    "empty": Folder(),
    "link": Link("100%.m3u"),
    "lost": Link("nowhere"),
    "=1+1.txt": File(b"formula\n", mtime_ns=1_577_934_245_123_456_789),
}


def content(bag: Path) -> dict[bytes, tuple[bytes, int | None]]:
    """Every file of a bag, with its time where it is payload."""
    return {
        name: (
            data,
            os.stat(os.fsencode(bag) + b"/" + name).st_mtime_ns if name.startswith(b"data/") else None,
        )
        for name, data in read_tree(bag).items()
    }


def test_number_of_jobs_changes_nothing(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    bags = []
    for jobs in (1, 2, 4):
        store = tmp_path / str(jobs)
        done = run_here(
            *(
                "pack",
                root,
                "--all",
                "--to",
                store,
                f"-j{jobs}",
                "--algorithm",
                "sha512",
                "--algorithm",
                "md5",
            ),
            SOURCE_DATE_EPOCH=EPOCH,
        )
        assert done.code == 3, done.err
        bags += visible_bags(store)
    first, *others = map(content, bags)
    assert len(first) > 330
    assert all(other == first for other in others)


@pytest.mark.slow
def test_archives_are_the_same_bytes_too(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    archives = []
    for jobs in (1, 2):
        store = tmp_path / str(jobs)
        done = run_here(
            *("pack", root, "--all", "--to", store, f"-j{jobs}", "--serialize", "tar", "--json"),
            SOURCE_DATE_EPOCH=EPOCH,
        )
        archives.append(Path(done.json["bag"]).read_bytes())
    assert archives[0] == archives[1]


def test_environment_of_the_process_changes_nothing(source: MakeSource, tmp_path: Path) -> None:
    root = source(TINY)
    bags = []
    for number, settings in enumerate(
        (
            {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
            {"PYTHONHASHSEED": "2", "TZ": "America/New_York", "LC_ALL": "C.UTF-8", "COLUMNS": "40"},
        )
    ):
        store = tmp_path / str(number)
        done = run_program("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH, **settings)
        assert done.code == 3, done.err
        bags += visible_bags(store)
    assert content(bags[0]) == content(bags[1])


def agreed(text: str) -> str:
    """Take out what is no part of the agreement: the versions of this program and of PRONOM's signatures."""
    text = text.replace(f"archiver {RELEASE}", "archiver VERSION").replace(f">{RELEASE}<", ">VERSION<")
    return re.sub(r"DROID_SignatureFile_V\d+; container-signature-\d+", "SIGNATURES", text)


def test_tiny_bag_is_what_was_agreed(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top, "program_version", lambda: RELEASE)  # where lines break follows from its length
    store = tmp_path / "store"
    done = run_here("pack", source(TINY), "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert done.code == 3, done.err
    (bag,) = visible_bags(store)
    assert bag.name == "Music-2023-11-14"
    found = {
        name.decode(): agreed(data.decode())
        for name, data in read_tree(bag).items()
        if not name.startswith(
            (b"data/", b"tagmanifest-")
        )  # the tag manifest's digests are of what was taken out
    }
    if os.environ.get("WRITE_GOLDEN"):
        for name, text in found.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="")
        pytest.fail("golden/ was written; read it before you commit it")
    expected = {name.decode(): data.decode() for name, data in read_tree(GOLDEN).items()}
    assert found.keys() == expected.keys()
    for name, text in found.items():
        assert text == expected[name], name
