"""A store's own small file, by which its disk is known again wherever it is mounted: identifier and label.

It is made by the first run that writes to the store and never changed by this program; a person may change the label.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from archiver import filesystem
from archiver.errors import StoreError
from archiver.machine import reason
from archiver.ownfiles import parse_json, read_own
from archiver.store.area import Place
from archiver.store.faults import store_faults

ARCHIVER = b".archiver"
"""The folder of a store in which this program keeps what it knows of the store."""

SCHEMA = "archiver.store/1"

_NAME = b"store.json"
_BEGUN = b"store.json.begun"
_MOST_BYTES = 64 << 10
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_LABEL = 200


class Kept(StrEnum):
    """How bags in a store are kept from being changed once they have their names.

    ``PLAIN``: as the system makes files. ``READ_ONLY``: no file or folder of them may be written. ``IMMUTABLE``: the same, and
    the system refuses even those who could allow it to themselves (Linux's attribute ``i``), where it may be set.
    """

    PLAIN = "plain"
    READ_ONLY = "read-only"
    IMMUTABLE = "immutable"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which store it is.

    Attributes:
        identifier: A UUID, the same for as long as the store lives.
        label: What people call it.
        kept: How bags in it are kept from being changed.
    """

    identifier: str
    label: str
    kept: Kept = Kept.PLAIN


def read_identity(store: bytes) -> Identity | None:
    """Return which store lies at the absolute path ``store``; ``None`` where nothing in it says so.

    Raises:
        StoreError: where what should say so is not as this program writes it, or cannot be read.
    """
    place = Place(store, ARCHIVER)
    path = os.fsdecode(place.absolute + b"/" + _NAME)
    try:
        with place.cursor() as cursor:
            content = read_own(_NAME, cursor.folder(b""), _MOST_BYTES)
        return _parsed(parse_json(content))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(
            f"cannot tell which store this is: {path}: {reason(error)}", "Check its disk and its permissions."
        ) from error
    except ValueError as error:
        raise StoreError(
            f"cannot tell which store this is: {path} is not as this program writes it: {error}",
            "It was not touched. Restore it from a copy of the store, or move it away: then the next bag makes the"
            " store a new identity.",
        ) from error


def make_identity(store: bytes, identifier: uuid.UUID) -> Identity:
    """Return which store lies at the absolute path ``store``, and give it an identity if it has none.

    Args:
        store: The store, which the caller has locked.
        identifier: For a new identity; the label is then the name of the folder.

    Raises:
        StoreError: as :func:`read_identity`, and where it cannot be written.
    """
    found = read_identity(store)
    if found is not None:
        return found
    label = os.fsdecode(os.path.basename(os.path.abspath(store))) or "store"
    made = Identity(str(identifier), _fitting(label))
    with _begun(store, made) as folder:
        filesystem.publish(_BEGUN, _NAME, folder)
    return made


def renew_identity(store: bytes, identifier: uuid.UUID) -> Identity:
    """Give a store that is the copy of another an identity of its own; label and the rest stay, but for the folder's name.

    Args:
        store: The store's absolute path, which the caller has locked.
        identifier: The new one.

    Raises:
        StoreError: where it has none, or it cannot be written.
    """
    label = os.fsdecode(os.path.basename(os.path.abspath(store))) or "store"
    made = replace(_known(store), identifier=str(identifier), label=_fitting(label))
    _replace(store, made)
    return made


def keep_bags(store: bytes, kept: Kept) -> Identity:
    """Note how bags in a store are kept from being changed; the bags themselves are not touched.

    Args:
        store: The store's absolute path, which the caller has locked.
        kept: How.

    Raises:
        StoreError: where the store has no identity, or it cannot be written.
    """
    made = replace(_known(store), kept=kept)
    _replace(store, made)
    return made


def _known(store: bytes) -> Identity:
    found = read_identity(store)
    if found is None:
        raise StoreError(
            f"{os.fsdecode(store)} has no identity", "No run of this program has packed into it yet."
        )
    return found


def _replace(store: bytes, made: Identity) -> None:
    with _begun(store, made) as folder:
        os.rename(_BEGUN, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
        filesystem.sync_folder(folder)


@contextlib.contextmanager
def _begun(store: bytes, made: Identity) -> Iterator[int]:
    """Lend the folder in which an identity lies whole, but not under its name."""
    line = {"schema": SCHEMA, "identifier": made.identifier, "label": made.label}
    if made.kept is not Kept.PLAIN:
        line["kept"] = made.kept.value
    content = json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n"
    with (
        store_faults(f"give the store {os.fsdecode(store)} its identity", "No bag is touched by this."),
        Place(store, b"").cursor(filesystem.make_folders_beneath) as cursor,
    ):
        folder = cursor.folder(ARCHIVER)
        with contextlib.suppress(FileNotFoundError):  # what a run was interrupted in
            os.unlink(_BEGUN, dir_fd=folder)
        with os.fdopen(filesystem.create_regular(_BEGUN, folder), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield folder
        filesystem.sync_folder(cursor.folder(b""))


def _fitting(label: str) -> str:
    return label.encode("utf-8", "replace").decode("utf-8")[:_LONGEST_LABEL]


def _parsed(value: object) -> Identity:
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise ValueError("it is of another form")
    identifier, label = value.get("identifier"), value.get("label")
    if not isinstance(identifier, str) or _UUID.fullmatch(identifier) is None:
        raise ValueError("it has no identifier")
    if not isinstance(label, str) or not label or len(label) > _LONGEST_LABEL:
        raise ValueError("it has no label")
    kept = value.get("kept", Kept.PLAIN.value)
    if kept not in set(Kept):
        raise ValueError("it says something unknown of how bags are kept")
    return Identity(identifier, label, Kept(kept))
