"""Licences known by SPDX identifier or address, and what each carries."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from archiver.model.rights import Act

_PORTED = re.compile(r"(cc-by(?:-[a-z]{2})*-\d\.\d)-([a-z]{2,3})")
_SUFFIX = re.compile(r"(?:\.[a-z]{2}(?:-[a-z]{2})?)?\.(?:html?|txt|rdf)$")
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class License:
    """A known licence.

    Attributes:
        spdx: SPDX identifier as it was asked for, such as ``CC-BY-SA-4.0`` or ``CC-BY-3.0-DE``; for an address
            that of the licence the address leads to.
        address: Its address without scheme, ``www.`` and closing slash; a ported or translated edition lies below it.
        acts: What it allows anyone for any purpose.
        condition: What it asks in return, or what it allows on a condition; may be empty.
    """

    spdx: str
    address: str
    acts: frozenset[Act]
    condition: str


def identify_license(text: str) -> License | None:
    """The licence that a SPDX identifier or an address names, or ``None`` where it is not known.

    Args:
        text: An identifier in any case (``cc-by-4.0``) or an address
            (``https://creativecommons.org/licenses/by/4.0/deed.de``). A sentence that contains one is neither.
    """
    name = text.strip()
    by_name, by_address = _known()
    found = by_name.get(name.casefold())
    if found is not None:
        return found
    ported = _PORTED.fullmatch(name.casefold())
    if ported is not None and ported.group(1) in by_name:
        base = by_name[ported.group(1)]
        return replace(base, spdx=f"{base.spdx}-{ported.group(2).upper()}")
    address = _SCHEME.sub("", name).casefold().rstrip("/")
    while "/" in address:
        known = by_address.get(address) or by_address.get(_SUFFIX.sub("", address))
        if known is not None:
            return known
        address = address.rpartition("/")[0]
    return None


@cache
def _known() -> tuple[dict[str, License], dict[str, License]]:
    text = resources.files("archiver.rights").joinpath("data/licenses.toml").read_text(encoding="utf-8")
    by_name: dict[str, License] = {}
    by_address: dict[str, License] = {}
    for row in tomllib.loads(text)["license"]:
        for version in row["versions"]:
            for name in row["names"]:
                found = License(
                    spdx=name.replace("{v}", version),
                    address=_SCHEME.sub("", row["address"].replace("{v}", version)),
                    acts=frozenset(Act(act) for act in row["acts"]),
                    condition=row["condition"],
                )
                by_name[found.spdx.casefold()] = found
                by_address.setdefault(found.address, found)
    return by_name, by_address
