"""``metadata/rights/README.txt``: one page on what was assessed, decided, closed and withheld, and why, for a person."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Iterator

from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.model.package import PackEntry, WithheldFile, withheld_file
from archiver.model.rights import Act, Answer, Basis, Declaration, Disposition, Policy
from archiver.model.rights_context import RightsContext
from archiver.model.rights_summary import Ground, RightsSummary
from archiver.model.run import Run
from archiver.records.names import RIGHTS_README
from archiver.records.rights.grounds import ground_words, settling_ground
from archiver.records.rights.labels import share_in_package
from archiver.records.rights.machine_use import machine_use_words
from archiver.records.visible import counted_files, one_line, shortened
from archiver.records.writing import Closing, Opening
from archiver.rights.licenses import identify_license

_WIDTH = 78
_MOST_FILES = 20
_MOST_DECLARATIONS = 12
_MOST_WORDS = 20

_DISPOSITIONS = {
    Disposition.INCLUDE: "in the package",
    Disposition.RESTRICT: "in the package, closed until a person decides or a date comes",
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


class RightsReadmeWriter:
    """Writes the page: plain text in UTF-8, at most 78 columns; long lists end in "and N more, see rights.jsonl"."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(RIGHTS_README)
        self._withheld: list[WithheldFile] = []

    def add(self, entry: PackEntry) -> None:
        """Keep the first of the withheld files."""
        file = withheld_file(entry)
        if file is not None and len(self._withheld) < _MOST_FILES:
            self._withheld.append(file)

    def finish(self, closing: Closing) -> None:
        """Write the page."""
        run, context, summary = closing.run, closing.context, closing.bag.rights
        sections = [
            _section("Rights in this package", _assessed(run, context, summary), underline="="),
            _section("What became of the files", _dispositions(summary)),
            _section("What may be done with them", _acts(summary)),
            _section("What was declared", _declarations(context, summary)),
            _section("What is closed, and why", _closed(summary)),
            _section("What was withheld, and why", _withheld(self._withheld, context, summary)),
            _section("Protection", _protection(summary)),
            _section("Personal data", _personal(summary)),
            _section("Machines", _machines(summary)),
            _paragraph(_FILES),
            "This is not legal advice.",
        ]
        self._stream.write(("\n\n".join(sections) + "\n").encode("utf-8", "backslashreplace"))


_FILES = (
    "In full, for machines: rights.jsonl. For repositories: ../rights.csv and ../premis.xml. For those who train"
    " or index: ai-usage.txt, tdmrep.json and training-mining.json."
)


def _assessed(run: Run, context: RightsContext, summary: RightsSummary) -> list[str]:
    policy = context.policy
    return [
        _paragraph(
            f"Assessed on {context.assessed_on} by {run.software}: {counted_files(summary.assessed)}"
            f'{share_in_package(summary.assessed, summary.packed)}, under the policy "{one_line(policy.name)}", which {_asked(policy)}. {one_line(policy.title)}'
        ),
        _paragraph(
            "What may be done follows from what named persons declared. What the files themselves say can make an"
            " answer stricter, never looser. What nobody declared is unknown, and unknown is not allowed."
        ),
    ]


def _asked(policy: Policy) -> str:
    """What a policy asks of every file; an act that may stay unknown is none that it needs."""
    unsaid = [act for act in policy.needs if dict(policy.unknown).get(act) is Disposition.INCLUDE]
    said = [act for act in policy.needs if act not in unsaid]
    asked = [f"needs {' and '.join(said)} for every file"] if said else []
    if unsaid:
        asked.append(f"takes a file even where nobody allows {' or '.join(unsaid)}")
    return ", and ".join(asked)


def _dispositions(summary: RightsSummary) -> list[str]:
    lines = [
        textwrap.fill(
            f"{files:>9}  {disposition:<8}  {_DISPOSITIONS[disposition]}", _WIDTH, subsequent_indent=" " * 21
        )
        for disposition, files in summary.dispositions
    ]
    held = share_in_package(summary.unknown, summary.in_bag.unknown)
    lines.append(f"{summary.unknown:>9}  of these without a declared basis{held}")
    if summary.restricted_until_a_date:
        lines.append(f"{summary.restricted_until_a_date:>9}  of these closed until a declared date")
    return ["\n".join(lines)]


def _acts(summary: RightsSummary) -> list[str]:
    rows = [f"{'files':<28}{'allowed':>12}{'denied':>12}{'unknown':>12}"]
    for act, answers in summary.in_bag.acts:
        counts = dict(answers)
        cells = "".join(f"{counts[one]:>12}" for one in (Answer.ALLOW, Answer.DENY, Answer.UNKNOWN))
        rows.append(f"{_ACTS[act]:<28}{cells}")
    table = "\n".join(rows)
    return [f"The files in this package:\n\n{table}"] if summary.assessed > summary.packed else [table]


def _declarations(context: RightsContext, summary: RightsSummary) -> list[str]:
    if not context.declarations:
        return ["Nothing."]
    covered, held = dict(summary.declarations), dict(summary.in_bag.declarations)
    shown = itertools.islice(context.declarations.values(), _MOST_DECLARATIONS)
    lines = [
        _item(_declaration(one, context, _covered(covered.get(one.id, 0), held.get(one.id, 0))))
        for one in shown
    ]
    return ["\n".join([*lines, *_more(len(context.declarations) - len(lines))])]


def _covered(files: int, held: int) -> str:
    return f"{counted_files(files)}{share_in_package(files, held)}"


def _declaration(declared: Declaration, context: RightsContext, files: str) -> str:
    words = [f"{one_line(declared.by)} ({declared.role}) on {declared.date}, for {files}:"]
    basis = f"basis {declared.basis}"
    if declared.license:
        basis += f" {one_line(declared.license)}"
    if declared.citation:
        basis += f" {one_line(declared.citation)}"
    parts = [basis, *_licence(declared)]
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
    parts += _document(declared, context)
    return " ".join([*words, "; ".join(parts) + "."])


def _licence(declared: Declaration) -> Iterator[str]:
    """What a known licence carries, and what it asks in return."""
    known = identify_license(declared.license or "") if declared.basis is Basis.LICENSE else None
    if known is None:
        return
    yield f"carries {', '.join(act for act in Act if act in known.acts)}"
    if known.condition:
        yield f"its condition: {known.condition}"


def _document(declared: Declaration, context: RightsContext) -> Iterator[str]:
    path = context.documents.get(declared.id)
    if path is not None:
        yield f"document {one_line(path)}"
    elif declared.document is not None:
        named = "" if context.anonymous_withheld else f" {one_line(declared.document)},"
        yield f"document{named} not in this package"


def _closed(summary: RightsSummary) -> list[str]:
    counts = _because(summary, packed=True)
    if not counts:
        return ["No file."]
    text = (
        "These files are in this package, but are opened to nobody until a person has decided or the date has come."
        " Each is counted once, for what weighs most:"
    )
    return [_paragraph(text), "\n".join(counts)]


def _because(summary: RightsSummary, *, packed: bool) -> list[str]:
    """Numbers of files by what closed them or kept them out."""
    return [
        _reason(ground, files) for ground, files in summary.because if ground.disposition.packed is packed
    ]


def _reason(ground: Ground, files: int) -> str:
    return textwrap.fill(f"{files:>9}  {ground_words(ground)}", _WIDTH, subsequent_indent=" " * 11)


def _withheld(entries: Iterable[WithheldFile], context: RightsContext, summary: RightsSummary) -> list[str]:
    """Each reason with the files that it keeps out, as far as these are among the first."""
    if not summary.withheld:
        return ["No file."]
    if context.anonymous_withheld:
        return [
            "\n".join(_because(summary, packed=False)),
            "Their names are left out on purpose.",
        ]
    named: dict[Ground | None, list[str]] = {}
    for one in entries:
        named.setdefault(settling_ground(one.assessed.decision), []).append(one.assessed.path)
    lines = []
    for ground, files in summary.because:
        if not ground.disposition.packed:
            names = named.get(ground, [])
            lines.append(_reason(ground, files))
            lines += [f"{' ' * 13}{shortened(one_line(name), _WIDTH - 13)}" for name in names]
            lines += [f"{' ' * 11}{line}" for line in _more(files - len(names))]
    return ["\n".join(lines)]


def _protection(summary: RightsSummary) -> list[str]:
    held = summary.in_bag
    lines = ["\n".join(_counted(summary.protection, held.protection))] if summary.protection else []
    if summary.unseen_files:
        files = summary.unseen_files
        lines.append(
            _paragraph(
                f"{_covered(files, held.unseen_files)} with headers that could not be read to their end: nobody knows"
                f" whether {'it is' if files == 1 else 'they are'} protected."
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
    inside = _inside(summary.personal_files, summary.in_bag.personal_files)
    text = (
        f"{counted_files(summary.personal_files)} with data that can identify a person, in the tags or the text of the"
        f" file.{inside} The values are written nowhere in this package's records; rights.jsonl says where they stand."
    )
    kinds = tuple((_kind(code), files) for code, files in summary.personal_kinds)
    return [_paragraph(text), "\n".join(_counted(kinds, kinds)), *unread]


def _unread(summary: RightsSummary) -> list[str]:
    if not summary.unread_files:
        return []
    inside = _inside(summary.unread_files, summary.in_bag.unread_files)
    number = (
        f"{summary.unread_files:,} more" if summary.personal_files else counted_files(summary.unread_files)
    )
    return [
        _paragraph(
            f"{number} could not be read for it, or not to the end, as is so of PDFs, office documents, archives"
            f" and damaged files: whether {'it leads' if summary.unread_files == 1 else 'they lead'} to a person is"
            f" not known.{inside}"
        )
    ]


def _kind(code: str) -> str:
    known = EVIDENCE_KINDS.get(code)
    return code if known is None else f"{known.title} ({code})"


def _machines(summary: RightsSummary) -> list[str]:
    opening, *sentences = machine_use_words(summary)
    shown = sentences[:_MOST_WORDS]
    lines = [_item(sentence) for sentence in shown] + _more(len(sentences) - len(shown))
    return [_paragraph(opening), *(["\n".join(lines)] if lines else [])]


def _counted(counts: tuple[tuple[str, int], ...], held: tuple[tuple[str, int], ...]) -> list[str]:
    """Names with the files of each, and how many of these are in the package where not all are."""
    inside = dict(held)
    lines = []
    for name, files in counts[:_MOST_WORDS]:
        told = share_in_package(files, inside.get(name, 0))
        lines.append(f"{files:>9}  {shortened(one_line(name), _WIDTH - 11 - len(told))}{told}")
    return lines + _more(len(counts) - len(lines))


def _inside(files: int, held: int) -> str:
    """How many of some files are in the package, as a sentence; empty where all are."""
    if held == files:
        return ""
    if files == 1:
        return " It is not in this package."
    return f" {held or 'None'} of them {'is' if held <= 1 else 'are'} in this package."


def _more(number: int) -> list[str]:
    return [f"  and {number} more, see rights.jsonl"] if number > 0 else []


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
