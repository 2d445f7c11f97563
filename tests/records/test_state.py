"""The record of a source's state: what is written comes back, and nothing is believed that is not written so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.bag import Accession
from archiver.model.package import HeldFile, PackedFile, PackEntry
from archiver.model.state import Holding, HoldingBag, StateFile, StateHead
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD, STATE_RECORD, TREE_RECORD
from archiver.records.state import SCHEMA, read_state
from tests.records.entries import CONTEXT, PACKAGE, PLAN, assessed, decision, every_case, packed, record_files

BEFORE = "urn:uuid:00000000-0000-4000-8000-0000000000aa"
EARLIER = HoldingBag("urn:uuid:00000000-0000-4000-8000-000000000001", "Gift-2026-01-01", "ab" * 64)
OTHER = HoldingBag("urn:uuid:00000000-0000-4000-8000-000000000002", "Gift-2026-02-01", "cd" * 64)
MOMENT = dt.datetime(2026, 11, 22, 18, 4, 5, tzinfo=dt.UTC)
_PLAN = dataclasses.replace(PLAN, algorithms=("sha512",))


def held(path: str, bag: HoldingBag = EARLIER, at: str | None = None) -> HeldFile:
    holding = Holding(bag, "data/" + (at or path), "sha512", "0f" * 64)
    return HeldFile(assessed(path), holding)


def written(*entries: PackEntry, previous: str | None = None) -> bytes:
    accession = Accession(PACKAGE, "Gift", MOMENT, previous)
    plan = dataclasses.replace(_PLAN, accession=accession)
    return record_files(entries, plan=plan)[STATE_RECORD]


def in_full(path: str) -> PackedFile:
    return dataclasses.replace(packed(path), digests=(("sha512", "1e" * 64),))


def read(data: bytes) -> tuple[StateHead, list[StateFile]]:
    head, files = read_state(io.BytesIO(data))
    return head, list(files)


def test_the_state_has_what_is_packed_and_what_is_held_and_no_more() -> None:
    head, files = read(
        written(in_full("new.flac"), held("old.flac"), held("moved.flac", OTHER, "was.flac"), previous=BEFORE)
    )
    assert head == StateHead("Gift", f"urn:uuid:{PACKAGE}", MOMENT, BEFORE, "sha512")
    assert [(one.path, one.bag, one.bag_path, one.digest[:2]) for one in files] == [
        ("new.flac", None, "data/new.flac", "1e"),
        ("old.flac", EARLIER, "data/old.flac", "0f"),
        ("moved.flac", OTHER, "data/was.flac", "0f"),
    ]
    others = [
        one for one in every_case() if "flac" not in getattr(getattr(one, "assessed", None), "path", "")
    ]
    kept_out = [one for one in others if type(one).__name__ in ("WithheldFile", "Unpacked", "EmptyFolder")]
    assert len(kept_out) == 3
    assert read(written(*kept_out))[1] == []


def test_a_bag_is_named_once_before_its_first_file() -> None:
    lines = [json.loads(line) for line in written(held("a"), held("b", OTHER), held("c")).splitlines()]
    assert [(one.get("kind"), one.get("number"), one.get("bag")) for one in lines[1:]] == [
        ("bag", 1, None),
        ("file", None, 1),
        ("bag", 2, None),
        ("file", None, 2),
        ("file", None, 1),
    ]


def test_the_strongest_digest_is_the_one_of_the_state_and_another_says_so() -> None:
    weak_and_strong = dataclasses.replace(packed("a"), digests=(("md5", "00" * 16), ("sha256", "1a" * 32)))
    plan = dataclasses.replace(PLAN, algorithms=("md5", "sha256"))
    data = record_files((weak_and_strong, held("b")), plan=plan)[STATE_RECORD]
    head, files = read(data)
    assert head.algorithm == "sha256"
    assert [(one.algorithm, one.digest[:2]) for one in files] == [("sha256", "1a"), ("sha512", "0f")]


def test_a_held_file_is_decided_and_stands_in_the_tree_and_nowhere_else() -> None:
    decided = decision(personal=True, declarations=("gift",))
    file = held("Gift/only here.mp3")
    ref = dataclasses.replace(file.assessed.examined.ref, mode=0o600)
    examined = dataclasses.replace(file.assessed.examined, ref=ref)
    file = dataclasses.replace(
        file, assessed=dataclasses.replace(file.assessed, examined=examined, decision=decided)
    )
    found = record_files((in_full("new.flac"), file), plan=_PLAN)
    _, (new, old) = read(found[STATE_RECORD])
    decisions = {one["id"]: one for one in map(json.loads, found[RIGHTS_RECORD].splitlines()) if "id" in one}
    assert decisions[old.decision]["personal_data"] == "detected"
    assert "personal_data" not in decisions[new.decision]
    totals = json.loads(found[RIGHTS_RECORD].splitlines()[-1])
    assert totals["files"] == {"assessed": 2, "held": 1, "packed": 1, "withheld": 0}
    naming = [path for path, data in found.items() if b"only here" in data]
    assert sorted(naming) == [STATE_RECORD, TREE_RECORD]
    assert b"only here" not in found[FILES_RECORD]
    assert b"1  held by earlier bags" in found["metadata/README.txt"]


def test_a_document_is_kept_for_a_held_file() -> None:
    file = held("Gift/01.mp3")
    decided = decision(declarations=("gift",))
    file = dataclasses.replace(file, assessed=dataclasses.replace(file.assessed, decision=decided))
    found = record_files((file,), CONTEXT, _PLAN)
    lines = [json.loads(line) for line in found[RIGHTS_RECORD].splitlines()]
    (gift,) = [line for line in lines if line.get("id") == "gift"]
    assert gift["document_in_bag"] == "metadata/submissionDocumentation/deed.pdf"


_PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part not in (".", "..")
)
_PATHS = st.lists(_PARTS, min_size=1, max_size=4).map("/".join)


@given(
    st.lists(
        st.tuples(
            _PATHS,
            _PATHS,
            st.sampled_from([None, EARLIER, OTHER]),
            st.integers(0, 1 << 62),
            st.integers(-(10**18), 10**18),
        ),
        max_size=8,
    )
)
def test_what_is_written_comes_back(cases: list[tuple[str, str, HoldingBag | None, int, int]]) -> None:
    entries: list[PackEntry] = []
    for path, at, bag, size, modified in cases:
        file = assessed(path)
        stat = dataclasses.replace(file.examined.ref.stat, size_bytes=size, mtime_ns=modified)
        ref = dataclasses.replace(
            file.examined.ref, stat=stat, relative=path.encode() + b"\xff", stored=None if bag else at
        )
        file = dataclasses.replace(file, examined=dataclasses.replace(file.examined, ref=ref))
        if bag is None:
            entry = dataclasses.replace(in_full(path), assessed=file, size_bytes=size, modified_ns=modified)
            entries.append(entry)
        else:
            entries.append(HeldFile(file, Holding(bag, f"data/{at}", "md5", "ab" * 16)))
    _, files = read(written(*entries))
    assert [
        (one.path, one.bag_path, one.bag, one.size_bytes, one.modified_ns, one.original_name) for one in files
    ] == [
        (path, f"data/{at}", bag, size, modified, path.encode() + b"\xff")
        for path, at, bag, size, modified in cases
    ]


HEADER = {
    "schema": SCHEMA,
    "collection": "Gift",
    "accession": f"urn:uuid:{PACKAGE}",
    "at": "2026-11-22T18:04:05Z",
    "algorithm": "sha512",
}
BAG = {
    "kind": "bag",
    "number": 1,
    "identifier": EARLIER.identifier,
    "name": EARLIER.name,
    "pin": EARLIER.pin,
}
FILE = {
    "kind": "file",
    "source_path": "a",
    "size_bytes": 1,
    "modified": "2026-11-22T18:04:05Z",
    "digest": "0f" * 64,
    "decision": "d1",
}


def record(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_the_smallest_record_is_read() -> None:
    assert len(read(record(HEADER, BAG, FILE, {**FILE, "bag": 1}))[1]) == 2


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([{**HEADER, "schema": "archiver.state/2"}], id="another form"),
        pytest.param([{**HEADER, "accession": "urn:uuid:../.."}], id="no identifier"),
        pytest.param([{**HEADER, "previous": "somebody"}], id="no identifier of the one before"),
        pytest.param([{**HEADER, "at": "yesterday"}], id="no moment"),
        pytest.param([{**HEADER, "algorithm": "crc32"}], id="no algorithm"),
        pytest.param([FILE], id="no header"),
        pytest.param([HEADER, {**FILE, "bag": 1}], id="a bag that no line names"),
        pytest.param([HEADER, {**FILE, "bag": -1}], id="a number below zero"),
        pytest.param([HEADER, {**BAG, "number": 2}], id="a number left out"),
        pytest.param([HEADER, BAG, BAG], id="a number twice"),
        pytest.param([HEADER, {**BAG, "pin": "AB" * 64}], id="no pin"),
        pytest.param([HEADER, {**BAG, "name": ""}], id="no name"),
        pytest.param([HEADER, {**FILE, "digest": "0f"}], id="a short digest"),
        pytest.param([HEADER, {**FILE, "digest": "zz" * 64}], id="no digest"),
        pytest.param([HEADER, {**FILE, "algorithm": "md5"}], id="a digest of another algorithm"),
        pytest.param([HEADER, {**FILE, "size_bytes": -1}], id="fewer bytes than none"),
        pytest.param([HEADER, {**FILE, "modified": "2026"}], id="no time"),
        pytest.param([HEADER, {**FILE, "source_path": "../a"}], id="out of the source"),
        pytest.param([HEADER, {**FILE, "source_path": "/etc/passwd"}], id="from the root"),
        pytest.param([HEADER, {**FILE, "source_path": "a\0"}], id="no path at all"),
        pytest.param([HEADER, {**FILE, "source_path_b64": "Li4v"}], id="out of the source in bytes"),
        pytest.param([HEADER, {**FILE, "source_path_b64": "*"}], id="no bytes"),
        pytest.param([HEADER, {**FILE, "path": "metadata/state.jsonl"}], id="out of the payload"),
        pytest.param([HEADER, {**FILE, "path": "data/../../x"}], id="out of the bag"),
        pytest.param([HEADER, {**FILE, "decision": None}], id="no decision"),
        pytest.param([HEADER, {**FILE, "source_path": "a" * (1 << 20)}], id="a line without end"),
        pytest.param([HEADER, {"kind": "wish"}], id="a line of no kind"),
    ],
)
def test_what_nobody_writes_is_refused(lines: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong, it is told as one kind of fault
        read(record(*lines))


def test_a_line_that_breaks_off_is_refused() -> None:
    data = record(HEADER, FILE, FILE)
    assert len(read(data)[1]) == 2
    with pytest.raises(ValueError, match="not whole"):
        read(data[:-1])


@given(st.text(alphabet="a./\0\n", max_size=9))
def test_a_path_stays_below_its_folder_or_is_refused(path: str) -> None:
    leads_elsewhere = "\0" in path or any(part in ("", ".", "..") for part in path.split("/"))
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in (HEADER, {**FILE, "source_path": path}))
    _, files = read_state(io.BytesIO(lines))
    if leads_elsewhere:
        with pytest.raises(ValueError, match="leads elsewhere"):
            list(files)
    else:
        assert [one.path for one in files] == [path]
