"""Who signed a bag that was checked, whether that holds, and whether they are trusted."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.algorithms import WEAK_ALGORITHMS
from archiver.bagit.bag_source import BagSource
from archiver.bagit.manifest_reader import parse_manifest_name
from archiver.bagit.tagfiles import SIGNERS, is_tag_manifest, signed_by
from archiver.errors import UsageError
from archiver.machine import reason
from archiver.signing.allowed import MOST_BYTES as MOST_LIST
from archiver.signing.allowed import AllowedSigners, parse_allowed
from archiver.signing.judge import COMPANIONS, judge
from archiver.signing.judgement import Judgement, Kind, State

_MOST = 100
"""Signatures of one bag that are judged; each may cost a program of its own."""

_MOST_SIGNATURE = 1 << 20
_MOST_MANIFEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Trust:
    """What is asked about signatures.

    Attributes:
        allowed: Signers that are trusted, or ``None`` where nobody was named.
        required: Whether a bag must have a signature that counts.
        now: The time, for keys that count for a time.
    """

    allowed: AllowedSigners | None
    required: bool
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """A signature in a bag.

    Attributes:
        path: Its path in the bag.
        of: The path of what it is of: the tag manifest, or another signature, whose name it then begins with.
        judgement: What it is, and whether it holds.
        called: What the bag itself calls the owner of the key; nobody vouches for that.
        allowed: What the list of trusted signers calls them; ``None`` where they are not on it, or no list was given.
        is_list_given: Whether there is such a list.
        is_strong: Whether all checksums between the signature and the music stand up to forgers.
    """

    path: str
    of: str
    judgement: Judgement
    called: str
    allowed: str | None
    is_list_given: bool
    is_strong: bool

    def counts(self, trust: Trust) -> bool:
        """Whether it is what a required signature must be."""
        trusted = trust.allowed is None or self.allowed is not None
        of_manifest = is_tag_manifest(self.of)
        return self.judgement.state is State.HOLDS and of_manifest and self.is_strong and trusted


def read_allowed(path: str) -> AllowedSigners:
    """Read a list of trusted signers in ssh's form.

    Raises:
        UsageError: where it cannot be read.
    """
    try:
        content = filesystem.read_small(filesystem.open_named(os.fsencode(path)), MOST_LIST)
        return parse_allowed(content.decode("utf-8"))
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no text in UTF-8"
        raise UsageError(f"cannot read the list of signers {path}: {why}", "Nothing was checked.") from error


def signatures_of(
    source: BagSource, paths: Sequence[str], algorithms: Sequence[str], trust: Trust
) -> tuple[FoundSignature, ...]:
    """Judge the signatures of a bag that was listed and checked.

    Args:
        source: Its bytes.
        paths: What lies where signatures do.
        algorithms: Those of its payload manifests.
        trust: Who is trusted.
    """
    named = sorted(path for path in paths if signed_by(path) is not None)
    listed = (
        parse_allowed((_content(source, SIGNERS, MOST_LIST) or b"").decode("utf-8", "replace"))
        if named
        else None
    )
    companions = {path for path in paths if path.endswith(tuple(COMPANIONS.values()))}
    beside = {path: content for path in companions if (content := _content(source, path, _MOST_SIGNATURE))}
    signed: dict[str, bytes | None] = {}
    strong_payload = bool(algorithms) and not set(algorithms) <= WEAK_ALGORITHMS
    found = []
    for number, path in enumerate(named):
        manifest, signature = signed_by(path) or "", path.rpartition(".")[0]
        of = signature if signature in paths and signed_by(signature) else manifest
        if of not in signed:
            signed[of] = _content(source, of, _MOST_MANIFEST)
        judgement = (
            Judgement(Kind.UNKNOWN, State.UNCHECKED, detail=f"only {_MOST} signatures of a bag are looked at")
            if number >= _MOST
            else _judged(path, _content(source, path, _MOST_SIGNATURE), signed[of], beside)
        )
        parsed = parse_manifest_name(manifest)
        is_strong = strong_payload and parsed is not None and parsed.algorithm not in WEAK_ALGORITHMS
        called = listed.name_of(judgement.key, trust.now) if listed and judgement.key else None
        allowed = trust.allowed.name_of(judgement.key, trust.now) if trust.allowed and judgement.key else None
        found.append(
            FoundSignature(path, of, judgement, called or "", allowed, trust.allowed is not None, is_strong)
        )
    return tuple(found)


def _judged(path: str, written: bytes | None, content: bytes | None, beside: dict[str, bytes]) -> Judgement:
    if written is None:
        return Judgement(
            Kind.UNKNOWN, State.FAILS, detail="it cannot be read, or is too large for a signature"
        )
    if content is None:
        return Judgement(Kind.UNKNOWN, State.FAILS, detail="what it is of is not there, or cannot be read")
    return judge(path, written, content, beside)


def _content(source: BagSource, path: str, most: int) -> bytes | None:
    """Return what a small file of the bag holds; ``None`` where it cannot be read, or is larger."""
    with contextlib.suppress(OSError), source.open(path) as stream:
        content = stream.read(most + 1)
        return content if len(content) <= most else None
    return None
