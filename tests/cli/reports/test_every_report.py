"""Reports fit the terminal they are on, keep paths whole, list everything where asked, and name what was meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archiver.cli.terminal import text
from archiver.cli.terminal.text import columns, shown_path, wrapped
from tests.cli.terminal.test_output import on_terminal
from tests.conftest import MakeSource
from tests.running import command, run_here, run_program
from tests.samples import Entry, flac, mp3

SPACED = (
    "A Very Long Album Title With Many Words In It (Deluxe Edition)/01 A Track Whose Name Is Long Too.mp3"
)
TREE: dict[str, Entry] = {SPACED: flac(), **{f"{number} is no name?.mp3": mp3() for number in range(7)}}


def test_paths_are_never_broken(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE, "Music With Blanks")
    store = tmp_path / "A Store With Blanks"
    outcomes = [
        run_here("scan", root, "--verbose"),
        run_here("pack", root, "--to", store, "--name", "A Bag", "--verbose"),
        run_here("explain", root / SPACED),
        run_here("verify", store / "A Bag"),
    ]
    (store / "A Bag" / "data" / SPACED).unlink()
    outcomes.append(run_here("verify", store / "A Bag"))
    for outcome in outcomes[:2]:
        assert SPACED in outcome.out
    for outcome in outcomes[3:]:
        assert outcome.out.startswith(f"{store / 'A Bag'}:")
    assert f"data/{SPACED}" in outcomes[4].out
    assert not [outcome for outcome in outcomes if "\ue000" in outcome.out]


LONGEST = len(
    "Files with a percent sign or a line break in their name need archiver verify: BagIt writes these characters in a"
    " way that sha512sum does not know."
)
"""Of the paragraphs that packing prints, where there is room for it on one line."""


@pytest.mark.parametrize(("given", "used"), [(20, 60), (60, 60), (132, 132), (400, 200), (0, 80)])
def test_a_report_is_as_wide_as_its_terminal_within_reason(
    source: MakeSource, tmp_path: Path, given: int, used: int
) -> None:
    root = source({**TREE, "100%.mp3": mp3()})
    code, _, screen = on_terminal(
        command("pack", root, "--to", tmp_path / "s", "--name", "b"),
        out_too=True,
        columns=given,
    )
    assert code == 0
    lines = [line for line in screen.replace("\r", "").splitlines() if "\x1b" not in line]
    prose = [line for line in lines if "/" not in line]
    assert min(used, LONGEST) - 15 < max(map(len, prose)) < used


def test_a_report_that_goes_to_no_terminal_has_80_columns() -> None:
    assert columns() == text.WIDTH == 80
    assert wrapped(shown_path("a b " * 40)) == "a b " * 40


def test_verbose_lists_every_file_that_is_counted(source: MakeSource, tmp_path: Path) -> None:
    root = source({**TREE, "bought.mp3": mp3({"TIT2": ["mail to erika@example.org"]})})
    for words in (
        ("scan", root),
        ("pack", root, "--to", tmp_path / "store", "--dry-run"),
        ("pack", root, "--to", tmp_path / "store", "--all"),
    ):
        few, every = run_here(*words), run_here(*words, "--verbose")
        assert "and 4 more; --verbose lists them" in few.out
        assert few.out.count("is no name?.mp3") == 3
        assert every.out.count("is no name?.mp3") == 3 + 7
        assert "\nFiles that carry personal data\n  bought.mp3: " in every.out
        assert "example.org" not in every.out


def test_verbose_lists_every_file_that_was_withheld(source: MakeSource, tmp_path: Path) -> None:
    (tmp_path / "rights.toml").write_text(
        'version = 1\n[[declaration]]\nid = "own"\nscope = { path = "A*/**" }\nbasis = "license"\n'
        'license = "CC-BY-4.0"\nby = "A"\nrole = "rightsholder"\ndate = 2024-01-01\nacts = { publish = "allow" }\n'
    )
    root = source(TREE)
    words = (
        *("pack", root, "--to", tmp_path / "store", "--policy", "public", "--dry-run"),
        *("--rights", tmp_path / "rights.toml"),
    )
    few, every = run_here(*words), run_here(*words, "--verbose")
    assert "and 2 more; --verbose lists them" in few.out
    assert few.out.count(".mp3: exclude") == 5
    flat = " ".join(few.out.split())
    assert "7 files: no declaration that counts says whether publication is allowed" in flat
    assert (
        "Names of withheld files stand in the records of the bag; --anonymous-withheld leaves them out."
        in flat
    )
    quiet = run_here(*words, "--anonymous-withheld")
    assert "--anonymous-withheld" not in quiet.out
    assert every.out.count(".mp3: exclude") == 5 + 7


def test_what_is_packed_and_closed_has_its_reasons_counted(source: MakeSource, tmp_path: Path) -> None:
    told = run_here("pack", source(TREE), "--to", tmp_path / "store", "--policy", "donation", "--dry-run").out
    flat = " ".join(told.split())
    assert "Packed, but closed until a person decides or a date comes" in told
    assert "files: no declaration that counts says whether keeping a copy is allowed" in flat
    closed = told.partition("Packed, but closed")[2].partition("\n\n")[0]
    assert max(map(len, closed.splitlines())) <= 80


@pytest.mark.parametrize(
    ("typed", "meant"), [("pak", "'pack'"), ("Verify", "'verify'"), ("scna", "'scan'"), ("xyzzy", "")]
)
def test_a_command_that_is_not_there_is_told_with_the_one_that_was_meant(typed: str, meant: str) -> None:
    outcome = run_here(typed, "Music")
    assert outcome.code == 2
    assert f"There is no command {typed!r}." in outcome.told
    assert ("Did you mean" in outcome.told) == bool(meant)
    assert meant in outcome.err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("pack --policy ", {"plain,personal", "plain,donation", "plain,public", "file,"}),
        ("explain --policy do", {"plain,donation", "file,do"}),
        ("verify --profile ", {"plain,btr", "plain,aptrust", "plain,metaarchive", "file,"}),
        ("pack --profile ap", {"plain,aptrust", "file,ap"}),
        ("pack --algorithm md", {"plain,md5"}),
        ("bag add-algorithm BAG sha25", {"plain,sha256"}),
        ("pack --serialize ", {"plain,tar", "plain,zip"}),
    ],
)
def test_a_shell_is_offered_values(typed: str, offered: set[str]) -> None:
    words = typed.split(" ")
    outcome = run_program(
        _ARCHIVER_COMPLETE="bash_complete",
        COMP_WORDS=f"archiver {typed}",
        COMP_CWORD=str(len(words)),
    )
    assert set(outcome.out.split()) == offered


def test_a_bag_bears_the_day_of_the_place_where_it_is_made(source: MakeSource, tmp_path: Path) -> None:
    root = source({"a.mp3": mp3()})
    for zone, ahead in (("UTC-14", 14), ("UTC+12", -12)):
        before, _, after = (
            (dt.datetime.now(dt.UTC) + dt.timedelta(hours=ahead)).date(),
            run_program("pack", root, "--to", tmp_path / zone, TZ=zone),
            (dt.datetime.now(dt.UTC) + dt.timedelta(hours=ahead)).date(),
        )
        (bag,) = (tmp_path / zone).glob("Music-*")
        assert bag.name in {f"Music-{before}", f"Music-{after}"}
        assert f"Bagging-Date: {bag.name.removeprefix('Music-')}\n" in (bag / "bag-info.txt").read_text()


def test_a_backup_of_which_nothing_is_declared_says_one_line_about_rights(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({"a.mp3": mp3()})
    told = run_here("pack", root, "--to", tmp_path / "store", "--name", "b").out
    assert "\nNo rights are declared. To read on: metadata/rights/README.txt in the bag.\n" in told
    assert "policy" not in told
    rehearsed = run_here("pack", root, "--to", tmp_path / "store", "--dry-run", "--all").out
    assert "\nNo rights are declared. To read on: archiver rights template.\n" in rehearsed
