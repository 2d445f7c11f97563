"""What a picture says of a person is seen in whatever tag it is embedded."""

from __future__ import annotations

import io

import pytest

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.evidence.pictures import embedded_evidence
from tests.audio.blocks.everything import asf_attributes, wide
from tests.samples import apev2, flac, m4a, mp3, opus, wma
from tests.samples.asf import header_extension
from tests.samples.images import jpeg
from tests.samples.matroska import element, matroska

_WORDS = b"seen by jane.roe@example.org"
PICTURE = jpeg()[:2] + b"\xff\xfe" + (2 + len(_WORDS)).to_bytes(2, "big") + _WORDS + jpeg()[2:]
FILES = {
    "ID3v2": mp3(pictures=[PICTURE]),
    "FLAC": flac(pictures=[PICTURE]),
    "Opus": opus(pictures=[PICTURE]),
    "MP4": m4a(pictures=[PICTURE]),
    "APE": mp3(trailing=apev2(binary={"Cover Art (Front)": b"a.jpg\0" + PICTURE})),
    "Windows Media": wma(
        objects=[
            header_extension(
                asf_attributes(
                    (
                        "WM/Picture",
                        1,
                        b"\3" + len(PICTURE).to_bytes(4, "little") + wide("image/jpeg") + wide("") + PICTURE,
                        1,
                        0,
                    ),
                    library=True,
                )
            )
        ]
    ),
    "Matroska": matroska(
        element(
            "1941A469",
            element(
                "61A7",
                element("466E", b"front.jpg"),
                element("4660", b"image/jpeg"),
                element("465C", PICTURE),
            ),
        )
    ),
}


@pytest.mark.parametrize("family", FILES)
def test_words_in_a_picture_are_seen_and_not_told(family: str) -> None:
    data = FILES[family]
    window = Window(io.BytesIO(data), len(data))
    found = list(embedded_evidence(window, read_blocks(window).blocks))
    assert any(item.personal for item in found)
    assert "jane" not in repr(found)
