"""What a reader of foreign bytes is to the mutations: what it is fed, its limits, and how it is judged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "records" / "rights" / "golden"

JSON_TOKENS = (
    *b'" { } [ ] , : null true false "" {} [] NaN Infinity "\\ud800" "\\u0000" \\ 1e400 -0'.split(),
    *(b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xff", b"\x00", b"\xed\xa0\x80"),
)
PATH_TOKENS = (
    *b"../ / data/ ./ // % %0A %00 ~ a\\b".split(),
    *(b"\xe2\x80\xae", b"A\xcc\x8a", b"\xc3\x85"),
)


class Reader:
    """One reader of foreign bytes.

    Attributes:
        tokens: What stands in its format; empty for a format that is no text.
        seconds: How long one case may compute.
        memory_bytes: How much data the process may hold.
        subjects: Sound contents by name, from which cases are made.
    """

    tokens: Sequence[bytes] = ()
    seconds = 5.0
    memory_bytes = 256 << 20
    subjects: Mapping[str, bytes]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str, data: bytes) -> None:
        """Read ``data`` in the place of the subject ``name``; raise if a promise is broken."""
        raise NotImplementedError


def removed(folder: Path) -> None:
    """Remove a folder, however deep it is."""
    try:
        shutil.rmtree(folder)
    except RecursionError:
        subprocess.run(["rm", "-rf", folder], check=True)


def is_told(error: Exception) -> None:
    message = str(error)
    assert message, "an error without a word"
    assert len(message) < 1 << 20, "an error of a megabyte"
