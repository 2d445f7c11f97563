"""Says what to do, and what to type, so that a package that a recipient's profile refused meets it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.bagit.algorithms import ALGORITHMS
from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Effect, Subject
from archiver.bagit.profiles.facts import MIME_TYPES, Mismatch
from archiver.bagit.profiles.profile import Profile
from archiver.records.baginfo import is_computed
from archiver.usecases.pack.profile import UNFILLED, ProfileMismatchError, algorithms_for

_ASK = "Ask the recipient"


def fix_lines(refused: ProfileMismatchError) -> Iterator[str]:
    """Yield a line for each mismatch of a refused package, then the options that mend what options can."""
    fitting = algorithms_for(refused.profile, ())
    return Fixes(refused.profile, refused.algorithms, fitting, refused.several).lines(refused.mismatches)


@dataclass(frozen=True, slots=True)
class Fixes:
    """Finds the way out of each mismatch between a plan and a profile.

    Attributes:
        profile: The profile.
        algorithms: Checksum algorithms of the plan.
        fitting: Those that would be chosen for the profile if none were asked for.
        several: Whether the plan makes several bags.
    """

    profile: Profile
    algorithms: tuple[str, ...]
    fitting: tuple[str, ...]
    several: bool

    def lines(self, mismatches: Sequence[Mismatch]) -> Iterator[str]:
        """Yield a line for each mismatch, then the options that mend what options can, ready to be copied."""
        for one in mismatches:
            place = f"{one.path}: " if one.path not in one.message else ""
            yield f"{one.code}  {place}{one.message}. {self._advice(one)}".rstrip(". ") + "."
        *first, last = dict.fromkeys(("", *map(self._options, mismatches)))
        if last:
            yield "What to type, with your own words for the dots:"
            yield from (f"  {option} \\" for option in first if option)
            yield f"  {last}"

    def _options(self, mismatch: Mismatch) -> str:
        """What to add to the command; empty where nothing that can be typed would help."""
        if not mismatch.subject:
            return ""
        kind = FINDING_KINDS[mismatch.code]
        match kind.subject, kind.effect:
            case Subject.LABEL, Effect.REQUIRED if not is_computed(mismatch.subject):
                return _info(mismatch.subject)
            case Subject.ARCHIVE, Effect.REQUIRED:
                return next((f"--serialize {form}" for form in ("tar", "zip") if self._accepts(form)), "")
            case Subject.ALGORITHM, _ if mismatch.subject in ALGORITHMS:
                return self._algorithm_options()
            case Subject.TAG_FILE, Effect.REQUIRED:
                rules = self.profile.other_labels.get(mismatch.path, ())
                return _info(rules[0].label) if rules else ""
            case _:
                return ""

    def _advice(self, mismatch: Mismatch) -> str:  # noqa: PLR0911 - one answer for each kind of mismatch
        kind = FINDING_KINDS[mismatch.code]
        match kind.subject, kind.effect:
            case Subject.LABEL, Effect.REQUIRED if is_computed(mismatch.subject):
                return f"{mismatch.subject} is computed from the bag. {_ASK}."
            case Subject.ARCHIVE, Effect.REQUIRED if not self._options(mismatch):
                return f"{mismatch.fix} This program makes tar and zip archives only."
            case Subject.ARCHIVE, Effect.REFUSED:
                return "Leave out --serialize."
            case Subject.ALGORITHM, Effect.REQUIRED if mismatch.subject not in ALGORITHMS:
                return f"This program does not know {mismatch.subject}. {_ASK}."
            case Subject.ALGORITHM, Effect.REFUSED if not self._options(mismatch):
                return f"This program knows none that is. {_ASK}."
            case Subject.TAG_FILE, Effect.REQUIRED if not self._options(mismatch):
                return f"This program cannot add it. {_ASK}."
            case Subject.TAG_FILE, Effect.REFUSED:
                return f"This program writes it into every bag. {_ASK} to allow it."
            case Subject.FILE, Effect.REQUIRED if self.several:
                return "Every bag of a group must have it. Make one bag, or ask the recipient."
            case _:
                return mismatch.fix

    def _accepts(self, kind: str) -> bool:
        accepted = {name.lower() for name in self.profile.accept_serialization}
        return any(kind == known and names & accepted for known, names in MIME_TYPES.items())

    def _algorithm_options(self) -> str:
        """All algorithms to ask for, since one that is asked for takes the place of what is configured."""
        rules = (self.profile.payload_manifests, self.profile.tag_manifests)
        required = [name for rule in rules for name in rule.required]
        wanted = self._welcome((*self.algorithms, *required)) or self._welcome(self.fitting)
        return " ".join(f"--algorithm {name}" for name in wanted)

    def _welcome(self, names: Sequence[str]) -> list[str]:
        rules = (self.profile.payload_manifests, self.profile.tag_manifests)
        return [
            name
            for name in dict.fromkeys(names)
            if name in ALGORITHMS and all(rule.allowed is None or name in rule.allowed for rule in rules)
        ]


def _info(label: str) -> str:
    return f"--info {shlex.quote(f'{label}: {UNFILLED}')}"
