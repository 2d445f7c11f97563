"""What is left out is what gitignore would leave out, in time that grows with a name and not with how it fits."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import UsageError
from archiver.ingest import exclusion as exclusion_module
from archiver.ingest.exclusion import Exclusion
from archiver.ingest.scan import scan
from archiver.model.clutter import CLUTTER, COMPANION, Clutter, What, clutter_named, is_clutter
from archiver.model.source import FileRef, LeftOut, ScanEntry
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.costs import in_proportion
from tests.samples import Folder, Link, mp3

PATTERNS = [
    "*.m3u",
    "!keep.m3u",
    "/Incoming/",
    "Scans/**/*.tif",
    "**/Logs/",
    "Take ?",
    "[ab].wav",
    "# not this one",
    "\\#this one",
    "trail\\ ",
    "!Incoming/song.m3u",
    "Live/*",
    "!Live/good.mp3",
]
PATHS = [
    "a.m3u",
    "x/keep.m3u",
    "Incoming/song.m3u",
    "x/Incoming/song.mp3",
    "Scans/1/2/p.tif",
    "Scans/p.tif",
    "Other/Scans/p.tif",
    "x/Logs/rip.log",
    "Logs",
    "Take 1",
    "Take 12",
    "a.wav",
    "c.wav",
    "# not this one",
    "#this one",
    "trail ",
    "Live/bad.mp3",
    "Live/good.mp3",
    "Live/cd1/bad.mp3",
    "plain.flac",
]


def entries(root: Path, *patterns: str, clutter: bool = False) -> list[ScanEntry]:
    return list(scan(sources_of([str(root)]), Exclusion(patterns, clutter=clutter)))


def kept(found: list[ScanEntry]) -> set[str]:
    return {entry.path for entry in found if isinstance(entry, FileRef)}


def left_out(found: list[ScanEntry]) -> dict[str, tuple[str, str]]:
    return {entry.path: (entry.what, entry.rule) for entry in found if isinstance(entry, LeftOut)}


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_git_ignores_is_left_out_and_nothing_else(source: MakeSource, tmp_path: Path) -> None:
    root = source(dict.fromkeys(PATHS, ""))
    judge = tmp_path / "judge"
    judge.mkdir()
    for path in PATHS:
        (judge / path).parent.mkdir(parents=True, exist_ok=True)
        (judge / path).touch()
    (judge / ".gitignore").write_text("\n".join(PATTERNS) + "\n")
    subprocess.run(["git", "init", "-q"], cwd=judge, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],
        cwd=judge,
        check=True,
        capture_output=True,
    )
    by_git = set(listed.stdout.decode().split("\0")) - {"", ".gitignore"}
    assert kept(entries(root, *PATTERNS)) == by_git


def test_a_folder_is_left_out_unread_and_each_thing_with_its_rule(source: MakeSource) -> None:
    root = source({"In/a.mp3": "", "In/b/c.mp3": "", "x.m3u": "", "y.mp3": "", "l.m3u": Link("y.mp3")})
    found = entries(root, "*.m3u", "In/")
    assert kept(found) == {"y.mp3"}
    assert left_out(found) == {
        "In": ("folder", "In/"),
        "x.m3u": ("file", "*.m3u"),
        "l.m3u": ("link", "*.m3u"),
    }


def test_patterns_begin_at_the_top_of_each_source(source: MakeSource) -> None:
    first, second = source({"x": "", "d/x": ""}, "One"), source({"x": "", "d/x": ""}, "Two")
    found = list(scan(sources_of([str(first), str(second)]), Exclusion(["/x"])))
    assert kept(found) == {"One/d/x", "Two/d/x"}


def test_names_that_are_not_utf_8_are_matched_as_they_are_recorded(source: MakeSource) -> None:
    root = source({b"\xe9t\xe9.m3u": b"", b"\xff": b""})
    found = entries(root, "*.m3u")
    assert left_out(found) == {"=E9t=E9.m3u": ("file", "*.m3u")}
    assert kept(found) == {"=FF"}


@pytest.mark.parametrize("pattern", ["[", "[a", "a\\", "!", "/", "[z-a]", "\udcff", "x" * 1025])
def test_a_pattern_that_cannot_match_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        Exclusion([pattern])


def test_patterns_beyond_count_and_size_are_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        Exclusion([f"n{number}" for number in range(exclusion_module.MOST_PATTERNS + 1)])
    with pytest.raises(UsageError, match="together too large"):
        Exclusion([f"{'*a?' * 330}{number}" for number in range(100)])
    assert Exclusion([f"n{number}" for number in range(exclusion_module.MOST_PATTERNS)]).rule_for(
        "n999", is_folder=False
    )


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("*a*a*a*a*a*a*a*a*b", "a"),
        ("a/**/a/**/a/**/a/**/b", "a/"),
        ("**/**/**/*?*?*?*?x", "a"),
        ("[a-z]*[a-z]*[a-z]*[a-z]*9", "a"),
    ],
)
def test_no_name_makes_a_pattern_slow(pattern: str, part: str) -> None:
    exclusion = Exclusion([pattern])

    def no_rule(path: str) -> None:
        for _ in range(20):
            assert exclusion.rule_for(path, is_folder=False) is None

    in_proportion(no_rule, lambda length: part * (length // len(part)) + "c", 4_000)


@given(st.lists(st.text("ab*?[]!/\\ #.-", max_size=12), max_size=6), st.text("ab/.", min_size=1, max_size=20))
def test_whatever_is_typed_is_refused_or_answers(patterns: list[str], path: str) -> None:
    try:
        exclusion = Exclusion(patterns)
    except UsageError:
        return
    rule = exclusion.rule_for(path.strip("/") or "a", is_folder=False)
    assert rule is None or rule in patterns


CLUTTERED = {
    "Thumbs.db": "",
    "THUMBS.DB": "",
    ".DS_Store": "",
    "._01.flac": "",
    "A/desktop.ini": "",
    "A/@eaDir/x.mp3": "",
    "$RECYCLE.BIN/x.mp3": "",
    ".Trash-1000/files/x.mp3": "",
    "song.mp3.part": "",
    "song.mp3.crdownload": "",
    "song.download/song.mp3": "",
    "song.mp3.tmp": "",
}
MUSIC = {
    "A/01.flac": "",
    "parts.mp3": "",
    "A.tmp/song.mp3": "",
    ".part": "",
    "thumbs.db/x.mp3": "",
    "eaDir/x": "",
}


def test_clutter_is_left_out_by_name_and_music_is_not(source: MakeSource) -> None:
    found = entries(source({**CLUTTERED, **MUSIC}), clutter=True)
    assert kept(found) == set(MUSIC)
    rules = {path: rule for path, (_, rule) in left_out(found).items()}
    assert rules["THUMBS.DB"] == "clutter Thumbs.db"
    assert rules["A/@eaDir"] == "clutter @eaDir"
    assert rules[".Trash-1000"] == "clutter .Trash-*"
    assert len(rules) == len(CLUTTERED)


def test_a_pattern_takes_clutter_back(source: MakeSource) -> None:
    found = entries(source({"a.part": "", "b.part": ""}), "!b.part", clutter=True)
    assert kept(found) == {"b.part"}


def test_a_song_under_the_name_of_a_companion_is_kept(source: MakeSource) -> None:
    found = entries(source({"._live.mp3": mp3(title="x"), "._x.mp3": bytes(4096)}), clutter=True)
    assert kept(found) == {"._live.mp3"}


def test_an_empty_folder_of_clutter_is_left_out_too(source: MakeSource) -> None:
    assert left_out(entries(source({"@eaDir": Folder()}), clutter=True)) == {
        "@eaDir": ("folder", "clutter @eaDir")
    }


@pytest.mark.parametrize("kind", CLUTTER, ids=lambda kind: kind.pattern)
def test_every_kind_of_clutter_is_told_by_its_name(kind: Clutter) -> None:
    name = kind.pattern.replace("*", "x")
    is_folder = kind.what is What.FOLDER
    assert clutter_named(name, is_folder=is_folder) == kind
    assert clutter_named(name.swapcase(), is_folder=is_folder) == kind
    assert is_clutter(f"{name}/a.mp3" if is_folder else name) is (kind.pattern != COMPANION)


@pytest.mark.parametrize("folder", ["line\nbreak", "both\r\n", "\n"])
def test_a_line_break_in_a_name_hides_nothing_from_a_pattern(folder: str) -> None:
    out = Exclusion(["Trash/", "*.tmp", "/a?b/**/x", "in\nside"])
    assert out.rule_for(f"{folder}/Trash", is_folder=True) == "Trash/"
    assert out.rule_for(f"{folder}/x\n.tmp", is_folder=False) == "*.tmp"
    assert out.rule_for(f"a\nb/{folder}/x", is_folder=False) == "/a?b/**/x"
    assert out.rule_for(f"{folder}/in\nside", is_folder=False) == "in\nside"
    assert out.rule_for(f"{folder}/x.tmp\n", is_folder=False) is None
