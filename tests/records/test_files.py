"""The record of every file seen: every key, lossless in JSON, safe and complete as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.audio import AudioProperties, Format, TagBlock, TagFrame
from archiver.model.evidence import Protection, unseen
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.problem import Problem
from archiver.model.source import EmptyFolder, FolderProblem, Unpacked
from archiver.records.files import KEYS, FileRecords, file_record
from tests.records.entries import assessed, every_case, packed

PROPERTIES = AudioProperties("FLAC", 12.34567, 44100, 2, 16, 705600, lossless=True)
BLOCK = TagBlock("vorbis-comment", 42, 100, (TagFrame("TITLE", 50, 12, "ab" * 32, "Song"),))


def written(entries: Sequence[PackEntry], algorithms: Sequence[str] = ("sha512",)) -> tuple[bytes, bytes]:
    jsonl, table = io.BytesIO(), io.BytesIO()
    with FileRecords(jsonl, table, algorithms) as records:
        for entry in entries:
            records.add(entry)
    return jsonl.getvalue(), table.getvalue()


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))


def record_of(entry: PackEntry) -> dict[str, Any]:
    record = file_record(entry)
    assert record is not None
    return record


def test_every_record_has_every_key_in_order() -> None:
    jsonl, _ = written(every_case())
    lines = [json.loads(line) for line in jsonl.splitlines()]
    assert len(lines) > 5
    assert {tuple(line) for line in lines} == {KEYS}


def test_several_values_of_a_frame_stand_on_a_line_each() -> None:
    block = TagBlock("id3v2.4", 0, 40, (TagFrame("TPE1", 10, 20, "ab" * 32, "One\0Two"),))
    entry = packed("01.mp3", tags={"artist": ("One", "Two")}, tag_blocks=(block,))
    assert record_of(entry)["tag_blocks"][0]["frames"][0]["text"] == "One\nTwo"


def test_packed_file_says_where_it_is_and_what_was_decided() -> None:
    entry = packed(
        "Album/01.flac",
        audio=PROPERTIES,
        format=Format("fmt/279", "FLAC", "audio/flac", "V125"),
        tags={"title": ("Song",), "artist": ("One", "Two")},
        tag_blocks=(BLOCK,),
    )
    record = record_of(entry)
    assert record["path"] == "data/Album/01.flac"
    assert record["source_path"] == "Album/01.flac"
    assert record["source_path_b64"] is None
    assert record["digests"] == dict(entry.digests)
    assert record["audio"]["duration_s"] == 12.346
    assert record["format"]["puid"] == "fmt/279"
    assert record["tags"] == {"title": ["Song"], "artist": ["One", "Two"]}
    assert record["tag_blocks"][0]["frames"][0]["text"] == "Song"
    assert set(record["rights"]) == {"disposition", "basis", "acts", "reasons"}


def test_withheld_file_has_no_place_in_the_bag() -> None:
    record = record_of(WithheldFile(assessed("a.mp3")))
    assert record["path"] is None
    assert record["digests"] is None
    assert record["rights"] is not None


def test_what_could_not_be_packed_keeps_its_name_and_its_reason() -> None:
    record = record_of(Unpacked(Problem("=FF.mp3", "S101", "permission denied"), b"\xff.mp3"))
    assert record["source_path"] == "=FF.mp3"
    assert record["source_path_b64"] == "/y5tcDM="
    assert record["problems"] == [{"code": "S101", "severity": "error", "message": "permission denied"}]


def test_what_is_no_file_is_no_record() -> None:
    assert file_record(EmptyFolder("a")) is None
    assert file_record(FolderProblem(Problem("a:b", "N304", "x"))) is None


def test_table_has_a_row_for_each_record_and_a_column_for_each_algorithm() -> None:
    jsonl, table = written(every_case(), ("sha512", "md5"))
    found = rows(table)
    assert len(found) == len(jsonl.splitlines())
    assert list(found[0])[5:7] == ["sha512", "md5"]
    assert table.startswith(b"path,source_path,role,size_bytes,modified,sha512,md5,format,")
    assert table.endswith(b"\r\n")


hostile = st.text(max_size=30) | st.sampled_from(
    ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", '"', "a,b", "a\nb", "\ud800"]
)


@given(
    title=hostile,
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\x00"), min_size=1),
)
def test_anything_in_a_tag_or_name_stays_one_row_and_one_line(title: str, name: str) -> None:
    jsonl, table = written([packed(name, tags={"title": (title,)}), packed("after")])
    lines = jsonl.split(b"\n")
    assert len(lines) == 3
    assert json.loads(lines[0])["tags"]["title"] == [title]
    assert json.loads(lines[0])["path"] == "data/" + name
    first, second = rows(table)
    assert second["source_path"] == "after"
    assert first["path"] == "data/" + name
    assert not first["title"].startswith(("=", "+", "-", "@", "\t", "\r"))
    if not title.startswith(("=", "+", "-", "@", "\t", "\r")) and "\ud800" not in title:
        assert first["title"] == title.encode("utf-8", "backslashreplace").decode()


def test_protection_and_problems_stand_in_the_table() -> None:
    entry = packed(
        "a.m4p",
        protection=Protection("fairplay", "FairPlay", "moov/…/sinf", certain=True),
        problems=(Problem("a.m4p", "F204", "not read"), Problem("a.m4p", "N304", "odd")),
    )
    (row,) = rows(written([entry])[1])
    assert row["protection"] == "FairPlay"
    assert row["problems"] == "F204 not read; N304 odd"


@pytest.mark.parametrize(
    ("protection", "cell"),
    [
        (unseen("moov@9"), "not seen (headers not readable)"),
        (
            Protection("sacd", "Super Audio CD image", "sector 510@9", certain=False),
            "perhaps (Super Audio CD image)",
        ),
    ],
)
def test_the_table_keeps_the_doubt_in_a_protection(protection: Protection, cell: str) -> None:
    record, table = written([packed("a.m4a", protection=protection)])
    assert rows(table)[0]["protection"] == cell
    assert json.loads(record.splitlines()[0])["protection"]["certain"] is False
