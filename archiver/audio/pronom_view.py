"""What PRONOM is shown of a file: its path, or for a long file a short copy of the parts that tell.

Some signatures make Siegfried read a file to its end: 160 ms for a WAV file of 34 MB, 22 ms for a three-minute
M4A file. DROID, the register's own tool, looks at 64 KiB from either end by default, and so do we; for audio
that the own table has recognised, 8 KiB from where the audio or its index begins suffice, as tests on every
format show.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from archiver.audio.blocks.boxes import child
from archiver.audio.blocks.window import Window
from archiver.audio.kinds import KINDS, STREAM_PUIDS, Kind
from archiver.audio.magic import Sniffed
from archiver.model.audio import Role

MAX_PATH_BYTES = 4000
"""Longer paths are passed by descriptor: the system refuses them at 4,096 bytes."""

END_BYTES = 64 << 10
"""Bytes of either end that identify a file in general, as in DROID."""

_AUDIO_BYTES = 8 << 10
_AUDIO_FIRST = 2 << 10
_AUDIO_LAST = 1 << 10
_AUDIO_SHOWN_WHOLE = 32 << 10
_CONTAINERS_SHOWN_WHOLE = 64 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_PLAIN_EXTENSION = re.compile(r"[a-z0-9_+-]{1,12}")


@contextlib.contextmanager
def shown_path(
    file: BinaryIO, size: int, sniffed: Sniffed, root: bytes, relative: bytes
) -> Iterator[str | None]:
    """Lend a path for PRONOM to look at: the file's own, or that of a temporary copy of the parts that tell.

    The copy keeps the extension, which decides where several signatures fit.

    Args:
        file: The file, open for reading in binary mode; its position is not kept.
        size: Its size in bytes.
        sniffed: What the own table says of it.
        root: The source's folder.
        relative: The file's path below it.

    Yields:
        The path, or ``None`` where the system offers none that pygfried can open.

    Raises:
        OSError: where the file cannot be read.
    """
    window = Window(file, size)
    parts = _telling_parts(window, sniffed)
    if not parts:
        yield _nameable_path(root, relative, file.fileno())
        return
    data = b"".join(window.read(start, end - start) for start, end in parts)
    with _temporary_copy(data, _suffix(relative)) as path:
        yield path or _nameable_path(root, relative, file.fileno())


def _telling_parts(window: Window, sniffed: Sniffed) -> list[tuple[int, int]]:
    """Start and end of each part to show, in order and apart from one another; none where the whole is shown."""
    size, kind = window.size, sniffed.kind
    if kind is None or KINDS[kind].role is not Role.AUDIO:
        looked_into = kind is Kind.ZIP or sniffed.head.startswith(_OLE)
        whole = size <= (_CONTAINERS_SHOWN_WHOLE if looked_into else 3 * END_BYTES)
        return [] if whole else [(0, END_BYTES), (size - END_BYTES, size)]
    lead = sniffed.start
    if lead and kind in STREAM_PUIDS:  # what looks like another format in their tags must not be taken for it
        after = min(lead + _AUDIO_BYTES, size)
        return [(lead, after), (max(after, size - _AUDIO_LAST), size)]
    if size <= _AUDIO_SHOWN_WHOLE:
        return []
    if kind is Kind.MP4:
        index = child(window, 0, size, b"moov")
        lead = index.offset if index is not None and index.offset > _AUDIO_FIRST else 0
    first = min(_AUDIO_FIRST, lead)
    after = min(lead + _AUDIO_BYTES, size)
    return [(0, first), (lead, after), (max(after, size - _AUDIO_LAST), size)]


@contextlib.contextmanager
def _temporary_copy(data: bytes, suffix: str) -> Iterator[str | None]:
    """Lend the path of a temporary file that holds ``data``, or ``None`` where none can be made."""
    try:
        descriptor, path = tempfile.mkstemp(prefix="archiver-", suffix=suffix)
    except OSError:
        yield None
        return
    try:
        with open(descriptor, "wb", buffering=0) as copy:
            copy.write(data)
        yield path
    finally:
        os.unlink(path)


def _suffix(relative: bytes) -> str:
    extension = os.path.splitext(relative)[1][1:].decode("ascii", "replace").lower()
    return f".{extension}" if _PLAIN_EXTENSION.fullmatch(extension) else ""


def _nameable_path(root: bytes, relative: bytes, descriptor: int) -> str | None:
    """A path by which pygfried can open the file: its own, or its open descriptor's where that cannot be passed.

    pygfried takes text only, and fails on some control characters in its own answer. So a name that is not UTF-8,
    has such characters, or is too long for one system call, goes by descriptor, and the extension plays no part
    in the answer.
    """
    path = root.rstrip(b"/") + b"/" + relative
    if len(path) <= MAX_PATH_BYTES and _CONTROL.search(path) is None:
        try:
            return path.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return descriptor_path(descriptor)


def descriptor_path(descriptor: int) -> str | None:
    """A path without a name, under which an open file can be opened again; ``None`` where the system has none."""
    folder = next((each for each in ("/proc/self/fd", "/dev/fd") if os.path.isdir(each)), None)
    return None if folder is None else f"{folder}/{descriptor}"
