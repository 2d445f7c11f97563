"""Spells what can be done about an error as commands and options of this program."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby

from archiver.errors import Remedy, Way

_CHOICES = {
    Way.MOVE_AWAY: "move it away",
    Way.NAME_OTHERWISE: "choose another --name",
    Way.FREE_SPACE: "free some space",
    Way.ANOTHER_STORE: "choose another --to",
    Way.PACK_PART: "pack a part of the source",
    Way.NAME_PORTABLY: "pack with --names portable",
    Way.ANOTHER_FILE_SYSTEM: "choose a store on another file system",
    Way.MOVE_DECLARATIONS: "move what it declares into the one at the top of the source",
    Way.PUT_FILE_IN_PLACE: "put the file itself in its place",
    Way.NAME_DECLARATIONS: "name the one that counts: --rights FILE",
}
"""Ways of which one is enough: those of one error are told in one sentence."""

_SENTENCES = {
    Way.AGAIN: "Then give the same command again",
    Way.GO_ON: "Give the same command again: it goes on from there",
    Way.COMPLETE: "Then give the same command again: it completes them",
    Way.KEEP_FOLDERS: "To make folders in place of archives: leave out --serialize",
    Way.CLEAN_STORE: "To clear what interrupted runs left: archiver store clean {STORE}",
    Way.WRITE_LABEL: "Write it as 'Label: value', with quotation marks",
    Way.NAME_STORE: "Name it: --to STORE",
    Way.NAME_STORES: "Name where to look: --from STORE",
    Way.BAG_IN_BAG: "To pack it as it is into a new bag on purpose: add --bag-in-bag",
    Way.FEWER_JOBS: "Try again with fewer --jobs",
    Way.SHOW_SOURCE: "To see what is there: archiver scan {SOURCE}",
    Way.SHOW_FOLDERS: "For folders: archiver scan",
    Way.EXPLAIN_FILE: "Why, for one of them: archiver explain {FILE}",
    Way.DECLARE: "What you know can be declared: archiver rights template {SOURCE}",
    Way.NAME_DECLARED_FOLDER: "Name the folder that the declarations speak for: --source {FOLDER}",
    Way.CORRECT_DECLARED_FOLDER: "Correct --source",
    Way.LATER_DAY: "Name a later day with --until",
    Way.VERIFY: "To check the bag: archiver verify {BAG}",
    Way.LIST_DAMAGE: "To learn all that is wrong: archiver verify {BAG}",
    Way.REBUILD_CATALOGUE: "To make it anew from the bags: archiver catalogue rebuild {STORE}",
    Way.LIST_COLLECTIONS: "To see the collections: archiver list collections",
    Way.ADD_STORE: "To make one of the bags in a store: archiver catalogue add {STORE}",
    Way.UNMARK_STORE: "To do so: archiver store mark --changeable {STORE}",
    Way.ADOPT_STORE: "To take it in as a store of its own: archiver catalogue add {STORE}",
    Way.ANOTHER_CATALOGUE: "To use another one: --catalogue PATH",
    Way.INSTALL: "To install them: pip install {PACKAGES}",
    Way.RESTORE_TAG_FILES: "Restore the tag files from another copy of the bag, then: archiver verify {BAG}",
}
"""Ways that are told in a sentence each; what stands in braces gives way to the subject."""


def advice(hint: str, remedies: Sequence[Remedy]) -> str:
    """Put into words what an error says of the state things are in, and what can be done.

    What is to be typed at the very end has no full stop, so that it can be copied as it stands.

    Args:
        hint: As an :class:`archiver.errors.ArchiverError` has it.
        remedies: The same.
    """
    *first, last = ["", *_sentences(remedies)]
    told = [*(f"{sentence}." for sentence in first if sentence), last]
    if last and not _ends_typed(remedies[-1]):
        told[-1] += "."
    return " ".join(filter(None, (hint, *told)))


def _sentences(remedies: Sequence[Remedy]) -> Iterator[str]:
    for is_choice, ways in groupby(remedies, lambda remedy: remedy.way in _CHOICES):
        if is_choice:
            yield _one_of([_CHOICES[remedy.way] for remedy in ways])
        else:
            yield from map(_spelled, ways)


def _one_of(choices: Sequence[str]) -> str:
    *first, last = choices
    joined = f"{', '.join(first)}, or {last}" if first else last
    return joined[0].upper() + joined[1:]


def _spelled(remedy: Remedy) -> str:
    before, brace, placeholder = _SENTENCES[remedy.way].partition("{")
    if not brace:
        return before
    return before + (shlex.quote(remedy.subject) if remedy.subject else placeholder.removesuffix("}"))


def _ends_typed(remedy: Remedy) -> bool:
    """Whether its words end with what a person is to type."""
    words = _CHOICES.get(remedy.way) or _SENTENCES[remedy.way]
    _, colon, typed = words.rpartition(": ")
    return bool(colon) and typed.startswith(("archiver ", "pip ", "--"))
