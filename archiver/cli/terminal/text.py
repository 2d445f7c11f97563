"""Text that is safe and readable on any terminal: nothing in a name or tag can steer it."""

from __future__ import annotations

import difflib
import os
import sys
import textwrap
import unicodedata
from collections.abc import Iterable

WIDTH = 80
"""Columns of a report that goes to no terminal."""

_NARROWEST = 60
_WIDEST = 200
"""Beyond this an eye no longer finds the next line."""

_KEPT_BLANK = "\ue000"
"""Stands for a blank within a path until its paragraph is broken into lines; :func:`shown` lets no other through."""

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: str) -> str:
    r"""Return ``text`` with characters escaped that do not show, steer a terminal or turn the writing direction.

    A line break becomes ``\n``, an escape ``\x1b``, a right-to-left override ``\u202e``. Apply it to every
    name, tag or message before it is printed.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown_character, text))


def brief(text: str, most: int = 500) -> str:
    """Return ``text`` as :func:`shown` does; of a long one, its beginning and end, and how much is left out between.

    A path that people use fits whole; one that was made to fill a terminal does not.
    """
    whole = shown(text)
    left_out = len(whole) - most
    if left_out <= 0:
        return whole
    return f"{whole[: most // 2]} … {left_out:,} characters left out … {whole[-(most // 2) :]}"


def _shown_character(character: str) -> str:
    if unicodedata.category(character) in _UNSAFE_CATEGORIES:
        return character.encode("unicode_escape").decode("ascii")
    return character


def shown_path(path: str) -> str:
    """Return a path for a paragraph that :func:`wrapped` breaks: as :func:`brief` makes it, and never broken itself."""
    return brief(path).replace(" ", _KEPT_BLANK)


def columns() -> int:
    """Return how wide a report may be: as the terminal that standard output is, from 60 to 200; elsewhere :data:`WIDTH`."""
    try:
        found = os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else WIDTH
    except (OSError, ValueError):
        return WIDTH
    return min(max(found, _NARROWEST), _WIDEST) if found else WIDTH  # a terminal that does not know says 0


def wrapped(text: str, indent: str = "", below: str | None = None) -> str:
    """Break a paragraph to fit :func:`columns`; what :func:`shown_path` made is never broken.

    Each line begins with ``indent``, those after the first with ``below`` where it is given.
    """
    lines = textwrap.fill(
        text,
        columns() - 1,
        initial_indent=indent,
        subsequent_indent=indent if below is None else below,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace(_KEPT_BLANK, " ")


def nearest(typed: str, words: Iterable[str]) -> str:
    """Return a question that names the word that was probably meant, with a blank before it; empty where none is near."""
    close = difflib.get_close_matches(typed.casefold(), words, n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""


def count(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 file``, ``2 files``, ``1,234 files``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Return a playing time as ``0:03:12`` or ``12 days 4:03:12``."""
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    clock = f"{rest // 3600}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{count(days, 'day')} {clock}" if days else clock


def total_duration(seconds: float, untimed: int, files: int) -> str:
    """Return the playing time of several files, of which ``untimed`` do not say theirs: ``at least 0:03:12``.

    A dash where none of them does.
    """
    if untimed and untimed >= files:
        return "\N{EN DASH}"
    return f"at least {duration(seconds)}" if untimed else duration(seconds)
