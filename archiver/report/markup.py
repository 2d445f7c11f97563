"""Text as it may stand in a page: whatever a name or a tag holds, it is text there, and never markup, address or script."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from urllib.parse import quote

from archiver.records.visible import one_line

LONGEST = 400
"""Characters of a name or tag that a page shows; the records have all of them."""


def text(value: str, most: int = LONGEST) -> str:
    """Return ``value`` for a page: one line, without what hides or reorders characters, escaped, of a long one its ends."""
    if len(value) > most:
        value = f"{value[: most // 2]} … {value[-(most // 2) :]}"
    return html.escape(one_line(value))


def isolated(value: str, most: int = LONGEST) -> str:
    """Return :func:`text` in an element of its own, so that its direction of writing changes nothing around it."""
    return f"<bdi>{text(value, most)}</bdi>"


def address(path: str, to_bag: str) -> str | None:
    """Return the relative address of a payload file, percent-encoded, as an attribute's value.

    Args:
        path: Path in the bag, such as ``data/Artist/Album/01.flac``.
        to_bag: Address of the bag from the page, such as ``../``.

    Returns:
        The address; ``None`` where the path is none of a payload file, as a forged record may have it.
    """
    parts = path.split("/")
    if parts[0] != "data" or len(parts) < 2 or any(part in {"", ".", ".."} for part in parts):
        return None
    return html.escape(to_bag + quote(path.encode("utf-8", "surrogatepass"), safe="/"))


def source_hash(inline: str) -> str:
    """Return what a Content-Security-Policy calls one inline style or script by: its SHA-256."""
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 file``, ``2 files``, ``1,234 files``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def clock(seconds: float) -> str:
    """Return a playing time as ``3:12`` or ``1:03:12``."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def hours(seconds: float) -> str:
    """Return a long playing time in words: ``12 minutes``, ``3 hours 12 minutes``, ``1,204 hours``."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return counted(round(seconds), "second")
    whole, rest = divmod(minutes, 60)
    if not whole:
        return counted(rest, "minute")
    return counted(whole, "hour") + (f" {counted(rest, 'minute')}" if rest and whole < 100 else "")


def table(
    caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numbers_from: int = 1
) -> str:
    """Return a table; the first cell of each row is its head.

    Args:
        caption: What it shows; as text.
        heads: Heads of the columns; as text.
        rows: Cells, already markup.
        numbers_from: The first column that holds numbers, which stand to the right.
    """

    def kind(column: int) -> str:
        return ' class="n"' if column >= numbers_from else ""

    head = "".join(f'<th scope="col"{kind(n)}>{text(one)}</th>' for n, one in enumerate(heads))
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f"<td{kind(n)}>{cell}</td>" for n, cell in enumerate(row[1:], 1))
        + "</tr>\n"
        for row in rows
    )
    return f"<table><caption>{text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"
