"""SSH public keys: as bytes, as lines of a ``.pub`` file, and the fingerprint that people compare."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from archiver.signing.wire import Fields

MOST_BYTES = 16 << 10
"""Of a key; an RSA key of 16,384 bits has 2 KiB."""

_UNFIT = re.compile(r"[\s,\"'*?!#\\]")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An SSH public key.

    Attributes:
        kind: ``ssh-ed25519`` and so on.
        blob: The key as SSH writes it, its kind included.
    """

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """``SHA256:…``, as ``ssh-keygen -l`` shows it."""
        digest = hashlib.sha256(self.blob).digest()
        return f"SHA256:{base64.b64encode(digest).decode('ascii').rstrip('=')}"

    @property
    def short(self) -> str:
        """The first 16 hex digits of the same digest, for the name of a file."""
        return hashlib.sha256(self.blob).hexdigest()[:16]

    @property
    def line(self) -> str:
        """Kind and key, as a ``.pub`` file has them."""
        return f"{self.kind} {base64.b64encode(self.blob).decode('ascii')}"


def key_of(blob: bytes) -> PublicKey:
    """Return the key that a block of bytes is.

    Raises:
        ValueError: where it is none.
    """
    if len(blob) > MOST_BYTES:
        raise ValueError("its key is too long")
    fields = Fields(blob)
    kind = fields.text()
    if not kind or " " in kind:
        raise ValueError("its key has no kind")
    fields.string()  # every kind has something more
    return PublicKey(kind, blob)


def key_in(kind: str, encoded: str) -> PublicKey:
    """Return the key of two words of a line, of which the second is base64.

    Raises:
        ValueError: where they are none.
    """
    if len(encoded) > 2 * MOST_BYTES:
        raise ValueError("its key is too long")
    try:
        key = key_of(base64.b64decode(encoded.encode("ascii"), validate=True))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("its key is no base64") from error
    if key.kind != kind:
        raise ValueError("its key is of another kind than it says")
    return key


def comment_of(line: str) -> str:
    """Return what a line of a ``.pub`` file says after its key; empty where it says nothing."""
    parts = line.strip().split(None, 2)
    return parts[2] if len(parts) == 3 else ""


def is_name(name: str) -> bool:
    """Whether a signer can be called so where ssh lists signers: one word, with nothing in it that means something there."""
    fits = 0 < len(name) <= _LONGEST_NAME and name.isprintable() and not name.startswith("-")
    return fits and _UNFIT.search(name) is None and _is_text(name)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
