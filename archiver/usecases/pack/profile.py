"""Holds a planned package against a recipient's profile before anything is hashed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archiver.bagit.algorithms import ALGORITHMS, DEFAULT_ALGORITHM, STRONGEST_FIRST
from archiver.bagit.bag_source import Container
from archiver.bagit.declaration import DECLARATION_NAME
from archiver.bagit.findings import Severity
from archiver.bagit.names import PAYLOAD
from archiver.bagit.profiles.check import check_plan
from archiver.bagit.profiles.facts import BagFacts, Mismatch
from archiver.bagit.profiles.load import load_profile
from archiver.bagit.profiles.profile import Profile, ProfileError
from archiver.bagit.tagfiles import BAG_INFO
from archiver.bagit.writer import BAGIT_VERSION, DECLARED
from archiver.errors import UsageError
from archiver.model.bag import Labels
from archiver.model.package import PlanEntry, file_to_copy

_IDENTIFIER = "BagIt-Profile-Identifier"
_MOST_TOLD = 200
UNFILLED = "..."
"""Stands in a suggested label for words that only the user knows; a label of just that is as good as none."""


class ProfileMismatchError(UsageError):
    """The planned package is not what the profile asks for.

    Args:
        name: The profile as the user named it.
        profile: The profile.
        mismatches: In what the package differs from it, at least one.
        algorithms: Checksum algorithms of the package.
        several: Whether it would be several bags.
    """

    def __init__(
        self,
        name: str,
        profile: Profile,
        mismatches: Sequence[Mismatch],
        algorithms: tuple[str, ...],
        *,
        several: bool,
    ) -> None:
        super().__init__(
            f"the package would not conform to the profile {name}:",
            "Nothing was written. Mend these, then pack again.",
            [one.message for one in mismatches],
        )
        self.profile = profile
        self.mismatches = tuple(mismatches)
        self.algorithms = algorithms
        self.several = several


def read_profile(name: str) -> Profile:
    """Read a bundled profile, or one in a file.

    Raises:
        UsageError: where it is neither, or no sound profile.
    """
    try:
        return load_profile(name)
    except ProfileError as error:
        raise UsageError(str(error), "Nothing was written.") from error


def algorithms_for(profile: Profile | None, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Give the algorithms to use: those asked for, else the strongest that may stand and what the profile requires."""
    if asked or profile is None:
        return asked or (DEFAULT_ALGORITHM,)
    rules = (profile.payload_manifests, profile.tag_manifests)
    required = [name for rule in rules for name in rule.required if name in ALGORITHMS]
    welcome = (
        name
        for name in STRONGEST_FIRST
        if all(rule.allowed is None or name in rule.allowed for rule in rules)
    )
    return tuple(dict.fromkeys((*itertools.islice(welcome, 1), *required))) or (DEFAULT_ALGORITHM,)


def labels_by_file(profile: Profile | None, given: Labels) -> Mapping[str, Labels]:
    """Put each label that the user gave into the tag files where the profile has it; others go into bag-info.txt."""
    if profile is None:
        return {BAG_INFO: given}
    rules = {BAG_INFO: profile.labels, **profile.other_labels}
    homes = {
        path: {rule.label.casefold() for rule in rules[path]} for path in rules if path != DECLARATION_NAME
    }
    sorted_labels: dict[str, list[tuple[str, str]]] = {BAG_INFO: []}
    for label, value in given:
        wanted = [path for path, labels in homes.items() if label.casefold() in labels]
        for path in wanted or [BAG_INFO]:
            sorted_labels.setdefault(path, []).append((label, value))
    named = [value for label, value in given if label.casefold() == _IDENTIFIER.casefold()]
    if profile.identifier not in named:
        sorted_labels[BAG_INFO].append((_IDENTIFIER, profile.identifier))
    return {path: tuple(labels) for path, labels in sorted_labels.items()}


@dataclass(frozen=True, slots=True)
class Planned:
    """What is known of a package before it is made.

    Attributes:
        bags: The plan's entries, bag by bag.
        info: Labels that its ``bag-info.txt`` will have.
        others: Labels of further tag files, by path.
        algorithms: Checksum algorithms, of payload and tag manifests alike.
        tag_files: Paths of its tag files.
        container: A folder, or the kind of archive.
    """

    bags: Sequence[Iterable[PlanEntry]]
    info: Labels
    others: Mapping[str, Labels]
    algorithms: tuple[str, ...]
    tag_files: tuple[str, ...]
    container: Container


def refuse_mismatch(profile: Profile, name: str, planned: Planned) -> None:
    """Refuse a package that would not conform, with everything that must change.

    Raises:
        ProfileMismatchError: where anything required is missing or anything present is not allowed.
    """
    wrong: dict[Mismatch, None] = {}
    for bag in planned.bags:
        for one in check_plan(profile, _facts(planned, bag)):
            if one.severity is Severity.ERROR and len(wrong) < _MOST_TOLD:
                wrong[one] = None
    comes_with_its_labels = {one.path for one in wrong if one.code == "B902"}
    told = [one for one in wrong if one.code != "B951" or one.path not in comes_with_its_labels]
    if told:
        raise ProfileMismatchError(name, profile, told, planned.algorithms, several=len(planned.bags) > 1)


def _facts(planned: Planned, bag: Iterable[PlanEntry]) -> BagFacts:
    def payload() -> Iterator[tuple[str, int]]:
        for file in filter(None, map(file_to_copy, bag)):
            yield f"{PAYLOAD}{file.examined.ref.payload_path}", file.examined.ref.stat.size_bytes

    return BagFacts(
        container=planned.container,
        version=BAGIT_VERSION,
        info=_filled_in(planned.info),
        payload_algorithms=planned.algorithms,
        tag_algorithms=planned.algorithms,
        has_fetch=False,
        tag_files=planned.tag_files,
        payload=payload,
        other_info={
            DECLARATION_NAME: DECLARED,
            **{path: _filled_in(labels) for path, labels in planned.others.items()},
        },
    )


def _filled_in(labels: Labels) -> Labels:
    """Without the labels whose dots nobody has put words for."""
    return tuple(pair for pair in labels if pair[1] != UNFILLED)
