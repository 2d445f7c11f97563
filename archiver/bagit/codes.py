"""The registry of finding codes: the one place to look one up and the one way to make a finding."""

from __future__ import annotations

from archiver.bagit.codes_bag import BAG_KINDS
from archiver.bagit.codes_files import FILE_KINDS
from archiver.bagit.codes_package import PACKAGE_KINDS
from archiver.bagit.findings import Finding, FindingKind, printable

FINDING_KINDS: dict[str, FindingKind] = {
    kind.code: kind for kind in (*BAG_KINDS, *FILE_KINDS, *PACKAGE_KINDS)
}
"""Every code, in order. ``docs/reference/bagit-findings.md`` is made from it."""


def found(code: str, path: str, message: str) -> Finding:
    """Make the finding ``code`` about ``path``; severity and specification come from the registry.

    Whatever in ``message`` does not print is escaped.
    """
    kind = FINDING_KINDS[code]
    return Finding(kind.code, kind.severity, path, printable(message), kind.spec)
