"""What reading the music of many files through adds up to, in words: for a label, an event and reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from archiver.model.sound import SoundState

AUDIO_INTEGRITY = "Audio-Integrity"
"""The label of ``bag-info.txt`` that says in what state the music was when it came."""

STATE_WORDS = {
    SoundState.INTACT: "intact",
    SoundState.CONSISTENT: "consistent",
    SoundState.DAMAGED: "damaged",
    SoundState.NOT_CHECKABLE: "not checkable",
}
"""What each state is called for people."""

_DAMAGED = re.compile(r"(\d{1,3}(?:,\d{3}){0,6}) damaged", re.ASCII)


def counted_states(files: Mapping[SoundState, int]) -> str:
    """Return how many files are in which state, such as ``1,204 intact, 2 damaged``; empty where there is none."""
    return ", ".join(f"{files[state]:,} {word}" for state, word in STATE_WORDS.items() if files.get(state))


def integrity_labels(files: Mapping[SoundState, int]) -> tuple[tuple[str, str], ...]:
    """Return the label that sums it up, where any music was read through."""
    counted = counted_states(files)
    return ((AUDIO_INTEGRITY, counted),) if counted else ()


def damaged_when_packed(labels: Iterable[tuple[str, str]]) -> int:
    """Return how many audio files the labels of a bag, which may come from anybody, call damaged when they came."""
    told = (_DAMAGED.search(value) for label, value in labels if label == AUDIO_INTEGRITY)
    return next((int(found[1].replace(",", "")) for found in told if found is not None), 0)
