from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.tags.table import FIELDS
from archiver.errors import ConfigError
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
from archiver.model.terms import Layer, Span, TermFacts
from archiver.rights.declaring import read as declarations
from archiver.rights.declaring.fields import TAG_NAMES
from archiver.rights.declaring.read import DeclarationFile, parse_declarations
from archiver.rights.terms.spans import year_span
from archiver.toml.document import TomlFileError

HEAD = 'version = 1\n[defaults]\nby = "Example Person"\nrole = "owner"\ndate = 2026-11-22\n'

FULL = """\
version = 1

[defaults]
by = "Example Library"
role = "custodian"
date = 2026-11-22

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

[[declaration]]
basis = "statute"
jurisdiction = "GB"
citation = "CDPA 1988 s. 42"
acts = { preserve = "allow" }

[[declaration]]
basis = "license"
license = "CC-BY-4.0"
"""


def parse(text: str) -> DeclarationFile:
    return parse_declarations(text.encode(), "rights.toml")


def one(fields: str) -> Declaration:
    [declaration] = parse(f"{HEAD}[[declaration]]\n{fields}\n").declarations
    return declaration


def faults(text: str) -> list[str]:
    with pytest.raises(TomlFileError) as caught:
        parse(text)
    return [str(fault) for fault in caught.value.faults]


def faults_of_one(fields: str) -> list[str]:
    """Faults of a declaration whose first line is line 7."""
    return faults(f"{HEAD}[[declaration]]\n{fields}\n")


def test_everything_that_can_be_declared() -> None:
    file = parse(FULL)
    first, second, third, fourth, fifth = file.declarations
    assert first == Declaration(
        id="smith-deed",
        scope=Scope(
            ("Smith/", "Extra/*.wav"), ("Songs*",), (("label", ("Example", "Other")),), Level.COLLECTION
        ),
        basis=Basis.DONOR,
        by="Jo Smith",
        role=DeclarantRole.DONOR,
        date=date(2025, 5, 1),
        acts=((Act.PRESERVE, Answer.ALLOW), (Act.TRANSFER, Answer.ALLOW), (Act.PUBLISH, Answer.DENY)),
        document="documents/deed.pdf",
        expires=date(2036, 1, 1),
        note="Box 7.",
        machine_use=((MachineUse.SEARCH, Answer.ALLOW), (MachineUse.GENERATIVE_TRAINING, Answer.DENY)),
    )
    assert (second.id, second.by, second.role) == (
        "declaration-2",
        "Example Library",
        DeclarantRole.CUSTODIAN,
    )
    assert (second.level, second.carrier_held) == (Level.FILE, CarrierHeld.TRANSFERRED)
    assert third.scope == Scope()
    assert third.jurisdiction == ("EU", "US")
    assert third.layers == (Layer.RECORDING, Layer.WORK)
    assert third.facts == TermFacts(
        fixed=year_span(1921),
        published=Span(date(1921, 1, 1), date(1923, 12, 31)),
        work_published=Span(None, date(1900, 12, 31)),
        composer_died=Span(date(1931, 5, 1), date(1931, 5, 1)),
        lyricist_died=Span(never=True),
    )
    assert fourth.citation == "CDPA 1988 s. 42"
    assert fifth.license == "CC-BY-4.0"
    assert file.lines == (8, 21, 26, 38, 44)
    assert file.remarks == ()


def test_an_empty_file_declares_nothing() -> None:
    assert parse("version = 1\n").declarations == ()


def test_a_prefix_keeps_files_of_one_run_apart() -> None:
    file = parse_declarations(
        f'{HEAD}[[declaration]]\nbasis = "purchase"\nacts = {{ publish = "allow" }}\n'.encode(), "x", "jazz:"
    )
    assert file.declarations[0].id == "jazz:declaration-1"
    assert file.remarks[0].declaration == "jazz:declaration-1"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('basis = "licence"', ["line 7, column 9: basis cannot be 'licence'. Did you mean 'license'?"]),
        ("basis = 5", ["line 7, column 9: basis cannot be a number. It is one of: license, purchase,"]),
        ("", ["line 6, column 1: There is no basis. Write basis = one of: license,"]),
        (
            'bassis = "own"',
            [
                "line 6, column 1: There is no basis.",
                "line 7, column 1: There is no key 'bassis' here. Did you mean 'basis'?",
            ],
        ),
        (
            'basis = "own"\nrole = "onwer"',
            ["line 8, column 8: role cannot be 'onwer'. Did you mean 'owner'?"],
        ),
        (
            'basis = "own"\nacts = { publsh = "allow" }',
            ["line 8, column 10: There is no key 'publsh' here. Did you mean 'publish'?"],
        ),
        (
            'basis = "own"\nacts = { publish = "yes" }',
            ["line 8, column 20: publish cannot be 'yes'. It is one of: allow, deny, unknown."],
        ),
        ('basis = "own"\nacts = { publish = true }', ["line 8, column 20: publish cannot be true or false."]),
        (
            'basis = "own"\nacts = ["publish"]',
            ["line 8, column 8: acts must be a table, not a list. Write [acts]."],
        ),
        (
            'basis = "own"\nai = { training = "deny" }',
            ["line 8, column 8: There is no key 'training' here. Did you mean 'other_training'?"],
        ),
        (
            'basis = "own"\ndate = "2026-01-01"',
            ["line 8, column 8: date must be a day. Write it as 2026-11-22, without"],
        ),
        ('basis = "own"\ndate = 2026-01-01T00:00:00', ["line 8, column 8: date must be a day."]),
        ('basis = "own"\nby = " "', ["line 8, column 6: by is empty."]),
        ('basis = "own"\nby = 7', ["line 8, column 6: by must be text, not a number."]),
        (
            'basis = "own"\njurisdiction = "UK"',
            ["line 8, column 16: 'UK' is no country code. Did you mean 'GB'?"],
        ),
        (
            'basis = "own"\njurisdiction = ["US", "usa"]',
            ["line 8, column 23: 'usa' is no country code. Did you mean 'US'?"],
        ),
        (
            'basis = "own"\njurisdiction = "us"',
            ["line 8, column 16: 'us' is no country code. Did you mean 'US'?"],
        ),
        ('basis = "own"\nexpires = 2020-01-01', ["line 8, column 11: It ends before it was declared."]),
        ('basis = "own"\nscope = { path = "/home/x" }', ["line 8, column 18: '/home/x' begins at the root."]),
        (
            'basis = "own"\nscope = { path = ["a", "b/../c"] }',
            ["line 8, column 24: 'b/../c' holds '.', '..' or an empty part."],
        ),
        (
            "basis = \"own\"\nscope = { path = 'C:\\Music' }",
            ["line 8, column 18: 'C:\\\\Music' is no path as it is written here. Separate"],
        ),
        ('basis = "own"\nscope = { path = [] }', ["line 8, column 18: path is an empty list."]),
        (
            'basis = "own"\nscope = { paths = "a" }',
            ["line 8, column 11: There is no key 'paths' here. Did you mean 'path'?"],
        ),
        ('basis = "own"\nscope = "a/"', ["line 8, column 9: scope must be a table, not text."]),
        (
            'basis = "own"\nscope = { tag = { Label = "x" } }',
            ["line 8, column 19: There is no tag 'Label'. Did you mean 'label'?"],
        ),
        ('basis = "own"\nscope = { tag = {} }', ["line 8, column 17: tag is an empty table."]),
        (
            'basis = "own"\nscope = { level = "disc" }',
            ["line 8, column 19: level cannot be 'disc'. It is one of: file, album, collection."],
        ),
        (
            'basis = "own"\ndocument = "../deed.pdf"',
            ["line 8, column 12: '../deed.pdf' holds '.', '..' or an empty part."],
        ),
        ('basis = "own"\ndocument = "deeds/"', ["line 8, column 12: 'deeds/' is a folder. Name one file."]),
        (
            'basis = "own"\nfacts = { fixed = "about 1920" }',
            ["line 8, column 19: fixed is no date that can be counted from. Write a year"],
        ),
        (
            'basis = "own"\nfacts = { fixed = "never" }',
            ["line 8, column 19: fixed is no date that can be counted from."],
        ),
        (
            'basis = "own"\nfacts = { fixed = "1930..1920" }',
            ["line 8, column 19: fixed is no date that can be counted from."],
        ),
        (
            'basis = "own"\nfacts = { fixed = ".." }',
            ["line 8, column 19: fixed is no date that can be counted from."],
        ),
        (
            'basis = "own"\nfacts = { fixed = 19 }',
            ["line 8, column 19: fixed is no date that can be counted from."],
        ),
        (
            'basis = "own"\nfacts = { fixed = 1950, published = 1940 }',
            ["line 8, column 37: It was published before it was recorded."],
        ),
        (
            'basis = "own"\nfacts = { recorded = 1950 }',
            ["line 8, column 11: There is no key 'recorded' here."],
        ),
        # what a basis asks for
        ('basis = "carrier"', ["line 7, column 9: The basis 'carrier' needs carrier_held."]),
        ('basis = "donor"', ["line 7, column 9: The basis 'donor' needs acts."]),
        (
            'basis = "statute"',
            [
                f"line 7, column 9: The basis 'statute' needs {field}."
                for field in ("acts", "citation", "jurisdiction")
            ],
        ),
        (
            'basis = "expired"',
            [f"line 7, column 9: The basis 'expired' needs {field}." for field in ("jurisdiction", "layers")],
        ),
        (
            'basis = "license"',
            ["line 7, column 9: The basis 'license' needs a licence that is known by name, or acts."],
        ),
        (
            'basis = "license"\nlicense = "a letter"',
            ["line 7, column 9: The basis 'license' needs a licence"],
        ),
        (
            'basis = "own"\ncarrier_held = "yes"',
            ["line 8, column 1: carrier_held means nothing for the basis 'own'. It belongs to"],
        ),
        (
            'basis = "own"\nlicense = "CC-BY-4.0"',
            ["line 8, column 1: license means nothing for the basis 'own'."],
        ),
        (
            'basis = "own"\nrole = "custodian"',
            ["line 8, column 8: A custodian cannot declare a recording its own."],
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(fields: str, expected: list[str]) -> None:
    found = faults_of_one(fields)
    assert len(found) == len(expected)
    for fault, beginning in zip(found, expected, strict=True):
        assert fault.startswith(beginning)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1, column 1: It does not say which form it has. Begin it with version = 1."),
        ("version = 2\n", "line 1, column 11: This program reads version 1 only. Write version = 1."),
        ("version = true\n", "line 1, column 11: This program reads version 1 only. Write version = 1."),
        ("version = 1\nrights = 1\n", "line 2, column 1: There is no key 'rights' here."),
        ("version = 1\ndeclaration = 1\n", "line 2, column 15: Declarations are a list of tables."),
        ("version = 1\n[declaration]\n", "line 2, column 1: Declarations are a list of tables."),
        ("version = 1\n[defaults]\nbasis = 1\n", "line 3, column 1: There is no key 'basis' here."),
        (
            f'{HEAD}[[declaration]]\nid = "x"\nbasis = "own"\n[[declaration]]\nid = "x"\nbasis = "own"\n',
            "line 10, column 6: There is another declaration 'x'.",
        ),
    ],
)
def test_what_is_wrong_with_the_whole(text: str, expected: str) -> None:
    [fault] = faults(text)
    assert fault.startswith(expected)


def test_who_declares_is_asked_for_once_per_field() -> None:
    found = faults('version = 1\n[[declaration]]\nbasis = "own"\n')
    assert [re.sub("Write.*", "", fault) for fault in found] == [
        "line 2, column 1: There is no by. ",
        "line 2, column 1: There is no date. ",
        "line 2, column 1: There is no role. ",
    ]


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = f'{HEAD}[[declaration]]\nbasis = "carrier"\n[[declaration]]\nbasis = "licence"\nexpires = "x"\n'
    assert [fault.split(":")[0] for fault in faults(text)] == [
        "line 7, column 9",
        "line 9, column 9",
        "line 10, column 11",
    ]


def test_the_error_is_one_of_usage_and_names_the_file() -> None:
    with pytest.raises(ConfigError, match=r"^rights\.toml, line 1, column 1: ") as caught:
        parse("")
    assert caught.value.hint == "Correct rights.toml; nothing was written."


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            'basis = "purchase"\nacts = { publish = "allow" }',
            "The basis 'purchase' cannot carry 'publish'; it stays unknown.",
        ),
        (
            'basis = "purchase"\nacts = { transfer = "allow" }',
            "'transfer' stays unknown: in the role 'owner' it takes a document whose terms allow handing it on.",
        ),
        (
            'basis = "unknown"\nacts = { preserve = "allow" }',
            "The basis 'unknown' cannot carry 'preserve'; it stays unknown.",
        ),
        (
            'basis = "statute"\njurisdiction = "GB"\ncitation = "x"\nacts = { mine = "allow" }\nai = { search = "allow" }',
            "In the role 'owner' on the basis 'statute' search can be denied, and allowed only with a document.",
        ),
        (
            'basis = "purchase"\ndocument = "receipt.pdf"\nai = { search = "allow" }',
            "The basis 'purchase' cannot carry 'search'; it stays unknown.",
        ),
        (
            'basis = "own"\njurisdiction = "ZZ"\nfacts = { fixed = 1900 }',
            "No term of protection was checked for: ZZ.",
        ),
    ],
)
def test_what_has_no_effect_is_remarked_on(fields: str, text: str) -> None:
    [remark] = parse(f"{HEAD}[[declaration]]\n{fields}\n").remarks
    assert remark.text == text
    assert remark.line >= 8


@pytest.mark.parametrize(
    "fields",
    [
        'basis = "purchase"\nacts = { transfer = "allow" }\ndocument = "terms.pdf"',
        'basis = "own"\nrole = "rightsholder"\nai = { search = "allow" }',
        'basis = "unknown"\nacts = { publish = "deny" }',
        'basis = "license"\nacts = { publish = "allow" }\nrole = "rightsholder"',
    ],
)
def test_what_has_effect_is_not(fields: str) -> None:
    assert parse(f"{HEAD}[[declaration]]\n{fields}\n").remarks == ()


def test_tags_are_those_that_are_read_from_files() -> None:
    assert set(TAG_NAMES) <= set(FIELDS)


words = st.sampled_from(
    [
        "version = 1",
        "[defaults]",
        "[[declaration]]",
        "basis = 'own'",
        "by = 'x'",
        "role = 'owner'",
        "date = 2026-01-01",
        "acts = {publish='deny'}",
        "scope = {path='a/'}",
        "scope.album = 'x'",
        "[declaration.facts]",
        "fixed = 1900",
        "x = 1",
        "expires = 2027-01-01",
        "basis = 'expired'",
        "layers = 'work'",
        "jurisdiction = 'US'",
        "id = 'a'",
        "declaration = []",
    ]
)


@given(st.lists(words, max_size=10))
def test_any_arrangement_is_read_or_told_with_places_inside_the_file(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        file = parse(text)
    except TomlFileError as error:
        places = [(fault.line, fault.column) for fault in error.faults]
    else:
        places = [(line, 1) for line in file.lines]
        assert len(file.lines) == len(file.declarations)
    for line, column in places:
        assert 1 <= line <= max(1, len(lines))
        assert 1 <= column <= len((lines or [""])[line - 1]) + 1


def test_personal_data_in_a_declaration_s_own_words_is_told() -> None:
    told = parse(
        f'{HEAD}[[declaration]]\nbasis = "own"\nnote = "ask jane.doe@example.org, /home/janedoe/deed"\n'
    ).remarks
    assert [remark.line for remark in told] == [remark.line for remark in told if remark.line > 0]
    assert ["e-mail address" in remark.text or "path" in remark.text for remark in told] == [True, True]
    assert not any("jane" in remark.text for remark in told)
    assert parse(f'{HEAD}[[declaration]]\nbasis = "own"\nnote = "as the deed asks"\n').remarks == ()


ONE = 'version = 1\n[[declaration]]\nbasis = "own"\nby = "E"\nrole = "owner"\ndate = 2020-01-01\n'


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        (f'id = "{"x" * 201}"', (7, 6), "id has more than 200 characters."),
        (f'note = "{"x" * 10_001}"', (7, 8), "note has more than 10,000 characters."),
        (f'scope = {{ path = ["a/", "{"x" * 10_001}"] }}', (7, 25), "has more than 10,000 characters."),
        (f'scope = {{ path = ["a/", "{"*a" * 33}"] }}', (7, 25), "has more than 32 stars."),
        (
            f'scope = {{ path = "{"/a" * 64}*" }}'.replace('"/', '"x/'),
            (7, 18),
            "has more than 64 parts and a star.",
        ),
        (f'scope = {{ album = ["{"*a" * 33}"] }}', (7, 20), "has more than 32 stars."),
        (
            f'scope = {{ tag = {{ label = "{"x" * 1024}*" }} }}',
            (7, 27),
            "more than 1,024 characters and a star.",
        ),
    ],
    ids=range(7),
)
def test_what_no_person_writes_is_told_with_its_place(line: str, place: tuple[int, int], said: str) -> None:
    with pytest.raises(TomlFileError) as caught:
        parse_declarations((ONE + line).encode(), "rights.toml")
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == place
    assert said in fault.message
    assert len(fault.message) < 400


def test_very_many_patterns_are_refused_at_the_one_that_is_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "MOST_PATTERNS", 4)
    one = ONE.partition("\n")[2] + 'scope = { path = ["*.a", "b/"], tag = { label = "c*" } }\n'
    assert len(parse_declarations(("version = 1\n" + one * 2).encode(), "rights.toml").declarations) == 2
    with pytest.raises(
        TomlFileError, match=r"line 19, column 9: There are more than 4 patterns with a star\."
    ):
        parse_declarations(("version = 1\n" + one * 4).encode(), "rights.toml")


def test_a_default_that_is_wrong_is_told_once() -> None:
    text = (
        "version = 1\n[defaults]\nrole = 'x'\n" + ONE.partition("\n")[2].replace('role = "owner"\n', "") * 5
    )
    with pytest.raises(TomlFileError) as caught:
        parse_declarations(text.encode(), "rights.toml")
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (3, 8)


def test_a_year_in_quotation_marks_is_a_year() -> None:
    declaration = one('basis = "unknown"\nfacts = { fixed = "1921", published = " 1923 " }')
    assert declaration.facts == TermFacts(fixed=year_span(1921), published=year_span(1923))


@pytest.mark.parametrize("year", ["0921", "19", "19210", "\uff11\uff19\uff12\uff11"])
def test_what_is_no_year_is_none_in_quotation_marks_either(year: str) -> None:
    assert faults_of_one(f'basis = "unknown"\nfacts = {{ fixed = "{year}" }}')


@pytest.mark.parametrize("place", ["DE", "IT", "GR"])
def test_a_member_of_the_union_is_a_place_that_terms_were_checked_for(place: str) -> None:
    declaration = f'basis = "unknown"\njurisdiction = "{place}"\nfacts = {{ fixed = 1921 }}'
    text = HEAD + "[[declaration]]\n" + declaration
    assert not [remark for remark in parse(text).remarks if "No term" in remark.text]
