"""What is declared in vain is told, by ``rights check``, ``pack`` and ``pack --dry-run``, and ends them with 3."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.running import Outcome, run_here
from tests.samples import Entry, build_tree, flac, tree_digest

MOMENT = "1767225600"
HEAD = 'version = 1\n[defaults]\nby = "Erika Example"\nrole = "owner"\ndate = 2025-06-01\n'
OPEN = '[[declaration]]\nid = "open"\nbasis = "license"\nrole = "rightsholder"\nlicense = "CC-BY-4.0"\n'
"""A licence for everything, so that a denial that is not heard opens what it should close."""

MUSIC: Mapping[str, Entry] = {
    "Jazz/Secret/a.flac": flac(title="A", album="Late\u00a0Tapes"),
    "Jazz/Secret/Deep/b.flac": flac(title="B", album="Other"),
    "Jazz/c.flac": flac(title="C", album="Café"),
}


def closed(scope: str, more: str = "") -> str:
    return f'[[declaration]]\nid = "closed"\nscope = {{ {scope} }}\nbasis = "unknown"\nacts = {{ publish = "deny" }}\n{more}'


def source_of(folder: Path, declared: str, **more: Entry) -> Path:
    tree = {**MUSIC, "rights.toml": (HEAD + declared).encode(), **more}
    return build_tree(folder / "Music", tree)


def check(source: Path) -> Outcome:
    return run_here("rights", "check", source / "rights.toml", "--source", source, SOURCE_DATE_EPOCH=MOMENT)


def packed(source: Path, *words: str) -> Outcome:
    named = ("--name", "bag", "--policy", "personal", *words)
    return run_here(
        "pack", source, "--all", "--to", source.parent / "store", *named, SOURCE_DATE_EPOCH=MOMENT
    )


def plain(outcome: Outcome) -> str:
    return " ".join(outcome.out.split())


def all_three(source: Path) -> list[Outcome]:
    before = tree_digest(source)
    outcomes = [check(source), packed(source, "--dry-run"), packed(source)]
    assert tree_digest(source) == before
    return outcomes


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ('path = "jazz/secret/"', "But for case and blanks it would take in Jazz/Secret/a.flac"),
        ('path = "jazz/secret"', "But for case and blanks it would take in Jazz/Secret/a.flac"),
        ('path = "Jazz/Secret /"', "But for case and blanks it would take in Jazz/Secret/a.flac"),
        ('path = "Jazz/Sekret/"', "'Jazz/Sekret/' takes in no file"),
        ('path = ["Jazz/Secret/", "Jazz/Sekret/"]', "'Jazz/Sekret/' takes in no file"),
        ('tag = { label = "Nobody" }', "Its scope takes in no file"),
    ],
)
def test_a_denial_that_takes_in_no_file_is_told(tmp_path: Path, scope: str, told: str) -> None:
    for outcome in all_three(source_of(tmp_path, OPEN + closed(scope))):
        assert outcome.code == 3, outcome.out
        assert told in plain(outcome), outcome.out
        assert "closed" in outcome.out


def test_declarations_that_are_heard_are_not_told(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Café")
    declared = OPEN + closed('path = "Jazz/Secret/", album = ["LATE\u00a0TAPES", "Other"]')
    declared += f'[[declaration]]\nid = "nfd"\nscope = {{ album = "{name}" }}\nbasis = "unknown"\nacts = {{ mine = "deny" }}\n'
    for outcome in all_three(source_of(tmp_path, declared)):
        assert outcome.code == 0, outcome.out
        assert "Not heard" not in outcome.out


def test_blanks_in_one_tracks_title_do_not_open_it(tmp_path: Path) -> None:
    more = {"Jazz/Secret/a2.flac": flac(title="A2", album="Late Tapes")}
    source = source_of(tmp_path, OPEN + closed('album = "late tapes"'), **more)
    packed(source, "--policy", "public")
    jazz = tmp_path / "store/bag/data/Jazz"
    assert {path.name for path in jazz.rglob("*.flac")} == {"b.flac", "c.flac"}


def test_a_denial_whose_day_has_passed_is_not_missed(tmp_path: Path) -> None:
    declared = OPEN + closed('path = "Gone/"', "expires = 2025-12-01\n")
    assert {outcome.code for outcome in all_three(source_of(tmp_path, declared))} == {0}


def test_a_path_without_a_slash_that_is_a_folder_means_the_folder(tmp_path: Path) -> None:
    source = source_of(tmp_path, OPEN + closed('path = "Jazz/Secret"'))
    for outcome in all_three(source):
        assert outcome.code == 3
        assert "'Jazz/Secret' is a folder" in plain(outcome)
    matches = run_here("rights", "check", source / "rights.toml", "--source", source, "--json").json
    assert [one["files"] for one in matches["declarations"]] == [4, 2]
    explained = run_here("explain", source / "Jazz/Secret/Deep/b.flac", "--json", SOURCE_DATE_EPOCH=MOMENT)
    assert explained.json["files"][0]["acts"]["publish"]["answer"] == "deny"


def test_a_folder_is_meant_also_below_a_source_among_several(tmp_path: Path) -> None:
    source = source_of(tmp_path, OPEN)
    other = build_tree(tmp_path / "Other", {"x.flac": flac(title="X")})
    rights = tmp_path / "all.toml"
    rights.write_text(HEAD + OPEN + closed('path = "Music/Jazz/Secret"'))
    words = ("--rights", rights, "--policy", "public", "--dry-run", "--to", tmp_path / "store")
    outcome = run_here("pack", source, other, *words, SOURCE_DATE_EPOCH=MOMENT)
    assert outcome.code == 3
    assert "'Music/Jazz/Secret' is a folder" in plain(outcome)
    assert "withheld 2" in outcome.out


def test_a_nested_file_of_declarations_is_told(tmp_path: Path) -> None:
    nested = (HEAD + closed('path = "a.flac"')).encode()
    source = source_of(tmp_path, OPEN, **{"Jazz/Secret/rights.toml": nested})
    for outcome in all_three(source):
        assert outcome.code == 3
        assert "R401" in outcome.out
        assert "Jazz/Secret/rights.toml" in outcome.out
    named = packed(
        source.rename(tmp_path / "Named"), "--rights", str(tmp_path / "Named/rights.toml"), "--name", "b"
    )
    assert (named.code, "R401" in named.out) == (0, False)


def test_a_nested_file_is_told_where_there_is_none_at_the_top(tmp_path: Path) -> None:
    nested = (HEAD + closed('path = "a.flac"')).encode()
    source = build_tree(tmp_path / "Music", {**MUSIC, "Jazz/Secret/rights.toml": nested})
    outcome = packed(source)
    assert outcome.code == 3
    assert "R401" in outcome.out


def test_a_document_that_silences_a_denial_of_its_level_is_told(tmp_path: Path) -> None:
    deed = (
        '[[declaration]]\nid = "deed"\nscope = { path = "Jazz/Secret/" }\nbasis = "donor"\nrole = "donor"\n'
        'acts = { preserve = "allow", publish = "allow" }\ndocument = "deed.txt"\n'
    )
    source = source_of(tmp_path, deed + closed('path = "Jazz/Secret/"'), **{"deed.txt": b"A deed of gift."})
    for outcome in all_three(source):
        assert outcome.code == 3
        assert "It denies 'publish', yet deed allows it with a document for 2 files" in plain(outcome)


@pytest.mark.parametrize("name", ["Your Name", "your  name", "Name of the rightsholder"])
def test_a_name_that_nobody_filled_in_is_told(tmp_path: Path, name: str) -> None:
    source = source_of(tmp_path, OPEN + f'by = "{name}"\n')
    for outcome in all_three(source):
        assert outcome.code == 3
        assert "nobody's name" in plain(outcome)


def test_the_level_of_a_file_on_a_scope_without_a_path_is_told(tmp_path: Path) -> None:
    source = source_of(tmp_path, closed('album = "*", level = "file"'))
    for outcome in all_three(source):
        assert outcome.code == 3
        assert "It speaks as if of one file, and takes in 3 files" in plain(outcome)


LETTER = '[[declaration]]\nid = "letter"\nbasis = "license"\nrole = "rightsholder"\nlicense = "CC-BY-4.0"\n'


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("gone.pdf", "is not there"),
        ("empty.pdf", "is empty"),
        ("rights.toml", "is the file of declarations itself"),
        ("Jazz/c.flac", "is audio"),
        ("song.pdf", "is audio"),
    ],
)
def test_a_document_that_is_none_is_told_before_packing(tmp_path: Path, document: str, told: str) -> None:
    more: dict[str, Entry] = {"empty.pdf": b"", "song.pdf": flac(title="Not a deed")}
    source = source_of(tmp_path, LETTER + f'document = "{document}"\n', **more)
    before = tree_digest(source)
    checked = check(source)
    assert checked.code == 3
    assert told in plain(checked)
    refused = packed(source)
    assert refused.code == 2
    assert told in " ".join(refused.err.split())
    explained = run_here("explain", source / "Jazz/c.flac", SOURCE_DATE_EPOCH=MOMENT)
    assert told in plain(explained)
    assert tree_digest(source) == before


def test_what_is_told_stands_in_json(tmp_path: Path) -> None:
    source = source_of(tmp_path, OPEN + closed('path = "jazz/secret/"'))
    checked = run_here("rights", "check", source / "rights.toml", "--source", source, "--json")
    [silence] = checked.json["silences"]
    assert (checked.code, silence["declaration"], silence["line"]) == (3, "closed", 11)
    report = packed(source, "--dry-run", "--json")
    assert report.code == 3
    assert len(report.json["silences"]) == 1


def test_an_address_in_any_word_of_a_declaration_is_told(tmp_path: Path) -> None:
    source = source_of(tmp_path, OPEN.replace('"open"', '"open erika@example.org"'))
    checked = check(source)
    assert "'id' holds personal data" in plain(checked)
