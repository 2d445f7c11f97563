"""Turns any bytes into the tag files of a bag and holds the validator to what it promises of every bag."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findinglog import KEPT_PER_CODE
from archiver.bagit.findings import Finding, Severity, report_order
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.validate import validate

SEPARATOR = b"\xfe\xfe"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
NAMES = (
    "manifest-md5.txt",
    "bag-info.txt",
    "fetch.txt",
    "tagmanifest-md5.txt",
    "manifest-sha256.txt",
    "bagit.txt",
)
SECRET = b"outside the bag"


def seed() -> bytes:
    """An input that makes a valid bag, to start from."""
    manifest = hashlib.md5(b"x").hexdigest().encode() + b"  data/a%25\n"
    fetch = b"https://example.org/ 1 data/a%25\n"
    listed = (("bagit.txt", DECLARATION), ("manifest-md5.txt", manifest), ("fetch.txt", fetch))
    tags = "".join(f"{hashlib.md5(content).hexdigest()}  {name}\n" for name, content in listed)
    return SEPARATOR.join([manifest, b"Payload-Oxum: 1.1\nContact-Name: A\n  B\n", fetch, tags.encode()])


def write_bag(data: bytes, root: Path) -> None:
    """Write a bag of one payload file below ``root``, its tag files cut from ``data``; each left out leaves no file."""
    for path in root.iterdir():
        if path.is_file():
            path.unlink()
    (root / "bagit.txt").write_bytes(DECLARATION)
    for name, content in zip(NAMES, data.split(SEPARATOR), strict=False):
        (root / name).write_bytes(content)


def prepare(folder: Path) -> Path:
    """Make, in an empty folder, the bag's own folder, its payload and something outside that must not be read."""
    root = folder / "bag"
    (root / "data").mkdir(parents=True)
    (root / "data" / "a%").write_bytes(b"x")
    (folder / "secret").write_bytes(SECRET)
    return root


def _counts_the_rest(finding: Finding) -> bool:
    return finding.path == "" and finding.message.endswith("more like these")


def try_input(data: bytes, root: Path) -> BagReport:
    """Validate the bag that ``data`` makes at every depth; raise if a promise is broken; return the full report."""
    write_bag(data, root)
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in root.rglob("*") if path.is_file()
    }
    full = hold_promises(root)
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in root.rglob("*") if path.is_file()}
    assert before == after, "the bag was changed"
    return full


def hold_promises(root: Path) -> BagReport:
    """Validate a bag at every depth; raise if what is promised of every report is not so; return the full one."""
    reports = {depth: validate(os.fsencode(root), depth) for depth in Depth}
    for depth, report in reports.items():
        hold_report(depth, report)
    full = reports[Depth.FULL]
    # of each code the first are kept, and a full check may find more of them
    before_hashing = {
        finding for finding in reports[Depth.COMPLETE].findings if full.counts[finding.code] <= KEPT_PER_CODE
    }
    assert before_hashing <= set(full.findings), "a full check forgot a finding"
    return full


def hold_report(depth: Depth, report: BagReport) -> None:
    """Raise if what is promised of every report is not so of this one."""
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    told = [finding for finding in report.findings if not _counts_the_rest(finding)]
    assert told == sorted(told, key=report_order), "not in order"
    assert all(finding.message.isprintable() for finding in report.findings), "not safe to print"
    assert all(finding.code in FINDING_KINDS for finding in report.findings)
    assert (report.valid is False) == bool(errors), "the verdict does not follow from the findings"
    assert depth is not Depth.FULL or report.valid is not None, "no verdict after a full check"
    digest_of_secret = hashlib.md5(SECRET).hexdigest()[:12]
    assert not any(digest_of_secret in finding.message for finding in report.findings), (
        "a file outside was read"
    )
