"""From a template to declarations to a package; and what a wrong file of declarations is answered with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.end_to_end.bags import read_package
from tests.end_to_end.declaring import uncommented
from tests.running import run_here
from tests.samples import Entry, build_tree, flac, m4a, mp3, tree_digest
from tests.samples.mp4 import aac_config, audio_entry, box, full_box, text_atom
from tests.samples.sidecars import DiscTrack, eac_log

MOMENT = "1767225600"
TEMPLATE_OPENING = "# What may be done with the files of collection, declared by a person."


@pytest.fixture(scope="module")
def template(collection: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "rights.toml"
    outcome = run_here("rights", "template", collection, "-o", path, SOURCE_DATE_EPOCH=MOMENT)
    assert outcome.code == 0, outcome.err
    assert f"archiver rights check {path} --source {collection}" in outcome.out.replace("\n  ", " ")
    return path


def test_a_template_declares_nothing_until_it_is_edited(template: Path, collection: Path) -> None:
    text = template.read_text("utf-8")
    assert text.startswith(TEMPLATE_OPENING)
    assert max(map(len, text.splitlines())) <= 80
    checked = run_here("rights", "check", template, "--source", collection, "--json")
    assert checked.code == 0, checked.err
    assert (checked.json["declarations"], checked.json["undeclared"]) == ([], 47)


def test_a_template_uncommented_is_checked_and_packs(
    template: Path, collection: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rights.toml"
    path.write_text(uncommented(template.read_text("utf-8")).replace("Your Name", "E. Example"), "utf-8")
    checked = run_here("rights", "check", path, "--source", collection, "--json")
    assert checked.code == 0, checked.err
    assert [one["files"] for one in checked.json["declarations"]] == [2, 2, 1, 16, 24, 1]
    assert checked.json["undeclared_examples"] == [
        "Bought/Locked Away/01 Locked Away.m4p",  # protected: no declaration is suggested
    ]
    assert checked.json["remarks"] == []
    packed = run_here(
        "pack",
        collection,
        "--to",
        tmp_path / "store",
        "--name",
        "bag",
        "--rights",
        path,
        SOURCE_DATE_EPOCH=MOMENT,
    )
    assert packed.code == 0, packed.err
    package = read_package(tmp_path / "store" / "bag", packed)
    bases = {row["path"]: row["basis"] for row in package.rights["files"]}
    assert bases["data/Bought/Bought Once/01 Bought Once.m4a"] == "purchase"
    assert bases["data/Open Sounds Ensemble/Commons Tune/01 Share.ogg"] == "license"
    assert bases["data/Example Artist/Two Evenings/Disc 2/02 Last Encore.flac"] == "carrier"
    assert {one["by"] for one in package.rights["declarations"]} == {"E. Example"}
    assert run_here("verify", package.bag).code == 0


def thousand_albums() -> dict[str, Entry]:
    """A collection of a thousand albums of one track: discs with logs, a store's files, Bandcamp, licences, the rest."""
    log = eac_log([DiscTrack("One", "01 One.flac", 10_000)], album="x")
    bought = m4a(title="One", atoms=[text_atom("apID", "buyer@example.org"), text_atom("ownr", "E. Example")])
    kinds: dict[str, dict[str, Entry]] = {
        "Discs": {"01 One.flac": flac(title="One"), "rip.log": log},
        "Store": {"01 One.m4a": bought},
        "Camp": {"01 One.flac": flac(title="One", comment="Visit https://example.bandcamp.com")},
        "Free": {
            "01 One.flac": flac({"LICENSE": "https://creativecommons.org/licenses/by/4.0/"}, title="One")
        },
        "Rest": {"01 One.mp3": mp3(title="One")},
    }
    return {
        f"{kind}/Artist {number % 40:02}/Album {number:03}/{name}": data
        for kind, files in kinds.items()
        for number in range(200)
        for name, data in files.items()
    }


def test_a_thousand_albums_are_declared_in_a_few_declarations(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", thousand_albums())
    before = tree_digest(source)
    outcome = run_here("rights", "template", source, "-o", tmp_path / "rights.toml")
    assert outcome.code == 0, outcome.err
    text = (tmp_path / "rights.toml").read_text("utf-8")
    assert text.count("[[declaration]]") == 5
    assert len(text.splitlines()) < 60
    for words in (
        "200 files in 200 albums with signs of delivery by a store: comment by Bandcamp",
        "200 files in 200 albums with signs of delivery by a store: account at a store",
        "200 files in 200 albums with a licence claimed in the tags: CC-BY-4.0",
        "200 files in 200 albums, and 200 files without audio beside them, with signs of a copy from a disc: log of",
        "200 files in 200 albums in which no sign of their origin was found",
    ):
        assert words in text.replace("\n# ", " "), words
    (tmp_path / "rights.toml").write_text(uncommented(text), "utf-8")
    checked = run_here("rights", "check", tmp_path / "rights.toml", "--source", source, "--json").json
    assert (checked["files"], checked["undeclared"]) == (1200, 0)
    assert sorted(one["files"] for one in checked["declarations"]) == [200, 200, 200, 200, 400]
    assert tree_digest(source) == before


ODD_NAMES = (
    *("[brackets] {x}", "star * question?", 'quote " back\\slash', "line\nbreak", "\x1b[31mescape", "# hash"),
    *(
        "end space ",
        "tab\tname",
        "100%",
        "Ünï",
        "'''",
        "-dash",
        "~home",
        "a, {b,c}",
        "\u202ertl",
        "del\x7f",
        "C:",
    ),
)


def test_any_name_is_declared_by_a_template(tmp_path: Path) -> None:
    """Names hold what TOML, patterns and terminals take for their own; one file of each is protected."""
    scheme = box("sinf", box("frma", b"mp4a"), full_box("schm", b"itun", bytes(4)))
    locked = m4a(entry=audio_entry("drms", aac_config(), scheme), samples=[b""])
    tree: dict[str, Entry] = {}
    for name in ODD_NAMES:
        tree |= {f"{name}/{name}.flac": flac(title="x"), f"Locked {name}/x.m4p": locked}
        tree |= {f"Mixed/{name}.flac": flac(title="y"), f"Mixed/{name}.m4p": locked}
    source = build_tree(tmp_path / "Music", tree)
    outcome = run_here("rights", "template", source)
    assert outcome.code == 0, outcome.err
    assert "\x1b" not in outcome.out
    assert (
        f"# {2 * len(ODD_NAMES)} files in {len(ODD_NAMES) + 1} albums protected by Apple FairPlay"
        in outcome.out
    )
    path = tmp_path / "rights.toml"
    for text, undeclared in (
        (outcome.out, 4),
        (uncommented(outcome.out).replace("Your Name", "E. Example"), 2),
    ):
        path.write_text(text, "utf-8")
        checked = run_here("rights", "check", path, "--source", source, "--json")
        assert checked.code == 0, checked.err
        assert (checked.json["files"], checked.json["undeclared"]) == (
            4 * len(ODD_NAMES),
            undeclared * len(ODD_NAMES),
        )


FULL = 'scope = { path = "**" }\nbasis = "own"\nby = "E. Example"\nrole = "owner"\ndate = 2020-01-01\n'
WRONG = """\
version = 1
[defaults]
by = "Erika Example"
role = "onwer"
date = 2024-03-01

[[declaration]]
scope = { path = "**" }
bassis = "own"
acts = { pubish = "allow", access = "yes" }
"""
EXPECTED = (
    (4, 8, '"owner"'),
    (9, 1, "'basis'"),
    (10, 10, "'publish'"),
    (10, 37, '"allow"'),
)
"""Line, column and the word that was probably meant."""


def assert_told(text: str, path: Path) -> None:
    told = " ".join(text.split())
    for line, column, word in EXPECTED:
        match = re.search(rf"line {line}, column {column}: (.*?)(?=, line \d|$)", told)
        assert match, (line, column, told)
        assert word.strip("\"'") in match[1], (word, match[1])
    assert str(path) in told
    assert "Traceback" not in told


def test_a_wrong_file_is_answered_with_line_column_and_the_nearest_word(
    collection: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rights.toml"
    path.write_text(WRONG)
    track = collection / "Demo Trio/Packed Light/01 Small Suitcase.wv"
    for words in (
        ("rights", "check", path, "--source", collection),
        ("pack", collection, "--all", "--to", tmp_path / "store", "--rights", path),
        ("pack", collection, "--all", "--to", tmp_path / "store", "--rights", path, "--dry-run"),
        ("explain", track, "--source", collection, "--rights", path),
    ):
        outcome = run_here(*words)
        assert outcome.code == 2, words
        assert outcome.out == ""
        assert_told(outcome.err, path)
    assert not (tmp_path / "store").exists(), "nothing is begun before the declarations are understood"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("version = 1\n[[declaration]\n", "line 2"),
        ("version = 1\nx = \xff\n", "line 2"),
        ("version = 2\n", "line 1, column 11"),
        ("", ""),
        (
            f'version = 1\n[[declaration]]\nid = "a"\n{FULL}[[declaration]]\nid = "a"\n{FULL}',
            "line 10, column 6",
        ),
    ],
)
def test_a_file_that_is_no_toml_or_no_declaration_is_placed_too(
    collection: Path, tmp_path: Path, text: str, place: str
) -> None:
    path = tmp_path / "rights.toml"
    path.write_bytes(text.encode("latin-1"))
    outcome = run_here("rights", "check", path, "--source", collection)
    assert outcome.code == 2
    assert place in " ".join(outcome.err.split())
    assert str(path) in outcome.err


def test_a_wrong_policy_file_is_answered_alike(collection: Path, tmp_path: Path) -> None:
    policy = tmp_path / "mine.toml"
    policy.write_text('name = "mine"\ntitle = "x"\nneeds = ["preserv"]\nprotected = "exclud"\n')
    outcome = run_here("pack", collection, "--all", "--to", tmp_path / "store", "--policy", policy)
    told = " ".join(outcome.err.split())
    assert outcome.code == 2
    assert re.search(r"line 3, column 1\d: .*preserve", told), told
    assert re.search(r"line 4, column 13: .*exclude", told), told
    nowhere = run_here("pack", collection, "--all", "--to", tmp_path / "store", "--policy", "personl")
    assert nowhere.code == 2
    assert "there is no policy 'personl'" in nowhere.told
    assert "personal, donation, public" in nowhere.told


def test_a_template_overwrites_nothing(collection: Path, tmp_path: Path) -> None:
    path = tmp_path / "rights.toml"
    path.write_text("mine")
    outcome = run_here("rights", "template", collection, "-o", path)
    assert outcome.code == 2
    assert "is there already and is not overwritten" in " ".join(outcome.err.split())
    assert path.read_text() == "mine"
    outcome = run_here("rights", "template", collection, "-o", tmp_path / "no" / "folder.toml")
    assert outcome.code == 2
    assert "there is no folder" in " ".join(outcome.err.split())


@pytest.mark.parametrize("command", ["template", "check"])
def test_a_source_that_is_no_folder_is_refused(collection: Path, declared: Path, command: str) -> None:
    track = collection / "Demo Trio/Packed Light/01 Small Suitcase.wv"
    words = (declared, "--source", track) if command == "check" else (track,)
    outcome = run_here("rights", command, *words)
    assert outcome.code == 2
    assert "is a file" in outcome.told


def test_check_says_what_matches_and_what_nothing_matches(collection: Path, declared: Path) -> None:
    listed = run_here("rights", "check", declared, "--source", collection, "--json")
    value = listed.json
    assert list(value) == [
        *("schema", "files", "undeclared", "undeclared_examples", "declarations", "remarks"),
        *("silences", "nested"),
    ]
    assert value["schema"] == "archiver.rights-check/1"
    keys = {"declaration", "line", "files", "examples"}
    assert all(one.keys() == keys for one in value["declarations"])
    assert {one["declaration"]: one["files"] for one in value["declarations"]} == {
        "discs": 16,
        "bought-once": 1,
        "band-sale": 2,
        "rehearsal": 2,
        "commons-tune": 2,
        "hall-deed": 3,
    }


def test_check_points_at_a_declaration_that_matches_nothing(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rights.toml"
    path.write_text(
        declared.read_text("utf-8")
        + '[[declaration]]\nid = "typo"\nscope = { path = "Demo Tri0/**" }\nbasis = "own"\n'
        'by = "E. Example"\nrole = "owner"\ndate = 2020-01-01\n'
    )
    outcome = run_here("rights", "check", path, "--source", collection)
    assert "typo (line 69): 0 files\n    Nothing in the source fits its scope.\n" in outcome.out
    assert "discs (line 16): 16 files\n" in outcome.out
    assert "Declared by nobody: 21 of 47 files\n" in outcome.out


def test_every_declaration_that_explain_suggests_can_be_written_and_matches(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music",
        {f"{name}/{number}.flac": flac(title="x") for number, name in enumerate(ODD_NAMES)}
        | {"tagged.flac": flac(title="x", album='An "odd" \\ album [2009]')},
    )
    files = sorted(path for path in source.rglob("*.flac"))
    explained = run_here("explain", *files, "--source", source, "--json").json["files"]
    (source / "documents").mkdir()
    (source / "documents" / "your-document.pdf").write_bytes(b"%PDF-")
    head = 'version = 1\n[defaults]\nby = "E. Example"\nrole = "owner"\ndate = 2020-01-01\n'
    suggested = [
        (one["source_path"], each["toml"]) for one in explained for each in one["suggestions"] if each["toml"]
    ]
    assert len(suggested) == 2 * len(files)
    rights = source / "rights.toml"
    lines = "".join(toml for _, toml in suggested)
    assert head.count("by =") + lines.count("by =") == 1 + len(suggested)
    rights.write_text(head + re.sub('"Name of the [a-z]+"', '"E. Example"', lines), "utf-8")
    checked = run_here("rights", "check", rights, "--source", source, "--json")
    assert checked.code == 0, checked.err
    missed = [
        path
        for (path, _), one in zip(suggested, checked.json["declarations"], strict=True)
        if path not in one["examples"]
    ]
    assert missed == []
