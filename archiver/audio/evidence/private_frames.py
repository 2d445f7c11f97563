"""Which tag frames are personal data as a whole, and which values they hold that must not appear elsewhere either."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.personal import is_program_name, may_hold_personal_data, personal_spans
from archiver.audio.evidence.uits import is_receipt, transaction_values

_RIPPER_FIELDS = frozenset(
    {"RIPPER", "RIPPEDBY", "RIPPED BY", "RIPPED-BY", "RIPPED_BY", "IRIP", "PURCHASER", "BUYER"}
)
_PURCHASE_BLOCKS = frozenset({"mp4-pinf", "mp4-sinf"})
_OWNER_FRAMES = frozenset({"TOWN", "OWNE"})
_BUYER_ITEMS = frozenset({"apID", "ownr", "purd"})
_NAMING_ITEMS = frozenset({"apID", "ownr", "schi.name", "TOWN"})
_SHORTEST = 4
_MAX_VALUES = 200
_PRESENCE = frozenset({"email-address", "ripped-by"})


def is_private_frame(field: Field) -> bool:
    """Whether nothing of this frame's payload may be recorded, not even its digest."""
    key = field.frame.id
    if field.kind == "mp4-ilst":
        if key in _BUYER_ITEMS:
            return True
    elif field.kind in _PURCHASE_BLOCKS:
        return key.startswith("schi.")
    elif key in _OWNER_FRAMES and field.kind.startswith("id3v2"):
        return True
    return is_ripper(field) or is_receipt(field.frame)


def is_ripper(field: Field) -> bool:
    """Whether a tag made for it names a person who ripped or bought the recording."""
    return field.name in _RIPPER_FIELDS and not is_program_name(field.text)


def holds_personal_data(fields: Sequence[Field]) -> bool:
    """A quick look at a whole file; ``False`` is certain."""
    words = [field.text for field in fields]
    words += [field.frame.id for field in fields]
    return may_hold_personal_data("\n".join(words)) or any(is_private_frame(field) for field in fields)


def personal_values(fields: Sequence[Field]) -> tuple[str, ...]:
    """Names, addresses and transaction numbers in a file that must not appear anywhere else; longest first."""
    values: set[str] = set()
    for field in fields:
        text = field.text
        if not text:
            continue
        if field.frame.id in _NAMING_ITEMS or is_ripper(field):
            values.update(line.strip() for line in text.split("\n"))
        elif is_receipt(field.frame):
            values.update(transaction_values(text))
        values.update(text[span.start : span.end] for span in personal_spans(text) if span.code in _PRESENCE)
        if len(values) > _MAX_VALUES:
            break
    kept = (value.strip() for value in values)
    return tuple(
        sorted((value for value in kept if len(value) >= _SHORTEST), key=lambda value: (-len(value), value))
    )
