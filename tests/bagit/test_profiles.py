from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.bag_source import Container
from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Severity
from archiver.bagit.profiles.check import check_bag, check_plan
from archiver.bagit.profiles.facts import BagFacts, Labels
from archiver.bagit.profiles.load import BUNDLED, load_profile
from archiver.bagit.profiles.parse import MAX_BYTES, parse_profile
from archiver.bagit.profiles.profile import PathRule, Presence, Profile, ProfileError
from archiver.bagit.writer import DECLARED
from tests.watching import peak_of_code

IDENTIFIER = "https://example.org/profile.json"
MINIMAL: dict[str, Any] = {
    "BagIt-Profile-Info": {
        "BagIt-Profile-Identifier": IDENTIFIER,
        "BagIt-Profile-Version": "1.4.0",
        "Source-Organization": "Example Archive",
        "External-Description": "For tests",
        "Version": "1",
    },
    "Accept-BagIt-Version": ["1.0"],
}
NAMED = ("BagIt-Profile-Identifier", IDENTIFIER)


def profile(**keys: object) -> Profile:
    return parse_profile(
        json.dumps(MINIMAL | {_key(key): value for key, value in keys.items()}).encode(), "test"
    )


def _key(name: str) -> str:
    return {
        "Bag_Info": "Bag-Info",
        "Allow_Fetch": "Allow-Fetch.txt",
        "Fetch_Required": "Fetch.txt-Required",
        "Accept_BagIt_Version": "Accept-BagIt-Version",
    }.get(name, name.replace("_", "-"))


def facts(
    *info: tuple[str, str],
    container: Container = "folder",
    version: str = "1.0",
    payload_algorithms: tuple[str, ...] = ("sha512",),
    tag_algorithms: tuple[str, ...] = ("sha512",),
    fetch: bool = False,
    tag_files: tuple[str, ...] = (),
    payload: Iterable[tuple[str, int]] = (("data/a.flac", 3),),
    other_info: Mapping[str, Labels] | None = None,
    named_as_folder: bool = True,
) -> BagFacts:
    always = ("bagit.txt", "bag-info.txt", *(f"manifest-{name}.txt" for name in payload_algorithms))
    return BagFacts(
        container,
        version,
        (NAMED, *info),
        payload_algorithms,
        tag_algorithms,
        fetch,
        (*always, *tag_files),
        lambda: payload,
        named_as_folder=named_as_folder,
        other_info=other_info or {},
    )


def codes(made: Profile, about: BagFacts) -> list[str]:
    findings = [finding.code for finding in check_bag(made, about)]
    assert sorted(findings) == sorted(mismatch.code for mismatch in check_plan(made, about))
    return findings


def flaws(content: bytes) -> tuple[str, ...]:
    with pytest.raises(ProfileError) as caught:
        parse_profile(content, "test")
    return caught.value.flaws


def test_a_minimal_profile_accepts_a_plain_bag() -> None:
    made = profile()
    assert (made.identifier, made.serialization, made.allow_fetch) == (IDENTIFIER, Presence.OPTIONAL, True)
    assert codes(made, facts()) == []


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_profiles_are_sound_and_fully_understood(name: str) -> None:
    made = load_profile(name)
    assert made.not_understood == ()
    assert "1.0" in made.accept_versions


def test_the_bundled_profiles_ask_for_what_their_publishers_ask_for() -> None:
    asked = {
        name: (
            [rule.label for rule in made.labels if rule.required],
            made.payload_manifests.required,
            made.tag_manifests.required,
            str(made.serialization),
            made.allow_fetch,
        )
        for name, made in ((name, load_profile(name)) for name in BUNDLED)
    }
    contact = ["Contact-Name", "Contact-Phone", "Contact-Email"]
    assert asked == {
        "aptrust": ([], ("md5",), (), "required", False),
        "btr": (["Source-Organization", "Bagging-Date", "Payload-Oxum"], (), (), "optional", False),
        "metaarchive": (
            [
                "Source-Organization",
                *contact,
                "External-Description",
                "Bag-Size",
                "Bagging-Date",
                "Payload-Oxum",
            ],
            ("sha1",),
            ("sha1",),
            "optional",
            False,
        ),
    }


def test_a_profile_is_read_from_a_file_and_a_bundled_name_can_be_evaded(tmp_path: Path) -> None:
    (tmp_path / "btr").write_text(json.dumps(MINIMAL))
    assert load_profile(f"{tmp_path}/btr").identifier == IDENTIFIER
    (tmp_path / "link.json").symlink_to(tmp_path / "btr")
    assert load_profile(f"{tmp_path}/link.json").identifier == IDENTIFIER


def test_a_name_that_is_no_profile_says_which_are_known(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (str(tmp_path / "missing"), str(tmp_path), str(tmp_path / "pipe"), "nul\x00"):
        with pytest.raises(ProfileError, match="aptrust, btr, metaarchive"):
            load_profile(name)


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "JSON"),
        (b"\xff", "JSON"),
        (b"[]", "object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'{"Data-Empty": NaN}', "NaN is no number in JSON"),
        (b'{"x": [-Infinity]}', "-Infinity is no number in JSON"),
        (b'{"x": ' + b"9" * 10_000 + b"}", "64 digits"),
        (b'{"x": "\\ud800"}', "surrogates not allowed"),
        ('{"x": "é"}'.encode("latin-1"), "JSON"),
        (json.dumps(MINIMAL).encode("utf-16"), "JSON"),
        (b'{"bagItProfileInfo": {}}', "DART"),
        (b" " * (MAX_BYTES + 1), "larger"),
    ],
)
def test_what_is_no_profile_at_all_is_refused(content: bytes, flaw: str) -> None:
    assert flaw in flaws(content)[0]


def test_every_flaw_is_named_at_once() -> None:
    content = {
        "BagIt-Profile-Info": {"BagIt-Profile-Version": "2.0", "Version": 3},
        "Bag-Info": {"A": {"required": "yes"}, "B": [], "C": {"values": "x", "description": 1}},
        "Other-Info": {"x": {}},
        "Manifests-Required": ["md5"],
        "Manifests-Allowed": ["sha512"],
        "Tag-Manifests-Required": "md5",
        "Tag-Files-Required": ["DPN/x"],
        "Tag-Files-Allowed": ["meta/*"],
        "Payload-Files-Required": ["x"],
        "Allow-Fetch.txt": False,
        "Fetch.txt-Required": True,
        "Serialization": "maybe",
        "Data-Empty": 0,
    }
    told = "\n".join(flaws(json.dumps(content).encode()))
    for part in (
        "BagIt-Profile-Identifier is missing",
        "Source-Organization is missing",
        "External-Description is missing",
        "Version is no text",
        "BagIt-Profile-Version '2.0'",
        "Bag-Info: A: required is neither",
        "rule for B is no object",
        "C: values is no list",
        "C: description is no text",
        "Other-Info is no list",
        "Manifests-Required names md5",
        "Tag-Manifests-Required is no list",
        "Tag-Files-Required names DPN/x",
        "'x' is not in data/",
        "Fetch.txt-Required is true while",
        "Serialization is none of",
        "Data-Empty is neither",
        "Accept-BagIt-Version names no version",
    ):
        assert part in told


def test_a_mark_before_a_profile_is_read_over() -> None:
    assert parse_profile(b"\xef\xbb\xbf" + json.dumps(MINIMAL).encode(), "test").identifier == IDENTIFIER


def test_of_very_many_flaws_the_first_are_told_and_all_are_kept() -> None:
    content = json.dumps(MINIMAL | {"Bag-Info": {f"L{number}": 3 for number in range(40_000)}}).encode()
    with pytest.raises(ProfileError) as caught:
        parse_profile(content, "test")
    assert len(caught.value.flaws) == 40_000
    assert len(str(caught.value)) < 1_000
    assert str(caught.value).endswith("; and 39,980 more")


@pytest.mark.parametrize("identifier", ["https://e.org/\n\nX: y", " https://e.org/", "a\rb", "\ta"])
def test_an_identifier_that_no_bag_could_name_is_a_flaw(identifier: str) -> None:
    info = MINIMAL["BagIt-Profile-Info"] | {"BagIt-Profile-Identifier": identifier}
    told = flaws(json.dumps(MINIMAL | {"BagIt-Profile-Info": info}).encode())
    assert told == ("BagIt-Profile-Identifier is no single line of text",)


@pytest.mark.parametrize("label", ["", "A:b", " A", "A\n"])
def test_a_label_that_no_tag_file_can_hold_is_a_flaw(label: str) -> None:
    assert flaws(json.dumps(MINIMAL | {"Bag-Info": {label: {}}}).encode()) == (
        f"Bag-Info: {label!r} cannot be a label",
    )


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/tmp/evil",
        "a/b",
        "a\\b",
        "",
        ".",
        "..",
        "Bag-Info",
        "fetch",
        "manifest-sha512",
        "x\x00",
        "x\n",
    ],
)
def test_further_tag_files_are_named_by_one_name_that_bagit_leaves_free(name: str) -> None:
    told = flaws(json.dumps(MINIMAL | {"Other-Info": [{name: {"A": {}}}]}).encode())
    assert told == (f"Other-Info: {name!r} names no further tag file at the top of a bag",)


def test_rules_for_one_tag_file_stand_once() -> None:
    content = json.dumps(MINIMAL | {"Other-Info": [{"dpn-info": {}}, {"DPN-Info": {}}]}).encode()
    assert flaws(content) == ("Other-Info: DPN-Info stands twice",)


def test_a_profile_must_leave_a_bag_some_manifest() -> None:
    assert flaws(json.dumps(MINIMAL | {"Manifests-Allowed": []}).encode()) == (
        "Manifests-Allowed names no manifest, and every bag has one",
    )
    assert codes(profile(Tag_Manifests_Allowed=[]), facts(tag_algorithms=())) == []


def test_serialization_without_a_format_is_a_flaw_only_where_it_is_said() -> None:
    assert profile().accept_serialization == ()
    with pytest.raises(ProfileError, match="names no format"):
        profile(Serialization="required")
    assert profile(Serialization="forbidden").serialization is Presence.FORBIDDEN


def test_a_profile_need_not_name_a_version_of_the_specification() -> None:
    info = {
        key: value for key, value in MINIMAL["BagIt-Profile-Info"].items() if "Profile-Version" not in key
    }
    assert profile(BagIt_Profile_Info=info).identifier == IDENTIFIER


def test_the_identifier_is_asked_for_and_may_be_one_of_several() -> None:
    assert codes(profile(), BagFacts("folder", "1.0", None, (), (), False, (), lambda: ())) == [
        "B901",
        "B907",
    ]
    other = BagFacts("folder", "1.0", (("BagIt-Profile-Identifier", "x"),), (), (), False, (), lambda: ())
    assert codes(profile(), other) == ["B901"]
    both = (("BagIt-Profile-Identifier", "x"), ("bagit-profile-identifier", IDENTIFIER))
    assert codes(profile(), BagFacts("folder", "1.0", both, (), (), False, (), lambda: ())) == []


@pytest.mark.parametrize(
    ("rule", "info", "expected"),
    [
        ({"required": True}, (), ["B902"]),
        ({"required": True}, (("TITLE", "x"),), []),
        ({"required": True}, (("Title", ""),), ["B903"]),
        ({"required": True, "emptyOk": False}, (("Title", ""),), ["B902"]),
        ({"emptyOk": False}, (), []),
        ({"emptyOk": False}, (("Title", " "),), ["B902"]),
        ({"emptyOk": True}, (("Title", ""),), []),
        ({"recommended": True}, (), ["B906"]),
        ({"values": ["a", "b"]}, (), []),
        ({"values": ["a", "b"]}, (("Title", "b"),), []),
        ({"values": ["a", "b"]}, (("Title", "A"), ("Title", "c")), ["B904", "B904"]),
        ({"values": []}, (("Title", "anything"),), []),
        ({}, (("Title", "a"), ("Title", "b")), []),
        ({"repeatable": False}, (("Title", "a"), ("title", "b")), ["B905"]),
    ],
)
def test_label_rules(rule: dict[str, object], info: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    assert codes(profile(Bag_Info={"Title": rule}), facts(*info)) == expected


@pytest.mark.parametrize(
    ("keys", "about", "expected"),
    [
        ({"Manifests_Required": ["MD5"]}, facts(), ["B911"]),
        ({"Manifests_Required": ["SHA-512"]}, facts(), []),
        ({"Manifests_Allowed": ["md5"]}, facts(), ["B912"]),
        ({"Manifests_Allowed": ["md5", "sha512"]}, facts(), []),
        ({"Tag_Manifests_Required": ["sha1"]}, facts(), ["B913"]),
        ({"Tag_Manifests_Allowed": ["sha1"]}, facts(), ["B914"]),
        ({"Allow_Fetch": False}, facts(fetch=True), ["B921"]),
        ({"Fetch_Required": True}, facts(), ["B922"]),
        ({"Serialization": "required", "Accept_Serialization": ["application/tar"]}, facts(), ["B931"]),
        ({"Serialization": "forbidden"}, facts(container="zip"), ["B932"]),
        ({"Accept_Serialization": ["application/tar"]}, facts(container="zip"), ["B933"]),
        ({"Accept_Serialization": ["application/tar"]}, facts(container="tar.gz"), ["B933"]),
        ({"Accept_Serialization": ["application/X-tar"]}, facts(container="tar"), []),
        ({"tarDirMustMatchName": True}, facts(container="tar"), []),
        ({"tarDirMustMatchName": True}, facts(container="tar", named_as_folder=False), ["B934"]),
        ({"tarDirMustMatchName": False}, facts(container="tar", named_as_folder=False), []),
        ({"Accept_BagIt_Version": ["0.97"]}, facts(), ["B941"]),
        ({"Tag_Files_Required": ["aptrust-info.txt"]}, facts(), ["B951"]),
        ({"Tag_Files_Required": ["a/b.txt"]}, facts(tag_files=("a/b.txt",)), []),
        ({"Tag_Files_Allowed": []}, facts(), []),
        ({"Tag_Files_Allowed": []}, facts(tag_files=("a/b.txt",)), ["B952"]),
        ({"Tag_Files_Allowed": ["a/*"]}, facts(tag_files=("a/b/c.txt",)), []),
        ({"Tag_Files_Allowed": ["A/*"]}, facts(tag_files=("a/b.txt",)), ["B952"]),
        ({"Payload_Files_Required": ["data/x"]}, facts(), ["B953"]),
        ({"Payload_Files_Required": ["data/a/"]}, facts(payload=[("data/a/b/c", 1)]), []),
        ({"Payload_Files_Required": ["data/a/"]}, facts(payload=[("data/a", 1)]), ["B953"]),
        ({"Payload_Files_Allowed": ["data/*.wav", "data/x"]}, facts(), ["B954"]),
        ({"Payload_Files_Allowed": ["data/*.flac"]}, facts(), []),
        ({"Data_Empty": True}, facts(), ["B955"]),
        ({"Data_Empty": True}, facts(payload=[]), []),
        ({"Data_Empty": True}, facts(payload=[("data/.keep", 0)]), []),
        ({"Data_Empty": True}, facts(payload=[("data/a", 0), ("data/b", 0)]), ["B955"]),
        ({"Virus_Scan": True}, facts(), ["B961"]),
        ({"Bag_Info": {"A": {"regex": "x"}}}, facts(), ["B961"]),
        ({"Other_Info": [{"EAC": {"Log": {"required": True}}}]}, facts(), ["B902"]),
        (
            {"Other_Info": [{"EAC": {"Log": {"required": True}}}]},
            facts(other_info={"eac.txt": (("Log", "x"),)}),
            [],
        ),
    ],
)
def test_each_rule_and_its_code(keys: dict[str, object], about: BagFacts, expected: list[str]) -> None:
    assert codes(profile(**keys), about) == expected


def test_every_profile_code_is_provoked_by_a_test() -> None:
    source = Path(__file__).read_text()
    assert [code for code in FINDING_KINDS if code.startswith("B9") and f'"{code}"' not in source] == []


def test_a_payload_is_listed_only_for_a_profile_that_asks() -> None:
    def unasked() -> Iterable[tuple[str, int]]:
        raise AssertionError

    about = BagFacts("folder", "1.0", (NAMED,), ("sha512",), (), False, (), unasked)
    assert check_bag(profile(Payload_Files_Allowed=["*"]), about) == ()


def test_a_fix_list_names_subject_choices_and_remedy_and_puts_errors_first() -> None:
    made = load_profile("aptrust")
    declared = {"bagit.txt": DECLARED}
    plan = BagFacts(
        "folder", "1.0", (), ("sha512",), ("sha512",), False, ("bagit.txt",), lambda: (), other_info=declared
    )
    fixes = check_plan(made, plan)
    assert [(fix.code, fix.subject) for fix in fixes] == [
        ("B931", "folder"),
        ("B901", "BagIt-Profile-Identifier"),
        ("B902", "Title"),
        ("B902", "Access"),
        ("B902", "Storage-Option"),
        ("B911", "md5"),
        ("B951", "aptrust-info.txt"),
    ]
    assert fixes[3].allowed == ("Consortia", "Institution", "Restricted")
    assert fixes[3].path == "aptrust-info.txt"
    assert fixes[3].fix == "Set Access to Consortia, Institution or Restricted."
    assert all(fix.severity is Severity.ERROR for fix in fixes)


def test_aptrust_accepts_tag_files_in_utf_8_only() -> None:
    made = load_profile("aptrust")
    latin = {"bagit.txt": (("BagIt-Version", "1.0"), ("Tag-File-Character-Encoding", "ISO-8859-1"))}
    told = [(one.code, one.path) for one in check_bag(made, facts(other_info=latin))]
    assert ("B904", "bagit.txt") in told
    told = [(one.code, one.path) for one in check_bag(made, facts(other_info={"bagit.txt": DECLARED}))]
    assert ("B904", "bagit.txt") not in told


def test_recommendations_come_after_errors() -> None:
    made = load_profile("btr")
    severities = [fix.severity for fix in check_plan(made, facts())]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.ERROR
    assert severities[-1] is Severity.INFO


def test_a_bag_that_metaarchive_takes() -> None:
    made = load_profile("metaarchive")
    labels = [(rule.label, "given") for rule in made.labels if rule.required]
    about = BagFacts(
        "tar",
        "1.0",
        [*labels, ("BagIt-Profile-Identifier", made.identifier)],
        ("sha512", "sha1"),
        ("sha1", "sha512"),
        False,
        ("bagit.txt", "bag-info.txt", "metadata/files.csv"),
        lambda: (),
    )
    assert codes(made, about) == []
    assert {label for label, _ in labels} == {
        "Source-Organization",
        "Contact-Name",
        "Contact-Phone",
        "Contact-Email",
        "External-Description",
        "Bag-Size",
        "Bagging-Date",
        "Payload-Oxum",
    }


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (("*",), "a/b", True),
        (("meta/*/*",), "meta/a", False),
        (("meta/dir/[0-9]",), "meta/dir/0", True),
        (("data/Live [1999].txt",), "data/Live [1999].txt", True),
        (("data/Live [1999].txt",), "data/Live 1.txt", True),
        (("data/why?",), "data/why?", True),
        (("meta/dir/a/*",), "meta/dir/", True),
        (("meta/dir/*",), "meta/other/", False),
        ((), "a", False),
    ],
)
def test_patterns(patterns: tuple[str, ...], path: str, expected: object) -> None:
    assert (PathRule((path,), patterns).unsupported() == ()) is expected


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4))
def test_a_path_that_is_listed_as_allowed_is_allowed_whatever_is_in_it(paths: list[str]) -> None:
    assert PathRule(tuple(paths), tuple(paths)).unsupported() == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*MINIMAL, "Bag-Info", "Other-Info", "Manifests-Allowed", "Serialization"]), JSON
    )
)
def test_any_json_is_either_a_profile_or_named_flaws(content: dict[str, object]) -> None:
    try:
        made = parse_profile(json.dumps(content).encode(), "test")
    except ProfileError as error:
        told = error.flaws
    else:
        told = (made.identifier,)
        check_bag(made, facts())
    assert all(told)


def written(**keys: object) -> bytes:
    return json.dumps(MINIMAL | {_key(key): value for key, value in keys.items()}).encode()


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b'{"a":\n ' + b"[" * 33, "it is nested too deeply: line 2 column 33"),
        (b'{"a": ' + b"9" * 65 + b"}", "a number has more than 64 digits: line 1 column 7"),
        (b'{"a": -1.5e' + b"9" * 5_000 + b"}", "a number has more than 64 digits: line 1 column 7"),
        (b'["' + b"x" * 10_001 + b'"]', "a text has more than 10,000 characters: line 1 column 2"),
        (b"[" + b"0," * 60_000 + b"0]", "it holds more than 50,000 values: line 1 column 100001"),
        (b"[" + b"[]," * 60_000 + b"0]", "it holds more than 50,000 values"),
        (b'{"' + b"k" * 257 + b'": 1}', "has more than 256 characters"),
        (
            written(Payload_Files_Allowed=[f"*{number}" for number in range(501)]),
            "Payload-Files-Allowed has more than 500 patterns",
        ),
        (
            written(Tag_Files_Allowed=["*" + letter * 4_000 for letter in "abcde"]),
            "more than 16,384 characters of patterns",
        ),
        (
            written(Tag_Files_Allowed=["[" + "a-z" * 3_000 + end for end in ("]", "]*")]),
            "more than 16,384 characters of patterns",
        ),
        (
            written(
                BagIt_Profile_Info=MINIMAL["BagIt-Profile-Info"]
                | {"BagIt-Profile-Version": "1." + "9" * 5_000}
            ),
            "BagIt-Profile-Version '1.99",
        ),
        (
            written(
                BagIt_Profile_Info=MINIMAL["BagIt-Profile-Info"] | {"BagIt-Profile-Version": "1.\u0664.0"}
            ),
            "is none of 1.0 to 1.4",
        ),
    ],
    ids=range(12),
)
def test_what_would_cost_much_is_a_flaw_of_the_profile(content: bytes, flaw: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(content, "test")
    assert flaw in str(caught.value)
    assert len(str(caught.value)) < 1_000


COSTLY = {
    "open text": b'{"a": "' + b'\\"' * 450_000,
    "escapes": b'["' + b'","'.join([b"\\n" * 4_900] * 99) + b'"]',
    "lists": b"[" + b"[]," * 24_990 + b"[]]",
    "objects": written(Bag_Info={f"L{number}": {"x": 1} for number in range(24_000)}),
    "labels": written(Bag_Info={f"L{number}": {} for number in range(24_000)}),
    "unknown keys": written(Bag_Info={"L" * 256: {f"k{number}": 1 for number in range(49_000)}}),
    "names": written(
        Payload_Files_Required=[f"data/{number}/" for number in range(24_000)],
        Payload_Files_Allowed=[f"data/{number}/x" for number in range(24_000)],
    ),
    "algorithms": written(
        Manifests_Required=[f"a{number}" for number in range(24_000)],
        Manifests_Allowed=[f"a{number}" for number in reversed(range(24_000))],
    ),
    "patterns": written(Payload_Files_Allowed=["*a" * 15 + str(number) for number in range(480)]),
    "one pattern": written(Payload_Files_Allowed=["*" + "[a-za-z]" * 1_200, "*" + "[z-za-z]" * 800]),
    "values": written(Bag_Info={"L": {"values": [f"v{number}" for number in range(49_000)]}}),
    "tag files": written(Other_Info=[{f"f{number}": {"L": {"required": True}}} for number in range(10_000)]),
}
CHECK = """
from archiver.bagit.profiles.check import check_plan
from archiver.bagit.profiles.facts import BagFacts
from archiver.bagit.profiles.parse import parse_profile
from archiver.bagit.profiles.profile import ProfileError
try:
    profile = parse_profile(data, "test")
except ProfileError as error:
    assert len(str(error)) < 10_000
else:
    labels = [("L", f"value {number}") for number in range(5_000)]
    payload = lambda: ((f"data/{'a' * 200}/{number}", 1) for number in range(1_000))
    tags = [f"f{number}.txt" for number in range(5_000)]
    facts = BagFacts("folder", "1.0", labels, ("md5",), ("md5",), False, tags, payload)
    told = check_plan(profile, facts)
    assert sum(len(one.message) + len(one.fix) for one in told) < 500_000
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("what", COSTLY)
def test_no_profile_takes_much_memory_or_time(what: str) -> None:
    assert len(COSTLY[what]) <= MAX_BYTES
    assert peak_of_code(CHECK, COSTLY[what]) < 150


def test_of_many_values_that_may_stand_the_first_are_told() -> None:
    values = [f"value {number}" for number in range(1_000)]
    [mismatch] = check_plan(profile(Bag_Info={"L": {"values": values}}), facts(("L", "x" * 5_000)))
    assert mismatch.message.endswith("value 18, value 19 or one of 980 more")
    assert mismatch.allowed == tuple(values)
    assert len(mismatch.message) < 500


@given(
    st.lists(st.text(st.sampled_from("ab/*?["), min_size=1, max_size=5), max_size=5),
    st.lists(st.text(st.sampled_from("ab/"), min_size=1, max_size=5), max_size=4),
)
def test_names_and_patterns_allow_what_each_of_them_does(allowed: list[str], required: list[str]) -> None:
    rule = PathRule(tuple(required), tuple(allowed))
    allows = rule.allowing()
    one_by_one = {path: any(path == one or fnmatchcase(path, one) for one in allowed) for path in required}
    if allows is not None:
        assert {path: allows(path) for path in required} == one_by_one
    assert rule.unsupported() == tuple(
        path
        for path in required
        if not one_by_one[path] and not (path.endswith("/") and any(one.startswith(path) for one in allowed))
    )
