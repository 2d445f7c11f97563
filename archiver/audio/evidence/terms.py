"""What whoever passed a recording on asked of others, and what is said of a model that made it: told, never weighed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.asides import taken_back
from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_FIELDS = frozenset({"COMMENT", "COMMENTS", "DESCRIPTION", "NOTES", "NOTE", "INFO", "COPYRIGHT", "SYNOPSIS"})
_TRADERS = re.compile(
    r"\bfor (?:free )?trad(?:e|ing) only\b|\bfree trade only\b|\btrade only\b"
    r"|(?<!we )(?<!they )(?<!\bi )(?<!you )\b(?:do not|don['’]t|never) (?:buy|sell)(?! out)\b"  # noqa: RUF001
    r"|\bnot for (?:re)?sale\b|\bnot to be sold\b|\bnicht (?:zum|für den) verkauf\b|\bnur (?:zum|für) tausch\b",
    re.IGNORECASE,
)
_MODELS = {
    "suno": "Suno",
    "udio": "Udio",
    "aiva": "AIVA",
    "mubert": "Mubert",
    "boomy": "Boomy",
    "soundraw": "SOUNDRAW",
    "stable audio": "Stable Audio",
    "musicgen": "MusicGen",
    "riffusion": "Riffusion",
}
_MADE_WITH = re.compile(
    r"\b(?:made|created|generated|composed|produced) (?:with|by|on|using|in) ("
    + "|".join(_MODELS)
    + r")(?:\.com|\.ai)?(?![\w-])",
    re.IGNORECASE,
)


def terms_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame asks of those who get the file, and which model it names as its maker."""
    if field.name in _FIELDS and field.text:
        yield from terms_in(field.text, field.locator)
        said = (
            match for match in _MADE_WITH.finditer(field.text) if not taken_back(field.text, *match.span())
        )
        for name in dict.fromkeys(match.group(1).casefold() for match in said):
            yield observe("ai-origin", field.locator, _MODELS[name])


def terms_in(text: str, locator: str) -> Iterator[Evidence]:
    """The request of traders in ``text``, such as not to sell it."""
    if _TRADERS.search(text):
        yield observe("terms-of-use", locator, text)
