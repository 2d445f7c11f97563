"""What a disk, a program or a person may do to a bag: each damage changes a bag in one way, by chance."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

PINNED = "tagmanifest-sha512.txt"
MANIFEST = "manifest-sha512.txt"

Damage = Callable[[random.Random, Path], None]


def _chosen(chance: random.Random, bag: Path, *, below: str = "") -> Path | None:
    there = sorted(path for path in (bag / below).rglob("*") if path.is_file() and path.stat().st_size)
    return chance.choice(there) if there else None


def flip_bits(chance: random.Random, bag: Path) -> None:
    """Flip a few bits of a file."""
    path = _chosen(chance, bag)
    if path is not None:
        content = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)


def overwrite(chance: random.Random, bag: Path) -> None:
    """Lose a stretch of a file to zeros."""
    path = _chosen(chance, bag)
    if path is not None:
        content = bytearray(path.read_bytes())
        start = chance.randrange(len(content))
        stop = min(len(content), start + chance.randint(1, 5_000))
        content[start:stop] = bytes(stop - start)
        path.write_bytes(content)


def cut_off(chance: random.Random, bag: Path) -> None:
    """Cut a file off."""
    path = _chosen(chance, bag)
    if path is not None:
        os.truncate(path, chance.randrange(path.stat().st_size))


def lose_a_file(chance: random.Random, bag: Path) -> None:
    """Lose a file."""
    path = _chosen(chance, bag)
    if path is not None:
        path.unlink()


def lose_a_folder(chance: random.Random, bag: Path) -> None:
    """Lose a folder with all that is in it."""
    folders = sorted(path for path in bag.rglob("*") if path.is_dir())
    if folders:
        shutil.rmtree(chance.choice(folders))


def swap(chance: random.Random, bag: Path) -> None:
    """Swap two files, whatever their sizes."""
    one, other = (_chosen(chance, bag, below="data") for _ in range(2))
    if one is not None and other is not None and one != other:
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)


def swap_of_one_size(chance: random.Random, bag: Path) -> None:
    """Swap two files of the same size, so that nothing but a digest tells."""
    found = sorted(path for path in (bag / "data").rglob("*") if path.is_file() and path.stat().st_size)
    pairs = [(a, b) for a in found for b in found if a < b and a.stat().st_size == b.stat().st_size]
    if pairs:
        one, other = chance.choice(pairs)
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)


def tamper(chance: random.Random, bag: Path) -> None:
    """Change a file, and make the bag valid again."""
    path = _chosen(chance, bag, below="data")
    if path is not None:
        path.write_bytes(path.read_bytes()[::-1] or b"x")
        _list_anew(bag, MANIFEST, "data")
        _list_anew(bag, PINNED, "")


def tamper_with_a_record(chance: random.Random, bag: Path) -> None:
    """Change what a bag says of itself, and make it valid again."""
    path = bag / chance.choice(("bag-info.txt", "metadata/files.jsonl"))
    if path.exists():
        path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
        _list_anew(bag, PINNED, "")


def tamper_with_a_manifest(chance: random.Random, bag: Path) -> None:
    """Drop a line of the manifest with its file, and leave the tag manifest as it is."""
    manifest = bag / MANIFEST
    lines = manifest.read_bytes().splitlines(keepends=True) if manifest.exists() else []
    if lines:
        gone = lines.pop(chance.randrange(len(lines)))
        manifest.write_bytes(b"".join(lines))
        lost = bag / os.fsdecode(gone.partition(b"  ")[2].strip())
        if lost.is_file() and chance.random() < 0.5:
            lost.unlink()


def add_a_stray(chance: random.Random, bag: Path) -> None:
    """Add a file that no manifest lists."""
    (bag / "data").mkdir(exist_ok=True)
    (bag / "data" / f"stray {chance.randrange(1000)}").write_bytes(b"stray")


DAMAGES: tuple[Damage, ...] = (
    flip_bits,
    flip_bits,
    flip_bits,
    overwrite,
    cut_off,
    lose_a_file,
    lose_a_folder,
    swap,
    swap_of_one_size,
    tamper,
    tamper_with_a_record,
    tamper_with_a_manifest,
    add_a_stray,
)


def _list_anew(bag: Path, name: str, below: str) -> None:
    lines = []
    for path in sorted((bag / below).rglob("*")):
        inside = str(path.relative_to(bag))
        if path.is_file() and (below or not inside.startswith(("data/", "tagmanifest"))):
            lines.append(f"{hashlib.sha512(path.read_bytes()).hexdigest()}  {inside}\n")
    (bag / name).write_text("".join(lines))
