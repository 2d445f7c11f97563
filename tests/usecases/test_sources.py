"""Sources are what the user named, told apart, and never the store, a bag by accident, or the same twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.errors import Remedy, UsageError, Way
from archiver.usecases.sources import refuse_store_in_source, sources_of
from tests.costs import in_proportion
from tests.samples import build_tree


def names(*paths: Path | str) -> list[str]:
    return [source.folder for source in sources_of([str(path) for path in paths])]


def test_a_source_alone_has_no_folder_of_its_own(tmp_path: Path) -> None:
    (source,) = sources_of([str(tmp_path)])
    assert (source.root, source.only, source.folder) == (os.fsencode(tmp_path), None, "")
    assert source.name == tmp_path.name


def test_several_sources_are_named_after_themselves_and_told_apart(tmp_path: Path) -> None:
    build_tree(tmp_path, {f"{place}/f": "" for place in ("a/Music", "b/music", "c/MUSIC", "d/Other")})
    found = names(tmp_path / "a/Music", tmp_path / "b/music", tmp_path / "c/MUSIC", tmp_path / "d/Other")
    assert found == ["Music", "music_2", "MUSIC_3", "Other"]


def test_spellings_of_one_name_are_told_apart(tmp_path: Path) -> None:
    build_tree(tmp_path, {"a/\u00e9/f": "", "b/e\u0301/f": ""})
    first, second = names(tmp_path / "a/\u00e9", tmp_path / "b/e\u0301")
    assert second == "e\u0301_2"
    assert first == "\u00e9"


def test_files_of_one_folder_share_its_place(tmp_path: Path) -> None:
    build_tree(tmp_path, {"a/1": "", "a/2": "", "b/1": ""})
    assert names(tmp_path / "a/1", tmp_path / "a/2") == ["", ""]
    assert names(tmp_path / "a/1", tmp_path / "b/1", tmp_path / "a/2") == ["a", "b", "a"]


def test_links_that_are_named_are_followed(tmp_path: Path) -> None:
    build_tree(tmp_path, {"real/f": ""})
    (tmp_path / "link").symlink_to("real")
    (source,) = sources_of([str(tmp_path / "link")])
    assert source.root == os.fsencode(tmp_path / "real")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("a", "a", "is the same as"),
        ("a", "a/", "is the same as"),
        ("a", "./a/../a", "is the same as"),
        ("a", "link", "is the same as"),
        ("a", "a/b", "lies in"),
        ("a/b", "a", "lies in"),
        ("a", "a/b/f", "lies in"),
        ("a/b/f", "a/b/f", "is the same as"),
    ],
)
def test_overlapping_sources_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str, said: str
) -> None:
    build_tree(tmp_path, {"a/b/f": "", "a!/f": "", "ab/f": ""})
    (tmp_path / "link").symlink_to("a")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said):
        sources_of([first, "a!", "ab", second])


def test_neighbours_with_a_common_beginning_do_not_overlap(tmp_path: Path) -> None:
    build_tree(tmp_path, {"a/f": "", "a!/f": "", "ab/f": "", "a b/f": ""})
    assert len(names(*(tmp_path / name for name in ("a", "a!", "ab", "a b")))) == 4


def test_thousands_of_files_cost_in_proportion_to_their_number(tmp_path: Path) -> None:
    build_tree(tmp_path, {f"{number}.flac": "" for number in range(3000)})
    paths = [str(path) for path in tmp_path.iterdir()]
    in_proportion(
        lambda some: sources_of(some, bags_on_purpose=False), lambda count: paths[:count], len(paths)
    )


@pytest.mark.parametrize("kind", ["gone", "pipe", "dangling", "gone/below", "file/below"])
def test_what_is_no_folder_and_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(UsageError) as caught:
        sources_of([str(tmp_path / kind)])
    assert kind in caught.value.message


@pytest.mark.parametrize("inside", ["", "data", "data/Album", "data/Album/f", "metadata"])
def test_a_bag_or_what_lies_in_one_is_refused_by_accident_only(tmp_path: Path, inside: str) -> None:
    bag = build_tree(tmp_path / "bag", {"bagit.txt": "", "data/Album/f": "", "metadata/f": ""})
    with pytest.raises(UsageError, match=r"the bag|is a bag") as caught:
        sources_of([str(bag / inside)], bags_on_purpose=False)
    assert caught.value.remedies == (Remedy(Way.BAG_IN_BAG), Remedy(Way.VERIFY, str(bag)))
    assert sources_of([str(bag / inside)])


def test_a_folder_with_bags_in_it_is_no_bag(tmp_path: Path) -> None:
    build_tree(tmp_path, {"bagit.txt": "only named so", "other/f": ""})
    assert sources_of([str(tmp_path)], bags_on_purpose=False)


@pytest.mark.parametrize("store", [".", "deep/er/store", "link/store", "./deep/../store"])
def test_a_store_in_a_source_is_refused(tmp_path: Path, store: str) -> None:
    root = build_tree(tmp_path / "Music", {"f": "", "deep/f": ""})
    (tmp_path / "Music" / "link").symlink_to(".")
    with pytest.raises(UsageError, match=r"the store .* lies in the source"):
        refuse_store_in_source(os.fsencode(root / store), sources_of([str(root)]))


def test_a_store_that_is_a_source_or_an_unfinished_package_is_refused(tmp_path: Path) -> None:
    store = build_tree(tmp_path / "store", {".incoming/x/bag/data/f": "", "f": ""})
    for source in (".", ".incoming", ".incoming/x/bag/data", "f"):
        sources = sources_of([str(store / source)])
        if source == "f":
            refuse_store_in_source(os.fsencode(store), sources)
        else:
            with pytest.raises(UsageError):
                refuse_store_in_source(os.fsencode(store), sources)


def test_a_store_beside_a_source_with_a_longer_name_is_fine(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"f": ""})
    refuse_store_in_source(os.fsencode(tmp_path / "Music-bags"), sources_of([str(root)]))
