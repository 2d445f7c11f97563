"""The bytes of the picture in a file's tags that shows its cover, as a picture file would hold them.

Where a picture stands in its frame each format says in its own way, and the walkers of tag blocks undo that on the way to its
digest. Here the picture is looked for by its first bytes, in the frame as it is stored and as what is mostly wrapped around
it leaves it; what is found counts only where it has that digest. So no picture is ever shown for another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import islice

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.inner import Synchroniser, unbased
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.formats.magic import sniff
from archiver.model.audio import EmbeddedPicture, TagFrame

MOST_PICTURE = 16 << 20
"""The most bytes of a picture that is taken out."""

_MOST_FRAME = 2 * MOST_PICTURE
_FRONT = 3
_MOST_TRIED = 3
_MOST_BEGINNINGS = 8
_BEGINS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|GIF8[79]a", re.DOTALL)
_PAGE, _PAGE_HEAD = b"OggS\0", 27


def embedded_cover(window: Window, extension: str) -> bytes | None:
    """Return the picture in a file's tags that shows its cover: the front cover, else the first.

    Args:
        window: The file.
        extension: In lower case without the dot, as :func:`archiver.audio.formats.magic.sniff` wants it.

    Returns:
        A picture in JPEG, PNG, WebP or GIF; ``None`` where there is none, or none that can be taken out.

    Raises:
        OSError: where the disk fails.
    """
    blocks = read_blocks(window, sniff(window, extension).kind).blocks
    shown = [(frame, one) for block in blocks for frame in block.frames for one in frame.pictures]
    shown.sort(key=lambda pair: pair[1].type != _FRONT)
    once: dict[str, tuple[TagFrame, EmbeddedPicture]] = {}
    for frame, one in shown:
        once.setdefault(one.sha256, (frame, one))
    taken = (_taken(window, frame, one) for frame, one in islice(once.values(), _MOST_TRIED))
    return next((data for data in taken if data is not None), None)


def _taken(window: Window, frame: TagFrame, wanted: EmbeddedPicture) -> bytes | None:
    if wanted.size_bytes > MOST_PICTURE or frame.length > _MOST_FRAME:
        return None
    stored = _read(window.again(), frame.offset, frame.length)
    for unwrap in _WRAPPED:
        data = unwrap(stored)
        for begin in islice(_BEGINS.finditer(data), _MOST_BEGINNINGS):
            picture = data[begin.start() : begin.start() + wanted.size_bytes]
            if hashlib.sha256(picture).hexdigest() == wanted.sha256:
                return picture
    return None


def _read(window: Window, offset: int, length: int) -> bytes:
    """A stretch of the file, whatever :data:`MAX_READ` is."""
    starts = range(offset, offset + length, MAX_READ)
    return b"".join(window.read(at, min(MAX_READ, offset + length - at)) for at in starts)


def _bare(stored: bytes) -> bytes:
    return stored


def _synchronised(stored: bytes) -> bytes:
    return Synchroniser()(stored)


def _of_comment(stored: bytes) -> bytes:
    """What the value of a comment says in Base64."""
    return unbased(stored.partition(b"=")[2])


def _of_ogg_comment(stored: bytes) -> bytes:
    """The same of a comment that runs over several pages, of which each has a header."""
    return _of_comment(b"".join(_without_page_heads(stored)))


def _without_page_heads(stored: bytes) -> Iterator[bytes]:
    at = 0
    while (page := stored.find(_PAGE, at)) >= 0 and page + _PAGE_HEAD <= len(stored):
        yield stored[at:page]
        at = page + _PAGE_HEAD + stored[page + _PAGE_HEAD - 1]
    yield stored[at:]


_WRAPPED: tuple[Callable[[bytes], bytes], ...] = (_bare, _synchronised, _of_comment, _of_ogg_comment)
