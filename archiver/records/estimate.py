"""How much room a bag takes beside its payload, guessed before it is made: rather too much than too little.

A file is described in each record and manifest, mostly by what its line in ``files.jsonl`` holds, again and again.
"""

from __future__ import annotations

from archiver.model.package import AssessedFile, HeldFile, PackEntry, PlanEntry, WithheldFile, assessed_file
from archiver.records.codec import to_line
from archiver.records.files import file_record
from archiver.records.tree import tree_record

BAG_BYTES = 26_000
"""What a bag holds whatever is in it, and the beginning and end of an archive."""

_FILE_BYTES = 3_000
"""What the records of a file hold beside its own particulars, with its share of an archive and of its folder there."""
_HELD_BYTES = 600
"""What the record of the state holds of a file beside its path, with its share of an archive."""
_IDENTIFIER = "d1000000"
_TIMES_TOLD = 3
_ATTRIBUTE_BYTES = 200
_EVIDENCE_BYTES = 900
_ALGORITHM_BYTES = 500


def described_bytes(entry: PlanEntry, algorithms: int) -> int:
    """Guess the bytes that the descriptions of one entry take in a bag with that many checksum algorithms."""
    told: PackEntry = WithheldFile(entry) if isinstance(entry, AssessedFile) else entry
    assessed = assessed_file(told)
    if isinstance(told, HeldFile):
        return _HELD_BYTES + _TIMES_TOLD * len(told.assessed.path.encode("utf-8", "surrogatepass"))
    if assessed is not None:
        examined = assessed.examined
        beside = sum(_ATTRIBUTE_BYTES + 2 * (one.size_bytes or 0) for one in examined.attributes)
        beside += 2 * len(to_line(examined.ref.path))  # which the record of the state has once more
        beside += 2 * _TIMES_TOLD * len((examined.ref.stored or "").encode("utf-8"))
    else:
        line = tree_record(told)
        beside = 0 if line is None else len(to_line(line))
    record = file_record(told, lambda _: _IDENTIFIER)
    if record is None:
        return beside
    evidence = len(assessed.examined.evidence) if assessed is not None else 0
    return (
        _FILE_BYTES
        + beside
        + _TIMES_TOLD * len(to_line(record))
        + _EVIDENCE_BYTES * evidence
        + _ALGORITHM_BYTES * algorithms
    )
