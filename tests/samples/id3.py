"""ID3v1 and ID3v2 tags (id3.org, versions 2.2, 2.3 and 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.samples.bits import syncsafe
from tests.samples.comments import Tags, tag_pairs
from tests.samples.images import Picture

Frame = tuple[str, bytes]
"""A frame id and its body."""

FIELD_FRAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "album_artist": "TPE2",
    "composer": "TCOM",
    "genre": "TCON",
    "track": "TRCK",
    "disc": "TPOS",
    "isrc": "TSRC",
    "copyright": "TCOP",
    "publisher": "TPUB",
}
_LATIN1, _UTF16, _UTF8 = 0, 1, 3
_CODECS = {_LATIN1: "latin-1", _UTF16: "utf-16-le", 2: "utf-16-be", _UTF8: "utf-8"}


def _encoding_for(*texts: str) -> int:
    """Latin-1 where it can hold the texts, else UTF-16 with a byte order mark: both are valid in every version."""
    return _LATIN1 if all(ord(letter) < 256 for text in texts for letter in text) else _UTF16


def _encoded(text: str, encoding: int) -> bytes:
    mark = b"\xff\xfe" if encoding == _UTF16 else b""
    return mark + text.encode(_CODECS[encoding])


def _terminated(text: str, encoding: int) -> bytes:
    return _encoded(text, encoding) + (b"\0\0" if encoding in (_UTF16, 2) else b"\0")


def text_frame(frame_id: str, *values: str, encoding: int | None = None) -> Frame:
    """Return a text frame (T???); several values are separated as v2.4 asks."""
    chosen = _encoding_for(*values) if encoding is None else encoding
    separated = b"".join(_terminated(value, chosen) for value in values[:-1])
    return frame_id, bytes([chosen]) + separated + _encoded(values[-1], chosen)


def described_frame(frame_id: str, description: str, value: str, *, encoding: int | None = None) -> Frame:
    """Return a TXXX frame: a description and a value."""
    chosen = _encoding_for(description, value) if encoding is None else encoding
    return frame_id, bytes([chosen]) + _terminated(description, chosen) + _encoded(value, chosen)


def txxx(description: str, value: str) -> Frame:
    """Return a user-defined text frame."""
    return described_frame("TXXX", description, value)


def comment_frame(
    text: str, *, description: str = "", language: str = "eng", frame_id: str = "COMM"
) -> Frame:
    """Return a COMM or USLT frame."""
    encoding = _encoding_for(description, text)
    head = bytes([encoding]) + language.encode("ascii")
    return frame_id, head + _terminated(description, encoding) + _encoded(text, encoding)


def terms_frame(text: str, *, language: str = "eng") -> Frame:
    """Return a USER frame: terms of use."""
    encoding = _encoding_for(text)
    return "USER", bytes([encoding]) + language.encode("ascii") + _encoded(text, encoding)


def url_frame(frame_id: str, url: str) -> Frame:
    """Return a URL frame (WCOP, WOAF, …)."""
    return frame_id, url.encode("latin-1")


def owned_frame(frame_id: str, owner: str, data: bytes) -> Frame:
    """Return a PRIV or UFID frame: who it belongs to, then anything."""
    return frame_id, owner.encode("latin-1") + b"\0" + data


def ownership_frame(*, price: str, date: str, seller: str) -> Frame:
    """Return an OWNE frame; ``price`` is a currency and amount ("EUR9.99"), ``date`` is YYYYMMDD."""
    encoding = _encoding_for(seller)
    body = price.encode("latin-1") + b"\0" + date.encode("ascii") + _encoded(seller, encoding)
    return "OWNE", bytes([encoding]) + body


def picture_frame(picture: Picture) -> Frame:
    """Return an APIC frame."""
    encoding = _encoding_for(picture.description)
    head = bytes([encoding]) + picture.mime_type.encode("ascii") + b"\0" + bytes([picture.kind])
    return "APIC", head + _terminated(picture.description, encoding) + picture.data


def object_frame(mime: str, name: str, description: str, data: bytes) -> Frame:
    """Return a GEOB frame: a file of any kind."""
    encoding = _encoding_for(name, description)
    head = bytes([encoding]) + mime.encode("latin-1") + b"\0"
    return "GEOB", head + _terminated(name, encoding) + _terminated(description, encoding) + data


def text_frames(tags: Tags, fields: Mapping[str, str], *, version: int = 4) -> list[Frame]:
    """Return the frames of ``tags`` (by frame id) and keyword ``fields`` (``title``, ``date``, ``comment``, …).

    Raises:
        KeyError: for a field that has no frame of its own; use ``frames`` for it.
    """
    frames = [text_frame(frame_id, value) for frame_id, value in tag_pairs(tags)]
    for name, value in fields.items():
        if name == "comment":
            frames.append(comment_frame(value))
        elif name == "date":
            frames.append(text_frame("TDRC" if version == 4 else "TYER", value))
        else:
            frames.append(text_frame(FIELD_FRAMES[name], value))
    return frames


def _frame_bytes(frame: Frame, version: int) -> bytes:
    frame_id, body = frame
    if version == 2:
        return frame_id.encode("ascii") + len(body).to_bytes(3, "big") + body
    size = syncsafe(len(body)) if version == 4 else len(body).to_bytes(4, "big")
    return frame_id.encode("ascii") + size + b"\0\0" + body


def id3v2(
    frames: Sequence[Frame],
    *,
    version: int = 4,
    padding: int = 0,
    unsynchronised: bool = False,
    footer: bool = False,
) -> bytes:
    """Return an ID3v2 tag of minor version 2, 3 or 4; in 2.2 the frame ids have three letters.

    ``unsynchronised`` is the whole-tag scheme of 2.2 and 2.3; ``footer`` is 2.4 alone and excludes padding.
    """
    body = b"".join(_frame_bytes(frame, version) for frame in frames) + bytes(padding)
    flags = 0x10 if footer else 0
    if unsynchronised:
        flags |= 0x80
        body = body.replace(b"\xff", b"\xff\0")
    rest = bytes([version, 0, flags]) + syncsafe(len(body))
    return b"ID3" + rest + body + (b"3DI" + rest if footer else b"")


def _fixed(text: str, width: int) -> bytes:
    return text.encode("latin-1", "replace")[:width].ljust(width, b"\0")


def id3v1(fields: Mapping[str, str], *, genre: int = 255) -> bytes:
    """Return an ID3v1.1 tag of 128 bytes from ``title``, ``artist``, ``album``, ``date``, ``comment`` and ``track``."""
    track = int(fields.get("track", "0").partition("/")[0])
    return b"".join(
        (
            b"TAG",
            *(_fixed(fields.get(name, ""), 30) for name in ("title", "artist", "album")),
            _fixed(fields.get("date", ""), 4),
            _fixed(fields.get("comment", ""), 28),
            bytes([0, track, genre]),
        )
    )
