"""The record of every file seen: every key, lossless in JSON, safe and complete as a table."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.audio import AudioProperties, EmbeddedPicture, Format, TagBlock, TagFrame
from archiver.model.evidence import Protection, unseen
from archiver.model.package import PackedFile, PackEntry, WithheldFile
from archiver.model.paper import (
    AccurateRip,
    ChecksumList,
    CueSheet,
    CueTrack,
    Expected,
    Linking,
    LogChecksum,
    Named,
    Playlist,
    RipLog,
    RippedTrack,
    Verdict,
)
from archiver.model.problem import Problem
from archiver.model.rights import Decision
from archiver.model.source import EmptyFolder, FolderProblem, Unpacked
from archiver.records.codec import from_line, in_full, to_line
from archiver.records.files import SCHEMA, FileRecord, FilesHeader, file_record
from archiver.records.names import FILES_LIMITS, FILES_RECORD, TABLE_RECORD
from archiver.records.recorded_files import entry_of
from tests.records.entries import PLAN, assessed, every_case, packed, record_files

PROPERTIES = AudioProperties("FLAC", 12.34567, 44100, 2, 16, 705600, lossless=True)
BLOCK = TagBlock("vorbis-comment", 42, 100, (TagFrame("TITLE", 50, 12, "ab" * 32, "Song"),))

TRACK = RippedTrack(
    1, "01.wav", 0, 15_000, "0A", "0B", "0C", "0D", AccurateRip.MATCHED, 4, 5, 0.9, ("aborted",)
)
NAMED = Named(5, 1, 1, 2, 1, ("a", "b"), looked=True, more=True)
PAPERS = (
    RipLog(
        *("EAC", "1.6", "2020-01-02", "X1", -6, "disc", "cddb"),
        tracks=(dataclasses.replace(TRACK, path="a.flac", linking=Linking.NAME), RippedTrack(2)),
        image=TRACK,
        verdict=Verdict.ERRORS,
        checksum=LogChecksum.HOLDS,
    ),
    CueSheet("file", "T", "P", "123", "0a", (CueTrack(1, "DATA", "t", "p", "i", 7, 0),), NAMED),
    Playlist("m3u", NAMED),
    ChecksumList(("md5",), NAMED),
)


def written(entries: Sequence[PackEntry], algorithms: Sequence[str] = ("sha512",)) -> tuple[bytes, bytes]:
    found = record_files(entries, plan=dataclasses.replace(PLAN, algorithms=tuple(algorithms)))
    return found[FILES_RECORD], found[TABLE_RECORD]


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))


def record_of(entry: PackEntry) -> dict[str, Any]:
    record = file_record(entry, lambda _: "d1")
    assert record is not None
    found = in_full(record)
    assert isinstance(found, dict)
    return found


def _one_decision(entry: PackEntry, identifier: str) -> Decision:
    assert identifier == "d1"
    assert isinstance(entry, PackedFile | WithheldFile)
    return entry.assessed.decision


def without_what_no_record_holds(
    entry: PackedFile | WithheldFile | Unpacked,
) -> PackedFile | WithheldFile | Unpacked:
    if isinstance(entry, Unpacked):
        return entry
    examined = entry.assessed.examined
    stat = dataclasses.replace(examined.ref.stat, ctime_ns=0, inode=0)
    ref = dataclasses.replace(examined.ref, root=b"", stat=stat)
    assessed = dataclasses.replace(entry.assessed, examined=dataclasses.replace(examined, ref=ref))
    return dataclasses.replace(entry, assessed=assessed)


def test_every_entry_comes_back_from_its_line() -> None:
    cover, back = EmbeddedPicture("cd" * 32, 5, 3), EmbeddedPicture("ef" * 32, 7)
    block = TagBlock(
        "id3v2.4",
        0,
        40,
        (TagFrame("TPE1", 10, 20, None, "One\0Two"), TagFrame("APIC", 30, 9, "ab", None, (cover, back))),
    )
    rich = packed(
        "a.mp3",
        audio=dataclasses.replace(PROPERTIES, duration_s=12.346),
        tag_blocks=(block, BLOCK),
        papers=PAPERS,
        expected=(Expected("md5", "0a" * 16, "a.md5", holds=True), Expected("crc32", "0a0b0c0d", "a.sfv")),
    )
    files = [one for one in (*every_case(), rich) if isinstance(one, PackedFile | WithheldFile | Unpacked)]
    assert len(files) > 8
    for entry in files:
        record = file_record(entry, lambda _: "d1")
        assert record is not None
        line = to_line(record)
        read = from_line(line, FileRecord, FILES_LIMITS)
        assert to_line(read) == line
        came_back = entry_of(read, FilesHeader(schema=SCHEMA), partial(_one_decision, entry))
        assert came_back == without_what_no_record_holds(entry)


def test_keys_stand_in_their_order_and_what_is_unknown_is_left_out() -> None:
    jsonl, _ = written(every_case())
    header, *lines = [json.loads(line) for line in jsonl.splitlines()]
    assert header["schema"] == SCHEMA
    assert len(lines) > 5
    keys = FileRecord.__struct_fields__
    for line in lines:
        assert list(line) == [key for key in keys if key in line]
        assert None not in line.values()


def test_what_identified_most_formats_is_said_once() -> None:
    other = Format(None, "Odd", None, "archiver table 1")
    entries = [packed("a"), packed("b"), packed("c", format=other), packed("d", format=None)]
    header, *lines = map(json.loads, written(entries)[0].splitlines())
    assert header == {"schema": SCHEMA, "signature_version": "DROID signatures 120"}
    assert [line.get("format", {}).get("signature_version") for line in lines] == [
        None,
        None,
        "archiver table 1",
        None,
    ]


def test_a_record_without_files_has_its_header() -> None:
    assert written([])[0] == b'{"schema":"archiver.files/1"}\n'


def test_a_picture_that_stands_in_several_frames_counts_once() -> None:
    cover, back = EmbeddedPicture("cd" * 32, 5, 3), EmbeddedPicture("ef" * 32, 7)
    frames = tuple(
        TagFrame("APIC", at, 9, None, None, pictures)
        for at, pictures in enumerate([(cover,), (cover, back), ()])
    )
    record = record_of(packed("01.mp3", tag_blocks=(TagBlock("id3v2.4", 0, 40, frames),)))
    assert record["embedded_pictures"] == 2
    shown = record["tag_blocks"][0]["frames"][1]["pictures"]
    assert shown[1] == {"sha256": "ef" * 32, "size_bytes": 7, "type": None}
    assert record_of(packed("02.mp3"))["embedded_pictures"] is None


def test_several_values_of_a_frame_are_a_list() -> None:
    block = TagBlock("id3v2.4", 0, 40, (TagFrame("TPE1", 10, 20, "ab" * 32, "One\0Two"),))
    entry = packed("01.mp3", tags={"artist": ("One", "Two")}, tag_blocks=(block,))
    assert record_of(entry)["tag_blocks"][0]["frames"][0]["text"] == ["One", "Two"]


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
    assert (record["disposition"], record["decision"]) == ("include", "d1")


def test_withheld_file_has_no_place_in_the_bag() -> None:
    record = record_of(WithheldFile(assessed("a.mp3")))
    assert record["path"] is None
    assert record["digests"] is None
    assert (record["disposition"], record["decision"]) == ("include", "d1")


def test_what_could_not_be_packed_keeps_its_name_and_its_reason() -> None:
    record = record_of(Unpacked(Problem("=FF.mp3", "S101", "permission denied"), b"\xff.mp3"))
    assert record["source_path"] == "=FF.mp3"
    assert record["source_path_b64"] == "/y5tcDM="
    assert record["problems"] == [{"code": "S101", "severity": "error", "message": "permission denied"}]


def test_what_is_no_file_is_no_record() -> None:
    for entry in (EmptyFolder("a"), FolderProblem(Problem("a:b", "N304", "x"))):
        assert file_record(entry, lambda _: "d1") is None


def test_table_has_a_row_for_each_record_and_a_column_for_each_algorithm() -> None:
    jsonl, table = written(every_case(), ("sha512", "md5"))
    found = rows(table)
    assert len(found) == len(jsonl.splitlines()) - 1
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
    assert len(lines) == 4
    assert json.loads(lines[1])["tags"]["title"] == [title]
    assert json.loads(lines[1])["path"] == "data/" + name
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
    assert json.loads(record.splitlines()[1])["protection"]["certain"] is False
