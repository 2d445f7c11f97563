"""A report of several pages that was ended is made anew by the same command; a folder that somebody keeps is never touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.report import pages
from archiver.usecases.new_file import new_file
from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import build_tree, flac, tree_digest

MARK = ".archiver-unfinished.part"
TREE = {f"Album {number}/1.flac": flac(title="T", album=f"Album {number}") for number in range(3)}


@pytest.fixture
def bag(source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pages, "FEW_TRACKS", 1)
    packed = run_here("pack", source(TREE), "--to", tmp_path / "Store", "--name", "Bag")
    assert packed.code == 0, packed.err
    return tmp_path / "Store/Bag"


def made(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_run_left_is_begun_anew(bag: Path, tmp_path: Path) -> None:
    before = tree_digest(bag)
    left = {MARK: "", "0001.html": "half", "0009.html": "of then", ".archiver-0123456789abcdef.part": "half"}
    build_tree(tmp_path / "out-pages", left)
    done = run_here("report", bag, "--to", tmp_path / "out.html", "--json")
    assert done.code == 0, done.err
    assert done.json["reports"][0]["pages"] == str(tmp_path / "out-pages")
    assert made(tmp_path / "out-pages") == ["0001.html", "0002.html", "0003.html"]
    assert b"</html>" in (tmp_path / "out-pages/0001.html").read_bytes()
    assert tree_digest(bag) == before


def test_what_a_killed_run_left_goes_where_one_page_is_enough(
    bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_tree(tmp_path / "out-pages", {MARK: "", "0001.html": "half"})
    monkeypatch.setattr(pages, "FEW_TRACKS", 9)
    assert run_here("report", bag, "--to", tmp_path / "out.html").code == 0
    assert not (tmp_path / "out-pages").exists()


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ({"0001.html": "kept"}, "is there already"),
        ({MARK: "", "notes.txt": "mine"}, "holds notes.txt, which was not made by this program"),
        ({MARK: "", "0001.html/mine": "mine"}, "cannot write"),
    ],
)
def test_what_no_run_left_is_not_touched(bag: Path, tmp_path: Path, there: dict[str, str], told: str) -> None:
    build_tree(tmp_path / "out-pages", there)
    before = tree_digest(tmp_path / "out-pages")
    done = run_here("report", bag, "--to", tmp_path / "out.html")
    assert (done.code != 0, told in " ".join((done.out + done.err).split())) == (True, True), done
    assert tree_digest(tmp_path / "out-pages") == before
    assert not (tmp_path / "out.html").exists()


def test_a_link_is_not_followed(bag: Path, tmp_path: Path) -> None:
    build_tree(tmp_path / "mine", {MARK: "", "0001.html": "mine"})
    (tmp_path / "out-pages").symlink_to("mine")
    assert run_here("report", bag, "--to", tmp_path / "out.html").code == 2
    assert made(tmp_path / "mine") == [MARK, "0001.html"]


def test_a_run_that_fails_leaves_no_folder(
    bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise OSError(28, "no space left on device", path)

    with monkeypatch.context() as patch:
        calls = iter(range(9))
        patch.setattr(
            "archiver.usecases.further_pages.new_file",
            lambda path: refuse(path) if next(calls) else new_file(path),
        )
        done = run_here("report", bag, "--to", tmp_path / "out.html")
    assert done.code == 1
    assert "out-pages/0002.html" in " ".join((done.out + done.err).split()).replace("- ", "-")
    assert not list(tmp_path.glob("*out*"))
    assert run_here("report", bag, "--to", tmp_path / "out.html").code == 0
