"""Files of which the same was decided for the same reasons stand together, and what is kept has a limit."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Iterator

from archiver.model.evidence import Evidence, Strength
from archiver.model.package import PackedFile, WithheldFile
from archiver.model.rights import Act, Acts, Answer, Declaration, Disposition, MachineUse, Reason, UseAnswer
from archiver.records.rights import alike
from archiver.records.rights.alike import AlikeFiles, named_declarations
from tests.records.entries import CONTEXT, assessed, decision, packed


def seen(file: PackedFile, *codes: str) -> PackedFile:
    evidence = tuple(Evidence(code, "somewhere", "x", Strength.STRONG) for code in codes)
    examined = dataclasses.replace(file.assessed.examined, evidence=evidence)
    return dataclasses.replace(file, assessed=dataclasses.replace(file.assessed, examined=examined))


def test_where_something_was_seen_tells_no_files_apart() -> None:
    files = AlikeFiles()
    for place in ("a@1", "b@2"):
        reasons = (Reason("personal-data", "It carries personal data.", (f"evidence email at {place}",)),)
        uses = (UseAnswer(MachineUse.SEARCH, Answer.DENY, signal=f"machine-signal at {place}"),)
        files.add(packed(f"{place}.flac", decision(reasons=reasons, machine_use=uses)))
    (group,) = files.groups()
    assert (group.files, group.example) == (2, "data/a@1.flac")
    assert group.decision.reasons == (Reason("personal-data", "It carries personal data."),)
    assert group.decision.machine_use[0].signal == "machine-signal"


def test_only_the_deciding_reason_of_each_act_tells_files_apart() -> None:
    files = AlikeFiles()
    for beaten in ("one", "another"):
        reasons = (
            Reason("act-unknown", "why", act=Act.PRESERVE),
            Reason("declared", "first", act=Act.PRESERVE),
            Reason("denial-lifted", beaten, act=Act.PRESERVE),
            Reason("claim-only", "a remark"),
        )
        files.add(packed("x.flac", decision(reasons=reasons)))
    (group,) = files.groups()
    assert [reason.text for reason in group.decision.reasons] == ["why", "first", "a remark"]


def test_what_was_decided_tells_files_apart_and_the_most_come_first() -> None:
    files = AlikeFiles()
    files.add(WithheldFile(assessed("out.flac", decision(disposition=Disposition.EXCLUDE))))
    for number in range(3):
        files.add(seen(packed(f"{number}.flac", decision(acts=Acts(preserve=Answer.ALLOW))), "isrc", "isrc"))
    many, one = files.groups()
    assert (many.files, many.example, many.evidence) == (3, "data/0.flac", (("isrc", 3),))
    assert (one.files, one.example) == (1, "out.flac")


def test_what_is_kept_has_a_limit() -> None:
    files = AlikeFiles()
    for number in range(1500):
        files.add(seen(packed("x.flac", decision(declarations=(str(number),))), f"code-{number}"))
        files.add_unnamed(2, decision(reasons=(Reason(f"rule-{number}", "text"),)))
    assert len(files.groups()) == 1000
    assert dict(files.beyond()) == {decision().disposition: 500}
    assert sum(one.files for one in files.unnamed()) == 3000
    assert len(files.unnamed()) <= 1001


def test_giant_texts_are_not_kept() -> None:
    tracemalloc.start()
    files = AlikeFiles()
    for number in range(30):
        text = f"{number}" * (1 << 19)
        files.add(seen(packed("x.flac", decision(declarations=(text,))), text))
        files.add_unnamed(1, decision(reasons=(Reason("rule", text),)))
        del text
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 8 << 20
    assert sum(group.files for group in files.groups()) + sum(dict(files.beyond()).values()) == 30
    assert sum(one.files for one in files.unnamed()) == 30


def test_kinds_of_evidence_beyond_the_limit_are_counted_together() -> None:
    files = AlikeFiles()
    for number in range(300):
        files.add(seen(packed("x.flac"), f"code-{number}", "y" * 1000))
    (group,) = files.groups()
    assert len(group.evidence) <= 101
    assert dict(group.evidence)[alike.OTHER] >= 300


def test_declarations_that_are_named_come_without_their_scope() -> None:
    files = AlikeFiles()
    name, declared = next(iter(CONTEXT.declarations.items()))
    files.add(packed("x.flac", decision(declarations=(name,))))
    (found,) = named_declarations(CONTEXT.declarations.values(), files.groups())
    assert (found.id, found.by, found.scope.paths) == (name, declared.by, ())
    giant = [dataclasses.replace(declared, by="x" * (1 << 20)) for _ in range(5)]
    read: list[str] = []

    def declarations() -> Iterator[Declaration]:
        for one in giant:
            read.append(one.id)
            yield one

    assert len(list(named_declarations(declarations(), files.groups()))) < 3
    assert len(read) == len(giant), "what comes after them in the record is still to be counted"
