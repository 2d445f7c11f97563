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

from archiver.errors import DAMAGED, INCOMPLETE
from archiver.model.package import PackedFile, PackEntry, WithheldFile
from archiver.model.rights import Decision, Declaration
from archiver.model.rights_context import RightsContext
from archiver.records.rights.read import (
    RIGHTS_RECORD,
    NoRightsRecordError,
    Recorded,
    RightsRecordError,
    UnnamedFiles,
    read_rights_record,
)
from archiver.records.rights.record import write_rights_json
from archiver.records.rights.tally import summarise
from tests.records.entries import CONTEXT, assessed, decision, every_case, packed, written

ANONYMOUS = dataclasses.replace(CONTEXT, anonymous_withheld=True)
ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1)


def record(entries: tuple[PackEntry, ...], context: RightsContext = CONTEXT) -> bytes:
    return written(write_rights_json, entries, context, summarise(entries))


GOOD = record(every_case())


def read(folder: Path, data: bytes) -> list[Recorded]:
    path = folder / RIGHTS_RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return list(read_rights_record(str(folder)))


def kept(decided: Decision) -> Decision:
    """What of a decision a record keeps."""
    return dataclasses.replace(decided, policy="", machine_use=())


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    rows = read(tmp_path, GOOD)
    declarations = [row for row in rows if isinstance(row, Declaration)]
    assert [row.id for row in declarations] == list(CONTEXT.declarations)
    for row in declarations:
        source = CONTEXT.declarations[row.id]
        for name in ("basis", "by", "role", "date", "acts", "license", "document", "expires", "note"):
            assert getattr(row, name) == getattr(source, name), name
    files = {row[0]: row[1] for row in rows if isinstance(row, tuple)}
    entries = every_case()
    wanted = {one.bag_path: one.assessed.decision for one in entries if isinstance(one, PackedFile)}
    wanted |= {one.assessed.path: one.assessed.decision for one in entries if isinstance(one, WithheldFile)}
    assert files.keys() == wanted.keys()
    for path, decided in files.items():
        on = dataclasses.replace(kept(wanted[path]), on=CONTEXT.assessed_on, personal=decided.personal)
        layers = {layer.layer: layer for layer in decided.layers}
        assert dataclasses.replace(decided, layers=()) == dataclasses.replace(on, layers=())
        assert layers == {layer.layer: layer for layer in on.layers}


def test_withheld_files_without_names_are_counted(tmp_path: Path) -> None:
    held = tuple(WithheldFile(assessed(f"secret/{number}.mp3")) for number in range(5))
    rows = read(tmp_path, record((*held, packed("open/1.mp3")), ANONYMOUS))
    (group,) = (row for row in rows if isinstance(row, UnnamedFiles))
    assert group.files == 5
    assert group.decision.disposition is held[0].assessed.decision.disposition
    assert "secret" not in repr(rows)


def test_an_empty_record_is_whole(tmp_path: Path) -> None:
    assert read(tmp_path, record((), dataclasses.replace(CONTEXT, declarations={}))) == []


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
    rows = read(tmp_path_factory.mktemp("bag"), record((packed(name),), context))
    assert [row.by for row in rows if isinstance(row, Declaration)] == [who] * len(CONTEXT.declarations)
    assert [row[0] for row in rows if isinstance(row, tuple)] == [f"data/{name}"]


def refused(folder: Path, data: bytes) -> bool:
    """Whether a record is refused with the error made for it; any other error fails the test."""
    fault = None
    try:
        read(folder, data)
    except RightsRecordError as error:
        fault = error
    if fault is not None:
        assert fault.exit_code == DAMAGED
        assert str(folder) in fault.message
        assert "archiver verify" in fault.hint
    return fault is not None


def test_a_record_that_ends_early_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole = GOOD.rstrip(b"\n")
    for end in (*range(0, len(whole), 97), *(at for at in range(len(whole)) if whole[at : at + 1] == b"\n")):
        assert refused(tmp_path, whole[:end]), end
    assert not refused(tmp_path, whole)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"[]\n",
        b"{}\n",
        b"null",
        b'{"assessed_on":"2026-01-01","declarations":[],"files":[]}\n',
        GOOD + GOOD,
        GOOD.replace(b"archiver.rights/1", b"archiver.rights/2"),
        GOOD.replace(b'"assessed_on":"2026', b'"assessed_on":"9999-99'),
        GOOD.replace(b"2026-11-22", b"2026-02-30"),
        GOOD.replace(b'"declarations":[', b'"withheld":[', 1),
        GOOD.replace(b'"by":"', b'"by":["', 1).replace(b'","carrier_held"', b'"],"carrier_held"', 1),
        GOOD.replace(b'"id":"', b'"id":{"a":"', 1),
        b"\xff\xfe" + GOOD.decode().encode("utf-16-le"),
    ],
)
def test_what_this_program_does_not_write_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_mutated_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bag")
    mutated = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        length = data.draw(st.integers(0, 40))
        mutated[at : at + length] = data.draw(st.binary(max_size=20))
    assert refused(folder, bytes(mutated)) or read(folder, bytes(mutated))


HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        1e308,
        10**30,
        "",
        "x",
        "9999-12-31",
        "\ud800",
        [],
        {},
        [[]],
        [{}],
        {"a": []},
        ["x", 1],
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


def canonical(value: dict[str, Any]) -> bytes:
    """The record's form, whatever stands in it."""

    def compact(one: Any) -> str:  # noqa: ANN401 - any JSON
        return json.dumps(one, ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    members = []
    for key in sorted(value):
        rows = value[key]
        if key in ("declarations", "files", "withheld") and isinstance(rows, list):
            inner = "".join("\n" + compact(row) + "," for row in rows).rstrip(",")
            members.append(f'"{key}":[{inner}' + ("\n]" if rows else "]"))
        else:
            members.append(f'"{key}":{compact(rows)}')
    return ("{" + ",".join(members) + "}\n").encode()


PARSED = json.loads(GOOD)
PLACES = [way for way in places(PARSED) if way]


def test_the_form_is_the_records_own() -> None:
    assert json.loads(canonical(PARSED)) == PARSED
    assert canonical(PARSED).count(b"\n") == GOOD.count(b"\n")


@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), HOSTILE), min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_mutated_values_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    value = copy.deepcopy(PARSED)
    for way, instead in changes:
        below = value
        try:
            for step in way[:-1]:
                below = below[step]
            below[way[-1]] = copy.deepcopy(instead)  # a later change may reach into it
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took its place away
    folder = tmp_path_factory.mktemp("bag")
    data = canonical(value)
    if not refused(folder, data):
        for row in read(folder, data):
            assert isinstance(row, Declaration | UnnamedFiles) or isinstance(row[0], str)
            repr(row)


def with_row(section: bytes, row: bytes) -> bytes:
    return GOOD.replace(b'"%s":[' % section, b'"%s":[\n%s,' % (section, row), 1)


@pytest.mark.parametrize(
    ("section", "row"),
    [
        (b"files", b"[" + b"{}," * 5_000_000 + b"{}]"),
        (b"declarations", b'{"id":[' + b"[]," * 5_000_000 + b"[]]}"),
        (b"files", b'{"path":"' + b"x" * (3 << 20) + b'"}'),
        (b"declarations", b'{"note":"' + b"x" * (17 << 20) + b'"}'),
        (b"files", b"[" * 100_000),
        (b"withheld", b'{"disposition":"review","files":1,"reasons":[' + b"1," * 2_000_000 + b"1]}"),
        (b"files", b"9" * 1_000_000),
    ],
)
def test_a_row_larger_than_any_that_is_written_is_refused_in_little_memory(
    tmp_path: Path, section: bytes, row: bytes
) -> None:
    data = with_row(section, row)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        assert refused(tmp_path, data)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < 96 << 20


def test_more_groups_of_unnamed_files_than_are_ever_written_are_refused(tmp_path: Path) -> None:
    row = b'{"disposition":"review","files":1,"reasons":[]}'
    assert not refused(tmp_path, with_row(b"withheld", b",\n".join([row] * 9_000)))
    assert refused(tmp_path, with_row(b"withheld", b",\n".join([row] * 10_001)))


def test_a_bag_without_a_record_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(NoRightsRecordError, match="has no record of rights") as caught:
        list(read_rights_record(str(tmp_path)))
    assert caught.value.exit_code == INCOMPLETE


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / RIGHTS_RECORD
    path.parent.mkdir(parents=True)
    (tmp_path / "elsewhere.json").write_bytes(GOOD)
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere.json")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(NoRightsRecordError, match="cannot be read"):
        list(read_rights_record(str(tmp_path)))


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "zip"])
def test_a_bag_in_an_archive_is_read_without_unpacking_it(tmp_path: Path, suffix: str) -> None:
    made = tmp_path / "Bag"
    wanted = read(made, GOOD)
    archive = tmp_path / f"Bag.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(archive, "w") as packing:
            packing.write(made / RIGHTS_RECORD, f"Bag/{RIGHTS_RECORD}")
    else:
        with tarfile.open(archive, "w:gz" if suffix == "tar.gz" else "w:") as packing_tar:
            packing_tar.add(made, "Bag")
    assert list(read_rights_record(str(archive))) == wanted
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Bag", archive.name]


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04broken", b"\x1f\x8bbroken"])
def test_an_archive_that_cannot_be_read_has_no_record(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "Bag.tar"
    archive.write_bytes(data)
    with pytest.raises(NoRightsRecordError):
        list(read_rights_record(str(archive)))


def test_decisions_of_no_form_that_is_written_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, with_row(b"withheld", b'{"disposition":"review","files":0,"reasons":[]}'))
    assert refused(tmp_path, with_row(b"withheld", b'{"disposition":"review","files":true,"reasons":[]}'))
    assert decision().reasons, "a decision of the builders has reasons, so that they are compared above"
