from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.sorting import Sorter
from archiver.machine import TemporaryStorageError

RECORDS = st.lists(st.binary(max_size=12), max_size=60)


@given(RECORDS, st.integers(1, 400), st.integers(2, 5))
def test_records_come_back_sorted_however_small_the_runs(records: list[bytes], run: int, merged: int) -> None:
    with Sorter(run_bytes=run, runs_merged=merged) as sorter:
        for record in records:
            sorter.add(record)
        assert list(sorter) == sorted(records)
        assert list(sorter) == sorted(records)


def test_runs_larger_than_a_read_block_come_back_whole() -> None:
    records = [bytes([65 + number % 26]) * 997 + b"%06d" % number for number in range(2000)]
    with Sorter(run_bytes=300_000, runs_merged=3) as sorter:
        for record in reversed(records):
            sorter.add(record)
        assert list(sorter) == sorted(records)


def test_nothing_is_left_open_or_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    with Sorter(run_bytes=1) as sorter:
        sorter.add(b"a")
        sorter.add(b"b")
        assert len(os.listdir("/proc/self/fd")) == before + 1
        assert list(tmp_path.iterdir()) == []
    sorter.close()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_temporary_file_cut_short_is_an_error() -> None:
    with Sorter(run_bytes=1) as sorter:
        sorter.add(b"a" * 1000)
        assert sorter._file is not None
        os.ftruncate(sorter._file.fileno(), 10)
        with pytest.raises(TemporaryStorageError, match="shorter"):
            list(sorter)


def test_no_room_for_temporary_files_is_an_error() -> None:
    with Sorter(run_bytes=1) as sorter, open("/dev/full", "r+b", buffering=0) as full:
        sorter._file = full
        with pytest.raises(TemporaryStorageError, match="no space"):
            sorter.add(b"a")


@given(st.binary(min_size=1, max_size=3), st.data())
def test_temporary_files_that_give_back_other_bytes_are_an_error(wrong: bytes, data: st.DataObject) -> None:
    records = [b"%06d" % number for number in range(40)]
    with Sorter(run_bytes=500) as sorter:
        for record in records:
            sorter.add(record)
        assert sorter._file is not None
        size = os.fstat(sorter._file.fileno()).st_size
        os.pwrite(sorter._file.fileno(), wrong, data.draw(st.integers(0, size - len(wrong))))
        try:
            assert list(sorter) == records
        except TemporaryStorageError:
            return


def test_records_that_are_alike_take_little_room() -> None:
    with Sorter(run_bytes=1 << 20) as sorter:
        for number in range(20_000):
            sorter.add(b"data/a/long/name/of/an/album/that/stands/before/each/of/its/files/%08d" % number)
        assert sorter._file is not None
        assert 0 < os.fstat(sorter._file.fileno()).st_size < 300_000
