"""The ISCC Audio-Code (ISO 24138) of music: an identifier that is made of its fingerprint, and says nothing of rights."""

from __future__ import annotations

from iscc_lib import gen_audio_code_v0

from archiver.audio.decoding.likeness import words_of
from archiver.model.decoded import Fingerprint

_BITS = 64


def audio_code(fingerprint: Fingerprint) -> str | None:
    """The Audio-Code of 64 bits, such as ``ISCC:EIAV…``; ``None`` where there is no word to make it of."""
    if not len(fingerprint):
        return None
    code = gen_audio_code_v0(words_of(fingerprint).view("i4").tolist(), _BITS)
    return str(code["iscc"])
