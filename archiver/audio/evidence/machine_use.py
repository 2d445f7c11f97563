"""Signals about use by machines: C2PA manifests, TDM reservations, AI preferences. Kept as they stand, never fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.reservations import reserves_in_words
from archiver.model.evidence import Evidence

C2PA_UUID = "d8fec3d61b0e483c92975828877ec481"
_C2PA_KEYS = frozenset({f"uuid:{C2PA_UUID}", "c2pa"})
_SIGNALS = {
    # tag names, folded to lower case with hyphens, and the vocabulary's own key
    "tdm-reservation": "tdm-reservation",
    "tdmreservation": "tdm-reservation",
    "tdmrep": "tdm-reservation",
    "train-ai": "train-ai",
    "ai-training": "train-ai",
    "cawg.data-mining": "cawg.data_mining",
    "cawg.ai-inference": "cawg.ai_inference",
    "cawg.ai-training": "cawg.ai_training",
    "cawg.ai-generative-training": "cawg.ai_generative_training",
    "train-genai": "train-genai",
    "genai": "genai",
    "ai-train": "ai-train",
    "ai-input": "ai-input",
    "ai-output": "ai-output",
    "ai-use": "ai-use",
    "plus:datamining": "plus-data-mining",
    "c2pa.data-mining": "cawg.data_mining",
    "c2pa.ai-inference": "cawg.ai_inference",
    "c2pa.ai-training": "cawg.ai_training",
    "c2pa.ai-generative-training": "cawg.ai_generative_training",
}
_LISTS = frozenset({"content-usage", "ai-usage", "aipref", "ai-preference", "ai-preferences"}) | {
    "content-signal",
    "content-signals",
}
_PREFERENCES = frozenset({"train-ai", "train-genai", "genai", "ai-train", "ai-input", "ai-output", "ai-use"})
_PAIR = re.compile(
    r"([a-z][a-z0-9._-]{0,40})\s{0,9}=\s{0,9}\"?(\??[a-z0-9]{1,20}"
    r"(?:\s{0,9};\s{0,9}exceptions\s{0,9}=\s{0,9}[a-z0-9-]{1,20})?)",
    re.IGNORECASE,
)
_OPT_OUTS = frozenset({"noai", "no-ai", "no-ai-training", "ai-opt-out", "tdm-opt-out", "do-not-train"})
_YES = frozenset({"1", "yes", "y", "true", "on"})
_DENYING = frozenset({"n", "no", "0", "?0", "false"})
_NO = frozenset({"0", "no", "n", "false", "off", "notallowed", "disallow", "disallowed", "constrained"})
_XMP_TDM = re.compile(r"tdm:reservation[\"'\s]{0,9}[=>]\s{0,9}[\"']?\s{0,9}([01])")
_XMP_TDM_POLICY = re.compile(r"tdm:policy[\"'\s]{0,9}[=>]\s{0,9}[\"']?\s{0,9}([^\"'<>\s]{4,400})")
_XMP_PLUS = re.compile(r"plus:DataMining[^<>]{0,80}?[=>\s][\"']?(?:[^\"'<>\s]{0,100}/)?(DMI-[A-Z-]{3,60})")
_XMP_PLUS_BAG = re.compile(r"<plus:DataMining\b[^<>]{0,200}>((?:(?!</plus:DataMining)[\s\S]){0,600})")
_PLUS_VALUE = re.compile(r"\bDMI-[A-Z-]{3,60}")
_XMP_RSL = re.compile(
    r"<(?:rsl:)?prohibits\b[^<>]{0,80}type\s{0,9}=\s{0,9}[\"']usage[\"'][^<>]{0,80}>([^<>]{1,200})<"
)
_RSL_USE = re.compile(r"[a-z][a-z-]{1,20}")
_XMP_HINTS = ("tdm:", "plus:DataMining", "rsl:prohibits", "rslstandard.org/rsl")
_DIRECTIVE = re.compile(
    r"[ \t]{0,9}(content-usage|content-signals?|tdm-reservation)[ \t]{0,9}:[ \t]{0,9}(.{1,1000})",
    re.IGNORECASE,
)
_PROSE = frozenset(
    {"COPYRIGHT", "COMMENT", "COMMENTS", "DESCRIPTION", "LICENSE", "USERTERMS", "RIGHTS", "PHONOGRAM"}
    | {"TERMS", "USAGE", "USAGETERMS", "LEGAL", "DISCLAIMER", "NOTE", "NOTES", "NOTICE", "INFO"}
)


def machine_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame says of use by machines, as ``key=value`` where a vocabulary has a key for it."""
    if is_manifest(field):
        yield observe("c2pa-manifest", field.locator, f"{field.frame.length} bytes")
    if not field.text:
        return
    if field.name in _PROSE:
        lines = field.text.splitlines()
        for pairs in dict.fromkeys(filter(None, map(denied_by_directive, lines))):
            yield observe("machine-signal", field.locator, pairs)
        if reserves_in_words("\n".join(line for line in lines if not is_directive(line))):
            yield observe("machine-reservation-text", field.locator, field.text)
        return
    if any(hint in field.text for hint in _XMP_HINTS):
        yield from _in_xmp(field)
    yield from _named(field)


def is_manifest(field: Field) -> bool:
    """Whether a frame holds a C2PA manifest store."""
    key = field.frame.id.casefold()
    return key in _C2PA_KEYS or key.startswith(("geob:application/c2pa", "geob:application/x-c2pa"))


def signal_key(name: str) -> str | None:
    """The vocabulary's own key for a use by machines, or ``None`` where no vocabulary has one."""
    return _SIGNALS.get(name.casefold().replace("_", "-").replace(" ", "-"))


def is_directive(line: str) -> bool:
    """Whether a line is a directive for machines in its exact form, as ``robots.txt`` and headers have them."""
    return _DIRECTIVE.fullmatch(line) is not None


def denied_by_directive(line: str) -> str:
    """What a directive denies, as ``key=value`` in a list; empty where a line is none, or denies nothing."""
    found = _DIRECTIVE.fullmatch(line)
    if found is None:
        return ""
    if found.group(1).casefold() == "tdm-reservation":
        return "tdm-reservation=1" if found.group(2).strip() == "1" else ""
    return _denying_pairs(found.group(2))


def _denying_pairs(text: str) -> str:
    """The preferences in a list of them that deny; a path in front of them is passed over.

    ``tdm-reservation`` is a reservation and no preference: a negative value of it would allow, and it has no place here.
    """
    pairs = ((key.casefold(), value.casefold()) for key, value in _PAIR.findall(text))
    denying = (pair for pair in pairs if pair[1].partition(";")[0].strip() in _DENYING)
    return ", ".join(f"{key}={value}" for key, value in denying if key != "tdm-reservation")


def _named(field: Field) -> Iterator[Evidence]:
    name = field.name.casefold().replace("_", "-").replace(" ", "-")
    key, text = signal_key(name), field.text.strip()
    if name in ("tdm-policy", "tdmpolicy"):
        yield observe("machine-policy", field.locator, text)
    elif key is not None:
        yield observe("machine-signal", field.locator, f"{key}={_value(key, text)}")
    elif name in _OPT_OUTS and text.casefold() not in _NO:
        yield observe("machine-signal", field.locator, "tdm-reservation=1")
    elif name in _LISTS:
        pairs = ", ".join(f"{key.casefold()}={value.casefold()}" for key, value in _PAIR.findall(text))
        if pairs:
            yield observe("machine-signal", field.locator, pairs)


def _value(key: str, text: str) -> str:
    folded = text.casefold()
    if key == "tdm-reservation":
        return {True: "1", False: "0"}.get(folded in _YES, "0") if folded in _YES | _NO else text
    if key == "plus-data-mining":
        return next(iter(_PLUS_VALUE.findall(text.upper())), text)
    if key in _PREFERENCES:
        return "y" if folded in _YES | {"allowed", "allow"} else "n" if folded in _NO else text
    return text


def _in_xmp(field: Field) -> Iterator[Evidence]:
    for value in dict.fromkeys(_XMP_TDM.findall(field.text)):
        yield observe("machine-signal", field.locator, f"tdm-reservation={value}")
    for address in dict.fromkeys(_XMP_TDM_POLICY.findall(field.text)):
        yield observe("machine-policy", field.locator, address)
    in_bags = [value for bag in _XMP_PLUS_BAG.findall(field.text) for value in _PLUS_VALUE.findall(bag)]
    for value in dict.fromkeys((*_XMP_PLUS.findall(field.text), *in_bags)):
        yield observe("machine-signal", field.locator, f"plus-data-mining={value}")
    uses = [use for prohibited in _XMP_RSL.findall(field.text) for use in _RSL_USE.findall(prohibited)]
    for use in dict.fromkeys(uses):
        yield observe("machine-signal", field.locator, f"rsl-{use}=n")
