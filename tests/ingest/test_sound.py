"""What reading music through gives goes through a journal unchanged, and is held against what the headers said."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.ingest.sound import (
    SOUND,
    bitstream_from,
    bitstream_value,
    is_sound,
    sound_from,
    sound_value,
    with_sound,
)
from archiver.model.audio import ExaminedFile, Role
from archiver.model.problem import Problem
from archiver.model.sound import (
    Bitstream,
    Damage,
    Essence,
    Integrity,
    Sound,
    SoundState,
    clock,
    damage_sentence,
)
from archiver.model.source import FileRef, FileStat
from tests.running import ROOT

REF = FileRef(b"/", b"a.flac", "a.flac", FileStat(1, 1, 1, 1))
MUSIC = ExaminedFile(REF, Role.AUDIO, None, bitstream=Bitstream("stretch", 0, 1))
BREAKS_OFF = Problem("a.flac", "F208", "the file breaks off: 5 of 9 bytes")
GAP = Damage("a frame fails its CRC-16", 4711, 88200, 2.0)

texts = st.text(max_size=20)
numbers = st.integers(0, 1 << 62)
seconds = st.none() | st.floats(0, 1e9)
damages = st.builds(Damage, texts, numbers, st.none() | numbers, seconds)
verdicts = st.builds(
    Integrity,
    st.sampled_from(SoundState),
    st.lists(texts, max_size=3).map(tuple),
    st.none() | texts,
    st.lists(damages, max_size=3).map(tuple),
    numbers,
    seconds,
    st.booleans(),
)
sounds = st.builds(Sound, st.none() | st.builds(Essence, texts, texts), verdicts)


def results(sound: Sound) -> dict[str, object]:
    return {SOUND: sound_value(sound)}


@given(sounds)
def test_a_sound_goes_through_json_and_back(sound: Sound) -> None:
    value = json.loads(json.dumps(sound_value(sound)))
    assert is_sound(value)
    assert sound_from(value) == sound


RACE = """
import sys, threading
sys.setswitchinterval(1e-6)
from archiver.ingest.sound import bitstream_from, sound_from
gate = threading.Barrier(8)
def meet():
    gate.wait()
    sound_from({"integrity": {"state": "damaged", "damage": [{"what": "a", "offset": 1}]}})
    bitstream_from({"walk": "flac", "start": 1, "end": 2})
threads = [threading.Thread(target=meet) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_threads_may_meet_a_sound_for_the_first_time_together() -> None:
    # before, a quarter of such interpreters crashed
    ended = [subprocess.run([sys.executable, "-c", RACE], cwd=ROOT, check=False) for _ in range(12)]
    assert [one.returncode for one in ended] == [0] * 12


def test_where_music_lies_goes_through_json_and_back() -> None:
    stream = Bitstream("flac", 42, 4711, {"rate": 44100, "parts": [[1, 2], [3, 4]], "none": None})
    assert bitstream_from(json.loads(json.dumps(bitstream_value(stream)))) == stream
    with pytest.raises(ValueError, match="no bitstream"):
        bitstream_from({"walk": 1})


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, "intact", [], {}, {"integrity": {}}),
        {"integrity": {"state": "fine"}},
        {"essence": {"method": "x"}, "integrity": {"state": "intact"}},
    ],
)
def test_anything_else_is_no_sound(value: object) -> None:
    assert not is_sound(value)


def test_what_is_no_music_stays_as_it_is() -> None:
    picture = dataclasses.replace(MUSIC, role=Role.ARTWORK)
    assert with_sound(picture, {}, {}) is picture


def test_damage_is_a_problem_of_the_file() -> None:
    damaged = Sound(None, Integrity(SoundState.DAMAGED, (), None, (GAP,), 3, 0.5))
    heard = with_sound(MUSIC, results(damaged), {})
    assert heard.sound == damaged
    (problem,) = heard.problems
    words = "a frame fails its CRC-16, at 0:02.0, and 2 more places; 0.5 s of music are touched"
    assert (problem.path, problem.code, problem.message) == ("a.flac", "F210", words)


@pytest.mark.parametrize("state", [SoundState.INTACT, SoundState.CONSISTENT, SoundState.NOT_CHECKABLE])
def test_a_file_that_breaks_off_is_damaged_whatever_else_held(state: SoundState) -> None:
    broken = dataclasses.replace(MUSIC, problems=(BREAKS_OFF,))
    heard = with_sound(broken, results(Sound(Essence("x-v1", "00"), Integrity(state))), {})
    assert heard.sound == Sound(
        Essence("x-v1", "00"), Integrity(SoundState.DAMAGED, detail=BREAKS_OFF.message)
    )
    assert heard.problems == (BREAKS_OFF,)


def test_the_end_that_is_missing_is_told_once() -> None:
    broken = dataclasses.replace(MUSIC, problems=(BREAKS_OFF,))
    end = Integrity(SoundState.DAMAGED, (), None, (GAP,), 1)
    assert with_sound(broken, results(Sound(None, end)), {}).problems == (BREAKS_OFF,)
    more = dataclasses.replace(end, damaged_places=2)
    told = with_sound(broken, results(Sound(None, more)), {}).problems
    assert [problem.code for problem in told] == ["F208", "F210"]


@pytest.mark.parametrize(
    ("file", "faults", "detail"),
    [
        (MUSIC, {SOUND: "failed (KeyError)"}, "reading it through failed (KeyError)"),
        (MUSIC, {}, "it changed before it was read through"),
        (dataclasses.replace(MUSIC, bitstream=None), {}, "nothing here reads this music through"),
    ],
)
def test_what_was_not_read_through_is_not_checkable_and_says_why(
    file: ExaminedFile, faults: dict[str, str], detail: str
) -> None:
    heard = with_sound(file, {}, faults)
    assert heard.sound == Sound(None, Integrity(SoundState.NOT_CHECKABLE, detail=detail))
    assert heard.problems == ()


def test_a_place_without_a_time_is_told_by_its_byte() -> None:
    place = dataclasses.replace(GAP, at_s=None)
    integrity = Integrity(SoundState.DAMAGED, (), None, (place,), 2)
    assert damage_sentence(integrity) == "a frame fails its CRC-16, at byte 4,711, and 1 more place"


@pytest.mark.parametrize(
    ("at", "said"), [(0, "0:00.0"), (59.99, "0:59.9"), (61.25, "1:01.2"), (3725.5, "1:02:05.5")]
)
def test_times_are_told_as_players_show_them(at: float, said: str) -> None:
    assert clock(at) == said
