"""How much room a bag takes beside its payload, guessed before it is made: rather too much than too little.

A file is described in each record and manifest, mostly by what its line in ``files.jsonl`` holds, again and again.
"""

from __future__ import annotations

from archiver.model.audio import ExaminedFile, Role
from archiver.model.package import AssessedFile, HeldFile, PackEntry, PlanEntry, WithheldFile, assessed_file
from archiver.records.codec import to_line
from archiver.records.files import file_record
from archiver.records.tree import tree_record

BAG_BYTES = 56_000
"""What a bag holds whatever is in it, its pages with their style above all, and the beginning and end of an archive."""

_FILE_BYTES = 4_200
"""What the records and pages of a file hold beside its own particulars, with its share of an archive and of its folder there."""
_TRACK_BYTES = 2_000
"""What a page shows of music beside that: what it is, how long, its player, what may be done with it."""
_LEAST_COVER, _MOST_COVER = 2_000, 16_000
"""Between which the small picture of an album stays, which is no larger than the one in the track that it is made of."""
_COVER_LINES = 500
"""What manifests and archives say of it."""
_HELD_BYTES = 600
"""What the record of the state holds of a file beside its path, with its share of an archive."""
_IDENTIFIER = "d1000000"
_TIMES_TOLD = 3
_TIMES_SHOWN = 22
"""How many bytes of pages come of one byte of a path: in addresses and words, with what stands for odd characters there."""
_ATTRIBUTE_BYTES = 200
_EVIDENCE_BYTES = 900
_ALGORITHM_BYTES = 500
_DESCRIPTION_BYTES = 700


def described_bytes(entry: PlanEntry, algorithms: int, descriptions: int = 0) -> int:
    """Guess the bytes that what describes one entry takes in a bag.

    Args:
        entry: The entry.
        algorithms: How many checksum algorithms the bag has.
        descriptions: How many descriptions for catalogues.
    """
    told: PackEntry = WithheldFile(entry) if isinstance(entry, AssessedFile) else entry
    assessed = assessed_file(told)
    if isinstance(told, HeldFile):
        return _HELD_BYTES + _TIMES_TOLD * len(told.assessed.path.encode("utf-8", "surrogatepass"))
    if assessed is not None:
        examined = assessed.examined
        beside = sum(_ATTRIBUTE_BYTES + 2 * (one.size_bytes or 0) for one in examined.attributes)
        beside += 2 * _TIMES_TOLD * len((examined.ref.stored or "").encode("utf-8"))
        if examined.role is Role.AUDIO:
            beside += _TRACK_BYTES + _cover_bytes(examined)
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
        + _TIMES_SHOWN * len(record.source_path.encode("utf-8", "surrogatepass"))
        + _EVIDENCE_BYTES * evidence
        + _ALGORITHM_BYTES * algorithms
        + _DESCRIPTION_BYTES * descriptions
    )


def _cover_bytes(track: ExaminedFile) -> int:
    """What a small picture of the cover inside a track takes at most; which track of an album gives it is not known yet."""
    size = max((one.size_bytes for one in track.pictures), default=0)
    return min(max(size, _LEAST_COVER), _MOST_COVER) + _COVER_LINES if size else 0
