"""A link is recorded with what it says; only one that leads out, nowhere or round is a problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.ingest.scan import scan
from archiver.model.source import FileRef, Link, Unpacked
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import Link as To


def found(*roots: Path) -> tuple[dict[str, Link], dict[str, Unpacked]]:
    entries = list(scan(sources_of([str(root) for root in roots])))
    links = {entry.path: entry for entry in entries if isinstance(entry, Link)}
    return links, {entry.problem.path: entry for entry in entries if isinstance(entry, Unpacked)}


def test_links_within_the_source_are_no_problem(source: MakeSource, tmp_path: Path) -> None:
    root = source(
        {
            "A/song.mp3": "",
            "B/up.mp3": To("../A/song.mp3"),
            "B/there": To("../A"),
            "B/whole": To(str(tmp_path / "Music" / "A" / "song.mp3")),
            "B/twice": To("up.mp3"),
            b"B/\xff": To(b"../A/song.mp3"),
            "C/odd": To(b"../D/\xe9"),
            b"D/\xe9": b"",
        }
    )
    links, lost = found(root)
    assert not lost
    assert {path: link.leads_to for path, link in links.items()} == {
        "B/up.mp3": "A/song.mp3",
        "B/there": "A",
        "B/whole": "A/song.mp3",
        "B/twice": "A/song.mp3",
        "B/=FF": "A/song.mp3",
        "C/odd": "D/=E9",
    }
    assert links["B/up.mp3"].target == b"../A/song.mp3"
    assert links["B/=FF"].original_name == b"B/\xff"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("../outside", "outside the source"),
        ("/", "outside the source"),
        ("nowhere", "where nothing is"),
        ("song.mp3/x", "where nothing is"),
        ("link", "leads round in a circle"),
        (".", "a folder that it lies in itself"),
    ],
)
def test_a_link_that_leads_out_or_nowhere_or_round_is_told_with_its_target(
    source: MakeSource, tmp_path: Path, target: str, words: str
) -> None:
    (tmp_path / "outside").mkdir()
    links, lost = found(source({"song.mp3": "", "link": To(target)}))
    assert not links
    problem = lost["link"].problem
    assert problem.code == "S106"
    assert problem.message.startswith(f"a symbolic link to {target}, ")
    assert words in problem.message
    assert lost["link"].link_target == target.encode()


def test_a_folder_whose_name_only_begins_as_the_source_is_outside(source: MakeSource, tmp_path: Path) -> None:
    (tmp_path / "Music2").mkdir()
    _, lost = found(source({"link": To("../Music2")}))
    assert "outside the source" in lost["link"].problem.message


def test_a_link_from_one_source_into_another_stays_within(source: MakeSource) -> None:
    first, second = source({"song.mp3": ""}, "One"), source({"link": To("../One/song.mp3")}, "Two")
    links, lost = found(first, second)
    assert not lost
    assert links["Two/link"].leads_to == "One/song.mp3"


def test_a_target_in_a_home_folder_does_not_name_its_owner(source: MakeSource) -> None:
    _, lost = found(source({"link": To("/home/erika.example/Music/x.mp3")}))
    assert "erika" not in lost["link"].problem.message
    assert lost["link"].problem.code == "S106"


def test_a_link_in_a_path_too_long_to_follow_is_told(source: MakeSource) -> None:
    deep = "/".join(["d" * 250] * 20)
    links, lost = found(source({f"{deep}/song.mp3": "", f"{deep}/link": To("song.mp3")}))
    assert not links
    assert "cannot be looked at" in lost[f"{deep}/link"].problem.message


def test_no_link_is_followed(source: MakeSource) -> None:
    root = source({"A/song.mp3": "", "B": To("A")})
    files = [entry.path for entry in scan(sources_of([str(root)])) if isinstance(entry, FileRef)]
    assert files == ["A/song.mp3"]
