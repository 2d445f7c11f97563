"""What others made is recognised, and judged by the program that made it; dated proofs by what they are of."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from archiver.signing.judge import judge, kind_of
from archiver.signing.judgement import Kind, State
from archiver.signing.timestamp import PROOF, query

CONTENT = b"0123  bagit.txt\n"
OTHER = b"4567  bagit.txt\n"
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is not installed: NOT TRIED"
)
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed: NOT TRIED")

AUTHORITY = """\
[req]
distinguished_name = name
x509_extensions = stamping
prompt = no
[name]
CN = Time of a test
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
signer_cert = {folder}/cert.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


def run(*words: str | Path, given: bytes = b"") -> bytes:
    return subprocess.run(
        words, input=given, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    (tmp_path / "conf").write_text(AUTHORITY.format(folder=tmp_path))
    words: list[str | Path] = [
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-config",
        tmp_path / "conf",
    ]
    run("openssl", "req", *words, "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem")
    return tmp_path


def stamped(authority: Path, asked: bytes) -> bytes:
    (authority / "query").write_bytes(asked)
    words: list[str | Path] = ["-reply", "-config", authority / "conf", "-queryfile", authority / "query"]
    return run("openssl", "ts", *words)


@needs_openssl
def test_the_request_for_a_timestamp_is_one_and_says_the_digest(tmp_path: Path) -> None:
    (tmp_path / "query").write_bytes(query(CONTENT))
    said = run("openssl", "ts", "-query", "-in", tmp_path / "query", "-text").decode("ascii")
    assert "Hash Algorithm: sha512" in said
    assert "Certificate required: yes" in said
    digest = hashlib.sha512(CONTENT).hexdigest()
    assert digest[:2] + " " + digest[2:4] in said


@needs_openssl
def test_a_timestamp_is_told_and_checked_by_the_certificates_beside_it(authority: Path) -> None:
    answer = stamped(authority, query(CONTENT))
    alone = judge("x.tsr", answer, CONTENT, {})
    assert (alone.kind, alone.state) == (Kind.TIMESTAMP, State.UNCHECKED)
    assert "says it was there on" in alone.detail
    chain = {"x.tsr.crt": (authority / "cert.pem").read_bytes()}
    assert judge("x.tsr", answer, CONTENT, chain).state is State.HOLDS
    assert judge("x.tsr", answer, OTHER, chain).state is State.FAILS


@needs_openssl
@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_cms_signature_holds_for_what_was_signed(authority: Path, form: str) -> None:
    (authority / "content").write_bytes(CONTENT)
    words: list[str | Path] = [
        "-sign",
        "-binary",
        "-in",
        authority / "content",
        "-signer",
        authority / "cert.pem",
    ]
    written = run(
        "openssl", "cms", *words, "-inkey", authority / "key.pem", "-outform", form, "-md", "sha256"
    )
    held = judge("x.p7s", written, CONTENT, {})
    assert held.state is State.HOLDS, held
    assert "Time of a test" in held.by
    assert judge("x.p7s", written, OTHER, {}).state is State.FAILS


@needs_gpg
def test_gpg_knows_who_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    batch = ["gpg", "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
    try:
        run(*batch, "--quick-generate-key", "erika@example.org", "ed25519", "sign")
        written = run(*batch, "--armor", "--detach-sign", given=CONTENT)
        binary = run(*batch, "--detach-sign", given=CONTENT)
        for name, one in (("x.asc", written), ("x.sig", binary)):
            held = judge(name, one, CONTENT, {})
            assert (held.kind, held.state) == (Kind.GPG, State.HOLDS)
            assert judge(name, one, OTHER, {}).state is State.FAILS
        other = tmp_path / "other"
        other.mkdir(mode=0o700)
        monkeypatch.setenv("GNUPGHOME", str(other))
        assert judge("x.asc", written, CONTENT, {}).state is State.UNCHECKED
    finally:
        for folder in (home, tmp_path / "other"):
            subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], check=False)


@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed: NOT TRIED")
def test_a_minisign_signature_is_checked_by_the_key_beside_it(tmp_path: Path) -> None:
    signed, public, secret = (tmp_path / name for name in ("signed", "public", "secret"))
    signed.write_bytes(CONTENT)
    run("minisign", "-G", "-W", "-p", public, "-s", secret)
    run("minisign", "-S", "-m", signed, "-s", secret)
    written = (tmp_path / "signed.minisig").read_bytes()
    beside = {"x.minisig.pub": public.read_bytes()}
    held = judge("x.minisig", written, CONTENT, beside)
    assert (held.kind, held.state) == (Kind.MINISIGN, State.HOLDS)
    assert held.by.removeprefix("key ") in public.read_text()
    assert judge("x.minisig", written, OTHER, beside).state is State.FAILS
    assert judge("x.minisig", written, CONTENT, {}).state is State.UNCHECKED


def test_a_proof_is_known_by_the_digest_that_it_begins_with() -> None:
    written = PROOF + b"\x08" + hashlib.sha256(CONTENT).digest() + b"\xf0"
    assert kind_of("whatever", written) is Kind.OPENTIMESTAMPS
    assert judge("x.ots", written, CONTENT, {}).state is State.UNCHECKED
    assert judge("x.ots", written, OTHER, {}).state is State.FAILS
    assert judge("x.ots", b"no proof", CONTENT, {}).state is State.FAILS


def test_what_no_program_at_hand_judges_is_told_as_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert judge("x.asc", b"-----BEGIN PGP SIGNATURE-----\n", CONTENT, {}).state is State.UNCHECKED
    assert judge("x.p7s", b"0\x80", CONTENT, {}).state is State.UNCHECKED
    block = b"RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo="
    judged = judge("x.minisig", b"untrusted comment: x\n" + block + b"\n", CONTENT, {})
    assert (judged.kind, judged.state) == (Kind.MINISIGN, State.UNCHECKED)
    assert judged.by.startswith("key ")
