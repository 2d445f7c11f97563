from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.blocks.reading import MAX_FRAMES
from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.samples import Picture, flac, jpeg, ogg_vorbis, opus
from tests.samples.comments import comment_block, picture_block
from tests.samples.flac import metadata_block
from tests.samples.ogg import ogg_stream

PAIRS = [("TITLE", "Lied"), ("ARTIST", "one"), ("ARTIST", "zwei"), ("LICENSE", "https://example.org/ä=b")]


def flac_file(*blocks: tuple[int, bytes]) -> bytes:
    body = b"".join(metadata_block(kind, data) for kind, data in blocks)
    return b"fLaC" + metadata_block(0, bytes(34)) + body + metadata_block(1, bytes(4), last=True)


def test_flac_comments_stand_where_they_say() -> None:
    data = flac_file((4, comment_block(PAIRS, vendor="maker")))
    block = block_of(read(data), "vorbis-comment")
    assert [(frame.id, frame.text) for frame in block.frames] == [("vendor", "maker"), *PAIRS]
    for frame in block.frames[1:]:
        stored = data[frame.offset + 4 : frame.offset + frame.length]
        assert stored.decode() == f"{frame.id}={frame.text}"
        assert frame.sha256 == sha256(stored)


def test_flac_pictures_applications_and_cue_sheets_by_digest() -> None:
    data = flac_file((6, b"picture" * 10), (2, b"riffpayload"), (5, bytes(396)))
    reading = read(data)
    assert frame_of(block_of(reading, "flac-picture"), "PICTURE").sha256 == sha256(b"picture" * 10)
    assert frame_of(block_of(reading, "flac-application"), "APPLICATION:riff").sha256 == sha256(b"payload")
    assert frame_of(block_of(reading, "flac-cuesheet"), "CUESHEET").sha256 == sha256(bytes(396))
    assert all(frame.text is None for block in reading.blocks for frame in block.frames)


def test_the_words_that_stand_with_a_picture() -> None:
    data = flac_file((6, picture_block(Picture(b"\x89PNG", mime="image/png", description="Vorderseite"))))
    assert texts(block_of(read(data), "flac-picture")) == {"PICTURE": "Vorderseite"}


def test_flac_after_an_id3_tag_and_with_a_real_picture() -> None:
    data = b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + flac(title="x", pictures=[jpeg()])
    reading = read(data, "flac")
    assert texts(block_of(reading, "vorbis-comment"))["TITLE"] == "x"
    assert block_of(reading, "flac-picture")


def test_pictures_in_comments_are_binary() -> None:
    data = flac_file(
        (4, comment_block([("METADATA_BLOCK_PICTURE", "AAAA"), ("coverart", "BBBB"), ("TITLE", "x")]))
    )
    assert texts(block_of(read(data), "vorbis-comment")) == {
        "vendor": texts(block_of(read(data), "vorbis-comment"))["vendor"],
        "METADATA_BLOCK_PICTURE": None,
        "coverart": None,
        "TITLE": "x",
    }


@pytest.mark.parametrize("make", [ogg_vorbis, opus])
def test_ogg_comments(make) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - two builders of one shape
    reading = read(make(title="x", artist="y"))
    found = texts(block_of(reading, "vorbis-comment"))
    assert (found["TITLE"], found["ARTIST"]) == ("x", "y")
    assert reading.problems == ()


def test_a_comment_across_pages_is_read_whole() -> None:
    picture = Picture(bytes(range(256)) * 900, mime="image/png")
    data = ogg_vorbis(title="after the picture", pictures=[picture])
    reading = read(data)
    block = block_of(reading, "vorbis-comment")
    assert texts(block)["TITLE"] == "after the picture"
    assert reading.problems == ()
    assert any(frame.length > 200_000 for frame in block.frames)


def test_several_streams_that_begin_together() -> None:
    head = b"OpusHead\x01\x01" + bytes(9)
    one = ogg_stream(
        [([head], 0), ([b"OpusTags" + comment_block([("TITLE", "one")])], 0), ([b"\xfc"], 960)], serial=1
    )
    two = ogg_stream(
        [([head], 0), ([b"OpusTags" + comment_block([("TITLE", "two")])], 0), ([b"\xfc"], 960)], serial=2
    )
    pages_one, pages_two = split_pages(one), split_pages(two)
    data = b"".join(page for pair in zip(pages_one, pages_two, strict=True) for page in pair)
    assert [texts(block)["TITLE"] for block in read(data).blocks] == ["one", "two"]


def test_chained_streams_are_found_at_the_end() -> None:
    data = (
        ogg_vorbis(title="first", serial=1)
        + ogg_vorbis(title="second", serial=2)
        + opus(title="third", serial=3)
    )
    reading = read(data)
    assert [texts(block)["TITLE"] for block in reading.blocks] == ["first", "second", "third"]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"Speex   1.2.0" + bytes(67), b""),
        (b"\x80theora" + bytes(35), b"\x81theora"),
        (b"\x01vorbis" + bytes(23), b"\x03vorbis"),
    ],
)
def test_each_codec_that_carries_comments(first: bytes, second: bytes) -> None:
    data = ogg_stream([([first], 0), ([second + comment_block([("TITLE", "x")])], 0), ([b"audio"], 9)])
    assert texts(block_of(read(data), "vorbis-comment"))["TITLE"] == "x"


def test_flac_in_ogg() -> None:
    first = b"\x7fFLAC\x01\0\0\x02fLaC" + metadata_block(0, bytes(34))
    comments = metadata_block(4, comment_block([("TITLE", "x")]))
    picture = metadata_block(6, b"picture", last=True)
    data = ogg_stream([([first], 0), ([comments, picture], 0), ([b"\xff\xf8audio"], 9)])
    reading = read(data)
    assert texts(block_of(reading, "vorbis-comment"))["TITLE"] == "x"
    assert frame_of(block_of(reading, "flac-picture"), "PICTURE").sha256 == sha256(b"picture")


def test_unknown_streams_are_passed_over() -> None:
    assert read(ogg_stream([([b"fishead\0"], 0), ([b"whatever"], 1)])).blocks == ()


def test_a_packet_that_is_no_comment_is_a_problem() -> None:
    reading = read(ogg_stream([([b"\x01vorbis" + bytes(23)], 0), ([b"nonsense"], 0), ([b"audio"], 9)]))
    assert [code for code, _ in reading.problems] == ["F207"]


@pytest.mark.parametrize(
    "comment",
    [
        b"",
        b"\xff\xff\xff\xff",
        struct.pack("<I", 3) + b"abc",
        struct.pack("<I", 3) + b"abc" + b"\xff\xff\xff\xff" + b"\x05\0\0\0A=b",
    ],
)
def test_a_comment_cut_short_is_a_problem(comment: bytes) -> None:
    assert read(flac_file((4, comment))).problems


def test_more_comments_than_are_listed_end_the_walk() -> None:
    comment = struct.pack("<I", 0) + struct.pack("<I", 2_000_000_000) + bytes(4 * (MAX_FRAMES + 10))
    reading = read(flac_file((4, comment)))
    assert sum(len(block.frames) for block in reading.blocks) == MAX_FRAMES
    assert "more than" in reading.problems[-1][1]


def test_a_text_longer_than_the_bound_is_kept_by_digest() -> None:
    value = "x" * (1 << 20)
    data = flac_file((4, comment_block([("LYRICS", value), ("TITLE", "x")])))
    block = block_of(read(data), "vorbis-comment")
    assert texts(block)["LYRICS"] is None
    assert frame_of(block, "LYRICS").sha256 == sha256(b"LYRICS=" + value.encode())
    assert texts(block)["TITLE"] == "x"


@given(st.lists(st.tuples(st.from_regex(r"[A-Z]{1,12}", fullmatch=True), st.text(max_size=80)), max_size=8))
def test_any_comments_come_back(pairs: list[tuple[str, str]]) -> None:
    pairs = [
        (key, text.rstrip("\0")) for key, text in pairs if key not in ("METADATA_BLOCK_PICTURE", "COVERART")
    ]
    block = block_of(read(flac_file((4, comment_block(pairs)))), "vorbis-comment")
    assert [(frame.id, frame.text) for frame in block.frames[1:]] == pairs


def split_pages(data: bytes) -> list[bytes]:
    pages = []
    while data:
        lacing = data[27 : 27 + data[26]]
        end = 27 + len(lacing) + sum(lacing)
        pages.append(data[:end])
        data = data[end:]
    return pages
