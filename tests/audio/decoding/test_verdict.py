"""What a decode adds to a verdict, for each thing that may have been said before."""

from __future__ import annotations

from itertools import product

import pytest

from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.decoding.verdict import DECODING, PCM_MD5, with_decoding
from archiver.model.decoded import Decoded, StatedDigest, Undecoded
from archiver.model.sound import Damage, Essence, Integrity, Sound, SoundState

HELD = StatedDigest("flac", "aa", "aa")
FAILED = StatedDigest("wavpack", "aa", "bb")
UNSET = StatedDigest("flac", None, "bb")
PLACE = Damage("a frame fails its CRC-16", 100, 4096, 0.093)
BEFORE = {
    state: Integrity(
        state,
        ("some-check",),
        None,
        (PLACE,) if state is SoundState.DAMAGED else (),
        int(state is SoundState.DAMAGED),
    )
    for state in SoundState
}
ESSENCE = Essence("flac-frames-v1", "00")


def decoded(
    *,
    samples: int = 44_100,
    stated_samples: int | None = None,
    errors: int = 0,
    stated: StatedDigest | None = None,
) -> Decoded:
    places = tuple(Damage("the decoder reports an error", at, at, at / 44_100) for at in range(errors))
    return Decoded("flac", 8, 9000, 44_100, 2, samples, stated_samples, places, errors, None, stated)


CASES = {
    "all decodes": (decoded(), "consistent"),
    "unset": (decoded(stated=UNSET), "consistent"),
    "held": (decoded(stated=HELD), "proved"),
    "held beside errors": (decoded(stated=HELD, errors=2), "proved"),
    "failed": (decoded(stated=FAILED), "damaged"),
    "errors": (decoded(errors=3), "damaged"),
    "short": (decoded(samples=10, stated_samples=44_100), "damaged"),
}


@pytest.mark.parametrize(("case", "before"), list(product(CASES, SoundState)))
def test_each_row_of_the_table(case: str, before: SoundState) -> None:
    outcome, means = CASES[case]
    after = with_decoding(Sound(ESSENCE, BEFORE[before]), outcome)
    assert after is not None
    assert after.essence == ESSENCE
    assert after.integrity.decoded
    assert after.integrity.checked[:2] == ("some-check", DECODING)
    if before is SoundState.DAMAGED:
        assert after.integrity.damage == (PLACE,)
        assert after.integrity.state is SoundState.DAMAGED
    elif means == "damaged":
        assert after.integrity.state is SoundState.DAMAGED
        assert after.integrity.damage
        assert after.integrity.damaged_places >= len(after.integrity.damage)
    elif means == "proved" or before is SoundState.INTACT:
        assert after.integrity.state is SoundState.INTACT
    else:
        assert after.integrity.state is SoundState.CONSISTENT


@pytest.mark.parametrize("before", [None, *(Sound(ESSENCE, each) for each in BEFORE.values())])
def test_what_was_not_decoded_changes_nothing(before: Sound | None) -> None:
    for reason in Undecoded:
        assert with_decoding(before, reason) == before
    assert with_decoding(before, decoded(samples=0)) == before


def test_where_nothing_was_said_before() -> None:
    after = with_decoding(None, decoded())
    assert after is not None
    assert after.essence is None
    assert after.integrity == Integrity(SoundState.CONSISTENT, (DECODING,), decoded=True)


def test_missing_samples_say_how_much_is_lost() -> None:
    after = with_decoding(None, decoded(samples=44_100, stated_samples=132_300))
    assert after is not None
    assert after.integrity.lost_s == pytest.approx(2.0)
    assert after.integrity.damage == (
        Damage("fewer samples can be decoded than the file states", 9000, 44_100, 1.0),
    )


def test_every_name_is_in_the_registry_and_every_reason_reads_as_a_clause() -> None:
    assert {DECODING, *PCM_MD5.values()} <= CHECKS.keys()
    assert not CHECKS[DECODING].proves
    assert all(reason.meaning and not reason.meaning.endswith(".") for reason in Undecoded)
