from __future__ import annotations

import pytest

from archiver.audio.evidence.claims import isrcs_in
from tests.audio.evidence.frames import found


@pytest.mark.parametrize(
    ("kind", "key", "text", "expected"),
    [
        ("id3v2.4", "TCOP", "2001 Example Records", [("copyright-line", "2001 Example Records")]),
        ("id3v2.4", "TPRO", "2001 Example Records", [("phonogram-line", "2001 Example Records")]),
        ("id3v2.2", "TCR", "1999 X", [("copyright-line", "1999 X")]),
        ("mp4-ilst", "cprt", "℗ 2009 Example", [("phonogram-line", "℗ 2009 Example")]),
        ("mp4-ilst", "cprt", "© 2009 A ℗ 2010 B", [("copyright-line", "© 2009 A"), ("phonogram-line", "℗ 2010 B")]),
        ("mp4-ilst", "cprt", "℗ & © 2009 A", [("copyright-line", "℗ & © 2009 A"), ("phonogram-line", "℗ & © 2009 A")]),
        ("vorbis-comment", "COPYRIGHT", "(P) 2001 A", [("phonogram-line", "(P) 2001 A")]),
        ("vorbis-comment", "COPYRIGHT", "(c) 2001 A (p) 2002 B", [("copyright-line", "(c) 2001 A"), ("phonogram-line", "(p) 2002 B")]),
        ("vorbis-comment", "COPYRIGHT", "one\ntwo", [("copyright-line", "one"), ("copyright-line", "two")]),
        ("vorbis-comment", "COPYRIGHT", "  ", []),
        ("asf-content", "Copyright", "2001 A", [("copyright-line", "2001 A")]),
        ("riff-info", "ICOP", "2001 A", [("copyright-line", "2001 A")]),
        ("aiff-text", "(c) ", "2001 A", [("copyright-line", "2001 A")]),
        ("vorbis-comment", "COMMENT", "℗ 2001 A", [("phonogram-line", "℗ 2001 A")]),
        ("vorbis-comment", "COMMENT", "made in 2001", []),
        ("id3v2.4", "TSRC", "US-ABC-20-00001", [("isrc", "USABC2000001")]),
        ("vorbis-comment", "ISRC", "usabc2000001", [("isrc", "USABC2000001")]),
        ("vorbis-comment", "ISRC", "USABC2000001\nGBXYZ9900002", [("isrc", "USABC2000001"), ("isrc", "GBXYZ9900002")]),
        ("mp4-ilst", "----:com.apple.iTunes:ISRC", "USABC2000001", [("isrc", "USABC2000001")]),
        ("asf-extended", "WM/ISRC", "USABC2000001", [("isrc", "USABC2000001")]),
        ("riff-info", "ISRC", "USABC2000001", []),
        ("vorbis-comment", "ISRC", "none", []),
    ],
)  # fmt: skip
def test_lines_and_codes(kind: str, key: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(kind, (key, text)) == expected


def test_codes_inside_longer_words_are_none() -> None:
    assert isrcs_in("XUSABC20000015") == []
    assert isrcs_in("USABC2000001 USABC2000001") == ["USABC2000001"]
