"""Says of a file beside a tag manifest what kind of signature it is, and whether it holds."""

from __future__ import annotations

from collections.abc import Mapping

from archiver.signing import library, ssh_keygen
from archiver.signing.judgement import Judgement, Kind, State
from archiver.signing.outside import judge_cms, judge_gpg, judge_minisign, judge_proof, judge_timestamp
from archiver.signing.sshsig import BEGIN, NAMESPACE, SshSignature, digest_for, parse_signature
from archiver.signing.timestamp import is_proof, is_timestamp

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


def kind_of(name: str, written: bytes) -> Kind:
    """Say what a signature is: by its first bytes where they tell, else by how its name ends."""
    if written.startswith(BEGIN):
        return Kind.SSH
    if written.startswith(b"-----BEGIN PGP SIGNATURE-----"):
        return Kind.GPG
    if is_proof(written):
        return Kind.OPENTIMESTAMPS
    if written.startswith(b"untrusted comment:"):
        return Kind.MINISIGN
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    if written[:1] == b"\x30":
        return Kind.TIMESTAMP if is_timestamp(written) and ending == ".tsr" else Kind.CMS
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
    companion = beside.get(name + COMPANIONS.get(kind, "\0"))
    match kind:
        case Kind.SSH:
            return _judge_ssh(written, content)
        case Kind.GPG:
            return judge_gpg(written, content)
        case Kind.CMS:
            return judge_cms(written, content)
        case Kind.MINISIGN:
            return judge_minisign(written, content, companion)
        case Kind.TIMESTAMP:
            return judge_timestamp(written, content, companion)
        case Kind.OPENTIMESTAMPS:
            return judge_proof(written, content)
        case Kind.UNKNOWN:
            return Judgement(kind, State.FAILS, detail="it is no signature that can be read")


def _judge_ssh(written: bytes, content: bytes) -> Judgement:
    try:
        signature = parse_signature(written)
    except ValueError as error:
        return Judgement(Kind.SSH, State.FAILS, detail=f"it cannot be read: {error}")
    by = signature.key.fingerprint
    if signature.namespace != NAMESPACE:
        detail = f"it was made for {signature.namespace[:60]!a}, not for {NAMESPACE}"
        return Judgement(Kind.SSH, State.FAILS, signature.key, by, detail)
    held = ssh_keygen.holds(written, content)
    if held is None:
        held = _by_library(signature, content)
    if held is None:
        return Judgement(Kind.SSH, State.UNCHECKED, signature.key, by, NO_PROGRAM)
    if not held:
        return Judgement(Kind.SSH, State.FAILS, signature.key, by, "it is not of this tag manifest")
    return Judgement(Kind.SSH, State.HOLDS, signature.key, by)


def _by_library(signature: SshSignature, content: bytes) -> bool | None:
    if not library.is_installed():
        return None
    try:
        return library.holds(signature, digest_for(signature, content))
    except library.UnknownKindError:
        return None
