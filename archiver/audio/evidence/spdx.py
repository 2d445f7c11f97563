"""From an address or words to the SPDX identifier of a licence, where they name one exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.asides import taken_back

_CC_ADDRESS = re.compile(
    r"creativecommons\.org/(?:licenses|licences)/([a-z+-]{2,16})/([1-4]\.[0-9])(?:/([a-z]{2,3}))?(?![a-z0-9])",
    re.IGNORECASE,
)
_CC0_ADDRESS = re.compile(r"creativecommons\.org/publicdomain/zero/1\.0", re.IGNORECASE)
_CC0 = re.compile(
    r"\b(?:cc0|cc[ -]zero|creative[ -]?commons[ -](?:cc0|zero))(?!\w|-(?!1\.0)[0-9])(?:[ -]?v?1\.0)?(?:[ -]?universal)?"
    r"(?![0-9.]{0,9}[0-9])",
    re.IGNORECASE,
)
_CC0_APART = re.compile(r"\bcc[ -]0(?!\w|-[0-9])(?![0-9.]{0,9}[0-9])", re.IGNORECASE)
_CONTROLLERS = re.compile(r"\bmidi\b|\bcontroller|\bbank[ -]select|\bcc ?(?!0\b)[0-9]{1,3}\b", re.IGNORECASE)
_AROUND = 40
_VERSION = (
    r"(?:v|version|ver\.?)? ?([1-4]\.[05]|[1-4](?= {0,3}(?:$|[.,;:()\[\]/|&+\n]"
    r"|(?:unported|international|generic|licen|and|or|us|de)\b)))(?![0-9.]{0,9}[0-9])"
)
_WORDS = r"[ ,/-]{1,3}(?:non[ -]?commercial|no[ -]?deriv\w{0,12}(?:[ -]works?)?|share[ -]?alike)"
_BETWEEN = r"(?: ?\((?:cc[ -]?)?(by[a-z -]{0,12})\))?[ ,(-]{0,4}(?:licen[sc]e[ ,(]{0,4})?"
_CC_SHORT = re.compile(
    r"\b(?:cc[ -]?|creative[ -]?commons(?:\W{1,3}licen[sc]e)?[ ,(-]{1,3})by((?:[ -](?:nc|nd|sa)){0,3})\b[ ,-]{0,4}"
    + _VERSION,
    re.IGNORECASE,
)
_CC_BARE = re.compile(r"(?<![\w-])(?-i:BY)((?:[ -](?-i:NC|ND|SA)){1,3})[ ,-]{1,3}" + _VERSION, re.IGNORECASE)
_CC_LONG = re.compile(
    r"\b(?:creative[ -]?commons|cc)\W{0,3}(?:licen[sc]e\W{0,3})?attribution((?:"
    + _WORDS
    + "){0,3})"
    + _BETWEEN
    + _VERSION,
    re.IGNORECASE,
)
_CC_LONG_BARE = re.compile(
    r"(?:(?:^|(?<=\n)|jamendo\.com/? {1,3})(?-i:Attribution)((?:" + _WORDS + r"){0,3})"
    r"|(?<!\w)(?-i:Attribution)((?:" + _WORDS + r"){1,3}))" + _BETWEEN + _VERSION,
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
_COUNTRY_NAMES = {
    "germany": "DE",
    "austria": "AT",
    "australia": "AU",
    "netherlands": "NL",
    "united states": "US",
    "igo": "IGO",
    "uk": "UK",
    "united kingdom": "UK",
    "england": "UK",
    "france": "FR",
    **dict.fromkeys(
        (
            *(
                "argentina",
                "belgium",
                "brazil",
                "bulgaria",
                "canada",
                "chile",
                "china",
                "colombia",
                "costa rica",
            ),
            *(
                "croatia",
                "czech republic",
                "denmark",
                "ecuador",
                "egypt",
                "estonia",
                "finland",
                "greece",
                "guatemala",
            ),
            *(
                "hong kong",
                "hungary",
                "india",
                "ireland",
                "israel",
                "italy",
                "japan",
                "luxembourg",
                "macedonia",
            ),
            *(
                "malaysia",
                "malta",
                "mexico",
                "new zealand",
                "norway",
                "peru",
                "philippines",
                "poland",
                "portugal",
            ),
            *(
                "puerto rico",
                "romania",
                "scotland",
                "serbia",
                "singapore",
                "slovenia",
                "south africa",
                "south korea",
            ),
            *("spain", "sweden", "switzerland", "taiwan", "thailand", "uganda", "ukraine", "vietnam"),
        ),
        "other",
    ),
}
_COUNTRY_CODES = frozenset(
    [
        "AR",
        "AT",
        "AU",
        "BE",
        "BG",
        "BR",
        "CA",
        "CH",
        "CL",
        "CN",
        "CO",
        "CR",
        "CZ",
        "DE",
        "DK",
        "EC",
        "EE",
        "EG",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "GT",
        "HK",
        "HR",
        "HU",
        "IE",
        "IGO",
        "IL",
        "IN",
        "IT",
        "JP",
        "KR",
        "LU",
        "MK",
        "MT",
        "MX",
        "MY",
        "NL",
        "NO",
        "NZ",
        "PE",
        "PH",
        "PL",
        "PT",
        "PR",
        "RO",
        "RS",
        "SE",
        "SG",
        "SI",
        "TH",
        "TW",
        "UA",
        "UG",
        "UK",
        "US",
        "VE",
        "VN",
        "ZA",
    ]
)
_JOINED_CODE = re.compile(r"-([a-z]{2,3})(?![\w])", re.IGNORECASE)
_APART_CODE = re.compile(r"[ ,-]{0,3}\(?([A-Z]{2,3})\)?(?!\w)")
_APART_NAME = re.compile(r"[ ,-]{0,3}\(?([a-z]{2,14})(?: ([a-z]{2,14}))?", re.IGNORECASE)
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
    r"artlibre\.org/licen[cs]e/lal|\b(?:free art licen[sc]e|licence art libre)[ -]{0,3}(?:v|version)? ?1\.([23])"
    r"|(?<![\w-])LAL-1\.([23])(?![\w.-])",
    re.IGNORECASE,
)
_IDENTIFIERS = (
    *(
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "ISC",
        "MIT",
        "MPL-2.0",
        "OFL-1.1",
        "ODbL-1.0",
    ),
    *("ODC-By-1.0", "Unlicense", "WTFPL", "Zlib"),
)
_FULL_NAMES = {
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    'bsd 2-clause "simplified" license': "BSD-2-Clause",
    'bsd 3-clause "new" or "revised" license': "BSD-3-Clause",
    "boost software license 1.0": "BSL-1.0",
    "isc license": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0": "MPL-2.0",
    "open data commons attribution license v1.0": "ODC-By-1.0",
    "open data commons open database license v1.0": "ODbL-1.0",
    "sil open font license 1.1": "OFL-1.1",
    "the unlicense": "Unlicense",
    "zlib license": "Zlib",
}
_SAID_TO_BE = re.compile(r"(?:the )?(?:licen[sc]e|spdx-license-identifier)[ ]?[:=][ ]?", re.IGNORECASE)


def spdx_ids(text: str, *, dedicated: bool = False) -> tuple[str, ...]:
    """The SPDX identifiers of the licences that ``text`` names exactly, each once, in a stable order.

    ``GPL-2.0``, without ``-only`` or ``-or-later``, stands for a text that does not say which; it is SPDX's own
    older identifier. A ported Creative Commons licence outside the SPDX list yields nothing, and neither does
    one without its version, nor one that the words beside it deny, except or give to something else.

    Args:
        text: The text of a tag, or one line of a file.
        dedicated: Whether it stands in a field that exists for licences, where ``MIT`` or ``CC 0`` is one.
    """
    found = (*_creative_commons(text, dedicated=dedicated), *_gnu(text), *_others(text, dedicated=dedicated))
    return tuple(dict.fromkeys(found))


def names_dedication(text: str) -> bool:
    """Whether ``text`` speaks of CC0, and not of a MIDI controller or a catalogue's number."""
    return any(_dedications(text, _CC0))


def _creative_commons(text: str, *, dedicated: bool) -> Iterator[str]:
    for match in _held(text, _CC_ADDRESS):
        kind, version, port = match.groups("")
        yield from _cc(kind.lower(), version, "" if port.lower() in ("", "dee", "leg") else _port_of(port))
    patterns = (_CC0_ADDRESS, _CC0, _CC0_APART) if dedicated else (_CC0_ADDRESS, _CC0)
    if any(not taken_back(text, *match.span()) for each in patterns for match in _dedications(text, each)):
        yield "CC0-1.0"
    for match in _held(text, _CC_SHORT, _CC_BARE):
        kinds, version = match.groups()
        yield from _cc(_short_kind("by" + kinds), version, _port_after(text, match.end()))
    for match in _held(text, _CC_LONG, _CC_LONG_BARE):
        *words, short, version = match.groups("")
        kind = _kind_of("".join(words))
        if not short or _CC_KINDS.get(_short_kind(short)) == _CC_KINDS.get(kind):
            yield from _cc(kind, version, _port_after(text, match.end()))


def _held(text: str, *patterns: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The places where a text names a licence and does not take it back; what an earlier pattern took is not seen again."""
    ends = set[int]()
    for pattern in patterns:
        for match in pattern.finditer(text):
            if match.end() not in ends and not taken_back(text, *match.span()):
                yield match
            ends.add(match.end())


def _dedications(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for match in pattern.finditer(text):
        around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
        if not _CONTROLLERS.search(around):
            yield match


def _short_kind(kinds: str) -> str:
    return kinds.strip().lower().replace(" ", "-")


def _port_after(text: str, end: int) -> str:
    """The port that follows a licence's version: its code, ``other`` for a country of no ported licence here, or none."""
    following = text[end : end + 32]
    joined = _JOINED_CODE.match(following)
    if joined is not None:
        return _port_of(joined.group(1))
    code = _APART_CODE.match(following)
    if code is not None and code.group(1) in _COUNTRY_CODES:
        return _port_of(code.group(1))
    name = _APART_NAME.match(following)
    if name is None:
        return ""
    first, second = (part.lower() for part in name.groups(""))
    return _COUNTRY_NAMES.get(f"{first} {second}") or _COUNTRY_NAMES.get(first, "")


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
    for match in _held(text, _GNU_ADDRESS):
        name, version = match.groups()
        yield from _gnu_id(_GNU_NAMES[name.lower()], version, "")
    for match in _held(text, _GNU_WORDS):
        name, version, scope = match.groups("")
        folded = " ".join(name.lower().replace("licence", "license").split())
        suffix = ""
        if scope:
            suffix = "-only" if "only" in scope.lower() else "-or-later"
        yield from _gnu_id(_GNU_NAMES[folded], version, suffix)


def _gnu_id(name: str, version: str, suffix: str) -> Iterator[str]:
    version = version if "." in version else f"{version}.0"
    if version in _GNU_VERSIONS[name]:
        yield f"{name}-{version}{suffix}"


def _others(text: str, *, dedicated: bool) -> Iterator[str]:
    match = next(_held(text, _FREE_ART), None)
    if match is not None:
        yield f"LAL-1.{match.group(1) or match.group(2) or '3'}"
    said = _SAID_TO_BE.match(text.strip())
    name = text.strip()[said.end() if said else 0 :].strip().casefold()
    if name in _FULL_NAMES:
        yield _FULL_NAMES[name]
    elif said or dedicated:
        yield from (identifier for identifier in _IDENTIFIERS if identifier.casefold() == name)
