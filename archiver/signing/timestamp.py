"""Asks for, and recognises, proofs that a file was there at a time: RFC 3161 and OpenTimestamps; sends nothing."""

from __future__ import annotations

import hashlib

_SHA512 = bytes.fromhex("0609608648016503040203")
_SHA384 = bytes.fromhex("0609608648016503040202")
_SHA256 = bytes.fromhex("0609608648016503040201")
_OIDS = (("sha512", _SHA512), ("sha384", _SHA384), ("sha256", _SHA256))
"""Object identifiers of hashes in DER, by their names."""

_NULL = b"\x05\x00"
PROOF = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01"
"""How an OpenTimestamps proof begins: its name, and the first version of its form."""

_PROOF_SHA256 = 8


def query(content: bytes) -> bytes:
    """Return a request for a timestamp of a file's SHA-512, to be sent by its owner (RFC 3161 §2.4.1).

    It asks for the certificate too, and has no nonce: it says nothing but the digest.
    """
    imprint = _imprint(_SHA512 + _NULL, hashlib.sha512(content).digest())
    return _der(0x30, b"\x02\x01\x01" + imprint + b"\x01\x01\xff")


def is_timestamp(written: bytes) -> bool:
    """Whether a file looks like an RFC 3161 answer: one value in DER, a sequence, with signed data in it."""
    return written[:1] == b"\x30" and bytes.fromhex("06092a864886f70d010702") in written


def is_stamp_of(written: bytes, content: bytes) -> bool:
    """Whether an RFC 3161 answer holds the imprint of a file, by any hash that is not weak."""
    for name, identifier in _OIDS:
        digest = hashlib.new(name, content).digest()
        if any(_imprint(identifier + null, digest) in written for null in (_NULL, b"")):
            return True
    return False


def is_proof(written: bytes) -> bool:
    """Whether a file begins as an OpenTimestamps proof."""
    return written.startswith(PROOF)


def is_proof_of(written: bytes, content: bytes) -> bool:
    """Whether an OpenTimestamps proof is one of a file, by SHA-256, which the program of that name uses."""
    start = len(PROOF)
    digest = hashlib.sha256(content).digest()
    return is_proof(written) and written[start : start + 33] == bytes([_PROOF_SHA256]) + digest


def _imprint(algorithm: bytes, digest: bytes) -> bytes:
    """A MessageImprint: which hash, and its digest."""
    return _der(0x30, _der(0x30, algorithm) + _der(0x04, digest))


def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 0x80, "what is written here is short"
    return bytes([tag, len(content)]) + content
