"""A bag's name is one that every system can hold and that is not taken."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import UsageError
from archiver.ingest.names import portability
from archiver.model.source import Source
from archiver.store.find_bags import taken_by
from archiver.usecases.pack.naming import default_name, refuse_taken, refuse_unfit

DAY = dt.date(2026, 11, 22)


def source(name: str) -> Source:
    return Source(b"/x", None, "", name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Music", "Music-2026-11-22"),
        ("Größe 東京", "Größe 東京-2026-11-22"),
        ("a:b?", "a_b_-2026-11-22"),
        ("CON", "CON-2026-11-22"),
        (".hidden", "hidden-2026-11-22"),
        ("dots...", "dots-2026-11-22"),
        ("100%", "100_-2026-11-22"),
        ("\x1b[31m\u202e", "_[31m_-2026-11-22"),
        (" . ", "music-2026-11-22"),
    ],
)
def test_default_name_is_the_source_and_the_day(tmp_path: Path, name: str, expected: str) -> None:
    assert default_name([source(name)], DAY, os.fsencode(tmp_path)) == expected


def test_several_sources_are_counted(tmp_path: Path) -> None:
    names = [source("A"), source("B"), source("C")]
    assert default_name(names, DAY, os.fsencode(tmp_path)) == "A_and_2_more-2026-11-22"


@pytest.mark.parametrize("taken", ["Music-2026-11-22", "Music-2026-11-22.tar", "Music-2026-11-22.zip"])
def test_a_number_follows_where_the_name_is_taken(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).touch()
    assert default_name([source("Music")], DAY, os.fsencode(tmp_path)) == "Music-2026-11-22_2"
    with pytest.raises(UsageError, match=re.escape(f"/{taken} exists already")):
        refuse_taken("Music-2026-11-22", os.fsencode(tmp_path))
    (tmp_path / "Music-2026-11-22_2").symlink_to("nowhere")
    assert default_name([source("Music")], DAY, os.fsencode(tmp_path)) == "Music-2026-11-22_3"


@pytest.mark.parametrize("bag", ["_1_of_3", "_2_of_3", "_12_of_12.tar", "_1_of_2.zip"])
def test_the_name_of_a_group_is_taken_too_wherever_its_other_bags_are(tmp_path: Path, bag: str) -> None:
    (tmp_path / f"Music-2026-11-22{bag}").mkdir()
    assert default_name([source("Music")], DAY, os.fsencode(tmp_path)) == "Music-2026-11-22_2"
    with pytest.raises(UsageError, match=f"/Music-2026-11-22{re.escape(bag)} exists already"):
        refuse_taken("Music-2026-11-22", os.fsencode(tmp_path))


def test_a_name_that_only_begins_alike_is_not_taken(tmp_path: Path) -> None:
    for name in ("Music_1_of_us", "Music_one_of_2", "Music_1_of_2.txt", "Music 2_1_of_2"):
        (tmp_path / name).mkdir()
    assert taken_by(os.fsencode(tmp_path), "Music") is None
    refuse_taken("Music", os.fsencode(tmp_path))


file_names = st.text(
    st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=255
)


@given(file_names)
def test_default_names_can_stand_everywhere(name: str) -> None:
    found = default_name([source(name)], DAY, b"/nonexistent")
    assert len(found.encode()) <= 200
    assert not found.startswith(".")
    assert list(portability(found)) == []
    refuse_unfit(found)
    refuse_taken(found, b"/nonexistent")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "..",
            ".hidden",
            "a/b",
            "../a",
            "/a",
            " a",
            "a ",
            "a.",
            "CON",
            "nul.x",
            "a:b",
            "a*",
            "a\\b",
        ),
        *("a\nb", "a\x1b[0m", "\u202ea", "\ufeff", "x" * 181, "\udcff", "a\x00b"),
    ],
)
def test_names_that_cannot_stand_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be named"):
        refuse_unfit(name)


@pytest.mark.parametrize("name", ["a", "Collection 2026", "Größe", "a.b", "-a", "100%", "x" * 180])
def test_other_names_are_taken_as_they_are(tmp_path: Path, name: str) -> None:
    refuse_unfit(name)
