"""A short run of what the fuzzer runs for hours, so that the harness does not rot."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import bag_input

PIECES = st.sampled_from(
    [
        *(
            bag_input.SEPARATOR,
            b"\n",
            b"\r\n",
            b" ",
            b"  ",
            b"data/a%25",
            b"data/",
            b"../secret",
            b"bagit.txt",
        ),
        *(
            b"manifest-md5.txt",
            b"9dd4e461268c8034f5c8564e155c67a6",
            b"Payload-Oxum: ",
            b"1.1",
            b"https://example.org/",
        ),
        *(b" - ", b"\xff", b"\x00", b"%0A", b"*", b"./", b":", bag_input.DECLARATION, b"UTF-16", b"0.97"),
    ]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bag_input.prepare(tmp_path_factory.mktemp("fuzz"))


def test_the_seed_is_a_valid_bag(root: Path) -> None:
    assert bag_input.try_input(bag_input.seed(), root).valid is True


def test_more_findings_than_a_report_keeps_break_no_promise(root: Path) -> None:
    report = bag_input.try_input(b"\n" * 1500 + bag_input.SEPARATOR + b"\n" * 1500, root)
    assert report.counts["B309"] == 3000


@given(data=st.lists(PIECES, max_size=30).map(b"".join) | st.binary(max_size=200))
@settings(max_examples=60)
def test_the_promises_hold_for_any_input(root: Path, data: bytes) -> None:
    bag_input.try_input(data, root)


@given(data=st.data())
@settings(max_examples=60)
def test_the_promises_hold_for_a_valid_bag_with_a_piece_replaced(root: Path, data: st.DataObject) -> None:
    seed = bag_input.seed()
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, min(len(seed), start + 20)))
    bag_input.try_input(seed[:start] + data.draw(PIECES) + seed[end:], root)
