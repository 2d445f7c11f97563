"""All rights records together: their exact bytes, the words they never use, the values they never hold."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.package import AssessedFile, PackedFile, PackEntry, WithheldFile
from archiver.model.rights import Declaration, Policy
from archiver.model.rights_context import RightsContext
from archiver.records.names import FILES_RECORD, PREMIS_RECORD, ROWS_RECORD
from archiver.records.rights.labels import rights_labels
from archiver.records.rights.tally import summarise
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from tests.records.entries import CONTEXT, DAY, DECLARATIONS, assessed, every_case, packed, record_files

GOLDEN = Path(__file__).parent / "golden"


def records(entries: Iterable[PackEntry], context: RightsContext) -> dict[str, bytes]:
    """The records of rights by their names, the labels of bag-info, and the record of files that refers to them."""
    entries = tuple(entries)
    labels = "".join(f"{label}: {value}\n" for label, value in rights_labels(summarise(entries), context))
    found = record_files(entries, context)
    names = (
        PREMIS_RECORD,
        ROWS_RECORD,
        FILES_RECORD,
        *(path for path in found if path.startswith("metadata/rights/")),
    )
    return {
        **{path.rpartition("/")[2]: found[path] for path in names},
        "bag-info.txt": labels.encode(),
    }


@pytest.mark.parametrize("name", sorted(records((), CONTEXT)))
def test_golden_bytes(name: str) -> None:
    """With RENEW_GOLDEN in the environment the files are written anew, and the tests fail so that they get read."""
    found = records(every_case(), CONTEXT)[name]
    path = GOLDEN / name
    if "RENEW_GOLDEN" in os.environ:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(found)
        pytest.fail("renewed: read the difference before it is kept")
    assert found.decode() == path.read_bytes().decode()


NEVER = re.compile(r"legal|you own|public domain|fair use|pirat|illegal|infring", re.IGNORECASE)
ADVICE = b"This is not legal advice."


def never_written(name: str, data: bytes) -> list[str]:
    own = data.replace(ADVICE, b"") if name == "README.txt" else data
    return NEVER.findall(own.decode())


def decided(
    path: str, evidence: tuple[Evidence, ...], declared: tuple[Declaration, ...], policy: Policy
) -> PackEntry:
    protection = Protection("fairplay", "FairPlay", "moov@1") if path.endswith("m4p") else None
    decision = decide(evidence, protection, declared, policy, DAY)
    examined = dataclasses.replace(assessed(path).examined, evidence=evidence, protection=protection)
    return entry_of(AssessedFile(examined, decision))


def entry_of(file: AssessedFile) -> PackEntry:
    if not file.decision.disposition.packed:
        return WithheldFile(file)
    return PackedFile(file, 5, 0, (("sha512", "00"),))


def package(policy: Policy) -> list[PackEntry]:
    """Real decisions: nothing declared, each declaration, a buyer's account, a licence tag, a protected file."""
    account = Evidence("store-account", "apID@9", None, Strength.CONCLUSIVE, personal=True)
    claim = Evidence("licence-url", "WCOP@9", "https://creativecommons.org/licenses/by/4.0/", Strength.STRONG)
    entries = [decided("plain.mp3", (), (), policy), decided("protected.m4p", (), (), policy)]
    for name, declared in DECLARATIONS.items():
        for evidence in ((), (account,), (claim,)):
            entries.append(decided(f"{name}/{len(entries)}.mp3", evidence, (declared,), policy))
    return entries


@pytest.mark.parametrize("policy", POLICY_NAMES)
@pytest.mark.parametrize("anonymous", [False, True])
def test_words_that_are_never_written(policy: str, anonymous: bool) -> None:  # noqa: FBT001 - a case
    chosen = builtin_policy(policy)
    context = dataclasses.replace(CONTEXT, policy=chosen, anonymous_withheld=anonymous)
    found = records([*package(chosen), *every_case()], context)
    for name, data in found.items():
        assert never_written(name, data) == [], name
    assert found["README.txt"].count(ADVICE) == 1


@pytest.mark.parametrize("policy", POLICY_NAMES)
def test_every_policy_gives_records_that_agree_on_what_is_packed(policy: str) -> None:
    chosen = builtin_policy(policy)
    entries = package(chosen)
    found = records(entries, dataclasses.replace(CONTEXT, policy=chosen))
    for entry in entries:
        path = entry.bag_path.encode() if isinstance(entry, PackedFile) else b""
        assert path in found["premis.xml"]
        assert path in found["rights.csv"]
        assert path in found["files.jsonl"]
        if isinstance(entry, WithheldFile):
            assert entry.assessed.path.encode() in found["files.jsonl"]
            assert b"data/" + entry.assessed.path.encode() not in found["premis.xml"]


PLANTED = {
    "buyer": "Bettina Buyer",
    "mail": "bettina@buyer.example.org",
    "transaction": "TID-0123456789",
    "home": "/home/bettina/Music",
}


def planted(make: Callable[..., AssessedFile | PackedFile]) -> AssessedFile | PackedFile:
    """A file whose every personal finding still carries its value, which no finding may: the writers must not pass it on."""
    evidence = tuple(
        Evidence(f"personal-{kind}", f"FRAME@{number}", value, Strength.CONCLUSIVE, personal=True)
        for number, (kind, value) in enumerate(PLANTED.items())
    )
    return make("a.m4a", None, evidence=evidence)


def test_personal_values_are_nowhere() -> None:
    kept, left = planted(packed), planted(assessed)
    assert isinstance(kept, PackedFile)
    assert isinstance(left, AssessedFile)
    for anonymous in (False, True):
        found = records(
            [kept, WithheldFile(left)], dataclasses.replace(CONTEXT, anonymous_withheld=anonymous)
        )
        for name, data in found.items():
            assert not [value for value in PLANTED.values() if value.encode() in data], name
        assert b"personal-mail" in found["files.jsonl"]
        assert b"personal-mail" in found["README.txt"]


def test_an_entry_that_is_no_decided_file_is_in_no_rights_record() -> None:
    silent = [entry for entry in every_case() if not isinstance(entry, PackedFile | WithheldFile)]
    assert silent
    found, empty = records(silent, CONTEXT), records((), CONTEXT)
    assert {name: data for name, data in found.items() if name != "files.jsonl"} == {
        name: data for name, data in empty.items() if name != "files.jsonl"
    }
