"""Writes a file for a person so that it is whole under its name, or not there: never half of it, and never over another."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from archiver import filesystem
from archiver.errors import ArchiverError, Remedy, Way
from archiver.machine import reason

HIDDEN_NAMES = re.compile(rb"\.archiver-[0-9a-f]{16}\.part")
"""Names that files have while they are written."""


@contextlib.contextmanager
def new_file(path: str) -> Iterator[BinaryIO]:
    """Lend a stream for the file ``path``, which gets its name when the block ends and its bytes are on the disk.

    It is written under a hidden name beside it. If the block raises, that is removed; what a run that was killed left there,
    the next one for the same path begins again.

    Raises:
        FileExistsError: if anything is at ``path``.
        OSError: as the system calls do; ``EBUSY`` where another run is writing the same file.
    """
    above, name = os.path.split(os.path.abspath(os.fsencode(path)))
    hidden = b".archiver-" + hashlib.sha256(name).hexdigest()[:16].encode() + b".part"
    with filesystem.FolderCursor(above) as cursor:
        folder = cursor.folder(b"")
        if filesystem.is_there(name, folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        with os.fdopen(filesystem.open_own(hidden, folder), "r+b") as stream:
            if not filesystem.try_lock(stream.fileno()):
                raise OSError(errno.EBUSY, "another run is writing it", path)
            try:
                stream.truncate(0)
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                filesystem.publish(hidden, name, folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(hidden, dir_fd=folder)
                raise


@contextlib.contextmanager
def write_faults(path: str, but: type[OSError] | tuple[()] = ()) -> Iterator[None]:
    """Raise what the system refuses to a ``with`` block that writes ``path`` as an error for people.

    Args:
        path: What is written.
        but: What is left as it is.

    Raises:
        ArchiverError: where it refuses.
    """
    try:
        yield
    except but:
        raise
    except OSError as error:
        raise ArchiverError(
            f"cannot write {path}: {reason(error)}", "No bag was changed.", remedies=[Remedy(Way.AGAIN)]
        ) from error
