"""The picture that stands in a file's tags is given back byte for byte, whatever is wrapped around it there."""

from __future__ import annotations

import io
import random
import struct

import pytest

from archiver.audio.containers.window import Window
from archiver.audio.covers.embedded import embedded_cover
from tests.samples import Picture, apev2, flac, jpeg, m4a, mp3, ogg_vorbis, opus, png, wav, wma
from tests.samples.asf import asf_object, header_extension
from tests.samples.formats import FORMATS
from tests.samples.matroska import element, matroska

LARGE = png(size=300)
"""More than Ogg has room for on one page."""

METADATA_LIBRARY = "44231C94-9498-49D1-A141-1D134E457054"


def cover(data: bytes, extension: str) -> bytes | None:
    return embedded_cover(Window(io.BytesIO(data), len(data)), extension)


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def wma_picture(picture: bytes) -> bytes:
    """An object of the header's extension with one picture, as programs write covers."""
    name = wide("WM/Picture")
    value = b"\3" + struct.pack("<I", len(picture)) + wide("image/png") + wide("") + picture
    record = struct.pack("<HHHHI", 0, 0, len(name), 1, len(value)) + name + value
    return asf_object(METADATA_LIBRARY, struct.pack("<H", 1), record)


def attachment(picture: bytes) -> bytes:
    parts = element("466E", b"cover.png"), element("4660", b"image/png"), element("465C", picture)
    return element("1941A469", element("61A7", *parts))


def extended(picture: bytes) -> bytes:
    return wma(title="T", objects=[header_extension(wma_picture(picture))])


WITH_PICTURE = {
    "flac": flac(title="T", pictures=[LARGE]),
    "mp3": mp3(title="T", pictures=[LARGE]),
    "m4a": m4a(title="T", pictures=[LARGE]),
    "ogg": ogg_vorbis(title="T", pictures=[LARGE]),
    "opus": opus(title="T", pictures=[LARGE]),
    "ape.mp3": mp3(title="T") + apev2(binary={"Cover Art (Front)": b"a.png\0" + LARGE}),
    "wma": extended(LARGE),
    "mka": matroska(attachment(LARGE)),
}


@pytest.mark.parametrize("name", WITH_PICTURE)
def test_a_picture_is_found_in_every_format(name: str) -> None:
    assert cover(WITH_PICTURE[name], name.rpartition(".")[2]) == LARGE


def test_a_picture_in_an_unsynchronised_tag_is_as_it_was() -> None:
    picture = jpeg()
    body = b"\0image/jpeg\0\3\0" + picture
    frame = b"APIC" + struct.pack(">I", len(body)) + b"\0\0" + body
    stored = frame.replace(b"\xff\0", b"\xff\0\0")
    stored = b"".join(
        byte + (b"\0" if byte == b"\xff" and after >= b"\xe0" else b"")
        for byte, after in zip(
            (stored[at : at + 1] for at in range(len(stored))),
            (stored[at : at + 1] for at in range(1, len(stored) + 1)),
            strict=True,
        )
    )
    size = len(stored)
    syncsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    assert cover(b"ID3\3\0\x80" + syncsafe + stored + mp3(), "mp3") == picture


def test_the_front_cover_goes_before_others_and_else_the_first_is_taken() -> None:
    back, front, other = png((1, 2, 3)), png((9, 9, 9)), png((7, 7, 7))
    assert cover(flac(pictures=[Picture(back, 4), Picture(front, 3)]), "flac") == front
    assert cover(flac(pictures=[Picture(other, 0), Picture(back, 4)]), "flac") == other


def test_what_is_no_picture_of_the_known_kinds_is_passed_over() -> None:
    assert cover(flac(pictures=[Picture(b"BM" + bytes(90), 3), Picture(jpeg(), 4)]), "flac") == jpeg()
    assert cover(flac(pictures=[Picture(b"not a picture", 3)]), "flac") is None
    assert cover(flac(title="T"), "flac") is None
    assert cover(wav(title="T"), "wav") is None
    assert cover(b"", "mp3") is None


def test_a_picture_that_is_cut_off_is_not_shown() -> None:
    data = WITH_PICTURE["flac"]
    assert cover(data[: data.index(LARGE) + len(LARGE) // 2], "flac") is None


@pytest.mark.parametrize("seed", range(4))
def test_of_damaged_files_a_stretch_or_nothing_is_taken(seed: int) -> None:
    chance = random.Random(seed)
    for name, whole in [*FORMATS.items(), *((f"a.{name}", data) for name, data in WITH_PICTURE.items())]:
        for _ in range(6):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 5)):
                data[chance.randrange(min(len(data), 4096))] = chance.randrange(256)
            cut = bytes(data[: chance.randrange(len(data)) or None])
            found = cover(cut, name.rpartition(".")[2])
            assert found is None or found in cut, "a picture is a stretch of the file"
