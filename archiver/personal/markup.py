"""Values that a document names as a person's: property lists of stores, XML of recorders, XMP and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.personal.spans import WITHHELD, PersonalSpan
from archiver.personal.words import Hints

_KEYS = {
    # of Apple's property lists, as in iTunMOVI and iTunesMetadata.plist
    "apid": "store-account",
    "appleid": "store-account",
    "com.apple.itunesstore.downloadinfo": "store-account",
    "accountinfo": "store-account",
    "dspersonid": "store-account",
    "downloaderid": "store-account",
    "purchaserid": "store-account",
    "familyid": "store-account",
    "username": "store-account",
    "ownr": "store-buyer",
    "purd": "store-purchase-date",
    "purchasedate": "store-purchase-date",
    "purchase date": "store-purchase-date",
}
_PLIST = re.compile(
    r"<key>\s{0,9}(?P<key>[\w .-]{2,40})\s{0,9}</key>\s{0,99}<(?P<type>string|integer|date|real|data)>(?P<value>[^<]{1,400})",
    re.IGNORECASE,
)
_ELEMENTS = {
    "user": "file-owner",
    "bwf_originator": "ripped-by",
    "bwf_originator_reference": "device-serial-number",
    "gpslatitude": "picture-location",
    "gpslongitude": "picture-location",
    "serialnumber": "device-serial-number",
    "bodyserialnumber": "device-serial-number",
    "lensserialnumber": "device-serial-number",
    "cameraserialnumber": "device-serial-number",
    "ownername": "file-owner",
    "cameraownername": "file-owner",
    "ciemailwork": "contact-details",
    "citelwork": "contact-details",
    "ciadrextadr": "contact-details",
}
_MARKED = re.compile(
    r"(?<=[<:\s])(?P<key>"
    + "|".join(_ELEMENTS)
    + r")(?:\s{0,9}=\s{0,9}[\"'](?P<quoted>[^\"'<>]{1,400})|\s{0,9}>(?P<plain>[^<>]{1,400}))",
    re.IGNORECASE,
)
_EMPTY = frozenset({"", "0", "none", "unknown", WITHHELD})
HINTS = Hints(
    pieces=(
        "<key>",
        "<user",
        "bwf_originator",
        "gpsl",
        "serialnumber",
        "ownername",
        "ciemailwork",
        "citelwork",
        "ciadrextadr",
    ),
    needed=("<",),
)


def values_in_markup(text: str, folded: str, _words: frozenset[str]) -> Iterator[PersonalSpan]:
    """Every value that a key, element or attribute says to be a person's."""
    if "<key>" in folded:
        for match in _PLIST.finditer(text):
            code = _KEYS.get(match["key"].casefold())
            if code is not None:
                yield from _value(match, code, "value")
    for match in _MARKED.finditer(text):
        yield from _value(
            match, _ELEMENTS[match["key"].casefold()], "plain" if match["quoted"] is None else "quoted"
        )


def _value(match: re.Match[str], code: str, group: str) -> Iterator[PersonalSpan]:
    value = match[group]
    if value.strip().casefold() not in _EMPTY:
        leading = len(value) - len(value.lstrip())
        yield PersonalSpan(code, match.start(group) + leading, match.end(group))
