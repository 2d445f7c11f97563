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

    LICENSE_CLAIM = "license-claim"
    PURCHASE = "purchase"
    RIP = "rip"
    MACHINE_SIGNAL = "machine-signal"
    STREAM_HINT = "stream-hint"
    UNREAD = "unread"


MEANINGS: dict[str, Meaning] = {
    "licence-claim": Meaning.LICENSE_CLAIM,
    "licence-url": Meaning.LICENSE_CLAIM,
    "licence-text": Meaning.LICENSE_CLAIM,
    "store-account": Meaning.PURCHASE,
    "store-buyer": Meaning.PURCHASE,
    "store-transaction": Meaning.PURCHASE,
    "store-delivered": Meaning.PURCHASE,
    "store-receipt": Meaning.PURCHASE,
    "store-mark": Meaning.PURCHASE,
    "store-catalogue-id": Meaning.PURCHASE,
    "bandcamp-comment": Meaning.PURCHASE,
    "ownership-frame": Meaning.PURCHASE,
    "rip-log": Meaning.RIP,
    "cd-toc": Meaning.RIP,
    "accuraterip": Meaning.RIP,
    "machine-signal": Meaning.MACHINE_SIGNAL,
    "machine-reservation-text": Meaning.MACHINE_SIGNAL,
    "stream-hint": Meaning.STREAM_HINT,
    "personal-unread": Meaning.UNREAD,
}
"""By code; where a file carries several of one meaning, the first in this order names its group."""

_TRAINING = (MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING)
_MINING = (MachineUse.DATA_MINING, *_TRAINING)

_SIGNAL_KEYS: dict[str, tuple[MachineUse, ...]] = {
    # W3C TDMRep: reserves text and data mining, training included
    "tdm-reservation": _MINING,
    # IETF AIPREF vocabulary: train-ai means models that generate content, ai-use input to them
    "train-ai": (MachineUse.GENERATIVE_TRAINING,),
    "ai-use": (MachineUse.INFERENCE,),
    "search": (MachineUse.SEARCH,),
    # CAWG 1.1 training and data mining assertion
    "cawg.data_mining": (MachineUse.DATA_MINING,),
    "cawg.ai_inference": (MachineUse.INFERENCE,),
    "cawg.ai_training": (MachineUse.OTHER_TRAINING,),
    "cawg.ai_generative_training": (MachineUse.GENERATIVE_TRAINING,),
}
_EVERYTHING = (MachineUse.SEARCH, MachineUse.INFERENCE, *_MINING)
_DENIALS: dict[str, tuple[MachineUse, ...]] = {
    # what a statement without its version may mean: until draft-ietf-aipref-vocab-04 train-ai was all training
    "train-ai": (MachineUse.OTHER_TRAINING,),
    # labels of draft-ietf-aipref-vocab-00 to -04
    "all": _EVERYTHING,
    "bots": _EVERYTHING,
    "tdm": _MINING,
    "ai": (MachineUse.INFERENCE, *_TRAINING),
    "genai": (MachineUse.GENERATIVE_TRAINING,),
    "train-genai": (MachineUse.GENERATIVE_TRAINING,),
    "inference": (MachineUse.INFERENCE,),
    "ai-output": (MachineUse.INFERENCE,),
    # Content Signals, draft-romm-aipref-contentsignals-00
    "ai-train": (MachineUse.GENERATIVE_TRAINING,),
    "ai-input": (MachineUse.INFERENCE,),
    # Really Simple Licensing 1.0, what <prohibits type="usage"> names
    "rsl-all": _EVERYTHING,
    "rsl-ai-all": (MachineUse.INFERENCE, *_TRAINING),
    "rsl-ai-train": _TRAINING,
    "rsl-ai-input": (MachineUse.INFERENCE,),
    "rsl-ai-index": (MachineUse.SEARCH, MachineUse.INFERENCE),
    "rsl-search": (MachineUse.SEARCH,),
}
"""What a denial in another vocabulary, or an older one, also denies; an allowance in these words says nothing."""

_PLUS: dict[str, tuple[tuple[MachineUse, ...], Answer]] = {
    # PLUS data mining values, https://ns.useplus.org/LDF/ldf-XMPSpecification
    "dmi-allowed": (_MINING, Answer.ALLOW),
    "dmi-prohibited": ((MachineUse.SEARCH, *_MINING), Answer.DENY),
    "dmi-prohibited-exceptsearchengineindexing": (_MINING, Answer.DENY),
    "dmi-prohibited-aimltraining": (_TRAINING, Answer.DENY),
    "dmi-prohibited-genaimltraining": ((MachineUse.GENERATIVE_TRAINING,), Answer.DENY),
    "dmi-prohibited-seeconstraint": (_MINING, Answer.DENY),
    "dmi-prohibited-seeembeddedrightsexpr": (_MINING, Answer.DENY),
    "dmi-prohibited-seelinkedrightsexpr": (_MINING, Answer.DENY),
}
_PAIR = re.compile(r"([a-z][a-z0-9._-]*)\s*[=:]\s*\"?(\??[a-z0-9-]+)", re.IGNORECASE)
_DENYING = ("n", "no", "0", "?0", "false", "notallowed", "disallow", "disallowed", "constrained")
_RESERVING = ("1", "?1", "y", "yes", "true")
_ALLOWING = ("y", "yes", "1", "?1", "true", "allow", "allowed")


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
    """What one signal says; a value that no vocabulary knows says nothing."""
    if item.code == "machine-reservation-text":
        return [(use, Answer.DENY) for use in _MINING]
    said: list[tuple[MachineUse, Answer]] = []
    for key, value in _PAIR.findall((item.value or "").casefold()):
        if key == "plus-data-mining":
            uses, answer = _plus(value)
        else:
            uses, answer = _SIGNAL_KEYS.get(key, ()), _answer(key, value)
            if answer is Answer.DENY:
                uses += _DENIALS.get(key, ())
        if answer is not Answer.UNKNOWN:
            said += [(use, answer) for use in uses]
    return said


def _plus(value: str) -> tuple[tuple[MachineUse, ...], Answer]:
    """What a value of PLUS data mining says; one that prohibits in a way that is not known prohibits it all."""
    prohibited = _PLUS["dmi-prohibited"] if value.startswith("dmi-prohibited") else ((), Answer.UNKNOWN)
    return _PLUS.get(value, prohibited)


def _answer(key: str, value: str) -> Answer:
    denying, allowing = (_RESERVING, _DENYING) if key == "tdm-reservation" else (_DENYING, _ALLOWING)
    if value in denying:
        return Answer.DENY
    return Answer.ALLOW if value in allowing else Answer.UNKNOWN
