"""What a run of ``pack`` must find: worked out from what the source is, what the last state was, and what the store holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.reliability.years.archive import Archive, Bag
from tests.reliability.years.collection import File, Look


@dataclass(frozen=True)
class Expected:
    """What a run must say.

    Attributes:
        packed: Paths whose bytes go into the new bag.
        held: Paths whose bytes the store has.
        counts: Numbers of files by what became of them, without those that came and went.
        came: How many paths are there that were not, and how many are not that were.
        went: See above.
        moved: How many of those may have been moved: at least, and at most.
        dangling: Links that lead nowhere.
        linked: Links that lead to something.
        is_new: Whether a bag must be written.
        is_compared: Whether there is a last state to compare with.
    """

    packed: frozenset[str]
    held: frozenset[str]
    counts: Counter[str]
    came: int
    went: int
    moved: tuple[int, int]
    dangling: int
    linked: int
    is_new: bool
    is_compared: bool


def expected(archive: Archive, look: Look, last: Bag | None, *, everything: bool) -> Expected:
    """Return what must become of a source.

    Args:
        archive: The stores; the catalogue knows how they stand.
        look: The source.
        last: The last state of it that the catalogue knows; ``None`` where there is none.
        everything: Whether all is packed whatever the store has.
    """
    holders = {} if everything else archive.held()
    packed = {path for path, file in look.files.items() if file.content not in holders}
    before = {} if last is None or everything else _known_state(archive, last)
    counts: Counter[str] = Counter()
    for path, old in before.items():
        now = look.files.get(path)
        if now is not None:
            became = _became(old, now, is_packed=path in packed, sizes={len(one) for one in holders})
            if became:
                counts[became] += 1
    came = look.files.keys() - before.keys()
    went = before.keys() - look.files.keys()
    dangling = sum(target not in look.files and target not in look.folders for target in look.links.values())
    beside = last is None or not _is_told(archive, last) or _beside(last.look) != _beside(look)
    return Expected(
        packed=frozenset(packed),
        held=frozenset(look.files.keys() - packed),
        counts=counts,
        came=len(came),
        went=len(went),
        moved=(0, 0) if last is None else _moved(look, last, came, went & before.keys(), holders),
        dangling=dangling,
        linked=len(look.links) - dangling,
        is_new=bool(everything or counts or came or went or beside),
        is_compared=last is not None and not everything,
    )


def _known_state(archive: Archive, last: Bag) -> dict[str, File]:
    return {
        path: last.look.files[path] for path, held in last.state.items() if held.bag in archive.catalogued
    }


def _is_told(archive: Archive, last: Bag) -> bool:
    """Whether the bag that has the last state is in the first store, as far as anybody knows."""
    known = archive.known.get((archive.first, last.name))
    return known is not None and known.state == "present"


def _became(old: File, now: File, *, is_packed: bool, sizes: set[int]) -> str:
    if old.content == now.content:
        return "replaced" if is_packed else ""
    looked_into = len(now.content) in sizes or len(now.content) != len(old.content)
    if old.modified == now.modified and looked_into:
        return "damaged"
    is_music = old.music is not None and now.music is not None
    return "retagged" if is_music and old.music.number == now.music.number else "changed"  # type: ignore[union-attr]


def _moved(
    look: Look, last: Bag, came: set[str], went: set[str], holders: dict[bytes, list[tuple[str, str]]]
) -> tuple[int, int]:
    """How many paths may be said to have been moved; where the same bytes stand at several paths it cannot be told."""
    new = Counter(look.files[path].content for path in came)
    gone = Counter(last.look.files[path].content for path in went)
    most = sum(min(number, gone[content]) for content, number in new.items() if content in holders)
    least = sum(
        new[content] == gone[content] == 1
        and holders.get(content) == [(last.state[path].bag, last.state[path].path)]
        for path in went
        for content in [last.look.files[path].content]
    )
    return least, most


def _beside(look: Look) -> tuple[frozenset[str], dict[str, str]]:
    return look.folders, look.links
