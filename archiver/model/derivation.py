"""What a package was made from, where it was made from another bag and not from sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archiver.model.rights import Act
from archiver.model.sound import Essence


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was taken out of a copy.

    Attributes:
        digest: Digest of the file that it was made from, by the derivation's algorithm.
        essence: The digest of the music, which is that of both.
        removed: Code and place of each observation that identified a person; its value is written nowhere.
    """

    digest: str
    essence: Essence
    removed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """The bag that a package was made from, and what for.

    Attributes:
        identifier: Its ``External-Identifier``, or its name where it has none.
        name: Its name.
        pin: Hex SHA-512 of its strongest tag manifest, by which any copy of it is known again.
        act: What the package is for: only files of which this is allowed are in it.
        algorithm: The checksum by which files were held against what that bag records.
        redacted: By path in the payload, the files whose personal data was taken out.
    """

    identifier: str
    name: str
    pin: str
    act: Act
    algorithm: str
    redacted: Mapping[str, Redaction] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What it is called in a sentence."""
        return self.name if self.identifier == self.name else f"{self.name} ({self.identifier})"
