"""The way in: where the music of an open file lies, as its headers say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import fetched
from archiver.audio.formats.magic import Sniffed
from archiver.audio.properties.read import audio_end
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.audio import TagBlock
from archiver.model.sound import Bitstream


def bitstream_of(
    window: Window, sniffed: Sniffed, extension: str, blocks: Sequence[TagBlock]
) -> Bitstream | None:
    """Where the music lies and how it is to be read through; ``None`` where that is not known.

    Args:
        window: The file.
        sniffed: What its bytes are and where the audio begins.
        extension: In lower case without the dot.
        blocks: Its tag blocks; those at the end are not audio.

    Raises:
        OSError: where the disk fails.
    """
    kind = sniffed.kind
    if kind is None or kind.row.stream is None or sniffed.start >= window.size:
        return None
    find: Callable[[Stretch], Bitstream | None] = fetched(kind.row.stream)
    end = audio_end(window.size, sniffed.start, blocks)
    try:
        return find(Stretch(window.again(), kind, extension, sniffed.start, end))
    except UnparsableError:
        return None
