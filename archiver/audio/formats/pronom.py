"""PRONOM, the register of formats of The National Archives (UK): what it is asked, by way of pygfried (Siegfried in Python).

The signatures are loaded at the first question, which takes a good part of a second and some 150 MB, and pygfried
with them, since it carries the Go runtime: where that finds too little memory it ends the process it is in, and it
does not live through a fork. So ask in a worker process only.

It is shown the whole of a file, or of a long one a short copy of the parts that tell. Some signatures make Siegfried
read a file to its end: 160 ms for a WAV file of 34 MB, 22 ms for a three-minute M4A file. DROID, the register's own
tool, looks at 64 KiB from either end by default, and so do we; for audio that the own table has recognised, 8 KiB
from where the audio or its index begins suffice, as tests on every format show.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from archiver.audio.containers.boxes import child
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import Sniffed
from archiver.machine import temporary_file, temporary_folder, temporary_storage
from archiver.model.audio import Role

END_BYTES = 64 << 10
"""Bytes of either end that identify a file in general, as in DROID."""

_AUDIO_BYTES = 8 << 10
_AUDIO_FIRST = 2 << 10
_AUDIO_LAST = 1 << 10
_AUDIO_SHOWN_WHOLE = 32 << 10
_CONTAINERS_SHOWN_WHOLE = 64 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLAIN_EXTENSION = re.compile(r"[a-z0-9_+-]{1,12}")


def shown_bytes(window: Window, sniffed: Sniffed) -> bytes | None:
    """The bytes of a file that PRONOM is to look at; ``None`` for a large container, into which it looks end to end.

    Args:
        window: The file.
        sniffed: What the own table says of it.

    Raises:
        OSError: where the file cannot be read.
    """
    parts = _telling_parts(window, sniffed)
    return None if parts is None else b"".join(window.read(start, end - start) for start, end in parts)


@contextlib.contextmanager
def lent_path(shown: bytes | Window, suffix: str) -> Iterator[str | None]:
    """Lend a path for PRONOM to look at, which leads to bytes kept in memory, or to an open file.

    The path is a link to a descriptor. An open file is looked at through its own, so that it is the very file that was
    opened, whatever stands under its name by now.

    Args:
        shown: What to look at.
        suffix: How the path ends: :func:`telling_suffix`, which decides where several signatures fit.

    Yields:
        The path, or ``None`` where the system offers none that leads to a descriptor.

    Raises:
        MachineError: where no link or copy can be made.
    """
    with contextlib.ExitStack() as held:
        if isinstance(shown, Window):
            descriptor = shown.descriptor()
        else:
            descriptor = held.enter_context(_copy(shown)).fileno()
        yield held.enter_context(_link_to(descriptor, suffix))


def _telling_parts(window: Window, sniffed: Sniffed) -> list[tuple[int, int]] | None:
    """Start and end of each part to show, in order and apart from one another; ``None`` for the open file itself."""
    size, kind = window.size, sniffed.kind
    if kind is None or kind.row.role is not Role.AUDIO:
        looked_into = kind is Kind.ZIP or sniffed.head.startswith(_OLE)
        if size <= 3 * END_BYTES:
            return [(0, size)]
        if looked_into and size <= _CONTAINERS_SHOWN_WHOLE:
            return None
        return [(0, END_BYTES), (size - END_BYTES, size)]
    lead = sniffed.start
    if lead and kind.row.proved is not None:
        # what looks like another format in their tags must not be taken for it
        after = min(lead + _AUDIO_BYTES, size)
        return [(lead, after), (max(after, size - _AUDIO_LAST), size)]
    if size <= _AUDIO_SHOWN_WHOLE:
        return [(0, size)]
    if kind is Kind.MP4:
        index = child(window, 0, size, b"moov")
        lead = index.offset if index is not None and index.offset > _AUDIO_FIRST else 0
    first = min(_AUDIO_FIRST, lead)
    after = min(lead + _AUDIO_BYTES, size)
    return [(0, first), (lead, after), (max(after, size - _AUDIO_LAST), size)]


def _copy(data: bytes) -> BinaryIO:
    """A file without a name that holds ``data``: in memory where the system has such files."""
    with temporary_storage():
        if not hasattr(os, "memfd_create"):
            file = temporary_file()
        else:
            file = open(os.memfd_create("archiver"), "w+b")  # noqa: SIM115 - the caller closes it
        try:
            file.write(data)
            file.seek(0)
        except BaseException:
            with contextlib.suppress(OSError):
                file.close()
            raise
    return file


@contextlib.contextmanager
def _link_to(descriptor: int, suffix: str) -> Iterator[str | None]:
    target = _descriptor_path(descriptor)
    if target is None:
        yield None
        return
    link = os.path.join(temporary_folder(), f"archiver-{secrets.token_hex(8)}{suffix}")
    with temporary_storage():
        os.symlink(target, link)
    try:
        yield link
    finally:
        with temporary_storage(), contextlib.suppress(FileNotFoundError):
            os.unlink(link)


def telling_suffix(relative: bytes) -> str:
    """The ending of a file's path that may tell PRONOM what it is: a plain extension with its dot, or nothing."""
    extension = os.path.splitext(relative)[1][1:].decode("ascii", "replace").lower()
    return f".{extension}" if _PLAIN_EXTENSION.fullmatch(extension) else ""


def _descriptor_path(descriptor: int) -> str | None:
    """A path without a name, under which an open file can be opened again; ``None`` where the system has none."""
    folder = next((each for each in ("/proc/self/fd", "/dev/fd") if os.path.isdir(each)), None)
    return None if folder is None else f"{folder}/{descriptor}"


_BY_BYTES = ("byte match", "container", "xml match", "riff match")


class Ground(IntEnum):
    """What an answer rests on, best first."""

    BYTES = 0
    TEXT = 1
    EXTENSION = 2


@dataclass(frozen=True, slots=True)
class PronomAnswer:
    """One identification.

    Attributes:
        puid: PRONOM identifier, such as ``fmt/279``.
        name: Name and version of the format.
        mime: Media type, or ``None``.
        category: PRONOM's own class, such as ``Audio`` or ``Image (Raster)``; may be empty.
        ground: What it rests on.
        signature_version: The signature files, such as ``DROID_SignatureFile_V125; container-signature-20260119``.
    """

    puid: str
    name: str
    mime: str | None
    category: str
    ground: Ground
    signature_version: str


def load_signatures() -> None:
    """Load PRONOM's signatures now, so that the first question takes no longer than the others.

    Raises:
        MemoryError: where there is not enough memory. With much too little, the Go runtime ends the process.
    """
    ask_pronom(__file__)


def ask_pronom(path: str) -> PronomAnswer | None:
    """Identify the file at ``path``; ``None`` where PRONOM knows nothing that fits, or the file is empty or unreadable.

    Of several answers the one that rests on the best ground counts, and of equals the first. A fault of the
    source is not reported here, for copying the file meets it again.
    """
    import pygfried  # noqa: PLC0415 - with it comes the Go runtime, which no process but a worker should hold

    try:
        result = pygfried.identify(path, detailed=True)
    except (OSError, ValueError):  # the latter where pygfried cannot read its own answer
        return None
    matches = [match for found in result["files"] for match in found["matches"] if match["ns"] == "pronom"]
    named = [match for match in matches if match["id"] not in ("", "UNKNOWN")]
    if not named or result["files"][0]["filesize"] == 0:
        return None
    best = min(named, key=lambda match: _ground(match["basis"]))
    details = next((each["details"] for each in result["identifiers"] if each["name"] == "pronom"), "")
    return PronomAnswer(
        puid=best["id"],
        name=" ".join(part for part in (best["format"], best["version"]) if part),
        mime=best["mime"].partition(",")[0].strip() or None,
        category=best["class"],
        ground=_ground(best["basis"]),
        signature_version=details.replace(".xml", ""),
    )


def _ground(basis: str) -> Ground:
    if any(sign in basis for sign in _BY_BYTES):
        return Ground.BYTES
    return Ground.TEXT if "text match" in basis else Ground.EXTENSION
