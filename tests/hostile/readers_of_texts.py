"""What reads the files that people write: declarations, policies, the configuration, profiles."""

from __future__ import annotations

import os
from pathlib import Path

from archiver.bagit.bag_source import FolderBag
from archiver.bagit.profiles.load import BUNDLED
from archiver.bagit.profiles.parse import parse_profile
from archiver.bagit.profiles.profile import ProfileError
from archiver.bagit.profiles.read import check_profile
from archiver.config import parse_settings
from archiver.errors import ConfigError
from archiver.rights.declaring.check import check_declarations
from archiver.rights.declaring.policies import parse_policy
from archiver.rights.declaring.read import parse_declarations
from tests.bagit.bags import build_bag
from tests.hostile.reader import JSON_TOKENS, PATH_TOKENS, ROOT, Reader, is_told
from tests.rights.builders import TODAY, examined

_DATA = ROOT / "archiver" / "rights" / "data"

_EVERY_KEY = b"""version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
[[declaration]]
id = "smith-deed"
scope = { path = ["Smith/", "Extra/*.wav"], album = "Songs*", tag = { label = ["Example", "Other"] }, level = "collection" }
basis = "donor"
by = "Jo Smith"
role = "donor"
date = 2025-05-01
acts = { transfer = "allow", preserve = "allow", publish = "deny" }
document = "documents/deed.pdf"
expires = 2036-01-01
note = "Box 7."
ai = { generative_training = "deny", search = "allow" }
[[declaration]]
scope = { path = "Own/take 1.flac" }
basis = "carrier"
carrier_held = "transferred"
[[declaration]]
basis = "expired"
jurisdiction = ["US", "EU"]
layers = ["work", "recording"]
[declaration.facts]
fixed = 1921
published = "1921..1923"
work_published = "..1900"
composer_died = 1931-05-01
lyricist_died = "never"
"""

_PROFILE = b"""{"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "https://example.org/p.json", "BagIt-Profile-Version": "1.4.0",
"Source-Organization": "E", "External-Description": "E", "Version": "1.0"},
"Bag-Info": {"Bagging-Date": {"required": true, "values": ["2024-02-29", "x"], "repeatable": false, "recommended": true}},
"Other-Info": [{"metadata/a.txt": {"A": {"required": true, "emptyOk": false}}}],
"Manifests-Required": ["sha512"], "Manifests-Allowed": ["sha512", "md5"], "Tag-Manifests-Required": ["sha512"],
"Allow-Fetch.txt": true, "Fetch.txt-Required": false, "Data-Empty": false, "Serialization": "optional",
"Accept-Serialization": ["application/zip"], "Accept-BagIt-Version": ["1.0"], "Tag-Files-Required": ["metadata/a.txt"],
"Tag-Files-Allowed": ["*", "metadata/*"], "Payload-Files-Required": ["data/Album/01 First.flac"], "Payload-Files-Allowed": ["data/*"]}
"""


class Declarations(Reader):
    """rights.toml: read, or refused with an error that names the place; what is read can be matched against files."""

    tokens = (
        *PATH_TOKENS,
        *b"[ ] [[ ]] { } = , # . a. ** *a 2024-01-01 9999-12-31T23:59:60Z nan inf 0x 1_0 true \\u0000 \\ud800 \\".split(),
        *(
            b'"',
            b"'",
            b'"""',
            b"'''",
            b"\n",
            b"\r\n",
            b"\xff",
            b"scope = ",
            b"path = ",
            b"basis = ",
            b"facts = ",
        ),
        *(b"[[declaration]]\n", b"[defaults]\n", b"version = 1\n"),
    )
    _FILES = tuple(examined(f"Artist {n}/Album/{n:02}.flac", album="Songs") for n in range(6))

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {"example": (ROOT / "examples" / "rights.toml").read_bytes(), "every key": _EVERY_KEY}

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        try:
            declared = parse_declarations(data, "rights.toml")
        except ConfigError as error:
            is_told(error)
            return
        check_declarations(declared, lambda: self._FILES, TODAY)


class Policies(Reader):
    """A policy file: read, or refused with an error that names the place."""

    tokens = Declarations.tokens

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {
            name: (_DATA / f"{name}.toml").read_bytes() for name in ("personal", "donation", "public")
        }

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        try:
            parse_policy(data, "policy.toml")
        except ConfigError as error:
            is_told(error)


class Settings(Reader):
    """The configuration file: read, or refused with an error that names the place."""

    tokens = Declarations.tokens

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {
            "config": b'store = "~/bags"\npolicy = "personal"\nalgorithms = ["sha512", "md5"]\njobs = 4\n\n'
            b'[bag-info]\nSource-Organization = "Example Library"\nContact-Name = ["A", "B"]\n'
        }

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        try:
            parse_settings(data, "config.toml")
        except ConfigError as error:
            is_told(error)


class Profiles(Reader):
    """A recipient's profile: read, or refused; what is read can be held against a bag."""

    tokens = (*JSON_TOKENS, *b'* ? [a-z] ** data/* "required" "values" 1.4.0 sha512'.split())

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        profiles = ROOT / "archiver" / "bagit" / "profiles"
        self.subjects = {name: (profiles / f"{name}.json").read_bytes() for name in BUNDLED} | {
            "all keys": _PROFILE
        }
        self._bag = build_bag(folder / "bag", tags={"metadata/a.txt": b"A: b\n"})

    def read(self, name: str, data: bytes) -> None:
        try:
            profile = parse_profile(data, name)
        except ProfileError as error:
            is_told(error)
            return
        check_profile(profile, FolderBag(os.fsencode(self._bag)))
