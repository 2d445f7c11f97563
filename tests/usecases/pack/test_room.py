"""What a package is said to take on the disk is never less than it takes, and not much more."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from archiver.errors import StoreError
from archiver.parity.program import find_par2
from archiver.store.sealing import publish
from archiver.store.staging import Staging
from archiver.usecases.pack.room import MARGIN_BYTES, Room, refuse_without_room
from tests.conftest import MakeSource
from tests.running import EPOCH, run_here, run_program
from tests.samples import flac

FACTOR = 2
"""How many times what a package takes it may be estimated at; of small files in an archive, most of all."""

TREES: dict[str, dict[str, bytes | str]] = {
    "music": {
        **{f"Album {n // 4}/{n}.flac": flac({"TITLE": [f"{n}"], "ARTIST": ["a"]}) for n in range(12)},
        "Album 0/cover.jpg": b"\xff\xd8\xff" + bytes(90_000),
    },
    "small": {f"Folder {n // 10}/{n}": "x" * (n % 50) for n in range(300)},
    "large": {"one": bytes(12_000_000), "two": bytes(5_000_001)},
}


RECOVERY = (
    [("--parity", "one-file"), ("--redundancy", "30%"), ("--redundancy", "5%", "--serialize", "tar")]
    if find_par2() is not None
    else []
)


def taken(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize(
    "options",
    [
        (),
        *RECOVERY,
        ("--serialize", "tar"),
        ("--serialize", "zip"),
        ("--algorithm", "md5", "--algorithm", "sha256"),
    ],
)
def test_the_estimate_is_held_against_real_packs(
    source: MakeSource, tmp_path: Path, tree: str, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, store = source(TREES[tree]), tmp_path / "store"
    most = 0

    def measure() -> None:
        nonlocal most
        most = max(most, taken(store))

    def measured(staging: Staging) -> bytes:
        measure()
        return publish(staging)

    monkeypatch.setattr("archiver.usecases.pack.pack.publish", measured)  # all is made, and nothing cleared
    outcome = run_here("pack", root, "--all", "--to", store, "--json", *options, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 0, outcome.err
    room = outcome.json["room"]
    estimate = room["needed"] - MARGIN_BYTES
    assert most <= estimate <= FACTOR * most


def test_check_message_and_dry_run_say_the_same(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, store = source(TREES["large"]), tmp_path / "store"
    monkeypatch.setattr("archiver.disk.free_bytes", lambda _: 1_000_000)
    dry = run_here("pack", root, "--all", "--to", store, "--dry-run", SOURCE_DATE_EPOCH=EPOCH)
    refused = run_here("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert (dry.code, refused.code) == (0, 1)
    told = " ".join(dry.out.split()).split("Room on the store's disk: ")[1].split(". Free there")[0]
    assert told in " ".join(refused.err.split())
    assert "17 MB for the files" in told
    assert "67.1 MB to spare" in told
    assert "This does not fit: the run would be refused." in " ".join(dry.out.split())


@pytest.mark.parametrize(("free", "fits"), [(99, False), (100, True), (None, True)])
def test_the_margin_is_part_of_what_is_needed(free: int | None, fits: bool) -> None:  # noqa: FBT001 - a case
    room = Room(50, 20, 20, 0, 1, 5, None if free is None else free - 15 + MARGIN_BYTES)
    assert room.needed == 85 + MARGIN_BYTES
    assert room.fits is fits
    if not fits:
        with pytest.raises(
            StoreError,
            match=r"are needed: 45 B for the files, 20 B for what describes them, 20 B for recovery data and 67\.1 MB to spare",
        ):
            refuse_without_room(room, b"/store", 0)


def test_a_disk_of_just_that_size_is_enough(source: MakeSource, tmp_path: Path) -> None:
    root, disk = source(TREES["small"]), tmp_path / "disk"
    unshare = shutil.which("unshare")
    words = [unshare or "unshare", "-Urm", "sh", "-c"]
    if unshare is None or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -Urm does not work here: disks of a given size are not tried")
    disk.mkdir()
    told = run_here("pack", root, "--all", "--to", tmp_path / "other", "--dry-run", "--json").json["room"][
        "needed"
    ]
    script = f'mount -t tmpfs -o size={told + (1 << 20)} none {disk} && "$@"'
    done = run_program("pack", root, "--all", "--to", disk / "store", before=[*words, script, "sh"])
    assert done.code == 0, done.err
