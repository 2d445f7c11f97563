"""Receipts where UMG's own tools put them, and XMP in AIFF."""

from __future__ import annotations

import pytest

from archiver.audio.evidence.find import find_evidence
from tests.audio.blocks.reading import read
from tests.audio.evidence.test_stores import DIGEST, RECEIPT
from tests.samples import aiff, m4a
from tests.samples.mp4 import box

TOLD = RECEIPT.format(digest=DIGEST).encode()
UITS = box("UITS", TOLD)
FILES = {
    "udta": m4a() + box("udta", UITS),
    "skip": m4a() + box("skip", box("udta", UITS)),
    "skip in moov": m4a(movie_boxes=[box("skip", box("udta", UITS))]),
    "aiff": aiff(chunks=[(b"APPL", b"UITS" + TOLD)]),
}


@pytest.mark.parametrize("place", FILES)
def test_a_receipt_is_found_and_its_numbers_are_personal(place: str) -> None:
    data = FILES[place]
    reading = read(data)
    assert reading.problems == ()
    found = find_evidence(reading.blocks)
    codes = [item.code for item in found]
    assert "store-receipt" in codes
    assert codes.count("store-transaction") == 3
    assert "4711" not in repr(found)
    (receipt,) = [item for item in found if item.code == "store-receipt"]
    at = int(receipt.locator.rpartition("@")[2])
    assert data[at + 4 : at + 8] in (b"UITS", b"APPL") or data[at : at + 4] == b"APPL"


def test_a_box_to_skip_with_anything_else_is_skipped() -> None:
    assert read(m4a() + box("skip", b"udta" * 9)).problems == ()


def test_xmp_in_aiff() -> None:
    xmp = b'<x:xmpmeta><cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></x:xmpmeta>'
    found = find_evidence(read(aiff(chunks=[(b"APPL", b"XMP " + xmp), (b"APPL", b"stoc" + xmp)])).blocks)
    assert [item.value for item in found] == ["https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"]
