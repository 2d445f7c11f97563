"""Gives the frames of a file's music as FFmpeg decodes them, one after the other, and notes what fails.

FFmpeg is fed from an open file and opens none itself: no name reaches it, and what asks for another file or for a
network is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NoReturn, Self

import av
import av.logging
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet

from archiver.audio.bitstream.damages import Damages
from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.containers.window import Window
from archiver.audio.decoding.demuxers import Demuxer, decoder_list

_BUFFER_BYTES = 256 << 10
REPORTED = "the decoder reports an error"
ENDED = "the decoder cannot read on"


class UnopenedError(Exception):
    """The decoder finds no music in the file."""


class Decoder:
    """Decodes the first audio stream of a file.

    Use it in a ``with`` block, and in one thread of a process only: FFmpeg's messages have one listener.

    Args:
        window: The file.
        start: Byte offset of what FFmpeg is given.
        end: Byte offset after it.
        demuxer: The parser of the container.

    Raises:
        UnopenedError: where there is no music that FFmpeg knows.
        OSError: where the file cannot be read.
        MemoryError: where the file asks for more memory than there is.
    """

    def __init__(self, window: Window, start: int, end: int, demuxer: Demuxer) -> None:
        self.start, self.end = start, end
        self._demuxer = demuxer
        self._held = contextlib.ExitStack()
        self._errors = self._held.enter_context(_errors_heard())
        try:
            self._source = _Source(window.excerpt(start, end))
            self._container = self._held.enter_context(_opened(self._source, demuxer.name))
            self.stream = _music(self._container)
        except BaseException:
            self._held.close()
            raise
        self.rate = self.stream.codec_context.sample_rate
        self.damages = Damages(self.rate)
        self.samples = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @property
    def name(self) -> str:
        """FFmpeg's name of the decoder."""
        return self.stream.codec_context.name

    @property
    def header(self) -> bytes:
        """What the container holds for the decoder apart from the music: for FLAC, STREAMINFO."""
        return self.stream.codec_context.extradata or b""

    def frames(self) -> Iterator[AudioFrame]:
        """Yield the music; ``samples`` counts what was yielded, ``damages`` has what failed.

        Raises:
            OSError: where the file cannot be read.
            MemoryError: where the file asks for more memory than there is.
        """
        self._note_opening()
        for packet in self._packets():
            yield from self._decoded(packet)

    def _note_opening(self) -> None:
        """Note what the container's parser met when it read the first of the music, which it does not read again."""
        met = any(self._demuxer.name in name.split(",") for _, name, _ in self._errors)
        self._errors.clear()
        if met and not self._demuxer.whole:
            self.damages.add(REPORTED, self.start, 0)

    def _packets(self) -> Iterator[Packet[AudioStream]]:
        """Every packet, and past what the container's parser stumbles over while it gets further each time."""
        further = True
        while further:
            further = False
            try:
                for packet in self._container.demux(self.stream):
                    further = True
                    self._note(packet)
                    yield packet
            except FFmpegError as error:
                self._refuse_own(error)
                self._errors.clear()
                self.damages.add(ENDED, self.start, self.samples)
            else:
                self._refuse_own(None)
                return

    def _decoded(self, packet: Packet[AudioStream]) -> Iterator[AudioFrame]:
        try:
            frames = packet.decode()
        except EOFError:  # the decoder had its end before
            return
        except FFmpegError as error:
            self._refuse_own(error)
            self._errors.append((av.logging.ERROR, "", ""))
            frames = []
        self._note(packet)
        for frame in frames:
            if isinstance(frame, AudioFrame):
                self.samples += frame.samples
                yield frame

    def _refuse_own(self, error: FFmpegError | None) -> None:
        """Raise where the disk or the machine failed, and not the music: FFmpeg may take either for an end."""
        if self._source.failure is not None:
            raise self._source.failure
        if isinstance(error, MemoryError):
            raise MemoryError from error  # noqa: TRY004 - FFmpeg's own error of this kind does not travel

    def _note(self, packet: Packet[AudioStream]) -> None:
        """Note one damaged place for whatever FFmpeg said since it was asked for this packet."""
        if self._errors:
            self._errors.clear()
            place = packet.pos if packet.pos is not None and packet.pos >= 0 else 0
            self.damages.add(REPORTED, self.start + place, self.samples)


@contextlib.contextmanager
def _errors_heard() -> Iterator[list[tuple[int, str, str]]]:
    """Hear what FFmpeg says is an error, as ``ffmpeg -v error`` would print it."""
    before, repeated = av.logging.get_level(), av.logging.get_skip_repeated()
    av.logging.set_level(av.logging.ERROR)
    av.logging.set_skip_repeated(False)
    try:
        with av.logging.Capture() as heard:
            yield heard
    finally:
        av.logging.set_skip_repeated(repeated)
        av.logging.set_level(before)


class _Source:
    """The bytes as FFmpeg asks for them; remembers the error of the disk that FFmpeg may take for the file's end."""

    def __init__(self, file: Excerpt) -> None:
        self._file = file
        self.failure: OSError | None = None
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            self.failure = error
            raise


@contextlib.contextmanager
def _opened(source: _Source, demuxer: str) -> Iterator[InputContainer]:
    try:
        container = av.open(
            source,
            "r",
            format=demuxer,
            container_options={
                "format_whitelist": demuxer,
                "codec_whitelist": decoder_list(),
                "protocol_whitelist": "none",
            },
            metadata_errors="ignore",
            buffer_size=_BUFFER_BYTES,
            io_open=_refused,
        )
    except (FFmpegError, ValueError) as error:
        if source.failure is not None:
            raise source.failure from error
        if isinstance(error, MemoryError):
            raise MemoryError from error  # noqa: TRY004 - the same
        raise UnopenedError from error
    with container:
        yield container


def _music(container: InputContainer) -> AudioStream:
    """The first stream of audio that there is a decoder for, ready to be decoded in this thread alone."""
    for stream in container.streams.audio:
        # a stream without a decoder has no context, whatever the types say
        context = stream.codec_context
        if context is not None and context.sample_rate > 0 and stream.channels > 0:
            context.thread_count = 1
            context.options = {"err_detect": "crccheck", "codec_whitelist": decoder_list()}
            return stream
    raise UnopenedError


def _refused(_url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    raise PermissionError("a file asked the decoder to open another one")
