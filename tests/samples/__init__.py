"""Tiny but valid audio files and trees of files, built in code for the tests and the example collection."""

from __future__ import annotations

from tests.samples.aiff import aiff
from tests.samples.ape import apev2, lyrics3
from tests.samples.asf import wma
from tests.samples.flac import flac
from tests.samples.id3 import id3v1, id3v2
from tests.samples.images import Picture, jpeg, png
from tests.samples.mp3 import mp3
from tests.samples.mp4 import m4a
from tests.samples.ogg import ogg_vorbis, opus
from tests.samples.pcm import Pcm, melody, silence
from tests.samples.riff import wav
from tests.samples.trees import (
    MTIME_NS,
    Entry,
    File,
    Folder,
    HardLink,
    Link,
    Pipe,
    build_tree,
    given_back,
    read_tree,
    tree_digest,
)
from tests.samples.wavpack import wavpack

__all__ = [
    "MTIME_NS",
    "Entry",
    "File",
    "Folder",
    "HardLink",
    "Link",
    "Pcm",
    "Picture",
    "Pipe",
    "aiff",
    "apev2",
    "build_tree",
    "flac",
    "given_back",
    "id3v1",
    "id3v2",
    "jpeg",
    "lyrics3",
    "m4a",
    "melody",
    "mp3",
    "ogg_vorbis",
    "opus",
    "png",
    "read_tree",
    "silence",
    "tree_digest",
    "wav",
    "wavpack",
    "wma",
]
