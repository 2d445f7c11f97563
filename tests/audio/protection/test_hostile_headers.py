"""Headers that are built to be walked without end, or to be taken for something: read within bounds, nothing raised."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.containers.ebml import elements
from archiver.audio.containers.window import Window
from archiver.audio.protection.detect import detect
from tests.audio.protection.fixtures import (
    LOOK_ALIKES,
    PROTECTED,
    UNCERTAIN,
    UNSEEN,
    dcf,
    ebml,
    encodings,
    extended_stream,
    matroska,
    message,
    odrm,
    real,
    segment,
    stream_properties,
)
from tests.costs import in_proportion
from tests.samples import m4a, wma
from tests.samples.asf import header_extension
from tests.samples.mp4 import box, full_box

FIXTURES = {
    f"{title} ({kind})": (case[0], case[1])
    for kind, cases in (("p", PROTECTED), ("u", UNCERTAIN), ("l", LOOK_ALIKES), ("n", UNSEEN))
    for title, case in cases.items()
    if len(case[1]) < 30_000
}


def nested(kind: bytes, levels: int) -> bytes:
    return b"".join(struct.pack(">I4s", 8 * (levels - level), kind) for level in range(levels))


def packed_movie(size: int) -> bytes:
    body = zlib.compress(bytes(size))
    parts = box("dcom", b"zlib"), box("cmvd", struct.pack(">I", size), body)
    return box("ftyp", b"qt  ", bytes(4)) + box("moov", box("cmov", *parts))


def nested_elements(kind: str, levels: int) -> bytes:
    head = bytes.fromhex(kind)
    return b"".join(head + b"\x01" + b"\xff" * 7 for _ in range(levels))


BOMBS = {
    "a movie header that expands to gigabytes": ("a.mov", packed_movie(1 << 30)),
    "fragments": ("a.m4s", segment() * 5000),
    "tracks of a fragment": ("a.m4s", segment() + box("moof", box("traf", box("free") * 900) * 2000)),
    "groups of samples": (
        "a.m4s",
        segment(full_box("sgpd", b"seig", struct.pack(">II", 20, 0xFFFFFFFF), bytes(2 << 20), version=1)),
    ),
    "fragments within fragments": ("a.m4s", nested(b"moof", 50_000)),
    "containers": ("a.dcf", dcf(odrm(0) * 3000)),
    "tracks": ("a.m4a", m4a(movie_boxes=[box("trak", box("mdia", box("minf", box("stbl"))))] * 20_000)),
    "brands": ("a.mp4", box("ftyp", b"isom" * (1 << 20))),
    "elements": ("a.mka", matroska(before=ebml("EC") * 500_000)),
    "elements of unknown size": ("a.mka", matroska() + nested_elements("18538067", 200_000)),
    "elements of unknown size before all others": (
        "a.mka",
        matroska()[:30] + nested_elements("18538067", 200_000),
    ),
    "tracks of Matroska": ("a.mka", matroska(encodings() * 50_000)),
    "encodings": ("a.mka", matroska(encodings(ebml("5034") * 100_000))),
    "streams of RealMedia": ("a.rm", real(*["audio/x-pn-realaudio"] * 20_000)),
    "names in an ASF stream": (
        "a.wma",
        wma(
            objects=[
                header_extension(extended_stream(stream_properties(2)).replace(b"\1\0\1\0", b"\xff" * 4))
            ]
        ),
    ),
    "streams of ASF": ("a.wma", wma(objects=[header_extension(extended_stream(bytes(200)) * 50_000)])),
    "lines of a message": ("a.dm", b"--b\n" + b"a:" * 2000 + b"\n" + b"a: b\n" * 100_000),
    "a message of one line": ("a.dm", b"--" + b"Content-Type: audio/" * 100_000),
    "chunks of WAV": ("a.wav", b"RIFF\xff\xff\xff\xffWAVE" + b"JUNK\0\0\0\0" * 500_000),
}


@pytest.mark.parametrize("case", BOMBS)
def test_bombs_cost_in_proportion_to_their_size(case: str) -> None:
    name, data = BOMBS[case]
    in_proportion(
        lambda part: detect(Window(io.BytesIO(part), len(part)), name), lambda size: data[:size], len(data)
    )


MANY_PARTS = ("tracks of a fragment", "tracks", "tracks of Matroska", "encodings")
"""Watching each allocation takes ten times as long as reading: of these a part is watched, and the whole with ``-m slow``."""


@pytest.mark.parametrize(
    ("case", "share"),
    [
        *((case, 16 if case in MANY_PARTS else 1) for case in BOMBS),
        *(pytest.param(case, 1, marks=pytest.mark.slow) for case in MANY_PARTS),
    ],
)
def test_bombs_take_little_memory(case: str, share: int) -> None:
    name, data = BOMBS[case]
    data = data[: len(data) // share]
    tracemalloc.start()
    try:
        detect(Window(io.BytesIO(data), len(data)), name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20


@pytest.mark.parametrize("case", FIXTURES)
def test_no_cut_raises_and_what_was_cut_away_is_not_made_up(case: str) -> None:
    name, data = FIXTURES[case]
    whole = detect(Window(io.BytesIO(data), len(data)), name)
    for size in (*range(min(len(data), 400)), *range(400, len(data), 97)):
        found = detect(Window(io.BytesIO(data[:size]), size), name)
        if whole is None:
            assert found is None or not found.certain, size


@given(st.sampled_from(sorted(FIXTURES)), st.data())
@settings(max_examples=300, deadline=None)
def test_no_change_of_bytes_raises(case: str, data: st.DataObject) -> None:
    name, content = FIXTURES[case]
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(changed), 600) - 1)) if changed else 0
        changed[at : at + 1] = data.draw(st.binary(max_size=8))
    found = detect(Window(io.BytesIO(bytes(changed)), len(changed)), name)
    assert found is None or (found.scheme and found.name and found.locator)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_elements_go_forward_within_their_parent(data: bytes, end: int) -> None:
    end = min(end, len(data))
    window = Window(io.BytesIO(data), len(data))
    reached = 0
    for element in elements(window, 0, end):
        assert reached <= element.offset <= element.payload
        assert element.end <= end
        reached = element.payload if element.id else element.offset


@given(
    st.lists(st.tuples(st.sampled_from(["EC", "AE", "6D80", "1654AE6B"]), st.binary(max_size=60)), max_size=8)
)
def test_elements_come_back_as_they_were_written(written: list[tuple[str, bytes]]) -> None:
    data = b"".join(ebml(kind, content) for kind, content in written)
    window = Window(io.BytesIO(data), len(data))
    read = [(one.id.hex().upper(), data[one.payload : one.end]) for one in elements(window, 0, len(data))]
    assert read == written


@given(st.text("abc-: \r\n", max_size=60))
def test_a_text_is_no_message(text: str) -> None:
    data = b"--" + text.encode() + message()[60:]
    assert detect(Window(io.BytesIO(data), len(data)), "notes.txt") is None
