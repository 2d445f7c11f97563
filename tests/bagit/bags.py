"""Bags built by hand, from the RFC and not with the program's own writer, and the state of a folder to compare."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

Payload = Mapping[str | bytes, bytes]

TWO_FILES: Payload = {"data/Album/01 First.flac": b"first\n", "data/Album/02 Second.flac": b"second one\n"}


def write_file(root: Path, path: str | bytes, content: bytes) -> None:
    """Write one file below ``root``, whose path need not be text, making its folders."""
    full = os.path.join(os.fsencode(root), os.fsencode(path))
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(content)


def encode(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def digest(algorithm: str, content: bytes) -> str:
    return hashlib.new(algorithm, content).hexdigest()


def manifest_text(algorithm: str, files: Payload) -> str:
    lines = [
        f"{digest(algorithm, content)}  {encode(os.fsdecode(path))}\n"
        for path, content in sorted_items(files)
    ]
    return "".join(lines)


def sorted_items(files: Payload) -> list[tuple[str | bytes, bytes]]:
    return sorted(files.items(), key=lambda item: os.fsencode(item[0]))


def declaration(version: str = "1.0", encoding: str = "UTF-8") -> bytes:
    return f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode()


def build_bag(
    root: Path,
    payload: Payload = TWO_FILES,
    *,
    version: str = "1.0",
    encoding: str = "UTF-8",
    algorithms: Iterable[str] = ("sha512",),
    info: str | None = None,
    tags: Payload | None = None,
    seal: bool = True,
) -> Path:
    """Write a valid bag at ``root``: payload, manifests, bag-info.txt with its Oxum, other tag files, tag manifests.

    ``info`` replaces the text of bag-info.txt; an empty one leaves the file out.
    """
    algorithms = tuple(algorithms)
    root.mkdir(parents=True)
    (root / "data").mkdir()
    for path, content in payload.items():
        write_file(root, path, content)
    (root / "bagit.txt").write_bytes(declaration(version, encoding))
    for algorithm in algorithms:
        (root / f"manifest-{algorithm}.txt").write_bytes(manifest_text(algorithm, payload).encode(encoding))
    if info is None:
        info = f"Bagging-Date: 2024-02-29\nPayload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n"
    if info:
        old = tuple(map(int, version.split("."))) <= (0, 95)
        (root / ("package-info.txt" if old else "bag-info.txt")).write_bytes(info.encode(encoding))
    for path, content in (tags or {}).items():
        write_file(root, path, content)
    if seal:
        seal_tags(root, algorithms, encoding)
    return root


def seal_tags(root: Path, algorithms: Iterable[str] = ("sha512",), encoding: str = "UTF-8") -> None:
    """Write the tag manifests anew, over all tag files as they are."""
    for old in root.glob("tagmanifest-*.txt"):
        old.unlink()
    files: dict[str | bytes, bytes] = {}
    for folder, folders, names in os.walk(root):
        if folder == str(root) and "data" in folders:
            folders.remove("data")
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                files[str(path.relative_to(root))] = path.read_bytes()
    for algorithm in algorithms:
        (root / f"tagmanifest-{algorithm}.txt").write_bytes(manifest_text(algorithm, files).encode(encoding))


def rewrite(root: Path, name: str, content: bytes, algorithms: Iterable[str] = ("sha512",)) -> Path:
    """Replace a tag file and write the tag manifests anew, so that nothing but its content is wrong."""
    (root / name).write_bytes(content)
    seal_tags(root, algorithms)
    return root


def tree_state(root: Path) -> dict[bytes, tuple[object, ...]]:
    """Everything a reader could disturb: names, kinds, modes, sizes, times (not of access) and contents."""
    state: dict[bytes, tuple[object, ...]] = {}
    waiting = [os.fsencode(root)]
    while waiting:
        path = waiting.pop()
        status = os.lstat(path)
        content: bytes | None = None
        if stat.S_ISDIR(status.st_mode):
            waiting += [os.path.join(path, name) for name in os.listdir(path)]
        elif stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(status.st_mode):
            with open(path, "rb") as file:
                content = hashlib.sha256(file.read()).digest()
        state[path] = (
            status.st_mode,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_ino,
            content,
        )
    return state
