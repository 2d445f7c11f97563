"""Holds a planned package against a recipient's profile before anything is hashed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archiver.bagit.algorithms import DEFAULT_ALGORITHM
from archiver.bagit.findings import Severity
from archiver.bagit.profile import Profile, ProfileError
from archiver.bagit.profile_check import check_plan
from archiver.bagit.profile_facts import BagFacts, Container, Mismatch
from archiver.bagit.profile_load import load_profile
from archiver.bagit.writer import BAGIT_VERSION
from archiver.errors import UsageError
from archiver.model.package import AssessedFile, PlanEntry
from archiver.records.baginfo import Labels

BAG_INFO = "bag-info.txt"
_IDENTIFIER = "BagIt-Profile-Identifier"


class ProfileMismatchError(UsageError):
    """The planned package is not what the profile asks for.

    Args:
        name: The profile as the user named it.
        mismatches: Everything that must change.
    """

    def __init__(self, name: str, mismatches: Sequence[Mismatch]) -> None:
        super().__init__(
            f"the package would not conform to the profile {name}:",
            "Nothing was written. A label is given with --info 'Label: value', an archive is made with --serialize."
            " Mend these and run the command again.",
            [f"{one.code}  {_place(one)}{one.message}. {one.fix}" for one in mismatches],
        )
        self.mismatches = tuple(mismatches)


def _place(mismatch: Mismatch) -> str:
    return f"{mismatch.path}: " if mismatch.path not in ("", mismatch.subject) else ""


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
    """Give the algorithms to use: those asked for, else what the profile requires and the default where it may stand."""
    if asked or profile is None:
        return asked or (DEFAULT_ALGORITHM,)
    rules = (profile.payload_manifests, profile.tag_manifests)
    required = tuple(dict.fromkeys(name for rule in rules for name in rule.required))
    if all(rule.allowed is None or DEFAULT_ALGORITHM in rule.allowed for rule in rules):
        return tuple(dict.fromkeys((DEFAULT_ALGORITHM, *required)))
    return required or (rules[0].allowed or ())[:1]


def labels_by_file(profile: Profile | None, given: Labels) -> Mapping[str, Labels]:
    """Put each label that the user gave into the tag file where the profile has it; others go into bag-info.txt."""
    if profile is None:
        return {BAG_INFO: given}
    home = {rule.label.casefold(): path for path, rules in profile.other_labels.items() for rule in rules}
    sorted_labels: dict[str, list[tuple[str, str]]] = {BAG_INFO: []}
    for label, value in given:
        sorted_labels.setdefault(home.get(label.casefold(), BAG_INFO), []).append((label, value))
    if all(label.casefold() != _IDENTIFIER.casefold() for label, _ in given):
        sorted_labels[BAG_INFO].append((_IDENTIFIER, profile.identifier))
    return {path: tuple(labels) for path, labels in sorted_labels.items()}


@dataclass(frozen=True, slots=True)
class Planned:
    """What is known of a package before it is made.

    Attributes:
        entries: The plan's entries.
        info: Labels that its ``bag-info.txt`` will have.
        others: Labels of further tag files, by path.
        algorithms: Checksum algorithms, of payload and tag manifests alike.
        tag_files: Paths of its tag files.
        container: A folder, or the kind of archive.
    """

    entries: Iterable[PlanEntry]
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

    def payload() -> Iterator[tuple[str, int]]:
        for entry in planned.entries:
            if isinstance(entry, AssessedFile):
                yield f"data/{entry.path}", entry.examined.ref.stat.size_bytes

    facts = BagFacts(
        container=planned.container,
        version=BAGIT_VERSION,
        info=planned.info,
        payload_algorithms=planned.algorithms,
        tag_algorithms=planned.algorithms,
        has_fetch=False,
        tag_files=planned.tag_files,
        payload=payload,
        other_info=planned.others,
    )
    comes_with_its_labels = {
        path for path, rules in profile.other_labels.items() if any(rule.required for rule in rules)
    }
    wrong = [
        one
        for one in check_plan(profile, facts)
        if one.severity is Severity.ERROR and not (one.code == "B951" and one.path in comes_with_its_labels)
    ]
    if wrong:
        raise ProfileMismatchError(name, wrong)
