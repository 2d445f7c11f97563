"""Reads the properties of bytes that need no file."""

from __future__ import annotations

import io

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.formats.magic import sniff
from archiver.audio.properties.read import read_properties
from archiver.model.audio import AudioProperties


def known(data: bytes, extension: str = "") -> AudioProperties:
    """The properties of ``data``, which must have some."""
    file = io.BytesIO(data)
    sniffed = sniff(Window(file, len(data)), extension)
    blocks = read_blocks(Window(file, len(data)), sniffed.kind).blocks
    found = read_properties(Window(file, len(data)), sniffed, extension, blocks)
    assert found is not None
    return found
