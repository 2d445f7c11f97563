"""A receipt as a page for print, on A4 or Letter."""

from __future__ import annotations

from archiver.report.frame import ending, opening
from archiver.report.markup import isolated, text
from archiver.report.receipt import Part, Receipt

_STYLE = "receipt.css"


def receipt_page(receipt: Receipt) -> str:
    """Return the receipt as a page."""
    parts = "".join(map(_part, receipt.parts))
    lines = "".join(
        f'<div class="sign"><p>{text(role)}{f", {isolated(name, 120)}" if name else ""}</p>'
        '<p class="line">name and signature</p><p class="line">date</p></div>\n'
        for role, name in receipt.signatures
    )
    return (
        f"{opening(f'Receipt for {receipt.title}', _STYLE)}"
        f'<main>\n<header>\n<p class="eyebrow">Receipt</p>\n<h1>{isolated(receipt.title)}</h1>\n'
        f"<p>{text(receipt.contents)}</p>\n</header>\n{parts}"
        f'<section class="signs" aria-label="Signatures">\n{lines}</section>\n</main>\n'
        f"<footer><p>Made by {text(receipt.software)}. This is not legal advice.</p></footer>\n{ending()}"
    )


def _part(part: Part) -> str:
    rows = "".join(_row(name, value) for name, value in part.rows)
    return f"<section>\n<h2>{text(part.title)}</h2>\n<div>\n{rows}</div>\n</section>\n"


def _row(name: str, value: str) -> str:
    if not name:
        return f'<p class="all">{text(value, 600)}</p>\n'
    return f"<p><b>{text(name)}</b> <span>{isolated(value, 600)}</span></p>\n"
