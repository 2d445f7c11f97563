"""Everything that was put into a file is found, where it stands, and its digest is that of the bytes that stand there."""

from __future__ import annotations

import hashlib

import pytest

from tests.audio.blocks.everything import CASES, COVER
from tests.audio.blocks.payloads import header_bytes
from tests.audio.blocks.reading import read, sha256
from tests.samples import flac, m4a, mp3, ogg_vorbis
from tests.samples.comments import comment_block
from tests.samples.images import Picture
from tests.samples.ogg import ogg_stream


@pytest.mark.parametrize("name", CASES)
def test_everything_that_was_put_in_is_found(name: str) -> None:
    case = CASES[name]
    reading = read(case.data, case.kind)
    found = [(block.kind, frame.id, frame.text) for block in reading.blocks for frame in block.frames]
    missing = [place for place in case.found if place not in found]
    assert not missing, found
    pictures = {
        shown.sha256 for block in reading.blocks for frame in block.frames for shown in frame.pictures
    }
    assert pictures == {sha256(picture) for picture in case.pictures}
    told = "; ".join(message for _, message in reading.problems)
    assert case.noted in told if case.noted else not told


@pytest.mark.parametrize("name", [name for name in CASES if "Matroska" not in name])
def test_a_digest_is_that_of_the_bytes_after_the_frames_header(name: str) -> None:
    case = CASES[name]
    for block in read(case.data, case.kind).blocks:
        for frame in block.frames:
            stored = case.data[frame.offset : frame.offset + frame.length]
            assert len(stored) == frame.length
            assert frame.sha256 is not None
            if b"OggS" not in stored:  # the headers of pages are no part of a payload that lies across them
                assert (
                    hashlib.sha256(stored[header_bytes(block, frame, stored) :]).hexdigest() == frame.sha256
                )


@pytest.mark.parametrize("shares", [(3000, 3000), (6000, 3000), (3000, 6000)])
def test_a_long_stream_that_follows_under_the_same_number_is_found(shares: tuple[int, int]) -> None:
    first, second = (
        ogg_stream(
            [
                ([b"OpusHead\1\1" + bytes(9)], 0),
                ([b"OpusTags" + comment_block([("TITLE", title)])], 0),
                *(([b"x" * 200], at) for at in range(count)),
            ]
        )
        for title, count in zip(("First", "Second"), shares, strict=True)
    )
    found = [
        frame.text
        for block in read(first + second, "ogg-opus").blocks
        for frame in block.frames
        if frame.id == "TITLE"
    ]
    assert found == ["First", "Second"]


def test_every_cut_is_read_as_far_as_it_goes() -> None:
    for case in CASES.values():
        for size in range(0, len(case.data), max(len(case.data) // 40, 1)):
            read(case.data[:size], case.kind)


def test_the_same_cover_has_one_digest_in_every_format() -> None:
    digests = set()
    for data, kind in (
        (mp3(pictures=[Picture(COVER, description="words")]), "mp3"),
        (flac(pictures=[COVER]), "flac"),
        (m4a(pictures=[COVER]), "mp4"),
        (ogg_vorbis(pictures=[COVER]), "ogg-vorbis"),
        (CASES["trailing: every trailing tag"].data, "mp3"),
        (CASES["ASF: every object"].data, "asf"),
    ):
        frames = [frame for block in read(data, kind).blocks for frame in block.frames if frame.pictures]
        assert frames
        shown = frames[0].pictures[0]
        digests.add((shown.sha256, shown.size_bytes, shown.type if kind != "mp4" else 3))
    assert digests == {(sha256(COVER), len(COVER), 3)}
