"""The page of cases to survive: what is promised in each, and the tests that show it, which are found by their mark."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parent.parent.parent

CASES: dict[int, tuple[str, str]] = {
    1: (
        "a run is killed at any call",
        "the same command completes it; no bag stands under its name that is not whole; the source is as it was",
    ),
    2: ("the power fails", "what has its name is whole: everything of it was on the disk before it got it"),
    3: (
        "the disk is full, has no room for names, or takes no larger files",
        "a plain end; the same command goes on once there is room",
    ),
    4: ("a file of the source cannot be read", "it is told and recorded, all others are packed, status 3"),
    5: (
        "the store cannot be written, or not be synced",
        "the run stops; nothing is tried again and believed",
    ),
    6: ("a file or folder may not be opened", "it is told, and all else goes on"),
    7: ("a file changes while it is read", "it is read once more, then told and left out"),
    8: ("a file becomes a link or a pipe", "the link is not followed, the pipe not waited for"),
    9: (
        "a folder is exchanged for a link",
        "no byte from behind it gets into a bag, and nothing is written behind it",
    ),
    10: ("pipes, sockets, devices", "each is told, and none is opened"),
    11: (
        "links that go round, lead out, or nowhere",
        "each is recorded as what it says, and none is followed",
    ),
    12: (
        "names that are not UTF-8",
        "packed under a name that can be reversed; their own bytes are recorded",
    ),
    13: ("line breaks, `%`, control characters, blanks at the end", "every byte of a name comes back"),
    14: ("names that differ in composed and decomposed letters only", "both are kept, and it is warned"),
    15: ("names that differ in capitals only, or that Windows refuses", "kept as they are, and it is warned"),
    16: ("names of 255 bytes, paths of more than 4,096", "packed like any other"),
    17: ("empty files, empty folders", "kept, counted, given back"),
    18: (
        "a sparse file of a tebibyte",
        "warned of, and refused before anything is copied where it does not fit",
    ),
    19: ("further names of a file (hard links)", "each is listed and packed"),
    20: (
        "a clock that goes backwards; times of 1901, 1970, 2038",
        "states keep their order, audits fall due, times come back",
    ),
    21: ("a file is written again within one tick of the clock", "it is read again the next time"),
    22: ("a modification time is put back", "the change is seen, and told as possible damage"),
    23: ("two runs at once on one store", "the second says so and ends"),
    24: ("a source on a read-only disk", "packed; nothing is written to it"),
    25: ("terminal escapes and markup in tags and names", "shown escaped everywhere"),
    26: ("HTML and scripts in tags and names", "text on every page"),
    27: ("formulas in tags and names", "text in every CSV, unchanged in JSON"),
    28: (
        "tags that explode, files that are malformed",
        "headers are read in a process with limits; the file is packed",
    ),
    29: (
        "archives that unpack to far more, lead out, or have members twice",
        "members are checked one by one, with limits; nothing is unpacked",
    ),
    30: ("a `fetch.txt` that means harm", "nothing is ever fetched"),
    31: ("a manifest that leads out of its bag", "refused; nothing outside is read"),
    32: ("a manifest's line of a gigabyte, one path without end", "an error in bounded memory and few words"),
    33: ("the stronger manifest is taken away", "the pin of the catalogue tells"),
    34: ("a payload and its manifests are written anew", "the pin tells, and so does a signature"),
    35: (
        "a flipped bit in the catalogue, or its log lost",
        "told, never believed; it is made anew from the bags",
    ),
    36: ("a flipped bit anywhere in a bag", "found"),
}
"""What can happen, and what is promised then, by number. A number keeps its meaning for good."""

_INTRODUCTION = """\
# Cases to survive

What can happen to a source, to a store, to a run; what is promised then; and the tests that show it. A test says by its mark which
cases it shows, `@pytest.mark.case(7)`, and `pytest --collect-only -m case` lists them all. Most start the program as a person does, others go on to every
byte, call or name where that takes too long for a whole program. What else is tried against hostile input stands on [its own page](hostile-input.md).

Beside the single cases, what happens one after the other: [a collector's years](../../tests/reliability/years/life.py). Collections grow, are
retagged, renamed, deleted and rot; copies are damaged, lost and brought back; runs are interrupted, and bags packed, audited, copied, healed,
restored and retired, through the command line. After each command all that it says is held against a model of what must be so. In every run of the tests this is
a hundred steps; this is ten thousand, from the life with the number 0:

```
.venv/bin/python -m tests.reliability.years 10000 0
```

Where an answer is wrong, all steps up to there are printed, and the same numbers play them again.

And whatever a source holds is accounted for: seen = packed + held + withheld + links + left out + problems. A
[walker](../../tests/reliability/walking.py) that asks nothing of the program is held against its reports and records, on
[trees made by chance](../../tests/reliability/test_every_entry_counts.py) and on one with everything that a Linux folder can hold.

This page is made by `python -m docs.make_pages`.

| | case | promise | tests |
|---:|---|---|---|
"""


def reliability_cases_page() -> str:
    """The page as Markdown."""
    shown = marked_tests()
    rows = (
        f"| {number} | {case} | {promise} | {'<br>'.join(_linked(path, name) for path, name in shown.get(number, []))} |\n"
        for number, (case, promise) in CASES.items()
    )
    return _INTRODUCTION + "".join(rows)


def marked_tests() -> dict[int, list[tuple[str, str]]]:
    """Return by the number of each case the tests that are marked with it: path below the project's root, and name."""
    found: dict[int, list[tuple[str, str]]] = {}
    for path in sorted((_ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if ".mark.case(" in text:
            for name, numbers in _marked(ast.parse(text)):
                for number in numbers:
                    found.setdefault(number, []).append((path.relative_to(_ROOT).as_posix(), name))
    return found


def _marked(module: ast.Module) -> Iterator[tuple[str, list[int]]]:
    for test in module.body:
        if isinstance(test, ast.FunctionDef):
            for mark in test.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.case":
                    yield test.name, [ast.literal_eval(number) for number in mark.args]


def _linked(path: str, name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return f"[{words}](../../{path})"
