"""What a bag records of files and rights comes back as it was; what this program does not write is refused."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import ExitStatus, Way
from archiver.model.package import PackedFile, PackEntry, WithheldFile
from archiver.model.rights import Decision, Declaration
from archiver.model.rights_context import RightsContext
from archiver.model.source import Unpacked
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD
from archiver.records.rights.read import (
    NoRightsRecordError,
    RightsRecordError,
    UnnamedFiles,
    read_decided,
    read_declared,
    read_entries,
)
from tests.records.entries import CONTEXT, assessed, decision, every_case, packed, record_files

ANONYMOUS = dataclasses.replace(CONTEXT, anonymous_withheld=True)
ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1)
Both = tuple[bytes, bytes]
"""The record of rights and the record of files."""


def record(entries: tuple[PackEntry, ...], context: RightsContext = CONTEXT) -> Both:
    found = record_files(entries, context)
    return found[RIGHTS_RECORD], found[FILES_RECORD]


GOOD = record(every_case())


def lay(folder: Path, records: Both) -> str:
    for path, data in zip((RIGHTS_RECORD, FILES_RECORD), records, strict=True):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return str(folder)


def read(bag: str) -> tuple[list[Declaration | UnnamedFiles], list[tuple[str, Decision]], list[Any]]:
    return list(read_declared(bag)), list(read_decided(bag)), list(read_entries(bag))


def test_what_was_declared_is_read_back(tmp_path: Path) -> None:
    declared, _, _ = read(lay(tmp_path, GOOD))
    assert declared == list(CONTEXT.declarations.values())


def test_what_was_decided_is_read_back(tmp_path: Path) -> None:
    _, decided, _ = read(lay(tmp_path, GOOD))
    wanted = [
        (one.bag_path, one.assessed.decision)
        if isinstance(one, PackedFile)
        else (one.assessed.path, one.assessed.decision)
        for one in every_case()
        if isinstance(one, PackedFile | WithheldFile)
    ]
    assert decided == wanted


def test_every_file_is_read_back(tmp_path: Path) -> None:
    _, _, entries = read(lay(tmp_path, GOOD))
    wanted = [one for one in every_case() if isinstance(one, PackedFile | WithheldFile | Unpacked)]
    assert [type(one) for one in entries] == [type(one) for one in wanted]
    for entry, source in zip(entries, wanted, strict=True):
        if isinstance(source, Unpacked):
            assert entry == source
            continue
        assert entry.assessed.decision == source.assessed.decision
        for name in ("role", "format", "audio", "tags", "tag_blocks", "protection", "evidence", "problems"):
            assert getattr(entry.assessed.examined, name) == getattr(source.assessed.examined, name), name


def test_decisions_beyond_those_that_are_remembered_are_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.records.rights.record.REMEMBERED", 3)
    many = [decision(declarations=(str(number),)) for number in range(7)]
    order = [0, 1, 2, 0, 3, 4, 0, 5, 6, 1, 1, 2, 0, 6, 5, 4, 3]
    entries = tuple(packed(f"{place}", many[number]) for place, number in enumerate(order))
    assert [found for _, found in read_decided(lay(tmp_path, record(entries)))] == [many[n] for n in order]


def test_withheld_files_without_names_are_counted(tmp_path: Path) -> None:
    held = tuple(WithheldFile(assessed(f"secret/{number}.mp3")) for number in range(5))
    found = read(lay(tmp_path, record((*held, packed("open/1.mp3")), ANONYMOUS)))
    (group,) = (row for row in found[0] if isinstance(row, UnnamedFiles))
    assert group.files == 5
    assert group.decision.disposition is held[0].assessed.decision.disposition
    assert [reason.code for reason in group.decision.reasons] == [
        reason.code for reason in held[0].assessed.decision.reasons
    ]
    assert "secret" not in repr(found)


def test_an_empty_record_is_whole(tmp_path: Path) -> None:
    empty = record((), dataclasses.replace(CONTEXT, declarations={}))
    assert read(lay(tmp_path, empty)) == ([], [], [])


@given(name=ANY_TEXT, who=ANY_TEXT)
@settings(max_examples=50)
def test_any_name_is_read_back(tmp_path_factory: pytest.TempPathFactory, name: str, who: str) -> None:
    context = dataclasses.replace(
        CONTEXT,
        policy=dataclasses.replace(CONTEXT.policy, name=name, title=f'"withheld":[{who}'),
        declarations={
            key: dataclasses.replace(one, by=who, note=name) for key, one in CONTEXT.declarations.items()
        },
    )
    declared, decided, _ = read(lay(tmp_path_factory.mktemp("bag"), record((packed(name),), context)))
    # two surrogates that make a pair are one character in any JSON
    who, name = (json.loads(json.dumps(text)) for text in (who, name))
    assert [one.by for one in declared if isinstance(one, Declaration)] == [who] * len(CONTEXT.declarations)
    assert [path for path, _ in decided] == [f"data/{name}"]


def refused(folder: Path, records: Both) -> bool:
    """Whether the records are refused with the error made for it; any other error fails the test."""
    fault = None
    try:
        read(lay(folder, records))
    except RightsRecordError as error:
        fault = error
    if fault is not None:
        assert fault.exit_code == ExitStatus.DAMAGED
        assert str(folder) in fault.message
        assert [(one.way, one.subject) for one in fault.remedies] == [(Way.VERIFY, str(folder))]
    return fault is not None


def test_a_record_of_rights_that_ends_early_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole, files = GOOD[0].rstrip(b"\n"), GOOD[1]
    for end in (*range(0, len(whole), 97), *(at for at in range(len(whole)) if whole[at : at + 1] == b"\n")):
        assert refused(tmp_path, (whole[:end], files)), end
    assert not refused(tmp_path, (whole, files))


@pytest.mark.parametrize(
    "rights",
    [
        b"",
        b"\0" * 100,
        b"[]\n",
        b"{}\n",
        b"null",
        GOOD[0] + GOOD[0],
        GOOD[0].split(b"\n", 1)[1],
        GOOD[0].replace(b"archiver.rights/2", b"archiver.rights/3"),
        GOOD[0].replace(b'"assessed_on":"2026', b'"assessed_on":"9999-99'),
        GOOD[0].replace(b"2026-11-22", b"2026-02-30"),
        GOOD[0].replace(b'"by":"', b'"by":["', 1),
        GOOD[0].replace(b'"id":"', b'"id":{"a":"', 1),
        GOOD[0].replace(b'"id":"d1"', b'"id":"d9"', 1),
        GOOD[0].replace(b'"kind":"totals"', b'"kind":"sums"'),
        b"\xff\xfe" + GOOD[0].decode().encode("utf-16-le"),
    ],
)
def test_rights_that_this_program_does_not_write_are_refused(tmp_path: Path, rights: bytes) -> None:
    assert refused(tmp_path, (rights, GOOD[1]))


@pytest.mark.parametrize(
    "files",
    [
        b"",
        b"\0" * 100,
        GOOD[1].split(b"\n", 1)[1],
        GOOD[1].replace(b"archiver.files/1", b"archiver.files/2"),
        GOOD[1].replace(b'"decision":"d2"', b'"decision":"d77"'),
        GOOD[1].replace(b'"decision":"d1"', b'"decision":["d1"]'),
        GOOD[1].replace(b'"role":"audio"', b'"role":"sound"'),
        GOOD[1].replace(b'"digests":{', b'"digest":{', 1),
        GOOD[1][: len(GOOD[1]) // 2],
    ],
)
def test_files_that_this_program_does_not_write_are_refused(tmp_path: Path, files: bytes) -> None:
    assert refused(tmp_path, (GOOD[0], files))


@given(data=st.data())
@settings(max_examples=300)
def test_mutated_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, 1))
    mutated = bytearray(GOOD[which])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        length = data.draw(st.integers(0, 40))
        mutated[at : at + length] = data.draw(st.binary(max_size=20))
    records = (bytes(mutated), GOOD[1]) if which == 0 else (GOOD[0], bytes(mutated))
    refused(tmp_path_factory.mktemp("bag"), records)


HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, -1, 0, 1e308, 10**30, "", "x", "9999-12-31", "\ud800"),
        *([], {}, [[]], [{}], {"a": []}, ["x", 1]),
    ]
)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    yield way
    if isinstance(value, dict):
        for key, below in value.items():
            yield from places(below, (*way, key))
    elif isinstance(value, list):
        for at, below in enumerate(value):
            yield from places(below, (*way, at))


PARSED = [[json.loads(line) for line in data.splitlines()] for data in GOOD]
PLACES = [way for way in places(PARSED) if len(way) > 2]


@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), HOSTILE), min_size=1, max_size=3))
@settings(max_examples=400)
def test_mutated_values_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    value = copy.deepcopy(PARSED)
    for way, instead in changes:
        below: Any = value
        try:
            for step in way[:-1]:
                below = below[step]
            below[way[-1]] = copy.deepcopy(instead)  # a later change may reach into it
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took its place away
    rights, files = ("".join(json.dumps(line) + "\n" for line in lines).encode() for lines in value)
    folder = tmp_path_factory.mktemp("bag")
    if not refused(folder, (rights, files)):
        declared, decided, entries = read(str(folder))
        assert all(isinstance(path, str) for path, _ in decided)
        repr((declared, decided, entries))


@pytest.mark.parametrize(
    "line",
    [
        b"[" + b"{}," * 5_000_000 + b"{}]",
        b'{"id":[' + b"[]," * 5_000_000 + b"[]]}",
        b'{"kind":"declaration","note":"' + b"x" * (17 << 20) + b'"}',
        b"[" * 100_000,
        b'{"kind":"withheld","disposition":"review","files":1,"reasons":[' + b"1," * 2_000_000 + b"1]}",
        b"9" * 1_000_000,
    ],
)
@pytest.mark.parametrize("which", [0, 1], ids=["rights", "files"])
def test_a_line_larger_than_any_that_is_written_is_refused_in_little_memory(
    tmp_path: Path, which: int, line: bytes
) -> None:
    header, rest = GOOD[which].split(b"\n", 1)
    wrong = b"\n".join((header, line, rest))
    records = (wrong, GOOD[1]) if which == 0 else (GOOD[0], wrong)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        assert refused(tmp_path, records)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < 96 << 20


def with_line(line: bytes, times: int = 1) -> Both:
    """The records with lines before the totals."""
    lines = GOOD[0].splitlines()
    return b"\n".join((*lines[:-1], *([line] * times), lines[-1])) + b"\n", GOOD[1]


def test_more_groups_of_unnamed_files_than_are_ever_written_are_refused(tmp_path: Path) -> None:
    group = b'{"kind":"withheld","disposition":"review","files":1}'
    assert not refused(tmp_path, with_line(group, 9_000))
    assert refused(tmp_path, with_line(group, 10_002))


@pytest.mark.parametrize("number", [b"0", b"-1", b"true", b'"1"'])
def test_a_group_of_no_files_is_refused(tmp_path: Path, number: bytes) -> None:
    assert refused(tmp_path, with_line(b'{"kind":"withheld","disposition":"review","files":%s}' % number))


def test_a_bag_without_a_record_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    for reader in (read_declared, read_decided, read_entries):
        with pytest.raises(NoRightsRecordError, match="has no record of rights") as caught:
            list(reader(str(tmp_path)))
        assert caught.value.exit_code == ExitStatus.INCOMPLETE


@pytest.mark.parametrize("path", [RIGHTS_RECORD, FILES_RECORD])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, kind: str, path: str) -> None:
    bag = lay(tmp_path, GOOD)
    there = tmp_path / path
    there.rename(tmp_path / "elsewhere")
    if kind == "link":
        there.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(there)
    else:
        there.mkdir()
    with pytest.raises(NoRightsRecordError, match="cannot be read"):
        read(bag)


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "zip"])
def test_a_bag_in_an_archive_is_read_without_unpacking_it(tmp_path: Path, suffix: str) -> None:
    made = tmp_path / "Bag"
    wanted = read(lay(made, GOOD))
    archive = tmp_path / f"Bag.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(archive, "w") as packing:
            for path in (RIGHTS_RECORD, FILES_RECORD):
                packing.write(made / path, f"Bag/{path}")
    else:
        with tarfile.open(archive, "w:gz" if suffix == "tar.gz" else "w:") as packing_tar:
            packing_tar.add(made, "Bag")
    assert read(str(archive)) == wanted
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Bag", archive.name]


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04broken", b"\x1f\x8bbroken"])
def test_an_archive_that_cannot_be_read_has_no_record(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "Bag.tar"
    archive.write_bytes(data)
    with pytest.raises(NoRightsRecordError):
        read(str(archive))
