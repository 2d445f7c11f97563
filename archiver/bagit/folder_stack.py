"""Opens folder after folder below a bag without starting from the top each time."""

from __future__ import annotations

import os
from typing import Self

from archiver import filesystem

_MOST_OPEN = 32


class FolderStack:
    """Holds the descriptors of a folder and of those above it, to reach the next folder from the nearest of them.

    Folders are opened one component at a time, following no link. At most 32 descriptors are held, however deep
    the folder lies. The descriptor ``top`` of the bag stays the caller's; use the stack with ``with``.
    """

    def __init__(self, top: int) -> None:
        self._top = top
        self._held: list[tuple[bytes, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._held:
            os.close(self._held.pop()[1])

    def open(self, path: bytes) -> int:
        """Return the descriptor of the folder ``path``, relative to the top; it is the stack's to close.

        It is good until the next call.

        Raises:
            OSError: as ``open`` does; ``ELOOP`` or ``ENOTDIR`` where a component is a link.
        """
        if not path:
            return self._top
        while self._held and not (path + b"/").startswith(self._held[-1][0] + b"/"):
            os.close(self._held.pop()[1])
        reached, descriptor = self._held[-1] if self._held else (b"", self._top)
        for part in path[len(reached) :].split(b"/"):
            if not part:
                continue
            reached = reached + b"/" + part if reached else part
            descriptor = self.reach(descriptor, part, reached)
            self._held.append((reached, descriptor))
            if len(self._held) > _MOST_OPEN:
                os.close(self._held.pop(0)[1])
        return descriptor

    def reach(self, folder: int, name: bytes, path: bytes) -> int:  # noqa: ARG002 - for who makes what is missing
        """Open the folder ``name`` in the folder descriptor ``folder``; ``path`` is its path below the top."""
        return filesystem.open_folder_beneath(folder, name)
