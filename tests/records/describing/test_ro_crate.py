from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from archiver.model.package import PackEntry, packed_file
from archiver.records.describing import ro_crate
from archiver.records.names import CRATE_RECORD
from tests.records.describing.cases import described_records, hostile, music
from tests.records.entries import packed

VALIDATORS = os.environ.get("ARCHIVER_CRATE_PYTHON")
"""A Python that has rocrate and roc-validator, which want older libraries than the tests."""

UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%")


def crate(entries: Iterable[PackEntry]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(described_records(entries)[CRATE_RECORD])
    return found


def entities(entries: Iterable[PackEntry]) -> dict[str, dict[str, Any]]:
    graph = crate(entries)["@graph"]
    found = {one["@id"]: one for one in graph}
    assert len(found) == len(graph), "an identifier stands twice"
    return found


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


@pytest.mark.parametrize("entries", [music(), hostile(), ()], ids=["music", "hostile", "empty"])
def test_everything_that_is_referred_to_is_there(entries: tuple[PackEntry, ...]) -> None:
    found = entities(entries)
    outside = {"https://w3id.org/ro/crate/1.2"}
    for one in found.values():
        assert set(references(list(one.values()))) <= found.keys() | outside


def test_the_dataset_says_what_the_specification_demands_and_names_all_files() -> None:
    found = entities(music())
    root = found["./"]
    assert {"name", "description", "datePublished", "license"} <= root.keys()
    parts = {one["@id"] for one in root["hasPart"]} - {"metadata/rights/README.txt"}
    assert {unquote(one) for one in parts} == {
        one.bag_path for one in map(packed_file, music()) if one is not None
    }
    assert found[CRATE_RECORD]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}


def test_identifiers_of_files_are_relative_references() -> None:
    for identifier, one in entities((*music(), *hostile())).items():
        if "File" in one["@type"]:
            assert set(identifier) <= UNRESERVED, identifier


def test_music_has_an_album_and_those_who_made_it() -> None:
    found = entities(music())
    first = found["data/Mornings/01%20First.flac"]
    assert first["@type"] == ["File", "MusicRecording"]
    album = found[first["inAlbum"]["@id"]]
    assert (album["@type"], album["name"], album["numTracks"]) == ("MusicAlbum", "Mornings", 2)
    assert found[album["byArtist"]["@id"]] == {
        "@id": album["byArtist"]["@id"],
        "@type": "MusicGroup",
        "name": "The Examples",
    }
    assert [found[one["@id"]]["name"] for one in first["byArtist"]] == ["Erika Example", "The Examples"]
    sampler = found[found["data/Sampler/01.flac"]["inAlbum"]["@id"]]
    assert "byArtist" not in sampler, "no track says who made a sampler"
    assert "datePublished" not in sampler, "last summer is no date"


def test_beyond_a_number_of_artists_they_are_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ro_crate, "MOST_GROUPS", 1)
    found = entities([packed(f"A/{n}.flac", tags={"artist": (f"Artist {n}",)}) for n in range(2)])
    assert found["data/A/1.flac"]["byArtist"] == "Artist 1"


def test_it_is_the_same_every_time() -> None:
    assert described_records(music())[CRATE_RECORD] == described_records(music())[CRATE_RECORD]


_LOADS = """
import sys
from rocrate.rocrate import ROCrate
crate = ROCrate(sys.argv[1])
assert crate.name, crate
print(len(crate.get_entities()))
"""


def _validators() -> str:
    if VALIDATORS is None:
        pytest.skip(
            "set ARCHIVER_CRATE_PYTHON to a Python with rocrate and roc-validator to judge the crate by them"
        )
    return VALIDATORS


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """The crate with the files that it names."""
    for file in filter(None, map(packed_file, music())):
        place = tmp_path / file.bag_path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"12345")
    for path, content in described_records(music()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def test_ro_crate_py_loads_it(laid_out: Path) -> None:
    python = _validators()
    done = subprocess.run(
        [python, "-c", _LOADS, laid_out], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= len(crate(music())["@graph"]) - 1


_JUDGES = """
import json, pathlib, sys
import rocrate
import rocrate_validator.utils.document_loader as loader
context = json.loads((pathlib.Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text())
loader._fetch_json_ld = lambda source: context
from rocrate_validator import models, services
settings = services.ValidationSettings(
    rocrate_uri=sys.argv[1],
    requirement_severity=models.Severity.REQUIRED,
    profile_identifier="ro-crate-1.2",
)
for issue in services.validate(settings).get_issues():
    print(issue.check.identifier, issue.message)
"""
_NEED_THE_NETWORK = ("ro-crate-1.2_4.1 ", "ro-crate-1.2_4.2 ")
"""Checks that ask whether the context's address answers; the context itself comes with rocrate."""


def test_roc_validator_finds_nothing_that_must_be_otherwise(laid_out: Path) -> None:
    words = [_validators(), "-c", _JUDGES, str(laid_out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if not line.startswith(_NEED_THE_NETWORK)] == []
