"""Damaged and malicious files: nothing raises, loops, or takes memory beyond its bound."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers import window as window_module
from archiver.audio.containers.window import Window
from archiver.audio.evidence.find import find_evidence, observed
from archiver.audio.evidence.text import find_text_evidence
from archiver.audio.formats.kinds import Kind
from archiver.audio.protection.detect import detect
from archiver.model.audio import Role
from tests.audio.blocks.everything import CASES, asf_attributes
from tests.audio.blocks.reading import check
from tests.audio.evidence.test_redaction import FILES
from tests.audio.protection.fixtures import LOOK_ALIKES, PROTECTED, UNCERTAIN
from tests.costs import in_proportion, processor_seconds
from tests.samples import wma
from tests.samples.asf import header_extension
from tests.samples.comments import comment_block
from tests.samples.matroska import element, matroska
from tests.samples.mp3 import mp3_frame
from tests.samples.mp4 import box, full_box
from tests.samples.ogg import ogg_stream
from tests.samples.riff import riff_chunk

MEMORY_BYTES = 64 << 20
CORPUS = [
    *(("", data) for data in FILES.values()),
    *((name, data) for name, data, _ in (*PROTECTED.values(), *UNCERTAIN.values()) if len(data) < 100_000),
    *((name, data) for name, data in LOOK_ALIKES.values() if len(data) < 100_000),
    *(("", case.data) for case in CASES.values()),
    ("rip.log", "Exact Audio Copy V1.0\r\nFilename C:\\Users\\jane\\x.wav\r\n".encode("utf-16")),
]
NUMBERS = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\x01",
    b"\x80\0\0\0",
    b"\x7f\x7f\x7f\x7f",
)


def look_at(name: str, data: bytes) -> None:
    """Everything that examining a file does with its bytes here."""
    reading = read_blocks(Window(io.BytesIO(data), len(data)))
    check(reading, len(data))
    observed(reading.blocks)
    for item in find_evidence(reading.blocks):
        assert item.personal is False or item.value is None
    detect(Window(io.BytesIO(data), len(data)), name)
    for role in (Role.LOG, Role.CUE, Role.DOCUMENT):
        find_text_evidence(Window(io.BytesIO(data), min(len(data), 4096)), role)


def mutated(data: bytes, source: random.Random) -> bytes:
    """One to four wounds: changed bytes, planted numbers, holes, repeats, a cut."""
    wounded = bytearray(data)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(wounded) or 1)
        match source.randrange(5):
            case 0:
                wounded[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                wounded[at : at + 4] = source.choice(NUMBERS)
            case 2:
                del wounded[at : at + source.randint(1, 40)]
            case 3:
                wounded[at:at] = wounded[at : at + source.randint(1, 200)]
            case _:
                del wounded[max(at, 1) :]
    return bytes(wounded)


@settings(max_examples=400)
@given(st.sampled_from(CORPUS), st.integers(0, 1 << 32))
def test_wounded_files_are_read_as_far_as_they_go(case: tuple[str, bytes], seed: int) -> None:
    name, data = case
    look_at(name, mutated(data, random.Random(seed)))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_wounded_files() -> None:
    source = random.Random(20240229)
    whole = max(processor_seconds(lambda case: look_at(*case), case) for case in CORPUS)
    for _ in range(100_000):
        name, data = source.choice(CORPUS)
        wounded = mutated(data, source)
        taken = processor_seconds(lambda case: look_at(*case), (name, wounded))
        assert taken < 100 * whole, (name, wounded)


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["mp4", "ogg-vorbis", "flac", "asf", "wav", "rf64", "aiff", "dsf", "dsdiff", "caf", "mp3", ""]
    ),
)
def test_any_bytes_under_any_name(data: bytes, container: str) -> None:
    check(
        read_blocks(
            Window(io.BytesIO(data), len(data)), next((kind for kind in Kind if kind == container), None)
        ),
        len(data),
    )


def many_boxes(depth: int) -> bytes:
    return box("free") * 30_000 if not depth else box("moov", many_boxes(depth - 1))


def ape_items(count: int) -> bytes:
    items = b"".join(b"\0\0\0\0\0\0\0\0k%06d\0" % number for number in range(count))
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, count * 16 + 32, 0xFFFFFFFF, 0) + bytes(8)
    return b"x" * 10 + items + footer


def asf_pictures(count: int) -> bytes:
    return wma(
        objects=[
            header_extension(asf_attributes(*[("WM/Picture", 1, b"\1" * 600, 0, 0)] * count, library=True))
        ]
    )


def chapter_table(count: int) -> bytes:
    """A track of chapters that all are the same bytes, which a table names again and again."""
    places = full_box("stco", struct.pack(">I", count), struct.pack(">I", 40) * count)
    table = box(
        "stbl",
        places,
        full_box("stsz", struct.pack(">II", 8, count)),
        full_box("stsc", struct.pack(">IIII", 1, 1, 0xFFFFFFFF, 1)),
    )
    text = box("mdia", full_box("hdlr", b"\0\0\0\0text", bytes(13)), box("minf", table))
    number = full_box("tkhd", bytes(8), struct.pack(">I", 2), bytes(64))
    return box("ftyp", b"M4A ") + box(
        "moov", box("trak", number, box("tref", box("chap", struct.pack(">I", 2))), text)
    )


BOMBS = {
    "id3 of the largest size": b"ID3\x03\0\0\x7f\x7f\x7f\x7fTIT2\x0f\xff\xff\xff\0\0" + bytes(10_000),
    "id3 whose compressed frame is huge": b"ID3\x03\0\0\0\x1f\x7f\x7f"
     b"TIT2" + struct.pack(">I", 400_000) + b"\0\x80" + (b"\0\0\0\0" + zlib.compress(bytes(300 << 20), 9)).ljust(400_000, b"\0"),
    "id3 of frames without content": b"ID3\x03\0\0\0\x7f\x7f\x7f" + b"TIT2\0\0\0\0\0\0" * 20_000,
    "id3 unsynchronised to the end": b"ID3\x03\0\x80\0\x7f\x7f\x7f" + b"TXXX\0\x10\0\0\0\0" + b"\xff\0" * 1_000_000,
    "many id3 tags": (b"ID3\x04\0\0\0\0\0\x0b" + b"TIT2\0\0\0\x01\0\0\0") * 20_000,
    "ape with many items": ape_items(12_000),
    "mp4 of empty boxes": box("ftyp", b"M4A ") + many_boxes(1),
    "mp4 of empty items": box("ftyp", b"M4A ") + box("moov", box("udta", full_box("meta", box("ilst", box("trkn") * 15_000)))),
    "mp4 of tracks": box("ftyp", b"M4A ") + box("moov", box("trak", box("udta", box("name") * 30)) * 10_000),
    "ogg without an end of headers": ogg_stream([([b"\x01vorbis" + bytes(23)], 0), ([b"\x03vorbis" + bytes(3_000_000)], 0)]),
    "ogg of many streams": b"".join(ogg_stream([([b"\x01vorbis"], 0)], serial=n, ended=False) for n in range(5000)),
    "comments without content": b"fLaC\x84\x10\0\0" + bytes(4) + b"\xff\xff\xff\xff" + bytes(0x0FFFF8),
    "text in many scripts": b"fLaC\x84\x80\0\0" + comment_block([("K", "\U0001f3b5" * 200_000)] * 10),
    "riff of empty chunks": b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 50_000,
    "xmp of addresses": box("ftyp", b"M4A ") + box("uuid", bytes(16), b"a@b.org /home/x/ " * 3_000),
    "tags in the midst of a stream": mp3_frame() * 8 + b"ID3\x03" * 1_000_000,
    "nothing but sync bits": b"\xff" * 300_000,
    "flac blocks of wrong size": b"fLaC" + b"\x04\0\0\x01\0" * 60_000,
    "a comment of many entries and wrong size": b"fLaC\x04\0\0\x01" + bytes(4) + b"\xff\xff\0\0" + bytes(400_000),
    "chapters": b"ID3\x03\0\0\0\x3f\x7f\x7f" + b"CHAP\0\0\0\x1eabcd\0\0c\0" .ljust(40, b"T") * 20_000,
    "id3 whose frames are all compressed": b"ID3\x03\0\0\x0f\x7f\x7f\x7f" + (b"TIT2" + struct.pack(">I", 1040) + b"\0\x80" + (b"\0\0\0\0" + zlib.compress(bytes(1 << 20), 9)).ljust(1040, b"\0")) * 900,
    "synchronised lyrics of one letter": b"ID3\x03\0\0\x0f\x7f\x7f\x7f" + (b"SYLT" + struct.pack(">I", 60_008) + b"\0\0\0eng\2\1\0\0" + b"a\0\0\0\0\1" * 10_000) * 30,
    "synchronised lyrics of zeros": b"ID3\x03\0\0\x0f\x7f\x7f\x7f" + (b"SYLT" + struct.pack(">I", 60_008) + b"\0\0\1eng\2\1\0\0" + bytes(60_000)) * 30,
    "an extended header with a checksum": b"ID3\x04\0\x40" + b"\0\x7f\x7f\x7f" + b"\0\0\0\x0c\x01\x20\x05" + bytes(5) + b"TIT2\0\0\0\1\0\0\0" * 190_000,
    "marks of APE tags": mp3_frame() * 8 + (b"APETAGEX" + struct.pack("<III", 2000, 64, 1) + struct.pack("<I8x", 0x20000000)) * 60_000,
    "pictures in base64": b"fLaC\x84\x80\0\0" + comment_block([("METADATA_BLOCK_PICTURE", "AAAAAwAAAAAAAAAA" + "A" * 20_000)] * 300),
    "asf pictures without an end": asf_pictures(2_000),
    "matroska chapters": matroska(element("1043A770", element("45B9", *[element("B6", element("80", element("85", b"x"))) for _ in range(20_000)]))),
    "packets of musepack": b"MPCK" + b"CT\x04\0" * 200_000,
    "blocks of wavpack": b"wvpk" * 200_000,
    "a table of chapters": chapter_table(60_000),
    "caf strings in each other": b"caff\0\1\0\0" + (b"strg" + struct.pack(">QI", 4 + 12 * 400 + 20_001, 400) + bytes(12 * 400) + b"x" * 20_000 + b"\0") * 40,
    "labels of a wave": b"RIFF\0\0\0\0WAVE" + riff_chunk(b"LIST", b"adtl" + riff_chunk(b"labl", b"\0\0\0\0") * 60_000),
    "markers of an aiff": b"FORM\0\0\0\0AIFF" + b"MARK" + struct.pack(">IH", 800_002, 0xFFFF) + bytes(800_000),
    "zero-sized chunks": b"FRM8" + bytes(8) + b"DSD " + b"COMT" + bytes(8) + bytes(2_000_000),
}  # fmt: skip


MANY_PARTS = (
    "id3 of frames without content", "ape with many items", "mp4 of empty boxes", "mp4 of empty items",
    "mp4 of tracks", "comments without content", "riff of empty chunks", "xmp of addresses",
    "tags in the midst of a stream", "nothing but sync bits", "flac blocks of wrong size",
    "a comment of many entries and wrong size", "chapters",
    "matroska chapters", "packets of musepack", "asf pictures without an end", "markers of an aiff", "labels of a wave",
    "an extended header with a checksum", "marks of APE tags", "a table of chapters", "caf strings in each other",
)  # fmt: skip


@pytest.mark.parametrize("case", BOMBS)
def test_bombs_cost_in_proportion_to_their_size(case: str) -> None:
    data = BOMBS[case]

    def smaller(size: int) -> bytes:
        return ape_items(size // 16) if case.startswith("ape") else data[:size]

    in_proportion(lambda part: look_at("x.flac", part), smaller, len(data))


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.slow if case in MANY_PARTS else ()) for case in BOMBS]
)
def test_bombs_stay_within_memory(case: str) -> None:
    data = BOMBS[case]
    tracemalloc.start()
    try:
        look_at("x.flac", data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - len(data) < MEMORY_BYTES


def test_a_file_that_asks_for_too_many_reads_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "MAX_READS", 500)
    data = box("ftyp", b"M4A ") + box("free") * 5000
    reading = read_blocks(Window(io.BytesIO(data), len(data)))
    assert [message for _, message in reading.problems] == [
        "the file's headers have more parts than are looked at"
    ]


def test_a_file_that_shrinks_while_it_is_read() -> None:
    data = next(iter(FILES.values()))
    for size in range(0, len(data), 97):
        reading = read_blocks(Window(io.BytesIO(data[:size]), len(data)))
        assert all(
            frame.sha256 is None or len(frame.sha256) == 64
            for block in reading.blocks
            for frame in block.frames
        )


def test_the_window_reads_what_is_there_and_no_more() -> None:
    window = Window(io.BytesIO(b"0123456789"), 8)
    assert window.read(-1, 4) == b""
    assert window.read(6, 100) == b"67"
    assert window.read(8, 1) == b""
    assert window.read(3, 0) == b""
    assert window.read(2, 3) == b"234"
    assert window.digest(4, 5) is None
    assert window.digest(-1, 2) is None


def test_digests_end_where_their_allowance_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "MAX_DIGESTED", 10)
    window = Window(io.BytesIO(bytes(100)), 100)
    assert window.digest(0, 8) is not None
    assert window.digest(0, 8) is None
    assert window.digest_extents([(0, 1), (5, 1)]) is not None
    assert window.digest_extents([(0, 1), (5, 1)]) is None


def test_faults_of_the_disk_are_not_hidden() -> None:
    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        read_blocks(Window(Failing(b"x" * 100), 100))
    with pytest.raises(OSError, match="Input/output"):
        detect(Window(Failing(b"x" * 100), 100), "x")
