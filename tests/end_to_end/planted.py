"""A collection that plants personal data of invented people wherever a file can hold it; all of it is invented.

Values that look like personal data (addresses, home folders) are planted everywhere; bare names and numbers only where
something marks them as a buyer, an owner or a ripper, for nothing else could tell them from an artist's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from tests.end_to_end import tokens
from tests.samples import (
    Picture,
    aiff,
    apev2,
    flac,
    id3v1,
    jpeg,
    lyrics3,
    m4a,
    mp3,
    ogg_vorbis,
    opus,
    png,
    wav,
    wavpack,
    wma,
)
from tests.samples.asf import header_extension
from tests.samples.id3 import (
    comment_frame,
    described_frame,
    id3v2,
    object_frame,
    owned_frame,
    ownership_frame,
    terms_frame,
    text_frame,
    txxx,
    url_frame,
)
from tests.samples.mp4 import aac_config, audio_entry, box, data_atom, freeform_atom, full_box, text_atom
from tests.samples.riff import bext_chunk, riff_chunk
from tests.samples.sidecars import DiscTrack, eac_log, whipper_log, xld_log

BUYER = "Wilhelmina Quartermaine"
EMAIL = "w.quartermaine77@post.example.org"
USER = "wquarterm"
TRANSACTION, RECEIPT_USER = "TXN-8841902377", "UID-5519-ZQ83"
BOUGHT_ON = "2013-05-17 21:43:09"
OWNED_SINCE = "20120304"
ORDER = "ORD-7712-45-KX"
SELLER = "Kettlewick & Daughters, for W. Quartermaine"

NONCE, SOLD_AT = "bm9uY2UtNzcxMg==", "2013-05-17T21:43:07Z"

VALUES = (
    *(BUYER, "Quartermaine", EMAIL, "w.quartermaine77", EMAIL.replace("@", "%40"), USER),
    *(TRANSACTION, RECEIPT_USER, NONCE, SOLD_AT, BOUGHT_ON, OWNED_SINCE, SELLER, ORDER),
)
"""What must stand in no record and on no screen."""

SHORTEST = 8
"""A form of fewer bytes is not looked for: it would stand in other words by chance."""

NOTE = f"From {EMAIL} or {EMAIL.replace('@', '%40')}, see C:\\Users\\{USER}\\Music, /home/{USER}/Music and file:///Users/{USER}/Music"
_RECEIPT = (
    '<uits:UITS xmlns:uits="http://www.udirector.net/schemas/2009/uits/1.1"><metadata><nonce>QUJD</nonce>'
    f"<Distributor>Example Shop</Distributor><Time>{SOLD_AT}</Time><ProductID>PROD1</ProductID>"
    f"<AssetID>ASSET1</AssetID><TID>{TRANSACTION}</TID><UID>{RECEIPT_USER}</UID>"
    '<Media algorithm="SHA256">' + "0" * 64 + "</Media></metadata></uits:UITS>"
)
_PICTURE = Picture(png(), description=f"Photo by {EMAIL}")
_NAMES: dict[str, Any] = {"title": "Planted", "artist": "Example Artist", "album": "Planted Things"}
_SCHI = box(
    "schi",
    box("user", b"\x12\x34\x56\x78"),
    box("tran", TRANSACTION.encode()),
    box("name", BUYER.encode().ljust(256, b"\0")),
)
_TRACKS = (
    DiscTrack("First", "01 First.flac", 13_500),
    DiscTrack("Second", "02 Second.flac", 15_000, 0x89ABCDEF),
)


def _mp3_frames() -> list[tuple[str, bytes]]:
    return [
        text_frame("TOWN", BUYER),
        ownership_frame(price="EUR9.99", date=OWNED_SINCE, seller=SELLER),
        terms_frame(f"Licensed to {EMAIL} alone"),
        owned_frame("PRIV", "mailto:uits-info@umusic.com", _RECEIPT.encode()),
        owned_frame("PRIV", EMAIL, b"\0\1\2"),
        owned_frame("UFID", EMAIL, b"12345"),
        ("POPM", EMAIL.encode() + b"\0\xff\0\0\0\1"),
        txxx("RIPPER", BUYER),
        txxx(f"asked {EMAIL}", "x"),
        described_frame("TXXX", "NOTE", NOTE),
        comment_frame(NOTE, description=f"of {EMAIL}"),
        comment_frame(f"Ripped by {BUYER}", description="rip"),
        comment_frame(f"bought by {BUYER}, transaction {TRANSACTION}", description="sale"),
        comment_frame(NOTE, frame_id="USLT"),
        text_frame("TCOP", f"2013 {EMAIL}"),
        text_frame("TENC", EMAIL, encoding=1),
        text_frame("TOFN", f"/home/{USER}/in/01.wav"),
        url_frame("WOAF", f"mailto:{EMAIL}"),
        url_frame("WCOM", f"https://shop.example.org/?buyer={EMAIL}"),
        ("COMR", b"\0EUR9.99\x0020300101mailto:" + EMAIL.encode() + b"\0\1Shop\0" + EMAIL.encode() + b"\0"),
        ("ENCR", EMAIL.encode() + b"\0\x80data"),
        ("GRID", EMAIL.encode() + b"\0\x80data"),
        ("AENC", f"mailto:{EMAIL}".encode() + b"\0" + bytes(4)),
        ("LINK", b"TIT2" + f"file:///home/{USER}/x.mp3".encode() + b"\0\0"),
        ("SYLT", b"\0eng\2\1" + EMAIL.encode() + b"\0line\0" + bytes(4)),
        ("RVA2", EMAIL.encode() + b"\0\1" + bytes(3)),
        described_frame("WXXX", f"of {EMAIL}", f"https://shop.example.org/?who={EMAIL}"),
        owned_frame("PRIV", "XMP", f"<x:xmpmeta><dc:creator>{EMAIL}</dc:creator></x:xmpmeta>".encode()),
        object_frame("text/plain", f"C:\\Users\\{USER}\\cover.txt", f"by {EMAIL}", EMAIL.encode()),
        (
            "CHAP",
            b"one\0" + bytes(16) + b"TIT2" + (1 + len(EMAIL)).to_bytes(4, "big") + b"\0\0\0" + EMAIL.encode(),
        ),
    ]


def _mp4_atoms() -> list[bytes]:
    return [
        text_atom("apID", EMAIL),
        text_atom("ownr", BUYER),
        text_atom("purd", BOUGHT_ON),
        text_atom("©cmt", NOTE),
        text_atom("desc", f"sold to {BUYER}"),
        text_atom("cprt", f"℗ 2013, order of {BUYER}"),
        box("akID", data_atom(b"\0", kind=21)),
        freeform_atom("NOTES", NOTE),
        freeform_atom(f"by {EMAIL}", "x"),
        freeform_atom("UITS", _RECEIPT),
    ]


def _vorbis() -> dict[str, str]:
    return {
        "COMMENT": NOTE,
        "DESCRIPTION": f"Ripped by {BUYER}",
        "RIPPER": BUYER,
        "CONTACT": EMAIL,
        "LICENSE": f"ask {EMAIL} or read https://creativecommons.org/licenses/by/4.0/",
        "COPYRIGHT": f"2013 {EMAIL}",
        "ENCODED-BY": EMAIL,
        "SOURCE": f"/home/{USER}/in/01.wav",
        "LOG": eac_log(_TRACKS, album="Planted Things", folder=f"C:\\Users\\{USER}\\Music").decode("utf-16"),
        f"FOR {EMAIL}".upper(): "x",
    }


def _cart() -> bytes:
    """A ``cart`` chunk (AES46): title, artist, cut and client identifiers, and the URL and text at its end."""
    texts = (f"for {EMAIL}", EMAIL, "", f"client {BUYER}"[:64])
    head = b"0101" + b"".join(text.encode()[:64].ljust(64, b"\0") for text in texts)
    user = f"Ripped by {BUYER}".encode()
    rest = head.ljust(692, b"\0") + user.ljust(64, b"\0")
    return rest.ljust(1024, b"\0") + f"mailto:{EMAIL}".encode().ljust(1024, b"\0") + NOTE.encode()


def _udta() -> bytes:
    """Tags outside ``ilst``: QuickTime texts, 3GPP boxes, and an XMP packet."""
    text = NOTE.encode()
    classic = box("©cmt", len(text).to_bytes(2, "big") + b"\x15\xc7" + text)
    asset = full_box("cprt", b"\x15\xc7" + f"2013 {EMAIL}".encode() + b"\0")
    xmp = box("XMP_", f"<x:xmpmeta><dc:creator>{EMAIL}</dc:creator></x:xmpmeta>".encode())
    return box("udta", classic, asset, xmp)


_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def audio_files() -> dict[str, bytes]:
    """One file for each tag family, its personal data in every place that the family has."""
    frames = _mp3_frames()
    pinf = box("pinf", box("frma", b"mp4a"), full_box("schm", b"itun", bytes(4)), _SCHI)
    sinf = box("sinf", box("frma", b"mp4a"), full_box("schm", b"itun", bytes(4)), _SCHI)
    extended = {
        "WM/Comments": NOTE,
        "RIPPER": BUYER,
        "WM/EncodedBy": EMAIL,
        "WM/UserWebURL": f"mailto:{EMAIL}",
        f"for {EMAIL}": "x",
    }
    return {
        "id3v24.mp3": mp3(frames=frames, pictures=[_PICTURE], **_NAMES),
        "id3v23.mp3": mp3(id3v2=3, frames=frames, pictures=[_PICTURE], **_NAMES),
        "id3v22.mp3": id3v2(
            [("TT2", b"\0Planted"), ("COM", b"\0eng\0" + NOTE.encode()), ("TEN", b"\0" + EMAIL.encode())],
            version=2,
        )
        + mp3(id3v2=0),
        "id3v1.mp3": mp3(id3v2=0) + id3v1({"comment": EMAIL, "artist": f"C:\\Users\\{USER}\\x"}),
        "id3v1 title.mp3": mp3(id3v2=0) + id3v1({"title": f"x {EMAIL}"[:30]}),
        "apev2.mp3": mp3(
            trailing=apev2({"Comment": NOTE, "Ripper": BUYER, f"For {EMAIL}": "x"}), v1=True, **_NAMES
        ),
        "lyrics3.mp3": mp3(id3v2=0) + lyrics3(NOTE) + id3v1({"comment": "plain"}),
        "itunes.m4a": m4a(atoms=_mp4_atoms(), entry=audio_entry("mp4a", aac_config(), pinf), **_NAMES),
        "quicktime.m4a": m4a(movie_boxes=[_udta()])
        + box("uuid", _XMP_UUID + f"<x:xmpmeta><dc:creator>{EMAIL}</dc:creator></x:xmpmeta>".encode()),
        "itunes.m4p": m4a(
            atoms=_mp4_atoms(), entry=audio_entry("drms", aac_config(), sinf), samples=[b""], **_NAMES
        ),
        "vorbis.flac": flac(_vorbis(), pictures=[_PICTURE], vendor=f"built by {EMAIL}", **_NAMES),
        "application.flac": flac(blocks=[(2, b"UITS" + _RECEIPT.encode())], **_NAMES),
        "id3 before.flac": id3v2(frames) + flac(**_NAMES),
        "vorbis.ogg": ogg_vorbis(_vorbis(), pictures=[_PICTURE], **_NAMES),
        "vorbis.opus": opus(_vorbis(), pictures=[_PICTURE], **_NAMES),
        "apev2.wv": wavpack(
            {"Comment": NOTE, "Ripper": BUYER, "Buyer": BUYER, "File": f"/home/{USER}/x.wav"}, **_NAMES
        ),
        "descriptions.wma": wma(
            extended, comment=NOTE, copyright=f"2013 {EMAIL}", objects=[header_extension()], title="Planted"
        ),
        "chunks.wav": wav(
            info={
                "ICMT": NOTE,
                "ICOP": f"2013 {EMAIL}",
                "IRIP": BUYER,
                "ISRC": EMAIL,
                "ITCH": f"Ripped by {BUYER}",
            },
            bext=bext_chunk(
                description=f"Transfer for {EMAIL}",
                originator=EMAIL[:32],
                history=f"A=PCM,F=44100,T=/home/{USER}/tape\r\n",
            ),
            id3=id3v2(frames),
            chunks=[
                (b"iXML", f"<BWFXML><NOTE>{NOTE}</NOTE><USER>{EMAIL}</USER></BWFXML>".encode()),
                (b"UITS", _RECEIPT.encode()),
                (b"cart", _cart()),
                (b"LIST", b"adtl" + riff_chunk(b"note", bytes(4) + NOTE.encode() + b"\0")),
                (b"_PMX", f"<x:xmpmeta><dc:creator>{EMAIL}</dc:creator></x:xmpmeta>".encode()),
            ],
            title="Planted",
        ),
        "texts.aiff": aiff(
            texts=[
                (b"ANNO", f"Ripped by {BUYER}"),
                (b"ANNO", NOTE),
                (b"(c) ", f"2013 {EMAIL}"),
                (b"AUTH", f"for {EMAIL}"),
            ],
            id3=id3v2(frames),
            chunks=[
                (b"APPL", b"pdos" + NOTE.encode()),
                (b"COMT", b"\0\1" + bytes(6) + len(NOTE).to_bytes(2, "big") + NOTE.encode()),
            ],
            title="Planted",
        ),
    }


def text_files() -> dict[str, bytes]:
    """Logs, playlists, cue sheets and notes, in the encodings that their programs write."""
    eac = eac_log(_TRACKS, album="Planted Things", folder=f"C:\\Users\\{USER}\\Music")
    as_text = eac.decode("utf-16")
    return {
        "EAC UTF-16.log": eac,
        "EAC UTF-16 BE.log": b"\xfe\xff" + as_text.encode("utf-16-be"),
        "EAC UTF-8.log": as_text.encode(),
        "EAC cp1252.log": as_text.replace("Music", "Müsik").encode("cp1252"),
        "XLD.log": xld_log(_TRACKS, album="x").replace("/Volumes/Music", f"/Users/{USER}").encode(),
        "whipper.log": whipper_log(_TRACKS, album="x").replace("./01", f"/home/{USER}/01").encode(),
        "ripper.log": f"Exact Audio Copy V1.6\r\n\r\nRipped by {BUYER}\r\n".encode("utf-16"),
        "home.m3u": f"/home/{USER}/Music/01.mp3\n".encode(),
        "home.m3u8": f"#EXTM3U\n#EXTINF:1,x\nC:\\Users\\{USER}\\Music\\01.mp3\n".encode("utf-8-sig"),
        "home.pls": f"[playlist]\nFile1=C:\\Users\\{USER}\\01.mp3\nTitle1={EMAIL}\n".encode(),
        "home.xspf": f"<playlist><location>file:///home/{USER}/01.mp3</location></playlist>".encode(),
        "home.wpl": f'<?wpl?><media src="C:\\Users\\{USER}\\01.mp3"/>'.encode(),
        "album.cue": f'REM COMMENT "{NOTE}"\r\nFILE "/home/{USER}/album.wav" WAVE\r\n'.encode(),
        "group.nfo": f"\xb0\xb1\xb2 mail: {EMAIL}\r\nripper: {BUYER}\r\n".encode("cp437", "replace"),
        "note.txt": f"{NOTE}\nLicensed under CC BY 4.0 by {EMAIL}\n".encode(),
        "order.eml": f"From: shop@example.org\nTo: {BUYER} <{EMAIL}>\nSubject: order {ORDER}\n\nThanks\n".encode(),
        "sums.md5": f"; made by {EMAIL}\n{'0' * 32} */home/{USER}/01.flac\n".encode(),
        "Library.xml": f"<plist><key>Location</key><string>file://localhost/Users/{USER}/01.m4a</string></plist>".encode(),
    }


def damaged_files() -> dict[str, bytes]:
    """The same audio cut off or with a byte turned, and under wrong names: what goes wrong is told, without values."""
    whole = audio_files()
    cut = {f"cut {name}": data[: len(data) * 2 // 3] for name, data in whole.items()}
    early = {f"early {name}": data[: len(data) // 6] for name, data in whole.items()}
    renamed = {f"really {name} .mp3": data for name, data in whole.items() if not name.endswith(".mp3")}
    return cut | early | renamed


RIGHTS = b"""\
version = 1
[defaults]
by = "Max Muster"
role = "rightsholder"
date = 2020-01-01
[[declaration]]
id = "everything"
scope = { path = ["Planted/**", "Plain/**", "Damaged/**"] }
basis = "own"
layers = ["recording", "performance", "work", "lyrics"]
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "allow", mine = "allow" }
"""
"""Declares everything as an own recording, which what a store wrote into some of it contradicts."""


NAMED: dict[str, bytes] = {
    "Users/doe.jane/Music/own.flac": flac(title="Own", artist="Example Artist"),
    "for jane.doe@example.org/sent.flac": flac(title="Sent", artist="Example Artist"),
    "Album (ripped by Jane Doe)/ripped.flac": flac(title="Ripped", artist="Example Artist"),
}
"""Files of which nothing but a folder's name names a person."""

ORDINARY: dict[str, str] = {
    "TITLE": "Users",
    "ARTIST": "Love@First.Sight",
    "ALBUM": "Home / Ripped by Love",
    "COMMENT": "Live@Wembley, M@rk at home; order of the day, +0.000030 dB",
    "COPYRIGHT": "2001 Example Records, licensed to Example Music",
    "ENCODEDBY": "LAME 3.100",
    "ENCODER": "reference libFLAC 1.4.3",
    "SOURCE": "SBD > DAT > CDR > EAC",
    "LYRICS": "I was taped by the river, bought by the moon",
    "CONTACT": "https://www.example.org/home/page",
    "ISRC": "ZZEX10100001",
    "VERSION": "name@1.2",
}
"""What looks like personal data from afar and is music."""


def collection() -> dict[str, bytes]:
    """The whole source: what is whole, what is not, and two files that hold nothing of anybody."""
    parts = {"Planted": audio_files(), "Beside": text_files(), "Damaged": damaged_files()}
    files = {f"{folder}/{name}": data for folder, within in parts.items() for name, data in within.items()}
    plain = {
        "Plain/plain.flac": flac(title="Plain", artist="Example Artist"),
        "Plain/cover.jpg": jpeg(),
        "Plain/ordinary.flac": flac(ORDINARY),
        "Plain/03 Ripped by Love.flac": flac(title="Ripped by Love", artist="Example Artist"),
    }
    many = {f"Tokens/{name}": plot.data for name, plot in tokens.files().items()}
    return (
        files
        | plain
        | many
        | {f"Tokens/{name}": data for name, data in NAMED.items()}
        | {"rights.toml": RIGHTS}
    )


def traces(value: str) -> Iterator[tuple[str, bytes]]:
    """Yield every form in which a value could be found again, with the form's name; lower case where case is lost."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = value.encode(encoding)
        yield encoding, raw
        yield f"{encoding} in capitals", value.upper().encode(encoding)
        yield f"{encoding} in hexadecimal", raw.hex().encode()
        yield f"{encoding} in hexadecimal capitals", raw.hex().upper().encode()
        for start in range(3):
            whole = base64.b64encode(bytes(start) + raw)
            # the first and last letters depend on what stands beside the value
            yield f"{encoding} in base64", whole[-(-start * 8 // 6) or 0 : len(whole) - 4]
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, raw)
            yield f"{name} of {encoding}", digest.hexdigest().encode()
            yield f"{name} of {encoding} in capitals", digest.hexdigest().upper().encode()
            yield f"{name} of {encoding} in base64", base64.b64encode(digest.digest())


def leaks(name: str, data: bytes) -> list[str]:
    """Say which value stands in ``data`` and in which form."""
    return [
        f"{name}: {value!r} as {form}"
        for value in VALUES
        for form, trace in traces(value)
        if len(trace) >= SHORTEST and trace in data
    ]
