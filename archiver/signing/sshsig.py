"""SSH signatures of files, as ``ssh-keygen -Y sign`` writes them.

The form is OpenSSH's PROTOCOL.sshsig: a block in base64 between two lines, with the public key, the namespace that the
signature is for, the name of a hash, and the signature of these and of the hash of the file. They may come from anywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from archiver.signing.public_key import PublicKey, key_of
from archiver.signing.wire import Fields, packed

NAMESPACE = "archiver@bag"
"""What a signature of a bag is for; one that was made for something else, such as a commit, is none."""

MOST_BYTES = 64 << 10
"""Of a file with a signature; the largest that ssh-keygen makes has some 6 KiB."""

BEGIN = b"-----BEGIN SSH SIGNATURE-----"
_END = b"-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = ("sha256", "sha512")
_ARMOURED = re.compile(re.escape(BEGIN) + rb"\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n?" + re.escape(_END) + rb"\s*")


@dataclass(frozen=True, slots=True)
class SshSignature:
    """A signature that can be read; whether it holds is another question.

    Attributes:
        key: Whose it says it is.
        namespace: What it was made for.
        reserved: What the form keeps for later; signed too.
        hash: ``sha256`` or ``sha512``.
        algorithm: Name of the signature's algorithm, such as ``rsa-sha2-512``.
        raw: The signature itself.
    """

    key: PublicKey
    namespace: str
    reserved: bytes
    hash: str
    algorithm: str
    raw: bytes


def parse_signature(content: bytes) -> SshSignature:
    """Read what a ``.sig`` file holds.

    Raises:
        ValueError: where it is no SSH signature, as the message says.
    """
    if len(content) > MOST_BYTES:
        raise ValueError("it is too long")
    fields = Fields(_unarmoured(content))
    if fields.fixed(len(_MAGIC)) != _MAGIC or fields.number() != _VERSION:
        raise ValueError("it is of another form")
    key = key_of(fields.string())
    namespace, reserved, hashed = fields.text(), fields.string(), fields.text()
    inner = Fields(fields.string())
    fields.end()
    algorithm, raw = inner.text(), inner.fixed(inner.number())
    # what a hardware key adds, a byte of flags and a counter, belongs to the signature
    if key.kind.startswith("sk-"):
        raw += inner.fixed(5)
    inner.end()
    if hashed not in _HASHES:
        raise ValueError("its hash is none that may be")
    return SshSignature(key, namespace, reserved, hashed, algorithm, raw)


def signed_bytes(signature: SshSignature, digest: bytes) -> bytes:
    """Return what the signature is of, from the digest of the file by the signature's own hash."""
    texts = (signature.namespace.encode("ascii"), signature.reserved, signature.hash.encode("ascii"), digest)
    return _MAGIC + packed(*texts)


def digest_for(signature: SshSignature, content: bytes) -> bytes:
    """Hash a file as the signature says."""
    return hashlib.new(signature.hash, content).digest()


def _unarmoured(content: bytes) -> bytes:
    """Take the block out of its lines; base64 has one spelling here, so that no change to it goes unnoticed.

    Raises:
        ValueError: where it is not there.
    """
    found = _ARMOURED.fullmatch(content)
    if found is None:
        raise ValueError("it is not between the lines that begin and end an SSH signature")
    text = found[1].replace(b"\r", b"").replace(b"\n", b"")
    try:
        block = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("it is no base64") from error
    if base64.b64encode(block) != text:
        raise ValueError("it is no base64")
    return block
