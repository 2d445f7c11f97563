"""Make the manual pages from the help of every command; run ``python -m docs.make_man`` from the root.

Writes a page for each command and group into ``docs/man``, from where a wheel takes them, and removes pages of commands
that are gone. The pages are in the man(7) macros that groff and mandoc read. They bear no date and no version: those
would change with every commit, and the test that holds the pages to the program could hold nothing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from docs.command_tree import Node, walk

FOLDER = Path(__file__).parent / "man"

_SECTIONS = {"Examples": "EXAMPLES", "A first try": "EXAMPLES"}
_STATUSES = "Exit status"
_ESCAPES = {
    "\\": r"\(rs",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
}


def pages() -> dict[str, str]:
    """Return each page's text by the name of its file."""
    nodes = {node.path: node for node in walk()}
    return {f"{_title(node.path)}.1": "\n".join(_lines(node, nodes)) + "\n" for node in nodes.values()}


def roff(text: str) -> str:
    r"""Return ``text``, which has no line break, in ASCII that roff prints as it stands, wherever on a line it is put.

    Escapes are those of groff_char(7), which mandoc shares. ``\&`` keeps a leading full stop from being a request.
    """
    escaped = "".join(_ESCAPES.get(character) or _ascii(character) for character in text)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


def _ascii(character: str) -> str:
    return character if character.isascii() else rf"\[u{ord(character):04X}]"


def _title(path: tuple[str, ...]) -> str:
    return "-".join(path)


def _lines(node: Node, nodes: dict[tuple[str, ...], Node]) -> Iterator[str]:
    yield r".\" Made by python -m docs.make_man from the program's own help."
    yield f'.TH "{roff(_title(node.path).upper())}" "1" "" "archiver" "archiver"'
    yield ".SH NAME"
    yield rf"{roff(_title(node.path))} \- {roff(_summary(node))}"
    yield ".SH SYNOPSIS"
    usage = " ".join(node.command.collect_usage_pieces(node.context))
    yield f"{_bold(' '.join(node.path))} {_italic(usage)}"
    yield ".SH DESCRIPTION"
    help_text = inspect.cleandoc(node.command.help or "").partition("\f")[0]
    yield from _paragraphs(help_text)
    yield ".SH OPTIONS"
    for parameter in node.command.get_params(node.context):
        record = parameter.get_help_record(node.context)
        if record is not None and isinstance(parameter, click.Option):  # arguments stand in the synopsis
            yield from _entry(_option(record[0]), record[1])
    below = [nodes[other.path] for other in node.below()]
    if below:
        yield ".SH COMMANDS"
        for other in below:
            yield from _entry(_reference(other.path), _summary(other) + ".")
    yield from _epilog(node)
    yield from _see_also(node, [other.path for other in below])


def _summary(node: Node) -> str:
    return node.command.get_short_help_str(limit=1000).removesuffix(".")


def _epilog(node: Node) -> Iterator[str]:
    """Yield what a help has after its options: blocks of indented lines under a title, and paragraphs."""
    formatter = click.HelpFormatter(width=1000)
    node.command.format_epilog(node.context, formatter)
    notes = []
    for block in filter(None, re.split(r"\n\s*\n", inspect.cleandoc(formatter.getvalue()))):
        title, _, rest = block.partition("\n")
        if title.startswith(_STATUSES):
            yield ".SH EXIT STATUS"
            for line in rest.splitlines():
                status, _, meaning = line.strip().partition(" ")
                yield from _entry(_bold(status), meaning.strip())
        elif title.removesuffix(":") in _SECTIONS:
            yield f".SH {_SECTIONS[title.removesuffix(':')]}"
            yield from _as_it_stands(rest)
        else:
            notes.append(block)
    if notes:
        yield ".SH NOTES"
        yield from _paragraphs("\n\n".join(notes))


def _see_also(node: Node, below: list[tuple[str, ...]]) -> Iterator[str]:
    above = [node.path[:length] for length in range(1, len(node.path))]
    yield ".SH SEE ALSO"
    yield ",\n".join(_reference(path) for path in above + below) or _reference(node.path)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(filter(None, re.split(r"\n\s*\n", text))):
        if number:
            yield ".PP"
        yield roff(" ".join(paragraph.split()))


def _as_it_stands(text: str) -> Iterator[str]:
    yield ".nf"
    yield from (roff(line) for line in inspect.cleandoc(text).splitlines())
    yield ".fi"


def _entry(term: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield term
    yield roff(" ".join(text.split()))


def _option(names: str) -> str:
    return ", ".join(_bold(name) + (f" {_italic(value)}" if value else "") for name, value in _named(names))


def _named(names: str) -> Iterator[tuple[str, str]]:
    for name in names.split(", "):
        word, _, value = name.partition(" ")
        yield word, value


def _reference(path: tuple[str, ...]) -> str:
    return f"{_bold(_title(path))}(1)"


def _bold(text: str) -> str:
    return rf"\fB{roff(text)}\fR"


def _italic(text: str) -> str:
    return rf"\fI{roff(text)}\fR"


def main() -> None:
    """Write every page, and remove those of commands that are gone."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="ascii")
    for path in FOLDER.iterdir():
        if path.name not in made:
            path.unlink()
    print(f"{len(made)} pages in {FOLDER}")


if __name__ == "__main__":
    main()
