"""The public conformance suite, judged strictly: 60 bags, each with the very findings it must give.

``valid`` must give no error, ``warning`` the warning it is about, ``invalid`` and the bags for one operating system
the error they are about, on every system. Three bags in ``warning`` lack a file that git or the maker's file system
could not keep; they must give the warning they are about and name the file that is not there.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Severity
from archiver.bagit.report import BagReport
from tests.bagit.conftest import Check

VALID = {
    "v0.93": ("basic-bag", "duplicate-metadata-entries"),
    "v0.94": ("basic-bag", "duplicate-metadata-entries"),
    "v0.95": ("basic-bag", "duplicate-metadata-entries"),
    "v0.96": (
        "bag-in-a-bag",
        "bag-with-encoded-names",
        "bag-with-escapable-characters",
        "bag-with-leading-dot-slash-in-manifest",
        "bag-with-space",
        "basic-bag",
        "duplicate-metadata-entries",
        "holey-bag",
    ),
    "v0.97": (
        "ISO-8859-1-encoded-tag-files",
        "UTF-16-encoded-tag-files",
        "bag-in-a-bag",
        "bag-with-encoded-names",
        "bag-with-escapable-characters",
        "bag-with-leading-dot-slash-in-manifest",
        "bag-with-space",
        "basic-bag",
        "duplicate-metadata-entries",
        "holey-bag",
        "minimal-bag",
        "uncommon-metadata-separators",
    ),
    "v1.0": ("basicBag",),
}

README = "../../../README.md"
SETX = "\\Windows\\System32\\setx.exe"
UNC = f"\\\\?\\UNC\\server{SETX}"

INVALID = {
    "v0.97/invalid/baginfo-missing-encoding": ("B107", "bagit.txt"),
    "v0.97/invalid/bom-in-bagit.txt": ("B103", "bagit.txt"),
    "v0.97/invalid/corrupt-data-file": ("B411", "data/bare-filename"),
    "v0.97/invalid/corrupt-tag-file": ("B413", "bag-info.txt"),
    "v0.97/invalid/extra-file-in-bag": ("B402", "data/bar"),
    "v0.97/invalid/invalid-version-number": ("B105", "bagit.txt"),
    "v0.97/invalid/missing-baginfo": ("B404", "bag-info.txt"),
    "v0.97/invalid/missing-bagit.txt": ("B101", "bagit.txt"),
    "v0.97/invalid/out-of-scope-file-paths-using-dot-notation": ("B501", README),
    "v0.97/invalid/out-of-scope-file-paths-using-dot-notation-for-fetch": ("B602", README),
    "v0.97/invalid/same-filename-listed-twice-with-different-hashes": ("B310", "data/README"),
    "v1.0/invalid/bagit-with-invalid-whitespace": ("B104", "bagit.txt"),
    # the suite gave this bag one manifest only, so the file is in none, not in one of two
    "v1.0/invalid/notAllManifestsListAllFiles": ("B402", "data/missingFromManifest.txt"),
    "v1.0/invalid/same-filename-listed-twice-with-different-hashes": ("B310", "data/README"),
    "v1.0/invalid/same-filename-listed-twice-with-the-same-hash": ("B311", "data/README"),
    "v0.97/linux-only/out-of-scope-file-paths-using-absolute-path": ("B501", "/tmp/foo"),
    "v0.97/linux-only/out-of-scope-file-paths-using-absolute-path-for-fetch": ("B602", "/tmp/test.txt"),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut": ("B501", "~/foo"),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-for-fetch": ("B602", "~/test.txt"),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username": ("B501", "~root/foo"),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username-for-fetch": ("B602", "~root/foo"),
    "v0.97/windows-only/out-of-scope-file-paths-using-absolute-path": ("B501", f"C:{SETX}"),
    "v0.97/windows-only/out-of-scope-file-paths-using-absolute-path-for-fetch": ("B602", f"C:{SETX}"),
    # what %HomeDrive% stands for is for a shell to say; the path is refused for the backslashes after it
    "v0.97/windows-only/out-of-scope-file-paths-using-shortcut": ("B502", f"%HomeDrive%{SETX}"),
    "v0.97/windows-only/out-of-scope-file-paths-using-shortcut-for-fetch": ("B602", f"%HomeDrive%{SETX}"),
    "v0.97/windows-only/out-of-scope-file-paths-using-unc": ("B501", UNC),
    "v0.97/windows-only/out-of-scope-file-paths-using-unc-for-fetch": ("B602", UNC),
}
"""Each bag with the fault it is about, and where that is."""

INCIDENTAL = {
    "v0.97/invalid/baginfo-missing-encoding": {"B413"},
    "v0.97/invalid/corrupt-data-file": {"B206"},
    "v0.97/invalid/extra-file-in-bag": {"B206"},
    "v0.97/invalid/invalid-version-number": {"B413"},
    "v0.97/invalid/missing-bagit.txt": {"B404"},
    "v1.0/invalid/same-filename-listed-twice-with-different-hashes": {"B104", "B413"},
    "v1.0/invalid/same-filename-listed-twice-with-the-same-hash": {"B413"},
}
"""What else is wrong with a bag: mostly, that bagit.txt was edited after the tag manifest was made."""

WARNING = {
    "v0.97/warning/made-with-md5sum-tools": "B306",
    "v0.97/warning/relative-path": "B307",
    "v0.97/warning/same-filename-listed-twice-with-the-same-hash": "B312",
}

DEFECTIVE = {
    "v0.97/warning/duplicate-file-with-different-case": ("B505", {"B401": "data/HELLO.txt"}),
    "v0.97/warning/same-filename-listed-twice-with-different-normalization": (
        "B506",
        {"B401": "data/Nu\N{COMBINING ACUTE ACCENT}n\N{COMBINING TILDE}ez"},
    ),
    "v0.97/warning/special-system-files": ("B405", {"B401": "data/.DS_Store", "B206": "bag-info.txt"}),
}


def errors(report: BagReport) -> set[str]:
    return {code for code in report.counts if FINDING_KINDS[code].severity is Severity.ERROR}


def test_every_bag_of_the_suite_is_judged_here(conformance_suite: Path) -> None:
    here = {f"{version}/valid/{name}" for version, names in VALID.items() for name in names}
    here |= INVALID.keys() | WARNING.keys() | DEFECTIVE.keys()
    there = {
        f"{version.name}/{kind.name}/{bag.name}"
        for version in conformance_suite.glob("v*")
        for kind in version.iterdir()
        if kind.is_dir()
        for bag in kind.iterdir()
        if bag.is_dir()
    }
    assert here == there
    assert len(there) == 60


@pytest.mark.parametrize(
    "bag", [f"{version}/valid/{name}" for version, names in VALID.items() for name in names]
)
def test_valid_bags_give_no_error(conformance_suite: Path, check: Check, bag: str) -> None:
    report = check(conformance_suite / bag)
    assert errors(report) == set(), report.findings
    assert (report.complete, report.valid) == (True, True)
    assert f"v{report.version}" == bag.partition("/")[0]


@pytest.mark.parametrize(("bag", "fault"), INVALID.items())
def test_invalid_bags_give_the_error_they_are_about(
    conformance_suite: Path, check: Check, bag: str, fault: tuple[str, str]
) -> None:
    report = check(conformance_suite / bag)
    assert fault in {(finding.code, finding.path) for finding in report.findings}
    assert errors(report) == {fault[0]} | INCIDENTAL.get(bag, set()), report.findings
    assert report.valid is False


@pytest.mark.parametrize(("bag", "code"), WARNING.items())
def test_bags_to_warn_of_are_valid_with_that_warning(
    conformance_suite: Path, check: Check, bag: str, code: str
) -> None:
    report = check(conformance_suite / bag)
    assert errors(report) == set(), report.findings
    warnings = {one.code for one in report.findings if one.severity is Severity.WARNING}
    assert warnings == {code}, report.findings
    assert report.valid is True


@pytest.mark.parametrize(("bag", "warning", "missing"), [(bag, *rest) for bag, rest in DEFECTIVE.items()])
def test_defective_bags_name_the_file_they_lack(
    conformance_suite: Path, check: Check, bag: str, warning: str, missing: dict[str, str]
) -> None:
    if len(os.listdir(os.fsencode(conformance_suite / bag / "data"))) > 1:
        pytest.skip("this copy of the suite was made where the missing file could be kept")
    report = check(conformance_suite / bag)
    assert warning in report.counts
    assert {
        finding.code: finding.path for finding in report.findings if finding.severity is Severity.ERROR
    } == missing
