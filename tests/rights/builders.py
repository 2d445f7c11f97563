"""Small builders and hypothesis strategies that the tests of the rights room share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from archiver.model.audio import ExaminedFile, Role
from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    CarrierHeld,
    DeclarantRole,
    Declaration,
    Level,
    MachineUse,
    Scope,
)
from archiver.model.source import FileRef, FileStat
from archiver.model.terms import Layer, Span, TermFacts
from archiver.rights.meanings import MEANINGS
from archiver.rights.terms.spans import year_span

TODAY = date(2026, 11, 22)
FAIRPLAY = Protection("fairplay", "Apple FairPlay", "moov.trak.stsd.drms@1234")
SACD = Protection("sacd", "SACD image", "SACDMTOC@1044480", certain=False)


def declared(basis: Basis = Basis.UNKNOWN, level: Level = Level.COLLECTION, **fields: Any) -> Declaration:  # noqa: ANN401 - each field has its own type
    """A declaration by an owner, with any field set otherwise."""
    given: dict[str, Any] = {
        "id": f"{level}-{basis}",
        "scope": Scope(level=level),
        "basis": basis,
        "by": "Example Person",
        "role": DeclarantRole.OWNER,
        "date": TODAY,
    }
    return Declaration(**{**given, **fields})


def acts(**answers: str) -> tuple[tuple[Act, Answer], ...]:
    """``acts(publish="deny")`` as a declaration holds it."""
    return tuple((act, Answer(answers[act])) for act in Act if act in answers)


def uses(**answers: str) -> tuple[tuple[MachineUse, Answer], ...]:
    """``uses(search="allow")`` as a declaration holds it."""
    return tuple((use, Answer(answers[use])) for use in MachineUse if use in answers)


def seen(
    code: str,
    value: str | None = "x",
    strength: Strength = Strength.STRONG,
    locator: str = "frame@10",
    *,
    personal: bool = False,
) -> Evidence:
    """One piece of evidence."""
    return Evidence(code, locator, None if personal else value, strength, personal)


answers = st.sampled_from(Answer)
act_answers = st.dictionaries(st.sampled_from(Act), answers, max_size=5).map(
    lambda found: tuple((act, found[act]) for act in Act if act in found)
)
use_answers = st.dictionaries(st.sampled_from(MachineUse), answers, max_size=5).map(
    lambda found: tuple((use, found[use]) for use in MachineUse if use in found)
)
days = st.dates(date(1850, 1, 1), date(2120, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """A span of years, open at either end now and then."""
    first = draw(st.integers(1850, 2026))
    last = draw(st.integers(first, 2026))
    return Span(
        year_span(first).earliest if draw(st.booleans()) else None,
        year_span(last).latest if draw(st.booleans()) else None,
    )


facts = st.builds(
    TermFacts,
    fixed=st.none() | spans(),
    published=st.none() | spans() | st.just(Span(never=True)),
    work_published=st.none() | spans() | st.just(Span(never=True)),
    composer_died=st.none() | spans(),
    lyricist_died=st.none() | spans() | st.just(Span(never=True)),
)


_LONG_AGO = TermFacts(
    fixed=year_span(1905),
    published=year_span(1906),
    work_published=year_span(1900),
    composer_died=year_span(1910),
    lyricist_died=Span(never=True),
)
_RECENT = TermFacts(fixed=year_span(2001), published=year_span(2002), composer_died=year_span(2010))
_LAYER_SETS = ((), (Layer.RECORDING,), (Layer.RECORDING, Layer.PERFORMANCE), tuple(Layer))


def declarations(
    number: int = 0, dates: tuple[TermFacts | None, ...] = (None, None, _LONG_AGO, _RECENT)
) -> st.SearchStrategy[Declaration]:
    """Any declaration that the values can hold, sensible or not."""
    return st.builds(
        Declaration,
        id=st.just(f"declaration-{number}"),
        scope=st.sampled_from([Scope(level=level) for level in Level]),
        basis=st.sampled_from(Basis),
        by=st.just("Example Person"),
        role=st.sampled_from(DeclarantRole),
        date=st.just(TODAY),
        acts=act_answers,
        license=st.sampled_from((None, "CC-BY-4.0", "CC0-1.0", "a letter")),
        document=st.sampled_from((None, "deed.pdf")),
        jurisdiction=st.sampled_from(((), ("US",), ("EU", "US"))),
        expires=st.sampled_from((None, TODAY - timedelta(days=1), TODAY)),
        carrier_held=st.sampled_from((None, *CarrierHeld)),
        layers=st.sampled_from(_LAYER_SETS),
        facts=st.sampled_from(dates),
        machine_use=use_answers,
    )


declaration_lists = st.integers(0, 3).flatmap(
    lambda count: st.tuples(*(declarations(number) for number in range(count)))
)
"""Up to three declarations with identifiers of their own."""

undated_lists = st.integers(0, 3).flatmap(
    lambda count: st.tuples(*(declarations(number, (None,)) for number in range(count)))
)
"""The same without dates, which one declaration lends to the others."""

_VALUES = ("1", "0", "train-ai=n, search=n", "train-ai=y", "cawg.ai_inference: notAllowed", "CC-BY-4.0", "x")

evidence_items = st.builds(
    seen,
    code=st.sampled_from((*sorted(MEANINGS), "of-no-meaning")),
    value=st.sampled_from(_VALUES),
    strength=st.sampled_from(Strength),
    locator=st.integers(0, 99).map(lambda number: f"frame@{number}"),
    personal=st.booleans(),
)
evidence_lists = st.lists(evidence_items, max_size=4).map(tuple)


def examined(
    path: str,
    *evidence: Evidence,
    album: str = "",
    protection: Protection | None = None,
    role: Role = Role.AUDIO,
) -> ExaminedFile:
    """A file of a source that is packed alone."""
    ref = FileRef(b"/music", path.encode(), path, FileStat(1, 0, 0, 1))
    tags = {"album": (album,)} if album else {}
    return ExaminedFile(ref, role, None, tags=tags, protection=protection, evidence=evidence)
