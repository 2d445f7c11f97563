from __future__ import annotations

import struct

import pytest

from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.samples import aiff, wav
from tests.samples.id3 import id3v2, text_frame
from tests.samples.riff import bext_chunk, riff_chunk

TAG = id3v2([text_frame("TIT2", "inside")])


def test_riff_info_stands_where_it_says() -> None:
    data = wav(info={"INAM": "Name", "ICOP": "(c) me", "ISRC": "a supplier"})
    reading = read(data, "wav")
    block = block_of(reading, "riff-info")
    assert texts(block) == {"INAM": "Name", "ICOP": "(c) me", "ISRC": "a supplier"}
    for frame in block.frames:
        assert data[frame.offset : frame.offset + 4].decode() == frame.id
        assert frame.sha256 == sha256(data[frame.offset + 8 : frame.offset + frame.length])
    assert reading.problems == ()


def test_riff_info_in_another_encoding_is_read_as_latin_1() -> None:
    assert texts(block_of(read(wav(info={"INAM": "Stück"}, encoding="latin-1")), "riff-info")) == {
        "INAM": "Stück"
    }


def info(*parts: tuple[bytes, bytes]) -> bytes:
    return riff_chunk(b"LIST", b"INFO" + b"".join(riff_chunk(key, body) for key, body in parts))


def riff(*chunks: bytes) -> bytes:
    return riff_chunk(b"RIFF", b"WAVE" + b"".join(chunks))


def character_set(page: int) -> bytes:
    return riff_chunk(b"CSET", struct.pack("<HHHH", page, 0, 0, 0))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("page", "codec", "text"),
    [(1251, "cp1251", "Жанна"), (932, "cp932", "さくら"), (65001, "utf-8", "Stück"), (1252, "cp1252", "5 €"),
     (28592, "iso8859-2", "Dvořák"), (10000, "mac-roman", "Stück"), (1200, "utf-16-le", "Жанна")],
)  # fmt: skip
def test_riff_info_in_the_code_page_that_the_file_names(page: int, codec: str, text: str, order: int) -> None:
    listed = [character_set(page), info((b"INAM", text.encode(codec) + b"\0\0"))]
    reading = read(riff(*listed[::order]))
    assert texts(block_of(reading, "riff-info")) == {"INAM": text}
    assert reading.problems == ()


@pytest.mark.parametrize(("page", "codes"), [(0, []), (9999, ["F209"]), (932, ["F209"]), (1251, ["F209"])])
def test_a_code_page_that_does_not_fit_is_told(page: int, codes: list[str]) -> None:
    reading = read(riff(character_set(page), info((b"INAM", "Füße €".encode() + b"\0"))))
    assert texts(block_of(reading, "riff-info")) == {"INAM": "Füße €"}
    assert [code for code, _ in reading.problems] == codes


def test_a_riff_text_ends_at_its_first_nul() -> None:
    parts = [(b"INAM", b"Title\0h\xff\xbfh\xff"), (b"IART", b"Artist\0\0\0"), (b"ICMT", b"\0junk")]
    assert texts(block_of(read(riff(info(*parts))), "riff-info")) == {
        "INAM": "Title",
        "IART": "Artist",
        "ICMT": "",
    }


@pytest.mark.parametrize("form", [b"RIFF", b"FORM"])
def test_chunks_without_their_filling_byte_are_followed(form: bytes) -> None:
    def unpadded(key: bytes, body: bytes) -> bytes:
        return key + struct.pack("<I" if form == b"RIFF" else ">I", len(body)) + body

    if form == b"RIFF":
        body = unpadded(
            b"LIST", b"INFO" + unpadded(b"INAM", b"Odd") + unpadded(b"IART", b"Odder")
        ) + unpadded(b"data", b"\x80" * 9)
        data = unpadded(form, b"WAVE" + body + unpadded(b"id3 ", TAG))
        expected = {"INAM": "Odd", "IART": "Odder", "TIT2": "inside"}
    else:
        body = unpadded(b"NAME", b"Odd") + unpadded(b"AUTH", b"Odder") + unpadded(b"SSND", bytes(9))
        data = unpadded(form, b"AIFF" + body + unpadded(b"ID3 ", TAG))
        expected = {"NAME": "Odd", "AUTH": "Odder", "TIT2": "inside"}
    reading = read(data)
    assert {frame.id: frame.text for block in reading.blocks for frame in block.frames} == expected
    assert reading.problems == ()


def test_a_filling_byte_of_any_value_is_passed_over() -> None:
    odd = b"INAM" + struct.pack("<I", 3) + b"Odd" + b"I" + riff_chunk(b"IART", b"Who\0")
    reading = read(riff(riff_chunk(b"LIST", b"INFO" + odd)))
    assert texts(block_of(reading, "riff-info")) == {"INAM": "Odd", "IART": "Who"}


def test_sound_behind_a_size_of_zero_is_no_chunk() -> None:
    data = b"RIFF\xff\xff\xff\xffWAVE" + b"data\0\0\0\0" + b"\x80\x7f" * 500
    assert read(data).problems == ()


def test_a_big_endian_riff_is_read_too() -> None:
    name = b"INAM" + struct.pack(">I", 4) + b"Big\0"
    data = b"RIFX" + struct.pack(">I", 28) + b"WAVELIST" + struct.pack(">I", 16) + b"INFO" + name
    assert texts(block_of(read(data, "wav"), "riff-info")) == {"INAM": "Big"}


def test_bext_fields_and_history() -> None:
    data = wav(
        bext=bext_chunk(description="d", originator="o", date="2020-01-02", time="10:11:12", history="A=PCM")
    )
    found = texts(block_of(read(data), "bext"))
    assert found["Description"] == "d"
    assert found["OriginationDate"] == "2020-01-02"
    assert (found["CodingHistory"] or "").startswith("A=PCM")


def test_id3_ixml_cart_uits_and_c2pa_chunks() -> None:
    cart = bytearray(2048) + b"tag text"
    cart[4:9] = b"Title"
    chunks = [
        (b"id3 ", TAG),
        (b"iXML", b"<BWFXML/>"),
        (b"cart", bytes(cart)),
        (b"UITS", b"<uits/>"),
        (b"C2PA", b"\0\1"),
    ]
    reading = read(wav(chunks=chunks))
    assert texts(block_of(reading, "id3v2.4")) == {"TIT2": "inside"}
    assert texts(block_of(reading, "ixml")) == {"iXML": "<BWFXML/>"}
    assert texts(block_of(reading, "cart")) == {"Title": "Title", "TagText": "tag text"}
    assert texts(block_of(reading, "uits")) == {"UITS": "<uits/>"}
    assert frame_of(block_of(reading, "c2pa"), "C2PA").sha256 == sha256(b"\0\1")
    assert reading.problems == ()


def test_rf64_takes_the_long_size_from_ds64() -> None:
    ds64 = riff_chunk(b"ds64", struct.pack("<QQQI", 0, 100, 0, 0))
    data = b"RF64\xff\xff\xff\xffWAVE" + ds64 + b"data\xff\xff\xff\xff" + bytes(100)
    data += riff_chunk(b"LIST", b"INFO" + riff_chunk(b"INAM", b"x\0"))
    assert texts(block_of(read(data, "rf64"), "riff-info")) == {"INAM": "x"}


def test_chunks_past_the_end_are_problems() -> None:
    data = b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\x7fINFO" + riff_chunk(b"INAM", b"x\0") + b"ICMT\xff\xff\0\0ab"
    reading = read(data)
    assert texts(block_of(reading, "riff-info")) == {"INAM": "x", "ICMT": "ab"}
    assert [code for code, _ in reading.problems] == ["F207"]
    short = read(b"RIFF\0\0\0\0WAVE" + riff_chunk(b"bext", b"d" * 100))
    assert [code for code, _ in short.problems] == ["F207"]


def test_aiff_texts_comments_and_id3() -> None:
    comments = (
        struct.pack(">H", 2) + struct.pack(">IHH", 0, 0, 3) + b"one\0" + struct.pack(">IHH", 0, 0, 2) + b"22"
    )
    data = aiff(texts=[(b"NAME", "N"), (b"(c) ", "2001 me")], chunks=[(b"COMT", comments), (b"ID3 ", TAG)])
    reading = read(data, "aiff")
    named = {
        frame.id: frame.text
        for block in reading.blocks
        if block.kind == "aiff-text"
        for frame in block.frames
    }
    assert named == {"NAME": "N", "(c) ": "2001 me"}
    assert [frame.text for frame in block_of(reading, "aiff-comments").frames] == ["one", "22"]
    assert texts(block_of(reading, "id3v2.4")) == {"TIT2": "inside"}
    assert reading.problems == ()


def dsf(pointer: int, tail: bytes) -> bytes:
    return b"DSD " + struct.pack("<QQQ", 28, 28 + len(tail), pointer) + tail


def test_dsf_points_to_its_tag() -> None:
    assert texts(block_of(read(dsf(28, TAG)), "id3v2.4")) == {"TIT2": "inside"}
    assert read(dsf(0, b"")).problems == ()
    assert read(dsf(1 << 60, TAG)).problems


def long_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">Q", len(body)) + body + bytes(len(body) % 2)


def test_dsdiff_artist_title_comments_and_id3() -> None:
    diin = long_chunk(b"DIIN", long_chunk(b"DIAR", b"\0\0\0\x03Who") + long_chunk(b"DITI", b"\0\0\0\x04What"))
    comment = struct.pack(">HHBBBBHHI", 1, 2020, 1, 2, 3, 4, 0, 0, 4) + b"note"
    body = b"DSD " + diin + long_chunk(b"COMT", comment) + long_chunk(b"ID3 ", TAG)
    data = b"FRM8" + struct.pack(">Q", len(body)) + body
    reading = read(data, "dsdiff")
    assert texts(block_of(reading, "dsdiff-diin")) == {"DIAR": "Who", "DITI": "What"}
    assert texts(block_of(reading, "dsdiff-comments")) == {"COMT": "note"}
    assert texts(block_of(reading, "id3v2.4")) == {"TIT2": "inside"}
    assert reading.problems == ()


def test_caf_information_strings() -> None:
    info = b"info" + struct.pack(">Q", 0) + struct.pack(">I", 2) + b"title\0T\0copyright\0me\0"
    info = info[:4] + struct.pack(">Q", len(info) - 12) + info[12:]
    audio = b"data" + struct.pack(">q", -1) + bytes(100)
    data = b"caff\0\1\0\0" + info + audio
    assert texts(block_of(read(data), "caf-info")) == {"title": "T", "copyright": "me"}
    assert frame_of(block_of(read(data), "caf-info"), "title").sha256 == sha256(b"T")


@pytest.mark.parametrize("form", [b"RIFF\0\0\0\0AVI ", b"FORM\0\0\0\08SVX", b"caff", b"", b"\0", b"FRM8"])
def test_other_forms_and_stumps_give_nothing(form: bytes) -> None:
    assert read(form).blocks == ()
