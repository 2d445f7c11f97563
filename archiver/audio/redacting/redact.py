"""Rewrites the tags of one file in place: all of them go, and those that are known to hold no personal data come back.

What identifies a person may stand in any frame, so nothing is picked out: every tag, picture and application block goes, and
only canonical fields with the values that the record has of them are written again, from whose values personal data was taken
out. That the music is the same, and that nothing personal is left, is for the caller to prove, who examines the outcome.

Runs in a worker process: mutagen may take any amount of time and memory over hostile bytes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, BinaryIO

from mutagen.apev2 import APENoHeaderError, APEv2
from mutagen.flac import FLAC, SeekTable, StreamInfo
from mutagen.id3 import ID3, ID3NoHeaderError
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggspeex import OggSpeex
from mutagen.oggvorbis import OggVorbis

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import sniff
from archiver.audio.redacting.chunked import rewrite_aiff, rewrite_dsdiff, rewrite_dsf, rewrite_wave
from archiver.audio.redacting.fields import APE_ITEMS, COMMENTS, MP4_ATOMS, Plain, id3, with_total
from archiver.audio.redacting.matroska import rewrite_matroska
from archiver.audio.redacting.pieces import UnredactableError
from archiver.audio.redacting.windows_media import rewrite_asf


def redact(file: BinaryIO, size_bytes: int, extension: str, tags: Plain) -> None:
    """Rewrite the tags of a file that is open for reading and writing.

    Args:
        file: A copy, from its beginning.
        size_bytes: Its size.
        extension: In lower case without the dot, as :func:`archiver.audio.formats.magic.sniff` wants it.
        tags: What to write; names that the format has no place for are left out.

    Raises:
        UnredactableError: where the format is none of those that can be rewritten, or its library refuses the file.
    """
    kind = sniff(Window(file, size_bytes), extension).kind
    rewrite = _REWRITES.get(kind) if kind is not None else None
    if rewrite is None:
        raise UnredactableError("its tags cannot be rewritten in this format")
    file.seek(0)
    try:
        rewrite(file, tags)
    except (OSError, MemoryError, UnredactableError):
        raise
    except Exception as error:  # mutagen raises whatever its slip on damaged bytes leads to
        raise UnredactableError(f"its tags cannot be rewritten ({type(error).__name__})") from error


def _flac(file: BinaryIO, tags: Plain) -> None:
    flac: Any = FLAC(file)
    # tags, pictures, cue sheets and applications' blocks go; these two say how the stream is read
    flac.metadata_blocks = [
        block for block in flac.metadata_blocks if isinstance(block, StreamInfo | SeekTable)
    ]
    flac.cuesheet = flac.tags = None
    flac.add_tags()
    _comments(flac.tags, tags)
    file.seek(0)
    flac.save(file, deleteid3=True, padding=lambda _: 0)


def _ogg(
    read: Callable[[BinaryIO], OggVorbis | OggOpus | OggSpeex | OggFLAC],
) -> Callable[[BinaryIO, Plain], None]:
    def rewrite(file: BinaryIO, tags: Plain) -> None:
        ogg: Any = read(file)
        ogg.tags.clear()
        _comments(ogg.tags, tags)
        file.seek(0)
        ogg.save(file, padding=lambda _: 0)

    return rewrite


def _comments(comment: MutableMapping[str, list[str]], tags: Plain) -> None:
    for name, key in COMMENTS.items():
        if tags.get(name):
            comment[key] = list(tags[name])


def _mpeg(file: BinaryIO, tags: Plain) -> None:
    with contextlib.suppress(ID3NoHeaderError):
        ID3(file).delete(file, delete_v1=True, delete_v2=True)
    file.seek(0)
    with contextlib.suppress(APENoHeaderError):
        APEv2(file).delete(file)
    file.seek(0)
    id3(tags).save(file, v1=0, padding=lambda _: 0)


def _ape(file: BinaryIO, tags: Plain) -> None:
    with contextlib.suppress(APENoHeaderError):
        APEv2(file).delete(file)
    file.seek(0)
    with contextlib.suppress(ID3NoHeaderError):
        ID3(file).delete(file, delete_v1=True, delete_v2=True)
    written = APEv2()
    for name, key in APE_ITEMS.items():
        if values := with_total(name, tags):
            written[key] = values
    file.seek(0)
    written.save(file)


def _mp4(file: BinaryIO, tags: Plain) -> None:
    mp4: Any = MP4(file)
    if mp4.tags is None:
        mp4.add_tags()
    mp4.tags.clear()
    for name, key in MP4_ATOMS.items():
        if tags.get(name):
            mp4.tags[key] = list(tags[name])
    for name, key in (("track", "trkn"), ("disc", "disk")):
        number, _, total = next(iter(with_total(name, tags)), "").partition("/")
        if _is_small(number):
            mp4.tags[key] = [(int(number), int(total) if _is_small(total) else 0)]
    file.seek(0)
    mp4.save(file, padding=lambda _: 0)


def _is_small(number: str) -> bool:
    return number.isdecimal() and number.isascii() and len(number) < 5


_REWRITES: Mapping[Kind, Callable[[BinaryIO, Plain], None]] = {
    **dict.fromkeys((Kind.MP3, Kind.MP2, Kind.AAC_ADTS, Kind.TTA), _mpeg),
    **dict.fromkeys((Kind.WAVPACK, Kind.APE, Kind.MUSEPACK7, Kind.MUSEPACK8, Kind.TAK, Kind.OPTIMFROG), _ape),
    Kind.FLAC: _flac,
    Kind.OGG_VORBIS: _ogg(OggVorbis),
    Kind.OGG_OPUS: _ogg(OggOpus),
    Kind.OGG_SPEEX: _ogg(OggSpeex),
    Kind.OGG_FLAC: _ogg(OggFLAC),
    Kind.MP4: _mp4,
    **dict.fromkeys((Kind.WAV, Kind.RF64), rewrite_wave),
    Kind.AIFF: rewrite_aiff,
    Kind.DSDIFF: rewrite_dsdiff,
    Kind.DSF: rewrite_dsf,
    Kind.ASF: rewrite_asf,
    Kind.MATROSKA: rewrite_matroska,
}
"""The formats whose tags can be rewritten: by mutagen where it takes out all that there is, else by writers of our own."""
