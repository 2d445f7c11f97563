"""Decoding runs under guard: in order, with a time for each file, and what stops the decoder is said of one file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.errors import ArchiverError
from archiver.executors.guarded import GuardedProcesses
from archiver.ingest.decode import decode, music_decoders, seconds_allowed
from archiver.ingest.examine import examine
from archiver.ingest.scan import scan
from archiver.model.audio import AudioProperties, ExaminedFile
from archiver.model.decoded import Decoded, Sought, Undecoded
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import Entry, flac, melody, ogg_vorbis, wav

TUNE = melody([440, 550, 660], seconds=4.0)
TREE: dict[str, Entry] = {
    "a.flac": flac(audio=TUNE, title="One"),
    "b.flac": flac(audio=TUNE, title="Two", padding=900),
    "c.wav": wav(audio=TUNE),
    "d.ogg": ogg_vorbis(),
    "notes.txt": "x",
    "z.flac": b"fLaC" + bytes(100),
}


@pytest.fixture
def examined(source: MakeSource) -> list[ExaminedFile]:
    with GuardedProcesses(1) as workers:
        found = examine(scan(sources_of([str(source(TREE))])), workers)
        return [each for each in found if isinstance(each, ExaminedFile)]


def test_music_is_decoded_in_order_and_other_files_are_passed_over(examined: list[ExaminedFile]) -> None:
    with music_decoders(2, [Sought.FINGERPRINT]) as workers:
        found = {
            each.examined.ref.path: each.outcome for each in decode(examined, workers, [Sought.FINGERPRINT])
        }
    assert list(found) == ["a.flac", "b.flac", "c.wav", "d.ogg", "z.flac"]
    same = [found[name] for name in ("a.flac", "b.flac", "c.wav")]
    assert {each.pcm_md5 for each in same if isinstance(each, Decoded)} == {TUNE.md5().hex()}
    assert len({each.fingerprint for each in same if isinstance(each, Decoded)}) == 1
    assert found["z.flac"] is Undecoded.NOT_OPENED


def test_a_decoder_without_memory_or_time_is_told_and_nothing_is_lost(
    examined: list[ExaminedFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    music = [each for each in examined if each.ref.path == "a.flac"]
    monkeypatch.setattr("archiver.ingest.decode.seconds_allowed", lambda _: 0.0)
    with music_decoders(1) as workers:
        assert [each.outcome for each in decode(music, workers)] == [Undecoded.TIME]


def test_workers_that_cannot_load_the_decoder_end_the_run(
    examined: list[ExaminedFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.ingest.decode.DECODING_MEMORY_BYTES", 16 << 20)
    with music_decoders(1) as workers, pytest.raises(ArchiverError, match="cannot be started"):
        list(decode(examined, workers))


def file_of(examined: ExaminedFile, size: int, seconds: float | None) -> ExaminedFile:
    stat = replace(examined.ref.stat, size_bytes=size)
    return replace(
        examined,
        ref=replace(examined.ref, stat=stat),
        audio=None if seconds is None else AudioProperties("x", duration_s=seconds),
    )


def test_the_time_follows_from_the_length_of_the_music(examined: list[ExaminedFile]) -> None:
    some = examined[0]
    assert seconds_allowed(file_of(some, 30_000_000, 240.0)) >= 60 + 120
    assert seconds_allowed(file_of(some, 700_000_000, 7200.0)) >= 3600
    assert seconds_allowed(file_of(some, 700_000_000, None)) >= 3600
    assert seconds_allowed(file_of(some, 0, 0.0)) == 60
    # a small file that claims to last for years waits for nobody, and neither does a large one
    assert seconds_allowed(file_of(some, 40_000, 3e8)) <= 300
    assert seconds_allowed(file_of(some, 10**13, 3e8)) <= 4 * 3600


@pytest.mark.slow
def test_two_hours_of_music_decode_within_their_time_and_in_bounded_memory(tmp_path: Path) -> None:
    from tests.audio.decoding.music import reference, run_tool  # noqa: PLC0415 - only here

    path = tmp_path / "long.flac"
    made = run_tool(
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "anoisesrc=d=7200:a=0.1",
        "-ac",
        "2",
        "-ar",
        "44100",
        path,
    )
    assert made.returncode == 0
    with GuardedProcesses(1) as workers:
        long = [each for each in examine([reference(path)], workers) if isinstance(each, ExaminedFile)]
    sought = list(Sought)
    with music_decoders(1, sought) as workers:
        (found,) = decode(long, workers, sought)
    assert isinstance(found.outcome, Decoded)
    assert found.outcome.stated is not None
    assert found.outcome.stated.holds
    assert found.outcome.seconds == pytest.approx(7200)
    assert found.outcome.fingerprint is not None
    assert len(found.outcome.fingerprint) == pytest.approx(7200 * 11025 / 1365, abs=40)
    path.unlink()


def test_the_digest_is_that_of_the_samples() -> None:
    assert TUNE.md5() == hashlib.md5(TUNE.interleaved()).digest()
