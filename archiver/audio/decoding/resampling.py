"""Brings decoded music of any form to mono samples of 16 bits at the rate that fingerprints are made of."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.error import FFmpegError
from av.filter import Graph

from archiver.audio.decoding.chroma import RATE_HZ

_AS_CHROMAPRINT = {"filter_size": "16", "phase_shift": "8", "linear_interp": "1", "cutoff": "0.8"}
"""As libchromaprint has it done: another filter makes other words of what lies near 5 kHz."""


class Resampling:
    """Takes frames of one form, that of the first.

    It is libswresample in a graph of filters of one thread. PyAV's own resampler has as many threads as the machine has
    cores, whose stacks alone would be more than a guarded worker may hold on a large one.

    Args:
        first: The first frame, which is still to be taken.

    Raises:
        FFmpegError: where no music has such a form.
    """

    def __init__(self, first: AudioFrame) -> None:
        self.form = _form(first)
        self._graph = Graph()
        self._graph.threads = 1
        source = self._graph.add(
            "abuffer",
            sample_rate=str(first.sample_rate),
            sample_fmt=first.format.name,
            channel_layout=first.layout.name,
        )
        to_rate = self._graph.add("aresample", **_AS_CHROMAPRINT)
        to_form = self._graph.add(
            "aformat", sample_rates=str(RATE_HZ), sample_fmts="s16", channel_layouts="mono"
        )
        self._graph.link_nodes(source, to_rate, to_form, self._graph.add("abuffersink")).configure()

    def fits(self, frame: AudioFrame) -> bool:
        """Whether a frame has the form of the first."""
        return _form(frame) == self.form

    def take(self, frame: AudioFrame | None) -> Iterator[npt.NDArray[np.int16]]:
        """Take the next frame, or ``None`` at the end, and yield the samples that can be said now.

        Raises:
            FFmpegError: where it fails.
        """
        self._graph.push(frame)
        while True:
            try:
                piece = self._graph.pull()
            except EOFError:
                return
            except FFmpegError as error:
                if error.errno == errno.EAGAIN:
                    return
                raise
            assert isinstance(piece, AudioFrame)
            yield np.frombuffer(memoryview(piece.planes[0]), np.int16, piece.samples).copy()


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
