"""AMR: frame follows frame, and where none does is told by its time."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream.amr import CHECKED, METHOD, AmrWalk
from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.methods import METHODS
from archiver.model.sound import Bitstream, SoundState
from tests.audio.bitstream.listening import essence_of, heard, planned, sound_of, state_of

NARROW, WIDE = b"#!AMR\n", b"#!AMR-WB\n"
SIZES = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
WIDE_SIZES = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}


def frames(sizes: dict[int, int], count: int = 60, seed: int = 1) -> list[bytes]:
    draw = random.Random(seed)
    kinds = draw.choices(sorted(sizes), k=count)
    return [bytes([kind << 3 | 4]) + draw.randbytes(sizes[kind]) for kind in kinds]


SPEECH = frames(SIZES)


@pytest.mark.parametrize(
    ("head", "sizes"),
    [
        (NARROW, SIZES),
        (WIDE, WIDE_SIZES),
        (b"#!AMR_MC1.0\n\0\0\0\2", SIZES),
        (b"#!AMR-WB_MC1.0\n\0\0\0\2", WIDE_SIZES),
    ],
)
def test_frames_of_every_type_follow_one_another(head: bytes, sizes: dict[int, int]) -> None:
    body = b"".join(frames(sizes))
    sound = sound_of(head + body, "amr")
    assert (sound.integrity.state, sound.integrity.checked) == (SoundState.CONSISTENT, CHECKED)
    assert essence_of(head + body, "amr") == (METHOD, hashlib.sha256(body).hexdigest())


def test_all_that_is_checked_has_a_row() -> None:
    assert METHOD in METHODS
    assert not any(CHECKS[name].proves for name in CHECKED)


def test_what_is_no_frame_is_told_by_its_time() -> None:
    speech = [*SPEECH[:20], b"\x64junk", *SPEECH[20:]]
    (damage,) = sound_of(NARROW + b"".join(speech), "amr").integrity.damage
    assert (damage.what, damage.offset) == ("bytes are no frame", 6 + len(b"".join(SPEECH[:20])))
    assert (damage.sample, damage.at_s) == (3200, 0.4)
    stereo = sound_of(b"#!AMR_MC1.0\n\0\0\0\2" + b"".join(speech), "amr")
    assert stereo.integrity.damage[0].at_s == 0.2


def test_a_cut_file_is_damaged_but_between_frames() -> None:
    data = NARROW + b"".join(SPEECH)
    ends = {6 + len(b"".join(SPEECH[:each])) for each in range(len(SPEECH) + 1)}
    for size in range(7, len(data)):
        expected = SoundState.CONSISTENT if size in ends else SoundState.DAMAGED
        assert state_of(data[:size], "amr") is expected, size
    assert state_of(NARROW, "amr") in {None, SoundState.NOT_CHECKABLE}
    assert planned(b"#!AMR?", "amr") is None


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_size_of_the_pieces_does_not_matter(data: st.DataObject) -> None:
    changed = bytearray(NARROW + b"".join(SPEECH))
    for _ in range(data.draw(st.integers(0, 6))):
        changed[data.draw(st.integers(6, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    stream = planned(bytes(changed), "amr")
    assert stream is not None
    whole = heard(bytes(changed), stream)
    for piece in (1, 7, data.draw(st.integers(2, 900))):
        assert heard(bytes(changed), stream, piece) == whole


@pytest.mark.parametrize(
    "data", [b"\xff" * 300_000, bytes(300_000), b"\x3c" * 299_999, b"\x7c\xff" * 100_000]
)
def test_hostile_bytes_are_held_in_bounds(data: bytes) -> None:
    walk = AmrWalk(Bitstream("amr", 0, len(data)))
    for at in range(0, len(data), 4096):
        walk.take(memoryview(data)[at : at + 4096])
        assert len(walk._held) < 4096 + 400
    walk.finish()


@given(st.binary(max_size=500), st.integers(1, 90), st.booleans())
@settings(max_examples=200, deadline=None)
def test_nothing_is_raised_whatever_comes(noise: bytes, piece: int, wide: bool) -> None:  # noqa: FBT001
    heard(noise, Bitstream("amr", 0, len(noise), {"wide": wide}), piece)
