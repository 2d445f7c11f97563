"""Parts of a Windows Media header that stay: as they are where they are numbers alone, else without their texts.

Each is known to its last byte, and holds no more than decoding takes: what names a stream, a language that is none, and the
moment at which the file was made are left out, and whatever is longer than its kind can be is refused. Source: Advanced
Systems Format Specification 01.20.06, sections 3 and 4.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from archiver.audio.containers.asf_objects import EXTENDED_STREAM_PROPERTIES, STREAM_PROPERTIES
from archiver.audio.properties.asf import AUDIO_MEDIA, FILE_PROPERTIES
from archiver.audio.redacting.pieces import UnredactableError

OBJECT_HEAD = 24
"""Bytes of an object's kind and size."""

NO_IDENTITY = bytes(16)
IDENTITY = slice(OBJECT_HEAD, OBJECT_HEAD + len(NO_IDENTITY))
"""Where a file's identity stands in its properties, and wherever else it stands."""

_VIDEO_MEDIA = uuid.UUID("BC19EFC0-5B4D-11CF-A8FD-00805F5C442B").bytes_le
_FILE_PROPERTIES_BYTES = 104
_MOST_SETUP = 64
"""The longest setup of a codec that is taken for one, as in WAV; that of pictures has a header of its own before it."""

_MOST_PICTURE_SETUP = 40 + 128
_MOST_STREAMS = 127
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Za-z]{2}|[0-9]{3}))?")
"""A language, its script and its country, and nothing behind them (RFC 5646)."""

_MORE = "its header holds more than how it is read"


class _Body:
    """What an object holds behind its head, taken from the beginning.

    Raises:
        UnredactableError: from whatever takes, where there is less than that.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, OBJECT_HEAD

    def take(self, count: int) -> bytes:
        """The next bytes."""
        found = self._data[self._at : self._at + count]
        if len(found) < count:
            raise UnredactableError("the objects of its header cannot be made out")
        self._at += count
        return found

    def number(self, count: int) -> int:
        """The next bytes as a number, the last of them the highest."""
        return int.from_bytes(self.take(count), "little")

    def few(self, most: int, count: int = 2) -> int:
        """A number that is none too many."""
        found = self.number(count)
        if found > most:
            raise UnredactableError(_MORE)
        return found

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data) - self._at)

    def end(self) -> None:
        """Refuse what stands behind."""
        if self._at != len(self._data):
            raise UnredactableError(_MORE)


def _built(kind: bytes, body: bytes) -> bytes:
    return kind + (OBJECT_HEAD + len(body)).to_bytes(8, "little") + body


def _file_properties(one: bytes) -> bytes:
    """Without the file's identity, which may have been made of a machine's address, and without its date."""
    if len(one) != _FILE_PROPERTIES_BYTES:
        raise UnredactableError(_MORE)
    body = _Body(one)
    body.take(len(NO_IDENTITY))
    size = body.take(8)
    body.take(8)
    return _built(one[:16], NO_IDENTITY + size + bytes(8) + body.rest())


def _stream_properties(one: bytes) -> bytes:
    """Without what stands in the reserved field, where some programs leave what was in memory."""
    body = _Body(one)
    kind, rest = body.take(16), body.take(24)
    setup_bytes, correction_bytes = body.number(4), body.few(_MOST_SETUP, 4)
    flags = body.take(2)
    body.take(4)
    if kind == AUDIO_MEDIA:
        setup = _sound_setup(body, setup_bytes)
    elif kind == _VIDEO_MEDIA:
        setup = _picture_setup(body, setup_bytes)
    else:
        raise UnredactableError("it has a stream that is neither sound nor picture")
    correction = body.take(correction_bytes)
    body.end()
    lengths = setup_bytes.to_bytes(4, "little") + correction_bytes.to_bytes(4, "little")
    return _built(one[:16], kind + rest + lengths + flags + bytes(4) + setup + correction)


def _sound_setup(body: _Body, length: int) -> bytes:
    """A ``WAVEFORMATEX``, filled up to an even length by some programs."""
    fixed = body.take(18)
    own = int.from_bytes(fixed[16:], "little")
    filled = length - len(fixed) - own
    if own > _MOST_SETUP or filled not in {0, 1}:
        raise UnredactableError(_MORE)
    held = fixed + body.take(own)
    body.take(filled)
    return held + bytes(filled)


def _picture_setup(body: _Body, length: int) -> bytes:
    fixed = body.take(11)
    own = int.from_bytes(fixed[9:], "little")
    if own > _MOST_PICTURE_SETUP or length != len(fixed) + own:
        raise UnredactableError(_MORE)
    return fixed + body.take(own)


def _extended_stream_properties(one: bytes) -> bytes:
    """Without the names of the stream."""
    body = _Body(one)
    fixed = body.take(60)
    names, systems = body.number(2), body.few(_MOST_STREAMS)
    for _ in range(names):
        body.take(2)
        body.take(body.number(2))
    kept = b""
    for _ in range(systems):
        head = body.take(18)
        length = body.few(_MOST_SETUP, 4)
        kept += head + length.to_bytes(4, "little") + body.take(length)
    within = body.rest()
    if within:
        if within[:16] != STREAM_PROPERTIES or int.from_bytes(within[16:24], "little") != len(within):
            raise UnredactableError(_MORE)
        within = _stream_properties(within)
    return _built(one[:16], fixed + bytes(2) + systems.to_bytes(2, "little") + kept + within)


def _languages(one: bytes) -> bytes:
    """Each in its place, for streams refer to that; one that is no language is left empty."""
    body = _Body(one)
    number = body.few(_MOST_STREAMS)
    kept = b""
    for _ in range(number):
        text = body.take(body.number(1)).decode("utf-16-le", "replace").rstrip("\0")
        told = (text if _LANGUAGE.fullmatch(text) else "").encode("utf-16-le") + b"\0\0"
        kept += bytes([len(told)]) + told
    body.end()
    return _built(one[:16], number.to_bytes(2, "little") + kept)


def _numbers(one: bytes, before: int, each: int) -> bytes:
    """Some bytes, a count, and as many numbers."""
    body = _Body(one)
    body.take(before)
    body.take(body.few(_MOST_STREAMS) * each)
    body.end()
    return one


def _groups(one: bytes) -> bytes:
    """A kind, a count, and as many groups of streams."""
    body = _Body(one)
    body.take(16)
    for _ in range(body.few(_MOST_STREAMS)):
        body.take(body.few(_MOST_STREAMS) * 2)
    body.end()
    return one


def _error_correction(one: bytes) -> bytes:
    body = _Body(one)
    body.take(16)
    body.take(body.few(_MOST_SETUP, 4))
    body.end()
    return one


def _compatibility(one: bytes) -> bytes:
    body = _Body(one)
    body.take(2)
    body.end()
    return one


Rule = Callable[[bytes], bytes]
"""Returns an object without what is not needed, or raises :class:`UnredactableError` where it holds more than its kind can."""


def _by_kind(rules: Mapping[str, Rule]) -> dict[bytes, Rule]:
    return {uuid.UUID(text).bytes_le: rule for text, rule in rules.items()}


_RATES = partial(_numbers, before=0, each=6)
_EXCLUSION = partial(_numbers, before=16, each=2)
_PRIORITIES = partial(_numbers, before=0, each=4)
_SHARING = partial(_numbers, before=24, each=2)
_INDEXING = partial(_numbers, before=4, each=4)

PARTS_OF_HEADER: Mapping[bytes, Rule] = {
    FILE_PROPERTIES: _file_properties,
    STREAM_PROPERTIES: _stream_properties,
    **_by_kind(
        {
            "7BF875CE-468D-11D1-8D82-006097C9A2B2": _RATES,
            "D6E229DC-35DA-11D1-9034-00A0C90349BE": _EXCLUSION,
            "75B22635-668E-11CF-A6D9-00AA0062CE6C": _error_correction,
        }
    ),
}
PARTS_OF_EXTENSION: Mapping[bytes, Rule] = {
    EXTENDED_STREAM_PROPERTIES: _extended_stream_properties,
    **_by_kind(
        {
            "A08649CF-4775-4670-8A16-6E35357566CD": _EXCLUSION,
            "D1465A40-5A79-4338-B71B-E36B8FD6C249": _groups,
            "D4FED15B-88D3-454F-81F0-ED5C45999E24": _PRIORITIES,
            "A69609E6-517B-11D2-B6AF-00C04FD908E9": _SHARING,
            "7C4346A9-EFE0-4BFC-B229-393EDE415C85": _languages,
            "D6E229DF-35DA-11D1-9034-00A0C90349BE": _INDEXING,
            "6B203BAD-3F11-48E4-ACA8-D7613DE2CFA7": _INDEXING,
            "F55E496D-9797-4B5D-8C8B-604DFE9BFB24": _INDEXING,
            "26F18B5D-4584-47EC-9F5F-0E651F0452C9": _compatibility,
        }
    ),
}
"""Kinds of objects that stay in the header and in its extension, each with what returns it without what is not needed."""

_OFTEN = frozenset(
    kind
    for kind, rule in (*PARTS_OF_HEADER.items(), *PARTS_OF_EXTENSION.items())
    if rule in (_stream_properties, _extended_stream_properties, _EXCLUSION, _groups, _SHARING)
)
"""Of these there may be as many as there are streams: what is told of one, what excludes or shares with another."""


def refuse_repeated(objects: Sequence[bytes]) -> None:
    """Refuse more objects of a kind than a file can have.

    Raises:
        UnredactableError: where there are.
    """
    for kind, number in Counter(one[:16] for one in objects).items():
        if number > (_MOST_STREAMS if kind in _OFTEN else 1):
            raise UnredactableError(_MORE)
