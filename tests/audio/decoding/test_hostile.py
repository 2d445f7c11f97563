"""Mutated music cannot hurt: every file comes out of the guarded decoder with an outcome, and none hangs or crashes it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.audio.examine import examine_file
from archiver.ingest.decode import decode, music_decoders
from archiver.model.audio import ExaminedFile, Role
from archiver.model.decoded import Decoded, Sought, Undecoded
from tests.audio.decoding.conftest import Encode
from tests.audio.decoding.music import reference

FORMS = {
    "a.flac": (),
    "a.mp3": (),
    "a.ogg": (),
    "a.opus": (),
    "a.m4a": (),
    "alac.m4a": ("-c:a", "alac"),
    "a.wv": (),
    "a.tta": (),
    "a.wav": (),
    "a.aiff": (),
    "a.wma": (),
    "a.mka": (),
    "a.caf": (),
    "a.ac3": (),
}
WORDS = (b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"\x80\0\0\0")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bits, bytes and numbers changed, most of them in the headers, or the end cut off."""
    result = bytearray(data[: 200_000 + chance.randrange(100)])
    for _ in range(chance.choice((1, 3, 20, 200))):
        at = chance.randrange(len(result) if chance.random() < 0.5 else min(len(result), 4096))
        match chance.randrange(8):
            case 0 | 1:
                result[at] ^= 1 << chance.randrange(8)
            case 2 | 3:
                result[at : at + 4] = chance.choice(WORDS)
            case 4 | 5:
                result[at] = chance.randrange(256)
            case 6:
                result[at:at] = result[at : at + chance.randrange(64)]
            case _ if at > 200:
                del result[at + chance.randrange(1, 200) :]
    return bytes(result)


def spoilt_files(encode: Encode, folder: Path, count: int, seed: int) -> Iterator[ExaminedFile]:
    chance = random.Random(seed)
    for number in range(count):
        name = chance.choice(tuple(FORMS))
        path = folder / f"{number % 100}-{name}"
        path.write_bytes(mutated(encode(name, "-t", "3", *FORMS[name]).read_bytes(), chance))
        yield examine_file(reference(path))


@pytest.mark.parametrize(
    ("count", "seed"),
    [(120, 1), *(pytest.param(2000, seed, marks=pytest.mark.slow) for seed in range(2, 12))],
)
def test_mutated_music_comes_out_with_an_outcome(
    count: int, seed: int, encode: Encode, tmp_path: Path
) -> None:
    sought = [Sought.RIP, Sought.FINGERPRINT, Sought.ISCC]
    seen: list[Role] = []

    def noted() -> Iterator[ExaminedFile]:
        for examined in spoilt_files(encode, tmp_path, count, seed):
            seen.append(examined.role)
            yield examined

    with music_decoders(1, sought) as workers:
        outcomes = [each.outcome for each in decode(noted(), workers, sought)]
    assert len(seen) == count
    assert len(outcomes) == seen.count(Role.AUDIO) > count // 2
    assert not {Undecoded.TIME, Undecoded.CRASH} & set(outcomes)
    assert outcomes.count(Undecoded.MEMORY) <= count // 50
    assert any(isinstance(outcome, Decoded) and outcome.errors for outcome in outcomes)
