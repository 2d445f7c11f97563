"""Licences known by SPDX identifier or address, and what each carries."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from archiver.model.rights import Act

_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class License:
    """A known licence.

    Attributes:
        spdx: SPDX identifier, such as ``CC-BY-SA-4.0``.
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
    address = _SCHEME.sub("", name).casefold().rstrip("/")
    while "/" in address:
        if address in by_address:
            return by_address[address]
        address = address.rpartition("/")[0]
    return None


@cache
def _known() -> tuple[dict[str, License], dict[str, License]]:
    text = resources.files("archiver.rights").joinpath("data/licenses.toml").read_text(encoding="utf-8")
    by_name: dict[str, License] = {}
    by_address: dict[str, License] = {}
    for row in tomllib.loads(text)["license"]:
        for version in row["versions"]:
            found = License(
                spdx=row["spdx"].replace("{v}", version),
                address=_SCHEME.sub("", row["address"].replace("{v}", version)),
                acts=frozenset(Act(act) for act in row["acts"]),
                condition=row["condition"],
            )
            by_name[found.spdx.casefold()] = found
            by_name.setdefault(found.spdx.casefold().removesuffix("-or-later"), found)
            by_address.setdefault(found.address, found)
    return by_name, by_address
