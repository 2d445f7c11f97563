"""The reference page of the catalogue, made from the tables themselves as SQLite gives them back."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from archiver.catalogue.database import opened
from archiver.catalogue.schema import APPLICATION_ID, FORM

_INTRODUCTION = """\
# The catalogue

The catalogue is an index over all bags: which there are, where their copies lie, what is in them, and what the sources of collections
were at each accession. It is one SQLite file, `catalogue.sqlite` in the folder that the system has for data of programs
(`~/.local/share/archiver` on Linux), or where `--catalogue`, `ARCHIVER_CATALOGUE` or the
[configuration](configuration.md) says. It must lie on a disk of this machine, for SQLite cannot lock files on a share.

Bags are the truth. A catalogue that is missing is made, and `archiver catalogue rebuild STORE` makes one anew from nothing but bags
and the logs of their stores. Two things are then not known again, since no bag tells them: when copies were last checked, and how the
files of a source looked from outside, so that the next `pack` reads them all.

Any SQLite from 3.37 on reads the file; the comments below stand in it. Only archiver may write to it: each page ends with a
checksum ([why](../decisions/0025-the-catalogue.md)), which other programs do not keep.
"""

_STORE = """\
## In the store

A store has a folder `.archiver` of its own:

- `store.json` says which store it is: `{"schema": "archiver.store/1", "identifier": "0f6c…", "label": "backup"}`. The first bag
  that is packed into a store makes it. The identifier is a UUID by which the disk is known again wherever it is mounted; the label may be
  changed by hand. `"kept": "read-only"` or `"immutable"` stands there too where `archiver store mark` said so.
- `events.jsonl` is the log of what was done in the store, one JSON object a line with sorted keys and no blanks: `agent`, `at`, `detail`, `hash`,
  `object`, `outcome`, `prev`, `seq`, `type`. `hash` is the SHA-256, in hex, of the bytes that `prev` stands for, followed by the line's own JSON
  without `hash` and `prev`; `prev` is the `hash` of the line before, 64 zeros in the first. A line is on the disk before the
  catalogue has it. One that was cut off in the middle is overwritten by the next; any other that does not fit is told, and never mended.
- `aside` keeps what `archiver heal` took out of bags, in a folder for each bag and run. Nothing in it is needed; it may be removed by hand.
"""

_COLUMN = re.compile(r"^  (?P<name>[a-z_0-9]+)(?P<rest>\b.*)$")
_TYPE = re.compile(r"\s*(INTEGER|TEXT|BLOB)")


def catalogue_page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield (
        f"The file's `application_id` is {APPLICATION_ID} (`arch` in ASCII) and its `user_version` {FORM}, the number of its form. This page is"
        " made by `python -m docs.make_pages`."
    )
    for name, sql in _tables():
        yield f"\n## {name}\n"
        yield from _table(sql)
    yield "\n## Indexes\n\n```sql"
    yield from _indexes()
    yield f"```\n\n{_STORE}".rstrip("\n")


def _tables() -> list[tuple[str, str]]:
    sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%--%' ORDER BY rowid"
    return [(str(name), str(text)) for name, text in _rows(sql)]


def _indexes() -> Iterator[str]:
    for (text,) in _rows(
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    ):
        yield f"{text};"


def _rows(sql: str) -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as folder, opened(str(Path(folder) / "c.sqlite")) as catalogue:
        return list(catalogue.rows(sql))


def _table(sql: str) -> Iterator[str]:
    first, *lines = sql.split("\n")
    yield f"{_sentence(first)}\n\n| column | type | meaning |\n|---|---|---|"
    key = []
    for line in lines:
        column, comment = _COLUMN.match(line), line.partition("-- ")[2]
        if column is not None and comment:
            kind = _TYPE.match(column["rest"])
            yield f"| `{column['name']}` | {'words' if kind is None else kind[1].lower()} | {_escaped(comment)} |"
        elif line.strip().startswith(("PRIMARY KEY", "UNIQUE")):
            key.append(line.strip().rstrip(","))
    yield from (f"\n`{told}`" for told in key)


def _sentence(line: str) -> str:
    comment = _escaped(line.partition("-- ")[2])
    return f"{comment[0].upper()}{comment[1:]}."


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
