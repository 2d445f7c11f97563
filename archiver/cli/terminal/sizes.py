"""Sizes as people type them: ``100GB``, ``4.7 GB``, ``512MiB``."""

from __future__ import annotations

import re
from decimal import Decimal

import click

_FORM = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgtp]?)(i?)b?", re.IGNORECASE)
_SMALLEST = 1000
"""Whoever writes less has most likely left out the unit."""

_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


class _Size(click.ParamType[int]):
    """Turns a size into bytes; ``kB`` counts in thousands, ``KiB`` in 1,024."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return bytes."""
        if isinstance(value, int):
            return value
        match = _FORM.fullmatch(value.strip())
        size = 0
        if match is not None:
            number, power, binary = match.groups()
            size = int(Decimal(number) * (1024 if binary else 1000) ** _POWERS[power.lower()])
        if size < _SMALLEST:
            self.fail(f"{value!r} is no size; write it like 100GB or 4.7GB", param, ctx)
        return size


SIZE = _Size()
