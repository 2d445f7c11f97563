"""The whole program holds no key and nothing that could decrypt: shown by looking at every line of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import archiver

ROOT = Path(archiver.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
FORBIDDEN_MODULES = frozenset(
    {
        "Crypto", "Cryptodome", "M2Crypto", "OpenSSL", "_ssl", "blowfish", "crypt", "cryptography", "fernet", "gnupg",
        "jose", "jwcrypto", "nacl", "oscrypto", "pyaes", "pycryptodome", "pywidevine", "pyplayready", "rsa",         "ssl", "tlslite", "twofish",
    }
)  # fmt: skip
FORBIDDEN_NAMES = re.compile(
    r"decrypt|decipher|unprotect|undrm|dedrm|deobfuscat|descrambl|keystream|keybox|key_?schedule|(?:^|_)s_?box(?:$|_)"
    r"|(?:^|_)(?:aes|des3?|rc4|rc5|rc6|tea|xtea|blowfish|chacha\d*|salsa20|widevine|activation_bytes)(?:$|_)"
    r"|(?:content|session|device|master|private|secret|voucher|cipher)_?key",
    re.IGNORECASE,
)
TABLE_BYTES = 128
VERIFYING = {"signing/library.py": frozenset({"cryptography"})}
"""What judges signatures by public keys, which nothing can be decrypted with."""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "__import__",
            "importlib.import_module",
        ):
            names.update(str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))
    return names


def identifiers(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        for attribute in ("name", "id", "attr", "arg", "asname"):
            value = getattr(node, attribute, None)
            if isinstance(value, str):
                names.add(value)
    return names


def is_binary_table(node: ast.AST) -> bool:
    """Whether a literal is long and binary, as keys and substitution tables are."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return (
            len(node.value) >= TABLE_BYTES
            and not node.value.decode("latin-1").replace("\n", "").isprintable()
        )
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) >= TABLE_BYTES:
        return all(isinstance(item, ast.Constant) and isinstance(item.value, int) for item in node.elts)
    return False


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_can_decrypt(path: Path) -> None:
    tree = parsed(path)
    allowed = VERIFYING.get(path.relative_to(ROOT).as_posix(), frozenset())
    assert imported(tree) & FORBIDDEN_MODULES == allowed
    assert [name for name in identifiers(tree) if FORBIDDEN_NAMES.search(name)] == []
    assert [ast.unparse(node)[:40] for node in ast.walk(tree) if is_binary_table(node)] == []


def test_what_judges_signatures_takes_no_cipher() -> None:
    for name in VERIFYING:
        text = (ROOT / name).read_text(encoding="utf-8")
        taken = set(re.findall(r"from (cryptography[\w.]*) import", text))
        assert taken <= {
            "cryptography.exceptions",
            "cryptography.hazmat.primitives",
            "cryptography.hazmat.primitives.asymmetric",
            "cryptography.hazmat.primitives.serialization",
        }
        assert "load_ssh_public_key" in text
        assert not re.search(r"private|ciphers|aead", text, re.IGNORECASE)


def test_protection_computes_nothing_on_payloads() -> None:
    for path in (ROOT / "audio" / "protection").glob("*.py"):
        for node in ast.walk(parsed(path)):
            assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.BitXor)), path


def test_the_whole_program_was_looked_at() -> None:
    assert len(MODULES) > 50
    assert any(path.name == "mp4.py" for path in MODULES)


@pytest.mark.parametrize(
    "code",
    [
        "import Crypto.Cipher",
        "from cryptography.hazmat import x",
        "import ssl",
        "__import__('nacl')",
        "importlib.import_module('pyaes')",
    ],
)
def test_a_forbidden_import_would_be_seen(code: str) -> None:
    assert imported(ast.parse(code)) & (FORBIDDEN_MODULES | {"nacl", "pyaes"})


@pytest.mark.parametrize(
    "name", ["decrypt_file", "AES", "aes_cbc", "content_key", "s_box", "activation_bytes", "rc4"]
)
def test_a_forbidden_name_would_be_seen(name: str) -> None:
    assert FORBIDDEN_NAMES.search(name)


@pytest.mark.parametrize(
    "name", ["describes", "rates", "keys", "key_part", "aesthetic", "team", "boxes", "encrypted"]
)
def test_plain_names_pass(name: str) -> None:
    assert FORBIDDEN_NAMES.search(name) is None


@pytest.mark.parametrize("code", [repr(bytes(200)), repr(list(range(256)))])
def test_a_table_would_be_seen(code: str) -> None:
    assert any(is_binary_table(node) for node in ast.walk(ast.parse(code)))
