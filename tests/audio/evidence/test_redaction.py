"""Plants personal values wherever a tag can hold them and looks for them in everything that is recorded."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence

import pytest

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.evidence.find import find_evidence, observed
from archiver.audio.tags.read import canonical_tags
from archiver.model.audio import TagBlock
from archiver.model.evidence import Evidence
from archiver.personal.spans import WITHHELD
from tests.audio.evidence.frames import block
from tests.samples import aiff, apev2, flac, id3v1, lyrics3, m4a, mp3, ogg_vorbis, opus, wav, wma
from tests.samples.id3 import comment_frame, described_frame, owned_frame, ownership_frame, text_frame, txxx
from tests.samples.mp4 import aac_config, audio_entry, box, freeform_atom, full_box, text_atom
from tests.samples.riff import bext_chunk

EMAIL, NAME, USER = "jane.roe@mail.example.org", "Jane Q. Roebuck", "roebuckj"
TRANSACTION, ACCOUNT = "TX-99417-AAB", "UID-55-1021"
SECRETS = (EMAIL, "jane.roe", NAME, "Roebuck", USER, TRANSACTION, ACCOUNT, "2012-03-04")
PATHS = f"C:\\Users\\{USER}\\Music and /home/{USER}/x and /Users/{USER}/y"
RECEIPT = (
    '<uits:UITS xmlns:uits="http://www.udirector.net/schemas/2009/uits/1.1"><metadata><Distributor>Shop</Distributor>'
    f"<TID>{TRANSACTION}</TID><UID>{ACCOUNT}</UID></metadata></uits:UITS>"
)
NOTE = f"bought by {NAME} ({EMAIL}), from {PATHS}"

MP3_FRAMES = [
    text_frame("TOWN", NAME),
    ownership_frame(price="EUR1", date="20120304", seller=f"Shop for {NAME}"),
    owned_frame("PRIV", "www.amazon.com", RECEIPT.encode()),
    owned_frame("PRIV", EMAIL, b"\0\1"),
    ("POPM", EMAIL.encode() + b"\0\xff"),
    txxx("RIPPER", NAME),
    txxx(f"note by {EMAIL}", "x"),
    described_frame("TXXX", "NOTE", NOTE),
    comment_frame(NOTE, description=f"of {EMAIL}"),
    comment_frame(f"Ripped by {NAME}"),
    comment_frame(f"BOUGHT BY {NAME.upper()} {EMAIL.upper()}", description="upper"),
    comment_frame(f"order {TRANSACTION}", description="order"),
    text_frame("TCOP", f"2001 {NAME} {EMAIL}"),
    text_frame("TENC", EMAIL),
    text_frame("TSRC", f"{EMAIL}"),
    ("WOAF", f"http://{EMAIL}/x".encode()),
    ("USER", b"\0eng" + NOTE.encode()),
    ("COMR", b"\0EUR1\x0020300101mailto:" + EMAIL.encode() + b"\0\0" + NAME.encode() + b"\0x\0"),
    ("GEOB", b"\0text/plain\0" + EMAIL.encode() + b"\0" + EMAIL.encode() + b"\0data"),
]
SCHI = box("schi", box("user", b"\0\1\2\3"), box("name", NAME.encode().ljust(256, b"\0")))
M4A_ATOMS = [
    text_atom("apID", EMAIL),
    text_atom("ownr", NAME),
    text_atom("purd", "2012-03-04 05:06:07"),
    text_atom("©cmt", NOTE),
    text_atom("cprt", f"℗ 2001 {NAME}"),
    freeform_atom("LICENSE", f"granted to {EMAIL}"),
    freeform_atom(f"by {EMAIL}", "x"),
]
VORBIS = {
    "COMMENT": NOTE,
    "RIPPER": NAME,
    "CONTACT": EMAIL,
    "LICENSE": f"ask {EMAIL}",
    "DESCRIPTION": f"Ripped by {NAME}",
    "SOURCE": f"https://youtube.com/{EMAIL}",
}

FILES = {
    "mp3": mp3(frames=MP3_FRAMES, trailing=apev2({"Comment": NOTE, "Ripper": NAME})),
    "mp3 with lyrics and id3v1": mp3(frames=MP3_FRAMES[:1])
    + lyrics3(NOTE)
    + id3v1({"comment": f"ask {EMAIL}"}),
    "m4a": m4a(
        atoms=M4A_ATOMS, entry=audio_entry("mp4a", aac_config(), box("pinf", full_box("schm", b"itun"), SCHI))
    ),
    "m4p": m4a(atoms=M4A_ATOMS, entry=audio_entry("drms", aac_config(), box("sinf", SCHI))),
    "flac": flac(VORBIS),
    "ogg": ogg_vorbis(VORBIS),
    "opus": opus(VORBIS),
    "wma": wma(
        {"RIPPER": NAME, "WM/Owner": EMAIL, "WM/Text": NOTE.replace(NAME, "")},
        comment=NOTE.replace(NAME, ""),
        copyright=EMAIL,
    ),
    "wav": wav(
        info={"ICMT": f"Ripped by {NAME}", "ICOP": f"2001 {EMAIL}", "IENG": f"for {NAME}"},
        bext=bext_chunk(description=EMAIL, originator=EMAIL, history=f"A=PCM,T=/home/{USER}/x"),
        chunks=[
            (b"iXML", f"<BWFXML><NOTE>{EMAIL} /Users/{USER}/x</NOTE></BWFXML>".encode()),
            (b"UITS", RECEIPT.encode()),
        ],
    ),
    "aiff": aiff(
        texts=[(b"ANNO", f"Ripped by {NAME}\n{EMAIL}"), (b"(c) ", f"2001 {NAME}"), (b"AUTH", EMAIL)]
    ),
}


def redact_blocks(blocks: Sequence[TagBlock]) -> tuple[TagBlock, ...]:
    """What is recorded of the blocks."""
    return observed(tuple(blocks)).blocks


def blocks_of(data: bytes) -> tuple[TagBlock, ...]:
    return read_blocks(Window(io.BytesIO(data), len(data))).blocks


def leaks(*values: object) -> list[str]:
    text = "\n".join(repr(value) for value in values).casefold()
    return [secret for secret in SECRETS if secret.casefold() in text]


def test_the_values_of_a_frame_stay_apart_when_one_is_taken_out() -> None:
    blocks = blocks_of(mp3(frames=[text_frame("TIT3", "Live", f"ask {EMAIL}", "One\nTwo")]))
    (frame,) = redact_blocks(blocks)[0].frames
    assert frame.text == f"Live\0ask {WITHHELD}\0One\nTwo"
    assert frame.sha256 is None


@pytest.mark.parametrize("case", FILES)
def test_no_planted_value_is_in_anything_recorded(case: str) -> None:
    blocks = blocks_of(FILES[case])
    assert leaks(blocks), "the values must be there before, or the test shows nothing"
    redacted = redact_blocks(blocks)
    evidence = find_evidence(blocks)
    assert leaks(redacted) == []
    assert leaks(evidence) == []
    assert leaks(canonical_tags(redacted, None)) == []


@pytest.mark.parametrize("case", FILES)
def test_what_was_found_is_located(case: str) -> None:
    evidence = find_evidence(blocks_of(FILES[case]))
    personal = [item for item in evidence if item.personal]
    assert personal
    assert all(item.value is None and "@" in item.locator for item in personal)


@pytest.mark.parametrize("case", FILES)
def test_frames_stay_where_they_were_and_only_touched_ones_lose_their_digest(case: str) -> None:
    blocks = blocks_of(FILES[case])
    redacted = redact_blocks(blocks)
    assert [(item.kind, item.offset, item.length) for item in blocks] == [
        (item.kind, item.offset, item.length) for item in redacted
    ]
    for old, new in zip(
        itertools.chain.from_iterable(item.frames for item in blocks),
        itertools.chain.from_iterable(item.frames for item in redacted),
        strict=True,
    ):
        assert (old.offset, old.length) == (new.offset, new.length)
        if new.text == old.text:
            assert new.sha256 in (old.sha256, None)
        else:
            assert new.sha256 is None
            assert new.text is None or WITHHELD in new.text


def test_redacting_twice_changes_nothing_more() -> None:
    for data in FILES.values():
        once = redact_blocks(blocks_of(data))
        assert redact_blocks(once) == once


def test_clean_blocks_come_back_as_they_are() -> None:
    blocks = blocks_of(mp3(title="Home", artist="Example", comment="recorded at home"))
    assert redact_blocks(blocks) == blocks
    assert all(new is old for new, old in zip(redact_blocks(blocks), blocks, strict=True))


def test_personal_frames_keep_neither_text_nor_digest() -> None:
    pairs = [("apID", EMAIL), ("ownr", NAME), ("purd", "2012"), ("©nam", "x")]
    (redacted,) = redact_blocks([block("mp4-ilst", *pairs)])
    assert [(frame.id, frame.text, frame.sha256 is None) for frame in redacted.frames] == [
        ("apID", None, True),
        ("ownr", None, True),
        ("purd", None, True),
        ("©nam", "x", False),
    ]


def test_an_artist_who_bought_the_record_keeps_the_title_page() -> None:
    blocks = [block("mp4-ilst", ("ownr", NAME), ("©ART", NAME), ("©cmt", f"for {NAME}"))]
    (redacted,) = redact_blocks(blocks)
    assert [frame.text for frame in redacted.frames] == [None, NAME, f"for {WITHHELD}"]
    assert "personal-repeat" in {item.code for item in find_evidence(blocks)}


def test_an_address_in_an_artist_tag_is_withheld_all_the_same() -> None:
    (redacted,) = redact_blocks([block("mp4-ilst", ("©ART", f"me, {EMAIL}"))])
    assert redacted.frames[0].text == f"me, {WITHHELD}"


@pytest.mark.parametrize("length", range(10, len(EMAIL)))
def test_addresses_that_id3v1_cut_short(length: int) -> None:
    full = block("id3v2.3", ("COMM::eng", f"from {EMAIL}"))
    cut = block("id3v1", ("comment", EMAIL[:length]))
    redacted = redact_blocks([full, cut])
    assert redacted[1].frames[0].text == WITHHELD


def test_a_cut_address_without_the_whole_one() -> None:
    (redacted,) = redact_blocks([block("id3v1", ("comment", "ask jane.roe@mail.exam"))])
    assert redacted.frames[0].text == f"ask {WITHHELD}"


def test_terms_of_use_are_kept_unless_they_hold_an_address() -> None:
    (redacted,) = redact_blocks([block("id3v2.4", ("USER:eng", "no copies"), ("USER:deu", f"ask {EMAIL}"))])
    assert [frame.text for frame in redacted.frames] == ["no copies", f"ask {WITHHELD}"]


def test_store_owner_addresses_are_no_persons() -> None:
    blocks = [block("id3v2.3", ("PRIV:contentgroup@emusic.com", None), ("POPM:rating@winamp.com", "5"))]
    assert redact_blocks(blocks) == tuple(blocks)
    assert [item.code for item in find_evidence(blocks)] == ["store-mark"]


def test_evidence_never_carries_a_value_where_it_is_personal() -> None:
    evidence: list[Evidence] = []
    for data in FILES.values():
        evidence += find_evidence(blocks_of(data))
    assert {item.code for item in evidence if item.personal} >= {
        "store-account", "store-buyer", "store-purchase-date", "store-transaction", "ownership-frame", "file-owner",
        "email-address", "home-path", "ripped-by", "personal-repeat",
    }  # fmt: skip
    assert all(item.value is None for item in evidence if item.personal)
