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
