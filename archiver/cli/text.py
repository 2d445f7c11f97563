"""Text that is safe and readable on any terminal: nothing in a name or tag can steer it."""

from __future__ import annotations

import textwrap
import unicodedata

WIDTH = 80
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: str) -> str:
    r"""Return ``text`` with characters escaped that do not show, steer a terminal or turn the writing direction.

    A line break becomes ``\n``, an escape ``\x1b``, a right-to-left override ``\u202e``. Apply it to every
    name, tag or message before it is printed.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown_character, text))


def _shown_character(character: str) -> str:
    if unicodedata.category(character) in _UNSAFE_CATEGORIES:
        return character.encode("unicode_escape").decode("ascii")
    return character


def wrapped(text: str, indent: str = "", below: str | None = None) -> str:
    """Break a paragraph at :data:`WIDTH` columns; long paths are never broken.

    Each line begins with ``indent``, those after the first with ``below`` where it is given.
    """
    return textwrap.fill(
        text,
        WIDTH - 1,
        initial_indent=indent,
        subsequent_indent=indent if below is None else below,
        break_long_words=False,
        break_on_hyphens=False,
    )


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
