"""Tells at a glance whether anything in a source looks otherwise than the last time: nothing is read but listings.

Where every folder shows the very names, kinds, sizes, times and numbers that it showed the last time, nothing has
changed. Wherever anything is otherwise, this says no more than that, and everything is gone through thoroughly.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence

from archiver import filesystem
from archiver.ingest.exclusion import Exclusion
from archiver.ingest.listing import listing_of
from archiver.ingest.names import record_names
from archiver.machine import MachineError
from archiver.model.source import Source


def looks_unchanged(sources: Sequence[Source], exclusion: Exclusion, seen: Mapping[str, bytes]) -> bool:
    """Whether each folder of the sources looks as it did, and there are no other folders.

    Args:
        sources: The sources; of one that is a single file this is not told.
        exclusion: What is left out; what lies in a folder that is left out is not looked at.
        seen: What the last look at each folder saw, by its record path.
    """
    if not seen or any(source.only is not None for source in sources):
        return False
    glance = _Glance(exclusion, seen)
    try:
        return all(glance.holds(source) for source in sources) and glance.looked == len(seen)
    except (OSError, MachineError):  # whoever goes through it thoroughly says what is wrong
        return False


class _Glance:
    """Compares folder after folder.

    Attributes:
        looked: How many folders looked as they did.
    """

    def __init__(self, exclusion: Exclusion, seen: Mapping[str, bytes]) -> None:
        self._exclusion, self._seen = exclusion, seen
        self._leaves_out = bool(exclusion.rules)
        self.looked = 0

    def holds(self, source: Source) -> bool:
        """Whether a source looks as it did."""
        top = filesystem.open_folder(source.root)
        try:
            pending = [(b"", source.folder)]
            while pending:
                relative, path = pending.pop()
                below = self._folders_in(top, relative, path)
                if below is None:
                    return False
                for name, record in below:
                    folder = f"{path}/{record}" if path else record
                    if not self._is_left_out(source, folder):
                        pending.append((relative + b"/" + name if relative else name, folder))
        finally:
            os.close(top)
        return True

    def _folders_in(self, top: int, relative: bytes, path: str) -> list[tuple[bytes, str]] | None:
        """Return the folders in a folder, with their record names; ``None`` where it looks otherwise."""
        wanted = self._seen.get(path)
        if wanted is None:
            return None
        with (
            filesystem.folder_beneath(top, relative) as descriptor,
            filesystem.scan_folder(descriptor) as found,
        ):
            entries = [(os.fsencode(one.name), one.stat(follow_symlinks=False)) for one in found]
            seen = listing_of(os.fstat(descriptor), entries)
        if seen.digest != wanted:
            return None
        self.looked += 1
        folders = [name for name, status in entries if stat.S_ISDIR(status.st_mode)]
        if not folders:
            return []
        records = record_names(name for name, _ in entries)
        return [(name, records[name]) for name in folders]

    def _is_left_out(self, source: Source, path: str) -> bool:
        if not self._leaves_out:
            return False
        below = path[len(source.folder) + 1 :] if source.folder else path
        return self._exclusion.rule_for(below, is_folder=True) is not None
