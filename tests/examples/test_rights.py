"""The declarations about the example collection can be read, match it, and make the policies differ."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archiver.model.rights import Disposition
from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.scope import ScopeIndex
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.declaring.read import DeclarationFile, parse_declarations
from examples.make_collection import collection

EXAMPLES = Path(__file__).parents[2] / "examples"
ON = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def declared() -> DeclarationFile:
    return parse_declarations((EXAMPLES / "rights.toml").read_bytes(), "rights.toml")


def albums() -> dict[str, str]:
    """The first file of each album, and the album's title as its tags give it."""
    found: dict[str, str] = {}
    for path in sorted(collection()):
        folder = path.rpartition("/")[0]
        if folder not in found.values():
            found[path] = folder
    return {path: folder.rpartition("/")[2] for path, folder in found.items()}


def dispositions(declared: DeclarationFile, policy: str) -> dict[str, Disposition]:
    index, chosen = ScopeIndex(declared.declarations), builtin_policy(policy)
    return {
        path: decide((), None, index.matching(path, {"album": (album,)}), chosen, ON).disposition
        for path, album in albums().items()
    }


def test_nothing_in_it_is_without_effect(declared: DeclarationFile) -> None:
    assert declared.remarks == ()


def test_every_declaration_matches_something(declared: DeclarationFile) -> None:
    index = ScopeIndex(declared.declarations)
    used = {d.id for path, album in albums().items() for d in index.matching(path, {"album": (album,)})}
    assert used == {declaration.id for declaration in declared.declarations}


def test_every_document_lies_beside_it(declared: DeclarationFile) -> None:
    documents = [d.document for d in declared.declarations if d.document]
    assert documents == ["documents/deed-of-gift.txt"]
    assert all((EXAMPLES / document).is_file() for document in documents)


def test_the_three_policies_give_three_packages(declared: DeclarationFile) -> None:
    packages = {
        policy: {path for path, what in dispositions(declared, policy).items() if what is Disposition.INCLUDE}
        for policy in ("personal", "donation", "public")
    }
    assert packages["personal"] > packages["donation"] > packages["public"]
    assert {path.split("/")[0] for path in packages["public"]} == {"Example Artist", "Open Sounds Ensemble"}
    assert {path.split("/")[0] for path in packages["donation"] - packages["public"]} == {"Donated"}
