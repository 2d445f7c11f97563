"""More than a thousand personal values, each a word of its own: counted and located, and in nothing that is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from tests.end_to_end import planted, tokens
from tests.end_to_end.bags import Package, records
from tests.end_to_end.test_personal_data import assessed
from tests.running import Outcome

POLICIES = ("personal", "donation", "public")


def test_there_are_many_values_to_be_found() -> None:
    values = list(tokens.values())
    assert len(values) > 1000
    assert all(tokens.PLANTED.fullmatch(value.encode()) for value in values)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_value_is_in_the_metadata_of_a_bag(planted_bags: Mapping[str, Package], policy: str) -> None:
    found = {name: tokens.PLANTED.findall(data) for name, data in records(planted_bags[policy].bag)}
    assert {name: values[:5] for name, values in found.items() if values} == {}


def test_no_value_is_printed(planted_screens: Mapping[str, Outcome]) -> None:
    told = {name: (outcome.out + outcome.err).encode() for name, outcome in planted_screens.items()}
    found = {name: tokens.PLANTED.findall(text) for name, text in told.items()}
    assert {name: values[:5] for name, values in found.items() if values} == {}


@pytest.mark.parametrize("policy", POLICIES)
def test_each_value_is_counted_with_its_place(planted_bags: Mapping[str, Package], policy: str) -> None:
    rows = assessed(planted_bags[policy])
    for name, plot in tokens.files().items():
        row = rows[f"Tokens/{name}"]
        personal = [item for item in row["evidence"] if item["personal"]]
        assert Counter(item["code"] for item in personal) == plot.expected, name
        assert len({(item["code"], item["locator"]) for item in personal}) == len(personal), name
        assert row["personal_data"], name


@pytest.mark.parametrize("policy", POLICIES)
def test_names_of_folders_that_name_a_person_count(planted_bags: Mapping[str, Package], policy: str) -> None:
    rows = assessed(planted_bags[policy])
    for name in planted.NAMED:
        row = rows[f"Tokens/{name}"]
        (found,) = (item for item in row["evidence"] if item["personal"])
        assert found["locator"].startswith("path@"), name
        assert row["personal_data"]
        assert policy != "public" or row["disposition"] != "include"


def test_ordinary_values_of_ordinary_music_stay(planted_bags: Mapping[str, Package]) -> None:
    package = planted_bags["personal"]
    rows = assessed(package)
    assert not any(rows[path]["personal_data"] for path in rows if path.startswith("Plain/"))
    by_path = {row["source_path"]: row for row in package.files}
    frames = by_path["Plain/ordinary.flac"]["tag_blocks"][0]["frames"]
    told = {frame["id"].upper(): frame["text"] for frame in frames}
    assert {key: told[key] for key in planted.ORDINARY} == planted.ORDINARY
