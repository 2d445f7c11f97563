from __future__ import annotations

import pytest

from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.samples import apev2, id3v1, lyrics3, mp3
from tests.samples.id3 import id3v2, text_frame

AUDIO = b"\xff\xfb\x90\x00" * 40


def test_id3v1_fields_track_and_genre() -> None:
    data = AUDIO + id3v1(
        {"title": "T", "artist": "A", "album": "B", "date": "1999", "comment": "C", "track": "7"}, genre=17
    )
    block = block_of(read(data), "id3v1")
    assert texts(block) == {
        "title": "T", "artist": "A", "album": "B", "year": "1999", "comment": "C", "track": "7", "genre": "17",
    }  # fmt: skip
    title = frame_of(block, "title")
    assert title.sha256 == sha256(data[title.offset : title.offset + 30])


def test_enhanced_tag_before_id3v1() -> None:
    enhanced = (
        b"TAG+"
        + b"Long title".ljust(60, b"\0")
        + bytes(120)
        + b"\x02"
        + b"Genre".ljust(30, b"\0")
        + b"00:00003:30"
    )
    enhanced = enhanced.ljust(227, b"\0")
    reading = read(AUDIO + enhanced + id3v1({"title": "Long"}))
    assert texts(block_of(reading, "id3v1-enhanced"))["title"] == "Long title"
    assert [block.kind for block in reading.blocks] == ["id3v1-enhanced", "id3v1"]


def test_ape_tag_at_the_end_with_text_binary_and_several_values() -> None:
    data = AUDIO + apev2({"Title": "x"}, binary={"Cover Art (Front)": b"c.png\0\x89PNG"})
    block = block_of(read(data), "apev2")
    assert texts(block) == {"Title": "x", "Cover Art (Front)": "c.png"}
    assert (block.offset, block.length) == (len(AUDIO), len(data) - len(AUDIO))
    assert frame_of(block, "Cover Art (Front)").sha256 == sha256(b"c.png\0\x89PNG")


def test_ape_values_are_parted_by_nul() -> None:
    data = AUDIO + apev2({"Artist": "one\0two"})
    assert texts(block_of(read(data), "apev2")) == {"Artist": "one\0two"}


def test_ape_version_1_has_no_header() -> None:
    tag = bytearray(apev2({"Title": "x"}, header=False))
    tag[-24:-20] = (1000).to_bytes(4, "little")
    assert texts(block_of(read(AUDIO + bytes(tag)), "apev1")) == {"Title": "x"}


def test_ape_tag_at_the_front() -> None:
    tag = apev2({"Title": "front"})
    block = block_of(read(tag + AUDIO), "apev2")
    assert (block.offset, block.length, texts(block)) == (0, len(tag), {"Title": "front"})


def test_everything_at_once_in_the_order_of_the_file() -> None:
    data = (
        id3v2([text_frame("TIT2", "x")])
        + AUDIO
        + apev2({"Title": "x"})
        + lyrics3("la la")
        + id3v1({"title": "x"})
    )
    reading = read(data)
    assert [block.kind for block in reading.blocks] == ["id3v2.4", "apev2", "lyrics3v2", "id3v1"]
    assert "la la" in (texts(block_of(reading, "lyrics3v2")).get("LYR") or "")
    assert reading.problems == ()


def test_lyrics_of_the_first_version() -> None:
    data = AUDIO + b"LYRICSBEGINwords\r\nmoreLYRICSEND" + id3v1({"title": "x"})
    block = block_of(read(data), "lyrics3v1")
    assert texts(block) == {"lyrics": "words\r\nmore"}
    assert block.offset == len(AUDIO)


def test_a_file_that_is_one_tag_has_it_once() -> None:
    assert len(read(apev2({"Title": "x"})).blocks) == 1
    assert len(read(id3v2([text_frame("TIT2", "x")], footer=True)).blocks) == 1


@pytest.mark.parametrize(
    "tail",
    [
        b"APETAGEX" + (2000).to_bytes(4, "little") + b"\xff\xff\xff\x7f" + b"\x05\0\0\0" + bytes(12),
        b"APETAGEX" + (2000).to_bytes(4, "little") + (20).to_bytes(4, "little") + b"\x05\0\0\0" + bytes(12),
        b"999999LYRICS200" + id3v1({"title": "x"}),
        b"LYRICSEND" + id3v1({"title": "x"}),
        b"3DI\x04\0\x10\x7f\x7f\x7f\x7f",
    ],
)
def test_a_footer_that_lies_is_a_problem(tail: bytes) -> None:
    reading = read(AUDIO + tail)
    assert [code for code, _ in reading.problems] == ["F207"]


def test_ape_footer_is_not_taken_for_id3v1() -> None:
    # "TAG" of APETAGEX can stand exactly 128 bytes before the end
    padding = 128 - 32 + 3
    tag = apev2({"K": "v" * 10}, header=False)
    data = AUDIO + tag[:-32] + tag[-32:] + bytes(padding)
    assert all(block.kind != "id3v1" for block in read(data).blocks)


def test_ape_item_past_the_tag_keeps_those_before() -> None:
    tag = bytearray(apev2({"A1": "one", "B2": "two"}, header=False))
    at = tag.index(b"B2\0") - 8
    tag[at : at + 4] = b"\xff\xff\xff\x00"
    reading = read(AUDIO + bytes(tag))
    assert texts(block_of(reading, "apev2")) == {"A1": "one"}
    assert reading.problems


def test_real_mp3_with_tags_on_both_sides() -> None:
    reading = read(mp3(title="x", trailing=apev2({"Title": "x"})))
    assert {"id3v2.4", "apev2"} <= {block.kind for block in reading.blocks}
