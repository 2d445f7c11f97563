"""``metadata/derivation.jsonl``: what a package was made from that was made from another bag, and what was taken out of it.

The first line is the header: the bag, with the pin by which any copy of it is known again, and what the package is for.
Then, in the order of the scan, a line for each file: its path here and there, and, of one whose personal data was taken
out, the digest of what it was made from, the digest of the music, which is the same, and where personal data stood.
"""

from __future__ import annotations

from archiver.model.bag import Bag, Labels
from archiver.model.derivation import Derivation
from archiver.model.package import PackedFile, PackEntry
from archiver.records.codec import Header, Record, to_line
from archiver.records.names import DERIVATION_RECORD
from archiver.records.visible import counted_files, one_line
from archiver.records.writing import Closing, Opening

SCHEMA = "archiver.derivation/1"


class DerivationHeader(Header, frozen=True, kw_only=True):
    """The first line; as :class:`archiver.model.derivation.Derivation`."""

    identifier: str
    name: str
    pin: str
    act: str
    algorithm: str


class RemovedRecord(Record, frozen=True, kw_only=True):
    """Where something stood that identified a person; the value is written nowhere."""

    code: str
    locator: str


class DerivedRecord(Record, frozen=True, kw_only=True):
    """A line; all but the path only of a file that is not the same bytes.

    Attributes:
        path: The path in this bag, and in the one it was made from.
        digest_there: The digest of what it was made from, by the header's algorithm.
        essence_method: How the music was digested.
        essence: The digest of the music, of both.
        removed: What was taken out.
    """

    path: str
    digest_there: str | None = None
    essence_method: str | None = None
    essence: str | None = None
    removed: tuple[RemovedRecord, ...] = ()


class DerivationWriter:
    """Writes the record, as files pass."""

    def __init__(self, opening: Opening) -> None:
        derivation = opening.plan.derivation
        assert derivation is not None
        self._redacted = derivation.redacted
        self._stream = opening.new_file(DERIVATION_RECORD)
        header = DerivationHeader(
            schema=SCHEMA,
            identifier=derivation.identifier,
            name=derivation.name,
            pin=derivation.pin,
            act=derivation.act.value,
            algorithm=derivation.algorithm,
        )
        self._stream.write(to_line(header))

    def add(self, entry: PackEntry) -> None:
        """Write the line of a packed file."""
        if not isinstance(entry, PackedFile):
            return
        record = DerivedRecord(path=entry.bag_path)
        redaction = self._redacted.get(entry.assessed.examined.ref.payload_path)
        if redaction is not None:
            record = DerivedRecord(
                path=entry.bag_path,
                digest_there=redaction.digest,
                essence_method=redaction.essence.method,
                essence=redaction.essence.digest,
                removed=tuple(RemovedRecord(code=code, locator=at) for code, at in redaction.removed),
            )
        self._stream.write(to_line(record))

    def finish(self, closing: Closing) -> None:
        """All is written."""


def derivation_labels(bag: Bag) -> Labels:
    """Labels for ``bag-info.txt``; nothing where the bag was made from sources."""
    derivation = bag.plan.derivation
    if derivation is None:
        return ()
    redacted = counted_files(len(derivation.redacted))
    return (
        ("Derived-From", one_line(derivation.identifier)),
        ("Derived-For", derivation.act.value),
        *([("Derived-Redaction", f"personal data in the tags of {redacted}")] if derivation.redacted else []),
    )


def derivation_sentences(derivation: Derivation) -> str:
    """Say what the package was made from, and what was taken out."""
    made = (
        f"This package was made from {one_line(derivation.told)}: it holds those of its files of which"
        f" {derivation.act.value} is allowed."
    )
    if not derivation.redacted:
        return f"{made} Their bytes are those of that package."
    return f"{made} {redaction_sentence(derivation)} {DERIVATION_RECORD} says of which. All else is the same bytes."


def redaction_sentence(derivation: Derivation) -> str:
    """Say what was taken out of how many files."""
    number = len(derivation.redacted)
    its = "its" if number == 1 else "their"
    return (
        f"The tags of {counted_files(number)} were written anew without personal data; {its} music is the same by its"
        " digest."
    )
