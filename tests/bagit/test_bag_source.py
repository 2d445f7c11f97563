"""A bag is judged, asked and read alike in a folder and in an archive, and an archive is opened twice at most."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from archiver import filesystem
from archiver.bagit.bag_source import source_of
from archiver.bagit.report import Depth
from archiver.bagit.validate import open_bag
from archiver.records.names import FILES_RECORD
from archiver.records.tracks import Track
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifyRequest, verify
from archiver.usecases.watch import Unwatched
from tests.bagit.bag_source_suite import (
    CONTAINERS,
    FIRST,
    RECORD,
    SECOND,
    SPOILERS,
    ask,
    change_and_lose,
    lose_payload,
    lose_record,
    make,
    nothing,
)

NOW = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
ARCHIVES = [container for container in CONTAINERS if container != "folder"]


@pytest.mark.parametrize("spoil", SPOILERS)
@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("container", ARCHIVES)
def test_an_archive_answers_as_the_folder_in_it(
    tmp_path: Path, container: str, depth: Depth, spoil: Callable[[Path], None]
) -> None:
    (tmp_path / "one").mkdir()
    folder = ask(make(tmp_path / "one", "folder", spoil), depth)
    assert ask(make(tmp_path, container, spoil), depth) == folder


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_suite_asks_what_can_be_answered(tmp_path: Path, container: str) -> None:
    answers = ask(make(tmp_path, container, change_and_lose), Depth.FULL)
    assert {finding.code for finding in answers.profile} >= {"B902", "B904"}
    assert answers.report.counts == {"B206": 1, "B401": 1, "B411": 1}
    assert answers.tracks == {FIRST: Track("First", "Trio", "One"), SECOND: Track("Second", "Trio", "One")}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("depth", [Depth.COMPLETE, Depth.FULL])
@pytest.mark.parametrize("kept", [(), (FILES_RECORD,)])
def test_any_tag_file_can_be_opened(
    tmp_path: Path, container: str, depth: Depth, kept: tuple[str, ...]
) -> None:
    with open_bag(os.fsencode(make(tmp_path, container, nothing)), depth, kept=kept) as validation:
        list(validation.check())
        for path, content in ((FILES_RECORD, RECORD), ("notes.txt", b"notes")):
            for _ in range(2):
                with validation.source.open(path) as stream:
                    assert stream.read() == content
        for path in ("metadata/none", "metadata", "none.txt", ""):
            with pytest.raises((FileNotFoundError, filesystem.NotRegularError)):
                validation.source.open(path)


@pytest.mark.parametrize("container", CONTAINERS)
def test_what_is_listed_is_listed_anew_and_a_source_may_be_closed_twice(
    tmp_path: Path, container: str
) -> None:
    source = source_of(os.fsencode(make(tmp_path, container, nothing)))
    with source.listing(lambda _: None) as listing:
        assert listing.top is not None
        once, again = (sorted(present.path for present in listing.presents()) for _ in range(2))
        assert once == again
        assert FIRST in once
    source.close()
    source.close()


class Asked(NamedTuple):
    """How often an archive was opened to say how many tracks are damaged."""

    openings: int
    tracks: int


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every opening of an archive from here on."""
    opened: list[bytes] = []
    open_named = filesystem.open_named

    def count(path: bytes) -> int:
        opened.append(path)
        return open_named(path)

    monkeypatch.setattr(filesystem, "open_named", count)
    return opened


@pytest.mark.parametrize("container", ARCHIVES)
@pytest.mark.parametrize(
    ("depth", "spoil", "wanted"),
    [
        (Depth.FULL, nothing, Asked(openings=2, tracks=0)),
        (Depth.FULL, change_and_lose, Asked(openings=2, tracks=2)),
        (Depth.FULL, lose_record, Asked(openings=2, tracks=0)),
        (Depth.COMPLETE, nothing, Asked(openings=1, tracks=0)),
        (Depth.COMPLETE, lose_payload, Asked(openings=2, tracks=1)),
        (Depth.FAST, lose_payload, Asked(openings=2, tracks=1)),
    ],
)
def test_a_damaged_archive_is_opened_twice_and_never_three_times(  # noqa: PLR0917 - fixtures are arguments
    tmp_path: Path,
    openings: list[bytes],
    container: str,
    depth: Depth,
    spoil: Callable[[Path], None],
    wanted: Asked,
) -> None:
    path = make(tmp_path, container, spoil)
    [outcome] = verify(
        VerifyRequest((str(path),), depth, "btr", 2, Trust(None, required=False, now=NOW)), Unwatched()
    )
    assert outcome.mismatches
    assert Asked(len(openings), len(outcome.tracks)) == wanted
    assert set(openings) == {os.fsencode(path)}


class Wanted(list[str]):
    """Paths of files that somebody wants."""


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_contents_that_are_wanted_come_with_their_bytes(tmp_path: Path, container: str) -> None:
    source = source_of(os.fsencode(make(tmp_path, container, nothing)))
    found = {path: b"".join(blocks) for path, blocks in source.contents(Wanted([SECOND, FIRST]))}
    assert found.keys() == {FIRST, SECOND}
    passed = [path for path, _ in source.contents(Wanted([SECOND]))]
    assert passed == [SECOND]
    source.close()


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_file_that_is_not_there_does_not_keep_others_from_coming(tmp_path: Path, container: str) -> None:
    source = source_of(os.fsencode(make(tmp_path, container, nothing)))
    found = {}
    for path, blocks in source.contents(Wanted(["data/none", FIRST])):
        try:
            found[path] = b"".join(blocks)
        except OSError:
            found[path] = b""
    assert found.pop("data/none", b"") == b""
    assert list(found) == [FIRST]
    assert found[FIRST]
    source.close()


@pytest.mark.parametrize("container", ARCHIVES)
def test_records_that_are_wanted_early_need_no_further_opening(
    tmp_path: Path, openings: list[bytes], container: str
) -> None:
    source = source_of(os.fsencode(make(tmp_path, container, nothing)), early=(FILES_RECORD, "metadata/none"))
    with source.listing(lambda _: None):
        pass
    for _ in range(2):
        with source.open(FILES_RECORD) as stream:
            assert stream.read() == RECORD
    with pytest.raises(FileNotFoundError):
        source.open("metadata/none")
    assert len(openings) == 1
    source.close()
