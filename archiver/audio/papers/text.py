"""The text of a paper: decoded, bounded, in lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archiver.audio.containers.window import Window
from archiver.audio.formats.text_file import text_encoding
from archiver.personal.find import personal_spans
from archiver.personal.spans import without

MAX_BYTES = 1 << 20
"""Bytes of a paper that are read."""

LONGEST_LINE = 4096
"""Characters of a line that are looked at; nothing that a paper says is longer."""

LONGEST_TEXT = 300
"""Characters of a name, a title or a path that are recorded."""

_ENDS = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class PaperText:
    """The lines of a paper, without their ends.

    Attributes:
        lines: None longer than :data:`LONGEST_LINE`.
        codec: In which it was read.
        whole: Whether all of the file was read.
    """

    lines: tuple[str, ...]
    codec: str
    whole: bool = True


def text_of(window: Window) -> PaperText | None:
    """The text of a file as far as :data:`MAX_BYTES`; ``None`` if it is no text.

    Raises:
        OSError: where the disk fails.
    """
    part = window.again(MAX_BYTES)
    encoding = text_encoding(part) if part.size else None
    if encoding is None:
        return None
    codec, start = encoding
    return paper_text(
        part.read(start, MAX_BYTES).decode(codec, "replace"), codec, whole=window.size <= MAX_BYTES
    )


def paper_text(text: str, codec: str = "utf-8", *, whole: bool = True) -> PaperText:
    """A decoded text in lines; ends of lines are those of every system."""
    lines = _ENDS.split(text)
    if lines[-1] == "":
        lines.pop()
    return PaperText(tuple(line[:LONGEST_LINE] for line in lines), codec, whole)


def last_part(path: str) -> str:
    r"""The name at the end of a path, be it parted by ``/`` or ``\``."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def recordable(text: str) -> str | None:
    """A text as it may be recorded: shortened, without control characters and personal data; ``None`` if nothing is left.

    Words that may as well be those of a song or a band stay, as in the names of files.
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: 2 * LONGEST_TEXT]).strip()
    sure = [span for span in personal_spans(shown) if span.sure]
    return without(shown, sure)[:LONGEST_TEXT] or None
