r"""JSON lines of the records, both ways: a record class says what stands in a line, and a line gives it back.

A bag's line-files are UTF-8 with one JSON object a line. The first line of each is a header that names the file's form
under ``schema``. A key that has its default (``null``, nothing, an empty list) is left out.

What is read back may come from anybody: a line has a greatest length and complexity, and every value must be of the
type that its record class gives it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of what a line holds; field names are the keys in the bag, whatever the program calls them."""


class Header(Record, frozen=True, kw_only=True):
    """The first line of a line-file.

    Attributes:
        schema: Name and version of the file's form, such as ``archiver.files/1``.
    """

    schema: str


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How much one line of JSON may hold that is read back from a bag, which anybody may have made.

    Values made to waste memory take thirty times the room of the text they stand in.

    Attributes:
        bytes: Its length.
        brackets: How many lists and objects it opens.
        commas: How many commas it has, which part its values.
    """

    bytes: int
    brackets: int
    commas: int


def json_bytes(value: Any) -> bytes:  # noqa: ANN401 - whatever json.dumps takes
    r"""Return plain values as JSON in UTF-8 on one line, for the screen; a lone surrogate as its ``\uXXXX`` escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return text.encode("utf-8", "backslashreplace")


def to_line(record: object) -> bytes:
    r"""Return a record as a line with its line break.

    A lone surrogate, which UTF-8 cannot hold but a damaged tag can, is written as its ``\uXXXX`` escape, which every
    JSON reader gives back.
    """
    try:
        return msgspec.json.encode(record) + b"\n"
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(record), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace") + b"\n"


def from_line(line: bytes, kind: type[T], limits: LineLimits) -> T:
    """Return the record that a line holds; keys that its class does not know are passed over.

    Args:
        line: The line, with or without its line break.
        kind: The record class.
        limits: What the line may hold.

    Raises:
        ValueError: where it is no such record, or exceeds ``limits``.
    """
    brackets = line.count(b"{") + line.count(b"[")
    if len(line) > limits.bytes or brackets > limits.brackets or line.count(b",") > limits.commas:
        raise ValueError("it is larger than any that is written")
    try:
        return _decoded(line, kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _decoded(line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # a lone surrogate in its escape is no JSON for msgspec, and is for the standard library
        return msgspec.convert(json.loads(line), kind)


def in_full(record: object) -> Any:  # noqa: ANN401 - what json takes
    """Return a record as plain values with every key it can have, for JSON on the screen."""
    if isinstance(record, msgspec.Struct):
        config = record.__struct_config__
        told = {} if config.tag_field is None else {config.tag_field: config.tag}
        return told | {name: in_full(getattr(record, name)) for name in record.__struct_fields__}
    if isinstance(record, dict):
        return {key: in_full(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return list(map(in_full, record))
    return msgspec.to_builtins(record)
