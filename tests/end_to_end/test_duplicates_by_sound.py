"""``archiver duplicates --decode``: copies that are found however they are encoded."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.duplicates.tier import Tier
from archiver.model.decoded import Fingerprint
from archiver.usecases.duplicates.sound import Fingerprints
from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import flac, m4a, melody, wav

pytest.importorskip("av", reason="the extra decode is not installed: nothing is compared by sound")

_TUNE, _OTHER = (262, 330, 392, 523, 440, 349), (294, 587, 247, 311, 622, 208)


def _groups(root: Path, *args: str) -> list[tuple[str, list[str], list[str | None]]]:
    outcome = run_here("duplicates", root, *args, "--json")
    assert outcome.code == 0, outcome.err
    report = outcome.json
    found = []
    for group in report["groups"]:
        copies = [copy for copy in report["copies"] if copy["group"] == group["group"]]
        found.append((group["tier"], [copy["path"] for copy in copies], [copy["apart"] for copy in copies]))
    return found


def test_the_same_samples_are_found_however_they_are_encoded(source: MakeSource) -> None:
    tune = melody(_TUNE, seconds=1.2)
    root = source(
        {
            "1.flac": flac({"TITLE": ["x"]}, audio=tune),
            "2.wav": wav(audio=tune),
            "3.m4a": m4a(alac=tune),
            "4.flac": flac(audio=melody(_OTHER, seconds=1.2)),
        }
    )
    groups = _groups(root, "--decode")
    assert [(tier, set(paths)) for tier, paths, _ in groups] == [
        ("pcm", {"Music/1.flac", "Music/2.wav", "Music/3.m4a"})
    ], "and nothing is claimed of so little music by its fingerprint"
    assert _groups(root) == [], "nothing is decoded unless somebody asks"


def test_a_file_that_is_read_more_than_once_is_counted_once(source: MakeSource) -> None:
    tune = melody(_TUNE, seconds=1.2)
    root = source(
        {
            "1.flac": flac({"TITLE": ["x"]}, audio=tune),
            "2.flac": flac({"TITLE": ["y"]}, audio=tune),
            "3.flac": flac({"TITLE": ["longer"]}, audio=tune),
        }
    )
    report = run_here("duplicates", root, "--decode", "--json").json
    size = sum(path.stat().st_size for path in root.iterdir())
    assert (report["read_files"], report["read_bytes"]) == (3, size)


def test_one_recording_at_two_sample_rates_is_found_by_its_sound(source: MakeSource) -> None:
    low, high = melody(_TUNE, seconds=12, rate_hz=16000), melody(_TUNE, seconds=12, rate_hz=22050)
    other = melody(_OTHER, seconds=12, rate_hz=22050)
    root = source({"low.wav": wav(audio=low), "high.wav": wav(audio=high), "other.wav": wav(audio=other)})
    ((tier, paths, apart),) = _groups(root, "--tier", "fingerprint")
    assert (tier, paths) == ("fingerprint", ["Music/high.wav", "Music/low.wav"])
    assert apart[0] is None
    assert apart[1] is not None
    assert "of the fingerprint differs" in apart[1]
    told = run_here("duplicates", root, "--decode").out
    assert "of the fingerprint differs" in " ".join(told.split())


def test_a_part_of_a_recording_is_no_copy_of_the_whole(source: MakeSource) -> None:
    whole = melody(_TUNE * 4, seconds=48, rate_hz=16000)
    part = melody(_TUNE, seconds=12, rate_hz=22050)
    assert _groups(source({"whole.wav": wav(audio=whole), "part.wav": wav(audio=part)}), "--decode") == []


def test_music_in_bags_is_decoded_too(source: MakeSource, tmp_path: Path) -> None:
    tune = melody(_TUNE, seconds=1.2)
    assert (
        run_here(
            "pack", source({"1.flac": flac(audio=tune)}, "L"), "--to", tmp_path / "Store", "--name", "Bag"
        ).code
        == 0
    )
    root = source({"x.wav": wav(audio=tune)}, "Downloads")
    outcome = run_here("duplicates", root, tmp_path / "Store", "--tier", "pcm")
    assert outcome.code == 0
    assert "best  Bag/data/1.flac" in outcome.out
    assert "their files were not read" not in " ".join(outcome.out.split())


def test_what_cannot_be_decoded_is_counted(source: MakeSource) -> None:
    outcome = run_here("duplicates", source({"1.shn": b"ajkg\x02" + bytes(100)}), "--decode")
    assert outcome.code == 0
    assert "1 file not decoded: the decoder finds no music in it." in outcome.out


def test_without_the_extra_it_is_said_how_to_get_it_before_anything_is_read(
    source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.audio.decoding.extras.find_spec", lambda _: None)
    outcome = run_here("duplicates", source({"1.wav": wav()}), "--tier", Tier.PCM.value)
    assert outcome.code == 1
    assert "pip install 'music-archiver[decode]'" in outcome.told
    assert outcome.out == ""


def test_fingerprints_come_back_as_they_were_kept() -> None:
    with Fingerprints() as kept:
        for number in (7, 3, 1_000_000):
            kept.keep(number, Fingerprint(number.to_bytes(4, "little") * (number % 11)))
        assert 4 not in kept
        for number in (3, 1_000_000, 7):
            assert kept.of(number) == Fingerprint(number.to_bytes(4, "little") * (number % 11))
