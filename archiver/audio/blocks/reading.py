"""What the walkers gather: blocks and problems, with the limits that no file can push past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.audio.blocks.pictures import InnerPicture, found_pictures
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.model.audio import EmbeddedPicture, TagBlock, TagFrame

MALFORMED = "F207"
"""The problem code for a tag block that could not be read to its end."""

BREAKS_OFF = "F208"
"""The problem code for a file that is shorter than its own parts say."""

NOTED = "F209"
"""The problem code for a tag that was read although it is not as its standard says."""

MAX_FRAMES = 10_000
"""Frames recorded per file."""

MAX_TEXT = 1 << 20
"""Bytes of one payload that are decoded to text; a longer one is recorded by digest."""

MAX_ALL_TEXT = 4 << 20
"""Characters of text recorded per file."""

MAX_ALL_EXPANDED = 64 << 20
"""Bytes that all compressed frames of a file may expand to."""

MAX_PICTURES = 1000
"""Pictures recorded per file."""

MAX_EXPECTED = 32
"""Tags of a file that are looked for where another tag says that they stand."""

MAX_FILE = 1 << 60
"""Bytes that no file has; a part that claims to end past them has a broken size."""

MAX_PROBLEMS = 50
"""Problems recorded per file."""


_AUDIO = frozenset({b"data", b"SSND", b"DSD ", b"DST "})
_PLACEHOLDERS = (range(0x7FFF_0000, 0x8000_0000), range(0xFFFF_0000, 0x1_0000_0000))
"""Sizes that programs write which send a file into a pipe and do not know its length yet."""


@dataclass(frozen=True, slots=True)
class BlockReading:
    """Every tag block of a file.

    Attributes:
        blocks: In the order of the file. Personal data is still in them.
        problems: ``(code, message)`` each; messages name offsets and frame types, never values.
    """

    blocks: tuple[TagBlock, ...]
    problems: tuple[tuple[str, str], ...] = ()


class LimitReached(Exception):  # noqa: N818 - it ends a walk and is no error of the program
    """A file holds more frames than are recorded; the walk ends with what was gathered."""


class BlockDraft:
    """A block being filled. Made by :meth:`Draft.block`."""

    __slots__ = ("_draft", "end", "frames", "kind", "offset")

    def __init__(self, draft: Draft, kind: str, offset: int, length: int) -> None:
        self._draft = draft
        self.kind = kind
        self.offset = offset
        self.end = offset + length
        self.frames: list[TagFrame] = []

    def add(  # noqa: PLR0913 - the facts of one frame
        self,
        key: str,
        start: int,
        end: int,
        sha256: str | None,
        text: str | None,
        *,
        pictures: tuple[EmbeddedPicture, ...] = (),
    ) -> None:
        """Record a frame from byte ``start`` to byte ``end``.

        Raises:
            LimitReached: when the file holds more than :data:`MAX_FRAMES`.
        """
        self._draft.count_frame(start)
        if text is not None and not self._draft.grant_text(len(text)):
            self._draft.malformed(
                f"the text of the frame at byte {start} is recorded by digest only: too long"
            )
            text = None
        if pictures and not self._draft.grant_pictures(len(pictures)):
            self._draft.malformed(f"the pictures of the frame at byte {start} are not listed: too many")
            pictures = ()
        self.frames.append(TagFrame(key, start, end - start, sha256, text, pictures))

    def add_payload(  # noqa: PLR0913 - as above
        self,
        key: str,
        start: int,
        payload: int,
        end: int,
        text: str | None,
        *,
        inner: Sequence[InnerPicture] = (),
    ) -> None:
        """Record a frame whose payload runs from ``payload`` to ``end``, with the digest of that stretch.

        Args:
            key: The frame's key.
            start: Byte offset of its header.
            payload: Byte offset after its header.
            end: Byte offset after the frame.
            text: Its text.
            inner: The pictures in the payload, which are digested on the way.
        """
        digest = self._draft.window.digest(payload, end - payload, [part.digest for part in inner])
        self.add(key, start, end, digest, text, pictures=found_pictures(inner))


class Draft:
    """A reading in the making: one per file, handed from walker to walker.

    Args:
        window: The file.

    Attributes:
        expected: Byte offsets where, by the word of a tag, another may stand.
    """

    __slots__ = (
        "_blocks",
        "_claimed",
        "_expansion_left",
        "_frames_left",
        "_pictures_left",
        "_problems",
        "_stated_size",
        "_text_left",
        "expected",
        "window",
    )

    def __init__(self, window: Window) -> None:
        self.window = window
        self._blocks: list[BlockDraft] = []
        self._problems: list[tuple[str, str]] = []
        self._claimed = 0
        self._stated_size = 0
        self._frames_left = MAX_FRAMES
        self._text_left = MAX_ALL_TEXT
        self._pictures_left = MAX_PICTURES
        self._expansion_left = MAX_ALL_EXPANDED
        self.expected: list[int] = []

    def block(self, kind: str, offset: int, length: int) -> BlockDraft:
        """Begin a block; it is part of the reading from now on, however far its walk gets."""
        draft = BlockDraft(self, kind, offset, length)
        self._blocks.append(draft)
        return draft

    def malformed(self, message: str) -> None:
        """Note that something could not be read; ``message`` must quote nothing but types and offsets."""
        self._add(MALFORMED, message)

    def noted(self, message: str) -> None:
        """Note that something was read otherwise than its standard says; as :meth:`malformed`."""
        self._add(NOTED, message)

    def _add(self, code: str, message: str) -> None:
        if len(self._problems) < MAX_PROBLEMS - 1 and (code, message) not in self._problems:
            self._problems.append((code, message))

    def state_size(self, size: int) -> None:
        """Take what the container says is the size of the whole file."""
        self._stated_size = size

    def breaks_off(self, claimed: int) -> None:
        """Note that a part of the file ends at byte ``claimed`` by its own header, past the file's end.

        A part that only runs past its parent is malformed; this is for what the file has lost.
        """
        if claimed > MAX_FILE:
            self.malformed("a part of the file claims a size that no file has")
        else:
            self._claimed = max(self._claimed, claimed)

    def count_frame(self, start: int) -> None:
        """Take one frame from the file's allowance.

        Raises:
            LimitReached: when none is left.
        """
        if self._frames_left <= 0:
            self.malformed(f"more than {MAX_FRAMES} tag frames; those from byte {start} on are not listed")
            raise LimitReached
        self._frames_left -= 1

    def expect_tag(self, offset: int) -> None:
        """Take where a tag says that the next one stands."""
        if len(self.expected) < MAX_EXPECTED:
            self.expected.append(offset)

    def is_read(self, offset: int) -> bool:
        """Whether a block begins at this byte."""
        return any(block.offset == offset for block in self._blocks)

    def covers(self, offset: int) -> bool:
        """Whether this byte lies in a block."""
        return any(block.offset <= offset < block.end for block in self._blocks)

    def may_expand(self) -> bool:
        """Whether the file's allowance of expanded bytes is not used up."""
        return self._expansion_left > 0

    def take_expanded(self, size: int) -> None:
        """Take what was expanded from that allowance."""
        self._expansion_left -= size

    def grant_text(self, characters: int) -> bool:
        """Whether the file's allowance covers this much more text; takes it if so."""
        if characters > self._text_left:
            return False
        self._text_left -= characters
        return True

    def grant_pictures(self, count: int) -> bool:
        """Whether the file's allowance covers this many pictures; takes them if so."""
        if count > self._pictures_left:
            return False
        self._pictures_left -= count
        return True

    def finish(self) -> BlockReading:
        """The reading, blocks in the order of the file; one that was reached by two ways is there once."""
        if self.window.exhausted:
            self.malformed("the file's headers have more parts than are looked at")
        once = {(block.kind, block.offset): block for block in reversed(self._blocks)}
        blocks = sorted(once.values(), key=lambda block: (block.offset, -block.end))
        return BlockReading(
            tuple(
                TagBlock(block.kind, block.offset, block.end - block.offset, tuple(block.frames))
                for block in blocks
            ),
            (*self._broken_off(), *self._problems),
        )

    def _broken_off(self) -> tuple[tuple[str, str], ...]:
        size = self.window.size
        if self._claimed <= size:
            return ()
        whole = f"{self._stated_size:,}" if self._stated_size > size else f"at least {self._claimed:,}"
        return ((BREAKS_OFF, f"the file breaks off: {size:,} of {whole} bytes"),)


def judge_end(draft: Draft, chunk: Element, family: str, form_end: int) -> None:
    """Say of a chunk of the file's form that runs past the end of the file what that means.

    The file breaks off, unless the form's own size says that it is all there: then the chunk's size is wrong.
    An audio chunk of which the writer did not know the size says nothing.

    Args:
        draft: The reading.
        chunk: The chunk.
        family: What the form is called.
        form_end: Byte offset after the form by its own size.
    """
    if chunk.whole:
        return
    size = chunk.claimed - chunk.payload
    if chunk.id in _AUDIO:
        if not any(size in placeholder for placeholder in _PLACEHOLDERS):
            draft.breaks_off(chunk.claimed)
    elif form_end > draft.window.size:
        draft.breaks_off(chunk.claimed)
    else:
        draft.malformed(f"the {family} chunk at byte {chunk.offset} runs past the end of the file")


def judge_part(draft: Draft, part: Element, parent: Element, what: str) -> None:
    """Say that a chunk runs past its parent, unless the parent itself is cut short."""
    if not part.whole and parent.whole:
        draft.malformed(f"the {what} at byte {part.offset} runs past its parent")
