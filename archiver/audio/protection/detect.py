"""The way in: whether a file is protected, by its headers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archiver.audio.containers.leading_tags import after_leading_tags
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, extension_of, fetched
from archiver.audio.formats.magic import claimed_kind, sniff
from archiver.audio.formats.roles import role_by_name
from archiver.audio.protection.carriers import carrier_protection
from archiver.audio.protection.id3 import id3_protection
from archiver.audio.protection.magic import magic_protection
from archiver.audio.protection.oma_drm import content_1_protection, message_protection
from archiver.audio.protection.suffixes import is_sealed, suffix_protection
from archiver.model.audio import Role
from archiver.model.evidence import Protection, unseen

UNSEEN = unseen("file")
"""What is said of a file that could not be looked into at all."""

_SEGMENTS = frozenset((b"styp", b"sidx", b"moof", b"uuid"))
"""Boxes that begin a media segment, which has no tags to look for and may be encrypted."""


def detect(window: Window, name: str) -> Protection | None:
    """The technical protection measure seen in a file, or ``None`` if none was detected.

    Where a walk through the headers ended early, by damage, a limit, or the end of the file, or where a name promises
    audio and the bytes are of no known kind, and nothing was seen, what comes back is
    :attr:`~archiver.model.evidence.Protection.unseen`. Reads headers and the last bytes, a few KiB in all; never raises
    for what the file says.

    Args:
        window: The file.
        name: The file's name or record path; its suffix counts only where the bytes are no known format.

    Raises:
        OSError: where the disk fails.
    """
    window = window.again()
    unread = None
    for found in _looks(window, name):
        if found is not None and not found.unseen:
            return found
        unread = unread or found
    if unread is None and _is_no_known_audio(window, name):
        return UNSEEN
    return unread


def _looks(window: Window, name: str) -> Iterator[Protection | None]:
    start = after_leading_tags(window)
    yield magic_protection(window, name)
    yield _container_protection(window, start, name)
    yield id3_protection(window)
    yield suffix_protection(window, name)
    yield carrier_protection(window, name)


def _container_protection(window: Window, start: int, name: str) -> Protection | None:
    head = window.read(start, 16)
    kind = Kind.MP4 if head[4:8] in _SEGMENTS else claimed_kind(head)
    if kind is None or kind.row.protection is None:
        look = message_protection if head.startswith(b"--") else content_1_protection
        return look(window, start)
    named: Callable[[Window, int], Protection | None] = fetched(kind.row.protection)
    found = named(window, start)
    if kind is not Kind.MP4 or found is None or not found.unseen:
        return found
    # a text may begin with "The free", and a picture has no movie header
    return found if sniff(window, extension_of(name)).kind is Kind.MP4 else None


def _is_no_known_audio(window: Window, name: str) -> bool:
    """Whether the name promises audio and the bytes are of no known kind, so that a scheme not known here may lock them."""
    if role_by_name(name) is not Role.AUDIO or not is_sealed(window):
        return False
    sniffed = sniff(window, extension_of(name))
    return sniffed.kind is None or (sniffed.kind is Kind.ID3 and sniffed.start < window.size)
