"""The strings of one ID3 frame, as writers mark them and as they fail to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.blocks.id3v2_frames import strings
from tests.audio.blocks.reading import block_of, read, texts
from tests.samples import mp3
from tests.samples.id3 import Frame

ORDERS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
VALUES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1, max_size=12),
    min_size=1,
    max_size=4,
)


def found(frame: Frame, version: int = 3) -> tuple[dict[str, str | None], list[str]]:
    reading = read(mp3(frames=[frame], id3v2=version))
    return texts(block_of(reading, f"id3v2.{version}")), [code for code, _ in reading.problems]


@given(VALUES, st.sampled_from(sorted(ORDERS)), st.booleans())
def test_one_mark_holds_for_all_strings_of_a_frame(values: list[str], codec: str, each: bool) -> None:  # noqa: FBT001 - drawn
    mark = ORDERS[codec]
    pieces = [(mark if each or not at else b"") + value.encode(codec) for at, value in enumerate(values)]
    read_back = strings(b"\0\0".join(pieces), 1)
    assert read_back.values == tuple(values)
    assert read_back.note == ""


@given(VALUES, st.sampled_from([(0, "latin-1"), (2, "utf-16-be"), (3, "utf-8")]))
def test_text_in_its_own_encoding_comes_back(values: list[str], how: tuple[int, str]) -> None:
    encoding, codec = how
    if codec == "latin-1":
        values = [value.encode("ascii", "replace").decode("ascii") for value in values]
    elif codec == "utf-16-be":
        values = [f"words {value}" for value in values]
    end = b"\0\0" if codec == "utf-16-be" else b"\0"
    assert strings(end.join(value.encode(codec) for value in values), encoding).values == tuple(values)


@given(st.binary(max_size=60), st.integers(0, 255), st.none() | st.integers(1, 3))
def test_any_bytes_give_strings(data: bytes, encoding: int, count: int | None) -> None:
    read_back = strings(data, encoding, count)
    assert read_back.values
    assert count is None or len(read_back.values) == count
    assert len(read_back.rest) <= len(data)


@given(st.text("abcdefgh ÄÖÜ", min_size=3, max_size=20), st.sampled_from(sorted(ORDERS)))
def test_unmarked_utf_16_is_read_in_the_order_that_gives_letters(text: str, codec: str) -> None:
    read_back = strings(text.encode(codec), 1)
    assert read_back.values == (text,)
    assert bool(read_back.note) == (codec == "utf-16-be")


@pytest.mark.parametrize("text", ["一二三一", "吉他　乐队", "Жанна"])
def test_unmarked_utf_16_of_other_scripts_stays_as_declared(text: str) -> None:
    assert strings(text.encode("utf-16-le"), 1).values == (text,)
    assert strings(text.encode("utf-16-be"), 2).values == (text,)


@pytest.mark.parametrize(
    ("body", "text", "codes"),
    [
        (b"\1\xff\xfeO\0d\0d\0\0", "Odd", []),  # a single zero byte ends it
        (b"\1O\0d\0d\0\0", "Odd", []),
        (b"\1\xff\xfeO\0d\0d\0x", "Odd", ["F209"]),
        (b"\1\xff\xfeA\0\0\0\xfe\xff\0B", "A\0B", []),
        (b"\1\xff\xfeA\0\0\0\0\0", "A", []),
        (b"\1\xff\xfe", "", []),
        (b"\1\0A\0B\0C", "ABC", ["F209"]),
        (b"\2\xff\xfeA\0", "A", []),
        (b"\2A\0B\0C\0", "ABC", ["F209"]),
        (b"\0\xff\xfeA\0", "A", ["F209"]),
        (b"\0L\xc3\xbcge", "Lüge", ["F209"]),
        (b"\0L\xfcge", "Lüge", []),
        (b"\3L\xfcge", "Lüge", ["F209"]),
        (b"\3\xef\xbb\xbfL\xc3\xbcge", "Lüge", []),
        (b"Bare", "Bare", ["F209"]),
        (b"\7L\xfcge", "Lüge", ["F209"]),
        (b"", "", []),
    ],
)  # fmt: skip
def test_text_frames_are_read_by_their_bytes_and_never_silently(
    body: bytes, text: str, codes: list[str]
) -> None:
    assert found(("TIT2", body)) == ({"TIT2": text}, codes)


@pytest.mark.parametrize(
    ("frame", "key", "text"),
    [
        (("COMM", b"\1eng\xfe\xff\0\0\0T\0\xeb\0s\0t"), "COMM::eng", "Tëst"),
        (("COMM", b"\1eng\0\xff\xfeT\0"), "COMM::eng", "T"),  # one zero byte ends the description
        (("COMM", b"\1eng\xff\xfe\0\xff\xfeT\0"), "COMM::eng", "T"),
        (("COMM", b"\1eng\0\0\xfe\xff\0T"), "COMM::eng", "T"),
        (("TXXX", b"\1\xfe\xff\0L\0A\0\0\0\xc4\0m"), "TXXX:LA", "Äm"),
        (("TXXX", b"\1\xff\xfeL\0\0\0\xfe\xff\0\xc4"), "TXXX:L", "Ä"),
        (("USLT", b"\1eng\xfe\xff\0\0\0o\0n"), "USLT::eng", "on"),
        (("WXXX", b"\1\xfe\xff\0d\0\0http://example.org/"), "WXXX:d", "http://example.org/"),
        (("WXXX", b"\1\xff\xfed\0\0\0\xff\xfeh\0:\0"), "WXXX:d", "h:"),
        (("GEOB", b"\1a/b\0\xfe\xff\0f\0\0\0d\0\0data"), "GEOB:a/b:d", "f"),
        (("APIC", b"\1a/b\0\3\xfe\xff\0d\0\0data"), "APIC:d", None),
        (("USER", b"\1eng\xfe\xff\0T"), "USER:eng", "T"),
    ],
)
def test_the_parts_of_a_frame_share_its_byte_order(frame: Frame, key: str, text: str | None) -> None:
    assert found(frame) == ({key: text}, [])
