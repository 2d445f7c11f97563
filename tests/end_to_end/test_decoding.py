"""Decoding from the command line: files' own digests, checksums of samples, and the logs of rips, held against the music."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from archiver.audio.decoding import extras
from tests.conftest import MakeSource
from tests.reading_bags import file_rows
from tests.running import run_here
from tests.samples import Entry, flac
from tests.samples.pcm import Pcm
from tests.samples.rip_logs import Ripped, eac

pytest.importorskip("av", reason="decoding needs PyAV")


def stereo(seed: int) -> Pcm:
    """Two seconds as a CD has them: 150 sectors."""
    left = tuple((at * seed) % 2000 - 1000 for at in range(150 * 588))
    return Pcm((left, left[::-1]))


ONE, TWO = stereo(7), stereo(11)


def ripped(name: str, pcm: Pcm, *, first: bool = False, last: bool = False) -> Ripped:
    """A track of a log by what AccurateRip defines: each stereo frame as 32 bits, times its number from 1."""
    samples = pcm.interleaved()
    frames = [int.from_bytes(samples[at : at + 4], "little") for at in range(0, len(samples), 4)]
    low = high = 0
    for number, frame in enumerate(frames, 1):
        if (first and number < 2940) or (last and number > len(frames) - 2940):
            continue
        product = frame * number
        low, high = low + (product & 0xFFFF_FFFF), high + (product >> 32)
    v1, v2 = low & 0xFFFF_FFFF, (low + high) & 0xFFFF_FFFF
    return Ripped(name, 150, crc=zlib.crc32(samples), v1=v1, v2=v2, confidence=43)


def album(two: Pcm) -> dict[str, Entry]:
    log = eac([ripped("01 One", ONE, first=True), ripped("02 Two", TWO, last=True)])
    return {
        "Album/01 One.flac": flac({"TITLE": ["One"]}, audio=ONE),
        "Album/02 Two.flac": flac({"TITLE": ["Two"]}, audio=two),
        "Album/Album.log": log.encode("utf-16"),
    }


def codes(report: dict[str, object]) -> dict[str, list[str]]:
    entries = report["entries"]
    assert isinstance(entries, list)
    return {
        entry["source_path"]: [
            one["code"] for one in entry["evidence"] if one["code"].startswith("rip-audio")
        ]
        for entry in entries
        if entry["role"] == "audio"
    }


def test_a_rip_is_held_against_its_log(source: MakeSource) -> None:
    root = source(album(TWO))
    done = run_here("scan", root, "--decode")
    assert done.code == 0, done.out
    assert "2 files are still the audio that the log of the rip speaks of" in done.out
    report = run_here("scan", root, "--decode", "--json").json
    assert codes(report) == {
        "Album/01 One.flac": ["rip-audio-unchanged"],
        "Album/02 Two.flac": ["rip-audio-unchanged"],
    }
    assert (report["as_ripped_files"], report["not_as_ripped_files"]) == (2, 0)
    said = [
        one["value"]
        for entry in report["entries"]
        for one in entry["evidence"]
        if one["code"] == "rip-audio-unchanged"
    ]
    assert all(text.startswith("still the audio that 43 others had in ") for text in said)
    music = [entry for entry in report["entries"] if entry["role"] == "audio"]
    assert all(entry["integrity"]["decoded"] for entry in music)
    assert all("flac-md5" in entry["integrity"]["checked"] for entry in music)


def test_other_audio_than_the_log_speaks_of_is_told(source: MakeSource) -> None:
    report = run_here("scan", source(album(stereo(13))), "--decode", "--json").json
    assert codes(report)["Album/02 Two.flac"] == ["rip-audio-differs"]
    assert (report["as_ripped_files"], report["not_as_ripped_files"]) == (1, 1)


def test_music_with_another_md5_than_it_states_is_damaged(source: MakeSource) -> None:
    root = source({"a.flac": flac({"TITLE": ["x"]}, audio=ONE, md5=b"\x11" * 16)})
    checked, decoded = run_here("scan", root, "--check"), run_here("scan", root, "--decode")
    assert (checked.code, decoded.code) == (0, 4)
    assert "F210" in decoded.out
    assert "another MD5 than the file states" in " ".join(decoded.out.split())


def test_packing_decodes_where_that_is_asked_for_and_records_what_it_gave(
    source: MakeSource, tmp_path: Path
) -> None:
    root, store = (
        source(album(TWO) | {"b.flac": flac({"TITLE": ["x"]}, audio=ONE, md5=b"\x11" * 16)}),
        tmp_path / "store",
    )
    done = run_here("pack", root, "--all", "--to", store, "--name", "bag", "--decode")
    assert done.code == 0, done.err
    assert "2 intact, 1 damaged" in done.out
    rows = {row["source_path"]: row for row in file_rows(store / "bag")}
    assert rows["Album/01 One.flac"]["integrity"]["decoded"] is True
    assert "flac-md5" in rows["Album/01 One.flac"]["integrity"]["checked"]
    assert [one["code"] for one in rows["b.flac"]["problems"]] == ["F210"]
    assert rows["b.flac"]["integrity"]["state"] == "damaged"
    evidence = [one["code"] for one in rows["Album/02 Two.flac"]["evidence"]]
    assert "rip-audio-unchanged" in evidence
    assert run_here("verify", store / "bag").code == 0


def test_without_the_extra_it_is_said_how_to_get_it_and_nothing_is_written(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    root, store = source(album(TWO)), tmp_path / "store"
    for words in (("pack", root, "--all", "--to", store, "--decode"), ("scan", root, "--decode")):
        done = run_here(*words)
        assert done.code == 1
        assert "pip install 'music-archiver[decode]'" in " ".join(done.err.split())
    assert not list(store.glob("[!.]*"))
