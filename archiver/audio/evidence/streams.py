"""Hints that a recording was taken from an online service: flagged, never concluded from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.carriers import is_cd, is_vinyl
from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_SERVICES = re.compile(
    r"(?<![\w@-])(?:[a-z0-9-]{1,63}\.){0,3}"
    r"(youtube\.com|youtu\.be|soundcloud\.com|spotify\.com|deezer\.com|tidal\.com|music\.apple\.com|mixcloud\.com"
    r"|music\.amazon\.[a-z.]{2,6}|vk\.com|pandora\.com|napster\.com|music\.163\.com|y\.qq\.com)(?!\w|[.-]{1,9}\w)",
    re.IGNORECASE,
)
_NAMED = frozenset({"SOURCE", "SOURCEID", "SOURCE ID", "SOURCEURL", "PURL", "WOAS"})
_TEXT = frozenset({"COMMENT", "COMMENTS", "DESCRIPTION", "URL", "WEBSITE", "WWW", "SYNOPSIS"})


def stream_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame says of an online source: the service's host where one is named, else the tag's name."""
    text = field.text.strip()
    if not text:
        return
    service = _SERVICES.search(text) if field.name in _NAMED | _TEXT else None
    if service is not None:
        yield observe("stream-hint", field.locator, f"{field.name}: {service.group(1).casefold()}")
    elif field.name in _NAMED and not is_cd(text) and not is_vinyl(text):
        yield observe("stream-hint", field.locator, field.name)
