"""SSH signatures are read strictly, and both judges say the same of them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.signing import library, ssh_keygen
from archiver.signing.judge import judge
from archiver.signing.judgement import Kind, State
from archiver.signing.sshsig import digest_for, parse_signature
from archiver.signing.wire import packed
from tests.signing.keys import make_key, needs_ssh_keygen, signature

CONTENT = b"0123  bagit.txt\n"
_BLOB = packed(b"ssh-ed25519", bytes(32))


def armoured(block: bytes) -> bytes:
    text = base64.b64encode(block)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"\n-----END SSH SIGNATURE-----\n"


def block(  # noqa: PLR0917 - the form's own fields
    blob: bytes = _BLOB,
    namespace: bytes = b"archiver@bag",
    hashed: bytes = b"sha512",
    inner: bytes = packed(b"ssh-ed25519", bytes(64)),
    version: bytes = b"\0\0\0\1",
    more: bytes = b"",
) -> bytes:
    return b"SSHSIG" + version + packed(blob, namespace, b"", hashed, inner) + more


@needs_ssh_keygen
@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_ssh_keygen_and_the_library_judge_alike(tmp_path: Path, kind: str, hashed: str) -> None:
    written = signature(make_key(tmp_path, kind=kind), CONTENT, hashed=hashed)
    parsed = parse_signature(written)
    for content, holds in ((CONTENT, True), (CONTENT + b"\n", False), (b"", False)):
        assert library.holds(parsed, digest_for(parsed, content)) is holds
        assert ssh_keygen.holds(written, content) is holds


@needs_ssh_keygen
def test_the_library_takes_the_place_of_a_missing_ssh_keygen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = signature(make_key(tmp_path), CONTENT)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not ssh_keygen.is_there()
    assert judge("x.sig", written, CONTENT, {}).state is State.HOLDS
    assert judge("x.sig", written, CONTENT + b"!", {}).state is State.FAILS
    monkeypatch.setattr(library, "is_installed", lambda: False)
    unchecked = judge("x.sig", written, CONTENT, {})
    assert unchecked.state is State.UNCHECKED
    assert "music-archiver[signing]" in unchecked.detail


@needs_ssh_keygen
def test_a_program_in_the_current_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "ssh-keygen"
    planted.write_text("#!/bin/sh\ntouch ran\n")
    planted.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{':'}")
    assert not ssh_keygen.is_there()


@needs_ssh_keygen
def test_a_signature_for_something_else_is_none_of_a_bag(tmp_path: Path) -> None:
    judged = judge("x.sig", signature(make_key(tmp_path), CONTENT, namespace="git"), CONTENT, {})
    assert judged.state is State.FAILS
    assert "made for 'git'" in judged.detail


@needs_ssh_keygen
def test_a_flipped_bit_anywhere_in_a_signature_makes_it_fail(tmp_path: Path) -> None:
    written = signature(make_key(tmp_path), CONTENT).rstrip(b"\n")
    parsed = parse_signature(written)
    for at in range(len(written)):
        spoiled = bytearray(written)
        spoiled[at] ^= 1 << (at % 7)
        try:
            found = parse_signature(bytes(spoiled))
        except ValueError:
            continue
        if found != parsed:  # a line break may become what is passed over
            try:
                held = library.holds(found, digest_for(found, CONTENT))
            except library.UnknownKindError:
                held = False
            assert not held, at


SPOILED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no lines": lambda: base64.b64encode(block()),
    "no base64": lambda: armoured(block()).replace(b"U1", b"*1"),
    "too long": lambda: armoured(block(inner=packed(b"ssh-ed25519", bytes(1 << 17)))),
    "another magic": lambda: armoured(b"SSHSAG" + block()[6:]),
    "another version": lambda: armoured(block(version=b"\0\0\0\2")),
    "a longer string than there is": lambda: armoured(b"SSHSIG\0\0\0\1\xff\xff\xff\xff"),
    "an empty key": lambda: armoured(block(blob=b"")),
    "a key of no kind": lambda: armoured(block(blob=packed(b"", b"x"))),
    "a kind with a line break": lambda: armoured(block(blob=packed(b"ssh\n", b"x"))),
    "a namespace that steers": lambda: armoured(block(namespace=b"\x1b[2J")),
    "another hash": lambda: armoured(block(hashed=b"md5")),
    "something behind": lambda: armoured(block(more=b"x")),
    "something behind within": lambda: armoured(block(inner=packed(b"ssh-ed25519", bytes(64), b"x"))),
    "two of them": lambda: armoured(block()) * 2,
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_is_no_signature_is_refused(case: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_signature(SPOILED[case]())


def test_what_the_cases_are_made_of_is_a_signature() -> None:
    assert parse_signature(armoured(block())).namespace == "archiver@bag"


@settings(max_examples=300)
@given(st.binary(max_size=400), st.sampled_from(["x.sig", "x.tsr", "x.ots", "x.minisig"]), st.booleans())
def test_no_bytes_break_a_judge(written: bytes, name: str, inside: bool) -> None:  # noqa: FBT001
    content = armoured(b"SSHSIG\0\0\0\1" + written) if inside else written
    judged = judge(name, content, CONTENT, {})
    # what says nothing of itself may be a packet of GPG, which gpg alone can tell
    assert judged.state is not State.HOLDS
    assert judged.kind is not Kind.SSH or judged.state is State.FAILS


@settings(max_examples=300)
@given(st.binary(max_size=200), st.binary(max_size=64), st.binary(max_size=64))
def test_no_key_breaks_the_library(blob: bytes, name: bytes, raw: bytes) -> None:
    kinds = (b"ssh-ed25519", b"ecdsa-sha2-nistp256", b"ssh-rsa", name)
    for kind in kinds:
        try:
            parsed = parse_signature(armoured(block(blob=packed(kind) + blob, inner=packed(kind, raw))))
        except ValueError:
            continue
        try:
            assert not library.holds(parsed, bytes(64))
        except library.UnknownKindError:
            assert parsed.key.kind not in {"ssh-ed25519", "ssh-rsa"}
