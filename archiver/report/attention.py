"""What in a bag needs a person's attention, and what was kept out of it, with the first examples of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archiver.model.problem import PROBLEM_KINDS
from archiver.model.rights import Disposition
from archiver.report.markup import counted, isolated, text
from archiver.report.row import FileRow, RightsNote

_MOST_KINDS = 200
_EXAMPLES = 10
_NAMES = 40


@dataclass(slots=True)
class Attention:
    """Findings and withheld files, by kind; its size does not grow with their number.

    Attributes:
        findings: By code, the first files with a link to their album.
        withheld: By what settled it, how many files.
        names: By the same, the first of their names.
        closed: By what settled it, how many files in the bag are closed.
    """

    findings: dict[str, list[str]] = field(default_factory=dict)
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)
    names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    closed: Counter[str] = field(default_factory=Counter)

    def add(self, row: FileRow, note: RightsNote | None, target: str) -> None:
        """Take in one file.

        Args:
            row: The file.
            note: What was decided of it.
            target: Address of its album's part.
        """
        for problem in row.problems:
            self._find(problem.code, row, problem.message, target)
        if note is None:
            return
        if row.is_withheld:
            key = note.disposition, note.ground
            if key in self.withheld or len(self.withheld) < _MOST_KINDS:
                self.withheld[key] += 1
                names = self.names.setdefault(key, [])
                if len(names) < _NAMES:
                    names.append(row.source_path)
        elif note.disposition == Disposition.RESTRICT and (
            note.ground in self.closed or len(self.closed) < _MOST_KINDS
        ):
            self.closed[note.ground] += 1

    def _find(self, code: str, row: FileRow, message: str, target: str) -> None:
        if code not in self.findings and len(self.findings) >= _MOST_KINDS:
            return
        examples = self.findings.setdefault(code, [])
        if len(examples) < _EXAMPLES:
            name = isolated(row.source_path, 200)
            examples.append(f'<li><a href="{target}">{name}</a> {text(message, 300)}</li>\n')


def findings_section(attention: Attention, counted_by_code: Counter[str]) -> str:
    """Return what needs attention, the weightiest first."""
    if not attention.findings:
        return '<p class="read">Nothing that this program looks for was found in the files.</p>\n'
    parts = []
    for code in sorted(attention.findings, key=_weight):
        kind = PROBLEM_KINDS.get(code)
        title = f"a finding {code}" if kind is None else kind.title
        examples = attention.findings[code]
        files = counted_by_code[code]
        rest = f"<li>and {files - len(examples):,} more</li>" if files > len(examples) else ""
        advice = "" if kind is None or not kind.advice else f"<p>{text(kind.advice)}</p>"
        parts.append(
            f"<div><h3>{text(title[:1].upper() + title[1:])}</h3>"
            f"<p>{counted(files, 'file')} <code>{text(code, 20)}</code></p>{advice}"
            f'<details><summary>Which<span class="aside"> files: {text(title)}</span></summary>'
            f'<ul class="plain">{"".join(examples)}{rest}</ul></details></div>\n'
        )
    return f'<div class="look">{"".join(parts)}</div>\n'


def _weight(code: str) -> tuple[int, str]:
    kind = PROBLEM_KINDS.get(code)
    order = ("error", "warning", "info")
    return (3, code) if kind is None else (order.index(kind.severity.value), code)
