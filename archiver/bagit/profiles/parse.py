"""Reads a BagIt Profile from JSON and checks the profile itself, naming every flaw at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from archiver.bagit.algorithms import manifest_name
from archiver.bagit.names import PAYLOAD
from archiver.bagit.profiles.profile import (
    AlgorithmRule,
    LabelRule,
    PathRule,
    Presence,
    Profile,
    ProfileError,
    shortened,
)
from archiver.bagit.tagfiles import is_bagit_file
from archiver.bagit.writer import BagWriteError, format_bag_info

MAX_BYTES = 1_000_000
"""A profile larger than this was not written by a person; it is refused before it is parsed."""
MOST_DEPTH = 32
MOST_VALUES = 50_000
MOST_DIGITS = 64
MOST_TEXT = 10_000
"""Characters of one text."""
MOST_KEY = 256
"""Characters of one key."""
MOST_PATTERNS = 500
MOST_OF_PATTERNS = 16_384
"""Characters of all patterns of one list."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|"|[-+.0-9eE]++|[\[\]{},]', re.DOTALL)
_VERSION = re.compile(r"v?1\.([0-9]{1,4})(\.[0-9]{1,4})?")
_NEWEST_MINOR = 4
_INFO_REQUIRED = ("BagIt-Profile-Identifier", "Source-Organization", "External-Description", "Version")
_INFO_KNOWN = {*_INFO_REQUIRED, "BagIt-Profile-Version", "Contact-Name", "Contact-Phone", "Contact-Email"}
_LABEL_KNOWN = {"required", "values", "repeatable", "recommended", "emptyOk", "description", "help"}
_KNOWN = {
    "BagIt-Profile-Info",
    "Bag-Info",
    "Other-Info",
    "Manifests-Required",
    "Manifests-Allowed",
    "Tag-Manifests-Required",
    "Tag-Manifests-Allowed",
    "Allow-Fetch.txt",
    "Fetch.txt-Required",
    "Data-Empty",
    "Serialization",
    "Accept-Serialization",
    "tarDirMustMatchName",
    "Accept-BagIt-Version",
    "Tag-Files-Required",
    "Tag-Files-Allowed",
    "Payload-Files-Required",
    "Payload-Files-Allowed",
}
_TAG_FILE = re.compile(r"[a-z0-9][a-z0-9 ._-]*")


def parse_profile(content: bytes, name: str) -> Profile:
    """Read the profile ``content``; ``name`` stands for it in messages.

    Raises:
        ProfileError: with every flaw: JSON that cannot be read, a missing or mistyped key, a contradiction.
    """
    return _Reader(name, _load(content, name)).profile()


def _load(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise ProfileError(name, (f"it is larger than {MAX_BYTES:,} bytes",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProfileError(name, (f"it is no readable JSON: {error}",)) from error
    if flaw := _too_costly(text):
        raise ProfileError(name, (flaw,))
    try:
        loaded = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(loaded, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except ValueError as error:
        raise ProfileError(name, (f"it is no readable JSON: {error}",)) from error
    if not isinstance(loaded, dict):
        raise ProfileError(name, ("it is no JSON object",))
    if "bagItProfileInfo" in loaded:
        raise ProfileError(name, ("it is in the form DART keeps; export it as a BagIt Profile",))
    return loaded


def _too_costly(text: str) -> str:
    """Walk JSON without parsing it; where the walk cannot go on, neither can the parser.

    Returns:
        The first thing that would cost more than what a person wrote, with line and column, or nothing.
    """
    depth, values = 0, 0
    for token in _TOKEN.finditer(text):
        sign, length = text[token.start()], token.end() - token.start()
        depth += (sign in "[{") - (sign in "]}")
        values += sign in "[{,"
        if sign == '"' and length == 1:
            return ""  # a text that never ends
        if depth > MOST_DEPTH:
            flaw = "it is nested too deeply"
        elif values > MOST_VALUES:
            flaw = f"it holds more than {MOST_VALUES:,} values"
        elif sign == '"' and length > MOST_TEXT + 2:
            flaw = f"a text has more than {MOST_TEXT:,} characters"
        elif sign != '"' and length > MOST_DIGITS:
            flaw = f"a number has more than {MOST_DIGITS} digits"
        else:
            continue
        line_start = text.rfind("\n", 0, token.start()) + 1
        line = text.count("\n", 0, line_start) + 1
        return f"{flaw}: line {line} column {token.start() - line_start + 1}"
    return ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if len(key) > MOST_KEY:
            raise ValueError(f"the key {key!r} has more than {MOST_KEY} characters")
        if key in made:
            raise ValueError(f"the key {key!r} stands twice in one object")
        made[key] = value
    return made


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number in JSON")


class _Reader:
    """Takes the keys one after another and collects what is wrong with them."""

    def __init__(self, name: str, source: dict[str, Any]) -> None:
        self._name = name
        self._source = source
        self._flaws: list[str] = []
        self._unknown: list[str] = sorted(source.keys() - _KNOWN)

    def profile(self) -> Profile:
        info = self._object("BagIt-Profile-Info", self._source)
        text = {key: self._text(key, info) for key in _INFO_REQUIRED}
        self._unknown += [f"BagIt-Profile-Info {key}" for key in sorted(info.keys() - _INFO_KNOWN)]
        self._judge_spec_version(info)
        made = Profile(
            identifier=text["BagIt-Profile-Identifier"],
            version=text["Version"],
            description=text["External-Description"],
            labels=self._labels("Bag-Info", self._object("Bag-Info", self._source, default={})),
            other_labels=self._other_labels(),
            payload_manifests=self._algorithms("Manifests"),
            tag_manifests=self._algorithms("Tag-Manifests"),
            allow_fetch=self._flag("Allow-Fetch.txt", self._source, default=True),
            require_fetch=self._flag("Fetch.txt-Required", self._source, default=False),
            data_empty=self._flag("Data-Empty", self._source, default=False),
            serialization=self._serialization(),
            accept_serialization=self._strings("Accept-Serialization", self._source) or (),
            archive_named_as_folder=self._flag("tarDirMustMatchName", self._source, default=False),
            accept_versions=self._versions(),
            tag_files=self._paths("Tag-Files"),
            payload_files=self._paths("Payload-Files"),
            not_understood=tuple(self._unknown),
        )
        self._contradictions(made)
        if self._flaws:
            raise ProfileError(self._name, tuple(self._flaws))
        return made

    def _contradictions(self, made: Profile) -> None:
        if made.require_fetch and not made.allow_fetch:
            self._flaws.append("Fetch.txt-Required is true while Allow-Fetch.txt is false")
        if (
            "Serialization" in self._source
            and made.serialization is not Presence.FORBIDDEN
            and not made.accept_serialization
        ):
            self._flaws.append(
                f"Serialization is {made.serialization} but Accept-Serialization names no format"
            )
        if made.payload_manifests.allowed == ():
            self._flaws.append("Manifests-Allowed names no manifest, and every bag has one")
        if made.identifier and not _writable("BagIt-Profile-Identifier", made.identifier):
            self._flaws.append("BagIt-Profile-Identifier is no single line of text")
        astray = [path for path in made.payload_files.required if not path.startswith(PAYLOAD)]
        self._flaws += [f"Payload-Files-Required: {path!r} is not in data/" for path in astray]

    def _object(
        self, key: str, source: Mapping[str, Any], default: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        value = source.get(key, default)
        if isinstance(value, dict):
            return value
        self._flaws.append(f"{key} is missing" if value is None else f"{key} is no object")
        return {}

    def _text(self, key: str, source: Mapping[str, Any]) -> str:
        value = source.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self._flaws.append(f"{key} is missing" if value is None else f"{key} is no text, or empty")
        return ""

    def _flag(self, key: str, source: Mapping[str, Any], *, default: bool) -> bool:
        value = source.get(key, default)
        if isinstance(value, bool):
            return value
        self._flaws.append(f"{key} is neither true nor false")
        return default

    def _strings(self, key: str, source: Mapping[str, Any]) -> tuple[str, ...] | None:
        value = source.get(key)
        if value is None and key not in source:
            return None
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._flaws.append(f"{key} is no list of texts")
        return None

    def _judge_spec_version(self, info: Mapping[str, Any]) -> None:
        declared = info.get("BagIt-Profile-Version", "1.1.0")
        found = _VERSION.fullmatch(declared) if isinstance(declared, str) else None
        if found is None or int(found[1]) > _NEWEST_MINOR:
            told = shortened(repr(declared), MOST_KEY)
            self._flaws.append(f"BagIt-Profile-Version {told} is none of 1.0 to 1.{_NEWEST_MINOR}")

    def _labels(self, where: str, rules: Mapping[str, Any]) -> tuple[LabelRule, ...]:
        return tuple(self._label(where, label, rule) for label, rule in rules.items())

    def _label(self, where: str, label: str, rule: object) -> LabelRule:
        if not isinstance(rule, dict):
            self._flaws.append(f"{where}: the rule for {label} is no object")
            return LabelRule(label)
        if not _writable(label, "x"):
            self._flaws.append(f"{where}: {label!r} cannot be a label")
        self._unknown += [f"{where} {label} {key}" for key in sorted(rule.keys() - _LABEL_KNOWN)]
        told = len(self._flaws)
        description = rule.get("description", "")
        if not isinstance(description, str):
            self._flaws.append("description is no text")
        made = LabelRule(
            label,
            required=self._flag("required", rule, default=False),
            values=self._strings("values", rule) or (),
            repeatable=self._flag("repeatable", rule, default=True),
            recommended=self._flag("recommended", rule, default=False),
            empty_ok=self._flag("emptyOk", rule, default=True),
            description=str(description),
        )
        self._flaws[told:] = [f"{where}: {label}: {flaw}" for flaw in self._flaws[told:]]
        return made

    def _other_labels(self) -> dict[str, tuple[LabelRule, ...]]:
        entries = self._source.get("Other-Info", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._flaws.append("Other-Info is no list of objects")
            return {}
        found: dict[str, tuple[LabelRule, ...]] = {}
        for entry in entries:
            for name in entry:
                path = f"{name.lower()}.txt"
                if not _TAG_FILE.fullmatch(name.lower()) or (is_bagit_file(path) and path != "bagit.txt"):
                    self._flaws.append(f"Other-Info: {name!r} names no further tag file at the top of a bag")
                elif path in found:
                    self._flaws.append(f"Other-Info: {name} stands twice")
                else:
                    found[path] = self._labels(name, self._object(name, entry))
        return found

    def _algorithms(self, kind: str) -> AlgorithmRule:
        required = _normalised(self._strings(f"{kind}-Required", self._source) or ())
        listed = self._strings(f"{kind}-Allowed", self._source)
        if listed is None:
            return AlgorithmRule(required)
        allowed = _normalised(listed)
        known = frozenset(allowed)
        if missing := [name for name in required if name not in known]:
            self._flaws.append(f"{kind}-Required names {', '.join(missing)}, which {kind}-Allowed does not")
        return AlgorithmRule(required, allowed)

    def _paths(self, kind: str) -> PathRule:
        required = self._strings(f"{kind}-Required", self._source) or ()
        allowed = self._strings(f"{kind}-Allowed", self._source)
        if allowed is None:
            return PathRule(required)
        rule = PathRule(required, allowed)
        patterns = rule.patterns()
        if len(patterns) > MOST_PATTERNS:
            self._flaws.append(f"{kind}-Allowed has more than {MOST_PATTERNS:,} patterns")
            return PathRule(required)
        if sum(map(len, patterns)) > MOST_OF_PATTERNS:
            self._flaws.append(f"{kind}-Allowed has more than {MOST_OF_PATTERNS:,} characters of patterns")
            return PathRule(required)
        if missing := rule.unsupported():
            self._flaws.append(f"{kind}-Required names {', '.join(missing)}, which {kind}-Allowed does not")
        return rule

    def _serialization(self) -> Presence:
        value = self._source.get("Serialization", "optional")
        try:
            return Presence(value)
        except ValueError:
            self._flaws.append("Serialization is none of forbidden, required, optional")
            return Presence.OPTIONAL

    def _versions(self) -> tuple[str, ...]:
        accepted = self._strings("Accept-BagIt-Version", self._source)
        if not accepted:
            self._flaws.append("Accept-BagIt-Version names no version")
        return accepted or ()


def _normalised(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(manifest_name, names))


def _writable(label: str, value: str) -> bool:
    """Whether a reader of a tag file gets both back as they are, the value on one line."""
    try:
        return format_bag_info([(label, value)]).count(b"\n") == 1
    except BagWriteError:
        return False
