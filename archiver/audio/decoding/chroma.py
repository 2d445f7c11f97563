"""How loud each of the twelve notes is, eight times a second: the first half of Chromaprint's algorithm 1.

The figures are those of libchromaprint 1.6 (its ``TEST2`` configuration), so that a fingerprint can be compared with any
that AcoustID or a player made.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATE_HZ = 11_025
"""Of the mono 16-bit samples that are taken."""

HOP_SAMPLES = 1365
"""From one row to the next: 0.124 s."""

_FRAME_SAMPLES = 4096
_LOWEST_HZ, _HIGHEST_HZ, _NOTE_ZERO_HZ = 28, 3520, 27.5
_NOTES = 12
_SMOOTHING = (0.25, 0.75, 1.0, 0.75, 0.25)
_SILENCE = 0.01
_PIECE_FRAMES = 64

Rows = npt.NDArray[np.float64]
"""One row for each moment, twelve columns."""

_Pcm = npt.NDArray[np.int16]


def _runs_of_notes() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The bins of the spectrum, from the lowest, in runs that belong to one note: where each run begins, and the note."""
    frequencies = np.arange(_FIRST_BIN, _END_BIN) * (RATE_HZ / _FRAME_SAMPLES)
    octaves = np.log2(frequencies / _NOTE_ZERO_HZ)
    notes = np.floor(_NOTES * (octaves - np.floor(octaves))).astype(np.intp)
    begins = np.flatnonzero(np.diff(notes, prepend=-1))
    return begins, notes[begins]


_FIRST_BIN, _END_BIN = (round(_FRAME_SAMPLES * limit / RATE_HZ) for limit in (_LOWEST_HZ, _HIGHEST_HZ))
_WINDOW = np.hamming(_FRAME_SAMPLES) / 32767
_RUN_BEGINS, _RUN_NOTES = _runs_of_notes()


class Chroma:
    """Takes samples in pieces of any size and gives rows as soon as they are known; keeps a few seconds."""

    def __init__(self) -> None:
        self._samples: list[_Pcm] = []
        self._waiting = 0
        self._rows = np.empty((0, _NOTES))

    def take(self, piece: _Pcm) -> Rows:
        """Take the next samples and return the rows that can be said now."""
        self._samples.append(piece)
        self._waiting += len(piece)
        if self._waiting < _FRAME_SAMPLES + (_PIECE_FRAMES - 1) * HOP_SAMPLES:
            return np.empty((0, _NOTES))
        return self.finish()

    def finish(self) -> Rows:
        """Return the rows that can be said of what was taken; samples too few for one are kept."""
        samples = np.concatenate(self._samples) if self._samples else np.empty(0, np.int16)
        found = [
            _energies(samples[start : start + _FRAME_SAMPLES + (_PIECE_FRAMES - 1) * HOP_SAMPLES])
            for start in range(0, len(samples) - _FRAME_SAMPLES + 1, _PIECE_FRAMES * HOP_SAMPLES)
        ]
        frames = sum(map(len, found))
        self._samples = [samples[frames * HOP_SAMPLES :]]
        self._waiting = len(self._samples[0])
        return self._smoothed(np.concatenate([self._rows, *found]))

    def _smoothed(self, rows: Rows) -> Rows:
        """Each row with its neighbours mixed in, brought to length 1; those whose neighbours are not known are kept."""
        count = len(rows) - len(_SMOOTHING) + 1
        if count <= 0:
            self._rows = rows
            return np.empty((0, _NOTES))
        self._rows = rows[count:]
        mixed: Rows = np.zeros((count, _NOTES))
        for at, weight in enumerate(_SMOOTHING):
            mixed += weight * rows[at : at + count]
        length = np.sqrt(np.square(mixed).sum(axis=1, keepdims=True))
        return np.where(length < _SILENCE, 0.0, mixed / np.maximum(length, _SILENCE))


def _energies(samples: _Pcm) -> Rows:
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(frames * _WINDOW, axis=1)[:, _FIRST_BIN:_END_BIN]
    runs = np.add.reduceat(np.square(spectrum.real) + np.square(spectrum.imag), _RUN_BEGINS, axis=1)
    energies = np.zeros((len(runs), _NOTES))
    # no product of matrices: in which order that adds up depends on the processor and on how many rows there are
    np.add.at(energies.T, _RUN_NOTES, runs.T)
    return energies
