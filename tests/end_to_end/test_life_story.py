"""The story of a collection over some weeks, through the command line: packed, changed in every way, packed again.

It is told twice: with the catalogue kept, and with the catalogue lost before each step.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from archiver.records.names import STATE_RECORD
from tests.running import Outcome, run_here
from tests.samples import flac, melody, tree_digest
from tests.samples.trees import build_tree

WEEK = 7 * 86_400
STRANGE = b"B/caf\xe9.flac"


def music() -> Mapping[bytes, bytes]:
    """Four albums of two songs each, every song with music of its own."""
    names = (
        b"A/01.flac",
        b"A/02.flac",
        b"B/01.flac",
        STRANGE,
        b"C/01.flac",
        b"C/02.flac",
        b"D/01.flac",
        b"D/02.flac",
    )
    return {name: song(number) for number, name in enumerate(names)}


def song(number: int, title: str = "Song") -> bytes:
    return flac(audio=melody([400 + 7 * number], seconds=0.2), title=title)


@dataclass
class Story:
    """A source, a store, and a clock that is a week later at each run."""

    source: Path
    store: Path
    catalogue: Path
    loses_catalogue: bool
    runs: int = 0

    def pack(self, *words: str) -> Any:  # noqa: ANN401 - a report
        return self.tried(*words).json

    def tried(self, *words: str) -> Outcome:
        if self.loses_catalogue:
            for path in self.catalogue.parent.glob(f"{self.catalogue.name}*"):
                path.unlink()
        self.runs += 1
        # what was just made is then long ago, as it is between two backups
        moment = str(int(time.time()) + self.runs * WEEK)
        before = tree_digest(self.source)
        outcome = run_here(
            "pack", self.source, "--to", self.store, "--json", *words, SOURCE_DATE_EPOCH=moment
        )
        assert tree_digest(self.source) == before
        return outcome

    def bags(self) -> list[Path]:
        return sorted(path for path in self.store.iterdir() if not path.name.startswith("."))

    def state(self, bag: Path) -> dict[str, Any]:
        lines = [json.loads(line) for line in (bag / STATE_RECORD).read_text().splitlines()[1:]]
        return {line["source_path"]: line for line in lines if line["kind"] == "file"}


@pytest.fixture(params=["catalogue kept", "catalogue lost"])
def story(request: pytest.FixtureRequest, tmp_path: Path, catalogue_path: Path) -> Iterator[Story]:
    root = build_tree(tmp_path / "Music", music())
    yield Story(root, tmp_path / "store", catalogue_path, loses_catalogue=request.param == "catalogue lost")
    assert run_here("verify", tmp_path / "store").code == 0


def looks(folder: Path) -> dict[bytes, tuple[bytes, int]]:
    """Every file below a folder, by its name in bytes, with its bytes and its time of modification."""
    top = os.fsencode(folder)
    found = {}
    for above, _, names in os.walk(top):
        for name in names:
            path = os.path.join(above, name)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, top)] = (stream.read(), os.stat(path).st_mtime_ns)
    return found


def payload(bag: Path) -> list[str]:
    return sorted(str(path.relative_to(bag / "data")) for path in (bag / "data").rglob("*") if path.is_file())


def test_a_collection_lives(story: Story) -> None:
    first = story.pack()
    assert first["files"]["packed"] == 8
    assert first["since"] is first["changes"] is None
    at_first = looks(story.source)

    live_on(story.source)
    rehearsed = story.pack("--dry-run")
    assert len(story.bags()) == 1
    second = story.pack()
    changes = second["changes"]
    told = {name: number for name, number in changes.items() if isinstance(number, int) and number}
    assert told == {
        "new": 2,
        "retagged": 1,
        "damaged": 1,
        "moved": 2,
        "gone": 2,
        "beside_files": True,
    }
    assert changes["examples"]["gone"] == ["D/01.flac", "D/02.flac"]
    assert changes["examples"]["moved"][0] == {"from": "B/01.flac", "to": "Bee/01.flac"}
    assert [one["path"] for one in second["problems"] if one["code"] == "S113"] == ["C/01.flac"]
    assert rehearsed["changes"] == changes
    assert second["files"] == {
        **rehearsed["files"],
        "seen": 8,
        "packed": 4,
        "held": 4,
    }

    old, new = story.bags()
    assert payload(new) == ["A/01.flac", "C/01.flac", "New/01.flac", "New/02.flac"]
    state = story.state(new)
    assert sorted(state) == [
        *("A/01.flac", "A/02.flac", "Bee/01.flac", "Bee/caf=E9.flac", "C/01.flac", "C/02.flac"),
        *("New/01.flac", "New/02.flac"),
    ]
    moved = state["Bee/caf=E9.flac"]
    assert (moved["bag"], moved["path"]) == (1, "data/B/caf=E9.flac")
    assert moved["source_path_b64"]
    assert (old / "data" / "C" / "01.flac").read_bytes() == song(4)
    assert (new / "data" / "C" / "01.flac").read_bytes() == (story.source / "C" / "01.flac").read_bytes()

    place = story.store.parent
    for name, accession, wanted in (
        ("then", first["accession"], at_first),
        ("now", second["accession"], looks(story.source)),
    ):
        given = run_here("restore", accession, "--from", story.store, "--to", place / name)
        assert given.code == 0, given.err
        assert looks(place / name) == wanted

    again = story.pack()
    assert again["nothing_new"]
    assert again["bags"] == []
    assert story.bags() == [old, new]
    events = [
        json.loads(line) for line in (story.store / ".archiver" / "events.jsonl").read_text().splitlines()
    ]
    assert [event["type"] for event in events] == ["accession", "accession", "nothing new"]


def live_on(source: Path) -> None:
    """Add an album, retag a song, rename a folder, rot one bit and keep the time, delete an album."""
    build_tree(source / "New", {"01.flac": song(20), "02.flac": song(21)})
    tags = mutagen.flac.FLAC(source / "A" / "01.flac")
    tags["title"] = "Another"
    tags.save()
    (source / "B").rename(source / "Bee")
    rotten = source / "C" / "01.flac"
    status, content = rotten.stat(), bytearray(rotten.read_bytes())
    content[-20] ^= 1
    with rotten.open("r+b") as stream:
        stream.write(content)
    os.utime(rotten, ns=(status.st_atime_ns, status.st_mtime_ns))
    for song_of_d in (source / "D").iterdir():
        song_of_d.unlink()
    (source / "D").rmdir()


def test_what_was_moved_and_is_back_takes_no_room(story: Story) -> None:
    story.pack()
    (story.source / "A" / "01.flac").rename(story.source / "D" / "03.flac")
    moved = story.pack()
    assert moved["files"]["packed"] == 0
    assert moved["changes"]["moved"] == 1
    (story.source / "D" / "03.flac").rename(story.source / "A" / "01.flac")
    back = story.pack()
    assert (back["files"]["packed"], back["changes"]["moved"]) == (0, 1)
    assert [payload(bag) for bag in story.bags()[1:]] == [[], []]
    assert story.pack()["nothing_new"]


def test_a_bag_that_is_gone_is_made_up_for(story: Story) -> None:
    story.pack()
    (bag,) = story.bags()
    bag.rename(story.store.parent / "carried away")
    anew = story.pack()
    assert anew["files"]["packed"] == 8
    assert not anew["files"]["held"]


def test_rights_take_effect_without_a_byte_copied(story: Story) -> None:
    story.pack("--policy", "donation")
    rights = story.store.parent / "rights.toml"
    rights.write_text(
        'version = 1\n[[declaration]]\nscope = { path = "A/" }\nbasis = "donor"\nby = "Maria Example"\n'
        'role = "donor"\ndate = 2026-01-02\nacts = { preserve = "allow", transfer = "allow" }\n'
    )
    decided = story.tried("--policy", "donation", "--rights", str(rights))
    assert decided.json["changes"]["rights"] == 2, decided.out
    assert decided.json["files"]["packed"] == 0
    _, new = story.bags()
    lines = [
        json.loads(line) for line in (new / "metadata" / "rights" / "rights.jsonl").read_text().splitlines()
    ]
    by_id = {line["id"]: line for line in lines if line["kind"] == "decision"}
    state = story.state(new)
    assert by_id[state["A/01.flac"]["decision"]]["acts"]["transfer"] == "allow"
    assert by_id[state["B/01.flac"]["decision"]]["acts"]["transfer"] == "unknown"
    withdrawn = story.pack("--policy", "donation")
    assert withdrawn["changes"]["rights"] == 2
    assert story.pack("--policy", "donation")["nothing_new"]


def test_all_packs_everything_and_reread_what_is_new(story: Story) -> None:
    story.pack()
    assert story.pack("--reread")["nothing_new"]
    everything = story.pack("--all")
    assert everything["files"]["packed"] == 8
    assert len(story.bags()) == 2
    assert story.pack()["nothing_new"]


def test_a_state_whose_bag_is_gone_is_recorded_anew(story: Story) -> None:
    story.pack()
    for name in (b"D/01.flac", b"D/02.flac"):
        os.unlink(os.path.join(os.fsencode(story.source), name))
    (story.source / "D").rmdir()
    second = story.pack()
    assert second["files"]["packed"] == 0
    last = story.state(Path(second["bag"]))
    shutil.rmtree(second["bag"])
    again = story.pack()
    assert not again["nothing_new"], "nothing tells the last state any more"
    assert again["changes"]["state_lost"] is not story.loses_catalogue
    assert story.state(Path(again["bag"])).keys() == last.keys()
    assert story.pack()["nothing_new"]


def test_what_was_moved_is_told_as_moved_though_everything_is_read(story: Story) -> None:
    story.pack()
    (story.source / "A").rename(story.source / "Aye")
    changes = story.pack("--reread")["changes"]
    assert {what: changes[what] for what in ("new", "moved", "gone")} == {"new": 0, "moved": 2, "gone": 0}


def test_what_rests_on_a_name_follows_the_name(story: Story) -> None:
    (story.source / "broken.flac").write_bytes(b"no music")
    (story.source / "plain.txt").write_bytes(b"no music")
    story.pack()
    os.rename(story.source / "broken.flac", story.source / "A/plain.txt")
    assert story.pack()["changes"]["moved"] == 1
    (story.source / "A/plain.txt").touch()
    story.pack("--reread")
    (story.source / "new.txt").write_bytes(b"new")
    assert story.pack()["changes"]["rights"] == 0


def test_a_title_that_is_put_back_is_retagged_though_its_bytes_are_held(story: Story) -> None:
    name = story.source / "A/01.flac"
    story.pack()
    before = name.read_bytes()
    name.write_bytes(song(0, title="Another"))
    assert story.pack()["changes"]["retagged"] == 1
    name.write_bytes(before)
    again = story.pack()
    assert (again["files"]["packed"], again["changes"]["retagged"], again["changes"]["changed"]) == (0, 1, 0)
