"""A walk through boxes that keeps in mind where it could not go on."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

_SMALLEST = 8


class BoxWalk:
    """Walks boxes of one file, as :func:`archiver.audio.containers.boxes.boxes` does.

    Attributes:
        window: The file.
        broken: Where a walk ended before its parent did, or a parent before its own size; ``None`` where none did.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.broken: int | None = None

    def boxes(self, start: int, end: int) -> Iterator[Element]:
        """The boxes from ``start`` to ``end``, in order."""
        reached = start
        for box in boxes(self.window, start, end):
            yield box
            reached = box.claimed
        if reached > end or end - reached >= _SMALLEST:
            self.broken = min(reached, end)

    def child(self, start: int, end: int, *path: bytes) -> Element | None:
        """The first box reached from ``start`` by going down ``path``, or ``None``."""
        found: Element | None = None
        for name in path:
            found = next((box for box in self.boxes(start, end) if box.id == name), None)
            if found is None:
                return None
            start, end = found.payload, found.end
        return found
