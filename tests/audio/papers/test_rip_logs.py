"""Rip logs of every program that is read: tracks, checksums, AccurateRip's answers, disc identifiers, errors."""

from __future__ import annotations

import dataclasses
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.containers.window import Window
from archiver.audio.formats.rip_log_banners import is_rip_log
from archiver.audio.papers.draft import ERRORS, date_of
from archiver.audio.papers.rip_log import MOST_LOGS, read_rip_logs
from archiver.audio.papers.text import MAX_BYTES, paper_text, text_of
from archiver.audio.papers.toc import TocRow, cddb_id, disc_id, toc_row
from archiver.model.paper import AccurateRip, LogChecksum, RipLog, Verdict
from tests.samples import rip_logs
from tests.samples.rip_logs import DISC, ENGLISH, GERMAN, RUSSIAN, Ripped
from tests.samples.sidecars import DiscTrack, whipper_log

DISC_ID, CDDB_ID = "hnJurbwj0isOqNLjTDidVtxE9V4-", "11025903"
WHIPPER = whipper_log(
    [DiscTrack("One", "01 - One.flac", 15_000), DiscTrack("Two", "02 - Two.flac", 20_123)], album="X"
)
WRITERS: dict[str, Callable[[], str]] = {
    "eac": rip_logs.eac,
    "eac-image": rip_logs.eac_image,
    "eac-old": rip_logs.eac_before_099,
    "xld": rip_logs.xld,
    "dbpoweramp": rip_logs.dbpoweramp,
    "cuetools": rip_logs.cuetools,
    "cyanrip": rip_logs.cyanrip,
    "freac": rip_logs.freac,
    "whipper": lambda: WHIPPER,
}


def logs_of(text: str) -> tuple[RipLog, ...]:
    return read_rip_logs(paper_text(text).lines, text.encode("utf-8", "surrogatepass"))


def log_of(text: str) -> RipLog:
    (log,) = logs_of(text)
    return log


def answers(log: RipLog) -> list[AccurateRip | None]:
    return [track.accuraterip for track in log.tracks]


@pytest.mark.parametrize(
    ("writer", "tool", "version", "date", "offset", "verdict", "checksum"),
    [
        ("eac", "Exact Audio Copy", "1.6", "2009-03-12T20:15", 6, Verdict.NO_ERRORS, LogChecksum.PRESENT),
        ("eac-image", "Exact Audio Copy", "1.0 beta 3", "2009-03-12T20:15", 102, Verdict.ERRORS, None),
        ("eac-old", "Exact Audio Copy", None, "2006-01-05T09:04", -30, Verdict.NO_ERRORS, None),
        (
            "xld",
            "X Lossless Decoder",
            "20210101 (154.0)",
            "2021-03-12T20:15:07",
            103,
            Verdict.NO_ERRORS,
            LogChecksum.PRESENT,
        ),
        ("dbpoweramp", "dBpoweramp", "16.1", "2017-03-14T16:25", 48, Verdict.NO_ERRORS, None),
        ("cuetools", "CUETools", "2.1.6", "2016-08-24T20:11:34", None, None, None),
        ("cyanrip", "cyanrip", "0.9.3", "2021-03-12T20:15:47", 6, Verdict.NO_ERRORS, LogChecksum.PRESENT),
        ("freac", "fre:ac", "1.1.6", "2022-04-30T17:59:15", 6, None, None),
        ("whipper", "whipper", "0.10.0", "2021-03-12T20:15:00", 6, Verdict.NO_ERRORS, LogChecksum.HOLDS),
    ],
)
def test_what_a_log_says_of_the_rip(  # noqa: PLR0917 - a row of the table
    writer: str,
    tool: str,
    version: str | None,
    date: str,
    offset: int | None,
    verdict: Verdict | None,
    checksum: LogChecksum | None,
) -> None:
    log = log_of(WRITERS[writer]())
    assert (log.tool, log.version, log.date, log.read_offset) == (tool, version, date, offset)
    assert (log.verdict, log.checksum) == (verdict, checksum)
    assert (log.drive is None) is (writer == "cuetools")
    assert log.drive is None or log.drive.startswith("EXAMPLE")


@pytest.mark.parametrize("writer", ["eac", "eac-image", "xld", "dbpoweramp", "cyanrip", "freac"])
def test_the_table_of_contents_gives_the_identifiers_of_the_disc(writer: str) -> None:
    log = log_of(WRITERS[writer]())
    assert (log.disc_id, log.cddb_id) == (DISC_ID, CDDB_ID)
    assert [track.sectors for track in log.tracks] == [track.sectors for track in DISC]
    assert [track.start_sector for track in log.tracks] == rip_logs.starts(DISC)[:-1]
    assert log.tracks[0].duration_s == 200


@pytest.mark.parametrize("writer", ["eac", "eac-old", "xld", "dbpoweramp", "cyanrip", "freac"])
def test_tracks_have_their_names_without_folders_and_their_checksums(writer: str) -> None:
    log = log_of(WRITERS[writer]())
    assert [(track.file or "").rpartition(".")[0] for track in log.tracks] == [track.file for track in DISC]
    assert [track.copy_crc for track in log.tracks] == [f"{track.crc:08X}" for track in DISC]
    assert [track.number for track in log.tracks] == [1, 2, 3]


@pytest.mark.parametrize(
    ("writer", "v1", "v2"),
    [
        ("eac", [None] * 3, ["20000001", "20000002", None]),
        ("eac-image", ["10000001", "10000002", None], [None] * 3),
        ("xld", ["10000001", "10000002", "10000003"], ["20000001", "20000002", "20000003"]),
        ("dbpoweramp", [None] * 3, ["20000001", "20000002", "20000003"]),
        ("cuetools", ["10000001", "10000002", "10000003"], ["20000001", "20000002", "20000003"]),
        ("cyanrip", ["10000001", "10000002", "10000003"], ["20000001", "20000002", "20000003"]),
    ],
)
def test_what_accuraterip_said_that_day(writer: str, v1: list[str | None], v2: list[str | None]) -> None:
    log = log_of(WRITERS[writer]())
    unknown = None if writer == "dbpoweramp" else AccurateRip.NOT_KNOWN
    assert answers(log) == [AccurateRip.MATCHED, AccurateRip.DIFFERS, unknown]
    assert [track.accuraterip_v1 for track in log.tracks] == v1
    assert [track.accuraterip_v2 for track in log.tracks] == v2
    told = {log.tracks[0].confidence_v1, log.tracks[0].confidence_v2}
    assert told == {"cuetools": {43, 2}, "xld": {43}, "cyanrip": {43}}.get(writer, {43, None})
    assert {track.confidence_v1 or track.confidence_v2 for track in log.tracks[1:]} == {None}


@pytest.mark.parametrize("words", [ENGLISH, GERMAN, RUSSIAN], ids=["english", "german", "russian"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8", "ansi"])
def test_eac_speaks_every_language_in_every_encoding(words: dict[str, str], encoding: str) -> None:
    codec = encoding if encoding != "ansi" else "cp1251" if words is RUSSIAN else "cp1252"
    data = rip_logs.eac(words=words).encode(codec)
    text = text_of(Window(io.BytesIO(data), len(data)))
    assert text is not None
    (log,) = read_rip_logs(text.lines, data)
    assert log == log_of(rip_logs.eac())


def test_a_log_in_shift_jis_keeps_its_names() -> None:
    names = ("01 - ソナタ", "02 - さくらのうた")  # the first character ends in the byte of a backslash
    disc = [Ripped(name, 15_000) for name in names]
    data = rip_logs.eac(disc, folder="C:\\音楽").encode("cp932")
    text = text_of(Window(io.BytesIO(data), len(data)))
    assert text is not None
    assert text.codec == "cp932"
    (log,) = read_rip_logs(text.lines, data)
    assert [track.file for track in log.tracks] == [f"{name}.wav" for name in names]


@pytest.mark.parametrize(
    ("words", "codec"),
    [("Çà et là, déjà vu ƒ été", "cp1252"), ("Альбом песен для всех", "cp1251"), ("½ ±", "cp1252")],
)
def test_other_texts_are_not_taken_for_japanese(words: str, codec: str) -> None:
    data = (words + "\n").encode(codec) * 5
    text = text_of(Window(io.BytesIO(data), len(data)))
    assert text is not None
    assert text.codec == codec


def test_an_image_is_one_file_with_the_length_of_the_disc() -> None:
    image = log_of(rip_logs.eac_image()).image
    assert image is not None
    assert (image.file, image.copy_crc, image.sectors) == (
        "Album.wav",
        "FEEDF00D",
        sum(one.sectors for one in DISC),
    )
    assert all(track.file is None for track in log_of(rip_logs.eac_image()).tracks)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("Timing problem 0:01:21", "timing-problem"),
        ("Missing samples", "missing-samples"),
        ("Suspicious position 0:01:21 - 0:01:22", "suspicious-position"),
        ("Verdächtige Stelle 0:01:21", "unnamed"),
        ("File write error", "write-error"),
        ("Copy aborted", "aborted"),
    ],
)
def test_what_went_wrong_stands_with_its_track(line: str, error: str) -> None:
    log = log_of(rip_logs.eac(errors={2: line}))
    assert [track.errors for track in log.tracks] == [(), (error,), ()]
    assert log.tracks[1].copy_crc == "AAAA0002"
    assert error in ERRORS


def test_errors_of_other_programs() -> None:
    assert [track.errors for track in log_of(rip_logs.xld(damaged=3)).tracks] == [(), (), ("read-error",)]
    assert log_of(rip_logs.xld(damaged=3)).verdict is Verdict.ERRORS
    aborted = log_of(rip_logs.dbpoweramp(aborted=1))
    assert aborted.tracks[0].errors == ("aborted", "not-secure")
    assert aborted.verdict is Verdict.ERRORS
    assert log_of(rip_logs.cyanrip(failed=4)).verdict is Verdict.ERRORS


def test_the_page_has_every_error_in_its_words() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "papers.md").read_text(encoding="utf-8")
    assert re.findall(
        r"^\| `([a-z-]+)` \| (.+) \|$", page.partition("gone wrong")[2].partition("##")[0], re.MULTILINE
    ) == list(ERRORS.items())


def test_two_readings_that_differ_are_an_error() -> None:
    text = rip_logs.eac().replace("Test CRC AAAA0003", "Test CRC 00BBCC01")
    assert [track.errors for track in log_of(text).tracks] == [(), (), ("crc-differs",)]


def test_whippers_checksum_is_computed() -> None:
    assert log_of(WHIPPER).checksum is LogChecksum.HOLDS
    assert log_of(WHIPPER.replace("Confidence: 4", "Confidence: 9")).checksum is LogChecksum.FAILS
    assert log_of(WHIPPER.partition("SHA-256")[0]).checksum is None


def test_several_discs_in_one_file_are_several_logs() -> None:
    other = rip_logs.eac((Ripped("01 - Else", 30_000), Ripped("02 - More", 31_000)))
    logs = logs_of(rip_logs.eac() + other + rip_logs.xld())
    assert [len(log.tracks) for log in logs] == [3, 2, 3]
    assert [log.tool for log in logs] == ["Exact Audio Copy", "Exact Audio Copy", "X Lossless Decoder"]
    assert len({log.disc_id for log in logs}) == 2
    assert len(logs_of(rip_logs.eac() * (MOST_LOGS + 5))) == MOST_LOGS


@pytest.mark.parametrize(
    ("head", "tool", "version"),
    [
        ("CUERipper v2.1.4 Copyright (C) 2008-12 Grigory Chudov", "CUERipper", "2.1.4"),
        ("Logfile created by: morituri 0.2.3.", "morituri", "0.2.3"),
        ("Exact Audio Copy V0.99 prebeta 5 from 4. May 2009", "Exact Audio Copy", "0.99 prebeta 5"),
    ],
)
def test_programs_that_write_as_eac_does(head: str, tool: str, version: str) -> None:
    log = log_of(rip_logs.eac(head=head))
    assert (log.tool, log.version, log.disc_id) == (tool, version, DISC_ID)
    assert answers(log) == answers(log_of(rip_logs.eac()))


def test_a_home_folder_is_in_no_value() -> None:
    for log in (rip_logs.eac(folder="C:\\Users\\maria\\Music"), rip_logs.xld(folder="/Users/maria/Music")):
        assert "maria" not in repr(log_of(log))


def test_a_log_without_a_banner_is_none() -> None:
    assert logs_of(rip_logs.eac().partition("Used drive")[2]) == ()
    assert logs_of("I ripped this with Exact Audio Copy V1.6, see the log.\n") == ()


def test_a_program_that_is_only_known_by_its_banner_is_named_and_no_more() -> None:
    log = log_of("Rubyripper version 0.6.2\n\nwords\n")
    assert log == RipLog("Rubyripper version 0.6.2")
    assert len(log_of(f"cdparanoia III release {'x' * 4000}\n").tool) <= 300


def test_freac_is_known_by_its_banner() -> None:
    assert is_rip_log(rip_logs.freac().encode())


# the tables of contents of published examples, with the identifiers that go with them
@pytest.mark.parametrize(
    ("rows", "musicbrainz", "cddb"),
    [
        ([(0, 136_919), (136_920, 233_754)], "7rGk5fXmuE8VcWYpbwoobOZIcIE-", "140c2c02"),
        (
            [
                (0, 27581),
                (27582, 54841),
                (54842, 82674),
                (82675, 108686),
                (108687, 125591),
                (125592, 155009),
                (155010, 181141),
                (181142, 213564),
                (213565, 245599),
                (245600, 280844),
            ],
            None,
            "8d0ea00a",
        ),
    ],
)
def test_identifiers_are_those_that_others_compute(
    rows: list[tuple[int, int]], musicbrainz: str | None, cddb: str
) -> None:
    toc = [TocRow(number, start, end) for number, (start, end) in enumerate(rows, 1)]
    assert cddb_id(toc) == cddb
    assert musicbrainz is None or disc_id(toc) == musicbrainz


def test_a_data_track_does_not_count_for_musicbrainz() -> None:
    toc = [TocRow(1, 0, 14_999), TocRow(2, 15_000, 29_999)]
    with_data = [*toc, TocRow(3, 29_999 + 11_401, 60_000)]
    assert disc_id(with_data) == disc_id(toc)
    assert cddb_id(with_data) != cddb_id(toc)


@pytest.mark.parametrize("numbers", [(2, 3), (1, 3), (1, 1)])
def test_a_table_with_gaps_gives_no_identifier(numbers: tuple[int, ...]) -> None:
    toc = [TocRow(number, index * 1000, index * 1000 + 999) for index, number in enumerate(numbers)]
    assert disc_id(toc) is cddb_id(toc) is None


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=99))
def test_any_disc_comes_back_from_its_table(lengths: list[int]) -> None:
    disc = [Ripped(f"{number:02}", length) for number, length in enumerate(lengths, 1)]
    rows = [row for row in map(toc_row, rip_logs.toc(disc)) if row is not None]
    if sum(lengths) <= 450_000:
        assert [row.sectors for row in rows] == lengths
        log = log_of(rip_logs.eac(disc))
        assert [(track.number, track.sectors, track.file) for track in log.tracks] == [
            (number, one.sectors, f"{one.file}.wav") for number, one in enumerate(disc, 1)
        ]
        assert log.disc_id == disc_id(rows)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("EAC extraction logfile from 1. May 2020, 0:05", "2020-05-01T00:05"),
        ("Journal d'extraction EAC depuis 3. août 2011, 21:14", "2011-08-03T21:14"),
        ("log from Samstag, 5. Oktober 2024 17:36", "2024-10-05T17:36"),
        ("from 05 December 2012 08:23 PM", "2012-12-05T20:23"),
        ("2021-03-12T20:15:00Z", "2021-03-12T20:15:00"),
        ("2021-13-45", None),
        ("31. February 2020, 10:00", None),
        ("12. Brumaire 2020, 10:00", None),
    ],
)
def test_dates_in_the_words_of_each_program(text: str, date: str | None) -> None:
    assert date_of(text) == date


@given(st.sampled_from(sorted(WRITERS)), st.data())
def test_no_damage_raises(writer: str, data: st.DataObject) -> None:
    text = WRITERS[writer]()
    at = data.draw(st.integers(0, len(text)))
    upto = data.draw(st.integers(at, min(len(text), at + 200)))
    text = text[:at] + data.draw(st.text(max_size=60)) + text[upto:]
    for log in logs_of(text):
        assert len(log.tracks) <= 100
        assert all(dataclasses.asdict(track) for track in log.tracks)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert logs_of(text) == () or len(text) > 5


@pytest.mark.parametrize(
    "line",
    [
        "EAC 2020 20:15\n",
        "Exact Audio Copy V1.6 from\n",
        "Track  1\n",
        "     Filename " + "C:\\" * 900 + "\n",
        "  1 | 00:00 " * 300 + "\n",
        "Track  1 " + " " * 3000 + "x\n",
        "     " + "[AAAAAAAA] (" * 300 + "\n",
        "  1:\n    Start: " + ":" * 3000 + "\n",
        "Track 1:  Ripped LBA 0 to 1 " + "filename " * 400 + "\n",
        "12. " * 1000 + "\n",
    ],
)
@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_time_is_in_proportion_to_the_length(writer: str, line: str) -> None:
    banner = "\n".join(WRITERS[writer]().splitlines()[:6])
    lines = paper_text((banner + "\n" + line * (MAX_BYTES // len(line)))[:MAX_BYTES]).lines
    began = time.process_time()
    read_rip_logs(lines)
    assert time.process_time() - began < 20
