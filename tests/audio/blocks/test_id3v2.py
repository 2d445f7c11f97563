from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.blocks.id3v2_frames import MAX_EXPANDED
from archiver.audio.containers.id3v2_walk import UnsynchronisedBody
from archiver.audio.containers.window import Window
from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.samples import mp3
from tests.samples.bits import syncsafe
from tests.samples.id3 import (
    comment_frame,
    id3v2,
    object_frame,
    owned_frame,
    ownership_frame,
    terms_frame,
    text_frame,
    txxx,
    url_frame,
)

FRAMES = [
    text_frame("TIT2", "Ein Stück"),
    text_frame("TPE1", "Жанна", "Second"),
    txxx("LICENSE", "CC BY 4.0"),
    comment_frame("hello", description="note", language="deu"),
    url_frame("WCOP", "https://creativecommons.org/licenses/by/4.0/"),
    terms_frame("ask first"),
    owned_frame("UFID", "http://musicbrainz.org", b"0b6d"),
    owned_frame("PRIV", "binary", b"\x01\x02\xff\xfe"),
    object_frame("application/c2pa", "", "manifest", b"\0jumb"),
    object_frame("text/plain", "C:\\x\\notes.txt", "", b"\0"),
    ownership_frame(price="EUR1.00", date="20200101", seller="Shop"),
]
EXPECTED = {
    "TIT2": "Ein Stück",
    "TPE1": "Жанна\0Second",
    "TXXX:LICENSE": "CC BY 4.0",
    "COMM:note:deu": "hello",
    "WCOP": "https://creativecommons.org/licenses/by/4.0/",
    "USER:eng": "ask first",
    "UFID:http://musicbrainz.org": "0b6d",
    "PRIV:binary": None,
    "GEOB:application/c2pa:manifest": None,
    "GEOB:text/plain:": "C:\\x\\notes.txt",
    "OWNE": "EUR1.00\n20200101\nShop",
}


def raw_frame(frame_id: str, body: bytes, flags: bytes = b"\0\0", *, plain_size: bool = False) -> bytes:
    size = len(body).to_bytes(4, "big") if plain_size else syncsafe(len(body))
    return frame_id.encode() + size + flags + body


def tag(body: bytes, *, version: int = 4, flags: int = 0) -> bytes:
    return b"ID3" + bytes([version, 0, flags]) + syncsafe(len(body)) + body


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("unsynchronised", [False, True])
def test_every_frame_has_its_key_and_text(version: int, unsynchronised: bool) -> None:  # noqa: FBT001 - a parameter of the test
    data = id3v2(FRAMES, version=version, unsynchronised=unsynchronised, padding=50) + b"\xff\xfb" * 20
    reading = read(data)
    block = block_of(reading, f"id3v2.{version}")
    assert texts(block) == EXPECTED
    assert reading.problems == ()
    assert (block.offset, block.length) == (0, len(data) - 40)


def test_offset_length_and_digest_find_the_frame_again() -> None:
    data = id3v2(FRAMES)
    for frame in block_of(read(data), "id3v2.4").frames:
        assert data[frame.offset : frame.offset + 4].decode() == frame.id[:4]
        assert frame.sha256 == sha256(data[frame.offset + 10 : frame.offset + frame.length])


def test_offsets_are_those_of_the_file_where_the_tag_is_unsynchronised() -> None:
    binary = owned_frame("PRIV", "x", b"\xff\x00\xff\xff\xe0" * 50)
    data = id3v2([binary, text_frame("TIT2", "after")], version=3, unsynchronised=True)
    frame = frame_of(block_of(read(data), "id3v2.3"), "TIT2")
    assert data[frame.offset : frame.offset + 4] == b"TIT2"
    assert frame.text == "after"


def test_short_frames_of_version_2_2() -> None:
    frames = [
        ("TT2", b"\0Title"),
        ("COM", b"\0engkey\0text"),
        ("TXX", b"\0LICENSE\0free"),
        ("ULT", b"\0eng\0words"),
    ]
    frames += [("PIC", b"\0JPG\x03cover\0" + bytes(9000))]
    data = id3v2(frames, version=2)
    expected = {
        "TT2": "Title",
        "COM:key:eng": "text",
        "TXX:LICENSE": "free",
        "ULT::eng": "words",
        "PIC:cover": None,
    }
    assert texts(block_of(read(data), "id3v2.2")) == expected


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
def test_each_text_encoding(encoding: int) -> None:
    text = "naïve" if encoding == 0 else "naïve 日本"
    data = id3v2([text_frame("TIT2", text, encoding=encoding)])
    assert texts(block_of(read(data), "id3v2.4")) == {"TIT2": text}


def test_utf16_without_mark_and_big_endian_with_one() -> None:
    little, big = b"\x01" + "ab".encode("utf-16-le"), b"\x01\xfe\xff" + "cd".encode("utf-16-be")
    data = tag(raw_frame("TIT2", little) + raw_frame("TPE1", big))
    assert texts(block_of(read(data), "id3v2.4")) == {"TIT2": "ab", "TPE1": "cd"}


def test_plain_sizes_of_old_itunes_are_recognised() -> None:
    body = b"\0" + b"x" * 300
    data = tag(raw_frame("TIT2", body, plain_size=True) + raw_frame("TPE1", b"\0who", plain_size=True))
    assert texts(block_of(read(data), "id3v2.4")) == {"TIT2": "x" * 300, "TPE1": "who"}


def test_syncsafe_sizes_in_a_tag_of_version_3_are_recognised() -> None:
    data = tag(raw_frame("TIT2", b"\0" + b"x" * 300) + raw_frame("TPE1", b"\0who"), version=3)
    assert texts(block_of(read(data), "id3v2.3")) == {"TIT2": "x" * 300, "TPE1": "who"}


def test_specified_sizes_win_where_both_readings_end() -> None:
    assert texts(block_of(read(tag(raw_frame("TIT2", b"\0" + b"y" * 200))), "id3v2.4")) == {"TIT2": "y" * 200}


@pytest.mark.parametrize("version", [3, 4])
def test_compressed_frames_are_read_within_the_bound(version: int) -> None:
    text = b"\0" + b"long " * 100
    packed = len(text).to_bytes(4, "big") if version == 3 else syncsafe(len(text))
    flags = b"\0\x80" if version == 3 else b"\0\x09"
    data = tag(raw_frame("TIT2", packed + zlib.compress(text), flags), version=version)
    assert texts(block_of(read(data), f"id3v2.{version}")) == {"TIT2": ("long " * 100)}


def test_a_compressed_frame_with_a_length_but_no_flag_for_it_is_read() -> None:
    text = b"\0long " * 10
    data = tag(raw_frame("TIT2", syncsafe(len(text)) + zlib.compress(text), b"\0\x08"))
    reading = read(data)
    assert (texts(block_of(reading, "id3v2.4"))["TIT2"] or "").startswith("long ")
    assert reading.problems == ()


def test_a_compression_bomb_is_noted_and_not_expanded() -> None:
    bomb = zlib.compress(bytes(MAX_EXPANDED * 200), 9)
    data = tag(raw_frame("TIT2", syncsafe(1) + bomb, b"\0\x09") + raw_frame("TPE1", b"\0who"))
    reading = read(data)
    block = block_of(reading, "id3v2.4")
    assert texts(block) == {"TIT2": None, "TPE1": "who"}
    assert frame_of(block, "TIT2").sha256 == sha256(syncsafe(1) + bomb)
    assert "compressed" in reading.problems[0][1]


def test_encrypted_and_grouped_frames() -> None:
    data = tag(raw_frame("TIT2", b"\x80secret", b"\0\x04") + raw_frame("TPE1", b"\x07\0who", b"\0\x40"))
    assert texts(block_of(read(data), "id3v2.4")) == {"TIT2": None, "TPE1": "who"}


def test_frame_that_is_unsynchronised_alone() -> None:
    data = tag(raw_frame("PRIV", b"a\0\xff\x00\xe0", b"\0\x02") + raw_frame("TIT2", b"\0x"))
    assert list(texts(block_of(read(data), "id3v2.4"))) == ["PRIV:a", "TIT2"]


@pytest.mark.parametrize(
    ("version", "extended"),
    [(4, syncsafe(6) + b"\x01\0"), (3, b"\0\0\0\x06" + bytes(6)), (3, b"\0\0\0\x0a" + bytes(10))],
)
def test_extended_header_is_stepped_over(version: int, extended: bytes) -> None:
    data = tag(extended + raw_frame("TIT2", b"\0x"), version=version, flags=0x40)
    block = block_of(read(data), f"id3v2.{version}")
    assert [frame.id for frame in block.frames] == ["extended-header", "TIT2"]
    assert frame_of(block, "extended-header").sha256 == sha256(extended)
    assert frame_of(block, "TIT2").text == "x"


def test_a_flag_for_an_extended_header_that_is_not_there() -> None:
    data = tag(raw_frame("TIT2", b"\0x"), version=3, flags=0x40)
    assert texts(block_of(read(data), "id3v2.3")) == {"TIT2": "x"}


def test_several_tags_in_a_row_and_one_with_a_footer() -> None:
    first, second = (
        id3v2([text_frame("TIT2", "one")], footer=True),
        id3v2([text_frame("TIT2", "two")], version=3),
    )
    reading = read(first + second + b"\xff\xfb" * 50)
    assert [(block.kind, block.offset) for block in reading.blocks] == [
        ("id3v2.4", 0),
        ("id3v2.3", len(first)),
    ]


def test_tag_appended_after_the_audio() -> None:
    appended = id3v2([text_frame("TIT2", "late")], footer=True)
    data = b"\xff\xfb" * 50 + appended
    block = block_of(read(data), "id3v2.4")
    assert (block.offset, block.length, texts(block)) == (100, len(appended), {"TIT2": "late"})


def test_chapter_frames_are_listed_apart() -> None:
    chapter = (
        b"ch1\0" + bytes(16) + raw_frame("TIT2", b"\0Intro") + raw_frame("WXXX", b"\0\0http://example.org")
    )
    contents = b"toc\0\x03\x02ch1\0ch2\0" + raw_frame("TIT2", b"\0All")
    data = tag(raw_frame("CHAP", chapter) + raw_frame("CTOC", contents) + raw_frame("TPE1", b"\0who"))
    reading = read(data)
    assert [(block.kind, [(frame.id, frame.text) for frame in block.frames]) for block in reading.blocks] == [
        ("id3v2.4", [("CHAP:ch1", None), ("CTOC:toc", None), ("TPE1", "who")]),
        ("id3v2.4-chapter", [("TIT2", "Intro"), ("WXXX:", "http://example.org")]),
        ("id3v2.4-chapter", [("TIT2", "All")]),
    ]
    for block in reading.blocks:
        for frame in block.frames:
            assert data[frame.offset : frame.offset + 4].decode() == frame.id[:4]
    assert reading.problems == ()


def test_rating_and_counter_and_offer() -> None:
    offer = b"\0EUR9.99\x0020300101http://example.org/buy\0\x01Shop\0Album\0image/png\0logo"
    data = tag(
        raw_frame("POPM", b"someone\0\xc4\0\0\0\x09")
        + raw_frame("PCNT", b"\0\0\0\x09")
        + raw_frame("COMR", offer)
    )
    found = texts(block_of(read(data), "id3v2.4"))
    assert found["POPM:someone"] == "196"
    assert found["PCNT"] == "9"
    assert found["COMR"] == "EUR9.99\n20300101\nhttp://example.org/buy\nShop\nAlbum"


def test_a_frame_past_the_tag_is_a_problem_and_those_before_stay() -> None:
    data = tag(raw_frame("TIT2", b"\0x") + b"TPE1" + syncsafe(9999) + b"\0\0abc")
    reading = read(data)
    assert texts(block_of(reading, "id3v2.4")) == {"TIT2": "x"}
    assert [code for code, _ in reading.problems] == ["F207"]


def test_a_tag_that_claims_the_largest_size_costs_nothing() -> None:
    data = b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + raw_frame("TIT2", b"\0x", plain_size=True) + bytes(100) + b"x"
    reading = read(data)
    assert texts(block_of(reading, "id3v2.3")) == {"TIT2": "x"}
    assert "runs past the end" in reading.problems[0][1]


@pytest.mark.parametrize("head", [b"ID3\x05\0\0\0\0\0\x7f", b"ID3\x04\0\0\xff\0\0\0", b"ID3\xff\xff", b"ID3"])
def test_what_is_no_tag_gives_no_block(head: bytes) -> None:
    assert read(head + bytes(200)).blocks == ()


def test_a_real_file_has_no_problems() -> None:
    reading = read(mp3(title="x", artist="y"), "mp3")
    assert reading.problems == ()
    assert any(block.kind == "id3v2.4" for block in reading.blocks)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_unsynchronised_bytes_are_found_where_they_stand(content: bytes, rest: bytes) -> None:
    stored = content.replace(b"\xff", b"\xff\x00") + b"\x01" + rest
    body = UnsynchronisedBody(Window(io.BytesIO(stored), len(stored)), len(stored))
    assert body.read(0, len(content)) == content
    assert body.skip(0, len(content)) == len(stored) - len(rest) - 1
