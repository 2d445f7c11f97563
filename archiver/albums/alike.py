"""What differs among the files of an album that mostly is the same: format, sample rate, bit depth, date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from archiver.albums.note import AlbumNote, NoteKind, listed
from archiver.albums.numbers import by_disc
from archiver.albums.track import Track

_NAMES = {
    "vorbis": "Ogg Vorbis",
    "opus": "Opus",
    "wavpack": "WavPack",
    "musepack": "Musepack",
    "speex": "Speex",
}
_RESAMPLED = frozenset({"opus"})
"""Codecs whose sample rate tells nothing of the recording."""
_FEWEST, _FEWEST_DATED = 3, 4
_LEAST_SHARE = 4


def differing_notes(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    """Say what of the sound and the dates differs within one disc; discs of a set may differ on purpose."""
    for disc in by_disc(tracks).values():
        found = list(_of_disc(disc)) if len(disc) >= _FEWEST else []
        if found:
            yield from found
            return


def _of_disc(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    formats = Counter(codec_name(track.codec) for track in tracks if track.codec)
    if len(formats) > 1:
        told = listed([f"{number} in {name}" for name, number in formats.most_common()])
        yield AlbumNote(NoteKind.FORMATS, f"formats differ: {told}")
    else:
        rates = _counted(tracks, lambda track: None if track.codec in _RESAMPLED else track.rate_hz)
        if len(rates) > 1:
            told = listed([f"{number} at {_khz(rate)}" for rate, number in rates.most_common()])
            yield AlbumNote(NoteKind.RATES, f"sample rates differ: {told}")
        depths = _counted(tracks, lambda track: track.depth if track.lossless else None)
        if len(depths) > 1:
            told = listed([f"{number} of {depth} bits" for depth, number in depths.most_common()])
            yield AlbumNote(NoteKind.DEPTHS, f"bit depths differ: {told}")
    yield from _dates(tracks)


def _dates(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    """A few of another year than the rest; the songs of a collection bear the years that they came out."""
    by_several = any(track.is_various for track in tracks) or len({track.artist for track in tracks}) > 1
    years = Counter(track.year for track in tracks if track.year)
    if by_several or len(years) != 2 or len(tracks) < _FEWEST_DATED:
        return
    (most, _), (few, number) = years.most_common()
    if number * _LEAST_SHARE <= len(tracks):
        others = "one track is" if number == 1 else f"{number} tracks are"
        yield AlbumNote(NoteKind.DATES, f"dates differ: {others} of {few}, the others of {most}")


def codec_name(codec: str) -> str:
    """Return a codec as people call it."""
    return _NAMES.get(codec, codec.upper())


def _counted(tracks: Sequence[Track], value: Callable[[Track], int | None]) -> Counter[int]:
    found = map(value, tracks)
    return Counter(one for one in found if one is not None)


def _khz(rate_hz: int) -> str:
    return f"{rate_hz / 1000:g} kHz"
