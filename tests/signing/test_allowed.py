"""Lists of trusted signers are read as ssh-keygen reads them, and trust nobody where they are not understood."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.signing.allowed import parse_allowed
from archiver.signing.public_key import comment_of, is_name, key_in
from tests.signing.keys import is_good, make_key, needs_ssh_keygen, signature

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
CONTENT = b"content\n"
TRUSTING = ("", 'namespaces="archiver@bag"', 'namespaces="git,archiver@*"', 'valid-before="20990101Z"')
TRUSTING_NOBODY = (
    'namespaces="git"',
    'namespaces="archiver@*,!archiver@bag"',
    'valid-before="20200101"',
    'valid-after="20990101Z"',
    "cert-authority",
)


@needs_ssh_keygen
@pytest.mark.parametrize("options", [*TRUSTING, *TRUSTING_NOBODY])
def test_an_option_counts_as_for_ssh_keygen(tmp_path: Path, options: str) -> None:
    key = make_key(tmp_path)
    line = f"erika {options} {(tmp_path / 'key.pub').read_text()}"
    signers, written = tmp_path / "signers", tmp_path / "sig"
    signers.write_text(line)
    written.write_bytes(signature(key, CONTENT))
    kind, encoded, _ = (tmp_path / "key.pub").read_text().split()
    name = parse_allowed(line).name_of(key_in(kind, encoded), NOW)
    assert (name == "erika") is is_good(signers, "erika", written, CONTENT)
    assert (name == "erika") is (options in TRUSTING)


@needs_ssh_keygen
@pytest.mark.parametrize(
    "line",
    [
        "erika {other} {key}",
        "erika {kind}",
        "erika",
        'erika unknown="x" {kind} {key}',
        'erika namespaces="archiver@bag {kind} {key}',
    ],
)
def test_a_line_that_is_not_understood_trusts_nobody_and_is_told(tmp_path: Path, line: str) -> None:
    make_key(tmp_path)
    kind, encoded, _ = (tmp_path / "key.pub").read_text().split()
    text = "# a remark\n\n" + line.format(kind=kind, key=encoded, other="ssh-rsa") + "\n"
    allowed = parse_allowed(text)
    assert allowed.signers == ()
    assert allowed.passed_over == (3,)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert parse_allowed(text).signers == ()


@pytest.mark.parametrize(
    "name",
    ["", "two words", "a,b", "*", "a?", "!a", 'a"b', "#a", "-n", "a\x1b[2J", "a\nb", "\udcff", "a" * 201],
)
def test_nobody_can_be_called_so(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    "name", ["erika@example.org", "Zoë", "SHA256:r3QK5VsZY2Awil9QDD7GV2K/ht7Opv3NzRtXTS2o8ww"]
)
def test_somebody_can_be_called_so(name: str) -> None:
    assert is_name(name)


def test_a_comment_stands_after_the_key() -> None:
    assert comment_of("ssh-ed25519 AAAA erika of home\n") == "erika of home"
    assert comment_of("ssh-ed25519 AAAA\n") == ""
