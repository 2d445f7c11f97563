from __future__ import annotations

import struct

from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.samples import wma
from tests.samples.asf import asf_object, guid, header_extension

METADATA = "C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA"
LIBRARY = "44231C94-9498-49D1-A141-1D134E457054"
BRANDING = "2211B3FA-BD23-11D2-B4B7-00A0C955FC6E"
EXTENDED = "D2D0A440-E307-11D2-97F0-00A0C95EA850"
HEADER = "75B22630-668E-11CF-A6D9-00AA0062CE6C"


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def record(name: str, kind: int, value: bytes) -> bytes:
    key = wide(name)
    return struct.pack("<HHHHI", 0, 0, len(key), kind, len(value)) + key + value


def extended(name: str, kind: int, value: bytes) -> bytes:
    key = wide(name)
    return struct.pack("<H", len(key)) + key + struct.pack("<HH", kind, len(value)) + value


def test_description_and_extended_description() -> None:
    data = wma(title="T", artist="A", copyright="(c) me", album="B", isrc="USABC2000001")
    reading = read(data)
    assert texts(block_of(reading, "asf-content"))["Copyright"] == "(c) me"
    assert texts(block_of(reading, "asf-extended"))["WM/ISRC"] == "USABC2000001"
    assert reading.problems == ()
    frame = frame_of(block_of(reading, "asf-content"), "Title")
    assert data[frame.offset : frame.offset + frame.length] == wide("T")


def test_attributes_of_every_type() -> None:
    items = [
        extended("text", 0, wide("word")),
        extended("WM/Picture", 1, b"\x03picture"),
        extended("flag", 2, b"\x01\0\0\0"),
        extended("dword", 3, b"\x05\0\0\0"),
        extended("qword", 4, bytes([9]) + bytes(7)),
        extended("word", 5, b"\x07\0"),
    ]
    data = wma(objects=[asf_object(EXTENDED, struct.pack("<H", len(items)), *items)])
    (block,) = [block for block in read(data).blocks if "flag" in texts(block)]
    assert texts(block) == {
        "text": "word",
        "WM/Picture": None,
        "flag": "1",
        "dword": "5",
        "qword": "9",
        "word": "7",
    }
    assert frame_of(block, "WM/Picture").sha256 == sha256(b"\x03picture")


def test_metadata_inside_the_header_extension_and_branding() -> None:
    library = asf_object(LIBRARY, struct.pack("<H", 1), record("LICENSE", 0, wide("free")))
    metadata = asf_object(METADATA, struct.pack("<H", 1), record("IsVBR", 2, b"\x01\0"))
    url = b"http://example.org/c\0"
    branding = asf_object(BRANDING, struct.pack("<III", 0, 0, 0), struct.pack("<I", len(url)), url)
    reading = read(wma(objects=[header_extension(metadata, library), branding]))
    assert texts(block_of(reading, "asf-metadata-library")) == {"LICENSE": "free"}
    assert texts(block_of(reading, "asf-metadata")) == {"IsVBR": "1"}
    assert texts(block_of(reading, "asf-branding")) == {"Copyright URL": "http://example.org/c"}
    assert reading.problems == ()


def test_attributes_past_their_object_are_problems() -> None:
    bad = asf_object(EXTENDED, struct.pack("<H", 65535), extended("good", 0, wide("x")), b"\xff\xff\0\0")
    reading = read(wma(objects=[bad]))
    assert any(texts(block) == {"good": "x"} for block in reading.blocks)
    assert reading.problems


def test_objects_of_impossible_size() -> None:
    body = guid(EXTENDED) + struct.pack("<Q", 1 << 60) + bytes(10)
    data = guid(HEADER) + struct.pack("<QIH", 30 + len(body), 1, 0x0201) + body
    assert read(data).problems
    tiny = guid(HEADER) + struct.pack("<QIH", 30 + 24, 1, 0x0201) + guid(EXTENDED) + struct.pack("<Q", 3)
    assert read(tiny).blocks == ()
