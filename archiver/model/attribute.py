"""Extended attributes: what a file system holds of a file beside its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.pickling import by_fields


@by_fields
@dataclass(frozen=True, slots=True)
class Attribute:
    """One extended attribute of a file or folder.

    Attributes:
        name: As the system has it, such as ``user.com.apple.ResourceFork``.
        size_bytes: Size of its value in the source; ``None`` where it could not be read.
        value: The value without personal data; ``None`` where all of it is withheld or it is not kept.
        personal: Evidence codes of the personal data that was in it.
        fault: Why there is no value: ``too large`` or ``unreadable``; empty where that is not so.
    """

    name: str
    size_bytes: int | None
    value: bytes | None
    personal: tuple[str, ...] = ()
    fault: str = ""
