"""What judges costs tells work in proportion from work that grows faster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.costs import bytes_read, in_proportion


def each(count: int) -> int:
    return sum(number & 1 for number in range(count))


def test_work_in_proportion_and_work_that_stays_the_same_are_let_pass() -> None:
    in_proportion(each, int, 400_000)
    in_proportion(lambda _: each(50_000), int, 8)


def test_work_that_grows_with_the_square_is_found() -> None:
    with pytest.raises(AssertionError, match="8 times the size costs"):
        in_proportion(lambda count: [each(count) for _ in range(count)], int, 1_600)


def test_what_is_read_from_files_is_counted_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(3 << 20))
    assert 3 << 20 <= bytes_read(path.read_bytes) < 4 << 20
    assert bytes_read(lambda: bytes(3 << 20)) < 1 << 20
