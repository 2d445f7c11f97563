"""Licences claimed in tags: addresses, SPDX identifiers, words. A claim, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.spdx import spdx_ids
from archiver.model.evidence import Evidence

_LICENCE_FIELDS = frozenset({"LICENSE", "LICENSE URL", "LICENSEURL", "RIGHTS", "USERTERMS", "WEBSTATEMENT"})
_OWN_FIELDS = frozenset({"LICENSE", "LICENSE URL", "LICENSEURL"})
_PROSE_FIELDS = frozenset(
    {"COPYRIGHT", "PHONOGRAM", "COMMENT", "COMMENTS", "DESCRIPTION", "SYNOPSIS", "CONTACT"}
)
_XMP = "UUID:BE7ACFCB97A942E89C71999491E3AFAC"
_DOCUMENTS = frozenset({"_PMX", "IXML", "AXML", _XMP})
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'\]]{4,400}", re.IGNORECASE)
_LICENCE_HOSTS = re.compile(
    r"(?:creativecommons\.org/(?:licen[sc]es|publicdomain)/|gnu\.org/(?:licen[sc]es|copyleft)/|artlibre\.org/licen"
    r"|opensource\.org/licen|spdx\.org/licenses/|opendefinition\.org/licen|dsl\.org/copyleft|eff\.org/.{0,20}oal)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"licen[sc]e[ds]?\b|licensed to the public|creative[ -]?commons|\bcc[ -]?(?:by|0|zero)\b|\bcopyleft\b|\bl?gpl\b|"
    r"\bpublic domain\b|all rights reserved|some rights reserved",
    re.IGNORECASE,
)
_VERIFY = re.compile(r"verify at\s+(\S{4,400})", re.IGNORECASE)


def licence_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame claims of licences."""
    if not field.text:
        return
    if field.name in _LICENCE_FIELDS or field.name in _PROSE_FIELDS:
        yield from claims_in(field.text, field.locator, dedicated=field.name in _OWN_FIELDS)
    elif field.name in _DOCUMENTS and _LICENCE_HOSTS.search(field.text):
        yield from claims_in(field.text, field.locator, dedicated=False)


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
    known = [address for address in addresses if _LICENCE_HOSTS.search(address)]
    for address in dict.fromkeys(known):
        yield observe("licence-url", locator, address)
    if dedicated and not known:
        for address in dict.fromkeys(addresses):
            yield observe("copyright-url", locator, address)
    ids = spdx_ids(text)
    for spdx in ids:
        yield observe("licence-claim", locator, spdx)
    if not ids and not known and ((dedicated and not addresses) or _SPEAKS.search(text)):
        yield observe("licence-text", locator, text)
