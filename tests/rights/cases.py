"""Everything that a decision follows from, generated: declarations at every depth, evidence, policies and days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from archiver.model.day import Day
from archiver.model.evidence import Evidence, Protection
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    CarrierHeld,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    Level,
    Policy,
    Scope,
)
from archiver.model.terms import Layer
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from tests.rights.builders import FAIRPLAY, SACD, TODAY, act_answers, evidence_lists, facts, seen, use_answers

PATH = "a/b/c.flac"
TAGS = {"album": ("Title",), "label": ("Label",)}
PLACES = (
    (Scope(), 0),
    (Scope(paths=("**/*.flac",)), 0),
    (Scope(paths=("a/",), level=Level.ALBUM), 1),
    (Scope(paths=("a/", "z/z/z/"), level=Level.ALBUM), 1),
    (Scope(paths=("a/b/",), level=Level.ALBUM), 2),
    (Scope(albums=("title",), level=Level.ALBUM), 2),
    (Scope(tags=(("label", ("label",)),), level=Level.ALBUM), 2),
    (Scope(paths=(PATH,), level=Level.FILE), 9),
)
"""Scopes that all take in the file, with how close each is."""
DEPTH = dict(PLACES)
PEOPLE = ("Jo Smith", "Label", "Erika Example")
BEFORE, LATER = TODAY - timedelta(days=9), TODAY + timedelta(days=99)


@dataclass(frozen=True)
class Case:
    """All that a decision follows from."""

    declarations: tuple[Declaration, ...]
    evidence: tuple[Evidence, ...]
    protection: Protection | None
    policy: Policy
    on: date
    behind: bool = False
    ahead: bool = False
    """Whether the day has not ended everywhere, and whether the next has begun somewhere."""

    @property
    def day(self) -> Day:
        return Day(self.on, self.on - timedelta(days=self.behind), self.on + timedelta(days=self.ahead))

    def decide(self, *more: Declaration, on: date | None = None) -> Decision:
        day = self.day if on is None else Day.whole(on)
        return decide(
            self.evidence, self.protection, (*self.declarations, *more), self.policy, day, path=PATH
        )

    def in_force(self) -> Iterator[Declaration]:
        """Each that counts; of one whose last day has ended somewhere and not everywhere, what it does not allow."""
        for one in self.declarations:
            if one.date > self.on or (one.expires is not None and one.expires < self.day.denials):
                continue
            if one.expires is None or self.day.permissions <= one.expires:
                yield one
            else:
                closing = [(what, answer) for what, answer in one.acts if answer is not Answer.ALLOW]
                uses = [(use, answer) for use, answer in one.machine_use if answer is not Answer.ALLOW]
                yield replace(
                    one, basis=Basis.UNKNOWN, acts=tuple(closing), machine_use=tuple(uses), document=None
                )


def one_declaration(number: int) -> st.SearchStrategy[Declaration]:
    return st.builds(
        Declaration,
        id=st.just(f"declaration-{number}"),
        scope=st.sampled_from([scope for scope, _ in PLACES]),
        basis=st.sampled_from(Basis),
        by=st.sampled_from(PEOPLE),
        role=st.sampled_from(DeclarantRole),
        date=st.sampled_from((BEFORE, TODAY, LATER)),
        acts=act_answers,
        license=st.sampled_from((None, "CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "a letter")),
        document=st.sampled_from((None, "deed.pdf")),
        jurisdiction=st.sampled_from(((), ("US",), ("EU", "US"))),
        expires=st.sampled_from((None, BEFORE, TODAY, TODAY + timedelta(30), LATER, LATER + timedelta(500))),
        carrier_held=st.sampled_from((None, *CarrierHeld)),
        layers=st.sampled_from(((), (Layer.RECORDING,), tuple(Layer))),
        facts=st.none() | facts,
        machine_use=use_answers,
    )


def permission(number: int) -> st.SearchStrategy[Declaration]:
    """What a rightsholder allows with a document and for every layer, so that most of it counts, and what she denies machines."""
    return st.builds(
        Declaration,
        id=st.just(f"declaration-{number}"),
        scope=st.sampled_from([scope for scope, _ in PLACES]),
        basis=st.sampled_from((Basis.LICENSE, Basis.OWN)),
        by=st.sampled_from(PEOPLE),
        role=st.just(DeclarantRole.RIGHTSHOLDER),
        date=st.just(BEFORE),
        acts=st.sets(st.sampled_from(Act), max_size=2).map(
            lambda silent: tuple((act, Answer.ALLOW) for act in Act if act not in silent)
        ),
        document=st.just("deed.pdf"),
        expires=st.sampled_from((None, None, LATER)),
        layers=st.just(tuple(Layer)),
        machine_use=use_answers,
    )


following = st.sampled_from(Disposition)
any_policy = st.builds(
    lambda needs, denied, unknown, whole: Policy(
        "any",
        "Any.",
        needs,
        tuple(zip(Act, denied, strict=True)),
        tuple((act, unknown) for act in needs),
        *whole,
    ),
    st.lists(st.sampled_from(Act), min_size=1, max_size=3, unique=True).map(
        lambda some: tuple(act for act in Act if act in some)
    ),
    st.tuples(*(following for _ in Act)),
    following,
    st.tuples(following, following, following, following),
)
cases = st.builds(
    Case,
    st.integers(0, 4).flatmap(lambda count: st.tuples(*(one_declaration(number) for number in range(count)))),
    evidence_lists
    | st.just((seen("isrc", "ZZAAA0400001"), seen("copyright-line", "2004 Another")))
    | st.just((seen("cd-toc"),)),
    st.sampled_from((None, None, None, FAIRPLAY, SACD)),
    st.sampled_from([builtin_policy(name) for name in POLICY_NAMES]) | any_policy,
    st.sampled_from((TODAY, TODAY + timedelta(1), TODAY + timedelta(31), LATER + timedelta(1))),
    st.booleans(),
    st.booleans(),
)
permitted_cases = st.builds(
    Case,
    st.tuples(permission(0)) | st.tuples(permission(0), one_declaration(1)),
    st.just(()) | st.just((seen("email", personal=True),)) | evidence_lists,
    st.none(),
    st.just(builtin_policy("donation")) | any_policy,
    st.just(TODAY),
)
"""Files of which much is allowed, many of them closed all the same."""
