"""Hints that a recording was taken from an online service: flagged, never concluded from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_SERVICES = re.compile(
    r"(?<![\w@-])(?:[a-z0-9-]{1,63}\.){0,3}"
    r"(youtube\.com|youtu\.be|soundcloud\.com|spotify\.com|deezer\.com|tidal\.com|music\.apple\.com|mixcloud\.com"
    r"|music\.amazon\.[a-z.]{2,6}|vk\.com|pandora\.com|napster\.com|music\.163\.com|y\.qq\.com"
    r"|archive\.org(?=/details/))(?!\w|[.-]{1,9}\w)",
    re.IGNORECASE,
)
_BY_NAME = re.compile(
    r"(youtube music|youtube|soundcloud|spotify|deezer|tidal|apple music|amazon music|mixcloud|pandora|napster"
    r"|vkontakte|netease(?: cloud music)?|qq music)(?: (?:premium|hifi|hi-fi|go|plus|rip|web|stream))?",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"https?://(?:www\.)?([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5})(?![\w.@-])", re.IGNORECASE
)
_NAMED = frozenset({"SOURCE", "SOURCEID", "SOURCE ID", "SOURCEURL", "PURL", "WOAS"})
_TEXT = frozenset({"COMMENT", "COMMENTS", "DESCRIPTION", "URL", "WEBSITE", "WWW", "SYNOPSIS"})


def stream_evidence(field: Field) -> Iterator[Evidence]:
    """The online source that one tag frame names, by its host or by the name of a known service."""
    service = None
    if field.name in _NAMED:
        service = online_source(field.text)
    elif field.name in _TEXT and (match := _SERVICES.search(field.text)):
        service = match.group(1).casefold()
    if service is not None:
        yield observe("stream-hint", field.locator, f"{field.name}: {service}")


def online_source(text: str) -> str | None:
    """The host or the service that the name of a source is, in small letters; ``None`` where it is neither."""
    known = _SERVICES.search(text) or _BY_NAME.fullmatch(text.strip()) or _HOST.match(text.strip())
    return None if known is None else known.group(1).casefold()
