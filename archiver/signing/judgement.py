"""What is known of a signature, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.signing.public_key import PublicKey


class Kind(StrEnum):
    """What a signature is; the value stands in reports."""

    SSH = "SSH signature"
    GPG = "GPG signature"
    MINISIGN = "minisign signature"
    CMS = "CMS signature"
    TIMESTAMP = "RFC 3161 timestamp"
    OPENTIMESTAMPS = "OpenTimestamps proof"
    UNKNOWN = "signature of an unknown kind"


class State(StrEnum):
    """Whether it holds.

    ``HOLDS``: it is one of this very tag manifest. ``FAILS``: it is not, or it cannot be read. ``UNCHECKED``: that cannot be
    told here.
    """

    HOLDS = "holds"
    FAILS = "fails"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found out about a signature.

    Attributes:
        kind: What it is.
        state: Whether it holds.
        key: The SSH key that made it, or ``None``.
        by: Who made it, as far as the signature itself or the program that judged it says: a fingerprint, a
            certificate's subject; empty where nothing is known.
        detail: What else there is to say: why it does not hold or was not checked; may be empty.
    """

    kind: Kind
    state: State
    key: PublicKey | None = None
    by: str = ""
    detail: str = ""
