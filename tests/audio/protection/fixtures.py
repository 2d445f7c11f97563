"""One file of every protected format, and one of every look-alike that must not be taken for it. All synthetic."""

from __future__ import annotations

import struct
import zlib

from tests.samples import flac, m4a, mp3, ogg_vorbis, wav, wma
from tests.samples.asf import STREAM_PROPERTIES, asf_object, guid, header_extension
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


def stream_properties(flags: int) -> bytes:
    """An ASF Stream Properties object of a sound stream, with the flags of its stream."""
    kinds = guid("F8699E40-5B4D-11CF-A8FD-00805F5C442B") + guid("20FB5700-5B55-11CF-A8FD-00805F5C442B")
    wave = struct.pack("<HHIIHHH", 0x161, 2, 44100, 16000, 2230, 16, 0)
    return asf_object(STREAM_PROPERTIES, kinds, struct.pack("<QIIHI", 0, len(wave), 0, flags, 0), wave)


def extended_stream(inner: bytes) -> bytes:
    """An Extended Stream Properties object with a name, a payload extension, and a Stream Properties object."""
    name = struct.pack("<HH", 0, 4) + "x\0".encode("utf-16-le")
    extension = bytes(16) + struct.pack("<HI", 2, 3) + bytes(3)
    fixed = bytes(60) + struct.pack("<HH", 1, 1)
    return asf_object("14E6A5CB-C672-4332-8399-A96952065B5A", fixed, name, extension, inner)


def odrm(method: int, kind: str = "audio/mp4", *, long_size: bool = True) -> bytes:
    """The container of an OMA DRM 2 file: its headers with the encryption method, then its content."""
    common = full_box("ohdr", struct.pack(">BBQHHH", method, 1, 4096, 8, 4, 0), b"cid:a@b.", b"http")
    headers = full_box("odhe", bytes([len(kind)]), kind.encode(), common)
    content = full_box("odda", struct.pack(">Q", len(NOISE)), NOISE)
    body = bytes(4) + headers + content
    if not long_size:
        return box("odrm", body)
    return struct.pack(">I", 1) + b"odrm" + struct.pack(">Q", 16 + len(body)) + body


def dcf(*containers: bytes) -> bytes:
    """An OMA DRM 2 file."""
    return box("ftyp", b"odcf", struct.pack(">I", 2), b"odcf") + b"".join(containers)


def dcf_1(kind: bytes = b"audio/mpeg", uri: bytes = b"cid:song@example.org") -> bytes:
    """An OMA DRM 1 file (OMA-Download-DRMCF-V1_0, section 5)."""
    headers = b"Encryption-Method: AES128CBC; padding=RFC2630\r\nContent-Name: x\r\n"
    lengths = bytes([len(headers)]) + b"\xa0\0"
    return b"\x01" + bytes([len(kind), len(uri)]) + kind + uri + lengths + headers + NOISE


def message(kind: bytes = b"audio/mpeg", before: bytes = b"", line: bytes = b"\r\n") -> bytes:
    """An OMA DRM message: a part of a multipart body, whose type stands before the sound."""
    lines = [b"--mime-boundary/1", *([before] if before else []), b"Content-Type: " + kind]
    lines += [b"Content-Transfer-Encoding: binary", b"", NOISE, b"--mime-boundary/1--"]
    return line.join(lines)


def marlin(scheme: str = "ACBC") -> bytes:
    """An MP4 file without Marlin's brand, whose track of object descriptors names its scheme."""
    opaque = box("sinf", box("frma", b"mp4a"), full_box("schm", scheme.encode(), struct.pack(">I", 0x100)))
    descriptor = b"\x0b" + bytes([3 + len(opaque)]) + b"\x01\xa5\x51" + opaque
    sample = b"\x05" + bytes([len(descriptor)]) + descriptor
    start = box("ftyp", b"isom", bytes(4), b"mp42") + box("mdat", sample)
    table = box(
        "stbl",
        full_box("stsd", struct.pack(">I", 1), box("mp4s", bytes(6) + b"\0\1")),
        full_box("stsz", struct.pack(">II", len(sample), 1)),
        full_box("stco", struct.pack(">II", 1, len(start) - len(sample))),
    )
    handler = full_box("hdlr", bytes(4), b"odsm", bytes(13))
    return start + box("moov", box("trak", box("mdia", handler, box("minf", table))))


def segment(*parts: bytes, first: str = "styp") -> bytes:
    """A media segment: it has fragments and no movie header."""
    start = box("styp", b"msdh", bytes(4), b"msdh") if first == "styp" else b""
    start += full_box("sidx", bytes(20)) if first in ("styp", "sidx") else b""
    run = full_box("trun", struct.pack(">I", 1))
    traf = box("traf", full_box("tfhd", struct.pack(">I", 1)), run, *parts)
    return start + box("moof", full_box("mfhd", struct.pack(">I", 1)), traf) + box("mdat", NOISE)


def groups(protected: int, version: int = 1) -> bytes:
    """A ``sgpd`` box of one group of samples that says whether they are encrypted."""
    entry = bytes([0, 0, protected, 8]) + bytes(16)
    return full_box("sgpd", b"seig", struct.pack(">II", len(entry), 1), entry, version=version)


def compressed(file: bytes, *, method: str = "zlib") -> bytes:
    """An MP4 file with its movie header compressed, as QuickTime writes it where asked."""
    at = file.index(b"moov") - 4
    size = int.from_bytes(file[at : at + 4], "big")
    packed = zlib.compress(file[at : at + size])
    parts = box("dcom", method.encode()), box("cmvd", struct.pack(">I", size), packed)
    return file[:at] + box("moov", box("cmov", *parts)) + file[at + size :]


def ebml(kind: str, *parts: bytes, unknown: bool = False) -> bytes:
    """An element of Matroska: its id in hex, size in four bytes (or unknown), content."""
    body = b"".join(parts)
    size = b"\x01" + b"\xff" * 7 if unknown else (0x10000000 | len(body)).to_bytes(4, "big")
    return bytes.fromhex(kind) + size + body


def matroska(*track: bytes, before: bytes = b"", unknown: bool = False) -> bytes:
    """A Matroska file of one sound track with further elements of it."""
    entry = ebml("AE", ebml("D7", b"\x01"), ebml("83", b"\x02"), ebml("86", b"A_OPUS"), *track)
    head = ebml("1A45DFA3", ebml("4282", b"webm"))
    info, tracks = ebml("1549A966", ebml("2AD7B1", b"\x0f\x42\x40")), ebml("1654AE6B", entry)
    return head + ebml("18538067", info, before, tracks, ebml("1F43B675", NOISE), unknown=unknown)


def encodings(*parts: bytes) -> bytes:
    """What was done to the content of a track, in one step."""
    return ebml("6D80", ebml("6240", ebml("5031", b"\0"), ebml("5032", b"\1"), *parts))


def real(*kinds: str) -> bytes:
    """A RealMedia file whose streams have these media types."""
    chunks = [
        b".RMF" + struct.pack(">IHII", 18, 0, 0, 2 + len(kinds)),
        b"PROP" + struct.pack(">I", 50) + bytes(42),
    ]
    for kind in kinds:
        body = bytes(32) + b"\x05Audio" + bytes([len(kind)]) + kind.encode() + bytes(4)
        chunks.append(b"MDPR" + struct.pack(">I", 8 + len(body)) + body)
    return b"".join(chunks) + b"DATA" + struct.pack(">I", 10 + len(NOISE)) + bytes(2) + NOISE


def wave(tag: int, sub: int | None = None, *, form: bytes = b"RIFF") -> bytes:
    """A WAV file with any format number, and the one behind it in the extensible form."""
    order = ">" if form == b"RIFX" else "<"
    body = struct.pack(f"{order}HHIIHH", tag, 2, 44100, 176400, 4, 16)
    if sub is not None:
        body += struct.pack(f"{order}HHIH", 22, 16, 3, sub) + bytes.fromhex("000000001000800000aa00389b71")
    chunks = (
        b"fmt "
        + struct.pack(f"{order}I", len(body))
        + body
        + b"data"
        + struct.pack(f"{order}I", 4096)
        + NOISE
    )
    return form + struct.pack(f"{order}I", 4 + len(chunks)) + b"WAVE" + chunks


def wave_64(tag: int) -> bytes:
    """A Sony Wave64 file with any format number."""
    tail = "f3acd3118cd100c04f8edb8a"
    body = struct.pack("<HHIIHH", tag, 2, 44100, 176400, 4, 16)
    fmt = b"fmt " + bytes.fromhex(tail) + struct.pack("<Q", 24 + len(body)) + body
    data = b"data" + bytes.fromhex(tail) + struct.pack("<Q", 24 + len(NOISE)) + NOISE
    head = bytes.fromhex("726966662e91cf11a5d628db04c10000")
    return head + struct.pack("<Q", 40 + len(fmt) + len(data)) + b"wave" + bytes.fromhex(tail) + fmt + data


_AES = ebml("47E1", b"\x05")
_PIFF = bytes.fromhex("a2394f525a9b4f14a2446c427c648df4")

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
    "qq, tm": ("song.tm2", b"QQMU\0\0\0\1" + NOISE, "qmc"),
    "qq, tm6": ("song.tm6", NOISE, "qmc"),
    "ximalaya": ("song.x2m", NOISE, "ximalaya"),
    "ximalaya, newer": ("song.X3M", NOISE, "ximalaya"),
    "migu": ("song.mg3d", NOISE, "migu"),
    "netease cache": ("123-320-abc.uc!", NOISE, "netease-cache"),
    "netease cache of mp3": ("123.uc", b"\xea\xe7\x90" + NOISE, "netease-cache"),
    "netease cache of flac": ("123.uc", b"\xc5\xef\xc2\xe0" + NOISE, "netease-cache"),
    "oma drm 2": ("song.dcf", dcf(odrm(1)), "oma-drm"),
    "oma drm 2, counter mode": ("song.odf", dcf(odrm(2, long_size=False)), "oma-drm"),
    "oma drm 2, second container": ("song.odf", dcf(odrm(0), odrm(1)), "oma-drm"),
    "oma drm 1": ("song.dcf", dcf_1(), "oma-drm"),
    "android forward lock": ("song.fl", b"FWLK\0\0\0\x0aaudio/mpeg" + NOISE, "oma-forward-lock"),
    "marlin brand": ("song.mp4", m4a(brand="MGSV"), "marlin"),
    "marlin as a compatible brand": (
        "song.mp4",
        m4a().replace(b"M4A mp42isom", b"mp42MGSVisom"),
        "marlin",
    ),
    "marlin by its descriptors": ("song.mp4", marlin(), "marlin"),
    "marlin by its descriptors, group key": ("song.mp4", marlin("ACGK"), "marlin"),
    "marlin in an entry": (
        "song.mp4",
        m4a(entry=audio_entry("enca", aac_config(), sinf("mp4a", "ACGK"))),
        "marlin",
    ),
    "asf stream": ("song.wma", wma(objects=[stream_properties(0x8002)]), "asf-encrypted"),
    "asf stream in the header extension": (
        "song.wma",
        wma(objects=[header_extension(extended_stream(stream_properties(0x8002)))]),
        "asf-encrypted",
    ),
    "matroska": ("song.mka", matroska(encodings(ebml("5033", b"\1"), ebml("5035", _AES))), "matroska"),
    "matroska, type alone": ("song.webm", matroska(encodings(ebml("5033", b"\1"))), "matroska"),
    "matroska of unknown size": (
        "song.webm",
        matroska(
            encodings(ebml("5035", _AES)),
            before=ebml("1F43B675", ebml("A3", NOISE), unknown=True),
            unknown=True,
        ),
        "matroska",
    ),
    "real audio": ("song.rax", real("audio/x-pn-realaudio-encrypted"), "realmedia"),
    "real video, second stream": (
        "clip.rm",
        real("audio/x-pn-realaudio", "video/x-pn-realvideo-encrypted"),
        "realmedia",
    ),
    "wav": ("song.wav", wave(9), "wav-drm"),
    "wav, extensible": ("song.wav", wave(0xFFFE, 9), "wav-drm"),
    "wav, big-endian": ("song.wav", wave(9, form=b"RIFX"), "wav-drm"),
    "rf64": ("song.wav", wave(9, form=b"RF64"), "wav-drm"),
    "wave64": ("song.w64", wave_64(9), "wav-drm"),
    "segment, senc": ("1.m4s", segment(full_box("senc", bytes(4))), "cenc"),
    "segment, piff": ("1.m4s", segment(box("uuid", _PIFF, bytes(8))), "playready"),
    "segment, saiz": ("1.m4s", segment(full_box("saiz", b"cbcs", bytes(9), flags=1)), "cenc"),
    "segment, sgpd": ("1.m4s", segment(groups(1), first="sidx"), "cenc"),
    "segment, sgpd, older": ("1.m4s", segment(groups(1, version=2), first="moof"), "cenc"),
    "compressed movie header": (
        "song.mov",
        compressed(m4a(entry=audio_entry("drms", aac_config(), sinf("mp4a", "itun")))),
        "fairplay",
    ),
    "id3 aenc": ("song.mp3", mp3(frames=[("AENC", b"http://example.org\0\0\0\0\0")]), "id3-aenc"),
}
"""What it is, then file name, content, and the scheme to be named. All are certain."""

UNCERTAIN: dict[str, tuple[str, bytes, str]] = {
    "sacd image": ("disc.iso", sacd(), "sacd"),
    "sacd image, raw sectors": ("disc.iso", sacd(2064, 12), "sacd"),
    "dvd-audio": ("AUDIO_TS/AUDIO_TS.IFO", b"DVDAUDIO-AMG" + bytes(2048), "dvd-audio"),
    "dvd-audio title set": ("ATS_01_0.IFO", b"DVDAUDIO-ATS" + bytes(2048), "dvd-audio"),
    "dvd-audio sound": ("AUDIO_TS/ATS_01_1.AOB", b"\0\0\x01\xba" + bytes(2048), "dvd-audio"),
    "dvd-audio key block": ("AUDIO_TS/DVDAUDIO.MKB", b"DVDAUDIO.MKB" + NOISE, "dvd-audio"),
    "forward lock": ("song.dm", message(), "oma-forward-lock"),
    "forward lock, other order": (
        "song.dm",
        message(before=b"Content-ID: <a@b>", line=b"\n"),
        "oma-forward-lock",
    ),
    "combined delivery": ("song.dm", message(b"application/vnd.oma.drm.rights+xml"), "oma-forward-lock"),
    "segment, group elsewhere": ("1.m4s", segment(full_box("sbgp", b"seig", bytes(4))), "cenc"),
    "matroska, algorithm not named": ("song.mka", matroska(encodings(ebml("5035"))), "matroska"),
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
    "kuwo in words": ("notes.txt", b"yeelion-kuwo is the mark"),
    "iso without the mark": ("disc.iso", bytes(510 * 2048 + 4096)),
    "sacd mark in another file": ("notes.txt", b"SACDMTOC"),
    "a sound object without its name": ("film.vob", b"\0\0\x01\xba" + bytes(2048)),
    "aenc in a text": ("song.mp3", mp3(title="AENC")),
    "noise": ("song.dat", NOISE),
    "oma drm 2, not encrypted": ("song.dcf", dcf(odrm(0))),
    "a message of text": ("letter.eml", message(b"text/plain")),
    "a text that begins with a rule": ("notes.txt", b"-- \nContent-Type: audio/mpeg is what I wrote\n"),
    "a list of brands in a text": ("notes.txt", b"MGSV is Marlin's brand"),
    "object descriptors without a scheme": ("song.mp4", marlin().replace(b"sinf", b"free")),
    "matroska": ("song.mka", matroska()),
    "matroska of unknown size": ("song.webm", matroska(unknown=True)),
    "matroska, header stripping": ("song.mka", matroska(encodings(ebml("5034", ebml("4254", b"\x03"))))),
    "matroska, signed": (
        "song.mka",
        matroska(encodings(ebml("5033", b"\1"), ebml("5035", ebml("47E1", b"\0")))),
    ),
    "real audio": ("song.rm", real("audio/x-pn-realaudio", "logical-fileinfo")),
    "real audio, older": ("song.ra", b".ra\xfd\0\x04\0\0.ra4" + bytes(60) + NOISE),
    "wav": ("song.wav", wav()),
    "wav, extensible": ("song.wav", wave(0xFFFE, 1)),
    "wav, other number": ("song.wav", wave(0x0900)),
    "wave64": ("song.w64", wave_64(1)),
    "asf stream": ("song.wma", wma(objects=[stream_properties(0x7FFF)])),
    "compressed movie header": ("song.mov", compressed(m4a(title="x"))),
    "clear tm0": ("song.tm0", mp3(title="x")),
    "clear tm3": ("song.tm3", mp3(title="x")),
    "texture": ("wall.tm2", b"TIM2\x04\0\1\0" + NOISE),
    "script": ("Player.uc", b"class Player extends Pawn;\r\n"),
    "microcode": ("cpu.uc", NOISE),
    "text with the suffix": ("song.mgg", "Hier stand das Lied, grüß Gott.\n".encode()),
    "text named as a cache file": ("readme.uc!", b"nothing here\n"),
    "key block in words": ("notes.txt", b"The DVDAUDIO.MKB of this disc"),
    "text that begins like a box": ("notes.txt", b"The free encyclopedia" * 40),
}
"""Files that resemble a protected one and are not, or about which nothing can be said."""

UNSEEN: dict[str, tuple[str, bytes]] = {
    "an audio name over bytes of no known kind": ("song.mp3", NOISE),
    "an audio name over zeros": ("song.flac", bytes(4000)),
    "an audio name over an unknown kind behind a tag": ("song.mp3", id3v2([text_frame("TIT2", "x")]) + NOISE),
    "ifmt alone": ("song.xm", b"ifmt" + bytes(50)),
    "oma drm 1, lengths that do not fit": ("song.dcf", b"\x01\x0b\x14audio/mpegcid:song@example.org" + NOISE),
    "oma drm 1, no media type": ("song.dcf", dcf_1(b"audio mpeg")),
    "oma drm 1, another address": ("song.dcf", dcf_1(uri=b"ftp:song@example.org")),
    "mp4 without a movie header": ("song.m4a", box("ftyp", b"M4A ", bytes(4)) + box("mdat", NOISE)),
    "clear segment": ("1.m4s", segment()),
    "segment that is not encrypted here": ("1.m4s", segment(groups(0))),
    "a box of size four before the movie header": (
        "song.m4p",
        box("ftyp", b"M4A ", bytes(4)) + b"\0\0\0\4free" + m4a(entry=audio_entry("drms", aac_config())),
    ),
    "too many boxes before the movie header": (
        "song.m4p",
        box("ftyp", b"M4A ", bytes(4))
        + box("free") * 10_000
        + m4a(entry=audio_entry("drms", aac_config()))[28:],
    ),
    "too many boxes in the movie header": (
        "song.m4a",
        m4a(movie_boxes=[box("free")] * 10_000 + [box("trak", box("mdia"))]),
    ),
    "a box of size four in the movie header": ("song.m4a", m4a(movie_boxes=[b"\0\0\0\4free" + bytes(8)])),
    "a track without a description": ("song.m4a", m4a(movie_boxes=[box("trak", box("mdia"))])),
    "more sample entries promised": (
        "song.m4a",
        m4a().replace(b"stsd\0\0\0\0\0\0\0\1", b"stsd\0\0\0\0\0\0\0\2"),
    ),
    "compressed by another method": ("song.mov", compressed(m4a(), method="adec")),
    "compressed and damaged": ("song.mov", compressed(m4a()).replace(b"\x78\x9c", b"\x78\x9d")),
    "compressed twice": ("song.mov", compressed(compressed(m4a()))),
    "oma drm 2, headers missing": ("song.dcf", dcf(box("odrm", bytes(4), full_box("odda", NOISE)))),
    "asf, header cut": ("song.wma", wma(title="x")[:120]),
    "asf, object of size four": (
        "song.wma",
        wma(objects=[guid(SIGNATURE) + struct.pack("<Q", 4) + bytes(40)]),
    ),
    "asf, too many objects": ("song.wma", wma(objects=[asf_object(SIGNATURE)] * 5000)),
    "matroska without tracks": ("song.mka", matroska()[:40]),
    "matroska, damaged": ("song.mka", matroska(before=b"\0" * 40)),
    "matroska, too many elements": ("song.mka", matroska(before=ebml("EC") * 200_000)),
    "matroska, damage in a track": ("song.mka", matroska(bytes(4))),
    "real audio, cut": ("song.rm", real("audio/x-pn-realaudio")[:100]),
    "real audio, chunk of size four": (
        "song.rm",
        real().replace(struct.pack(">I", 50), struct.pack(">I", 4)),
    ),
    "wav without a format": ("song.wav", wave(1)[:12]),
    "wav, format cut": ("song.wav", wave(1)[:20]),
    "id3, too many frames": (
        "song.mp3",
        mp3(frames=[*[("TXXX", b"\0a\0b")] * 2100, ("AENC", b"http://example.org\0\0\0\0\0")]),
    ),
}
"""Files whose headers were not all seen, so that nothing can be said of their protection."""
