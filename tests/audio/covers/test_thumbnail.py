"""Small pictures: of their size, without what stood beside the colours, and none of what is hostile."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from archiver.audio.covers import thumbnail as thumbnails
from archiver.audio.covers.thumbnail import MOST_BYTES, SIDE, thumbnail
from tests.samples import jpeg, png

SECRET = "Wilhelmine Muster"


def written(image: Image.Image, form: str, **how: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **how)
    return stream.getvalue()


def read(small: bytes | None) -> Image.Image:
    assert small is not None
    assert len(small) <= MOST_BYTES
    image = Image.open(io.BytesIO(small))
    assert image.format == "JPEG"
    image.load()
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_large_picture_becomes_small_and_keeps_its_shape(form: str) -> None:
    image = read(thumbnail(written(noise(800, 400), form)))
    assert image.size == (SIDE, SIDE // 2)
    assert image.mode == "RGB"


def test_a_small_picture_stays_as_small_as_it_is() -> None:
    assert read(thumbnail(png(size=8))).size == (8, 8)
    assert read(thumbnail(jpeg())).size == (16, 16)


def test_the_same_picture_gives_the_same_bytes() -> None:
    picture = written(noise(500, 500), "JPEG")
    assert thumbnail(picture) == thumbnail(picture)


def test_nothing_that_stands_beside_the_colours_is_kept() -> None:
    exif = Image.Exif()
    exif[0x013B] = SECRET
    picture = written(
        noise(300, 300), "JPEG", exif=exif, comment=SECRET.encode(), icc_profile=SECRET.encode()
    )
    assert picture.count(SECRET.encode()) == 3
    small = thumbnail(picture)
    assert small is not None
    assert SECRET.encode() not in small
    assert not {"exif", "icc_profile", "comment"} & read(small).info.keys()


def test_a_picture_that_lies_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read(thumbnail(written(noise(200, 100), "JPEG", exif=exif))).size == (SIDE // 2, SIDE)


def test_what_one_sees_through_is_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert read(thumbnail(written(clear, "PNG"))).getpixel((20, 20)) == (255, 255, 255)
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    assert read(thumbnail(written(palette, "PNG", transparency=0))).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["CMYK", "L", "1", "P", "LA"])
def test_other_kinds_of_pixels_are_read_too(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert read(thumbnail(written(noise(60, 60).convert("L").convert(mode), form))).size == (60, 60)


def stated(width: int, height: int, body: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_picture_of_too_many_pixels_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compress(bytes(1 << 20))
    assert thumbnail(stated(100_000, 100_000, bomb)) is None
    assert thumbnail(stated(8_000, 8_000, bomb)) is None
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 99)
    assert thumbnail(png(size=10)) is None
    assert thumbnail(png(size=9)) is not None


def test_other_formats_and_deep_pixels_give_none() -> None:
    assert thumbnail(written(noise(9, 9), "TIFF")) is None
    assert thumbnail(written(noise(9, 9), "BMP")) is None
    assert thumbnail(written(Image.new("I;16", (9, 9), 700), "PNG")) is None
    assert thumbnail(b"") is None
    assert thumbnail(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_damaged_pictures_raise_nothing(form: str) -> None:
    whole, chance = written(noise(40, 40), form), random.Random(form)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 9)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        small = thumbnail(bytes(data[: chance.randrange(1, len(data) + 1)]))
        if small is not None:
            assert max(read(small).size) <= SIDE


def test_a_picture_that_stays_large_at_every_quality_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = written(noise(SIDE, SIDE), "PNG")
    assert thumbnail(picture) is not None
    monkeypatch.setattr(thumbnails, "MOST_BYTES", 1000)
    assert thumbnail(picture) is None


def test_a_small_picture_is_no_larger_than_what_it_is_made_of() -> None:
    flat = written(
        Image.effect_mandelbrot((64, 64), (-2, -1.5, 1, 1.5), 100).convert("RGB"), "WEBP", quality=1
    )
    small = thumbnail(flat)
    assert small is None or len(small) <= max(len(flat), thumbnails.LEAST_BYTES)
