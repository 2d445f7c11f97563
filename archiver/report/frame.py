"""What every page has around what it says: its head with a strict policy, one style, one script, its end."""

from __future__ import annotations

import functools
from importlib import resources

from archiver.report.markup import source_hash, text

SCRIPTED = "page.js"


def opening(title: str, style: str, *, script: str | None = None) -> str:
    """Return a page up to and with the start of its body.

    The policy allows its own style and script by their digests, pictures and music that lie beside it, and nothing else.

    Args:
        title: Its title.
        style: Name of its style sheet among the data of this room.
        script: Name of its script; ``None`` where it has none. :func:`ending` writes it.
    """
    rules = source(style)
    policy = [
        "default-src 'none'",
        f"style-src {source_hash(rules)}",
        "img-src 'self' data:",
        "media-src 'self'",
        *([f"script-src {source_hash(source(script))}"] if script else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{text(title, 200)}</title>\n<style>{rules}</style>\n</head>\n<body>\n"
    )


def ending(*, script: str | None = None) -> str:
    """Return the end of a page, with its script where it has one."""
    told = f"<script>{source(script)}</script>\n" if script else ""
    return f"{told}</body>\n</html>\n"


def footer(software: str, made_from: str = "the records of this package, which hold") -> str:
    """Return what stands below every page.

    Args:
        software: Name and version of what made what the page tells of.
        made_from: What the page was made from.
    """
    return (
        '<footer><div class="wide"><p>'
        f"Made by {text(software)} from {text(made_from)} more than is shown here."
        " This page asks nothing of any network. This is not legal advice.</p></div></footer>\n"
    )


@functools.cache
def source(name: str) -> str:
    """Return a style sheet or script as it stands in a page."""
    return resources.files("archiver.report").joinpath(f"data/{name}").read_text(encoding="utf-8")
