"""A TOML file that a person wrote, read so that every fault is found at once and pointed at."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from archiver.errors import ConfigError
from archiver.toml.positions import Lines, Path, Position, Positions
from archiver.toml.scanner import LimitError

MAX_BYTES = 4_000_000
"""A file larger than this was not written by a person; it is refused before it is parsed."""
MAX_TEXT = 10_000
"""Characters that one text may have."""
MAX_FAULTS = 1_000
"""After so many faults no more are looked for."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SHOWN = 20
_MOST_TOLD = 300
_LONGEST_WORD = 64
"""A longer one is no valid word with a slip in it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a file says and cannot say.

    What is told is cut in its middle where it is very long, since it may quote anything that the file holds.

    Attributes:
        line: Line, from 1.
        column: Column in characters, from 1.
        message: What is wrong, in one plain sentence.
        hint: The nearest valid word or what to write instead; may be empty.
    """

    line: int
    column: int
    message: str
    hint: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _shortened(self.message))
        object.__setattr__(self, "hint", _shortened(self.hint))

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}" + (
            f" {self.hint}" if self.hint else ""
        )


class TomlFileError(ConfigError):
    """A TOML file has faults; all of them are told at once.

    Args:
        name: The file's name as the user knows it.
        faults: At least one, in the order of the file.
    """

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name = name
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column, fault.message)))
        lines = [f"{name}, {fault}" for fault in self.faults[:_SHOWN]]
        if len(self.faults) > _SHOWN:
            least = "at least " if len(self.faults) >= MAX_FAULTS else ""
            lines.append(f"{name}: and {least}{len(self.faults) - _SHOWN} more.")
        super().__init__("\n".join(lines), f"Correct {name}; nothing was written.")

    def __reduce__(self) -> tuple[type[TomlFileError], tuple[str, tuple[Fault, ...]]]:
        return (type(self), (self.name, self.faults))


class Document:
    """A parsed TOML file, with a list of faults that grows as it is read.

    Args:
        data: The file's bytes: UTF-8, with or without a byte order mark.
        name: The file's name as the user knows it.

    Raises:
        TomlFileError: If the bytes are no UTF-8, no TOML, or more than a person writes.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        written = _decoded(data, name)
        text = written.replace("\r\n", "\n")
        try:
            self._positions = Positions(text)
            # the parser parts lines once by itself: told of them twice, it would take a stray carriage return
            self.root: dict[str, Any] = tomllib.loads(written)
        except LimitError as error:
            place = Lines(text).position(error.offset)
            raise TomlFileError(name, [Fault(place.line, place.column, error.message)]) from None
        except ValueError as error:
            raise TomlFileError(name, [_syntax_fault(str(error), text)]) from None

    def fault(self, path: Path, message: str, hint: str = "") -> None:
        """Note a fault at a value."""
        self._note(self._positions.value(path), message, hint)

    def fault_at_key(self, path: Path, message: str, hint: str = "") -> None:
        """Note a fault at a key."""
        self._note(self._positions.key(path), message, hint)

    def _note(self, position: Position, message: str, hint: str) -> None:
        self.faults.append(Fault(position.line, position.column, message, hint))
        if len(self.faults) >= MAX_FAULTS:
            self.finish()

    def position(self, path: Path) -> Position:
        """Where a value stands."""
        return self._positions.value(path)

    def finish(self) -> None:
        """Raise what was found.

        Raises:
            TomlFileError: If there is any fault.
        """
        if self.faults:
            raise TomlFileError(self.name, self.faults)

    def table(self, value: object, path: Path, allowed: Iterable[str]) -> dict[str, Any]:
        """``value`` if it is a table; keys that are not ``allowed`` become faults."""
        if not isinstance(value, dict):
            self.fault(path, f"{_name(path)} must be a table, not {_kind(value)}.", f"Write [{_name(path)}].")
            return {}
        words = tuple(str(word) for word in allowed)
        for key in value:
            if key not in words:
                self.fault_at_key((*path, key), f"There is no key {key!r} here.", nearest(key, words))
        return {key: item for key, item in value.items() if key in words}

    def text(self, value: object, path: Path) -> str | None:
        """``value`` if it is a text with something in it and no endless one, else ``None`` and a fault."""
        if not isinstance(value, str):
            self.fault(path, f"{_name(path)} must be text, not {_kind(value)}.", "Put it in quotation marks.")
        elif not value.strip():
            self.fault(path, f"{_name(path)} is empty.")
        elif len(value) > MAX_TEXT:
            self.fault(path, f"{_name(path)} has more than {MAX_TEXT:,} characters.")
        else:
            return value
        return None

    def texts(self, value: object, path: Path) -> tuple[str, ...]:
        """One text or a list of texts."""
        if not isinstance(value, list):
            single = self.text(value, path)
            return () if single is None else (single,)
        if not value:
            self.fault(path, f"{_name(path)} is an empty list.")
        found = (self.text(item, (*path, index)) for index, item in enumerate(value))
        return tuple(item for item in found if item is not None)

    def word(self, value: object, path: Path, words: Iterable[str]) -> str | None:
        """``value`` if it is one of ``words``, else ``None`` and a fault with the nearest of them."""
        choices = tuple(str(word) for word in words)
        if isinstance(value, str) and value in choices:
            return value
        shown = repr(value) if isinstance(value, str) else _kind(value)
        hint = nearest(value, choices) if isinstance(value, str) else _one_of(choices)
        self.fault(path, f"{_name(path)} cannot be {shown}.", hint)
        return None


def _shortened(text: str) -> str:
    if len(text) <= _MOST_TOLD:
        return text
    half = _MOST_TOLD // 2
    return f"{text[:half]} … {text[-half:]}"


def nearest(word: str, words: Iterable[str]) -> str:
    """The valid word that was probably meant, or all of them, as a sentence."""
    choices = tuple(str(word) for word in words)
    if len(word) > _LONGEST_WORD:
        return _one_of(choices)
    folded = {choice.casefold().replace("-", "_"): choice for choice in choices}
    asked = word.casefold().replace("-", "_").replace(" ", "_")
    close = difflib.get_close_matches(asked, folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[close[0]]!r}?" if close else _one_of(choices)


def _one_of(choices: tuple[str, ...]) -> str:
    return f"It is one of: {', '.join(choices)}."


def _name(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "the file")


def _kind(value: object) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or time")


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise TomlFileError(name, [Fault(1, 1, f"It is larger than {MAX_BYTES // 10**6} MB.")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        fault = Fault(before.count(b"\n") + 1, column, "This is not UTF-8.", "Save the file as UTF-8.")
        raise TomlFileError(name, [fault]) from None


def _syntax_fault(message: str, text: str) -> Fault:
    match = _PLACE.search(message)
    plain = _PLACE.sub("", message)
    if match is not None and match.group(1):
        line, column = int(match.group(1)), int(match.group(2))
    else:
        end = Lines(text).position(len(text.removesuffix("\n")))
        line, column = end.line, end.column
    return Fault(line, column, f"This is not TOML: {plain[:1].lower()}{plain[1:]}.")
