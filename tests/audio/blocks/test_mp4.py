from __future__ import annotations

import struct

import pytest

from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.samples import Picture, m4a
from tests.samples.id3 import id3v2, text_frame
from tests.samples.mp4 import (
    aac_config,
    audio_entry,
    box,
    cover_atom,
    data_atom,
    freeform_atom,
    full_box,
    number_pair_atom,
    text_atom,
)

XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
BUYER_KEY = b"\x13\x37" * 8


def purchase_information(kind: str = "pinf") -> bytes:
    right = box("righ", b"veID\0\0\0\1tran\0\0\x12\x34")
    parts = [box("user", b"\0\1\2\3"), box("key ", BUYER_KEY), box("iviv", BUYER_KEY), right]
    schi = box("schi", *parts, box("name", b"Jane Example".ljust(256, b"\0")), box("priv", bytes(440)))
    return box(kind, box("frma", b"mp4a"), full_box("schm", b"itun\0\0\0\0"), schi)


def test_ilst_items_of_every_type() -> None:
    atoms = [
        text_atom("©nam", "Title"),
        text_atom("©ART", "one", "two"),
        number_pair_atom("trkn", "3/12"),
        number_pair_atom("disk", "1"),
        freeform_atom("LICENSE", "CC BY 4.0"),
        freeform_atom("raw", b"\x01\x02\x03"),
        box("cnID", data_atom(struct.pack(">I", 4_000_000_000), kind=21)),
        box("cpil", data_atom(b"\x01", kind=21)),
        box("©wrt", data_atom("Компо".encode("utf-16-be"), kind=2)),
        box("gnre", data_atom(b"\0\x11", kind=0)),
    ]
    data = m4a(atoms=atoms)
    reading = read(data)
    block = block_of(reading, "mp4-ilst")
    assert texts(block) == {
        "©nam": "Title",
        "©ART": "one\0two",
        "trkn": "3/12",
        "disk": "1",
        "----:com.apple.iTunes:LICENSE": "CC BY 4.0",
        "----:com.apple.iTunes:raw": None,
        "cnID": str(4_000_000_000 - (1 << 32)),
        "cpil": "1",
        "©wrt": "Компо",
        "gnre": "17",
    }
    assert reading.problems == ()
    for frame in block.frames:
        stored = data[frame.offset : frame.offset + frame.length]
        assert stored[4:8].decode("latin-1") == frame.id[:4]
        assert frame.sha256 == sha256(stored[8:])


def test_covers_are_kept_by_digest() -> None:
    picture = Picture(b"\x89PNG" + bytes(5000), mime="image/png")
    data = m4a(atoms=[cover_atom([picture])])
    frame = frame_of(block_of(read(data), "mp4-ilst"), "covr")
    assert frame.text is None
    assert frame.sha256 == sha256(data[frame.offset + 8 : frame.offset + frame.length])


def test_purchase_information_is_found_and_keys_are_not_even_digested() -> None:
    data = m4a(entry=audio_entry("mp4a", aac_config(), purchase_information()))
    block = block_of(read(data), "mp4-pinf")
    found = texts(block)
    assert found["schi.name"] == "Jane Example"
    assert found["schm"] is not None
    assert found["schi.key "] is found["schi.iviv"] is found["schi.priv"] is None
    assert all(frame.sha256 is None for frame in block.frames if frame.id.startswith("schi."))
    frame = frame_of(block, "schi.name")
    assert data[frame.offset + 4 : frame.offset + 8] == b"name"


def test_purchase_information_of_a_protected_entry() -> None:
    data = m4a(entry=audio_entry("drms", aac_config(), purchase_information("sinf")))
    assert texts(block_of(read(data), "mp4-sinf"))["schi.name"] == "Jane Example"


@pytest.mark.parametrize(("version", "extra"), [(1, 16), (2, 36)])
def test_quicktime_sound_entries_have_more_fixed_fields(version: int, extra: int) -> None:
    head = bytes(6) + struct.pack(">HH6xHHHHI", 1, version, 1, 16, 0, 0, 44100 << 16)
    data = m4a(entry=box("mp4a", head + bytes(extra), purchase_information()))
    assert texts(block_of(read(data), "mp4-pinf"))["schi.name"] == "Jane Example"


def test_user_data_of_3gpp_and_quicktime() -> None:
    titl = full_box("titl", struct.pack(">H", 0x15C7), b"Deutsch\0")
    cprt = full_box("cprt", struct.pack(">H", 0x15C7), "Ж".encode("utf-16"))
    quick = box("©cpy", struct.pack(">HH", 5, 0) + b"first" + struct.pack(">HH", 6, 0) + b"second")
    data = box("ftyp", b"3gp4") + box("moov", box("udta", titl, cprt, quick, box("name", b"Track")))
    assert texts(block_of(read(data), "mp4-udta")) == {
        "titl": "Deutsch",
        "cprt": "Ж",
        "©cpy": "first\0second",
        "name": "Track",
    }


def test_quicktime_keys_name_the_items() -> None:
    handler = full_box("hdlr", b"\0\0\0\0mdta", bytes(13))
    key = b"com.apple.quicktime.copyright"
    keys = full_box("keys", struct.pack(">I", 1), struct.pack(">I", 8 + len(key)) + b"mdta" + key)
    item = struct.pack(">I", 8 + len(data_atom(b"me"))) + b"\0\0\0\1" + data_atom(b"me")
    data = box("ftyp", b"qt  ") + box("moov", box("meta", handler, keys, box("ilst", item)))
    assert texts(block_of(read(data), "mp4-keys")) == {"com.apple.quicktime.copyright": "me"}


def test_id3_inside_mp4() -> None:
    id32 = full_box("ID32", struct.pack(">H", 0), id3v2([text_frame("TIT2", "inside")]))
    data = box("ftyp", b"mp42") + box(
        "moov", full_box("meta", full_box("hdlr", b"\0\0\0\0ID32", bytes(13)), id32)
    )
    assert texts(block_of(read(data), "id3v2.4")) == {"TIT2": "inside"}


def test_uuid_boxes_by_digest_and_text() -> None:
    data = box("ftyp", b"mp42") + box("uuid", XMP, b"<x:xmpmeta/>") + box("uuid", bytes(16), b"\0\1\2")
    blocks = [block for block in read(data).blocks if block.kind == "mp4-uuid"]
    assert [frame.text for block in blocks for frame in block.frames] == ["<x:xmpmeta/>", None]
    assert blocks[1].frames[0].sha256 == sha256(b"\0\1\2")


def test_boxes_of_64_bit_size_and_to_the_end_of_the_file() -> None:
    ilst = box("moov", box("udta", full_box("meta", box("ilst", text_atom("©nam", "x")))))
    wide = struct.pack(">I4sQ", 1, b"mdat", 16 + 100) + bytes(100)
    data = box("ftyp", b"M4A ") + wide + struct.pack(">I", 0) + ilst[4:]
    assert texts(block_of(read(data), "mp4-ilst")) == {"©nam": "x"}


@pytest.mark.parametrize(
    "moov",
    [
        struct.pack(">I4sQ", 1, b"moov", 1 << 62) + text_atom("©nam", "x"),
        box("moov", struct.pack(">I4s", 0xFFFFFF, b"udta") + bytes(8)),
        box(
            "moov", box("udta", full_box("meta", box("ilst", struct.pack(">I4s", 999, b"cprt") + bytes(20))))
        ),
    ],
)
def test_sizes_past_the_parent_are_problems(moov: bytes) -> None:
    assert [code for code, _ in read(box("ftyp", b"M4A ") + moov).problems][:1] == ["F207"]


@pytest.mark.parametrize("size", range(8))
def test_sizes_below_a_header_end_the_walk(size: int) -> None:
    assert read(box("ftyp", b"M4A ") + struct.pack(">I4s", size, b"moov") + bytes(50)).blocks == ()


def test_deeply_nested_boxes_are_not_followed() -> None:
    data = b""
    for _ in range(3000):
        data = box("meta", bytes(4), data)
    block = block_of(read(box("ftyp", b"M4A ") + box("moov", box("udta", data))), "mp4-meta")
    assert texts(block) == {"meta": None}
