"""Pages of bags that lie nowhere, and what stands in them, read by a parser of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import lxml.html

from archiver.model.audio import AudioProperties, Format, Role
from archiver.model.package import PackedFile, PackEntry
from archiver.model.rights import Decision
from archiver.model.rights_context import RightsContext
from archiver.model.sound import Damage, Integrity, Sound, SoundState
from tests.records.entries import CONTEXT, packed, record_files

FLAC = AudioProperties("flac", 200.4, 44100, 2, 16, 900_000, lossless=True)
MP3 = AudioProperties("mp3", 100.0, 44100, 2, None, 320_000, lossless=False)
INTACT = Sound(None, Integrity(SoundState.INTACT))
BROKEN = Sound(
    None, Integrity(SoundState.DAMAGED, damage=(Damage("a frame fails its CRC-16", 9),), damaged_places=1)
)
JPEG = Format("fmt/44", "JPEG File Interchange Format 1.02", "image/jpeg", "table")


def track(path: str, decided: Decision | None = None, **tags: str) -> PackedFile:
    """A track in FLAC, with tags."""
    return packed(
        path, decided, audio=FLAC, sound=INTACT, tags={name: (value,) for name, value in tags.items()}
    )


def picture(path: str, decided: Decision | None = None) -> PackedFile:
    """A picture."""
    return packed(path, decided, role=Role.ARTWORK, format=JPEG)


def index_page(entries: Iterable[PackEntry], context: RightsContext = CONTEXT) -> Any:  # noqa: ANN401 - lxml has no types
    """The first page of a bag that holds the entries."""
    return parsed(record_files(entries, context)["metadata/index.html"])


def parsed(page: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """A page as a parser understands it."""
    return lxml.html.fromstring(page.decode("utf-8"))


def elements(page: Any) -> Counter[str]:  # noqa: ANN401 - lxml has no types
    """How often each element stands in a page, with the names of its attributes."""
    return Counter(
        f"{one.tag} {' '.join(sorted(one.attrib))}" for one in page.iter() if isinstance(one.tag, str)
    )


def addresses(page: Any) -> Sequence[str]:  # noqa: ANN401 - lxml has no types
    """Everything that a page links to or loads, but its own parts."""
    found = [value for one in page.iter() for name in ("href", "src") if (value := one.get(name)) is not None]
    return [value for value in found if not value.startswith(("#", "data:,"))]
