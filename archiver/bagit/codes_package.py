"""Codes about what a bag travels in and who receives it: B8 serialized bags, B9 profiles."""

from __future__ import annotations

from archiver.bagit.findings import FindingKind

PACKAGE_KINDS: tuple[FindingKind, ...] = ()
"""The B8 and B9 codes, in order."""
