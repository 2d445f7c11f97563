"""No pattern that reads what a file says may cost more than time in proportion to the length of what it reads."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import archiver
from tests.costs import in_proportion

try:
    from re import _parser as sre  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - the parser has another name in other Pythons
    sre = importlib.import_module("sre_parse")

ROOMS = ("archiver.audio", "archiver.personal", "archiver.records", "archiver.ingest")
LENGTH = 20_000
LONGEST_PREFIX = 200


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if found.name.startswith(ROOMS):
            yield importlib.import_module(found.name)


def patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, dict):
        for item in value.values():
            yield from patterns_in(item, depth + 1)
    elif depth < 3 and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from patterns_in(item, depth + 1)


def every_pattern() -> dict[str, re.Pattern[Any]]:
    found: dict[re.Pattern[Any], str] = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, pattern in enumerate(patterns_in(value)):
                found.setdefault(pattern, f"{module.__name__.removeprefix('archiver.')}.{name}.{number}")
    return {name: pattern for pattern, name in found.items()}


PATTERNS = every_pattern()


def samples(parsed: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - the parser's own tree
    """Words that lead into each repeated part of a pattern, and a stretch that the part would take in again."""
    before = ""
    for op, argument in parsed:
        kind = str(op)
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, body = argument
            inside = example(body)
            if most > 1:
                yield before, inside
            for lead, pump in samples(body):
                yield before + lead, pump
            before += inside * max(least, 1 if most > 1 else 0)
        elif kind == "BRANCH":
            for branch in argument[1]:
                for lead, pump in samples(branch):
                    yield before + lead, pump
            before += example(argument[1][0])
        elif kind in ("SUBPATTERN", "ATOMIC_GROUP"):
            body = argument[-1] if kind == "SUBPATTERN" else argument
            for lead, pump in samples(body):
                yield before + lead, pump
            before += example(body)
        else:
            before += example([(op, argument)])
        before = before[-LONGEST_PREFIX:]


def example(parsed: Any) -> str:  # noqa: ANN401 - the parser's own tree, one branch for each of its kinds
    """A short text that the pattern takes in, as far as its form alone tells."""
    text = ""
    for op, argument in parsed:
        kind = str(op)
        if kind == "LITERAL":
            text += chr(argument)
        elif kind == "NOT_LITERAL":
            text += "a" if argument != ord("a") else "b"
        elif kind == "ANY":
            text += "a"
        elif kind == "IN":
            text += member(argument)
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, _, body = argument
            text += example(body) * min(least, 70)
        elif kind == "BRANCH":
            text += example(argument[1][0])
        elif kind == "SUBPATTERN":
            text += example(argument[-1])
        elif kind == "ATOMIC_GROUP":
            text += example(argument)
    return text


def member(parsed: Any) -> str:  # noqa: ANN401 - the parser's own tree
    """One character of a class."""
    flags = 0
    pattern = re.compile(class_source(parsed), flags)
    for char in itertools.chain(
        "a1 .-_/A\n\t@=", map(chr, range(32, 0x600)), map(chr, range(0x3000, 0xA000))
    ):
        if pattern.fullmatch(char):
            return char
    return "a"


CATEGORIES = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip


def class_source(parsed: Any) -> str:  # noqa: ANN401 - the parser's own tree
    source = ""
    for op, argument in parsed:
        kind = str(op)
        if kind == "NEGATE":
            source += "^"
        elif kind == "LITERAL":
            source += re.escape(chr(argument))
        elif kind == "RANGE":
            source += f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
        elif kind == "CATEGORY":
            source += CATEGORIES[str(argument)]
    return f"[{source}]"


def adversaries(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    pairs = set(itertools.islice(samples(sre.parse(source, pattern.flags & ~re.DEBUG)), 400))
    pairs |= {(lead, " ") for lead, _ in pairs}
    leads = {lead for lead, _ in pairs}
    pairs |= {("", lead) for lead in leads if lead}
    for lead, pump in pairs:
        if pump:
            yield (lead + pump * (length // len(pump)))[:length] + "\0"
        # every repeated part begun over and over, each time to be given up
        if lead and pump:
            run = lead + pump * 70
            yield (run * (length // len(run) + 1))[:length] + "\0"


def seconds(pattern: re.Pattern[Any], text: str) -> float:
    subject = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    began = time.process_time()
    for _ in pattern.finditer(subject):
        pass
    return time.process_time() - began


def beginning_of(text: str) -> Callable[[int], str]:
    return lambda length: text[:length]


def slowest(pattern: re.Pattern[Any], length: int) -> tuple[float, str]:
    return max((seconds(pattern, text), text[:120]) for text in adversaries(pattern, length))


def test_the_search_for_slow_texts_finds_a_slow_pattern() -> None:
    quadratic = re.compile(r"ripper\s*:?\s*x")
    assert slowest(quadratic, 20_000)[0] > 5 * slowest(quadratic, 5_000)[0]


def test_patterns_are_found() -> None:
    assert len(PATTERNS) > 60, sorted(PATTERNS)
    assert sys.modules["archiver.audio.evidence.machine_use"]


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_needs_no_more_than_time_in_proportion(name: str) -> None:
    pattern = PATTERNS[name]
    texts = sorted(adversaries(pattern, LENGTH), key=lambda text: seconds(pattern, text), reverse=True)
    for text in texts[:3]:
        in_proportion(lambda part: seconds(pattern, part), beginning_of(text), LENGTH)
