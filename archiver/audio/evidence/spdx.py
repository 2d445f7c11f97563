"""From an address or words to the SPDX identifier of a licence, where they name one exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CC_ADDRESS = re.compile(
    r"creativecommons\.org/(?:licenses|licences)/([a-z+-]{2,16})/([1-4]\.[0-9])(?:/([a-z]{2,3}))?(?![a-z0-9])",
    re.IGNORECASE,
)
_CC0_ADDRESS = re.compile(r"creativecommons\.org/publicdomain/zero/1\.0", re.IGNORECASE)
_CC0 = re.compile(r"\bcc[ -]?(?:0|zero)(?![0-9.])(?:[ -]?1\.0)?(?:[ -]?universal)?(?!\w)", re.IGNORECASE)
_CC_SHORT = re.compile(
    r"\bcc[ -]?by((?:[ -](?:nc|nd|sa))*)[ ,-]*(?:v|version|ver\.?)? ?([1-4](?:\.[05])?)(?![0-9.]*[0-9])(?:[ -]*(\w+))?",
    re.IGNORECASE,
)
_CC_LONG = re.compile(
    r"\b(?:creative[ -]?commons|cc)\W{0,3}(?:licen[sc]e\W{0,3})?attribution((?:[ ,/-]{1,3}(?:non[ -]?commercial|no[ -]?deriv\w*|share[ -]?alike))*)"
    r"[ ,(-]*(?:licen[sc]e[ ,(]*)?(?:v|version)? ?([1-4](?:\.[05])?)(?![0-9.]*[0-9])(?:[ -]*(united states|\w+))?",
    re.IGNORECASE,
)
_CC_VERSIONS = frozenset({"1.0", "2.0", "2.5", "3.0", "4.0"})
_CC_KINDS = {
    "by": "BY",
    "by-sa": "BY-SA",
    "by-nc": "BY-NC",
    "by-nd": "BY-ND",
    "by-nc-sa": "BY-NC-SA",
    "by-nc-nd": "BY-NC-ND",
    "by-nd-nc": "BY-NC-ND",
    "by-sa-nc": "BY-NC-SA",
}
# the ported licences that the SPDX list 3.25 has
_PORTED = """
    CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-NC-3.0-DE
    CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR CC-BY-NC-SA-2.0-UK
    CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK CC-BY-SA-3.0-AT CC-BY-SA-3.0-DE
    CC-BY-SA-3.0-IGO
"""
_PORTS = frozenset(_PORTED.split())
_COUNTRIES = {
    "germany": "DE",
    "austria": "AT",
    "australia": "AU",
    "netherlands": "NL",
    "united states": "US",
    "us": "US",
    "igo": "IGO",
    "de": "DE",
    "at": "AT",
    "au": "AU",
    "nl": "NL",
}
_GNU_WORDS = re.compile(
    r"\b(?:gnu[ ,]+)?(lgpl|agpl|gpl|gfdl|(?:lesser |affero )?general public licen[sc]e|free documentation licen[sc]e)"
    r"(?:[ (]*(?:l|a)?gpl\)?)?[ ,(-]*(?:licen[sc]e[ ,]*)?(?:v|ver\.?|version)? ?([1-3](?:\.[0-3])?)(?![0-9.]*[0-9])"
    r"(\+|[ ,(-]*(?:or|and)[ -](?:\(?at your option\)? ?)?(?:any )?(?:later|newer|above|greater)|-only| only)?",
    re.IGNORECASE,
)
_GNU_ADDRESS = re.compile(
    r"gnu\.org/(?:licenses|licences|copyleft)/(?:old-licenses/)?(lgpl|agpl|gpl|fdl)-([1-3]\.[0-3])",
    re.IGNORECASE,
)
_GNU_NAMES = {
    "gpl": "GPL",
    "lgpl": "LGPL",
    "agpl": "AGPL",
    "gfdl": "GFDL",
    "fdl": "GFDL",
    "general public license": "GPL",
    "lesser general public license": "LGPL",
    "affero general public license": "AGPL",
    "free documentation license": "GFDL",
}
_GNU_VERSIONS = {
    "GPL": ("1.0", "2.0", "3.0"),
    "LGPL": ("2.0", "2.1", "3.0"),
    "AGPL": ("1.0", "3.0"),
    "GFDL": ("1.1", "1.2", "1.3"),
}
_FREE_ART = re.compile(
    r"artlibre\.org/licen[cs]e/lal|\b(?:free art licen[sc]e|licence art libre|lal)[ -]*(?:v|version)? ?1\.([23])",
    re.IGNORECASE,
)
_IDENTIFIERS = ("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unlicense", "WTFPL")


def spdx_ids(text: str) -> tuple[str, ...]:
    """The SPDX identifiers of the licences that ``text`` names exactly, each once, in a stable order.

    ``GPL-2.0``, without ``-only`` or ``-or-later``, stands for a text that does not say which; it is SPDX's own
    older identifier. A ported Creative Commons licence outside the SPDX list yields nothing, and neither does
    one without its version.
    """
    return tuple(dict.fromkeys((*_creative_commons(text), *_gnu(text), *_others(text))))


def _creative_commons(text: str) -> Iterator[str]:
    for kind, version, port in _CC_ADDRESS.findall(text):
        yield from _cc(kind.lower(), version, "" if port.lower() in ("", "dee", "leg") else _port_of(port))
    if _CC0_ADDRESS.search(text) or _CC0.search(text):
        yield "CC0-1.0"
    for kinds, version, word in _CC_SHORT.findall(text):
        yield from _cc("by" + kinds.lower().replace(" ", "-"), version, _COUNTRIES.get(word.lower(), ""))
    for words, version, word in _CC_LONG.findall(text):
        yield from _cc(_kind_of(words), version, _COUNTRIES.get(word.lower(), ""))


def _port_of(port: str) -> str:
    return "UK" if port.lower() in ("uk", "gb") else port.upper()


def _kind_of(words: str) -> str:
    folded = re.sub(r"[^a-z]", "", words.lower())
    parts = [
        short
        for word, short in (("noncommercial", "nc"), ("noderiv", "nd"), ("sharealike", "sa"))
        if word in folded
    ]
    return "-".join(["by", *parts])


def _cc(kind: str, version: str, port: str) -> Iterator[str]:
    version = version if "." in version else f"{version}.0"
    if kind not in _CC_KINDS or version not in _CC_VERSIONS:
        return
    name = f"CC-{_CC_KINDS[kind]}-{version}"
    if not port:
        yield name
    elif f"{name}-{port}" in _PORTS:
        yield f"{name}-{port}"


def _gnu(text: str) -> Iterator[str]:
    for name, version in _GNU_ADDRESS.findall(text):
        yield from _gnu_id(_GNU_NAMES[name.lower()], version, "")
    for name, version, scope in _GNU_WORDS.findall(text):
        folded = " ".join(name.lower().replace("licence", "license").split())
        suffix = ""
        if scope:
            suffix = "-only" if "only" in scope.lower() else "-or-later"
        yield from _gnu_id(_GNU_NAMES[folded], version, suffix)


def _gnu_id(name: str, version: str, suffix: str) -> Iterator[str]:
    version = version if "." in version else f"{version}.0"
    if version in _GNU_VERSIONS[name]:
        yield f"{name}-{version}{suffix}"


def _others(text: str) -> Iterator[str]:
    match = _FREE_ART.search(text)
    if match is not None:
        yield f"LAL-1.{match.group(1) or '3'}"
    stripped = text.strip().casefold()
    yield from (name for name in _IDENTIFIERS if name.casefold() == stripped)
