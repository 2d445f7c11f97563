"""Files of every format with words in every place that the format has for them, and what must be found of each.

Built here byte by byte, by the specifications and not by the program, so that neither excuses the other.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass

from tests.samples import aiff, apev2, flac, id3v1, m4a, ogg_vorbis, opus, png, wav, wavpack, wma
from tests.samples.aiff import iff_chunk
from tests.samples.asf import asf_object, guid, header_extension
from tests.samples.bits import syncsafe
from tests.samples.comments import comment_block, picture_block
from tests.samples.flac import metadata_block
from tests.samples.id3 import id3v2, picture_frame, text_frame
from tests.samples.images import Picture, jpeg
from tests.samples.matroska import (
    INFORMATION,
    TAG,
    TAGS,
    element,
    matroska,
    midi,
    midi_event,
    realmedia,
    simple_tag,
)
from tests.samples.mp3 import mp3_frame
from tests.samples.mp4 import box, cover_atom, data_atom, freeform_atom, full_box
from tests.samples.ogg import ogg_stream
from tests.samples.riff import info_list, riff_chunk

COVER, BACK = png(), jpeg()
LARGE = png(size=120)
"""A picture of more bytes than the beginning of a frame that is looked at."""

AUDIO = mp3_frame() * 8
Place = tuple[str, str, str | None]
"""Kind of the block, key of the frame, its text."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file.

    Attributes:
        data: Its bytes.
        kind: What the program calls its format.
        found: Everything that must be found, in any order; other frames may be there.
        pictures: The different pictures that must be found.
        noted: What the problems must say, in part; none, if empty.
    """

    data: bytes
    kind: str
    found: tuple[Place, ...]
    pictures: tuple[bytes, ...] = ()
    noted: str = ""


def raw_frame(frame_id: str, body: bytes, flags: bytes = b"\0\0", *, version: int = 4) -> bytes:
    """An ID3v2.3 or 2.4 frame as it is given, with format flags."""
    size = syncsafe(len(body)) if version == 4 else len(body).to_bytes(4, "big")
    return frame_id.encode() + size + flags + body


def tag(body: bytes, *, version: int = 4, flags: int = 0) -> bytes:
    """An ID3v2 tag around a body as it is given."""
    return b"ID3" + bytes([version, 0, flags]) + syncsafe(len(body)) + body


def _unsynchronised(data: bytes) -> bytes:
    return data.replace(b"\xff", b"\xff\0")


def _short(frame_id: str, body: bytes) -> bytes:
    return frame_id.encode() + len(body).to_bytes(3, "big") + body


def _apic(picture: bytes, words: str = "") -> bytes:
    return picture_frame(Picture(picture, description=words))[1]


TITLE = b"\0Title"
ID3 = {
    "2.2": Case(
        tag(_short("TT2", TITLE) + _short("PIC", b"\0PNG\x03front\0" + COVER) + _short("CRM", b"who\0what\0\1\2") + _short("SLT", b"\0eng\1\1\0one\0\0\0\0\1two\0\0\0\0\2"), version=2) + AUDIO,
        "mp3", (("id3v2.2", "TT2", "Title"), ("id3v2.2", "PIC:front", None), ("id3v2.2", "CRM:who", None), ("id3v2.2", "SLT::eng", "one\ntwo")), (COVER,)),
    "2.2 unsynchronised": Case(
        tag(_unsynchronised(_short("PIC", b"\0JPG\x04\0" + BACK) + _short("TT2", TITLE)), version=2, flags=0x80) + AUDIO,
        "mp3", (("id3v2.2", "TT2", "Title"), ("id3v2.2", "PIC:", None)), (BACK,)),
    "2.3 unsynchronised": Case(
        tag(_unsynchronised(raw_frame("APIC", _apic(LARGE + b"\xff\0\xff\xe0"), version=3) + raw_frame("TIT2", TITLE, version=3)), version=3, flags=0x80) + AUDIO,
        "mp3", (("id3v2.3", "TIT2", "Title"), ("id3v2.3", "APIC:", None)), (LARGE + b"\xff\0\xff\xe0",)),
    "2.4 unsynchronised frame by frame, with a length": Case(
        tag(raw_frame("APIC", syncsafe(len(_apic(LARGE + b"\xff\0"))) + _unsynchronised(_apic(LARGE + b"\xff\0")), b"\0\x03")
            + raw_frame("TPE1", _unsynchronised(b"\1\xff\xfeW\0"), b"\0\x02") + raw_frame("TIT2", TITLE), flags=0x80) + AUDIO,
        "mp3", (("id3v2.4", "TIT2", "Title"), ("id3v2.4", "TPE1", "W"), ("id3v2.4", "APIC:", None)), (LARGE + b"\xff\0",)),
    "compressed, grouped, encrypted": Case(
        tag(raw_frame("TIT2", syncsafe(6) + zlib.compress(TITLE), b"\0\x09")
            + raw_frame("APIC", syncsafe(len(_apic(COVER))) + zlib.compress(_apic(COVER)), b"\0\x09")
            + raw_frame("TPE1", b"\x81\0Who", b"\0\x40") + raw_frame("TALB", b"\x80secret", b"\0\x04")
            + raw_frame("TCOM", b"\x81" + syncsafe(4) + zlib.compress(b"\0Com"), b"\0\x49")) + AUDIO,
        "mp3", (("id3v2.4", "TIT2", "Title"), ("id3v2.4", "TPE1", "Who"), ("id3v2.4", "TALB", None), ("id3v2.4", "TCOM", "Com")), (COVER,)),
    "2.3 compressed and grouped": Case(
        tag(raw_frame("TIT2", (6).to_bytes(4, "big") + b"\x07" + zlib.compress(TITLE), b"\0\xa0", version=3), version=3) + AUDIO,
        "mp3", (("id3v2.3", "TIT2", "Title"),)),
    "2.3 extended header with a good checksum": Case(
        tag(b"\0\0\0\x0a\x80\0\0\0\0\x05" + struct.pack(">I", zlib.crc32(raw_frame("TIT2", TITLE, version=3))) + raw_frame("TIT2", TITLE, version=3) + bytes(5), version=3, flags=0x40) + AUDIO,
        "mp3", (("id3v2.3", "extended-header", f"crc-32 {zlib.crc32(raw_frame('TIT2', TITLE, version=3)):08x}\0padding 5"), ("id3v2.3", "TIT2", "Title"))),
    "2.3 extended header with a bad checksum": Case(
        tag(b"\0\0\0\x0a\x80\0\0\0\0\0\0\0\0\1" + raw_frame("TIT2", TITLE, version=3), version=3, flags=0x40) + AUDIO,
        "mp3", (("id3v2.3", "extended-header", "crc-32 00000001\0padding 0"), ("id3v2.3", "TIT2", "Title")), noted="checksum"),
    "2.3 extended header, unsynchronised, good checksum": Case(
        tag(_unsynchronised(b"\0\0\0\x0a\x80\0\0\0\0\0" + struct.pack(">I", zlib.crc32(raw_frame("TIT2", b"\1\xff\xfeT\0", version=3))) + raw_frame("TIT2", b"\1\xff\xfeT\0", version=3)), version=3, flags=0xc0) + AUDIO,
        "mp3", (("id3v2.3", "TIT2", "T"),)),
    "2.4 extended header with everything, good checksum": Case(
        tag(syncsafe(15) + b"\x01\x70\0\x05" + bytes((zlib.crc32(raw_frame("TIT2", TITLE)) >> shift) & 0x7F for shift in (28, 21, 14, 7, 0)) + b"\x01\x5a" + raw_frame("TIT2", TITLE), flags=0x40) + AUDIO,
        "mp3", (("id3v2.4", "extended-header", f"update\0crc-32 {zlib.crc32(raw_frame('TIT2', TITLE)):08x}\0restrictions 5a"), ("id3v2.4", "TIT2", "Title"))),
    "2.4 extended header with a bad checksum": Case(
        tag(syncsafe(12) + b"\x01\x20\x05" + bytes(5) + raw_frame("TIT2", TITLE), flags=0x40) + AUDIO,
        "mp3", (("id3v2.4", "TIT2", "Title"),), noted="checksum"),
    "footer, second tag, appended tag": Case(
        id3v2([text_frame("TIT2", "One")], footer=True) + id3v2([text_frame("TIT2", "Two")], version=3) + AUDIO + id3v2([text_frame("TIT2", "Three")], footer=True),
        "mp3", (("id3v2.4", "TIT2", "One"), ("id3v2.3", "TIT2", "Two"), ("id3v2.4", "TIT2", "Three"))),
    "a tag where another says": Case(
        tag(raw_frame("SEEK", len(AUDIO).to_bytes(4, "big"))) + AUDIO + id3v2([text_frame("TIT2", "Later")]) + AUDIO * 4,
        "mp3", (("id3v2.4", "SEEK", str(len(AUDIO))), ("id3v2.4", "TIT2", "Later"))),
    "words in seldom frames": Case(
        tag(raw_frame("SYLT", b"\3eng\2\1lyrics\0Strang\0\0\0\0\1ers\0\0\0\0\2\nin\0\0\0\0\3") + raw_frame("LINK", b"TIT2http://example.org/a.mp3\0more")
            + raw_frame("RVA2", b"album\0\1\0\0\0") + raw_frame("SYLT", b"\1deu\2\1\xff\xfe\0\0\xff\xfea\0\0\0\0\0\0\1b\0\0\0\0\0\0\2")) + AUDIO,
        "mp3", (("id3v2.4", "SYLT:lyrics:eng", "Strangers\nin"), ("id3v2.4", "LINK:TIT2", "http://example.org/a.mp3\0more"), ("id3v2.4", "RVA2:album", None), ("id3v2.4", "SYLT::deu", "a\nb"))),
    "a picture that is only named": Case(
        tag(raw_frame("APIC", b"\0-->\0\x03front\0http://example.org/a.png")) + AUDIO, "mp3", (("id3v2.4", "APIC:front", "http://example.org/a.png"),)),
}  # fmt: skip

V1 = id3v1(
    {"title": "Old", "artist": "A", "album": "B", "date": "1999", "comment": "C", "track": "7"}, genre=17
)
ENHANCED = (
    b"TAG+" + b"Long title".ljust(60, b"\0") + b"Long artist".ljust(60, b"\0") + b"Long album".ljust(60, b"\0")
    + b"\x03" + b"Odd genre".ljust(30, b"\0") + b"001:02" + b"003:04"
)  # fmt: skip


def _ape_item(key: str, value: bytes, flags: int) -> bytes:
    return struct.pack("<II", len(value), flags) + key.encode() + b"\0" + value


def _ape(*items: bytes, header: bool = True) -> bytes:
    body = b"".join(items)
    shape = struct.pack("<III", 2000, len(body) + 32, len(items))
    head = b"APETAGEX" + shape + struct.pack("<I8x", 0xA0000000)
    return (
        (head if header else b"")
        + body
        + b"APETAGEX"
        + shape
        + struct.pack("<I8x", 0x80000000 if header else 0)
    )


ALL_SORTS = _ape(
    _ape_item("Title", b"One\0Two", 0), _ape_item("Cover Art (Front)", b"front.png\0" + COVER, 2), _ape_item("Cover Art (Back)", BACK, 2),
    _ape_item("File", b"http://example.org/", 4), _ape_item("Dummy", b"\0\1", 2),
)  # fmt: skip
APE_FOUND = (
    ("Title", "One\0Two"), ("Cover Art (Front)", "front.png"), ("Cover Art (Back)", None), ("File", "http://example.org/"), ("Dummy", None),
)  # fmt: skip
LYRICS2 = b"LYRICSBEGIN" + b"IND00002" + b"10" + b"LYR00012[00:01]la la" + b"ETT00010Full title"
LYRICS2 += b"%06dLYRICS200" % len(LYRICS2)
TRAILING = {
    "every trailing tag": Case(
        AUDIO + ALL_SORTS + LYRICS2 + ENHANCED + V1, "mp3",
        (*(("apev2", key, text) for key, text in APE_FOUND), ("lyrics3v2", "IND", "10"), ("lyrics3v2", "LYR", "[00:01]la la"), ("lyrics3v2", "ETT", "Full title"),
         ("id3v1-enhanced", "title", "Long title"), ("id3v1-enhanced", "artist", "Long artist"), ("id3v1-enhanced", "album", "Long album"), ("id3v1-enhanced", "speed", "3"),
         ("id3v1-enhanced", "genre", "Odd genre"), ("id3v1-enhanced", "start-time", "001:02"), ("id3v1-enhanced", "end-time", "003:04"),
         ("id3v1", "title", "Old"), ("id3v1", "artist", "A"), ("id3v1", "album", "B"), ("id3v1", "year", "1999"), ("id3v1", "comment", "C"), ("id3v1", "track", "7"), ("id3v1", "genre", "17")),
        (COVER, BACK)),
    "lyrics of the first version": Case(AUDIO + b"LYRICSBEGINla\r\nlaLYRICSEND" + V1, "mp3", (("lyrics3v1", "lyrics", "la\r\nla"), ("id3v1", "title", "Old"))),
    "APE before the sound": Case(ALL_SORTS + AUDIO, "mp3", tuple(("apev2", key, text) for key, text in APE_FOUND), (COVER, BACK)),
    "APE in the midst": Case(AUDIO + ALL_SORTS + AUDIO, "mp3", tuple(("apev2-inside", key, text) for key, text in APE_FOUND), (COVER, BACK), noted="midst"),
    "APE without a header in the midst": Case(
        AUDIO + _ape(_ape_item("Title", b"Mid", 0), header=False) + AUDIO, "mp3", (("apev2-inside", "Title", "Mid"),), noted="midst"),
    "two APE tags": Case(AUDIO + apev2({"Title": "First"}) + apev2({"Title": "Second"}), "mp3", (("apev2", "Title", "First"), ("apev2", "Title", "Second"))),
}  # fmt: skip

PAIRS = [("TITLE", "T"), ("ARTIST", "one"), ("ARTIST", "two")]
IN_BASE64 = (
    "METADATA_BLOCK_PICTURE",
    base64.b64encode(picture_block(Picture(LARGE, description="front"))).decode(),
)
BARE = ("COVERART", base64.b64encode(BACK).decode())


def _application(name: bytes, body: bytes) -> tuple[int, bytes]:
    return 2, name + body


CUE = (
    b"0123456789012".ljust(128, b"\0") + struct.pack(">Q", 88200) + b"\x80" + bytes(258) + b"\x02"
    + struct.pack(">Q", 0) + b"\x01" + b"DEABC0000001" + b"\0" + bytes(13) + b"\x01" + bytes(12)
    + struct.pack(">Q", 99) + b"\xaa" + bytes(12) + b"\0" + bytes(13) + b"\0"
)  # fmt: skip
FLAC = {
    "every block": Case(
        flac({"TITLE": "T", "ARTIST": ["one", "two"]}, pictures=[Picture(LARGE, description="front"), Picture(BACK, kind=4)],
             blocks=[_application(b"ATCH", b"\1\2"), (5, CUE), (100, b"private"),
                     _application(b"riff", b"RIFF\0\0\0\0WAVE"), _application(b"riff", riff_chunk(b"bext", b"Described".ljust(602, b"\0")))]),
        "flac", (("vorbis-comment", "TITLE", "T"), ("vorbis-comment", "ARTIST", "one"), ("vorbis-comment", "ARTIST", "two"), ("flac-picture", "PICTURE", "front"), ("flac-picture", "PICTURE", None),
                 ("flac-application", "APPLICATION:ATCH", None), ("flac-cuesheet", "CUESHEET", None), ("flac-cuesheet", "CATALOG", "0123456789012"), ("flac-cuesheet", "ISRC:1", "DEABC0000001"),
                 ("flac-block", "BLOCK:100", None), ("bext", "Description", "Described")),
        (LARGE, BACK)),
    "pictures in comments": Case(flac(dict((IN_BASE64, BARE))), "flac", (("vorbis-comment", "METADATA_BLOCK_PICTURE", "front"), ("vorbis-comment", "COVERART", None)), (LARGE, BACK)),
    "AIFF chunks": Case(flac(blocks=[_application(b"aiff", iff_chunk(b"ANNO", b"noted"))]), "flac", (("aiff-text", "ANNO", "noted"),)),
}  # fmt: skip


def _ogg_flac(*blocks: tuple[int, bytes], old: bool = False) -> bytes:
    info = metadata_block(0, bytes(34))
    listed = [metadata_block(kind, body, last=at == len(blocks)) for at, (kind, body) in enumerate(blocks, 1)]
    first = [b"fLaC", info] if old else [b"\x7fFLAC\x01\0\0\1fLaC" + info]
    return ogg_stream([([first[0]], 0), ([*first[1:], *listed], 0), ([b"\xff\xf8sound"], 100)], serial=77)


def _speex() -> bytes:
    return ogg_stream([([b"Speex   " + bytes(72)], 0), ([comment_block(PAIRS)], 0), ([b"x"], 1)], serial=5)


SUFFIX = b"\x01kept"
OGG = {
    "Vorbis": Case(ogg_vorbis(dict((IN_BASE64, ("TITLE", "T")))), "ogg-vorbis", (("vorbis-comment", "TITLE", "T"), ("vorbis-comment", "METADATA_BLOCK_PICTURE", "front")), (LARGE,)),
    "Opus with what must be kept": Case(
        ogg_stream([([b"OpusHead\1\1" + bytes(9)], 0), ([b"OpusTags" + comment_block(PAIRS) + SUFFIX], 0), ([b"\xf8\xff\xfe"], 960)]), "ogg-opus",
        (("vorbis-comment", "TITLE", "T"), ("opus-suffix", "SUFFIX", None))),
    "Opus with padding": Case(
        ogg_stream([([b"OpusHead\1\1" + bytes(9)], 0), ([b"OpusTags" + comment_block(PAIRS) + b"\0pad"], 0), ([b"\xf8\xff\xfe"], 960)]), "ogg-opus", (("vorbis-comment", "TITLE", "T"),)),
    "chained": Case(
        ogg_vorbis({"TITLE": "First"}, serial=1) + opus({"TITLE": "Second"}, serial=2) + ogg_vorbis({"TITLE": "Third"}, serial=3), "ogg-vorbis",
        (("vorbis-comment", "TITLE", "First"), ("vorbis-comment", "TITLE", "Second"), ("vorbis-comment", "TITLE", "Third"))),
    "chained under one number": Case(
        ogg_vorbis({"TITLE": "First"}) + ogg_vorbis({"TITLE": "Second"}), "ogg-vorbis", (("vorbis-comment", "TITLE", "First"), ("vorbis-comment", "TITLE", "Second"))),
    "multiplexed": Case(
        b"".join(page for stream in zip(
            *([ogg_stream([([first], 0)], serial=serial, ended=False), ogg_stream([([first], 0), ([second], 0), ([b"x"], 1)], serial=serial)[len(ogg_stream([([first], 0)], serial=serial, ended=False)):]]
              for serial, first, second in ((1, b"OpusHead\1\1" + bytes(9), b"OpusTags" + comment_block([("TITLE", "One")])), (2, b"Speex   " + bytes(72), comment_block([("TITLE", "Two")])))), strict=True) for page in stream),
        "ogg-opus", (("vorbis-comment", "TITLE", "One"), ("vorbis-comment", "TITLE", "Two"))),
    "FLAC": Case(_ogg_flac((4, comment_block(PAIRS)), (6, picture_block(Picture(LARGE))), (2, b"ATCHx")), "ogg-flac",
        (("vorbis-comment", "ARTIST", "two"), ("flac-picture", "PICTURE", None), ("flac-application", "APPLICATION:ATCH", None)), (LARGE,)),
    "FLAC as before 2004": Case(_ogg_flac((4, comment_block(PAIRS)), old=True), "ogg-flac", (("vorbis-comment", "ARTIST", "two"),)),
    "Speex": Case(_speex(), "ogg-speex", (("vorbis-comment", "ARTIST", "two"),)),
}  # fmt: skip


def _asset(kind: str, text: bytes, before: bytes = b"\x15\xc7") -> bytes:
    return full_box(kind, before, text)


def _xtra(name: str, *values: tuple[int, bytes]) -> bytes:
    listed = b"".join(struct.pack(">IH", 6 + len(value), kind) + value for kind, value in values)
    body = struct.pack(">I", len(name)) + name.encode() + struct.pack(">I", len(values)) + listed
    return struct.pack(">I", 4 + len(body)) + body


NERO = b"\1" + bytes(7) + b"\2" + bytes(8) + b"\5Intro" + struct.pack(">Q", 10_000_000) + b"\3End"
USER_DATA = box(
    "udta", _asset("titl", b"Lied\0"), _asset("albm", b"Album\0\x05"), full_box("yrrc", struct.pack(">H", 1999)),
    full_box("kywd", b"\x15\xc7\x02\x04one\0\x04two\0"), full_box("rtng", b"USKC" + b"AGE " + b"\x15\xc7" + b"12\0"), full_box("clsf", b"abcd\0\7\x15\xc7" + b"drama\0"),
    full_box("loci", b"\x15\xc7Berlin\0\0" + bytes(12) + b"earth\0at home\0"), box("chpl", NERO), box("Xtra", _xtra("WM/Provider", (8, "AMG\0".encode("utf-16-le"))) + _xtra("WM/Year", (19, struct.pack("<Q", 7)))),
    box("odd!", b"\0\1\2"), box("©cmt", struct.pack(">HH", 5, 0) + b"Caf\x8e!" + struct.pack(">HH", 2, 0x55C4) + b"zz"),
)  # fmt: skip
_HANDLER = full_box("hdlr", b"\0\0\0\0mdta", bytes(13))
_KEYS = (b"com.apple.quicktime.title", b"com.apple.quicktime.artwork")
QUICKTIME = full_box(
    "meta", _HANDLER, full_box("keys", struct.pack(">I", 2), *(struct.pack(">I", 8 + len(key)) + b"mdta" + key for key in _KEYS)),
    box("ilst", struct.pack(">I", 8 + len(data_atom(b"Named"))) + b"\0\0\0\1" + data_atom(b"Named"), struct.pack(">I", 8 + len(data_atom(COVER, kind=14))) + b"\0\0\0\2" + data_atom(COVER, kind=14)),
    full_box("xml ", b"<a/>"), box("what", b"\1\2"),
)  # fmt: skip


def _chaptered() -> bytes:
    titles = [struct.pack(">H", len(text)) + text for text in (b"Intro", "Schluss".encode("utf-16"))]
    start = box("ftyp", b"M4A ")
    sizes = struct.pack(">2I", *map(len, titles))

    def movie(at: int) -> bytes:
        table = box(
            "stbl", full_box("stsz", struct.pack(">II", 0, 2), sizes), full_box("stsc", struct.pack(">IIII", 1, 1, 2, 1)), full_box("stco", struct.pack(">II", 1, at)),
        )  # fmt: skip
        text = box("mdia", full_box("hdlr", b"\0\0\0\0text", bytes(13)), box("minf", table))
        sound = box(
            "trak",
            full_box("tkhd", bytes(8), struct.pack(">I", 1), bytes(64)),
            box("tref", box("chap", struct.pack(">I", 2))),
        )
        return box(
            "moov", sound, box("trak", full_box("tkhd", bytes(8), struct.pack(">I", 2), bytes(64)), text)
        )

    return start + movie(len(start) + len(movie(0)) + 8) + box("mdat", *titles)


MP4 = {
    "items": Case(
        m4a(atoms=[freeform_atom("MOOD", "a", "b", b"\1\2"), freeform_atom("LABEL", "L", mean="org.example"), box("xid ", data_atom(b"Vendor:isrc:QZES71900001")),
                   box("©wrt", data_atom("Жанна".encode("utf-16-be"), kind=2)), box("tmpo", data_atom(b"\0\x78", kind=66)), box("gain", data_atom(struct.pack(">f", 1.5), kind=23)),
                   box("odd!", b"\1\2\3"), cover_atom([COVER, BACK])]), "mp4",
        (("mp4-ilst", "----:com.apple.iTunes:MOOD", "a\0b"), ("mp4-ilst", "----:org.example:LABEL", "L"), ("mp4-ilst", "xid ", "Vendor:isrc:QZES71900001"), ("mp4-ilst", "©wrt", "Жанна"),
         ("mp4-ilst", "tmpo", "120"), ("mp4-ilst", "gain", "1.5"), ("mp4-ilst", "odd!", None), ("mp4-ilst", "covr", None)), (COVER, BACK)),
    "user data": Case(
        m4a(movie_boxes=[USER_DATA]), "mp4",
        (("mp4-udta", "titl", "Lied"), ("mp4-udta", "albm", "Album"), ("mp4-udta", "albm:track", "5"), ("mp4-udta", "yrrc", "1999"), ("mp4-udta", "kywd", "one\0two"), ("mp4-udta", "rtng", "USKC\0AGE \x0012"),
         ("mp4-udta", "clsf", "abcd\x007\0drama"), ("mp4-udta", "loci", "Berlin\0earth\0at home"), ("mp4-udta", "chpl", "Intro\0End"), ("mp4-xtra", "WM/Provider", "AMG"), ("mp4-xtra", "WM/Year", "7"),
         ("mp4-udta", "odd!", None), ("mp4-udta", "©cmt", "Café!\0zz"))),
    "QuickTime": Case(
        m4a(movie_boxes=[QUICKTIME]), "mp4",
        (("mp4-keys", "com.apple.quicktime.title", "Named"), ("mp4-keys", "com.apple.quicktime.artwork", None), ("mp4-meta", "xml ", "<a/>"), ("mp4-meta", "what", None)), (COVER,)),
    "a track of chapters": Case(_chaptered(), "mp4", (("mp4-track-chapter", "chapter", "Intro"), ("mp4-track-chapter", "chapter", "Schluss"))),
}  # fmt: skip

CART = bytearray(2048) + b"tag text"
for _at, _text in (
    (0, b"0101"),
    (4, b"Cart title"),
    (68, b"Cart artist"),
    (196, b"Client"),
    (680, struct.pack("<i", 32768)),
    (684, b"INT1" + struct.pack("<I", 99)),
    (1024, b"http://example.org/"),
):
    CART[_at : _at + len(_text)] = _text
UMID = bytes(range(64))
BEXT = bytearray(602) + b"A=PCM,F=48000\r\n"
for _at, _text in (
    (0, b"Described"),
    (256, b"Origin"),
    (288, b"Ref"),
    (320, b"2020-01-02"),
    (330, b"10:11:12"),
    (338, struct.pack("<QH", 5_000_000_000, 2)),
    (348, UMID),
    (412, struct.pack("<hhhhh", -2300, 700, 0x7FFF, -100, -2000)),
):
    BEXT[_at : _at + len(_text)] = _text
LABELS = (
    b"adtl"
    + riff_chunk(b"labl", b"\1\0\0\0Start\0")
    + riff_chunk(b"note", b"\1\0\0\0Said\0")
    + riff_chunk(b"ltxt", b"\2\0\0\0" + bytes(16) + b"Stretch\0")
    + riff_chunk(b"file", b"\3\0\0\0" + b"\0\0\0\0\1\2")
)
WAV = {
    "every chunk": Case(
        wav({"INAM": "Name", "ICMT": "Said"}, id3=id3v2([text_frame("TIT2", "Inside"), picture_frame(Picture(COVER))]),
            chunks=[(b"bext", bytes(BEXT)), (b"cart", bytes(CART)), (b"iXML", b"<BWFXML/>"), (b"axml", b"<x/>"), (b"_PMX", b"<x:xmpmeta/>"), (b"cue ", struct.pack("<I", 1) + bytes(24)),
                    (b"LIST", LABELS), (b"DISP", b"\1\0\0\0Shown\0"), (b"MD5 ", bytes(range(16))), (b"LIST", b"odd " + b"\1\2"), (b"afsp", b"AFspdate: 2020")]), "wav",
        (("riff-info", "INAM", "Name"), ("riff-info", "ICMT", "Said"), ("id3v2.4", "TIT2", "Inside"), ("bext", "Description", "Described"), ("bext", "Originator", "Origin"), ("bext", "OriginatorReference", "Ref"),
         ("bext", "OriginationDate", "2020-01-02"), ("bext", "OriginationTime", "10:11:12"), ("bext", "TimeReference", "5000000000"), ("bext", "Version", "2"), ("bext", "UMID", UMID.hex()),
         ("bext", "LoudnessValue", "-23.00"), ("bext", "LoudnessRange", "7.00"), ("bext", "MaxMomentaryLoudness", "-1.00"), ("bext", "MaxShortTermLoudness", "-20.00"), ("bext", "CodingHistory", "A=PCM,F=48000\r\n"),
         ("cart", "Version", "0101"), ("cart", "Title", "Cart title"), ("cart", "Artist", "Cart artist"), ("cart", "ClientID", "Client"), ("cart", "LevelReference", "32768"), ("cart", "PostTimer", "INT1 99"),
         ("cart", "URL", "http://example.org/"), ("cart", "TagText", "tag text"), ("ixml", "iXML", "<BWFXML/>"), ("axml", "axml", "<x/>"), ("xmp", "_PMX", "<x:xmpmeta/>"), ("riff-chunk", "cue ", None),
         ("riff-adtl", "labl:1", "Start"), ("riff-adtl", "note:1", "Said"), ("riff-adtl", "ltxt:2", "Stretch"), ("riff-adtl", "file:3", None), ("riff-display", "DISP", "Shown"), ("riff-chunk", "MD5 ", None),
         ("riff-chunk", "LIST:odd ", None), ("riff-chunk", "afsp", "AFspdate: 2020")), (COVER,)),
}  # fmt: skip


def _long(kind: bytes, body: bytes, *, padded: bool = True) -> bytes:
    return kind + struct.pack(">Q", len(body)) + body + bytes(len(body) % 2 if padded else 0)


def _caf(*chunks: bytes) -> bytes:
    described = _long(b"desc", struct.pack(">d4sIIIII", 44100.0, b"lpcm", 0, 4, 1, 2, 16), padded=False)
    return b"caff\0\1\0\0" + described + b"".join(chunks) + _long(b"data", bytes(28), padded=False)


COMMENTS = (
    struct.pack(">H", 2) + struct.pack(">IHH", 0, 0, 3) + b"one\0" + struct.pack(">IHH", 0, 1, 3) + b"two\0"
)
MARKERS = (
    struct.pack(">H", 2) + struct.pack(">HI", 1, 0) + b"\4Here\0" + struct.pack(">HI", 2, 9) + b"\5There"
)
DSDIFF = (
    b"DSD " + _long(b"FVER", b"\1\5\0\0") + _long(b"PROP", b"SND ")
    + _long(b"DIIN", _long(b"EMID", b"master") + _long(b"DIAR", b"\0\0\0\3Who") + _long(b"DITI", b"\0\0\0\4What") + _long(b"MARK", bytes(18) + b"\0\0\0\5Point"))
    + _long(b"COMT", struct.pack(">HHBBBBHHI", 1, 2020, 1, 2, 3, 4, 0, 0, 4) + b"note") + _long(b"MANF", b"abcdxyz") + _long(b"ID3 ", id3v2([text_frame("TIT2", "Inside")]))
)  # fmt: skip
_TAGGED = id3v2([text_frame("TIT2", "Pointed"), picture_frame(Picture(COVER))])
IFF = {
    "AIFF": Case(
        aiff(texts=[(b"NAME", "N"), (b"AUTH", "A"), (b"(c) ", "C"), (b"ANNO", "first"), (b"ANNO", "second")], id3=id3v2([text_frame("TIT2", "Inside")]),
             chunks=[(b"COMT", COMMENTS), (b"MARK", MARKERS), (b"APPL", b"XMP <x:xmpmeta/>"), (b"APPL", b"pdos\1\2"), (b"SAXL", b"\1\2")]), "aiff",
        (("aiff-text", "NAME", "N"), ("aiff-text", "AUTH", "A"), ("aiff-text", "(c) ", "C"), ("aiff-text", "ANNO", "first"), ("aiff-text", "ANNO", "second"), ("aiff-comments", "COMT", "one"), ("aiff-comments", "COMT", "two"),
         ("aiff-markers", "MARK:1", "Here"), ("aiff-markers", "MARK:2", "There"), ("xmp", "XMP", "<x:xmpmeta/>"), ("aiff-chunk", "APPL:pdos", None), ("aiff-chunk", "SAXL", None), ("id3v2.4", "TIT2", "Inside"))),
    "CAF": Case(
        _caf(_long(b"info", struct.pack(">I", 2) + b"title\0T\0artist\0A\0", padded=False), _long(b"strg", struct.pack(">IIqIq", 2, 1, 0, 7, 6) + b"Start\0End\0", padded=False),
             _long(b"uuid", bytes(range(16)) + b"own", padded=False), _long(b"mark", bytes(8), padded=False)), "caf",
        (("caf-info", "title", "T"), ("caf-info", "artist", "A"), ("caf-strings", "STRG:1", "Start"), ("caf-strings", "STRG:7", "End"), ("caf-chunk", f"uuid:{bytes(range(16)).hex()}", "own"), ("caf-chunk", "mark", None))),
    "DSDIFF": Case(
        b"FRM8" + struct.pack(">Q", len(DSDIFF)) + DSDIFF, "dsdiff",
        (("dsdiff-diin", "EMID", "master"), ("dsdiff-diin", "DIAR", "Who"), ("dsdiff-diin", "DITI", "What"), ("dsdiff-diin", "MARK", "Point"), ("dsdiff-comments", "COMT", "note"), ("dsdiff-chunk", "MANF:abcd", "xyz"), ("id3v2.4", "TIT2", "Inside"))),
    "DSF": Case(
        b"DSD " + struct.pack("<QQQ", 28, 92 + 4096 + len(_TAGGED), 92 + 4096) + b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2822400, 1, 32768, 4096, 0)
        + b"data" + struct.pack("<Q", 12 + 4096) + bytes(4096) + _TAGGED, "dsf", (("id3v2.4", "TIT2", "Pointed"),), (COVER,)),
}  # fmt: skip


def wide(text: str) -> bytes:
    """Text as ASF stores it."""
    return text.encode("utf-16-le") + b"\0\0"


def asf_attributes(*attributes: tuple[str, int, bytes, int, int], library: bool = False) -> bytes:
    """A metadata object, or its library: name, type, value, stream and language of each."""
    items = b"".join(
        struct.pack("<HHHHI", language, stream, len(wide(name)), kind, len(value)) + wide(name) + value
        for name, kind, value, stream, language in attributes
    )
    number = "44231C94-9498-49D1-A141-1D134E457054" if library else "C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA"
    return asf_object(number, struct.pack("<H", len(attributes)), items)


def _counted(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + wide(text)


_SOME_GUID = "12345678-1234-1234-1234-123456789abc"
_WM_PICTURE = b"\x03" + struct.pack("<I", len(COVER)) + wide("image/png") + wide("front") + COVER
ASF = {
    "every object": Case(
        wma({"WM/Publisher": "P"}, title="T", artist="A", copyright="C", comment="D", objects=[
            asf_object("D2D0A440-E307-11D2-97F0-00A0C95EA850", struct.pack("<H", 5), *(
                struct.pack("<H", len(wide(name))) + wide(name) + struct.pack("<HH", kind, len(value)) + value
                for name, kind, value in (("WM/Picture", 1, _WM_PICTURE), ("Yes", 2, b"\1\0\0\0"), ("Long", 3, b"\7\0\0\0"), ("Longer", 4, b"\x08" + bytes(7)), ("Short", 5, b"\x09\0")))),
            header_extension(
                asf_object("7C4346A9-EFE0-4BFC-B229-393EDE415C85", struct.pack("<H", 2), bytes([len(wide("en"))]), wide("en"), bytes([len(wide("de-AT"))]), wide("de-AT")),
                asf_attributes(("Rate", 3, b"\1\0\0\0", 1, 0), ("Yes", 2, b"\1\0", 0, 0)),
                asf_attributes(("Title", 0, wide("Lied"), 0, 1), ("Which", 6, guid(_SOME_GUID), 0, 0), ("WM/Picture", 1, b"\x04" + struct.pack("<I", len(BACK)) + wide("image/jpeg") + wide("") + BACK, 2, 1), library=True)),
            asf_object("2211B3FA-BD23-11D2-B4B7-00A0C955FC6E", struct.pack("<I", 2), struct.pack("<I", len(LARGE)), LARGE, struct.pack("<I", 5), b"http\0", struct.pack("<I", 5), b"(c)u\0"),
            asf_object("F487CD01-A951-11CF-8EE6-00C00C205365", bytes(16), struct.pack("<IHH", 1, 0, 4), wide("N"), struct.pack("<QQHIII", 0, 0, 0, 0, 0, 6), wide("Intro")),
            asf_object("1EFB1A30-0B62-11D0-A39B-00A0C90348F6", bytes(16), struct.pack("<HH", 1, 1), struct.pack("<H", 3) + "URL".encode("utf-16-le"), struct.pack("<IHH", 0, 0, 4) + "http".encode("utf-16-le")),
            asf_object("86D15240-311D-11D0-A3A4-00A0C90348F6", bytes(16), struct.pack("<I", 1), b"\2\0", _counted("Codec"), _counted("64 kbps"), b"\2\0\x61\1"),
        ]), "asf",
        (("asf-content", "Title", "T"), ("asf-content", "Author", "A"), ("asf-content", "Copyright", "C"), ("asf-content", "Description", "D"), ("asf-extended", "WM/Publisher", "P"), ("asf-extended", "WM/Picture", "front"),
         ("asf-extended", "Yes", "1"), ("asf-extended", "Long", "7"), ("asf-extended", "Longer", "8"), ("asf-extended", "Short", "9"), ("asf-metadata", "Rate:1:", "1"), ("asf-metadata", "Yes", "1"),
         ("asf-metadata-library", "Title:0:de-AT", "Lied"), ("asf-metadata-library", "Which", _SOME_GUID), ("asf-metadata-library", "WM/Picture:2:de-AT", None), ("asf-branding", "Banner Image", None),
         ("asf-branding", "Banner Image URL", "http"), ("asf-branding", "Copyright URL", "(c)u"), ("asf-chapter", "MARKER:1", "Intro"), ("asf-script", "SCRIPT:URL", "http"), ("asf-codecs", "CODEC:1", "Codec"), ("asf-codecs", "CODEC-DESCRIPTION:1", "64 kbps")),
        (COVER, BACK, LARGE)),
}  # fmt: skip


def _of_level(level: int, *simple: bytes) -> bytes:
    return element(TAG, element("63C0", element("68CA", bytes([level]))), *simple)


def _chapter(title: str, *nested: bytes) -> bytes:
    return element(
        "B6",
        element("91", b"\0"),
        element("80", element("85", title.encode()), element("437C", b"eng")),
        *nested,
    )


MATROSKA = {
    "every part": Case(
        matroska(
            element(INFORMATION, element("7BA9", b"Title"), element("4D80", b"muxer"), element("5741", b"writer"), element("7384", b"a.mka"), element("4461", (86_400_000_000_000).to_bytes(8, "big"))),
            element("1654AE6B", element("AE", element("D7", b"\1"), element("536E", b"Commentary"))),
            element(TAGS, _of_level(50, simple_tag("TITLE", "Album", simple_tag("SORT_WITH", "album"))), _of_level(30, element("67C8", element("45A3", b"TITLE"), element("447A", b"ger"), element("4487", b"Lied"))),
                    element(TAG, element("63C0"), element("67C8", element("45A3", b"FINGERPRINT"), element("4485", b"\1\2")))),
            element("1941A469", element("61A7", element("467E", b"the front"), element("466E", b"cover.png"), element("4660", b"image/png"), element("465C", COVER), element("46AE", b"\1")),
                    element("61A7", element("466E", b"notes.txt"), element("4660", b"text/plain"), element("465C", b"words"))),
            element("1043A770", element("45B9", element("4520", element("4521", b"Edition")), _chapter("Intro", _chapter("Deep")))),
        ), "matroska",
        (("matroska-info", "Title", "Title"), ("matroska-info", "MuxingApp", "muxer"), ("matroska-info", "WritingApp", "writer"), ("matroska-info", "SegmentFilename", "a.mka"), ("matroska-info", "DateUTC", "2001-01-02T00:00:00Z"),
         ("matroska-tracks", "Name:1", "Commentary"), ("matroska-tags-50", "TITLE", "Album"), ("matroska-tags-50", "TITLE>SORT_WITH", "album"), ("matroska-tags-30", "TITLE:ger", "Lied"), ("matroska-tags", "FINGERPRINT", None),
         ("matroska-attachments", "ATTACHMENT:cover.png", "the front"), ("matroska-attachments", "ATTACHMENT:notes.txt", None), ("matroska-chapter", "ChapString", "Edition"), ("matroska-chapter", "ChapString:eng", "Intro"), ("matroska-chapter", "ChapString:eng", "Deep")),
        (COVER,)),
}  # fmt: skip

KEPT = b"RIFF\0\0\0\0WAVE" + riff_chunk(b"bext", b"Described".ljust(602, b"\0")) + b"data\xff\xff\xff\x7f"
BEHIND = info_list({"INAM": "Kept"})


def _part(name: int, body: bytes) -> bytes:
    odd = len(body) % 2
    words = (len(body) + odd) // 2
    head = bytes([name | 0x80 | (0x40 if odd else 0)]) + words.to_bytes(3, "little")
    return head + body + bytes(odd)


def _wavpack_block(samples: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (
        b"wvpk"
        + struct.pack("<IHBBIIIII", 24 + len(body), 0x410, 0, 0, samples, 0, samples, 0x1800, 0)
        + body
    )


def _packet(name: bytes, body: bytes) -> bytes:
    size = len(body) + 4
    return name + bytes([0x80 | size >> 7, size & 0x7F]) + body


def _musepack() -> bytes:
    chapter = b"\x81\x00" + bytes(4) + _ape(_ape_item("Title", b"Intro", 0))[8:-32]
    sound, table = _packet(b"AP", bytes(60)), _packet(b"ST", b"\0\0")
    offset = 6 + len(sound) * 2
    head = _packet(b"SH", bytes(4) + b"\x08\x64\x00\x00\x10")
    return (
        b"MPCK"
        + head
        + b"SO\x06"
        + bytes([0x80, 0x80 | offset >> 7, offset & 0x7F])
        + sound * 2
        + table
        + _packet(b"CT", chapter)
        + b"SE\x03"
    )


OTHERS = {
    "WavPack": Case(
        _wavpack_block(0, _part(0x21, KEPT)) + wavpack(seconds=0.05, trailing=[_wavpack_block(0, _part(0x22, BEHIND))]) + apev2({"Title": "T"}), "wavpack",
        (("bext", "Description", "Described"), ("riff-info", "INAM", "Kept"), ("apev2", "Title", "T"))),
    "WavPack of an AIFF and of a DSF file": Case(
        _wavpack_block(0, _part(0x23, b"FORM\0\0\0\0AIFF" + iff_chunk(b"NAME", b"Named"))) + wavpack(seconds=0.05, trailing=[_wavpack_block(0, _part(0x24, id3v2([text_frame("TIT2", "Inside")])))]), "wavpack",
        (("aiff-text", "NAME", "Named"), ("id3v2.4", "TIT2", "Inside"))),
    "Monkey's Audio": Case(
        b"MAC " + struct.pack("<HH7I", 3990, 0, 52, 24, 8, len(KEPT), 16, 0, len(BEHIND)) + bytes(16) + struct.pack("<HHIIIHHI", 2000, 0, 73728, 100, 1, 16, 2, 44100) + bytes(8) + KEPT + bytes(16) + BEHIND + apev2({"Title": "T"}), "ape",
        (("bext", "Description", "Described"), ("riff-info", "INAM", "Kept"), ("apev2", "Title", "T"))),
    "Monkey's Audio of old": Case(
        b"MAC " + struct.pack("<HHHHIIIII", 3970, 2000, 0x14, 2, 44100, len(KEPT), 0, 1, 1) + bytes(8) + KEPT + bytes(40), "ape", (("bext", "Description", "Described"),)),
    "TAK": Case(
        b"tBaK" + b"\x01" + (13).to_bytes(3, "little") + bytes(13) + b"\x03" + (6 + len(KEPT) + len(BEHIND) + 3).to_bytes(3, "little") + len(KEPT).to_bytes(3, "little") + len(BEHIND).to_bytes(3, "little")
        + KEPT + BEHIND + bytes(3) + b"\0\0\0\0" + apev2({"Title": "T"}), "tak",
        (("bext", "Description", "Described"), ("riff-info", "INAM", "Kept"), ("apev2", "Title", "T"))),
    "Musepack 8": Case(_musepack(), "musepack8", (("musepack-chapter", "sample", "128"), ("musepack-chapter", "Title", "Intro"))),
    "MIDI": Case(
        midi([midi_event(sort, text) for sort, text in ((1, b"Said"), (2, b"(C) Me"), (3, b"Song"), (4, b"Piano"), (5, b"la"), (6, b"Here"), (7, b"Now"), (8, b"Program"), (9, b"Device"))]), "midi",
        (("midi", "Text", "Said"), ("midi", "Copyright", "(C) Me"), ("midi", "TrackName", "Song"), ("midi", "InstrumentName", "Piano"), ("midi", "Lyrics", "la"), ("midi", "Marker", "Here"), ("midi", "CuePoint", "Now"),
         ("midi", "ProgramName", "Program"), ("midi", "DeviceName", "Device"))),
    "RealMedia": Case(realmedia("T", "A", "C", "D"), "realmedia", (("realmedia", "Title", "T"), ("realmedia", "Author", "A"), ("realmedia", "Copyright", "C"), ("realmedia", "Comment", "D"))),
}  # fmt: skip

CASES: dict[str, Case] = {
    f"{family}: {name}": case
    for family, cases in (("ID3v2", ID3), ("trailing", TRAILING), ("FLAC", FLAC), ("Ogg", OGG), ("MP4", MP4), ("WAV", WAV), ("IFF", IFF), ("ASF", ASF), ("Matroska", MATROSKA), ("other", OTHERS))
    for name, case in cases.items()
}  # fmt: skip
