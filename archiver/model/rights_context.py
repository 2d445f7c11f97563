"""What the rights records of a package need to know beside its entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from archiver.model.rights import Declaration, Policy


@dataclass(frozen=True, slots=True)
class RightsContext:
    """What holds for every file of a package.

    Attributes:
        policy: The policy that the decisions were made under.
        assessed_on: The day that they were made for.
        declarations: The declarations by identifier, in their own order; identifiers are unique in the package.
        documents: Path in the bag of the document behind a declaration, by the declaration's identifier.
        anonymous_withheld: Whether the names of withheld files are left out, so that only counts and rules remain.
    """

    policy: Policy
    assessed_on: dt.date
    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    anonymous_withheld: bool = False
