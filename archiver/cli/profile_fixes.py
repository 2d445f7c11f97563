"""Says what to do, and what to type, so that a package that a recipient's profile refused meets it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.bagit.algorithms import ALGORITHMS
from archiver.bagit.profiles.facts import MIME_TYPES, Mismatch
from archiver.bagit.profiles.profile import Profile
from archiver.records.baginfo import is_computed
from archiver.usecases.pack.profile import UNFILLED, ProfileMismatchError, algorithms_for

_ASK = "Ask the recipient"
_LABEL_CODES = frozenset({"B902", "B903", "B904"})
_ALGORITHM_CODES = frozenset({"B911", "B912", "B913", "B914"})


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
        if mismatch.code in _LABEL_CODES and not is_computed(mismatch.subject):
            return _info(mismatch.subject)
        if mismatch.code in ("B931", "B933"):
            return next((f"--serialize {kind}" for kind in ("tar", "zip") if self._accepts(kind)), "")
        if mismatch.code in _ALGORITHM_CODES and mismatch.subject in ALGORITHMS:
            return self._algorithm_options()
        if mismatch.code == "B951":
            rules = self.profile.other_labels.get(mismatch.path, ())
            return _info(rules[0].label) if rules else ""
        return ""

    def _advice(self, mismatch: Mismatch) -> str:  # noqa: PLR0911 - one answer for each kind of mismatch
        code = mismatch.code
        if code in _LABEL_CODES and is_computed(mismatch.subject):
            return f"{mismatch.subject} is computed from the bag. {_ASK}."
        if code in ("B931", "B933") and not self._options(mismatch):
            return f"{mismatch.fix} This program makes tar and zip archives only."
        if code == "B932":
            return "Leave out --serialize."
        if code in ("B911", "B913") and mismatch.subject not in ALGORITHMS:
            return f"This program does not know {mismatch.subject}. {_ASK}."
        if code in ("B912", "B914") and not self._options(mismatch):
            return f"This program knows none that is. {_ASK}."
        if code == "B951" and not self._options(mismatch):
            return f"This program cannot add it. {_ASK}."
        if code == "B952":
            return f"This program writes it into every bag. {_ASK} to allow it."
        if code == "B953" and self.several:
            return "Every bag of a group must have it. Make one bag, or ask the recipient."
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
