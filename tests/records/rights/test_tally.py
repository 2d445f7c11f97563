from __future__ import annotations

from archiver.model.evidence import Evidence, Protection, Strength, unseen
from archiver.model.package import AssessedFile, PackedFile, PackEntry, WithheldFile
from archiver.model.rights import Act, Acts, Answer, Basis, DeclarantRole, Disposition, MachineUse, UseAnswer
from archiver.model.rights_summary import Ground
from archiver.records.rights.labels import rights_labels
from archiver.records.rights.tally import OTHER, RightsTally, summarise
from tests.records.entries import CONTEXT, assessed, decision, every_case, packed, uses


def test_every_assessed_file_counts_once() -> None:
    summary = summarise(every_case())
    assert (summary.packed, summary.withheld, summary.assessed) == (6, 1, 7)
    assert sum(files for _, files in summary.dispositions) == 7
    assert sum(files for _, files in summary.bases) == 7
    assert all(sum(files for _, files in answers) == 7 for _, answers in summary.acts)
    assert sum(files for _, files in summary.usage) == sum(files for _, files in summary.reservations) == 6
    assert [one for one, _ in summary.dispositions] == list(Disposition)
    assert [one for one, _ in summary.bases] == list(Basis)
    assert summary.unknown == 2
    assert summary.because == (
        (Ground(Disposition.RESTRICT, "act-unknown"), 2),
        (Ground(Disposition.EXCLUDE, "protected"), 1),
    )
    assert dict(summary.declarations)["law"] == 1


def test_a_plan_counts_as_if_it_had_been_packed() -> None:
    entries = every_case()
    plan = [entry.assessed if isinstance(entry, PackedFile) else entry for entry in entries]
    assert any(isinstance(entry, AssessedFile) for entry in plan)
    assert summarise(plan) == summarise(entries)


def test_personal_data_counts_files_and_not_findings() -> None:
    one = Evidence("store-account", "a@1", None, Strength.STRONG, personal=True)
    two = Evidence("store-account", "b@2", None, Strength.STRONG, personal=True)
    three = Evidence("e-mail-address", "c@3", None, Strength.STRONG, personal=True)
    summary = summarise(
        [packed("a", evidence=(one, two, three)), WithheldFile(assessed("b", evidence=(one,)))]
    )
    assert summary.personal_files == 2
    assert summary.in_bag.personal_files == 1
    assert summary.personal_kinds == (("e-mail-address", 1), ("store-account", 2))


def test_memory_is_bounded_however_many_names_there_are() -> None:
    tally = RightsTally()
    for number in range(1500):
        search = UseAnswer(MachineUse.SEARCH, Answer.DENY, f"Person {number}", DeclarantRole.DONOR)
        tally.add(packed("a", decision(declarations=(f"d{number}",), machine_use=uses({search.use: search}))))
    summary = tally.summary()
    assert dict(summary.declarations)[OTHER] == 500
    assert len(summary.declarations) == 1001
    assert len(summary.uses_declared) == 1000


def test_labels() -> None:
    assert rights_labels(summarise(every_case()), CONTEXT) == (
        ("Rights-Policy", "donation"),
        ("Rights-Summary", "4 include, 2 restrict, 1 exclude, 0 review; basis unknown for 2"),
        ("Rights-Assessed-On", "2026-11-22"),
        ("AI-Usage", "differs by file, see metadata/rights/ai-usage.txt"),
        ("Personal-Data", "detected in 1 file, see metadata/rights"),
    )


def test_labels_when_nothing_is_known_or_all_agree() -> None:
    labels = dict(rights_labels(summarise([packed("a")]), CONTEXT))
    assert labels["AI-Usage"] == "no permission for training granted"
    assert labels["Personal-Data"] == "none detected"
    use = MachineUse.GENERATIVE_TRAINING
    denied = uses({use: UseAnswer(use, Answer.DENY, "A", DeclarantRole.RIGHTSHOLDER)})
    labels = dict(rights_labels(summarise([packed("a", decision(machine_use=denied))]), CONTEXT))
    assert labels["AI-Usage"] == "train-ai=n (draft-ietf-aipref-vocab-08)"


def test_labels_fit_a_line_and_their_names_are_xml_names() -> None:
    for label, value in rights_labels(summarise(()), CONTEXT):
        assert label.replace("-", "").isalpha()
        assert value
        assert len(f"{label}: {value}") <= 79


def test_what_was_not_seen_is_counted_apart_from_what_is_protected() -> None:
    fairplay = Protection("fairplay", "FairPlay", "moov@1")
    entries = [packed("a", protection=unseen("moov@9")), packed("b", protection=fairplay), packed("c")]
    summary = summarise(entries)
    assert summary.unseen_files == 1
    assert summary.protection == (("FairPlay", 1),)


def test_what_is_counted_of_all_files_is_counted_of_those_in_the_bag_as_well() -> None:
    fairplay = Protection("fairplay", "FairPlay", "moov@1")
    allowed = decision(acts=Acts(*[Answer.ALLOW] * 5), basis=Basis.OWN, declarations=("one",))
    left = [
        WithheldFile(assessed("a", decision(declarations=("one", "two")), protection=fairplay)),
        WithheldFile(assessed("b", protection=unseen("moov@9"))),
    ]
    summary = summarise([packed("c", allowed, protection=fairplay), *left])
    held = summary.in_bag
    assert (summary.unknown, held.unknown) == (2, 0)
    assert (summary.protection, held.protection) == ((("FairPlay", 2),), (("FairPlay", 1),))
    assert (summary.unseen_files, held.unseen_files) == (1, 0)
    assert (summary.declarations, held.declarations) == ((("one", 2), ("two", 1)), (("one", 1),))
    assert dict(dict(held.acts)[Act.PUBLISH]) == {Answer.ALLOW: 1, Answer.DENY: 0, Answer.UNKNOWN: 0}


def test_mining_that_the_file_itself_denies_without_a_signal_is_counted() -> None:
    denied = uses({MachineUse.DATA_MINING: UseAnswer(MachineUse.DATA_MINING, Answer.DENY)})
    signal = uses(
        {MachineUse.DATA_MINING: UseAnswer(MachineUse.DATA_MINING, Answer.DENY, signal="tdm at TXXX@9")}
    )
    entries = [packed("a", decision(machine_use=denied)), packed("b", decision(machine_use=signal))]
    assert summarise(entries).mining_protected == 1


def test_the_label_on_personal_data_says_what_is_in_the_package() -> None:
    account = Evidence("store-account", "a@1", None, Strength.STRONG, personal=True)
    left = [WithheldFile(assessed(name, evidence=(account,))) for name in ("a", "b")]
    kept = packed("c", evidence=(account,))
    cases: tuple[tuple[list[PackEntry], str], ...] = (
        ([kept], "detected in 1 file, see metadata/rights"),
        ([left[0]], "detected in 1 file, not in this package, see metadata/rights"),
        ([*left], "detected in 2 files, none of them in this package, see metadata/rights"),
        ([kept, *left], "detected in 3 files, 1 of them in this package, see metadata/rights"),
    )
    for entries, told in cases:
        assert dict(rights_labels(summarise(entries), CONTEXT))["Personal-Data"] == told
