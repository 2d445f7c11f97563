"""Judges SSH signatures by the library ``cryptography``, where there is no ssh-keygen; an extra of its own."""

from __future__ import annotations

import importlib.util

from archiver.signing.sshsig import SshSignature, signed_bytes
from archiver.signing.wire import Fields

_CURVES = {
    "ecdsa-sha2-nistp256": "SHA256",
    "ecdsa-sha2-nistp384": "SHA384",
    "ecdsa-sha2-nistp521": "SHA512",
}
_RSA = {"rsa-sha2-256": "SHA256", "rsa-sha2-512": "SHA512"}
_LEAST_RSA_BITS = 2048


class UnknownKindError(ValueError):
    """The library does not judge signatures of this kind."""


def is_installed() -> bool:
    """Whether the library is there; it is not loaded for that."""
    return importlib.util.find_spec("cryptography") is not None


def holds(signature: SshSignature, digest: bytes) -> bool:
    """Say whether the signature is one of a file with that digest, by the key that it names.

    Args:
        signature: The signature.
        digest: Of the file, by the signature's own hash.

    Raises:
        UnknownKindError: where the key or algorithm is of a kind that is not judged here.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - an extra

    try:
        _verify(signature, signed_bytes(signature, digest))
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as error:
        raise UnknownKindError(f"a key of the kind {signature.key.kind}") from error
    return True


def _verify(signature: SshSignature, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key  # noqa: PLC0415 - the same

    kind, algorithm = signature.key.kind, signature.algorithm
    if kind != "ssh-ed25519" and kind not in _CURVES and kind != "ssh-rsa":
        raise UnknownKindError(f"a key of the kind {kind}")
    try:
        key = load_ssh_public_key(signature.key.line.encode("ascii"))
    except ValueError as error:
        raise InvalidSignature from error
    match key:
        case ed25519.Ed25519PublicKey() if algorithm == kind:
            key.verify(signature.raw, message)
        case ec.EllipticCurvePublicKey() if algorithm == kind:
            hashed = getattr(hashes, _CURVES[kind])()
            key.verify(utils.encode_dss_signature(*_pair(signature.raw)), message, ec.ECDSA(hashed))
        case rsa.RSAPublicKey() if algorithm in _RSA and key.key_size >= _LEAST_RSA_BITS:
            key.verify(signature.raw, message, padding.PKCS1v15(), getattr(hashes, _RSA[algorithm])())
        case _:
            raise InvalidSignature


def _pair(raw: bytes) -> tuple[int, int]:
    """The two numbers of an ECDSA signature; what is none holds for nothing."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra

    try:
        fields = Fields(raw)
        first, second = (int.from_bytes(fields.string(), "big", signed=True) for _ in range(2))
        fields.end()
    except ValueError as error:
        raise InvalidSignature from error
    if first <= 0 or second <= 0:
        raise InvalidSignature
    return first, second
