"""Judges what others laid beside the tag manifests: by the program that made it, where that is there and needs no network."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping

from archiver.machine import temporary_folder, temporary_storage
from archiver.signing.judgement import Judgement, Kind, State
from archiver.signing.programs import Answer, ask, program
from archiver.signing.timestamp import is_proof, is_proof_of, is_stamp_of, is_timestamp

_STAMPED = re.compile(rb"^Time stamp: ([ -~]{1,60})$", re.MULTILINE)
_SUBJECT = re.compile(rb"^subject=\s*([ -~]{1,400})$", re.MULTILINE)
_VALID = re.compile(rb"^\[GNUPG:\] VALIDSIG ([0-9A-F]{16,64}) ", re.MULTILINE)
_UNTRUSTED = b"untrusted comment:"
_MINISIGN_BYTES = 74
_QUIETLY = (
    "--batch",
    "--no-tty",
    "--no-auto-key-retrieve",
    "--disable-dirmngr",
    "--no-auto-check-trustdb",
    "--status-fd",
    "1",
)
_NO_KEY = "gpg does not have the signer's public key"


def judge_gpg(written: bytes, content: bytes) -> Judgement:
    """Ask gpg, which knows the keys that its owner has; it looks for none elsewhere."""
    gpg = program("gpg")
    if gpg is None:
        return Judgement(Kind.GPG, State.UNCHECKED, detail="gpg is not installed")
    home = os.environ.get("GNUPGHOME") or os.path.expanduser("~/.gnupg")
    if not os.path.isdir(home):  # gpg would make it
        return Judgement(Kind.GPG, State.UNCHECKED, detail=_NO_KEY)
    with _files({"signature": written, "signed": content}) as folder:
        answer = ask([gpg, *_QUIETLY, "--verify", f"{folder}/signature", f"{folder}/signed"])
    return _of_gpg(answer)


def _of_gpg(answer: Answer) -> Judgement:
    """Say what gpg's lines for programs mean (doc/DETAILS of GnuPG)."""
    valid = _VALID.search(answer.said)
    if valid is not None and answer.status == 0:
        return Judgement(Kind.GPG, State.HOLDS, by=f"key {valid[1].decode('ascii')}")
    for token, state, detail in (
        (b"[GNUPG:] BADSIG", State.FAILS, "it is of something else"),
        (b"[GNUPG:] NO_PUBKEY", State.UNCHECKED, _NO_KEY),
        (b"[GNUPG:] NODATA", State.FAILS, "gpg finds no signature in it"),
    ):
        if token in answer.said:
            return Judgement(Kind.GPG, state, detail=detail)
    return Judgement(Kind.GPG, State.UNCHECKED, detail="gpg cannot tell whether it holds")


def judge_cms(written: bytes, content: bytes) -> Judgement:
    """Ask openssl whether a CMS signature is one of a content; whose certificate it is, it is not asked to trust."""
    openssl = program("openssl")
    if openssl is None:
        return Judgement(Kind.CMS, State.UNCHECKED, detail="openssl is not installed")
    form = "PEM" if written.lstrip().startswith(b"-----BEGIN") else "DER"
    with _files({"signature": written, "signed": content}) as folder:
        words = ["-binary", "-content", f"{folder}/signed", "-inform", form, "-in", f"{folder}/signature"]
        more = ["-purpose", "any", "-noverify", "-signer", f"{folder}/signer", "-out", os.devnull]
        answer = ask([openssl, "cms", "-verify", *words, *more])
        if answer.status is None:
            return Judgement(Kind.CMS, State.UNCHECKED, detail="openssl does not answer")
        if answer.status != 0:
            return Judgement(Kind.CMS, State.FAILS, detail="it is of something else")
        subject = _SUBJECT.search(
            ask([openssl, "x509", "-noout", "-subject", "-in", f"{folder}/signer"]).said
        )
    by = subject[1].decode("ascii") if subject else ""
    return Judgement(Kind.CMS, State.HOLDS, by=by, detail="whether to trust the certificate was not checked")


def judge_timestamp(written: bytes, content: bytes, certificates: bytes | None) -> Judgement:
    """Say whether an RFC 3161 answer is of a content, and when it says that was there.

    Args:
        written: The answer.
        content: What it is said to be of.
        certificates: Those of the authority, in PEM, which its owner laid beside it; they are trusted for nothing else.
    """
    if not is_timestamp(written):
        return Judgement(Kind.TIMESTAMP, State.FAILS, detail="it is no timestamp that can be read")
    if not is_stamp_of(written, content):
        return Judgement(Kind.TIMESTAMP, State.FAILS, detail="it is of something else")
    openssl = program("openssl")
    if openssl is None:
        return Judgement(
            Kind.TIMESTAMP, State.UNCHECKED, detail="it is of this very file; openssl is not installed"
        )
    files = {"answer": written, "signed": content} | ({} if certificates is None else {"chain": certificates})
    with _files(files) as folder:
        said = _STAMPED.search(ask([openssl, "ts", "-reply", "-in", f"{folder}/answer", "-text"]).said)
        at = f"says it was there on {said[1].decode('ascii')}" if said else "it is of this very file"
        if certificates is None:
            return Judgement(
                Kind.TIMESTAMP, State.UNCHECKED, detail=f"{at}; no .tsr.crt beside it to check it by"
            )
        words = ["-data", f"{folder}/signed", "-in", f"{folder}/answer"]
        trusted = ["-CAfile", f"{folder}/chain", "-untrusted", f"{folder}/chain"]
        answer = ask([openssl, "ts", "-verify", *words, *trusted])
    if answer.status != 0:
        detail = f"{at}; the certificates beside it do not confirm that"
        return Judgement(Kind.TIMESTAMP, State.UNCHECKED, detail=detail)
    return Judgement(Kind.TIMESTAMP, State.HOLDS, detail=f"{at}, by the certificates beside it")


def judge_proof(written: bytes, content: bytes) -> Judgement:
    """Say whether an OpenTimestamps proof is of a content; when that was there, only the block chain could tell."""
    if not is_proof(written):
        return Judgement(Kind.OPENTIMESTAMPS, State.FAILS, detail="it is no proof that can be read")
    if not is_proof_of(written, content):
        return Judgement(Kind.OPENTIMESTAMPS, State.FAILS, detail="it is of something else")
    detail = "it is of this very file; its date can be checked only over the network"
    return Judgement(Kind.OPENTIMESTAMPS, State.UNCHECKED, detail=detail)


def judge_minisign(written: bytes, content: bytes, key: bytes | None) -> Judgement:
    """Ask minisign, by the public key that its owner laid beside the signature."""
    lines = written.splitlines()
    try:
        block = base64.b64decode(lines[1], validate=True) if len(lines) >= 2 else b""
    except binascii.Error:
        block = b""
    if not written.startswith(_UNTRUSTED) or len(block) != _MINISIGN_BYTES:
        return Judgement(Kind.MINISIGN, State.FAILS, detail="it is no signature that can be read")
    by = f"key {block[2:10][::-1].hex().upper()}"
    minisign = program("minisign")
    if key is None or minisign is None:
        lacking = "no .minisig.pub beside it to check it by" if key is None else "minisign is not installed"
        return Judgement(Kind.MINISIGN, State.UNCHECKED, by=by, detail=lacking)
    with _files({"signature": written, "signed": content, "key": key}) as folder:
        words = ["-V", "-q", "-m", f"{folder}/signed", "-x", f"{folder}/signature", "-p", f"{folder}/key"]
        answer = ask([minisign, *words])
    if answer.status is None:
        return Judgement(Kind.MINISIGN, State.UNCHECKED, by=by, detail="minisign does not answer")
    if answer.status != 0:
        detail = "it is of something else, or not by the key beside it"
        return Judgement(Kind.MINISIGN, State.FAILS, by=by, detail=detail)
    return Judgement(
        Kind.MINISIGN, State.HOLDS, by=by, detail="by the key beside it, which nobody vouches for"
    )


@contextlib.contextmanager
def _files(contents: Mapping[str, bytes]) -> Iterator[str]:
    """Lend a temporary folder with files in it, for programs that take nothing but paths."""
    with temporary_storage():
        made = tempfile.TemporaryDirectory(prefix="archiver-", dir=temporary_folder())
    with made as folder:
        with temporary_storage():
            for name, content in contents.items():
                with open(os.path.join(folder, name), "wb") as stream:
                    stream.write(content)
        yield folder
