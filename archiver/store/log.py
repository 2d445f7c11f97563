"""A store's own log of what was done in it: lines that are only added, each with the digest of the one before.

A line cut off in the middle, which a loss of power leaves, is overwritten by the next. Anything else that does not
fit is told and never mended: it was changed after it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archiver import filesystem
from archiver.errors import ExitStatus, StoreError
from archiver.ownfiles import parse_json
from archiver.store.area import Place
from archiver.store.faults import store_faults
from archiver.store.identity import ARCHIVER

LOG = b"events.jsonl"
FIRST_PREV = bytes(32)
"""What stands in the place of the digest before the first line's."""

MOST_BYTES = 16 << 20
"""Of one line; an event may list the bags of a large accession."""

_KEYS = ("agent", "at", "detail", "object", "outcome", "seq", "type")
_TEXTS = ("agent", "at", "object", "outcome", "type")
_MOST_SEQ = 1 << 53


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to be logged.

    Attributes:
        type: ``accession``, ``nothing new``, ``deletion`` or another of the PREMIS vocabulary.
        at: When, RFC 3339 in UTC.
        object: What it was done to: the identifier of an accession or bag, the name of a collection.
        outcome: ``success``, ``warning`` or ``fail``.
        detail: More, as plain values of JSON.
        agent: The software, with its version.
    """

    type: str
    at: str
    object: str
    outcome: str
    detail: Mapping[str, Any]
    agent: str


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A line of the log.

    Attributes:
        seq: Its number, from 1.
        happened: What it tells.
        prev: The digest of the line before.
        hash: Its own.
    """

    seq: int
    happened: Happened
    prev: bytes
    hash: bytes


class BrokenLogError(StoreError):
    """A line of the log is not as it was written, or not all of them are there."""

    exit_code = ExitStatus.DAMAGED


def event_hash(seq: int, happened: Happened, prev: bytes) -> bytes:
    """Return the digest of a line: SHA-256 over that of the line before and the line's canonical JSON without both."""
    return hashlib.sha256(prev + _canonical(_members(seq, happened))).digest()


def append_event(store: bytes, happened: Happened) -> LoggedEvent:
    """Add a line to the log of the store, which the caller has locked; it is on the disk when this returns.

    Args:
        store: The store's absolute path.
        happened: What to tell.

    Raises:
        StoreError: where the log cannot be written; the line is then not there.
        BrokenLogError: where its last line is not as it was written.
    """
    with (
        store_faults(f"write to {_shown(store)}", "The line was not written. Check the disk of the store."),
        Place(store, b"").cursor(filesystem.make_folders_beneath) as cursor,
    ):
        folder = cursor.folder(ARCHIVER)
        descriptor = filesystem.open_own(LOG, folder)
        try:
            end, last = _last(descriptor, store)
            seq, prev = (1, FIRST_PREV) if last is None else (last.seq + 1, last.hash)
            event = LoggedEvent(seq, happened, prev, event_hash(seq, happened, prev))
            os.ftruncate(descriptor, end)
            _write(descriptor, _line(event), end)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        filesystem.sync_folder(folder)
    return event


def last_event(store: bytes) -> LoggedEvent | None:
    """Return the last whole line of the log; ``None`` where there is none.

    Raises:
        StoreError: where it cannot be read.
        BrokenLogError: where it is not as it was written.
    """
    descriptor = _opened(store)
    if descriptor is None:
        return None
    try:
        with _reading(store):
            return _last(descriptor, store)[1]
    finally:
        os.close(descriptor)


def read_events(store: bytes) -> Iterator[LoggedEvent]:
    """Yield the lines of the log, each found right; a last line that was cut off is none.

    Raises:
        StoreError: where it cannot be read.
        BrokenLogError: from the first line on that is not as it was written.
    """
    descriptor = _opened(store)
    if descriptor is None:
        return
    seq, prev = 1, FIRST_PREV
    with _reading(store), os.fdopen(descriptor, "rb") as stream:
        while line := stream.readline(MOST_BYTES + 1):
            if not line.endswith(b"\n"):
                if len(line) > MOST_BYTES:
                    raise _broken(store, seq, "it is too long")
                return
            event = _event(line, store, seq)
            if event.seq != seq or event.prev != prev:
                raise _broken(store, seq, "it does not follow the one before")
            yield event
            seq, prev = seq + 1, event.hash


def _opened(store: bytes) -> int | None:
    with _reading(store):
        try:
            with Place(store, ARCHIVER).cursor() as cursor:
                return filesystem.open_regular(LOG, cursor.folder(b""))
        except (FileNotFoundError, NotADirectoryError):
            return None


def _reading(store: bytes) -> Any:  # noqa: ANN401 - a context manager
    return store_faults(f"read {_shown(store)}", "Check the disk of the store.")


def _last(descriptor: int, store: bytes) -> tuple[int, LoggedEvent | None]:
    """Return where the last whole line ends, and that line."""
    size = os.fstat(descriptor).st_size
    most = min(size, 2 * MOST_BYTES)
    tail = os.pread(descriptor, most, size - most)
    if len(tail) != most:
        raise OSError(0, "it holds less than its size says")
    ended = tail.rfind(b"\n") + 1
    if not ended:
        if size > most:
            raise _broken(store, 0, "it is too long")
        return 0, None
    line = tail[tail.rfind(b"\n", 0, ended - 1) + 1 : ended]
    return size - most + ended, _event(line, store, 0)


def _event(line: bytes, store: bytes, seq: int) -> LoggedEvent:
    try:
        value = parse_json(line)
        event = _parsed(value)
    except ValueError as error:
        raise _broken(store, seq, str(error)) from error
    if event_hash(event.seq, event.happened, event.prev) != event.hash:
        raise _broken(store, event.seq, "it was changed after it was written")
    return event


def _parsed(value: object) -> LoggedEvent:
    if not isinstance(value, dict) or not {*_KEYS, "prev", "hash"} <= value.keys():
        raise ValueError("it is of another form")
    seq, detail = value["seq"], value["detail"]
    if not isinstance(seq, int) or isinstance(seq, bool) or not 1 <= seq <= _MOST_SEQ:
        raise ValueError("it has no number")
    if not isinstance(detail, dict) or not all(
        isinstance(value[key], str) for key in (*_TEXTS, "prev", "hash")
    ):
        raise ValueError("it is of another form")
    happened = Happened(value["type"], value["at"], value["object"], value["outcome"], detail, value["agent"])
    return LoggedEvent(seq, happened, bytes.fromhex(value["prev"]), bytes.fromhex(value["hash"]))


def _members(seq: int, happened: Happened) -> dict[str, Any]:
    return {
        "agent": happened.agent,
        "at": happened.at,
        "detail": dict(happened.detail),
        "object": happened.object,
        "outcome": happened.outcome,
        "seq": seq,
        "type": happened.type,
    }


def _line(event: LoggedEvent) -> bytes:
    chained = {"hash": event.hash.hex(), "prev": event.prev.hex()}
    return _canonical(_members(event.seq, event.happened) | chained) + b"\n"


def _canonical(members: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8, which has no place for a lone surrogate."""
    text = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def detail_text(happened: Happened) -> str:
    """Return the detail of an event as canonical JSON."""
    return _canonical(happened.detail).decode("utf-8")


def _write(descriptor: int, content: bytes, offset: int) -> None:
    while content:
        written = os.pwrite(descriptor, content, offset)
        content, offset = content[written:], offset + written


def _broken(store: bytes, seq: int, what: str) -> BrokenLogError:
    line = f"line {seq:,} of " if seq else "the last line of "
    return BrokenLogError(
        f"{line}{_shown(store)} cannot be believed: {what}",
        "It was not touched, and no bag is touched by this. Keep the file as it is, for it shows what was changed;"
        " restore it from a copy of the store, or move it away to begin a new log.",
    )


def _shown(store: bytes) -> str:
    return os.fsdecode(Place(store, ARCHIVER).absolute + b"/" + LOG)
