from __future__ import annotations

import pytest

from archiver.audio.formats.identify import extension_mismatch
from archiver.audio.formats.kinds import Kind
from archiver.model.audio import Format

TEXT = Format("x-fmt/111", "Plain Text File", "text/plain", "test")


@pytest.mark.parametrize(
    ("kind", "extension"),
    [
        (Kind.MP4, "m4a"),
        (Kind.MP4, "m4b"),
        (Kind.MP4, "mp4"),
        (Kind.OGG_VORBIS, "ogg"),
        (Kind.OGG_FLAC, "ogg"),
        (Kind.OGG_OPUS, "ogg"),
        (Kind.OGG_SPEEX, "ogg"),
        (Kind.OGG_OPUS, "opus"),
        (Kind.WAVPACK, "wv"),
        (Kind.JPEG, "jpeg"),
        (Kind.ID3, "mp3"),
        (Kind.FLAC, ""),
        (Kind.FLAC, "bak"),
        (Kind.MP3, "dat"),
        (Kind.ZIP, "docx"),
        (None, "mp3"),
        (None, "txt"),
    ],
)
def test_names_that_fit(kind: Kind | None, extension: str) -> None:
    assert extension_mismatch(kind, extension, TEXT) is None


@pytest.mark.parametrize(
    ("kind", "extension", "promised", "held"),
    [
        (Kind.FLAC, "mp3", "MPEG Audio Layer III (MP3) (.mp3)", "FLAC"),
        (Kind.MP3, "flac", "FLAC (.flac)", "MPEG Audio Layer III (MP3)"),
        (Kind.PNG, "jpg", "JPEG image (.jpg)", "PNG image"),
        (Kind.MP4, "mp3", "MPEG Audio Layer III (MP3) (.mp3)", "MPEG-4 or QuickTime file"),
        (Kind.HTML, "mp3", "MPEG Audio Layer III (MP3) (.mp3)", "HTML page"),
        (Kind.MP4, "aac", "AAC in an ADTS stream (.aac)", "MPEG-4 or QuickTime file"),
        (None, "jpg", "JPEG image (.jpg)", "Plain Text File"),
        (None, "pdf", "PDF (.pdf)", "Plain Text File"),
    ],
)
def test_both_sides_are_named(kind: Kind | None, extension: str, promised: str, held: str) -> None:
    sentence = extension_mismatch(kind, extension, TEXT)
    assert sentence is not None
    assert promised in sentence
    assert sentence.endswith(held)


def test_content_that_nobody_knows_is_called_so() -> None:
    sentence = extension_mismatch(None, "png", None)
    assert sentence == "the name promises PNG image (.png), the content is of no known format"
