"""The door to ssh-keygen: it signs, with keys, agents and hardware that this program never touches, and it judges."""

from __future__ import annotations

import os
import tempfile

from archiver.machine import temporary_folder, temporary_storage
from archiver.signing.programs import ask, converse, program
from archiver.signing.sshsig import NAMESPACE, SshSignature, parse_signature

_USUAL = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")
"""Names of keys where ssh keeps them, in the order of preference."""


class SigningError(Exception):
    """No signature was made, as the message says."""


def is_there() -> bool:
    """Whether ssh-keygen is installed."""
    return program("ssh-keygen") is not None


def usual_key(home: str) -> str | None:
    """Return the first public key that lies where ssh keeps keys; no file is opened.

    Args:
        home: The person's home folder.
    """
    public = (os.path.join(home, ".ssh", f"{name}.pub") for name in _USUAL)
    return next(filter(os.path.isfile, public), None)


def sign(content: bytes, key: str) -> tuple[bytes, SshSignature]:
    """Have ssh-keygen sign a file's content, and return what it wrote, and that again as read.

    Args:
        content: What is to be signed.
        key: Path of a key: a private one, or a public one whose private part an agent or a device has.

    Raises:
        SigningError: where it signed nothing.
    """
    keygen = program("ssh-keygen")
    if keygen is None:
        raise SigningError("ssh-keygen is not installed")
    command = [keygen, "-q", "-Y", "sign", "-n", NAMESPACE, "-f", os.path.abspath(key)]
    answer = converse(command, content)
    if answer.status != 0:
        raise SigningError("ssh-keygen signed nothing")
    try:
        return answer.said, parse_signature(answer.said)
    except ValueError as error:
        raise SigningError(f"what ssh-keygen wrote is no signature: {error}") from error


def holds(written: bytes, content: bytes) -> bool | None:
    """Ask ssh-keygen whether a signature is one of a content, whoever signed; ``None`` where it does not answer.

    Args:
        written: The signature's file, which was read before and found to be one.
        content: What is said to be signed.

    Raises:
        MachineError: where no temporary file can be made, which it needs.
    """
    keygen = program("ssh-keygen")
    if keygen is None:
        return None
    with temporary_storage():
        descriptor, path = tempfile.mkstemp(prefix="archiver-", dir=temporary_folder())
    try:
        with temporary_storage(), os.fdopen(descriptor, "wb") as stream:
            stream.write(written)
        answer = ask([keygen, "-q", "-Y", "check-novalidate", "-n", NAMESPACE, "-s", path], content)
    finally:
        os.unlink(path)
    return None if answer.status is None else answer.status == 0
