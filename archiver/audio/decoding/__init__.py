"""Decodes music in full, in worker processes, where the extra ``decode`` is installed.

FFmpeg's libraries (PyAV), NumPy and iscc-lib are imported in this room and nowhere else. What needs none of them can be
imported without the extra: :mod:`archiver.audio.decoding.extras`, which says what is missing, and the judgements
:mod:`archiver.audio.decoding.verdict` and :mod:`archiver.audio.decoding.ripcheck`.
"""
