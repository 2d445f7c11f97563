"""ID3v2 tags that do not stand at the beginning of a stream, or whose size is not as specified."""

from __future__ import annotations

import struct

import pytest

from archiver.audio.formats.kinds import Kind
from archiver.audio.tags.read import canonical_tags
from tests.audio.blocks.reading import block_of, read, texts
from tests.samples import id3v1, mp3
from tests.samples.bits import syncsafe
from tests.samples.id3 import comment_frame, id3v2, text_frame
from tests.samples.mp3 import mp3_audio

TAG = id3v2([text_frame("TIT2", "Title"), comment_frame("said")], version=3)


def body(*frames: tuple[bytes, bytes]) -> bytes:
    return b"".join(key + struct.pack(">I", len(data)) + b"\0\0" + data for key, data in frames)


@pytest.mark.parametrize("junk", [b"\1" * 2047, b"\0" * 5, b"ID3 is what this is not", b"\xff" * 300])
def test_a_tag_behind_leading_bytes_speaks_for_the_file(junk: bytes) -> None:
    reading = read(junk + TAG + mp3_audio(), "mp3")
    assert texts(block_of(reading, "id3v2.3"))["TIT2"] == "Title"
    assert canonical_tags(reading.blocks, Kind.MP3)["title"] == ("Title",)
    assert [code for code, _ in reading.problems] == ["F209"]


@pytest.mark.parametrize("header", ["Info", None])
def test_a_tag_in_the_midst_of_the_audio_is_listed_and_does_not_speak_for_the_file(
    header: str | None,
) -> None:
    first = mp3_audio(header=header)
    reading = read(first + TAG + mp3_audio(), "mp3")
    block = block_of(reading, "id3v2.3-inside")
    assert block.offset == len(first)
    assert texts(block) == {"TIT2": "Title", "COMM::eng": "said"}
    assert canonical_tags(reading.blocks, Kind.MP3) == {}
    assert [code for code, _ in reading.problems] == ["F209"]


def test_joined_files_keep_the_tags_of_both_ends() -> None:
    first = mp3(title="First", v1=True) + mp3(title="Second", v1=True)
    found = read(first, "mp3")
    assert [block.kind for block in found.blocks] == ["id3v2.4", "id3v1", "id3v2.4-inside", "id3v1"]
    assert canonical_tags(found.blocks, Kind.MP3)["title"] == ("First",)


def test_audio_without_tags_is_not_accused() -> None:
    assert read(mp3_audio(), "mp3").problems == ()
    assert read(mp3_audio(header=None) + id3v1({"title": "x"}), "mp3").problems == ()
    assert read(mp3_audio() + b"ID3 and other letters" + mp3_audio(), "mp3").blocks == ()


def test_a_tag_whose_size_is_a_plain_number_is_read_and_told() -> None:
    frames = body((b"TIT2", b"\0Plain"), (b"COMM", b"\0eng\0" + b"c" * 250)) + bytes(150)
    head = b"ID3\3\0\0" + struct.pack(">I", len(frames))
    assert max(head[6:]) > 0x7F
    reading = read(head + frames + mp3_audio(), "mp3")
    assert texts(block_of(reading, "id3v2.3"))["TIT2"] == "Plain"
    assert [code for code, _ in reading.problems] == ["F209"]


def test_a_plain_size_that_looks_syncsafe_is_found_by_its_frames() -> None:
    frames = body((b"TIT2", b"\0Plain"), (b"TPE1", b"\0" + b"a" * 260), (b"TALB", b"\0Album"))
    frames += bytes(0x150 - len(frames))
    head = b"ID3\3\0\0" + struct.pack(">I", len(frames))
    assert max(head[6:]) < 0x80
    reading = read(head + frames + mp3_audio(), "mp3")
    block = block_of(reading, "id3v2.3")
    assert texts(block)["TALB"] == "Album"
    assert block.length == 10 + len(frames)
    assert [code for code, _ in reading.problems] == ["F209"]


def test_plain_sizes_of_frames_in_a_tag_of_version_4() -> None:
    frames = body((b"APIC", b"\0image/png\0\3\0" + bytes(300)), (b"TIT2", b"\0Plain"))
    reading = read(b"ID3\4\0\0" + syncsafe(len(frames)) + frames + mp3_audio(), "mp3")
    assert texts(block_of(reading, "id3v2.4"))["TIT2"] == "Plain"


@pytest.mark.parametrize("unsynchronised", [False, True])
def test_chapters_are_apart_in_unsynchronised_tags_too(unsynchronised: bool) -> None:  # noqa: FBT001
    inner = body((b"TIT2", b"\1\xff\xfeC\0"))
    chapter = ("CHAP", b"ch1\0" + b"\xff" * 16 + inner)
    data = id3v2([chapter, text_frame("TIT2", "Own")], version=3, unsynchronised=unsynchronised)
    reading = read(data + mp3_audio(), "mp3")
    assert texts(block_of(reading, "id3v2.3-chapter")) == {"TIT2": "C"}
    assert canonical_tags(reading.blocks, Kind.MP3) == {"title": ("Own",)}
