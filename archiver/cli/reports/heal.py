"""What healing a bag did, and what it could not do."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

from archiver.cli.terminal.text import brief, count, shown_path, wrapped
from archiver.usecases.heal.outcome import Healed, Healing, Means
from archiver.usecases.pins import Trusted

_MOST = 20

_MEANS: dict[Means, str] = {
    "copy": "taken from the copy",
    "same bytes": "taken from another file with the same bytes",
    "combined": "put together of parts of damaged copies",
    "parity": "made of recovery data",
    "known bytes": "made of bytes that follow from the digest",
    "listed anew": "listed anew from the tag files",
}

_TRUSTED: dict[Trusted, str] = {
    "catalogue": "What is right, the pin in the catalogue says.",
    "log": "What is right, the pin in the store's log says.",
    "bag": "What is right, only the bag's own manifests say: neither the catalogue nor the store's log knows this bag.",
}


def heal_lines(done: Healing) -> Iterator[str]:
    """Yield the report."""
    yield wrapped(f"{shown_path(done.bag)}: {_summary(done)}", below="  ")
    yield wrapped(_TRUSTED[done.trusted], below="  ")
    for (means, copy), number in Counter(map(_origin, done.healed)).most_common():
        of = f" {shown_path(copy)}" if copy else ""
        yield wrapped(f"{count(number, 'file')} {_MEANS[means]}{of}", indent="  ", below="    ")
    verb = "Can be" if done.dry_run else ""
    yield from _named(f"{verb} healed".strip().capitalize(), [_path(one.path) for one in done.mended])
    yield from _named(
        f"{verb} brought up to date".strip().capitalize(), [_path(one.path) for one in done.renewed]
    )
    if done.unhealed:
        yield ""
        yield f"{count(len(done.unhealed), 'file')} cannot be healed and {_stay(len(done.unhealed))}:"
        for one in done.unhealed[:_MOST]:
            yield wrapped(f"{_path(one.path)}: {one.fault}; {one.reason}", indent="  ", below="    ")
        yield from _more(len(done.unhealed))
        yield from _named("Copies that were asked", [shown_path(one) for one in done.copies])
    if done.strays:
        left = (
            "left where they are"
            if done.trusted == "bag"
            else "put aside"
            if not done.dry_run
            else "to be put aside"
        )
        yield from _named(f"In no manifest, {left}", [_path(one) for one in done.strays])
    for note in done.notes:
        yield wrapped(brief(note), below="  ")
    if done.aside is not None:
        yield wrapped(f"What stood there before is kept in {shown_path(done.aside)}", below="  ")


def _origin(one: Healed) -> tuple[Means, str]:
    """Return how a file was made whole, and of which copy where it was taken from one."""
    return one.means, one.source if one.means == "copy" else ""


def _summary(done: Healing) -> str:
    checked = count(done.checked, "file")
    if not done.healed and not done.unhealed and not done.strays:
        return f"{checked} checked, all as they should be; nothing was changed."
    verb = "can be " if done.dry_run else ""
    told = [f"{len(done.mended):,} {verb}healed"] if done.mended or not done.renewed else []
    told += [f"{len(done.renewed):,} {verb}brought up to date with a newer copy"] if done.renewed else []
    nothing = "; nothing was changed" if done.dry_run else ""
    left = f", {len(done.unhealed):,} not" if done.unhealed else ""
    return f"{checked} checked, {', '.join(told)}{nothing}{left}."


def _stay(number: int) -> str:
    return "stays as it is" if number == 1 else "stay as they are"


def _path(path: str) -> str:
    return brief(path) if path else "the archive"


def _named(title: str, names: list[str]) -> Iterator[str]:
    if names:
        yield ""
        yield f"{title}:"
        yield from (wrapped(name, indent="  ", below="    ") for name in names[:_MOST])
        yield from _more(len(names))


def _more(total: int) -> Iterator[str]:
    if total > _MOST:
        yield f"  and {total - _MOST:,} more; --json lists all"


def heal_json(done: Healing) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members and the lists of the JSON object."""
    members = {
        "bag": done.bag,
        "trusted": done.trusted,
        "whole": done.is_whole,
        "dry_run": done.dry_run,
        "checked": done.checked,
        "aside": done.aside,
    }
    lists: dict[str, Any] = {
        "copies": list(done.copies),
        "healed": (dataclasses.asdict(one) for one in done.healed),
        "unhealed": (dataclasses.asdict(one) for one in done.unhealed),
        "strays": list(done.strays),
        "notes": list(done.notes),
    }
    return members, lists
