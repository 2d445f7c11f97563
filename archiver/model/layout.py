"""How a bag is laid out: where the files of the sources lie, and where what a receiving system reads beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PAYLOAD = "data/"
"""The payload's folder, as paths in a bag begin with it (RFC 8493 §2.1.2)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of bags.

    Attributes:
        name: What it is called.
        files: The folder below ``data/`` that holds the sources' files; empty for ``data/`` itself.
        handed_over: The folder in the bag that holds what a receiving system reads: rights, descriptions, PREMIS and
            the documents behind declarations.
        describes: Names of the descriptions that it has whether they are asked for or not.
    """

    name: str
    files: str
    handed_over: str
    describes: tuple[str, ...] = ()

    @property
    def files_folder(self) -> str:
        """The folder in the bag that holds the sources' files, with its slash."""
        return f"{PAYLOAD}{self.files}/" if self.files else PAYLOAD

    @property
    def documents(self) -> str:
        """The folder in the bag of deeds, licences and letters: where repositories look for them."""
        return f"{self.handed_over}/submissionDocumentation"

    def place(self, path: str) -> str:
        """The path in the bag of what a receiving system reads, which stands in ``metadata/`` of a plain one."""
        return self.handed_over + path.removeprefix("metadata")

    @property
    def records_in_payload(self) -> str | None:
        """The folder below ``data/`` that holds records and nothing of a source; ``None`` where there is none."""
        inside = self.handed_over.removeprefix(PAYLOAD)
        return None if inside == self.handed_over else inside


PLAIN = Layout("plain", "", "metadata")
"""The sources' own folders right below ``data/``; the payload holds nothing else."""

ARCHIVEMATICA = Layout("archivematica", "objects", "data/metadata", ("dublin-core",))
"""A payload that is a transfer of Archivematica, which lifts ``objects`` and ``metadata`` out of ``data/``
(``verify_and_restructure_transfer_bag.py``). A source's own folders ``metadata``, ``logs`` or ``objects`` are then
never taken for the transfer's."""

LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (PLAIN, ARCHIVEMATICA)}
