"""``metadata/rights/README.txt``: one page on what was assessed, decided and withheld, and why, for a person."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import Act, Answer, Declaration, Disposition
from archiver.model.rights_summary import RightsSummary
from archiver.model.run import Run
from archiver.records.machine_use import machine_use_words
from archiver.records.rights_context import RightsContext
from archiver.records.rights_tally import deciding_reason
from archiver.records.visible import one_line, shortened
from archiver.rights.rules import RULES

_WIDTH = 78
_MOST_FILES = 20
_MOST_DECLARATIONS = 12
_MOST_WORDS = 20

_DISPOSITIONS = {
    Disposition.INCLUDE: "in the package",
    Disposition.RESTRICT: "in the package; access is withheld until a person decides or a date comes",
    Disposition.EXCLUDE: "not in the package",
    Disposition.REVIEW: "held back: a person has to look",
}
_ACTS = {
    Act.PRESERVE: "preserve (keep a copy)",
    Act.ACCESS: "access (use of the copy)",
    Act.TRANSFER: "transfer (hand it on)",
    Act.PUBLISH: "publish (to anyone)",
    Act.MINE: "mine (bulk analysis)",
}


def write_rights_readme(
    stream: BinaryIO, entries: Iterable[PackEntry], run: Run, context: RightsContext, summary: RightsSummary
) -> None:
    """Write the page: plain text in UTF-8, at most 78 columns; long lists end in "and N more, see rights.json"."""
    sections = [
        _section("Rights in the files of this package", _assessed(run, context, summary), underline="="),
        _section("What became of the files", _dispositions(summary)),
        _section("What may be done with them", _acts(summary)),
        _section("What was declared", _declarations(context, summary)),
        _section("What was withheld, and why", _withheld(entries, context, summary)),
        _section("Protection", _protection(summary)),
        _section("Personal data", _personal(summary)),
        _section("Machines", _machines(summary)),
        _paragraph(_FILES),
        "This is not legal advice.",
    ]
    stream.write(("\n\n".join(sections) + "\n").encode("utf-8", "backslashreplace"))


_FILES = (
    "In full, for machines: rights.json. For repositories: ../rights.csv and ../premis.xml. For those who train"
    " or index: ai-usage.txt, tdmrep.json and training-mining.json."
)


def _assessed(run: Run, context: RightsContext, summary: RightsSummary) -> list[str]:
    policy = context.policy
    needs = " and ".join(policy.needs) or "no act"
    return [
        _paragraph(
            f"Assessed on {context.assessed_on} by {run.software}: {_files(summary.assessed)}, under the policy"
            f' "{one_line(policy.name)}", which needs {needs} for every file. {one_line(policy.title)}'
        ),
        _paragraph(
            "What may be done follows from what named persons declared. What the files themselves say can make an"
            " answer stricter, never looser. What nobody declared is unknown, and unknown is not allowed."
        ),
    ]


def _dispositions(summary: RightsSummary) -> list[str]:
    lines = [
        textwrap.fill(
            f"{files:>9}  {disposition:<8}  {_DISPOSITIONS[disposition]}", _WIDTH, subsequent_indent=" " * 21
        )
        for disposition, files in summary.dispositions
    ]
    lines.append(f"{summary.unknown:>9}  of these without a declared basis")
    if summary.restricted_until_a_date:
        lines.append(f"{summary.restricted_until_a_date:>9}  of these restricted until a declared date")
    return ["\n".join(lines)]


def _acts(summary: RightsSummary) -> list[str]:
    rows = [f"{'files':<28}{'allowed':>12}{'denied':>12}{'unknown':>12}"]
    for act, answers in summary.acts:
        counts = dict(answers)
        cells = "".join(f"{counts[one]:>12}" for one in (Answer.ALLOW, Answer.DENY, Answer.UNKNOWN))
        rows.append(f"{_ACTS[act]:<28}{cells}")
    return ["\n".join(rows)]


def _declarations(context: RightsContext, summary: RightsSummary) -> list[str]:
    if not context.declarations:
        return ["Nothing."]
    covered = dict(summary.declarations)
    shown = itertools.islice(context.declarations.values(), _MOST_DECLARATIONS)
    lines = [_item(_declaration(one, context, covered.get(one.id, 0))) for one in shown]
    return ["\n".join([*lines, *_more(len(context.declarations) - len(lines))])]


def _declaration(declared: Declaration, context: RightsContext, files: int) -> str:
    words = [f"{one_line(declared.by)} ({declared.role}) on {declared.date}, for {_files(files)}:"]
    basis = f"basis {declared.basis}"
    if declared.license:
        basis += f" {one_line(declared.license)}"
    if declared.citation:
        basis += f" {one_line(declared.citation)}"
    parts = [basis]
    for answer, verb in ((Answer.ALLOW, "allows"), (Answer.DENY, "denies"), (Answer.UNKNOWN, "leaves open")):
        acts = [act.value for act, given in declared.acts if given is answer]
        if acts:
            parts.append(f"{verb} {', '.join(acts)}")
    if declared.jurisdiction:
        parts.append(f"in: {', '.join(declared.jurisdiction)}")
    if declared.carrier_held is not None:
        parts.append(f"carrier held: {declared.carrier_held}")
    if declared.expires is not None:
        parts.append(f"until {declared.expires}")
    document = context.documents.get(declared.id)
    if document is not None:
        parts.append(f"document {one_line(document)}")
    return " ".join([*words, "; ".join(parts) + "."])


def _withheld(entries: Iterable[PackEntry], context: RightsContext, summary: RightsSummary) -> list[str]:
    if not summary.withheld:
        return ["No file."]
    counts = (f"{files:>9}  {RULES.get(code, one_line(code))}" for code, files in summary.withheld_because)
    rules = "\n".join(textwrap.fill(line, _WIDTH, subsequent_indent=" " * 11) for line in counts)
    if context.anonymous_withheld:
        return [rules, "Their names are left out on purpose."]
    shown = itertools.islice((one for one in entries if isinstance(one, WithheldFile)), _MOST_FILES)
    lines = [line for one in shown for line in _withheld_file(one)]
    return [rules, "\n".join([*lines, *_more(summary.withheld - min(summary.withheld, _MOST_FILES))])]


def _withheld_file(entry: WithheldFile) -> Iterator[str]:
    decision = entry.assessed.decision
    yield f"  {shortened(one_line(entry.assessed.path), _WIDTH - 2)}"
    reason = deciding_reason(decision)
    if reason is not None:
        yield _item(one_line(reason.text), indent=4)


def _protection(summary: RightsSummary) -> list[str]:
    lines = ["\n".join(_counted(summary.protection))] if summary.protection else []
    if summary.unseen_files:
        lines.append(
            _paragraph(
                f"{_files(summary.unseen_files)} with headers that could not be read to their end: nobody knows"
                " whether they are protected."
            )
        )
    if not lines:
        return ["None detected."]
    text = "Nothing was decoded. A protected file is kept as it is, or left out, as the policy says."
    return [*lines, _paragraph(text)]


def _personal(summary: RightsSummary) -> list[str]:
    unread = _unread(summary)
    if not summary.personal_files:
        return ["None detected in what was read.", *unread] if unread else ["None detected."]
    held = summary.personal_packed
    inside = (
        ""
        if held == summary.personal_files
        else f" {held:,} of them {'is' if held == 1 else 'are'} in this package."
    )
    text = (
        f"{_files(summary.personal_files)} with data that can identify a person, in the tags or the text of the"
        f" file.{inside} The values are written nowhere in this package's records; rights.json says where they stand."
    )
    kinds = tuple((_kind(code), files) for code, files in summary.personal_kinds)
    return [_paragraph(text), "\n".join(_counted(kinds)), *unread]


def _unread(summary: RightsSummary) -> list[str]:
    if not summary.unread_files:
        return []
    held = summary.unread_packed
    inside = (
        ""
        if held == summary.unread_files
        else f" {held:,} of them {'is' if held == 1 else 'are'} in this package."
    )
    number = f"{summary.unread_files:,} more" if summary.personal_files else _files(summary.unread_files)
    return [
        _paragraph(
            f"{number} could not be read for it, or not to the end, such as documents of word"
            f" processors, archives and damaged files: whether they lead to a person is not known.{inside}"
        )
    ]


def _kind(code: str) -> str:
    known = EVIDENCE_KINDS.get(code)
    return code if known is None else f"{known.title} ({code})"


def _machines(summary: RightsSummary) -> list[str]:
    sentences = machine_use_words(summary)
    shown = sentences[:_MOST_WORDS]
    return ["\n".join([_item(sentence, indent=0) for sentence in shown] + _more(len(sentences) - len(shown)))]


def _counted(counts: tuple[tuple[str, int], ...]) -> list[str]:
    lines = [f"{files:>9}  {shortened(one_line(name), _WIDTH - 11)}" for name, files in counts[:_MOST_WORDS]]
    return lines + _more(len(counts) - len(lines))


def _more(number: int) -> list[str]:
    return [f"  and {number} more, see rights.json"] if number > 0 else []


def _section(title: str, parts: list[str], underline: str = "-") -> str:
    return "\n\n".join([f"{title}\n{underline * len(title)}", *parts])


def _item(text: str, indent: int = 2) -> str:
    """One entry of a list, its following lines set in."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )


def _paragraph(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_on_hyphens=False)


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
