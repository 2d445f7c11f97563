"""Holds a bag, made or only planned, against a profile: every mismatch at once, each with what would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import Finding, Severity
from archiver.bagit.profiles.facts import MIME_TYPES, BagFacts, Labels, Mismatch
from archiver.bagit.profiles.profile import AlgorithmRule, LabelRule, Presence, Profile, shortened
from archiver.bagit.tagfiles import BAG_INFO, is_bagit_file

_MOST_ALIKE = 100
_MOST_OPTIONS = 20
_MOST_OF_AN_OPTION = 100


def check_plan(profile: Profile, facts: BagFacts) -> tuple[Mismatch, ...]:
    """Say what must change in a plan before a byte is hashed, errors first, then in the profile's own order.

    Labels that the packer fills in by itself belong in ``facts.info`` too. Of very many mismatches alike the first
    are told, and then how many more there are.
    """
    mismatches = tuple(_first_of_each(_all_mismatches(profile, facts)))
    ranks = list(Severity)
    return tuple(sorted(mismatches, key=lambda mismatch: ranks.index(mismatch.severity)))


def check_bag(profile: Profile, facts: BagFacts) -> tuple[Finding, ...]:
    """Say in what a finished bag does not conform, as findings in report order, of very many alike the first.

    Conformance is the absence of findings of severity error. Whether the bag is valid BagIt is another question.
    """
    log = FindingLog()
    log.extend(mismatch.finding() for mismatch in _all_mismatches(profile, facts))
    return log.report()


def _first_of_each(mismatches: Iterable[Mismatch]) -> Iterator[Mismatch]:
    counts: Counter[str] = Counter()
    for mismatch in mismatches:
        counts[mismatch.code] += 1
        if counts[mismatch.code] <= _MOST_ALIKE:
            yield mismatch
    for code, number in counts.items():
        if number > _MOST_ALIKE:
            yield Mismatch(code, "", "", (), f"and {number - _MOST_ALIKE:,} more like these", "")


def _all_mismatches(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    yield from _container(profile, facts)
    yield from _version(profile, facts)
    yield from _identifier(profile, facts)
    yield from _labels(BAG_INFO, profile.labels, facts.info or ())
    for path, rules in profile.other_labels.items():
        if path in facts.other_info or any(rule.required for rule in rules):
            yield from _labels(path, rules, facts.other_info.get(path, ()))
    yield from _algorithms("manifest", profile.payload_manifests, facts.payload_algorithms)
    yield from _algorithms("tagmanifest", profile.tag_manifests, facts.tag_algorithms)
    yield from _fetch(profile, facts)
    yield from _tag_files(profile, facts)
    yield from _payload(profile, facts)
    for key in profile.not_understood:
        yield Mismatch(
            "B961",
            "",
            key,
            (),
            f"the profile's key {key} is not known here and was not checked",
            "Check it by hand.",
        )


def _container(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    accepted = profile.accept_serialization
    if facts.container == "folder":
        if profile.serialization is Presence.REQUIRED:
            yield Mismatch(
                "B931",
                "",
                "folder",
                accepted,
                "the profile wants an archive, not a folder",
                f"Serialize the bag as {_either(accepted)}.",
            )
        return
    if profile.serialization is Presence.FORBIDDEN:
        yield Mismatch(
            "B932",
            "",
            facts.container,
            (),
            f"the profile wants a folder, not a {facts.container} archive",
            "Keep the bag a folder.",
        )
    elif accepted and not MIME_TYPES[facts.container] & {kind.lower() for kind in accepted}:
        yield Mismatch(
            "B933",
            "",
            facts.container,
            accepted,
            f"the profile does not accept a {facts.container} archive",
            f"Serialize the bag as {_either(accepted)}.",
        )
    if profile.archive_named_as_folder and not facts.named_as_folder:
        yield Mismatch(
            "B934",
            "",
            facts.container,
            (),
            "the profile wants an archive that bears the name of the folder in it",
            "Rename the archive.",
        )


def _version(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    if facts.version not in profile.accept_versions:
        accepted = profile.accept_versions
        yield Mismatch(
            "B941",
            "bagit.txt",
            facts.version,
            accepted,
            f"BagIt version {facts.version} is not accepted, only {_either(accepted)}",
            "Ask the recipient for a profile that accepts this version.",
        )


def _identifier(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    if facts.info is None:
        yield Mismatch(
            "B907",
            BAG_INFO,
            BAG_INFO,
            (),
            "there is no bag-info.txt, which every profile wants",
            "Write a bag-info.txt.",
        )
    label = "BagIt-Profile-Identifier"
    if profile.identifier not in _values(label, facts.info or ()):
        yield Mismatch(
            "B901",
            BAG_INFO,
            label,
            (profile.identifier,),
            f"{label} does not name {profile.identifier}",
            f"Set {label} to {profile.identifier}.",
        )


def _values(label: str, labels: Labels) -> list[str]:
    wanted = label.casefold()
    return [value for name, value in labels if name.casefold() == wanted]


def _labels(path: str, rules: Iterable[LabelRule], labels: Labels) -> Iterator[Mismatch]:
    values: dict[str, list[str]] = {}
    for name, value in labels:
        values.setdefault(name.casefold(), []).append(value)
    for rule in rules:
        yield from _label(path, rule, values.get(rule.label.casefold(), []))


def _label(path: str, rule: LabelRule, values: list[str]) -> Iterator[Mismatch]:
    label, allowed = rule.label, rule.values
    wanted = f"Set {label} to {_either(allowed)}." if allowed else f"Give {label} a value."
    filled = [value for value in values if value.strip()]
    if rule.required and not (values if rule.empty_ok else filled):
        yield Mismatch(
            "B902", path, label, allowed, f"the label {label} is required and has no value", wanted
        )
    elif values and not filled and not rule.empty_ok:
        yield Mismatch("B902", path, label, allowed, f"the label {label} is there but empty", wanted)
    elif rule.required and not filled:
        yield Mismatch("B903", path, label, allowed, f"the required label {label} is there but empty", wanted)
    elif rule.recommended and not filled:
        yield Mismatch("B906", path, label, allowed, f"the label {label} is recommended", wanted)
    welcome = frozenset(allowed)
    for value in dict.fromkeys(values) if allowed else ():
        if value not in welcome:
            told = f"{label} is {shortened(value, _MOST_OF_AN_OPTION)!r}, which is not {_either(allowed)}"
            yield Mismatch("B904", path, label, allowed, told, wanted)
    if len(values) > 1 and not rule.repeatable:
        yield Mismatch(
            "B905",
            path,
            label,
            allowed,
            f"{label} stands {len(values)} times and may stand once",
            f"Keep one {label}.",
        )


def _algorithms(stem: str, rule: AlgorithmRule, present: Sequence[str]) -> Iterator[Mismatch]:
    missing, unwelcome = ("B911", "B912") if stem == "manifest" else ("B913", "B914")
    for name in rule.required:
        if name not in present:
            file = f"{stem}-{name}.txt"
            yield Mismatch(
                missing, file, name, rule.required, f"{file} is required", f"Add the algorithm {name}."
            )
    for name in present if rule.allowed is not None else ():
        if name not in (rule.allowed or ()):
            file = f"{stem}-{name}.txt"
            yield Mismatch(
                unwelcome,
                file,
                name,
                rule.allowed or (),
                f"{file} is not allowed",
                f"Use {_either(rule.allowed or ())} instead of {name}.",
            )


def _fetch(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    if facts.has_fetch and not profile.allow_fetch:
        yield Mismatch(
            "B921",
            "fetch.txt",
            "fetch.txt",
            (),
            "fetch.txt is not allowed",
            "Put the files themselves into the bag.",
        )
    if profile.require_fetch and not facts.has_fetch:
        yield Mismatch(
            "B922",
            "fetch.txt",
            "fetch.txt",
            (),
            "fetch.txt is required",
            "Ask the recipient: this profile is for bags whose files are fetched.",
        )


def _tag_files(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    present = set(facts.tag_files)
    for path in profile.tag_files.required:
        if path not in present:
            yield Mismatch(
                "B951", path, path, (), f"the tag file {path} is required", f"Add the tag file {path}."
            )
    allows = profile.tag_files.allowing()
    for path in sorted(present):
        if allows and not is_bagit_file(path) and not allows(path):
            yield Mismatch(
                "B952",
                path,
                path,
                profile.tag_files.allowed,
                f"the tag file {path} is not allowed",
                f"Leave the tag file {path} out.",
            )


def _payload(profile: Profile, facts: BagFacts) -> Iterator[Mismatch]:
    rule = profile.payload_files
    allows = rule.allowing()
    if not (profile.data_empty or rule.required or allows):
        return
    missing = set(rule.required)
    folders = frozenset(path for path in rule.required if path.endswith("/"))
    files = 0
    size = 0
    for path, bytes_in_file in facts.payload():
        files += 1
        size += bytes_in_file
        missing.discard(path)
        if folders:
            missing.difference_update(_folders_above(path))
        if allows and not allows(path):
            yield Mismatch(
                "B954",
                path,
                path,
                rule.allowed,
                f"{path} is not allowed in the payload",
                "Leave this file out.",
            )
    for path in rule.required:
        if path in missing:
            yield Mismatch("B953", path, path, (), f"{path} is required in the payload", f"Add {path}.")
    if profile.data_empty and (files > 1 or size):
        yield Mismatch(
            "B955",
            "data",
            "data",
            (),
            f"the payload must be empty, but has {files} files and {size} bytes",
            "Ask the recipient: this profile is for bags without payload.",
        )


def _folders_above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, each with the ``/`` at its end."""
    end = path.find("/")
    while end >= 0:
        yield path[: end + 1]
        end = path.find("/", end + 1)


def _either(options: Sequence[str]) -> str:
    told = [shortened(option, _MOST_OF_AN_OPTION) for option in options[:_MOST_OPTIONS]]
    if len(options) > _MOST_OPTIONS:
        told.append(f"one of {len(options) - _MOST_OPTIONS:,} more")
    return " or ".join(", ".join(part) for part in (told[:-1], told[-1:]) if part)
