"""Small music is read through while its headers are read; what that gave holds for those bytes and for no others."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.executors.guarded import GuardedProcesses
from archiver.executors.ordered import Serial
from archiver.ingest.consumers import Feeding, read_plan
from archiver.ingest.examine import examine, examine_and_hear
from archiver.ingest.hearing import MOST_BYTES, with_music_heard
from archiver.ingest.read_through import read_through
from archiver.ingest.scan import scan
from archiver.ingest.sound import SOUND, with_sound
from archiver.model.audio import ExaminedFile
from archiver.model.sound import Bitstream
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import flac, wav
from tests.samples.formats import FORMATS


def examined(root: Path, *, heard: bool) -> dict[str, ExaminedFile]:
    entries = list(scan(sources_of([str(root)])))
    with GuardedProcesses(1) as workers:
        found = list((examine_and_hear if heard else examine)(entries, workers))
    return {one.ref.path: one for one in found if isinstance(one, ExaminedFile)}


def told(file: ExaminedFile) -> ExaminedFile:
    """The file with what reading it through now says of its music."""
    (through,) = read_through([(file.ref, read_plan(("md5",), file))], Serial())
    assert (through.problem, through.faults) == (None, {})
    return with_sound(file, through.results, through.faults)


def test_of_every_format_it_gives_what_reading_through_gives(source: MakeSource) -> None:
    root = source({name.replace("/", " "): data for name, data in FORMATS.items()})
    before, now = examined(root, heard=False), examined(root, heard=True)
    streams = {path for path, file in before.items() if file.bitstream is not None}
    small = {path for path in streams if before[path].ref.stat.size_bytes <= MOST_BYTES}
    assert {path for path, file in now.items() if file.heard is not None} == small
    assert len(small) > len(FORMATS) // 2
    for path in streams:
        assert told(now[path]) == told(before[path]), path
        assert told(now[path]).heard is None


def test_only_small_music_is_heard(source: MakeSource) -> None:
    tree = {
        "small.wav": wav(),
        "large.wav": wav() + bytes(MOST_BYTES),
        "words.txt": b"words",
        "none.flac": b"",
    }
    found = examined(source(tree), heard=True)
    assert {path for path, file in found.items() if file.heard is not None} == {"small.wav"}


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ExaminedFile, bytes]]:
    """A FLAC that was heard, and its bytes."""
    root, content = tmp_path_factory.mktemp("source"), flac({"TITLE": ["One"]})
    (root / "song.flac").write_bytes(content)
    yield examined(root, heard=True)["song.flac"], content
    assert (root / "song.flac").read_bytes() == content


def said(file: ExaminedFile, blocks: list[bytes]) -> tuple[object, dict[str, str]]:
    feeding = Feeding(read_plan((), file))
    for block in blocks:
        feeding.update(block)
    return feeding.finish().get(SOUND), feeding.faults


@settings(max_examples=300)
@given(data=st.data())
def test_other_bytes_are_read_through_themselves(
    song: tuple[ExaminedFile, bytes], data: st.DataObject
) -> None:
    """Whatever the disk gives the second time, in blocks of any size, what is said is of those bytes."""
    heard, content = song
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    other = content[:at] + bytes([byte]) + content[at + 1 :]
    blocks = [other[:cut], other[cut:]]
    assert heard.heard is not None
    assert said(heard, blocks) == said(dataclasses.replace(heard, heard=None), blocks)


def test_more_bytes_than_a_small_file_has_are_not_kept(song: tuple[ExaminedFile, bytes]) -> None:
    heard, content = song
    result, faults = said(heard, [content, bytes(MOST_BYTES)])
    assert result is None
    assert faults == {SOUND: "failed (ValueError)"}


def test_what_cannot_be_heard_now_is_left_to_the_copying(
    tmp_path: Path, song: tuple[ExaminedFile, bytes]
) -> None:
    file = dataclasses.replace(song[0], heard=None)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert with_music_heard(file, folder) is file  # it cannot be read
    finally:
        os.close(folder)
    (tmp_path / "shorter").write_bytes(b"fLaC")
    descriptor = os.open(tmp_path / "shorter", os.O_RDONLY)
    try:
        assert with_music_heard(file, descriptor) is file
        stat = dataclasses.replace(file.ref.stat, size_bytes=4)
        odd = dataclasses.replace(
            file, ref=dataclasses.replace(file.ref, stat=stat), bitstream=Bitstream("no such walk", 0, 4)
        )
        assert with_music_heard(odd, descriptor) is odd
    finally:
        os.close(descriptor)
