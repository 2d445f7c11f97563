"""One versioned JSON object on standard output, written piece by piece so that memory does not grow with it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from archiver.records.codec import json_bytes


def write_json(schema: str, members: Mapping[str, Any], lists: Mapping[str, Iterable[Any]]) -> None:
    """Write ``{"schema": schema, …members, …lists}``, the items of each list on a line of their own.

    Args:
        schema: Name and version, such as ``archiver.pack/1``.
        members: Members written as they are.
        lists: Members whose items are made one after another.
    """
    out = sys.stdout.buffer if hasattr(sys.stdout, "buffer") else None
    write = out.write if out is not None else lambda data: sys.stdout.write(data.decode())
    write(b"{" + json_bytes("schema") + b": " + json_bytes(schema))
    for name, value in members.items():
        write(b",\n" + json_bytes(name) + b": " + json_bytes(value))
    for name, items in lists.items():
        write(b",\n" + json_bytes(name) + b": [")
        separator = b"\n"
        for item in items:
            write(separator + json_bytes(item))
            separator = b",\n"
        write(b"]")
    write(b"}\n")
