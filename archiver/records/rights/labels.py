"""The labels of ``bag-info.txt`` that sum up the rights record."""

from __future__ import annotations

from archiver.model.rights import Disposition
from archiver.model.rights_context import RightsContext
from archiver.model.rights_summary import RightsSummary
from archiver.records.rights.machine_use import AIPREF_VOCABULARY
from archiver.records.visible import counted_files, one_line


def rights_labels(summary: RightsSummary, context: RightsContext) -> tuple[tuple[str, str], ...]:
    """Return label and value pairs in order; labels have hyphens and no spaces, for repositories make XML names of them."""
    return (
        ("Rights-Policy", one_line(context.policy.name)),
        ("Rights-Summary", _summary(summary)),
        ("Rights-Assessed-On", context.assessed_on.isoformat()),
        ("AI-Usage", _usage(summary)),
        ("Personal-Data", _personal(summary)),
    )


def _summary(summary: RightsSummary) -> str:
    counts = dict(summary.dispositions)
    dispositions = ", ".join(f"{counts[one]} {one}" for one in Disposition)
    return f"{dispositions}; basis unknown for {summary.unknown}"


def _usage(summary: RightsSummary) -> str:
    statements = [statement for statement, _ in summary.usage]
    if len(statements) > 1:
        return "differs by file, see metadata/rights/ai-usage.txt"
    if statements in ([], [""]):
        return "no permission for training granted"
    return f"{statements[0]} ({AIPREF_VOCABULARY})"


def _personal(summary: RightsSummary) -> str:
    if not summary.personal_files and not summary.unread_files:
        return "none detected"
    detected = "none detected in what was read"
    if summary.personal_files:
        files, held = summary.personal_files, summary.in_bag.personal_files
        detected = f"detected in {counted_files(files)}{share_in_package(files, held)}"
    unread = ""
    if summary.unread_files:
        more = "more" if summary.personal_files else "file" if summary.unread_files == 1 else "files"
        share = share_in_package(summary.unread_files, summary.in_bag.unread_files)
        unread = f"; {summary.unread_files} {more} could not be read for it{share}"
    return f"{detected}{unread}, see metadata/rights"


def share_in_package(files: int, held: int) -> str:
    """Return how many of some files are in the package, to stand after their number; empty where all are."""
    if held == files:
        return ""
    if files == 1:
        return ", not in this package"
    return f", {held or 'none'} of them in this package"
