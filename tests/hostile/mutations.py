"""Changes bytes as a careless disk, a broken program or an enemy would; the same name and number give the same bytes."""

from __future__ import annotations

import copy
import json
import random
import re
import struct
from collections.abc import Callable, Sequence
from typing import Any

_Action = Callable[[random.Random, bytearray, Sequence[bytes]], None]
_GROWTH = 1 << 16
"""Bytes that all repetitions of one mutation may add."""
_EDGES = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    2**63 - 1,
    2**63,
    2**64 - 1,
)
_FORMS = (">B", "<H", ">H", "<I", ">I", "<Q", ">Q")
_SYNCSAFE = (b"\0\0\0\0", b"\x7f\x7f\x7f\x7f", b"\0\0\x01\0", b"\x7f\xff\xff\xff")
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"2147483648",
    b"18446744073709551616",
    b"1e999",
    b"nan",
    b"0.0",
    b"9" * 5000,
)
_ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        2**31,
        2**63,
        "",
        " ",
        "9",
        "-1",
        "a\ud800",
        "a\0b",
        "\x1b]0;x\x07",
        "../x",
        "/etc/passwd",
        ".",
    ),
    *(
        "..",
        "data/x",
        "x" * 5000,
        "é" * 300,
        [],
        {},
        [[]],
        [None],
        {"a": {}},
        ["a", "a"],
        "@DIGITS@",
        "@DEEP@",
        1e308,
        float("nan"),
    ),
)
"""What may stand in JSON where something else was expected; two are written out after dumping, which would refuse them."""
_DIGITS = re.compile(rb"[0-9]+")


def mutated(
    data: bytes, name: str, seed: int, tokens: Sequence[bytes] = (), others: Sequence[bytes] = ()
) -> bytes:
    """Return ``data`` with one to six changes.

    Args:
        data: What to change.
        name: Whose bytes they are; with ``seed`` it fixes every change.
        seed: Which of the mutations.
        tokens: Words and marks of a text format, put in as they are, in another's place, or many times over.
        others: Contents of the same format, parts of which may come in.
    """
    dice = random.Random(f"{name}\0{seed}")
    out = _once(dice, data, tokens, others)
    while out == data and dice.random() < 0.9:
        out = _once(dice, data, tokens, others)
    return out


def _once(dice: random.Random, data: bytes, tokens: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    out = bytearray(data)
    if tokens and dice.random() < 0.4:
        out = _restructured(dice, out)
        if out != data and dice.random() < 0.7:
            return bytes(out)
    actions: list[_Action] = [_flip, _run, _cut, _remove, _repeat, _exchange, _number]
    if tokens:
        actions += [_token, _token, _digits, _nest]
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        if others and dice.random() < 0.1:
            out = _spliced(dice, out, dice.choice(others))
        else:
            dice.choice(actions)(dice, out, tokens)
    return bytes(out)


def _span(dice: random.Random, size: int) -> tuple[int, int]:
    """A stretch within ``size`` bytes, near the beginning as often as anywhere: there the headers are."""
    start = dice.randrange(min(size, 512) + 1) if dice.random() < 0.5 else dice.randrange(size + 1)
    length = dice.choice((1, 1, 2, 4, 8, 16, 40, 200, max(size // 4, 1)))
    return start, min(start + length, size)


def _flip(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    for _ in range(dice.choice((1, 1, 1, 4, 16))):
        if out:
            out[_span(dice, len(out) - 1)[0]] ^= 1 << dice.randrange(8)


def _run(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    start, end = _span(dice, len(out))
    length = end - start
    out[start:end] = dice.choice(
        (b"\xff" * length, bytes(length), b"\x7f" * length, b" " * length, dice.randbytes(length))
    )


def _cut(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    if dice.random() < 0.5:
        del out[_span(dice, len(out))[0] :]


def _remove(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    start, end = _span(dice, len(out))
    del out[start:end]


def _repeat(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    start, end = _span(dice, len(out))
    chunk = bytes(out[start:end])
    times = min(dice.choice((1, 1, 2, 16, 500)), _GROWTH // max(len(chunk), 1))
    out[end:end] = chunk * times


def _exchange(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    start, end = _span(dice, len(out))
    chunk = bytes(out[start:end])
    del out[start:end]
    at = dice.randrange(len(out) + 1)
    out[at:at] = chunk


def _number(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    """Put a number at the edge of its range where another may be."""
    if dice.random() < 0.15:
        value = dice.choice(_SYNCSAFE)
    else:
        form = dice.choice(_FORMS)
        value = struct.pack(
            form, dice.choice((*_EDGES, len(out), len(out) - 8)) % 2 ** (8 * struct.calcsize(form))
        )
    start = _span(dice, len(out))[0]
    out[start : start + len(value)] = value


def _token(dice: random.Random, out: bytearray, tokens: Sequence[bytes]) -> None:
    start, end = _span(dice, len(out))
    out[start : end if dice.random() < 0.5 else start] = dice.choice(tokens)


def _digits(dice: random.Random, out: bytearray, _tokens: Sequence[bytes]) -> None:
    """Replace a number that is written out."""
    found = list(_DIGITS.finditer(out))
    if found:
        start, end = dice.choice(found).span()
        out[start:end] = dice.choice(_NUMBERS)


def _nest(dice: random.Random, out: bytearray, tokens: Sequence[bytes]) -> None:
    """Repeat a word or mark, closed again or not."""
    token, start = dice.choice((b"[", b"{", b'{"a":', b"[{", *tokens)), _span(dice, len(out))[0]
    times = min(dice.choice((2, 20, 490, 1100, 20_000)), _GROWTH // len(token))
    close = {b"[": b"]", b"{": b"}", b'{"a":': b"}"}.get(token, b"") if dice.random() < 0.7 else b""
    out[start:start] = token * times + close * times


def _spliced(dice: random.Random, out: bytearray, other: bytes) -> bytearray:
    """The beginning of one, then the end of another."""
    return out[: dice.randrange(len(out) + 1)] + other[dice.randrange(len(other) + 1) :]


def _restructured(dice: random.Random, out: bytearray) -> bytearray:
    """Put something unexpected into JSON, or into one line of it; other text stays as it is."""
    try:
        return bytearray(_replaced(dice, json.loads(out)))
    except ValueError:
        pass
    lines = out.splitlines(keepends=True)
    at = dice.randrange(len(lines)) if lines else 0
    try:
        body = lines[at].rstrip(b",\n")
        lines[at] = bytearray(_replaced(dice, json.loads(body)) + lines[at][len(body) :])
    except (ValueError, IndexError):
        return out
    return bytearray().join(lines)


def _replaced(dice: random.Random, content: Any) -> bytes:  # noqa: ANN401 - any JSON
    for _ in range(dice.choice((1, 1, 2, 4))):
        content = _changed(dice, content)
    text = json.dumps(content)
    text = text.replace('"@DIGITS@"', "9" * 5000).replace('"@DEEP@"', "[" * 3000 + "]" * 3000)
    return text.encode()


def _changed(dice: random.Random, content: Any) -> Any:  # noqa: ANN401 - any JSON
    """Replace a value, drop it, or put it into another's place; the deeper ones as likely as the outer."""
    places: list[tuple[Any, Any]] = []
    waiting = [content]
    while waiting:
        holder = waiting.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        places += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys]
    if not places:
        return copy.deepcopy(dice.choice(_ODD))
    holder, key = dice.choice(places)
    what = dice.random()
    if what < 0.15:
        del holder[key]
    elif what < 0.3:
        other, at = dice.choice(places)
        holder[key] = json.loads(json.dumps(other[at]))
    elif what < 0.4 and isinstance(holder, list):
        holder += [holder[key]] * dice.choice((1, 20, 2000))
    else:
        holder[key] = copy.deepcopy(dice.choice(_ODD))  # one that is changed itself must not hold itself
    return content
