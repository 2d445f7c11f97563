"""A receipt as plain text, at most 78 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from archiver.records.visible import one_line
from archiver.report.receipt import Part, Receipt

_WIDTH = 78
_INDENT = 26
_LONGEST = 600


def receipt_text(receipt: Receipt) -> str:
    """Return the receipt."""
    title = f"Receipt for {_shown(receipt.title)}"
    blocks = [f"{title}\n{'=' * min(len(title), _WIDTH)}", textwrap.fill(_shown(receipt.contents), _WIDTH)]
    blocks += ["\n".join((part.title, "-" * len(part.title), *_rows(part))) for part in receipt.parts]
    blocks += [
        f"{role}{f', {_shown(name)}' if name else ''}\n\n\n{'_' * 40}   {'_' * 20}\nname and signature{' ' * 25}date"
        for role, name in receipt.signatures
    ]
    blocks.append(f"Made by {_shown(receipt.software)}. This is not legal advice.")
    return "\n\n".join(blocks) + "\n"


def _rows(part: Part) -> Iterator[str]:
    for name, value in part.rows:
        head = _shown(name)
        if not head:
            yield textwrap.fill(_shown(value), _WIDTH, break_on_hyphens=False)
        elif len(head) >= _INDENT - 1:
            yield textwrap.fill(head, _WIDTH, break_on_hyphens=False)
            yield _value(value, " " * _INDENT)
        else:
            yield _value(value, head.ljust(_INDENT))


def _value(value: str, first: str) -> str:
    return textwrap.fill(
        _shown(value), _WIDTH, initial_indent=first, subsequent_indent=" " * _INDENT, break_on_hyphens=False
    )


def _shown(value: str) -> str:
    whole = one_line(value)
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST // 2]} ... {whole[-_LONGEST // 2 :]}"
