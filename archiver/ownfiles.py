"""Reads back the small files that this program keeps for itself: lists, journals, what an unfinished bag is made of.

They lie where others can write, so that nothing about them is taken for granted: none is reached through a link, waited
for or read beyond a bound, and their JSON is taken strictly.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from archiver import filesystem


def read_own(name: bytes, folder: int, most: int) -> bytes:
    """Return what the file ``name`` in the folder descriptor ``folder`` holds.

    Raises:
        NotRegularError: if it is no regular file.
        ValueError: if it holds more than ``most`` bytes; then none is read.
        OSError: as the system calls do.
    """
    with os.fdopen(filesystem.open_regular(name, folder), "rb") as stream:
        if os.fstat(stream.fileno()).st_size > most:
            raise ValueError(f"it is larger than {most:,} bytes")
        return stream.read(most)


def parse_json(content: bytes) -> object:
    """Return the value that ``content`` says in JSON, in UTF-8.

    Raises:
        ValueError: if it is none, is nested too deeply, names a member twice, holds a number that is none (``NaN``) or
            an unpaired surrogate.
    """
    text = content.decode("utf-8")
    try:
        value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value


def _distinct(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name, value in members:
        if name in named:
            raise ValueError(f"it names {name!r} twice")
        named[name] = value
    return named


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
