"""Archives of bags, made as programs make them and as they must not be, and how they are judged."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from archiver.bagit.report import BagReport, Depth
from archiver.bagit.serialized.member import Limits
from archiver.bagit.serialized.writer import serialize
from archiver.bagit.validate import validate

WHEN = 1_700_000_000


def make_tar(bag: Path, target: Path) -> None:
    serialize(os.fsencode(bag), os.fsencode(target), "tar", WHEN)


def make_zip(bag: Path, target: Path) -> None:
    serialize(os.fsencode(bag), os.fsencode(target), "zip", WHEN)


def make_gnu_tar(bag: Path, target: Path, form: str = "gnu") -> None:
    root = target.name.partition(".tar")[0]
    command = ["tar", f"--format={form}", "-cf", str(target), "-C", str(bag.parent)]
    subprocess.run([*command, f"--transform=s,^{bag.name},{root},", bag.name], check=True)


def make_pax_tar(bag: Path, target: Path) -> None:
    make_gnu_tar(bag, target, "pax")


def make_tar_gz(bag: Path, target: Path) -> None:
    plain = target.with_name("plain") / target.name.replace(".gz", "")
    plain.parent.mkdir(exist_ok=True)
    make_gnu_tar(bag, plain)
    target.write_bytes(gzip.compress(plain.read_bytes()))


def make_deflated_zip(bag: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path in sorted(bag.rglob("*")):
            archive.write(path, Path(target.stem, path.relative_to(bag)))


def make_streamed_zip(bag: Path, target: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, sink: io.BufferedWriter) -> None:
            self.sink = sink

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return self.sink.write(bytes(data))  # type: ignore[call-overload]

    with target.open("wb") as sink, zipfile.ZipFile(Pipe(sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(bag.rglob("*")):
            archive.write(path, Path(target.stem, path.relative_to(bag)))


MAKERS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "tar": ("bag.tar", make_tar),
    "zip": ("bag.zip", make_zip),
    "gnu tar": ("bag.tar", make_gnu_tar),
    "pax tar": ("bag.tar", make_pax_tar),
    "tar.gz": ("bag.tar.gz", make_tar_gz),
    "deflated zip": ("bag.zip", make_deflated_zip),
    "streamed zip": ("bag.zip", make_streamed_zip),
}


def judge(path: Path, depth: Depth = Depth.FULL, limits: Limits | None = None) -> BagReport:
    """Validate the archive and prove at the same time that this changed nothing."""
    before, content = path.stat(), path.read_bytes()
    neighbours = sorted(os.listdir(path.parent))
    report = validate(os.fsencode(path), depth, limits=limits)
    after = path.stat()
    assert (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns)
    assert path.read_bytes() == content
    assert sorted(os.listdir(path.parent)) == neighbours
    return report


def codes(report: BagReport) -> list[str]:
    return [finding.code for finding in report.findings]


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    header.size = len(content)
    for field, value in fields.items():
        setattr(header, field, value)
    return header, content


def write_tar(
    target: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.PAX_FORMAT
) -> Path:
    with tarfile.open(target, "w", format=form) as archive:
        for header, content in members:
            archive.addfile(header, io.BytesIO(content))
    return target


def bag_members(bag: Path, root: str = "bag") -> list[tuple[tarfile.TarInfo, bytes]]:
    return [
        member(f"{root}/{path.relative_to(bag)}".removeprefix("/"), path.read_bytes())
        for path in sorted(bag.rglob("*"))
        if path.is_file()
    ]


def zip_with(bag: Path, target: Path, change: Callable[[bytearray], None]) -> Path:
    make_zip(bag, target)
    content = bytearray(target.read_bytes())
    change(content)
    target.write_bytes(content)
    return target


def put(marker: bytes, offset: int, value: bytes, *, last: bool = False) -> Callable[[bytearray], None]:
    """Overwrite bytes at an offset from the first (or last) header with the signature ``marker``."""

    def change(content: bytearray) -> None:
        place = (content.rindex if last else content.index)(marker) + offset
        content[place : place + len(value)] = value

    return change


def put_both(local: int, central: int, value: bytes) -> Callable[[bytearray], None]:
    """Overwrite the same field in the local header and the list entry of the last member."""

    def change(content: bytearray) -> None:
        put(b"PK\3\4", local, value, last=True)(content)
        put(b"PK\1\2", central, value, last=True)(content)

    return change
