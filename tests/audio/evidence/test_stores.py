from __future__ import annotations

import io
import struct

import pytest

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.evidence.find import MAX_PER_CODE, find_evidence
from archiver.audio.evidence.uits import is_receipt, sale_evidence
from archiver.model.evidence import Strength
from archiver.model.sound import Essence
from tests.audio.evidence.frames import block, found, told
from tests.samples import flac, m4a, mp3
from tests.samples.id3 import comment_frame, owned_frame
from tests.samples.mp4 import aac_config, audio_entry, box, data_atom, full_box, text_atom

RECEIPT = """<?xml version="1.0" encoding="UTF-8"?>
<uits:UITS xmlns:uits="http://www.udirector.net/schemas/2009/uits/1.1"><metadata><nonce>QUJD</nonce>
<Distributor>Example Store</Distributor><Time>2010-05-06T07:08:09Z</Time>
<ProductID type="UPC" completed="false">00602517178656</ProductID><AssetID type="ISRC">USABC1000001</AssetID>
<TID version="1">TRANSACTION-4711</TID><UID version="1">USER-0815-SECRET</UID>
<Media algorithm="SHA256">{digest}</Media></metadata><signature algorithm="RSA2048">AAAA</signature></uits:UITS>"""
DIGEST = "ab" * 32


def blocks_of(data: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN201 - the blocks of a sample
    return read_blocks(Window(io.BytesIO(data), len(data))).blocks


def test_itunes_store_purchase_in_a_real_file() -> None:
    number = data_atom(struct.pack(">I", 143441), kind=21)
    atoms = [
        text_atom("apID", "jane@example.org"),
        text_atom("ownr", "Jane Example"),
        text_atom("purd", "2012-03-04 05:06:07"),
        box("sfID", number),
        box("cnID", data_atom(struct.pack(">I", 123456), kind=21)),
        text_atom("xid ", "Label:isrc:USABC1000001"),
        text_atom("flvr", "2:256"),
    ]
    schi = box("schi", box("user", b"\0\1\2\3"), box("name", b"Jane Example".ljust(256, b"\0")))
    data = m4a(
        atoms=atoms, entry=audio_entry("mp4a", aac_config(), box("pinf", full_box("schm", b"itun"), schi))
    )
    evidence = find_evidence(blocks_of(data))
    codes = [item.code for item in evidence]
    assert codes.count("store-delivered") == 1
    assert {"store-account", "store-buyer", "store-purchase-date", "isrc"} <= set(codes)
    numbers = [item.value for item in evidence if item.code == "store-catalogue-id"]
    assert "iTunes Store: sfID 143441" in numbers
    assert "iTunes Store: cnID 123456" in numbers
    assert "jane" not in repr(evidence).lower()
    for item in evidence:
        path, _, offset = item.locator.partition("@")
        name = path.rpartition(".")[2]
        assert data[int(offset) + 4 : int(offset) + 8].decode("latin-1") == name
        assert item.personal == (item.value is None)
    account = next(item for item in evidence if item.code == "store-account")
    assert account.strength is Strength.CONCLUSIVE
    assert account.locator.startswith("moov.")


def test_catalogue_numbers_alone_prove_no_purchase() -> None:
    assert found("mp4-ilst", ("cnID", "1"), ("soal", "x")) == [("store-catalogue-id", "iTunes Store: cnID 1")]


@pytest.mark.parametrize(
    "owner", ["mailto:uits-info@umusic.com", "mailto:uits@7digital.com", "Google/UITS", "www.amazon.com"]
)
def test_receipts_of_every_store(owner: str) -> None:
    receipt = RECEIPT.format(digest=DIGEST)
    evidence = find_evidence(blocks_of(mp3(frames=[owned_frame("PRIV", owner, receipt.encode())])))
    told_here = dict(told(evidence))
    assert told_here["store-receipt-media-digest"] == DIGEST
    assert told_here["store-delivered"] == "Example Store"
    assert "ProductID=00602517178656" in (told_here["store-receipt"] or "")
    transactions = [item for item in evidence if item.code == "store-transaction"]
    assert [item.locator.rpartition("/")[2] for item in transactions] == ["TID", "UID", "nonce"]
    assert all(item.personal and item.value is None for item in transactions)
    assert [item.locator for item in evidence if item.code == "store-purchase-date"] == [
        transactions[0].locator.replace("TID", "Time")
    ]
    assert not [value for value in ("4711", "SECRET", "QUJD", "2010-05-06") if value in repr(evidence)]


def test_a_receipt_in_flac_is_read_where_it_stands() -> None:
    data = flac(blocks=[(2, b"UITS" + RECEIPT.format(digest=DIGEST).encode())])
    told_here = dict(told(find_evidence(blocks_of(data))))
    assert told_here["store-delivered"] == "Example Store"
    assert "store-transaction" in told_here


@pytest.mark.parametrize("key", ["UITS", "APPLICATION:UITS"])
def test_receipts_in_other_places(key: str) -> None:
    assert "store-receipt" in dict(found("uits", (key, RECEIPT.format(digest=DIGEST))))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "<uits:UITS",
        "<a>" * 5000,
        '<!DOCTYPE a [<!ENTITY x "boom">]><uits:UITS><TID>&x;</TID></uits:UITS>',
        "<!DOCTYPE lolz [<!ENTITY l 'l'><!ENTITY m '&l;&l;&l;&l;'>]><UITS><Distributor>&m;</Distributor></UITS>",
        "x" * 300_000,
    ],
)
def test_broken_or_hostile_receipts_yield_only_their_presence_and_count_as_personal(text: str | None) -> None:
    assert found("id3v2.3", ("PRIV:Google/UITS", text)) == [
        ("store-receipt", None),
        ("store-transaction", None),
        ("store-mark", "Google Play"),
    ]


def test_what_stands_before_a_fault_counts() -> None:
    evidence = found("uits", ("UITS", "<u><Distributor>Shop</Distributor><TID>7</TID><broken"))
    assert ("store-delivered", "Shop") in evidence


def test_a_text_about_receipts_is_none() -> None:
    assert not is_receipt(block("id3v2.4", ("COMM::eng", "what is UITS?")).frames[0])


@pytest.mark.parametrize(
    ("kind", "key", "text", "expected"),
    [
        ("id3v2.3", "COMM::eng", "Amazon.com Song ID: 203558254", [("store-mark", "Amazon"), ("store-catalogue-id", "Amazon: Song ID 203558254")]),
        ("mp4-ilst", "©cmt", "Amazon.com Song ID: 5", [("store-mark", "Amazon"), ("store-catalogue-id", "Amazon: Song ID 5")]),
        ("id3v2.3", "PRIV:Google/StoreId", "Abc123", [("store-mark", "Google Play"), ("store-catalogue-id", "Google Play: StoreId Abc123")]),
        ("id3v2.3", "PRIV:Google/StoreLabelCode", None, [("store-mark", "Google Play")]),
        ("id3v2.3", "PRIV:contentgroup@emusic.com", None, [("store-mark", "eMusic")]),
        ("vorbis-comment", "COMMENT", "Visit https://some-band.bandcamp.com", [("bandcamp-comment", "https://some-band.bandcamp.com")]),
        ("id3v2.3", "COMM::eng", "Visit http://x.bandcamp.com/", [("bandcamp-comment", "http://x.bandcamp.com")]),
        ("mp4-ilst", "©cmt", "Visit https://x.bandcamp.com", [("bandcamp-comment", "https://x.bandcamp.com")]),
        ("vorbis-comment", "COMMENT", "see https://x.bandcamp.com/album/y", [("store-mention", "Bandcamp")]),
        ("id3v2.3", "COMM::eng", "Purchased at Beatport.com", [("store-mark", "Beatport")]),
        ("id3v2.3", "WPUB", "http://www.beatport.com", [("store-mention", "Beatport")]),
        ("vorbis-comment", "QBZ:TID", "123", [("store-catalogue-id", "Qobuz: QBZ:TID 123")]),
        ("vorbis-comment", "COMMENT", "https://www.qobuz.com/album/1", [("store-mention", "Qobuz")]),
        ("id3v2.3", "WOAF", "http://www.7digital.com/x", [("store-mention", "7digital"), ("audio-file-url", "http://www.7digital.com/x")]),
        ("vorbis-comment", "URL", "hdtracks.com", [("store-mention", "HDtracks")]),
        ("vorbis-comment", "COMMENT", "notbeatport.com and beatport.com.example.org", []),
        ("vorbis-comment", "TITLE", "beatport.com", []),
        ("vorbis-comment", "ASIN", "B000002UAL", []),
        ("id3v2.3", "COMM:iTunes_CDDB_1:eng", "9D09130B+174405+11", []),
    ],
)  # fmt: skip
def test_marks_and_mentions(kind: str, key: str, text: str | None, expected: list[tuple[str, str]]) -> None:
    assert found(kind, (key, text)) == expected


def test_a_mention_is_weak_and_a_mark_is_strong() -> None:
    evidence = find_evidence(
        [block("id3v2.3", ("COMM::eng", "Purchased at Beatport.com"), ("WPUB", "http://beatport.com"))]
    )
    assert [item.strength for item in evidence] == [Strength.STRONG, Strength.WEAK]


def test_native_frames_of_id3() -> None:
    evidence = find_evidence(
        [
            block(
                "id3v2.4",
                ("OWNE", "EUR9.99\n20200101\nShop"),
                ("TOWN", "Jane Example"),
                ("USER:eng", "for promotion only"),
                ("COMR", "EUR1\n20300101\nhttp://example.org\nShop\n"),
                ("WPAY", "http://example.org/pay"),
                ("WORS", "http://radio.example.org"),
            )
        ]
    )
    assert told(evidence) == [
        ("ownership-frame", None),
        ("file-owner", None),
        ("terms-of-use", "for promotion only"),
        ("commercial-frame", "EUR1 / 20300101 / http://example.org / Shop"),
        ("payment-url", "http://example.org/pay"),
        ("radio-url", "http://radio.example.org"),
    ]
    assert [item.personal for item in evidence] == [True, True, False, False, False, False]


def test_many_of_one_code_are_counted() -> None:
    pairs = [("COMM::eng", f"https://x{number}.bandcamp.com/a") for number in range(50)]
    evidence = find_evidence([block("id3v2.3", *pairs)])
    assert len(evidence) == MAX_PER_CODE + 1
    assert evidence[-1].locator.startswith(f"{50 - MAX_PER_CODE} more, the first at COMM::eng@")


def test_a_comment_frame_in_a_real_file_is_found_where_it_stands() -> None:
    data = mp3(frames=[comment_frame("Visit https://x.bandcamp.com")])
    (item,) = [item for item in find_evidence(blocks_of(data)) if item.code == "bandcamp-comment"]
    offset = int(item.locator.rpartition("@")[2])
    assert data[offset : offset + 4] == b"COMM"


@pytest.mark.parametrize(
    ("essence", "codes"),
    [
        (Essence("mpeg-frames-v1", DIGEST), ["store-receipt-audio-unchanged"]),
        (Essence("flac-frames-v1", DIGEST), ["store-receipt-audio-unchanged"]),
        (Essence("mpeg-frames-v1", "0" * 64), ["store-receipt-audio-differs"]),
        (Essence("wave-data-v1", DIGEST), []),
        (None, []),
    ],
)
def test_the_music_is_held_against_what_was_sold(essence: Essence | None, codes: list[str]) -> None:
    receipt = RECEIPT.format(digest=DIGEST).encode()
    evidence = find_evidence(blocks_of(mp3(frames=[owned_frame("PRIV", "Google/UITS", receipt)])))
    said = sale_evidence(evidence, essence)
    assert [item.code for item in said] == codes
    assert all(item.locator.startswith("ID3v2") or "PRIV" in item.locator for item in said)
    assert sale_evidence((), essence) == ()
