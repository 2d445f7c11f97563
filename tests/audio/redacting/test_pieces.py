"""A file is written anew within itself, or not at all."""

from __future__ import annotations

import io
import random

import pytest

from archiver.audio.redacting import pieces
from archiver.audio.redacting.pieces import Piece, Stretch, UnredactableError, lay, zero

OLD = bytes(range(256)) * 8


def laid(*wanted: Piece) -> bytes:
    file = io.BytesIO(OLD)
    lay(file, wanted)
    return file.getvalue()


def test_stretches_move_towards_the_beginning_and_what_is_behind_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pieces, "_BLOCK", 7)  # so that a stretch overlaps where it goes, block after block
    assert laid(b"head", Stretch(9, 1000), b"", Stretch(1500, 1503), b"end") == (
        b"head" + OLD[9:1000] + OLD[1500:1503] + b"end"
    )
    assert laid(Stretch(0, 2048)) == OLD
    assert laid() == b""


@pytest.mark.parametrize(
    "wanted",
    [(b"12345", Stretch(4, 9)), (Stretch(0, 9), b"1", Stretch(9, 20)), (Stretch(100, 300), Stretch(50, 60))],
)
def test_what_would_have_to_move_towards_the_end_is_refused_and_nothing_is_written(
    wanted: tuple[Piece, ...],
) -> None:
    file = io.BytesIO(OLD)
    with pytest.raises(UnredactableError):
        lay(file, wanted)
    assert file.getvalue() == OLD


def test_any_pieces_in_order_are_what_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_BLOCK", 11)
    chance = random.Random(5)
    for _ in range(200):
        cuts = sorted(chance.sample(range(len(OLD)), 6))
        stretches = [Stretch(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
        assert laid(*stretches) == b"".join(OLD[one.start : one.end] for one in stretches)


def test_zeros_are_written_where_they_are_to_be_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_BLOCK", 5)
    file = io.BytesIO(OLD)
    zero(file, 10, 33)
    assert file.getvalue() == OLD[:10] + bytes(23) + OLD[33:]
