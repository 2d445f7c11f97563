"""What music sounds like, in 32 bits for each eighth of a second: the second half of Chromaprint's algorithm 1.

Sixteen filters look at the last sixteen rows of notes. Each compares the sums of two patterns of rectangles, and says in two
bits between which of its three limits the difference lies. The figures are those of libchromaprint (``TEST2``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

from archiver.audio.decoding.chroma import Chroma, Rows
from archiver.audio.decoding.resampling import Resampling
from archiver.model.decoded import Fingerprint

_ROWS = 16
_GRAY = np.array((0, 1, 3, 2), np.uint32)

_Sums = npt.NDArray[np.float64]
_Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Filter:
    """One comparison.

    Attributes:
        plus: Rectangles whose sums are added up: from and to which part of the filter's width (time) and of its height
            (notes), each in parts of one.
        minus: The rectangles that they are compared with.
    """

    plus: tuple[_Area, ...]
    minus: tuple[_Area, ...] = ()


_HALF, _THIRD, _THIRDS = 1 / 2, 1 / 3, 2 / 3
_FILTERS = (
    _Filter(((0, 1, 0, 1),)),
    _Filter(((0, 1, _HALF, 1),), ((0, 1, 0, _HALF),)),
    _Filter(((_HALF, 1, 0, 1),), ((0, _HALF, 0, 1),)),
    _Filter(
        ((0, _HALF, _HALF, 1), (_HALF, 1, 0, _HALF)),
        ((0, _HALF, 0, _HALF), (_HALF, 1, _HALF, 1)),
    ),
    _Filter(((0, 1, _THIRD, _THIRDS),), ((0, 1, 0, _THIRD), (0, 1, _THIRDS, 1))),
    _Filter(((_THIRD, _THIRDS, 0, 1),), ((0, _THIRD, 0, 1), (_THIRDS, 1, 0, 1))),
)


@dataclass(frozen=True, slots=True)
class _Classifier:
    """A filter at its place, and what its value is told by.

    Attributes:
        filter: Number in :data:`_FILTERS`.
        note: The first of the notes that it looks at.
        height: How many notes.
        width: How many rows.
        limits: The value lies below the first, between two, or from the last one on.
    """

    filter: int
    note: int
    height: int
    width: int
    limits: tuple[float, float, float]


_CLASSIFIERS = (
    _Classifier(0, 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    _Classifier(4, 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    _Classifier(1, 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    _Classifier(3, 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    _Classifier(3, 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    _Classifier(4, 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    _Classifier(1, 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    _Classifier(2, 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    _Classifier(2, 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    _Classifier(2, 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    _Classifier(5, 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    _Classifier(3, 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    _Classifier(2, 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    _Classifier(3, 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    _Classifier(1, 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    _Classifier(3, 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)


class FingerprintMaking:
    """Takes the frames of decoded music, of any rate and number of channels, one after the other."""

    def __init__(self) -> None:
        self._resampling: Resampling | None = None
        self._chroma = Chroma()
        self._rows: Rows = np.empty((0, 12))
        self._words: list[bytes] = []

    def take(self, frame: AudioFrame) -> None:
        """Take the next frame; the music's form may change from one to the next.

        Raises:
            FFmpegError: where no music has such a form.
        """
        if self._resampling is None or not self._resampling.fits(frame):
            self._drain()
            self._resampling = Resampling(frame)
        self._hear(self._resampling, frame)

    def finish(self) -> Fingerprint:
        """Return the fingerprint of what was taken; without a word where that is shorter than 2.7 s."""
        self._drain()
        self._classify(self._chroma.finish())
        return Fingerprint(b"".join(self._words))

    def _drain(self) -> None:
        if self._resampling is not None:
            self._hear(self._resampling, None)
            self._resampling = None

    def _hear(self, resampling: Resampling, frame: AudioFrame | None) -> None:
        for samples in resampling.take(frame):
            self._classify(self._chroma.take(samples))

    def _classify(self, rows: Rows) -> None:
        if not len(rows):
            return
        rows = np.concatenate((self._rows, rows))
        self._rows = rows[-(_ROWS - 1) :]
        if len(rows) >= _ROWS:
            self._words.append(_words(rows).astype("<u4").tobytes())


def _words(rows: Rows) -> npt.NDArray[np.uint32]:
    """One word for each row that has fifteen after it."""
    sums = np.zeros((len(rows) + 1, rows.shape[1] + 1))
    sums[1:, 1:] = rows.cumsum(axis=0).cumsum(axis=1)
    words = np.zeros(len(rows) - _ROWS + 1, np.uint32)
    for classifier in _CLASSIFIERS:
        value = np.log1p(_added(sums, classifier, _FILTERS[classifier.filter].plus))
        value -= np.log1p(_added(sums, classifier, _FILTERS[classifier.filter].minus))
        words = (words << np.uint32(2)) | _GRAY[np.searchsorted(classifier.limits, value, side="right")]
    return words


def _added(sums: _Sums, classifier: _Classifier, areas: tuple[_Area, ...]) -> _Sums:
    """The sum of the rows in some rectangles, for each place that the classifier can stand at."""
    count = len(sums) - _ROWS
    added: _Sums = np.zeros(count)
    for from_time, to_time, from_note, to_note in areas:
        left, right = (round(each * classifier.width) for each in (from_time, to_time))
        low, high = (classifier.note + round(each * classifier.height) for each in (from_note, to_note))
        before, after = sums[left : left + count], sums[right : right + count]
        added += after[:, high] - before[:, high] - after[:, low] + before[:, low]
    return added
