"""Writes a commented ``rights.toml`` for a source, grouped by what was found, so that declaring takes minutes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import date

from archiver.model.audio import ExaminedFile
from archiver.model.rights import DeclarantRole
from archiver.rights.declaring.grouping import BESIDE, UNNAMED, FoundGroup, group
from archiver.rights.declaring.hearing import NOBODYS_NAMES
from archiver.rights.declaring.read import VERSION
from archiver.rights.globs import path_pattern
from archiver.rights.meanings import Meaning
from archiver.toml.text import toml_string

_WIDTH = 80

_OPENING = """\
What may be done with the files of {source}, declared by a person.

Nothing here is declared yet. Lines that begin with '# ' are remarks. To declare a group, remove the '#' from its other \
lines, and take out or change what is not so. Unknown is a good answer: what nobody declares stays unknown. \
docs/reference/rights-toml.md lists every field.
"""

_TITLES = {
    "protected": "protected by {detail}",
    Meaning.PURCHASE: "with signs of delivery by a store: {detail}",
    Meaning.LICENSE_CLAIM: "with a licence claimed in the tags: {detail}",
    Meaning.RIP: "with signs of a copy from a disc: {detail}",
    Meaning.STREAM_HINT: "with a tag that names an online source",
    "": "in which no sign of their origin was found",
    UNNAMED: "whose names hold what a pattern cannot: none takes in them alone",
}

_ADVICE = {
    "protected": "No declaration changes what is protected; these lines only tell where the files are.",
    Meaning.PURCHASE: "If you bought them, declare it. Under a store's terms a purchase carries preserve and "
    "access; handing a download on needs terms that allow it.",
    Meaning.LICENSE_CLAIM: "A licence in a tag is a claim. Look it up on the rightsholder's own page first.",
    Meaning.RIP: "If you made these copies from discs that you still hold, declare it. If the discs were given away "
    'or lost, write "transferred" or "lost".',
    Meaning.STREAM_HINT: "A tag like this proves nothing. Declare what you know of them, or leave them unknown.",
    "": "Declare what you know of them: purchase, carrier, donor, license, own. Or leave them unknown.",
    BESIDE: "Pictures, texts and other files that belong to no one group above. Declare what you know of them.",
    UNNAMED: "Rename copies of them, or declare the folder above. They are here:",
}

_FIELDS = {
    Meaning.PURCHASE: ('basis = "purchase"',),
    Meaning.RIP: ('basis = "carrier"', 'carrier_held = "yes"'),
    Meaning.STREAM_HINT: ('basis = "unknown"',),
    "": ('basis = "unknown"',),
    BESIDE: ('basis = "unknown"',),
}


def template(files: Iterable[ExaminedFile], source: str, on: date) -> str:
    """The text of a ``rights.toml`` that declares nothing until a person uncomments it.

    Args:
        files: Everything examined in one source; read once.
        source: What to call the source.
        on: The day to suggest as the day of declaration.
    """
    lines = list(_prose(_OPENING.format(source=_plain(source))))
    lines += [f"version = {VERSION}", "", "[defaults]"]
    lines += [
        f'#by = "{NOBODYS_NAMES[DeclarantRole.OWNER]}"',
        '#role = "owner"   # or donor, rightsholder, custodian',
        f"#date = {on.isoformat()}",
    ]
    for found in group(files):
        lines += ["", *_group(found)]
    return "\n".join(lines) + "\n"


def _group(found: FoundGroup) -> Iterator[str]:
    kind = found.sign.kind
    yield from _prose(_title(found))
    yield from _prose(_ADVICE[kind])
    if kind in ("protected", UNNAMED):
        # a comment of TOML holds no control character
        yield from (f"# {path if path.isprintable() else toml_string(path)}" for path in found.paths)
        return
    yield "#[[declaration]]"
    yield from _scope(found.paths)
    yield from (f"#{line}" for line in _declared(found))


def _title(found: FoundGroup) -> str:
    kind = found.sign.kind
    if kind == BESIDE:
        return f"{_count(found.beside, 'file')} without audio"
    title = _TITLES[kind].format(detail=_plain(found.sign.detail) or "not one the program knows")
    counted = f"{_count(found.files, 'file')} in {_count(found.albums, 'album')}"
    if found.beside:
        counted += f", and {_count(found.beside, 'file')} without audio beside them," if found.files else ""
    if not found.files:
        counted = f"{_count(found.beside, 'file')} without audio"
    return f"{counted} {title}"


def _declared(found: FoundGroup) -> tuple[str, ...]:
    if found.sign.kind != Meaning.LICENSE_CLAIM:
        return _FIELDS[found.sign.kind]
    if found.sign.detail:
        return ('basis = "license"', f"license = {toml_string(found.sign.detail)}")
    return ('basis = "license"', 'acts = { preserve = "allow", access = "allow" }')


def _scope(paths: tuple[str, ...]) -> Iterator[str]:
    patterns = [toml_string(path_pattern(path)) for path in paths]
    if len(patterns) == 1:
        yield f"#scope = {{ path = {patterns[0]} }}"
        return
    yield "#scope.path = ["
    yield from (f"#{pattern}," for pattern in patterns)
    yield "#]"


def _prose(text: str) -> Iterator[str]:
    for paragraph in text.rstrip("\n").split("\n"):
        lines = textwrap.wrap(
            paragraph, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
        )
        yield from lines or ["#"]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
