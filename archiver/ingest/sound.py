"""What reading music through gives: as values of JSON, for the journal of an interrupted run, and what it says of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import msgspec

from archiver.model.audio import ExaminedFile, Role
from archiver.model.evidence import Evidence
from archiver.model.problem import Problem
from archiver.model.sound import Bitstream, Integrity, Sound, SoundState, damage_sentence

T = TypeVar("T")

SOUND = "sound/1"
"""What the result of reading music through is called among those of a file's consumers."""
_RECEIPT = "store-receipt-media-digest"

for _class in (Bitstream, Sound):
    # msgspec learns a class where it first meets it; two threads that meet it at the same time crash the interpreter
    msgspec.json.Decoder(_class)


def bitstream_value(stream: Bitstream) -> object:
    """Return where music lies as JSON can say it."""
    return msgspec.to_builtins(stream)


def bitstream_from(value: object) -> Bitstream:
    """Return what :func:`bitstream_value` said.

    Raises:
        ValueError: where it is something else.
    """
    return _converted(value, Bitstream)


def sound_value(sound: Sound) -> object:
    """Return what was found as JSON can say it."""
    return msgspec.to_builtins(sound)


def sound_from(value: object) -> Sound:
    """Return what :func:`sound_value` said.

    Raises:
        ValueError: where it is something else.
    """
    return _converted(value, Sound)


def is_sound(value: object) -> bool:
    """Whether a value, which may come from anywhere, is one of :func:`sound_value`."""
    try:
        sound_from(value)
    except ValueError:
        return False
    return True


def _converted(value: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"no {kind.__name__.lower()}: {error}") from error


def with_sound(
    examined: ExaminedFile, results: Mapping[str, object], faults: Mapping[str, str]
) -> ExaminedFile:
    """Return a file of audio with what reading its music through gave; any other file as it is.

    Damage is a problem of the file (``F210``), unless that the file breaks off (``F208``) says it all.

    Args:
        examined: The file.
        results: What the consumers of its bytes gave, by name.
        faults: What befell those that gave no result, by name.
    """
    if examined.role is not Role.AUDIO:
        return examined
    sound = _judged(examined, _found(examined, results, faults))
    problems = examined.problems
    if sound.integrity.damaged_places > _breaks_off(examined):
        problems = (*problems, Problem(examined.ref.path, "F210", damage_sentence(sound.integrity)))
    evidence = (*examined.evidence, *_of_sale(examined, sound))
    return replace(examined, heard=None, sound=sound, problems=problems, evidence=evidence)


def _of_sale(examined: ExaminedFile, sound: Sound) -> tuple[Evidence, ...]:
    """What a store's receipt in the file says of its music; it tells of the file's history and opens nothing."""
    if all(found.code != _RECEIPT for found in examined.evidence):
        return ()
    from archiver.audio.evidence.uits import sale_evidence  # noqa: PLC0415 - few files bear a receipt

    return sale_evidence(examined.evidence, sound.essence)


def _found(examined: ExaminedFile, results: Mapping[str, object], faults: Mapping[str, str]) -> Sound:
    if SOUND in results:
        return sound_from(results[SOUND])
    if SOUND in faults:
        return _not_checkable(f"reading it through {faults[SOUND]}")
    if examined.bitstream is None:
        return _not_checkable("nothing here reads this music through")
    return _not_checkable("it changed before it was read through")


def _not_checkable(detail: str) -> Sound:
    return Sound(None, Integrity(SoundState.NOT_CHECKABLE, detail=detail))


def _judged(examined: ExaminedFile, sound: Sound) -> Sound:
    """What was found, held against what the headers said of the file's end."""
    integrity = sound.integrity
    broken = next((problem.message for problem in examined.problems if problem.code == "F208"), None)
    if broken is None or integrity.state is SoundState.DAMAGED:
        return sound
    return replace(sound, integrity=replace(integrity, state=SoundState.DAMAGED, detail=broken))


def _breaks_off(examined: ExaminedFile) -> bool:
    return any(problem.code == "F208" for problem in examined.problems)
