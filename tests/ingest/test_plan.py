"""A plan accounts for everything that was met, and its parts hold all of it, once, in order."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.ingest.plan import PackagePlan, plan
from archiver.ingest.spool import Spool
from archiver.model.audio import AudioProperties, Role
from archiver.model.package import AssessedFile, HeldFile, PlanEntry, WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import Disposition
from archiver.model.source import BesideFiles, EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.model.state import Before, Holding, HoldingBag, Known
from archiver.model.totals import Totals, problems_in
from archiver.usecases.pack.parts import parts_of
from archiver.usecases.pack.recovery import RecoveryGuess
from tests.records.entries import assessed, decision

Seen = AssessedFile | BesideFiles

HOLDING = Holding(HoldingBag("urn:uuid:x", "Bag", "0" * 128), "data/A/1", "sha512", "00")


def file(path: str, size: int = 5, disposition: Disposition = Disposition.INCLUDE) -> AssessedFile:
    entry = assessed(path, decision(disposition=disposition))
    ref = dataclasses.replace(
        entry.examined.ref, stat=dataclasses.replace(entry.examined.ref.stat, size_bytes=size)
    )
    role = Role.AUDIO if path.endswith((".flac", "1", "2")) else Role.OTHER
    return AssessedFile(dataclasses.replace(entry.examined, ref=ref, role=role), entry.decision)


seen = st.lists(
    st.one_of(
        st.builds(
            file, st.sampled_from(["A/1", "A/2", "B/1", "B/CD1/1", "B/CD2/1", "c"]), st.integers(0, 50)
        ),
        st.builds(file, st.just("x/1"), st.integers(0, 50), st.sampled_from(list(Disposition))),
        st.just(EmptyFolder("e")),
        st.just(Unpacked(Problem("l", "S106", "link"))),
        st.just(FolderProblem(Problem("f:", "N304", "odd"))),
        st.just(FolderRef("f:", 0)),
        st.just(Link("k", b"c", "c")),
        st.just(LeftOut("t", "folder", "t/")),
        st.just(LeftOut("u", "file", "u")),
    ),
    max_size=40,
)


def test_what_is_held_keeps_what_a_new_state_needs_and_all_is_told_of_it() -> None:
    entry = file("A/1")
    whole = dataclasses.replace(entry.examined, audio=AudioProperties("flac"), tags={"title": ("One",)})
    unchanged = Before(5, 0, b"\x00", None, None, racy=False)
    entries = [
        HeldFile(AssessedFile(dataclasses.replace(whole, known=Known(HOLDING, before)), made), HOLDING)
        for made in (entry.decision, decision(disposition=Disposition.REVIEW))
        for before in (unchanged, dataclasses.replace(unchanged, digest=b"\x01"))
    ]
    told: list[PlanEntry] = []
    with Spool[PlanEntry]() as spool:
        totals = plan(iter(entries), spool, told.append).totals
        kept = list(spool)
    assert told == [*entries[:2], *(WithheldFile(one.assessed) for one in entries[2:])]
    assert kept[2:] == told[2:]
    assert (totals.held, totals.withheld) == (2, 2)
    for one in kept[:2]:
        assert isinstance(one, HeldFile)
        left = one.assessed.examined
        assert (left.audio, left.tags, left.ref) == (None, whole.tags, whole.ref)
        assert one.assessed.decision == entry.decision


def planned(entries: Sequence[Seen], spool: Spool[PlanEntry]) -> PackagePlan:
    return plan(iter(entries), spool)


@given(seen)
def test_everything_met_is_counted_once(entries: list[Seen]) -> None:
    with Spool[PlanEntry]() as spool:
        totals = planned(entries, spool).totals
        kept = list(spool)
    kinds = Counter(type(entry) for entry in kept)
    assert len(kept) == len(entries)
    assert (totals.files, totals.withheld) == (kinds[AssessedFile], kinds[WithheldFile])
    assert (totals.lost, totals.empty_folders) == (kinds[Unpacked], kinds[EmptyFolder])
    assert (totals.links, totals.left_out.total()) == (kinds[Link], kinds[LeftOut])
    assert totals.left_out_folders == totals.left_out["t/"]
    assert totals.seen == len(kept) - sum(kinds[each] for each in (EmptyFolder, FolderProblem, FolderRef))
    assert totals.bytes == sum(
        entry.examined.ref.stat.size_bytes for entry in kept if isinstance(entry, AssessedFile)
    )
    assert totals.problems == Counter(problem.code for entry in kept for problem in problems_in(entry))
    for entry in entries:
        if isinstance(entry, AssessedFile) and not entry.decision.disposition.packed:
            assert WithheldFile(entry) in kept


def described(entry: PlanEntry) -> int:
    return 0 if isinstance(entry, FolderProblem | EmptyFolder) else 3


@given(seen, st.integers(1, 120))
def test_parts_hold_everything_once_and_in_order(entries: list[Seen], most: int) -> None:
    with Spool[PlanEntry]() as spool:
        package = planned(entries, spool)
        parts = parts_of(package, most, 4, described, RecoveryGuess(None))
        together = [entry for part in parts for entry in part]
        assert together == list(spool)
        for part in parts:
            sizes = [entry.examined.ref.stat.size_bytes for entry in part if isinstance(entry, AssessedFile)]
            assert part.bytes == sum(sizes)
            assert part.bytes <= most or (part.oversize and len(list(filter(is_packed, part))) == 1)
        for part in parts[:-1]:  # the last takes what comes after its last file as well
            assert part.likely_bytes == 4 + part.bytes + sum(map(described, part))
        (whole,) = parts_of(package, None, 4, described, RecoveryGuess(None))
        assert list(whole) == together


def is_packed(entry: PlanEntry) -> bool:
    return isinstance(entry, AssessedFile)


def divided(most: int, *paths: str) -> list[list[str]]:
    with Spool[PlanEntry]() as spool:
        package = planned([file(path) for path in paths], spool)
        return [
            [entry.path for entry in part if isinstance(entry, AssessedFile)]
            for part in parts_of(package, most, 0, lambda _: 5, RecoveryGuess(None))
        ]


def test_what_lies_with_an_album_goes_with_it() -> None:
    box = (
        *("Box/cover.jpg", "Box/Disc 1/1.flac", "Box/Disc 1/Log/rip.log", "Box/Disc 2/1.flac"),
        *("Box/Scans/1.jpg", "Box/Scans/Large/1.jpg"),
    )
    before, after = ("A/1.flac", "A/2.flac"), ("C/1.flac", "C/Art/1.jpg")
    assert divided(60, *before, *box, *after) == [list(before), list(box), list(after)]
    assert divided(80, *before, *box, *after) == [[*before, *box], list(after)]


def test_a_folder_without_audio_that_lies_in_no_album_is_a_unit_of_its_own() -> None:
    assert divided(20, "1.flac", "Letters/1.txt", "Letters/2.txt", "Photos/1.jpg") == [
        ["1.flac"],
        ["Letters/1.txt", "Letters/2.txt"],
        ["Photos/1.jpg"],
    ]


@given(seen, seen)
def test_totals_of_parts_add_up(first: list[Seen], second: list[Seen]) -> None:
    with Spool[PlanEntry]() as a, Spool[PlanEntry]() as b, Spool[PlanEntry]() as both:
        totals = Totals()
        totals.add(planned(first, a).totals)
        totals.add(planned(second, b).totals)
        assert totals == planned([*first, *second], both).totals


def test_fingerprint_is_that_of_the_files_to_copy() -> None:
    def fingerprint(*entries: Seen) -> str:
        with Spool[PlanEntry]() as spool:
            return planned(entries, spool).fingerprint

    base = fingerprint(file("a"), file("b"))
    assert fingerprint(file("a"), EmptyFolder("e"), Unpacked(Problem("l", "S106", "")), file("b")) == base
    assert fingerprint(file("a"), file("b"), file("c", disposition=Disposition.EXCLUDE)) == base
    assert fingerprint(file("b"), file("a")) != base
    assert fingerprint(file("a", 6), file("b")) != base
    assert fingerprint(file("a")) != base


@pytest.mark.parametrize(
    ("entries", "albums", "seconds"),
    [
        ([assessed("A/1", audio=AudioProperties("FLAC", 10.0)), assessed("A/2")], 1, 10.0),
        ([assessed("A/CD1/1"), assessed("A/CD2/1")], 1, 0.0),
        ([assessed("A/1", tags={"album": ("One",)}), assessed("A/2", tags={"album": ("one ",)})], 1, 0.0),
        ([assessed("A/1", tags={"album": ("One",)}), assessed("A/2", tags={"album": ("Two",)})], 2, 0.0),
        ([assessed("A/cover.jpg", role=Role.ARTWORK)], 0, 0.0),
    ],
)
def test_albums_and_playing_time(entries: list[AssessedFile], albums: int, seconds: float) -> None:
    with Spool[PlanEntry]() as spool:
        totals = planned(entries, spool).totals
    assert (len(totals.albums), totals.duration_s) == (albums, seconds)
