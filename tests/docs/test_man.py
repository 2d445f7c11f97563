"""Every command has a manual page that says what its help says, and that the programs which show pages accept."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs import make_man
from docs.command_tree import Node, walk

NODES = list(walk())
PAGES = sorted(make_man.FOLDER.iterdir())


def name_of(node: Node) -> str:
    return "-".join(node.path) + ".1"


def shown(page: str) -> str:
    """Return a page as a reader sees it, on lines that nothing breaks, or skip where no program shows pages."""
    if shutil.which("mandoc"):
        command = ["mandoc", "-T", "utf8", "-O", "width=1000"]
    elif shutil.which("groff"):
        command = ["groff", "-man", "-Tutf8", "-rLL=1000n", "-P-c"]
    else:
        pytest.skip("neither mandoc nor groff is here")
    text = subprocess.run(command, input=page, capture_output=True, text=True, check=True).stdout
    return re.sub(r".\x08", "", text)


def test_every_command_has_a_page_and_no_other_page_is_kept() -> None:
    assert [page.name for page in PAGES] == sorted(map(name_of, NODES))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.name))
def test_a_page_is_current(path: Path) -> None:
    # versions of click pad differently, and that alone makes no page wrong
    made = make_man.pages()[path.name]
    assert path.read_text(encoding="ascii").split() == made.split(), "run: python -m docs.make_man"


@pytest.mark.parametrize("node", NODES, ids=name_of)
def test_a_page_shows_every_option_example_and_status_of_the_help(node: Node) -> None:
    page = " ".join(shown(make_man.pages()[name_of(node)]).split())
    for parameter in node.command.get_params(node.context):
        record = parameter.get_help_record(node.context)
        if record is not None and isinstance(parameter, click.Option):
            assert " ".join(" ".join(record).split()) in page
    formatter = click.HelpFormatter(width=1000)
    node.command.format_epilog(node.context, formatter)
    titles = ("Examples:", "Exit status", "A first try:")
    for line in formatter.getvalue().splitlines():
        if not line.strip().startswith(titles):
            assert " ".join(line.split()) in page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.name))
def test_mandoc_finds_no_fault(path: Path) -> None:
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not here")
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", path], capture_output=True, text=True, check=False
    )
    faults = [line for line in done.stdout.splitlines() if "missing date" not in line]  # pages bear none
    assert faults == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.name))
def test_groff_finds_no_fault(path: Path) -> None:
    if not shutil.which("groff"):
        pytest.skip("groff is not here")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-z", "-Tutf8", path], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_what_roff_would_take_for_its_own_is_shown_as_it_stands() -> None:
    lines = [
        ".gitignore stays",
        "'quoted'",
        r"a \fB b \\ c",
        "--long -s",
        '`~^"',
        "Ünïcode … „x“",
        "100 % # @",
    ]
    page = '.TH X 1 "" x x\n.SH LINES\n.nf\n' + "\n".join(map(make_man.roff, lines)) + "\n.fi\n"
    seen = [line.strip() for line in shown(page).splitlines()]
    assert [line for line in lines if line not in seen] == []


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_no_text_becomes_a_request(text: str) -> None:
    escaped = make_man.roff(text)
    assert escaped.isascii()
    assert not escaped.startswith((".", "'"))
    back = re.sub(r"\\\[u([0-9A-F]+)\]", lambda match: chr(int(match[1], 16)), escaped)
    for sign, code in (
        ("-", r"\-"), ("'", r"\(aq"), ("`", r"\(ga"), ("^", r"\(ha"), ("~", r"\(ti"), ('"', r"\(dq"), ("\\", r"\(rs")
    ):  # fmt: skip
        back = back.replace(code, sign)
    assert back.removeprefix(r"\&" if escaped.startswith(r"\&") else "") == text
