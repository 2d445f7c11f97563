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

TRAVERSAL = {
    "out-of-scope-file-paths-using-absolute-path": {"B501"},
    "out-of-scope-file-paths-using-absolute-path-for-fetch": {"B602"},
    "out-of-scope-file-paths-using-shortcut": {"B501"},
    "out-of-scope-file-paths-using-shortcut-for-fetch": {"B602"},
}

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

INVALID: dict[str, set[str]] = {
    "v0.97/invalid/baginfo-missing-encoding": {"B107"},
    "v0.97/invalid/bom-in-bagit.txt": {"B103"},
    "v0.97/invalid/corrupt-data-file": {"B411"},
    "v0.97/invalid/corrupt-tag-file": {"B413"},
    "v0.97/invalid/extra-file-in-bag": {"B402"},
    "v0.97/invalid/invalid-version-number": {"B105"},
    "v0.97/invalid/missing-baginfo": {"B404"},
    "v0.97/invalid/missing-bagit.txt": {"B101"},
    "v0.97/invalid/out-of-scope-file-paths-using-dot-notation": {"B501"},
    "v0.97/invalid/out-of-scope-file-paths-using-dot-notation-for-fetch": {"B602"},
    "v0.97/invalid/same-filename-listed-twice-with-different-hashes": {"B310"},
    "v1.0/invalid/bagit-with-invalid-whitespace": {"B104"},
    "v1.0/invalid/notAllManifestsListAllFiles": {"B402"},
    "v1.0/invalid/same-filename-listed-twice-with-different-hashes": {"B310"},
    "v1.0/invalid/same-filename-listed-twice-with-the-same-hash": {"B311"},
    **{f"v0.97/linux-only/{name}": codes for name, codes in TRAVERSAL.items()},
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username": {"B501"},
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username-for-fetch": {"B602"},
    **{f"v0.97/windows-only/{name}": codes for name, codes in TRAVERSAL.items()},
    "v0.97/windows-only/out-of-scope-file-paths-using-shortcut": {"B502"},
    "v0.97/windows-only/out-of-scope-file-paths-using-unc": {"B501"},
    "v0.97/windows-only/out-of-scope-file-paths-using-unc-for-fetch": {"B602"},
}

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


@pytest.mark.parametrize(("bag", "codes"), INVALID.items())
def test_invalid_bags_give_the_error_they_are_about(
    conformance_suite: Path, check: Check, bag: str, codes: set[str]
) -> None:
    report = check(conformance_suite / bag)
    assert codes <= errors(report), report.findings
    assert report.valid is False


@pytest.mark.parametrize(("bag", "code"), WARNING.items())
def test_bags_to_warn_of_are_valid_with_that_warning(
    conformance_suite: Path, check: Check, bag: str, code: str
) -> None:
    report = check(conformance_suite / bag)
    assert errors(report) == set(), report.findings
    assert report.counts[code] > 0
    assert FINDING_KINDS[code].severity is Severity.WARNING
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
