"""Says of a file beside a tag manifest what kind of signature it is, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archiver.signing import library, ssh_keygen
from archiver.signing.judgement import Judgement, Kind, State
from archiver.signing.outside import judge_cms, judge_gpg, judge_minisign, judge_proof, judge_timestamp
from archiver.signing.sshsig import BEGIN, NAMESPACE, SshSignature, digest_for, parse_signature
from archiver.signing.timestamp import PROOF

_ENDINGS = {
    ".minisig": Kind.MINISIGN,
    ".asc": Kind.GPG,
    ".gpg": Kind.GPG,
    ".p7s": Kind.CMS,
    ".tsr": Kind.TIMESTAMP,
    ".ots": Kind.OPENTIMESTAMPS,
}
ENDINGS = {
    Kind.SSH: ".sig",
    Kind.GPG: ".asc",
    Kind.MINISIGN: ".minisig",
    Kind.CMS: ".p7s",
    Kind.TIMESTAMP: ".tsr",
    Kind.OPENTIMESTAMPS: ".ots",
}
"""How the name of each kind ends."""

COMPANIONS = {Kind.TIMESTAMP: ".crt", Kind.MINISIGN: ".pub"}
"""What is added to the name of a signature for what it can be checked by."""

NO_PROGRAM = "neither ssh-keygen nor the extra music-archiver[signing] is installed"


_BEGINNINGS = {
    BEGIN: Kind.SSH,
    b"-----BEGIN PGP SIGNATURE-----": Kind.GPG,
    b"untrusted comment:": Kind.MINISIGN,
    PROOF: Kind.OPENTIMESTAMPS,
}


def kind_of(name: str, written: bytes) -> Kind:
    """Say what a signature is: by its first bytes where they tell, else by how its name ends."""
    told = next((kind for beginning, kind in _BEGINNINGS.items() if written.startswith(beginning)), None)
    if told is not None:
        return told
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    if written[:1] == b"\x30":
        return Kind.CMS
    # a binary signature of GPG is a packet, whose first byte has its highest bit set
    return Kind.GPG if ending == ".sig" and written[:1] >= b"\x80" else Kind.UNKNOWN


def judge(name: str, written: bytes, content: bytes, beside: Mapping[str, bytes]) -> Judgement:
    """Say whether a signature holds.

    Args:
        name: Of its file.
        written: The file.
        content: The tag manifest that it is said to be of.
        beside: What lies beside it, by name, for what it can be checked by.
    """
    kind = kind_of(name, written)
    companion = beside.get(name + COMPANIONS[kind]) if kind in COMPANIONS else None
    judges: Mapping[Kind, Callable[[], Judgement]] = {
        Kind.SSH: lambda: _judge_ssh(written, content),
        Kind.GPG: lambda: judge_gpg(written, content),
        Kind.CMS: lambda: judge_cms(written, content),
        Kind.MINISIGN: lambda: judge_minisign(written, content, companion),
        Kind.TIMESTAMP: lambda: judge_timestamp(written, content, companion),
        Kind.OPENTIMESTAMPS: lambda: judge_proof(written, content),
    }
    if kind not in judges:
        return Judgement(kind, State.FAILS, detail="it is no signature that can be read")
    return judges[kind]()


def _judge_ssh(written: bytes, content: bytes) -> Judgement:
    try:
        signature = parse_signature(written)
    except ValueError as error:
        return Judgement(Kind.SSH, State.FAILS, detail=f"it cannot be read: {error}")
    held: bool | None = False
    if signature.namespace != NAMESPACE:
        detail = f"it was made for {signature.namespace[:60]!a}, not for {NAMESPACE}"
    else:
        held, detail = _held(signature, written, content), "it is of something else"
    if held is None:
        return _of_key(signature, State.UNCHECKED, NO_PROGRAM)
    return _of_key(signature, State.HOLDS) if held else _of_key(signature, State.FAILS, detail)


def _of_key(signature: SshSignature, state: State, detail: str = "") -> Judgement:
    return Judgement(Kind.SSH, state, signature.key, signature.key.fingerprint, detail)


def _held(signature: SshSignature, written: bytes, content: bytes) -> bool | None:
    """Ask ssh-keygen, and the library where there is none; ``None`` where neither can tell."""
    held = ssh_keygen.holds(written, content)
    return _by_library(signature, content) if held is None else held


def _by_library(signature: SshSignature, content: bytes) -> bool | None:
    if not library.is_installed():
        return None
    try:
        return library.holds(signature, digest_for(signature, content))
    except library.UnknownKindError:
        return None
