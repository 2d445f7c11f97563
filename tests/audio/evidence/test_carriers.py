from __future__ import annotations

import pytest

from tests.audio.evidence.frames import found


@pytest.mark.parametrize(
    ("kind", "key", "text", "expected"),
    [
        ("id3v2.4", "MCDI", None, [("cd-toc", "10 bytes")]),
        ("vorbis-comment", "CDTOC", "B+96+5D19", [("cd-toc", "B+96+5D19")]),
        ("vorbis-comment", "DISCID", "9d09130b", [("disc-id", "9d09130b")]),
        ("vorbis-comment", "ACCURATERIPRESULT", "Accurate", [("accuraterip", "ACCURATERIPRESULT: Accurate")]),
        ("apev2", "AccurateRipDiscID", "011-0", [("accuraterip", "ACCURATERIPDISCID: 011-0")]),
        ("id3v2.4", "TMED", "CD", [("cd-media", "CD")]),
        ("id3v2.4", "TMED", "DIG/ACD", []),
        ("id3v2.4", "TMED", "TT/33", [("vinyl-media", "TT/33")]),
        ("vorbis-comment", "MEDIA", '12" Vinyl', [("vinyl-media", '12" Vinyl')]),
        ("mp4-ilst", "----:com.apple.iTunes:MEDIA", "CD-R", [("cd-media", "CD-R")]),
        ("asf-extended", "WM/Media", "LP", [("vinyl-media", "LP")]),
        ("vorbis-comment", "SOURCE", "Vinyl", [("vinyl-media", "Vinyl")]),
        ("vorbis-comment", "SOURCE", "CD", [("cd-media", "CD")]),
        ("vorbis-comment", "MEDIA", "Digital Media", []),
        ("vorbis-comment", "TRACKNUMBER", "A1", [("vinyl-sides", "A1")]),
        ("id3v2.4", "TRCK", "B2", [("vinyl-sides", "B2")]),
        ("vorbis-comment", "TRACKNUMBER", "12", []),
        ("id3v2.4", "COMM:iTunes_CDDB_1:eng", "9D09130B+174405", []),
        ("vorbis-comment", "TITLE", "Vinyl", []),
    ],
)  # fmt: skip
def test_discs_and_records(kind: str, key: str, text: str | None, expected: list[tuple[str, str]]) -> None:
    assert found(kind, (key, text)) == expected


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("SOURCE", "https://www.youtube.com/watch?v=abc", [("stream-hint", "SOURCE: youtube.com")]),
        ("SOURCEID", "12345", []),
        ("purl", "https://soundcloud.com/x/y", [("stream-hint", "PURL: soundcloud.com")]),
        ("COMMENT", "from https://open.spotify.com/track/1", [("stream-hint", "COMMENT: spotify.com")]),
        ("COMMENT", "not youtube.com.example.org", []),
        ("SOURCE", "CD", [("cd-media", "CD")]),
        ("SOURCE", "", []),
    ],
)
def test_streams_are_only_hinted_at(key: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert found("vorbis-comment", (key, text)) == expected


def test_the_source_frame_of_id3() -> None:
    assert found("id3v2.4", ("WOAS", "https://youtu.be/abc")) == [("stream-hint", "WOAS: youtu.be")]
