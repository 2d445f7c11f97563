"""The pages on rights say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import archiver.rights
from archiver.model.rights import Act, Basis, DeclarantRole
from archiver.rights import globs
from archiver.rights.deciding.grants import Reach, reach
from archiver.rights.declaring.fields import MOST_OF_AN_IDENTIFIER, TAG_NAMES
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy, parse_policy
from archiver.rights.declaring.read import _FIELDS, MOST_PATTERNS, parse_declarations
from archiver.rights.rules import RULES
from archiver.rights.terms.rules import EVENTS
from archiver.toml import document, scanner
from archiver.usecases import documents

DOCS = Path(archiver.rights.__file__).parents[2] / "docs"
DECLARING = (DOCS / "reference" / "rights-toml.md").read_text(encoding="utf-8")
POLICIES = (DOCS / "reference" / "policies.md").read_text(encoding="utf-8")
_WORDS = {
    Reach.IMPLIED: "implied",
    Reach.STATED: "stated",
    Reach.DOCUMENTED: "document",
    Reach.NEVER: "never",
}


def blocks(page: str) -> list[bytes]:
    return [block.encode() for block in re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)]


def cells(page: str, first: str) -> list[str]:
    """The cells of the table row that begins with a word in backquotes."""
    [row] = re.findall(rf"^\| `{re.escape(first)}` \|(.*)\|$", page, re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


def test_every_example_of_declarations_can_be_read_and_has_effect() -> None:
    files = [parse_declarations(block, "rights-toml.md") for block in blocks(DECLARING)]
    assert len(files) == 3
    assert all(file.declarations and not file.remarks for file in files)


def test_the_example_of_a_policy_can_be_read() -> None:
    [block] = blocks(POLICIES)
    assert parse_policy(block, "policies.md").name == "reading-room"


def test_what_a_basis_carries() -> None:
    for basis in Basis:
        expected = [_WORDS[reach(basis, DeclarantRole.RIGHTSHOLDER, act)] for act in Act]
        assert expected in [
            [cell.strip() for cell in row.split("|")]
            for row in re.findall(rf"^\| `{basis}` \|(.*)\|$", DECLARING, re.MULTILINE)
        ]


def test_every_field_fact_tag_and_rule_is_listed() -> None:
    for name in (*_FIELDS, *EVENTS, *RULES):
        assert f"\n| `{name}` |" in DECLARING, name
    assert all(f"`{name}`" in DECLARING for name in TAG_NAMES)
    for code, rule in RULES.items():
        assert cells(DECLARING, code) == [rule.says]


def test_the_table_of_policies() -> None:
    rows = {
        name: [cell.strip() for cell in rest.split("|")]
        for name, rest in re.findall(r"^\| ([a-z ]+) \|(.*)\|$", POLICIES, re.MULTILINE)
    }
    for number, policy in enumerate(map(builtin_policy, POLICY_NAMES)):
        assert rows["needs"][number] == ", ".join(policy.needs)
        assert {rows["a needed act is unknown"][number]} == {
            dict(policy.unknown)[act] for act in policy.needs
        }
        assert {rows["a needed act is denied"][number]} == {dict(policy.denied)[act] for act in policy.needs}
        assert rows["access is denied"][number] == dict(policy.denied)[Act.ACCESS]
        assert rows["protected"][number].removesuffix(", untouched") == policy.protected
        assert rows["may be protected"][number] == policy.maybe_protected
        assert rows["personal data"][number] == policy.personal_data


def test_the_limits_are_those_of_the_program() -> None:
    section = DECLARING.partition("## Limits")[2].partition("## Rules")[0]
    rows = dict(re.findall(r"^\| (.*) \| (.*) \|$", section, re.MULTILINE)[1:])
    assert rows == {
        "a file": f"{document.MAX_BYTES:,} bytes",
        "keys and values": f"{scanner.MOST_VALUES:,}",
        "tables, with every part of a header or dotted key that makes one": f"{scanner.MOST_TABLES:,}",
        "parts of one key": str(scanner.MOST_PARTS),
        "keys and indices that lead to one value": str(scanner.MOST_DEPTH),
        "characters of a number, date or time": str(scanner.MOST_CHARACTERS),
        "characters of a text": f"{document.MAX_TEXT:,}",
        "characters of an `id`": str(MOST_OF_AN_IDENTIFIER),
        "a pattern with `*`": (
            f"{globs.MOST_LENGTH:,} characters, {globs.MOST_PARTS} parts, {globs.MOST_STARS} stars"
        ),
        "patterns with `*` in one file": f"{MOST_PATTERNS:,}",
        "a document": f"{documents.MOST_MIB} MiB",
    }
