"""Every record of rights says of a file what was decided, whatever was declared, seen and asked."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from archiver.model.package import AssessedFile, PackedFile, WithheldFile
from archiver.model.rights import Act, Answer, Basis, Disposition, MachineUse, UseAnswer
from archiver.model.rights_context import RightsContext
from archiver.model.terms import TermState
from archiver.records.rights.grounds import ground_words, settling_ground
from archiver.rights.explaining.explain import explain
from tests.records.entries import assessed
from tests.records.rights.test_golden import records
from tests.rights.cases import PATH, Case, cases, permitted_cases

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
WORDS = {Act.PRESERVE: "replicate", Act.ACCESS: "use", Act.MINE: "mine"}
RESTRICTION = {Answer.ALLOW: "Allow", Answer.DENY: "Disallow", Answer.UNKNOWN: "Conditional"}


def one_voice(case: Case) -> None:
    """Hold every record of a package of one file to the decision."""
    decision = case.decide()
    found = explain(case.evidence, case.protection, case.declarations, [case.policy], case.day, path=PATH)
    assert [one.answer for one in found.acts] == [answer for _, answer in decision.acts.items()]
    assert found.machine_use == decision.machine_use
    [outcome] = found.outcomes
    assert (outcome.disposition, outcome.restricted_until) == (
        decision.disposition,
        decision.restricted_until,
    )
    if not decision.disposition.packed:
        _withheld_agrees(case)
        return
    entry = PackedFile(AssessedFile(assessed(PATH).examined, decision), 5, 0, (("sha512", "00"),))
    declarations = {one.id: one for one in case.declarations}
    written = {
        name: data.decode()
        for name, data in records([entry], RightsContext(case.policy, case.on, declarations)).items()
    }
    restricted = decision.disposition is Disposition.RESTRICT
    _table_agrees(case, written["rights.csv"], restricted)
    premis = re.findall(r"<act[^>]*>(\w+)</act><restriction>(\w+)<", written["premis.xml"])
    rows = csv.DictReader(io.StringIO(written["rights.csv"], newline=""))
    table = {(row["grant_act"], row["grant_restriction"]) for row in rows if row["grant_act"]}
    assert set(premis) == table
    uses = {use.use: use for use in decision.machine_use}
    said = dict(
        re.findall(r"(train-ai|ai-use|search)=([yn])", written["ai-usage.txt"].split("Content-Usage")[-1])
        if "\nContent-Usage" in written["ai-usage.txt"]
        else ()
    )
    for label, use in (
        ("train-ai", MachineUse.GENERATIVE_TRAINING),
        ("ai-use", MachineUse.INFERENCE),
        ("search", MachineUse.SEARCH),
    ):
        if label in said:
            assert uses[use].answer is {"y": Answer.ALLOW, "n": Answer.DENY}[said[label]]
            assert f"{label}={said[label]}" in written["bag-info.txt"]
    for rule in json.loads(written["tdmrep.json"]):
        assert decision.acts.mine is {0: Answer.ALLOW, 1: Answer.DENY}[rule["tdm-reservation"]]
    for act, answer in decision.acts.items():
        counts = re.search(rf"^{act} \(.*?\) +(\d) +(\d) +(\d)$", written["README.txt"], re.MULTILINE)
        assert counts is not None, act
        assert counts.groups() == tuple(
            "1" if answer is one else "0" for one in (Answer.ALLOW, Answer.DENY, Answer.UNKNOWN)
        )
    assert f"1 {decision.disposition}" in written["bag-info.txt"]
    lines = [json.loads(line) for line in written["rights.jsonl"].splitlines()]
    [line] = [one for one in lines if one["kind"] == "decision"]
    assert line["disposition"] == decision.disposition
    assert line["acts"] == {act.value: answer.value for act, answer in decision.acts.items()}
    assert {use: said["answer"] for use, said in line.get("machine_use", {}).items()} == {
        use.use.value: use.answer.value for use in decision.machine_use if use != UseAnswer(use.use)
    }
    because = lines[-1].get("restricted_because", {})
    ground = settling_ground(decision)
    assert ground is not None
    assert because == ({ground.code: 1} if restricted else {})
    why = " ".join(written["README.txt"].partition("What is closed, and why")[2].split())
    assert (f"1 {ground_words(ground)}" in why) == restricted


def _withheld_agrees(case: Case) -> None:
    """The records of a package that leaves the file out count it nowhere among its own, and say why it is out."""
    decision = case.decide()
    entry = WithheldFile(AssessedFile(assessed(PATH).examined, decision))
    declarations = {one.id: one for one in case.declarations}
    written = records([entry], RightsContext(case.policy, case.on, declarations))
    page, totals = written["README.txt"].decode(), json.loads(written["rights.jsonl"].splitlines()[-1])
    assert re.findall(r"^\w+ \(.*?\) +(\d) +(\d) +(\d)$", page, re.MULTILINE) == [("0", "0", "0")] * len(Act)
    ground = settling_ground(decision)
    assert ground is not None
    assert totals["withheld_because"] == {ground.code: 1}
    why = page.partition("What was withheld, and why")[2]
    assert f"1 {ground_words(ground)} {PATH}" in " ".join(why.split())
    assert f"1 {decision.disposition}" in written["bag-info.txt"].decode()
    assert written["rights.csv"].count(b"\r\n") == 1


def _table_agrees(case: Case, table: str, restricted: bool) -> None:  # noqa: FBT001 - what the table is held to
    """Every row of an act has the answer that was decided, and no permission outlasts what it rests on."""
    decision = case.decide()
    of_policy = [row for row in csv.DictReader(io.StringIO(table, newline="")) if row["basis"] == "Policy"]
    assert [row["grant_act"] for row in of_policy] == (["use"] if restricted else [])
    runs = any(finding.state is TermState.RUNS for layer in decision.layers for finding in layer.findings)
    assert ("Taken as in copyright" in table) == (decision.basis is Basis.OWN and not runs)
    for row in of_policy:
        declared = "nothing" if decision.acts.access is Answer.UNKNOWN else decision.acts.access.value
        assert f"Declared of access: {declared}" in row["grant_note"]
    for row in csv.DictReader(io.StringIO(table, newline="")):
        act, restriction = row["grant_act"], row["grant_restriction"]
        if not act:  # a row that names one more document behind a statement
            assert restriction == ""
            continue
        if act == "disseminate":
            assert f"Transfer to another holder: {decision.acts.transfer}" in row["grant_note"]
            assert f"Publication: {decision.acts.publish}" in row["grant_note"]
            both = {decision.acts.transfer, decision.acts.publish}
            closed = restricted and both == {Answer.ALLOW}
            expected = RESTRICTION[next(iter(both))] if len(both) == 1 and not closed else "Conditional"
        elif act == "use" and restricted:
            expected = "Disallow"
            until = decision.restricted_until
            # what the policy closes is no declarant's word
            assert row["basis"] == "Policy" or decision.acts.access is Answer.DENY
            assert row["grant_end_date"] == ("open" if until is None else until.isoformat())
        else:
            [named] = [one for one, word in WORDS.items() if word == act]
            limited = named is Act.MINE and any(
                use.answer is Answer.DENY and use.use is not MachineUse.SEARCH for use in decision.machine_use
            )
            expected = RESTRICTION[decision.acts[named]]
            if (limited or (restricted and named is Act.MINE)) and expected == "Allow":
                expected = "Conditional"
        assert restriction == expected, act
        assert row["grant_note"] or restriction == "Allow", act
        if restriction == "Allow":
            assert row["grant_start_date"] <= case.on.isoformat()
            assert row["grant_end_date"] == "open" or row["grant_end_date"] >= case.on.isoformat()
            if act != "disseminate" and row["grant_end_date"] == "open":
                _outlasts_every_end(case, named)


def _outlasts_every_end(case: Case, act: Act) -> None:
    """An open permission holds by what is declared now, whatever of it ends."""
    known = replace(case, declarations=tuple(one for one in case.declarations if one.date <= case.on))
    for one in known.declarations:
        if one.expires is not None and one.expires >= case.on:
            after = known.decide(on=one.expires + timedelta(days=1))
            assert after.acts[act] is Answer.ALLOW, (act, one.expires)


@settings(max_examples=100, suppress_health_check=_SLOW, deadline=None)
@given(case=cases)
def test_every_record_says_what_was_decided(case: Case) -> None:
    one_voice(case)


@settings(max_examples=100, suppress_health_check=_SLOW, deadline=None)
@given(case=permitted_cases)
def test_every_record_says_what_was_decided_where_much_is_allowed(case: Case) -> None:
    one_voice(case)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(max_examples=10_000, suppress_health_check=_SLOW, deadline=None)
@given(case=cases | permitted_cases)
def test_every_record_says_what_was_decided_at_length(case: Case) -> None:
    one_voice(case)
