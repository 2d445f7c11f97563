"""What reading music through gives, as values of JSON and back, for the journal that an interrupted run leaves."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from archiver.model.sound import Bitstream, Sound

T = TypeVar("T")


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
