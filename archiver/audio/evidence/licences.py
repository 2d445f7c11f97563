"""Licences claimed in tags: addresses, SPDX identifiers, words. A claim, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.asides import taken_back
from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.spdx import names_dedication, spdx_ids
from archiver.model.evidence import Evidence

_LICENCE_FIELDS = frozenset({"LICENSE", "LICENSE URL", "LICENSEURL", "RIGHTS", "USERTERMS", "WEBSTATEMENT"})
_OWN_FIELDS = frozenset({"LICENSE", "LICENSE URL", "LICENSEURL"})
_PROSE_FIELDS = frozenset(
    {"COPYRIGHT", "PHONOGRAM", "COMMENT", "COMMENTS", "DESCRIPTION", "SYNOPSIS", "CONTACT"}
)
_XMP = "UUID:BE7ACFCB97A942E89C71999491E3AFAC"
_DOCUMENTS = frozenset({"_PMX", "IXML", "AXML", _XMP})
_XMP_BEGINS = ("<x:xmpmeta", "<rdf:RDF")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'\]]{4,400}", re.IGNORECASE)
_LICENCE_HOSTS = re.compile(
    r"(?:creativecommons\.org/(?:licen[sc]es|publicdomain)/|gnu\.org/(?:licen[sc]es|copyleft)/|artlibre\.org/licen"
    r"|opensource\.org/licen|spdx\.org/licenses/|opendefinition\.org/licen|dsl\.org/copyleft|eff\.org/.{0,20}oal)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"licen[sc]e[ds]?\b|licensed to the public|creative[ -]?commons|\bcc[ -]?by(?:[ -](?:nc|nd|sa)\b|[ ,-]{0,3}v?[1-4]\.[05]|(?=\W{0,3}$)|(?=[.,;:)]))|\bcopyleft\b|\bl?gpl\b|"
    r"\bcc pdm\b|(?<![\w-])(?-i:BY-(?:NC|ND|SA))\b|\bpublic domain\b|all rights reserved|some rights reserved",
    re.IGNORECASE,
)
_VERIFY = re.compile(r"verify at\s+(\S{4,400})", re.IGNORECASE)


def licence_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame claims of licences."""
    if not field.text:
        return
    if field.name in _LICENCE_FIELDS or field.name in _PROSE_FIELDS:
        yield from claims_in(field.text, field.locator, dedicated=field.name in _OWN_FIELDS)
    elif _is_document(field) and _LICENCE_HOSTS.search(field.text):
        yield from claims_in(field.text, field.locator, dedicated=False)


def _is_document(field: Field) -> bool:
    """Whether a frame holds XMP or another document of metadata, wherever it stands."""
    return field.name in _DOCUMENTS or any(mark in field.text for mark in _XMP_BEGINS)


def claims_in(text: str, locator: str, *, dedicated: bool) -> Iterator[Evidence]:
    """The licence claims of a text.

    Args:
        text: The text of a tag, or one line of a file.
        locator: Where it stands.
        dedicated: Whether the field exists for licences, so that anything in it is one.
    """
    verify = _VERIFY.search(text)
    if verify is not None:
        yield observe("licence-statement-url", locator, verify.group(1))
    addresses = [match.group().rstrip(".,;)") for match in _ADDRESS.finditer(text)]
    known = [
        match.group().rstrip(".,;)")
        for match in _ADDRESS.finditer(text)
        if _LICENCE_HOSTS.search(match.group()) and not taken_back(text, *match.span())
    ]
    for address in dict.fromkeys(known):
        yield observe("licence-url", locator, address)
    ids = spdx_ids(text, dedicated=dedicated)
    if dedicated and not known and not ids:
        for address in dict.fromkeys(addresses):
            if not _LICENCE_HOSTS.search(address):
                yield observe("copyright-url", locator, address)
    for spdx in ids:
        yield observe("licence-claim", locator, spdx)
    if (
        not ids
        and not known
        and ((dedicated and not addresses) or _SPEAKS.search(text) or names_dedication(text))
    ):
        yield observe("licence-text", locator, text)
