"""Tags of a copy are written anew: nothing of the old ones is left, and whatever the bytes are, only one error comes."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.redacting.pieces import UnredactableError
from archiver.audio.redacting.redact import redact
from tests.samples import apev2, flac, id3v1, jpeg, m4a, mp3, ogg_vorbis, opus, wavpack

SECRET = "wilhelmine.muster@example.org"
PLAIN = {"title": ("Title",), "artist": ("One", "Two"), "track": ("3",), "track_total": ("9",)}
MAKERS: dict[str, Callable[..., bytes]] = {
    "flac": flac,
    "mp3": mp3,
    "ogg": ogg_vorbis,
    "opus": opus,
    "m4a": m4a,
    "wv": wavpack,
}


def redacted(data: bytes, extension: str, tags: dict[str, tuple[str, ...]] | None = None) -> bytes:
    file = io.BytesIO(data)
    redact(file, len(data), extension, PLAIN if tags is None else tags)
    return file.getvalue()


@pytest.mark.parametrize("extension", MAKERS)
def test_the_old_tags_are_gone_and_the_plain_ones_are_there(extension: str) -> None:
    data = MAKERS[extension](title="Old", comment=f"by {SECRET}", composer=SECRET)
    assert SECRET.encode() in data
    found = redacted(data, extension)
    assert SECRET.encode() not in found
    assert b"Title" in found
    assert b"Two" in found
    assert b"Old" not in found


@pytest.mark.parametrize("extension", MAKERS)
def test_twice_is_the_same_as_once(extension: str) -> None:
    once = redacted(MAKERS[extension](title="Old"), extension)
    assert redacted(once, extension) == once


def test_pictures_blocks_and_tags_at_both_ends_go() -> None:
    picture = jpeg()
    full = flac(title="Old", pictures=[picture], blocks=[(2, b"appl" + SECRET.encode())], padding=500)
    found = redacted(full, "flac")
    assert SECRET.encode() not in found
    assert picture not in found
    tagged = mp3(title="Old") + apev2({"Comment": SECRET}) + id3v1({"title": SECRET})
    assert SECRET.encode() not in redacted(tagged, "mp3")


def test_what_is_not_known_is_refused() -> None:
    for data, extension in ((b".snd" + bytes(60), "au"), (b"", "flac"), (b"text\n", "mp3")):
        with pytest.raises(UnredactableError):
            redacted(data, extension)


@settings(max_examples=150)
@given(st.sampled_from(sorted(MAKERS)), st.integers(0, 4000), st.integers(0, 4000), st.binary(max_size=6))
def test_damaged_bytes_raise_nothing_else(extension: str, cut: int, at: int, put: bytes) -> None:
    data = bytearray(MAKERS[extension](title="Old", comment=SECRET))
    data[at : at + len(put)] = put
    file = io.BytesIO(bytes(data[: len(data) - cut]))
    with contextlib.suppress(UnredactableError):
        redact(file, len(file.getvalue()), extension, PLAIN)


@settings(max_examples=60)
@given(st.sampled_from(sorted(MAKERS)), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_can_be_written_or_is_refused(extension: str, text: str) -> None:
    with contextlib.suppress(UnredactableError):
        redacted(
            MAKERS[extension](title="Old"), extension, {"title": (text,), "track": (text,), "date": (text,)}
        )
