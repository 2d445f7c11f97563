"""Marks that stores leave in tags: private frames, set phrases in comments, catalogue numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_PRIVATE = {
    "priv:contentgroup@emusic.com": "eMusic",
    "priv:google/storeid": "Google Play",
    "priv:google/storelabelcode": "Google Play",
    "priv:google/originalclientid": "Google Play",
    "priv:www.amazon.com": "Amazon",
    "priv:mailto:uits@7digital.com": "7digital",
    "priv:google/uits": "Google Play",
}
_AMAZON = re.compile(r"Amazon\.com Song ID:\s{0,9}([0-9]{1,20})")
_PHRASES = (
    (re.compile(r"purchased (?:at|from|on) beatport(?:\.com)?[.!]?", re.IGNORECASE), "Beatport"),
    (
        re.compile(r"purchased (?:at|from|on) (?:juno ?download|juno)(?:\.com)?[.!]?", re.IGNORECASE),
        "Juno Download",
    ),
    (re.compile(r"purchased (?:at|from|on) traxsource(?:\.com)?[.!]?", re.IGNORECASE), "Traxsource"),
    (re.compile(r"downloaded from 7digital(?:\.com)?[.!]?", re.IGNORECASE), "7digital"),
    (re.compile(r"downloaded from hdtracks(?:\.com)?[.!]?", re.IGNORECASE), "HDtracks"),
)
_BANDCAMP = re.compile(r"Visit (https?://[a-z0-9][a-z0-9.-]{0,100}\.[a-z]{2,24})/?\s*$", re.IGNORECASE)
_DOMAINS = {
    "bandcamp.com": "Bandcamp",
    "beatport.com": "Beatport",
    "qobuz.com": "Qobuz",
    "7digital.com": "7digital",
    "hdtracks.com": "HDtracks",
    "highresaudio.com": "HIGHRESAUDIO",
    "prestomusic.com": "Presto Music",
    "prostudiomasters.com": "ProStudioMasters",
    "junodownload.com": "Juno Download",
    "traxsource.com": "Traxsource",
    "bleep.com": "Bleep",
    "boomkat.com": "Boomkat",
    "emusic.com": "eMusic",
    "itunes.apple.com": "iTunes Store",
    "itunes.com": "iTunes Store",
    "cdbaby.com": "CD Baby",
    "magnatune.com": "Magnatune",
    "jamendo.com": "Jamendo",
    "nativedsd.com": "NativeDSD",
    "ototoy.jp": "OTOTOY",
    "mora.jp": "mora",
    "hyperion-records.co.uk": "Hyperion",
    "chandos.net": "Chandos",
    "eclassical.com": "eClassical",
    "linnrecords.com": "Linn Records",
    "linn.co.uk": "Linn Records",
    "gog.com": "GOG",
    "steampowered.com": "Steam",
    "humblebundle.com": "Humble Bundle",
    "musicload.de": "Musicload",
    "whatpeopleplay.com": "What People Play",
    "ninaprotocol.com": "Nina Protocol",
    "amazon.com": "Amazon",
}
_PLAIN_NAMES = {
    # a word for nothing else: naming it is naming the store
    "bandcamp": "Bandcamp",
    "beatport": "Beatport",
    "eclassical": "eClassical",
    "hdtracks": "HDtracks",
    "humble bundle": "Humble Bundle",
    "itunes store": "iTunes Store",
    "junodownload": "Juno Download",
    "juno download": "Juno Download",
    "linn records": "Linn Records",
    "musicload": "Musicload",
    "nina protocol": "Nina Protocol",
    "qobuz": "Qobuz",
    "traxsource": "Traxsource",
    "what people play": "What People Play",
    "7digital": "7digital",
}
_OTHER_NAMES = {
    # also a word, a person or a label: only after "bought from" and the like
    "amazon": "Amazon",
    "bleep": "Bleep",
    "boomkat": "Boomkat",
    "chandos": "Chandos",
    "gog": "GOG",
    "humble": "Humble Bundle",
    "hyperion": "Hyperion",
    "itunes": "iTunes Store",
    "linn": "Linn Records",
    "nina": "Nina Protocol",
    "presto": "Presto Music",
    "steam": "Steam",
}
_NAMES = _PLAIN_NAMES | _OTHER_NAMES
_BY_NAME = re.compile(
    r"\b(?:purchased|bought|downloaded|available|buy|download) (?:it )?(?:at|from|on|via|through) (?:the )?("
    + "|".join([*_PLAIN_NAMES, *_OTHER_NAMES])
    + r")(?![\w.-])|(?<![\w./@-])("
    + "|".join(_PLAIN_NAMES)
    + r")(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_SOURCE_FIELDS = frozenset({"SOURCE", "STORE", "MEDIA"})
_PROSE_FIELDS = frozenset({"COMMENT", "COMMENTS", "DESCRIPTION"})
_STORE_HOST = re.compile(
    r"(?<![\w@-])(?:[a-z0-9-]{1,63}\.){0,4}("
    + "|".join(re.escape(host) for host in _DOMAINS)
    + r")(?!\w|[.-]{1,9}\w)",
    re.IGNORECASE,
)
_TEXT_FIELDS = frozenset(
    {"COMMENT", "COMMENTS", "DESCRIPTION", "COPYRIGHT", "WEBSTATEMENT", "CONTACT", "URL", "WEBSITE", "WWW"}
    | {
        "WCOM",
        "WOAR",
        "WOAS",
        "WPUB",
        "WPAY",
        "WORS",
        "SOURCE",
        "LABEL",
        "ENCODEDBY",
        "©URL",
        "PURL",
        "STORE",
    }
    | {"COPYRIGHT URL", "AUTHORURL", "PROMOTIONURL", "OFFICIALAUDIOFILEURL", "AUDIOFILEURL", "WPB", "WAR"}
)
_QOBUZ = "QBZ:"


def store_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame says of stores other than the iTunes Store."""
    key = field.frame.id.casefold()
    store = _PRIVATE.get(key)
    if store is not None:
        yield observe("store-mark", field.locator, store)
        if key.endswith("storeid") and field.text:
            yield observe("store-catalogue-id", field.locator, f"{store}: StoreId {field.text}")
    if field.name.startswith(_QOBUZ) and field.text:
        yield observe("store-catalogue-id", field.locator, f"Qobuz: {field.name} {field.text}")
    if field.name in _TEXT_FIELDS and field.text:
        yield from _in_text(field)


def _in_text(field: Field) -> Iterator[Evidence]:
    text = field.text
    song = _AMAZON.search(text)
    if song is not None:
        yield observe("store-mark", field.locator, "Amazon")
        yield observe("store-catalogue-id", field.locator, f"Amazon: Song ID {song.group(1)}")
        return
    visit = _BANDCAMP.search(text) if field.name in ("COMMENT", "COMMENTS", "DESCRIPTION") else None
    if visit is not None and visit.group(1).casefold().endswith(".bandcamp.com"):
        yield observe("bandcamp-comment", field.locator, visit.group(1))
        return
    for phrase, store in _PHRASES:
        if phrase.fullmatch(text.strip()):
            yield observe("store-mark", field.locator, store)
            return
    named = [_DOMAINS[match.group(1).casefold()] for match in _STORE_HOST.finditer(text)]
    whole = store_named(text) if field.name in _SOURCE_FIELDS else None
    named += [whole] if whole else []
    if field.name in _PROSE_FIELDS:
        named += [_NAMES[_one_space(match.group(1) or match.group(2))] for match in _BY_NAME.finditer(text)]
    for store in dict.fromkeys(named):
        yield observe("store-mention", field.locator, store)


def store_named(text: str) -> str | None:
    """The store whose name ``text`` is, or ``None``."""
    return _NAMES.get(_one_space(text.strip().casefold()))


def _one_space(name: str) -> str:
    return " ".join(name.casefold().split())
