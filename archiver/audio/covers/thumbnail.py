"""Makes a small picture of a large one: read by Pillow, which only this room imports, and written anew.

Nothing of the picture but its colours is written: no Exif, no comment, no colour profile. Runs in a worker process: what decodes
pictures may take any amount of time and memory over hostile bytes.
"""

from __future__ import annotations

import io

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

SIDE = 160
"""The most pixels of a side of a small picture."""

MOST_BYTES, LEAST_BYTES = 16_000, 2_000
"""The most bytes that a small picture has: as many as the large one, but no more than the first, and up to the second in any case."""

MOST_PIXELS = 50_000_000
"""The most pixels of a picture that is read. By four bytes each, such a one fits twice into what a worker may hold."""

_FORMATS = tuple(
    reader.format
    for reader in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
    )
)
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa", "La", "CMYK", "YCbCr"})
"""Pixels of one byte a colour; what has more is not scaled to a byte when it is converted."""

_PALETTES = frozenset({"1", "P", "PA"})
"""Pixels that are names of colours, between which there is nothing."""

_PAPER = (255, 255, 255)
_QUALITIES = (75, 50, 25)


def thumbnail(picture: bytes) -> bytes | None:
    """Return a small JPEG of a picture; ``None`` where it cannot be read, or is larger than is read.

    One release of Pillow makes the same bytes of the same picture.

    Raises:
        MemoryError: where there is not enough.
    """
    try:
        small = _small(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow raises whatever its slip on damaged bytes leads to
        return None
    return None if small is None else _written(small, min(max(len(picture), LEAST_BYTES), MOST_BYTES))


def _small(picture: bytes) -> Image.Image | None:
    with Image.open(io.BytesIO(picture), formats=_FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or image.mode not in _MODES:
            return None
        scaled = image.convert("RGBA") if image.mode in _PALETTES or image.has_transparency_data else image
        scaled.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _on_paper(ImageOps.exif_transpose(scaled))


def _on_paper(image: Image.Image) -> Image.Image:
    """The picture in three colours, on white where one sees through it."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGB", image.size, _PAPER)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _written(image: Image.Image, most: int) -> bytes | None:
    plain = Image.frombytes("RGB", image.size, image.tobytes())  # which carries nothing but its pixels
    for quality in _QUALITIES:
        stream = io.BytesIO()
        plain.save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= most:
            return stream.getvalue()
    return None
