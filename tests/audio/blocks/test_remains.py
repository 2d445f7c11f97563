"""Tags that are cut off, or stand where no tag is looked for: what they say is not read, and that is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.blocks.reading import MALFORMED
from tests.audio.blocks.reading import read
from tests.samples import apev2, flac, id3v1, lyrics3, mp3, wavpack
from tests.samples.id3 import id3v2, text_frame
from tests.samples.mp3 import mp3_audio

WORDS = "for somebody@example.org"
TAGS = {
    "apev2": (apev2({"Comment": WORDS}), b"APETAGEX"),
    "lyrics3": (lyrics3(WORDS), b"LYRICSBEGIN"),
    "id3v1": (id3v1({"title": WORDS}), b"TAG"),
    "id3v2": (id3v2([text_frame("TIT2", WORDS)]), b"ID3"),
}
AUDIO = {"mp3": mp3_audio(), "wavpack": wavpack(), "flac": flac(title="x"), "": b"\xff\xfb\x90\x00" * 40}


def codes(data: bytes, kind: str) -> list[str]:
    return [code for code, _ in read(data, kind).problems]


@pytest.mark.parametrize("kind", AUDIO)
@pytest.mark.parametrize("name", TAGS)
@given(share=st.floats(0, 1))
def test_a_tag_that_is_cut_off_behind_the_words_it_begins_with_is_told(
    name: str, kind: str, share: float
) -> None:
    tag, _ = TAGS[name]
    spoken = WORDS.encode() in tag and tag.index(WORDS.encode()) + 1
    cut = tag[: spoken + int(share * (len(tag) - 1 - spoken))]
    assert MALFORMED in codes(AUDIO[kind] + cut, kind)


@pytest.mark.parametrize("kind", AUDIO)
@pytest.mark.parametrize("name", ["apev2", "lyrics3", "id3v1"])
def test_a_whole_tag_at_the_end_is_no_remains(name: str, kind: str) -> None:
    tag = TAGS[name][0] + (id3v1({"title": "x"}) if name == "lyrics3" else b"")
    assert MALFORMED not in codes(AUDIO[kind] + tag, kind)


@pytest.mark.parametrize("kind", AUDIO)
def test_a_cut_tag_before_a_whole_one_is_told(kind: str) -> None:
    cut = TAGS["apev2"][0][:70]
    assert MALFORMED in codes(AUDIO[kind] + cut + id3v1({"title": "x"}), kind)


def test_a_whole_tag_with_junk_behind_it_is_told_of_where_it_is_not_read() -> None:
    assert MALFORMED in codes(wavpack() + TAGS["apev2"][0] + bytes(40), "wavpack")


@pytest.mark.parametrize("data", [b"", b"T", b"TAG", b"\1TAG\2", b"ID3\4", b"STAGE\x01" * 30])
def test_chance_bytes_are_no_tag(data: bytes) -> None:
    problems = codes(AUDIO["wavpack"] + data, "wavpack")
    assert (MALFORMED in problems) is (data == b"TAG")


def test_a_mark_within_a_tag_that_was_read_is_a_word_of_it() -> None:
    assert codes(mp3(comment="APETAGEX LYRICSBEGIN", title="TAG"), "mp3") == []
