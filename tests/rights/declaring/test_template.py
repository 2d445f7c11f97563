from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.audio import ExaminedFile, Role
from archiver.model.evidence import Evidence, unseen
from archiver.model.rights import Basis
from archiver.rights.deciding.scope import ScopeIndex
from archiver.rights.declaring.grouping import BESIDE, UNNAMED, Sign, group, sign_of
from archiver.rights.declaring.read import parse_declarations
from archiver.rights.declaring.template import template
from archiver.rights.globs import path_pattern
from archiver.rights.meanings import Meaning
from tests.rights.builders import FAIRPLAY, TODAY, examined, seen

BANDCAMP = seen("bandcamp-comment", "Visit https://example.bandcamp.com")
RIPPED = seen("cd-toc")
LICENSED = seen("licence-claim", "CC-BY-SA-3.0")
STREAMED = seen("stream-hint")


def uncommented(text: str) -> bytes:
    """What a person gets who takes away every '#' that no blank follows, and fills in who they are."""
    lines = [
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.splitlines()
    ]
    return "\n".join(lines).encode()


def collection() -> list[ExaminedFile]:
    return [
        *(examined(f"Band/One/{n}.flac", BANDCAMP, album="One") for n in range(3)),
        *(examined(f"Band/Two/{n}.flac", BANDCAMP, album="Two") for n in range(2)),
        examined("Discs/X/CD 1/1.flac", RIPPED, album="X"),
        examined("Discs/X/CD 2/1.flac", RIPPED, album="X"),
        examined("Discs/X/cover.jpg", role=Role.ARTWORK),
        examined("Mixed/a.ogg", LICENSED, BANDCAMP),
        examined("Mixed/b.ogg", seen("licence-text", "some licence")),
        examined("Mixed/c.ogg"),
        examined("old/d.m4p", seen("store-account", personal=True), protection=FAIRPLAY),
        examined("s.mp3", STREAMED),
    ]


def test_the_whole_text() -> None:
    assert (
        template(collection(), "Music", date(2026, 11, 22))
        == """\
# What may be done with the files of Music, declared by a person.
#
# Nothing here is declared yet. Lines that begin with '# ' are remarks. To
# declare a group, remove the '#' from its other lines, and take out or change
# what is not so. Unknown is a good answer: what nobody declares stays unknown.
# docs/reference/rights-toml.md lists every field.
version = 1

[defaults]
#by = "Your Name"
#role = "owner"   # or donor, rightsholder, custodian
#date = 2026-11-22

# 1 file in 1 album protected by Apple FairPlay
# No declaration changes what is protected; these lines only tell where the
# files are.
# old/

# 1 file in 1 album with a licence claimed in the tags: CC-BY-SA-3.0
# A licence in a tag is a claim. Look it up on the rightsholder's own page
# first.
#[[declaration]]
#scope = { path = "Mixed/a.ogg" }
#basis = "license"
#license = "CC-BY-SA-3.0"

# 1 file in 1 album with a licence claimed in the tags: not one the program
# knows
# A licence in a tag is a claim. Look it up on the rightsholder's own page
# first.
#[[declaration]]
#scope = { path = "Mixed/b.ogg" }
#basis = "license"
#acts = { preserve = "allow", access = "allow" }

# 5 files in 2 albums with signs of delivery by a store: comment by Bandcamp
# If you bought them, declare it. Under a store's terms a purchase carries
# preserve and access; handing a download on needs terms that allow it.
#[[declaration]]
#scope = { path = "Band/" }
#basis = "purchase"

# 2 files in 1 album, and 1 file without audio beside them, with signs of a copy
# from a disc: table of contents of a CD
# If you made these copies from discs that you still hold, declare it. If the
# discs were given away or lost, write "transferred" or "lost".
#[[declaration]]
#scope = { path = "Discs/" }
#basis = "carrier"
#carrier_held = "yes"

# 1 file in 1 album with a tag that names an online source
# A tag like this proves nothing. Declare what you know of them, or leave them
# unknown.
#[[declaration]]
#scope = { path = "s.mp3" }
#basis = "unknown"

# 1 file in 1 album in which no sign of their origin was found
# Declare what you know of them: purchase, carrier, donor, license, own. Or
# leave them unknown.
#[[declaration]]
#scope = { path = "Mixed/c.ogg" }
#basis = "unknown"
"""
    )


def test_as_it_is_it_declares_nothing() -> None:
    text = template(collection(), "Music", TODAY)
    assert parse_declarations(text.encode(), "rights.toml").declarations == ()


def test_uncommented_it_declares_every_group() -> None:
    file = parse_declarations(uncommented(template(collection(), "Music", TODAY)), "rights.toml")
    assert [declaration.basis for declaration in file.declarations] == [
        Basis.LICENSE,
        Basis.LICENSE,
        Basis.PURCHASE,
        Basis.CARRIER,
        Basis.UNKNOWN,
        Basis.UNKNOWN,
    ]
    assert file.remarks == ()


def test_a_folder_of_mixed_origin_is_told_file_by_file_and_others_by_folder() -> None:
    files = [
        examined("A/1.flac", BANDCAMP),
        examined("A/B/2.flac", BANDCAMP),
        examined("A/C/3.flac", RIPPED),
        examined("D/E/4.flac", BANDCAMP),
    ]
    assert {found.sign.kind: found.paths for found in group(files)} == {
        Meaning.PURCHASE: ("A/1.flac", "A/B/", "D/"),
        Meaning.RIP: ("A/C/",),
    }


def test_a_file_with_several_signs_is_in_one_group() -> None:
    assert sign_of(examined("x", STREAMED, RIPPED, BANDCAMP, LICENSED)) == Sign(
        Meaning.LICENSE_CLAIM, "CC-BY-SA-3.0"
    )
    assert sign_of(examined("x", STREAMED, RIPPED, BANDCAMP)) == Sign(Meaning.PURCHASE, "comment by Bandcamp")
    assert sign_of(examined("x", LICENSED, protection=FAIRPLAY)) == Sign("protected", "Apple FairPlay")
    assert sign_of(examined("x", seen("isrc"))) == Sign("")
    both = (seen("store-catalogue-id"), seen("store-account", personal=True))
    assert sign_of(examined("x", *both)) == sign_of(examined("x", *reversed(both)))


def test_a_rip_log_speaks_for_its_album_wherever_in_it_it_lies() -> None:
    log = seen("rip-log")
    files = [
        examined("X/CD 1/1.flac", album="X"),
        examined("X/CD 2/1.flac", BANDCAMP, album="X"),
        examined("X/rip.log", log, role=Role.LOG),
        examined("X/notes.txt", role=Role.DOCUMENT),
        examined("Y/1.flac"),
        examined("Y/Other/1.log", log, role=Role.LOG),
    ]
    found = {one.sign.kind: (one.sign.detail, one.files, one.albums, one.paths) for one in group(files)}
    assert found == {
        Meaning.PURCHASE: ("comment by Bandcamp", 1, 1, ("X/CD 2/",)),
        Meaning.RIP: ("log of a CD rip", 2, 2, ("X/CD 1/", "Y/")),
        BESIDE: ("", 0, 0, ("X/notes.txt", "X/rip.log")),
    }
    assert group(files) == group(list(reversed(files)))


def test_an_empty_source_gives_a_file_that_can_be_read() -> None:
    assert parse_declarations(template([], "Empty", TODAY).encode(), "rights.toml").declarations == ()


parts = st.text(
    st.characters(exclude_characters="/*\\\0", exclude_categories=["Cs"]), min_size=1, max_size=4
).filter(lambda name: name not in (".", "..") and not name.endswith(":"))
evidence_sets = st.lists(st.sampled_from((BANDCAMP, RIPPED, LICENSED, STREAMED)), max_size=2).map(tuple)
found_files = st.lists(
    st.tuples(st.lists(parts, min_size=1, max_size=3).map("/".join), evidence_sets),
    max_size=8,
    unique_by=lambda found: found[0],
)


@given(found_files)
def test_every_audio_file_is_in_exactly_one_declaration(
    found: list[tuple[str, tuple[Evidence, ...]]],
) -> None:
    folders = {path.rpartition("/")[0] for path, _ in found}
    files = [
        examined(path, *evidence)
        for path, evidence in found
        if not any(one.startswith(path) for one in folders)
    ]
    text = template(files, "Music", TODAY)
    declarations = parse_declarations(uncommented(text), "rights.toml").declarations
    index = ScopeIndex(declarations)
    for file in files:
        [declaration] = index.matching(file.ref.path, file.tags)
        groups = [one for one in group(files) if declaration.scope.paths == one.paths]
        assert sign_of(file) in [one.sign for one in groups]
    assert sum(one.files for one in group(files)) == len(files)


hard = st.sampled_from(
    (
        "a",
        "b",
        "a*",
        "*",
        "a\\b",
        "axb",
        "**",
        "C:",
        "CD 1",
        "Logs",
        "\u00e9",
        "e\u0301",
        "A",
        "x.log",
        "x.jpg",
    )
)
hard_files = st.lists(
    st.tuples(
        st.lists(hard, min_size=1, max_size=3).map("/".join),
        st.sampled_from(((), (BANDCAMP,), (RIPPED,), (seen("rip-log"),), (LICENSED,))),
        st.sampled_from((Role.AUDIO, Role.AUDIO, Role.LOG, Role.ARTWORK, Role.DOCUMENT)),
        st.booleans(),
    ),
    max_size=10,
    unique_by=lambda found: found[0],
)


@settings(max_examples=200, deadline=None)
@given(hard_files)
def test_a_pattern_takes_in_exactly_what_was_counted(
    found: list[tuple[str, tuple[Evidence, ...], Role, bool]],
) -> None:
    folders = {"/".join(path.split("/")[:end]) for path, *_ in found for end in range(1, path.count("/") + 1)}
    files = [
        examined(path, *evidence, role=role, protection=FAIRPLAY if locked and role is Role.AUDIO else None)
        for path, evidence, role, locked in found
        if path not in folders
    ]
    groups = group(files)
    assert sum(one.files + one.beside for one in groups) == len(files)
    told = [one for one in groups if one.sign.kind not in ("protected", UNNAMED)]
    declarations = parse_declarations(uncommented(template(files, "Music", TODAY)), "x").declarations
    assert [declaration.scope.paths for declaration in declarations] == [
        tuple(map(path_pattern, one.paths)) for one in told
    ]
    index = ScopeIndex(declarations)
    taken = [[d.id for d in index.matching(file.ref.path, file.tags)] for file in files]
    assert all(len(ids) <= 1 for ids in taken)
    for declaration, one in zip(declarations, told, strict=True):
        assert taken.count([declaration.id]) == one.files + one.beside


def test_what_is_no_audio_goes_with_its_album_or_into_a_group_of_its_own() -> None:
    files = [
        examined("A/1.flac", RIPPED),
        examined("A/Scans/front.jpg", role=Role.ARTWORK),
        examined("Letters/1.pdf", role=Role.DOCUMENT),
        examined("Mixed/1.flac", RIPPED),
        examined("Mixed/2.flac", BANDCAMP),
        examined("Mixed/cover.jpg", role=Role.ARTWORK),
    ]
    assert {one.sign.kind: (one.files, one.beside, one.paths) for one in group(files)} == {
        Meaning.RIP: (2, 1, ("A/", "Mixed/1.flac")),
        Meaning.PURCHASE: (1, 0, ("Mixed/2.flac",)),
        BESIDE: (0, 2, ("Letters/", "Mixed/cover.jpg")),
    }


def test_a_name_that_a_pattern_cannot_hold_alone_is_told() -> None:
    files = [examined("a*.flac", RIPPED), examined("ab.flac", BANDCAMP), examined("M*A*S*H/1.flac", RIPPED)]
    assert {one.sign.kind: one.paths for one in group(files)} == {
        Meaning.RIP: ("M*A*S*H/",),
        Meaning.PURCHASE: ("ab.flac",),
        UNNAMED: ("a*.flac",),
    }
    text = template(files, "Music", TODAY)
    assert "whose names hold what a pattern cannot" in " ".join(text.replace("\n# ", " ").split())
    assert "# a*.flac" in text.splitlines()


def test_lines_fit_the_terminal_where_paths_do() -> None:
    assert max(map(len, template(collection(), "Music", TODAY).splitlines())) <= 80


def test_a_name_cannot_break_out_of_its_line() -> None:
    file = examined('a"]\nbasis = "own"\n#/1.flac', BANDCAMP)
    text = template([file], "Mu\nsic", TODAY)
    assert 'basis = "own"' not in text.splitlines()
    assert "of Mu?sic, declared" in text


def test_a_list_of_paths_is_written_one_a_line() -> None:
    lines = template([examined(f"{name}.mp3", RIPPED) for name in "ba"], "Music", TODAY).splitlines()
    assert lines[lines.index("#scope.path = [") + 1 :][:3] == ['#"a.mp3",', '#"b.mp3",', "#]"]


def test_odd_names_are_written_so_that_they_can_be_read() -> None:
    odd = [
        " ",
        "C:/1.mp3",
        "C:x.mp3",
        "back\\slash/2.mp3",
        "tab\t.mp3",
        "[x]?.mp3",
        'quote".mp3',
        "\u202egnp.mp3",
    ]
    files = [examined(name, RIPPED if number % 2 else BANDCAMP) for number, name in enumerate(odd)]
    declarations = parse_declarations(uncommented(template(files, "Odd", TODAY)), "rights.toml").declarations
    index = ScopeIndex(declarations)
    for number, name in enumerate(odd):
        expected = Basis.CARRIER if number % 2 else Basis.PURCHASE
        assert expected in [declaration.basis for declaration in index.matching(name, {})]


def test_a_protection_that_was_not_seen_is_no_sign() -> None:
    assert sign_of(examined("x", LICENSED, protection=unseen("file"))) == sign_of(examined("x", LICENSED))
