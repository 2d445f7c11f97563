"""What rides on the one read of a file: consumers, each of which takes every block and gives one named result.

:data:`CONSUMERS` has one row for each; copying, the journal and resuming know none of them by name. A file's
:class:`ReadPlan` is made where it is known what the file is, and travels with the file to where it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeAlias, TypeVar, cast

from archiver.audio.bitstream.walk import Listener
from archiver.bagit.algorithms import ALGORITHMS, hex_length, new_digest
from archiver.ingest.fixity import ListedDigests, algorithms_to_compute, are_digests
from archiver.ingest.hearing import HeardAgain, HeardBefore, heard_before
from archiver.ingest.sound import SOUND, bitstream_from, bitstream_value, is_sound, sound_value
from archiver.machine import MachineError, refuse_own_limit
from archiver.model.audio import ExaminedFile

S = TypeVar("S")
T = TypeVar("T")

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"
"""What JSON can say."""

LONGEST_RESULT = 16 << 10
"""Bytes of a result in JSON; a longer one is a fault of its consumer. The journal's lines are bounded by it."""
_STRICTLY = json.JSONEncoder(allow_nan=False, ensure_ascii=False)


class Consumer(Protocol):
    """Takes a file's blocks while they are in memory, in the thread that copies the file; several files are at once.

    It keeps no more than a bounded part of what it took.
    """

    def update(self, block: bytes, /) -> object:
        """Take the next block."""

    def finish(self) -> Value:
        """Return the result after the last block: a value that JSON can say, in at most :data:`LONGEST_RESULT` bytes."""


@dataclass(frozen=True, slots=True)
class ConsumerKind:
    """One row of :data:`CONSUMERS`.

    Attributes:
        ask: From the algorithms of the manifests and what is known of a file: what to give the consumer, such as where
            the music lies, small and of JSON's values; ``None`` for a file on which it does not ride.
        begin: Starts the consumer with what was asked.
        fits: Whether a value is a result of it, of its present method: only such a one is taken from a journal.
        fixity: Whether its result is of the bytes alone, whatever is in them, and a manifest needs it. Every other rests
            on what was examined, so that it has no result for a file that changed since, nor where it raises.
    """

    ask: Callable[[Sequence[str], ExaminedFile], Value]
    begin: Callable[[Value], Consumer]
    fits: Callable[[Value], bool]
    fixity: bool = False


class _Digest:
    """The digest of all bytes, in lower-case hex; hashlib releases the interpreter's lock."""

    def __init__(self, algorithm: str) -> None:
        digest = new_digest(algorithm)
        self.update, self._hex = digest.update, digest.hexdigest

    def finish(self) -> str:
        return self._hex()


def _digest(algorithm: str) -> ConsumerKind:
    said = re.compile(f"[0-9a-f]{{{hex_length(algorithm)}}}")
    return ConsumerKind(
        ask=lambda algorithms, _: True if algorithm in algorithms else None,
        begin=lambda _: _Digest(algorithm),
        fits=lambda value: isinstance(value, str) and said.fullmatch(value) is not None,
        fixity=True,
    )


class _SoundReading:
    """What reading the music through gives; the music's place was asked from what was examined."""

    def __init__(self, given: Value) -> None:
        self._listener = Listener(bitstream_from(given))
        self.update = self._listener.update

    def finish(self) -> Value:
        return cast("Value", sound_value(self._listener.finish()))


def _asked_sound(_: Sequence[str], examined: ExaminedFile) -> Value:
    if examined.bitstream is None:
        return None
    if examined.heard is None:
        return cast("Value", bitstream_value(examined.bitstream))
    return cast("Value", heard_before(examined.bitstream, examined.heard))


def _sound_consumer(given: Value) -> Consumer:
    if isinstance(given, Mapping) and "digest" in given:
        return cast("Consumer", HeardAgain(cast("HeardBefore", given)))
    return _SoundReading(given)


def _asked_listed(algorithms: Sequence[str], examined: ExaminedFile) -> Value:
    return algorithms_to_compute(algorithms, examined) or None


LISTED = "listed/1"
"""Digests that lists of checksums give for the file and no manifest asks for; by their algorithm."""

CONSUMERS: Mapping[str, ConsumerKind] = MappingProxyType(
    {
        **{name: _digest(name) for name in ALGORITHMS},
        LISTED: ConsumerKind(
            ask=_asked_listed,
            begin=lambda given: ListedDigests(cast("list[str]", given)),
            fits=are_digests,
        ),
        SOUND: ConsumerKind(ask=_asked_sound, begin=_sound_consumer, fits=is_sound),
    }
)
"""Every consumer, by the name of its result. A name keeps its meaning: journals of earlier versions are read by it."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """Which consumers a file gets, and what each is given.

    Attributes:
        asked: Name in :data:`CONSUMERS` and what was asked for it.
    """

    asked: tuple[tuple[str, Value], ...]

    def is_answered(self, results: Mapping[str, Value]) -> bool:
        """Whether results, which may come from anywhere, are those of all its consumers and of no other."""
        return results.keys() == dict(self.asked).keys() and all(
            CONSUMERS[name].fits(value) for name, value in results.items()
        )

    @property
    def of_any_bytes(self) -> ReadPlan:
        """What of it holds for a file that is not as it was examined."""
        return ReadPlan(tuple(pair for pair in self.asked if CONSUMERS[pair[0]].fixity))


def read_plan(algorithms: Sequence[str], examined: ExaminedFile) -> ReadPlan:
    """Return which consumers a file gets.

    Args:
        algorithms: Of the manifests, normalised names.
        examined: What is known of the file.
    """
    asked = ((name, kind.ask(algorithms, examined)) for name, kind in CONSUMERS.items())
    return ReadPlan(tuple(pair for pair in asked if pair[1] is not None))


def all_digests(algorithms: Sequence[str], results: Mapping[str, Value]) -> dict[str, str]:
    """Return the hex digests that reading a file gave, by their algorithm: those of the manifests and those of lists.

    Args:
        algorithms: Of the manifests.
        results: What the file's consumers gave.
    """
    listed = results.get(LISTED)
    found = dict(listed) if isinstance(listed, Mapping) else {}
    found |= {name: results[name] for name in algorithms if name in results}
    return {name: digest for name, digest in found.items() if isinstance(digest, str)}


class Feeding:
    """One reading of a file, from first block to last.

    Attributes:
        faults: For each consumer that raised, but those of fixity, what happened.
    """

    def __init__(self, plan: ReadPlan) -> None:
        self.faults: dict[str, str] = {}
        begun = ((name, self._of(name, CONSUMERS[name].begin, given)) for name, given in plan.asked)
        self._consumers = {name: consumer for name, consumer in begun if consumer is not None}

    def update(self, block: bytes) -> None:
        """Give each consumer the next block."""
        for name, consumer in self._consumers.items():
            if name not in self.faults:
                self._of(name, consumer.update, block)

    def finish(self) -> dict[str, Value]:
        """Return the results of those that did not fail, as a journal gives them back."""
        left = {name: one for name, one in self._consumers.items() if name not in self.faults}
        results = {name: self._of(name, _result, (name, consumer)) for name, consumer in left.items()}
        return {name: result for name, result in results.items() if name not in self.faults}

    def _of(self, name: str, step: Callable[[T], S], taken: T) -> S | None:
        """Let a consumer take a step; what it raises is its fault, unless the machine's or the manifests'."""
        try:
            return step(taken)
        except MachineError:
            raise
        except Exception as error:
            if CONSUMERS[name].fixity:
                raise
            if isinstance(error, OSError):
                refuse_own_limit(error)
            self.faults[name] = f"failed ({type(error).__name__})"
            return None


def _result(of: tuple[str, Consumer]) -> Value:
    name, consumer = of
    if CONSUMERS[name].fixity:  # hex digits are the same in JSON, and there may be many small files
        return consumer.finish()
    said = _STRICTLY.encode(consumer.finish()).encode()
    value = cast("Value", json.loads(said))
    if len(said) > LONGEST_RESULT or not CONSUMERS[name].fits(value):
        raise ValueError(f"no result of {name}")
    return value
