"""What a disk does not give back is never taken for less than it is: no pin of half a manifest, no stray by half a list."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archiver.bagit.bag_source import source_of
from archiver.bagit.codes import found
from archiver.bagit.manifest_reader import ManifestName, parse_manifest_name
from archiver.bagit.pin import pin_at
from archiver.bagit.reading import FolderTop
from archiver.bagit.report import Depth
from archiver.bagit.validate import open_bag
from archiver.catalogue.bag_facts import UnreadableBagError, bag_facts
from archiver.catalogue.bag_pin import pin_of
from archiver.usecases.heal.bag_files import BagFiles
from tests.bagit.bags import build_bag
from tests.running import EPOCH, run_here
from tests.samples import Entry, build_tree, flac, read_tree

TREE: dict[str, Entry] = {"Album/01.flac": flac(), "Album/02.flac": flac(title="Two"), "n": "note"}
PINNED = "tagmanifest-sha512.txt"


def test_a_manifest_that_cannot_be_read_to_its_end_has_no_pin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = build_bag(tmp_path / "bag")
    real = FolderTop.blocks

    def breaking_off(top: FolderTop, name: str, tell: Any, most: int | None = None) -> Iterator[bytes]:  # noqa: ANN401
        for block in real(top, name, tell, most):
            yield block[:10] if name == PINNED else block
        if name == PINNED:
            tell(found("B705", name, "it cannot be read: Input/output error"))

    monkeypatch.setattr(FolderTop, "blocks", breaking_off)
    folder = os.open(bag, os.O_RDONLY)
    manifest = parse_manifest_name(PINNED)
    assert manifest is not None
    with pytest.raises(OSError, match="cannot be read"):
        pin_at(FolderTop(folder), manifest)
    os.close(folder)
    with pytest.raises(UnreadableBagError, match="cannot be read"):
        bag_facts(source_of(os.fsencode(bag)), str(bag))
    with open_bag(os.fsencode(bag), Depth.FULL, pin=bytes(64)) as validation:
        list(validation.check())
        report = validation.report()
    assert not report.valid
    assert {one.code for one in report.findings if one.path == PINNED} >= {"B705"}


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_an_archive_that_cannot_be_read_to_its_end_has_no_pin(tmp_path: Path, form: str) -> None:
    music = build_tree(tmp_path / "Music", TREE)
    packed = run_here(
        "pack", music, "--to", tmp_path / "S", "--serialize", form, "--name", "Bag", SOURCE_DATE_EPOCH=EPOCH
    )
    assert packed.code == 0, packed.err
    archive = tmp_path / "S" / f"Bag.{form}"
    with contextlib.closing(source_of(os.fsencode(archive))) as source:
        assert pin_of(source) is not None
    os.truncate(archive, archive.stat().st_size * 3 // 4)
    with contextlib.closing(source_of(os.fsencode(archive))) as source:
        assert pin_of(source) is None
        with pytest.raises(UnreadableBagError):
            bag_facts(source, str(archive))


def test_a_heal_that_reads_half_a_manifest_takes_nothing_out_of_the_bag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    music = build_tree(tmp_path / "Music", TREE)
    packed = run_here("pack", music, "--to", tmp_path / "S", "--name", "Bag", SOURCE_DATE_EPOCH=EPOCH)
    assert packed.code == 0, packed.err
    bag = tmp_path / "S" / "Bag"
    (bag / "data" / "stray").write_text("stray")
    before = read_tree(bag)
    real = BagFiles.entries

    def breaking_off(files: BagFiles, manifest: ManifestName, told: list[Any]) -> Iterator[Any]:
        for number, one in enumerate(real(files, manifest, told)):
            if number == 1 and not manifest.of_tags:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            yield one

    with monkeypatch.context() as patch:
        patch.setattr(BagFiles, "entries", breaking_off)
        done = run_here("heal", bag, "-j1")
    assert done.code == 4, done.out + done.err
    assert "could not be read as a whole" in " ".join(done.out.split())
    assert read_tree(bag) == before
    healed = run_here("heal", bag, "-j1")
    assert healed.code == 0, healed.out + healed.err
    assert read_tree(bag) == {path: content for path, content in before.items() if path != b"data/stray"}
