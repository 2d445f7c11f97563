"""Keys and signatures for tests, made by ssh-keygen; a test that needs them is skipped where it is missing, and says so."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NAMESPACE = "archiver@bag"
needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None,
    reason="ssh-keygen (openssh-client) is not installed: NO SIGNATURE IS TRIED",
)


def make_key(folder: Path, name: str = "key", kind: str = "ed25519", who: str = "erika@example.org") -> Path:
    """Make a key without a passphrase and return the path of its private part."""
    path = folder / name
    bits = ["-b", "2048"] if kind == "rsa" else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-C", who, "-f", path], check=True)
    return path


def signature(key: Path, content: bytes, namespace: str = NAMESPACE, hashed: str = "sha512") -> bytes:
    """Have ssh-keygen sign a content."""
    command: list[str | Path] = [
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-n",
        namespace,
        "-O",
        f"hashalg={hashed}",
        "-f",
        key,
    ]
    return subprocess.run(command, input=content, check=True, stdout=subprocess.PIPE).stdout


def is_good(signers: Path, who: str, written: Path, content: bytes) -> bool:
    """Whether ssh-keygen says that a signature is good, by a list of signers."""
    command: list[str | Path] = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        signers,
        "-I",
        who,
        "-n",
        NAMESPACE,
        "-s",
        written,
    ]
    done = subprocess.run(
        command, input=content, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return done.returncode == 0 and b"Good" in done.stdout
