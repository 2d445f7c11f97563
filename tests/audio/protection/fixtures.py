"""One file of every protected format, and one of every look-alike that must not be taken for it. All synthetic."""

from __future__ import annotations

import struct

from tests.samples import flac, m4a, mp3, ogg_vorbis, wma
from tests.samples.asf import asf_object, header_extension
from tests.samples.id3 import id3v2, text_frame
from tests.samples.mp4 import aac_config, audio_entry, box, full_box

CONTENT_ENCRYPTION = "2211B3FB-BD23-11D2-B4B7-00A0C955FC6E"
EXTENDED_ENCRYPTION = "298AE614-2622-4C17-B935-DAE07EE9289C"
PLAYREADY = "43058533-6981-49E6-9B74-AD12CB86D58C"
SIGNATURE = "2211B3FC-BD23-11D2-B4B7-00A0C955FC6E"
# neither sync words nor marks: what a protected body looks like to somebody without its key
NOISE = bytes((index * 73 + 41) % 251 for index in range(4096))


def sinf(original: str, scheme: str) -> bytes:
    """A protection scheme box."""
    tenc = full_box("tenc", bytes(20))
    return box(
        "sinf", box("frma", original.encode()), full_box("schm", scheme.encode(), bytes(4)), box("schi", tenc)
    )


def oma(number: int, *, tag: bool = True) -> bytes:
    """A Sony file: a tag, a header of 96 bytes whose u16 at 6 is ``number``, and noise."""
    header = (b"EA3\x02\x00\x60" + struct.pack(">H", number)).ljust(96, b"\0")
    leading = b"ea3" + id3v2([text_frame("TIT2", "x")], version=3)[3:] if tag else b""
    return leading + header + NOISE


def sacd(sector: int = 2048, header: int = 0) -> bytes:
    """An image whose master table of contents stands where a Super Audio CD has it."""
    return bytes(510 * sector + header) + b"SACDMTOC" + bytes(2048)


PROTECTED: dict[str, tuple[str, bytes, str]] = {
    "fairplay": ("song.m4p", m4a(entry=audio_entry("drms", aac_config(), sinf("mp4a", "itun"))), "fairplay"),
    "fairplay video": ("clip.m4v", m4a(entry=audio_entry("drmi", aac_config())), "fairplay"),
    "fairplay as enca": (
        "song.m4a",
        m4a(entry=audio_entry("enca", aac_config(), sinf("mp4a", "itun"))),
        "fairplay",
    ),
    "cenc": ("song.mp4", m4a(entry=audio_entry("enca", aac_config(), sinf("mp4a", "cenc"))), "cenc"),
    "cbcs": ("song.mp4", m4a(entry=audio_entry("enca", aac_config(), sinf("mp4a", "cbcs"))), "cenc"),
    "cenc without a scheme": ("song.mp4", m4a(entry=audio_entry("enca", aac_config())), "cenc"),
    "oma drm": ("song.odf", m4a(entry=audio_entry("enca", aac_config(), sinf("mp4a", "odkm"))), "oma-drm"),
    "audible aax": (
        "book.aax",
        m4a(entry=audio_entry("aavd", box("adrm", bytes(64))), brand="aax "),
        "audible-aax",
    ),
    "audible aa": ("book.aa", b"\0\0\x10\0\x57\x90\x75\x36" + NOISE, "audible-aa"),
    "wmdrm": ("song.wma", wma(objects=[asf_object(CONTENT_ENCRYPTION, bytes(40))]), "wmdrm"),
    "wmdrm extended": ("song.wma", wma(objects=[asf_object(EXTENDED_ENCRYPTION, bytes(40))]), "wmdrm"),
    "playready": ("song.wma", wma(objects=[asf_object(PLAYREADY, bytes(40))]), "playready"),
    "playready in the header extension": (
        "song.wma",
        wma(objects=[header_extension(asf_object(PLAYREADY, bytes(40)))]),
        "playready",
    ),
    "oma": ("song.oma", oma(1), "oma"),
    "oma without a tag": ("song.oma", oma(0x0020, tag=False), "oma"),
    "ncm": ("song.ncm", b"CTENFDAM\x01\x70" + NOISE, "ncm"),
    "kgm": ("song.kgm", bytes.fromhex("7cd532eb86027f4ba8afa68e0fff9914") + NOISE, "kgm"),
    "vpr": ("song.vpr", bytes.fromhex("0528bc96e9e45a4391aabdd07af53631") + NOISE, "vpr"),
    "kwm": ("song.kwm", b"yeelion-kuwo-tme" + NOISE, "kwm"),
    "kwm, older": ("song.kwm", b"yeelion-kuwo\0\0\0\0" + NOISE, "kwm"),
    "xiami": ("song.xm", b"ifmtm4a \xfe\xfe\xfe\xfe" + NOISE, "xiami"),
    "joox": ("song.ofl_en", b"E!04" + NOISE, "joox"),
    "qq, QTag": ("song.mflac0", NOISE + b"key,1,2" + struct.pack(">I", 7) + b"QTag", "qmc"),
    "qq, STag": ("song.mgg", NOISE + b"mid,1,2" + struct.pack(">I", 7) + b"STag", "qmc"),
    "qq, musicex": ("song.mflac", NOISE + bytes(0xB0) + struct.pack("<II", 0xC0, 1) + b"musicex\0", "qmc"),
    "qq under a plain name": ("song.flac", NOISE + b"key,1,2" + struct.pack(">I", 7) + b"QTag", "qmc"),
    "qq by suffix alone": ("song.qmc0", NOISE, "qmc"),
    "qq, double suffix": ("song.mgg0.flac", NOISE, "qmc"),
    "qq, bkc": ("folder/song.bkcmp3", NOISE, "qmc"),
    "qq, tkm": ("song.TKM", NOISE, "qmc"),
    "id3 aenc": ("song.mp3", mp3(frames=[("AENC", b"http://example.org\0\0\0\0\0")]), "id3-aenc"),
}
"""What it is, then file name, content, and the scheme to be named. All are certain."""

UNCERTAIN: dict[str, tuple[str, bytes, str]] = {
    "sacd image": ("disc.iso", sacd(), "sacd"),
    "sacd image, raw sectors": ("disc.iso", sacd(2064, 12), "sacd"),
    "dvd-audio": ("AUDIO_TS/AUDIO_TS.IFO", b"DVDAUDIO-AMG" + bytes(2048), "dvd-audio"),
    "dvd-audio title set": ("ATS_01_0.IFO", b"DVDAUDIO-ATS" + bytes(2048), "dvd-audio"),
    "dvd-audio sound": ("AUDIO_TS/ATS_01_1.AOB", b"\0\0\x01\xba" + bytes(2048), "dvd-audio"),
    "id3 encr": ("song.mp3", mp3(frames=[("ENCR", b"http://example.org\0\x80data")]), "id3-encr"),
}
"""Carriers and declarations that need a person to look."""

LOOK_ALIKES: dict[str, tuple[str, bytes]] = {
    "mp4a with pinf": (
        "song.m4a",
        m4a(entry=audio_entry("mp4a", aac_config(), box("pinf", sinf("mp4a", "itun")))),
    ),
    "mp4a with sinf beside it": (
        "song.m4a",
        m4a(entry=audio_entry("mp4a", aac_config(), sinf("mp4a", "cenc"))),
    ),
    "pssh alone": ("song.mp4", m4a(movie_boxes=[full_box("pssh", bytes(24))])),
    "drms as a tag's text": ("song.m4a", m4a(title="drms")),
    "aax brand on clear audio": ("book.aax", m4a(brand="aax ")),
    "asf signature": ("song.wma", wma(objects=[asf_object(SIGNATURE, bytes(40))])),
    "asf guid inside another object": (
        "song.wma",
        wma(objects=[asf_object(SIGNATURE, asf_object(CONTENT_ENCRYPTION, bytes(4)))]),
    ),
    "clear oma": ("song.oma", oma(0xFFFF)),
    "clear oma, second number": ("song.oma", oma(0xFF80, tag=False)),
    "oma with another header size": ("song.oma", b"EA3\x02\x00\x61\x00\x01" + NOISE),
    "audible number elsewhere": ("song.bin", b"\x57\x90\x75\x36\0\0\0\0" + NOISE),
    "flac named mflac": ("song.mflac", flac(title="x")),
    "flac named mgg0.flac": ("song.mgg0.flac", flac(title="x")),
    "ogg named mgg": ("song.mgg", ogg_vorbis(title="x")),
    "mp3 named qmc3": ("song.qmc3", mp3(title="x")),
    "text that ends in QTag": ("notes.txt", b"what I call a QTag"),
    "text that ends in musicex": ("notes.txt", b"x" * 40 + b"musicex\0"),
    "empty file with the suffix": ("song.mflac", b""),
    "tracker module named xm": ("song.xm", b"Extended Module: ifmt" + bytes(200)),
    "ifmt alone": ("song.xm", b"ifmt" + bytes(50)),
    "kuwo in words": ("notes.txt", b"yeelion-kuwo is the mark"),
    "iso without the mark": ("disc.iso", bytes(510 * 2048 + 4096)),
    "sacd mark in another file": ("notes.txt", b"SACDMTOC"),
    "a sound object without its name": ("film.vob", b"\0\0\x01\xba" + bytes(2048)),
    "aenc in a text": ("song.mp3", mp3(title="AENC")),
    "noise": ("song.dat", NOISE),
    "noise named as a cache file": ("song.uc!", NOISE),
}
"""Files that resemble a protected one and are not, or about which nothing can be said."""
