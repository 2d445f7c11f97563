"""What evidence means for rights: a small table by code, so that deciding depends on no parser.

A code that is not here bears on no answer; it is listed with the rest. A test holds that every code here is one
that the examination of files can give.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from archiver.model.evidence import Evidence
from archiver.model.rights import Answer, MachineUse


class Meaning(StrEnum):
    """What an observation says about rights, as far as it goes."""

    PURCHASE = "purchase"
    RIP = "rip"
    LICENSE_CLAIM = "license-claim"
    COPYRIGHT_CLAIM = "copyright-claim"
    MACHINE_SIGNAL = "machine-signal"
    STREAM_HINT = "stream-hint"


MEANINGS: dict[str, Meaning] = {}

SIGNS: dict[str, str] = {}
"""By code, what a group of files with this evidence is called in a template."""

_TRAINING = (MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING)
_MINING = (MachineUse.DATA_MINING, *_TRAINING)

_SIGNAL_KEYS = {
    # W3C TDMRep: reserves text and data mining, training included
    "tdm-reservation": _MINING,
    # IETF AIPREF vocabulary: train-ai means models that generate content
    "train-ai": (MachineUse.GENERATIVE_TRAINING,),
    "search": (MachineUse.SEARCH,),
    # CAWG 1.1 training and data mining assertion
    "cawg.data_mining": _MINING[:1],
    "cawg.ai_inference": (MachineUse.INFERENCE,),
    "cawg.ai_training": (MachineUse.OTHER_TRAINING,),
    "cawg.ai_generative_training": (MachineUse.GENERATIVE_TRAINING,),
}
_PAIR = re.compile(r"([a-z][a-z0-9._-]*)\s*[=:]\s*\"?([a-z0-9]+)", re.IGNORECASE)
_DENYING = ("n", "no", "notallowed", "disallowed", "constrained")


def meaning(code: str) -> Meaning | None:
    """What evidence with this code says about rights, or ``None``."""
    return MEANINGS.get(code)


def where(evidence: Evidence) -> str:
    """How reasons name a piece of evidence; its value is not part of it."""
    return f"evidence {evidence.code} at {evidence.locator}"


def machine_signals(evidence: Sequence[Evidence]) -> dict[MachineUse, tuple[Answer, str]]:
    """What signals embedded in a file say of each machine use, and where the strictest stands.

    Returns:
        For each use that a signal speaks of: ``DENY`` where any signal reserves it, else ``ALLOW``. A
        permission in a file is a claim; it is reported and grants nothing.
    """
    found: dict[MachineUse, tuple[Answer, str]] = {}
    for item in evidence:
        if MEANINGS.get(item.code) is not Meaning.MACHINE_SIGNAL:
            continue
        for use, answer in _uses_in(item):
            if use not in found or (answer is Answer.DENY and found[use][0] is Answer.ALLOW):
                found[use] = (answer, where(item))
    return found


def _uses_in(item: Evidence) -> list[tuple[MachineUse, Answer]]:
    pairs = _PAIR.findall(item.value or "") or [(item.code, item.value or "")]
    answers = []
    for key, value in pairs:
        name = key.casefold()
        denies = value.casefold() in (("1",) if name == "tdm-reservation" else _DENYING)
        for use in _SIGNAL_KEYS.get(name, ()):
            answers.append((use, Answer.DENY if denies else Answer.ALLOW))  # noqa: PERF401 - two levels read better so
    return answers
