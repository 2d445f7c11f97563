from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, expected_name, extension_of
from archiver.audio.formats.magic import Sniffed, sniff
from archiver.model.audio import Role
from tests.samples import aiff, flac, id3v2, jpeg, m4a, mp3, ogg_vorbis, opus, png, wav
from tests.samples.ape import apev2
from tests.samples.asf import wma
from tests.samples.mp3 import mp3_audio, mp3_frame
from tests.samples.mp4 import box
from tests.samples.ogg import ogg_stream
from tests.samples.sidecars import pdf
from tests.samples.wavpack import wavpack


def look(data: bytes, extension: str = "") -> Sniffed:
    return sniff(Window(io.BytesIO(data), len(data)), extension)


def adts(frames: int, body: int = 20) -> bytes:
    length = 7 + body
    header = bytes(
        (0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC)
    )
    return (header + bytes(body)) * frames


def ogg(packet: bytes) -> bytes:
    return ogg_stream([([packet], 0)])


BUILT = {
    "mp3 with tags": (mp3(title="x"), Kind.MP3),
    "mp3 bare": (mp3_audio(header=None), Kind.MP3),
    "flac": (flac(title="x"), Kind.FLAC),
    "ogg vorbis": (ogg_vorbis(title="x"), Kind.OGG_VORBIS),
    "opus": (opus(title="x"), Kind.OGG_OPUS),
    "m4a": (m4a({"©nam": "x"}), Kind.MP4),
    "wav": (wav({"INAM": "x"}), Kind.WAV),
    "aiff": (aiff(), Kind.AIFF),
    "wma": (wma(title="x"), Kind.ASF),
    "wavpack": (wavpack(title="x"), Kind.WAVPACK),
    "png": (png(), Kind.PNG),
    "jpeg": (jpeg(), Kind.JPEG),
    "pdf": (pdf("x"), Kind.PDF),
}

BY_BYTES = {
    b"MP+\x07" + bytes(28): Kind.MUSEPACK7,
    b"MPCK" + bytes(28): Kind.MUSEPACK8,
    b"MAC \x96\x0f" + bytes(70): Kind.APE,
    b"tBaK" + bytes(28): Kind.TAK,
    b"TTA1" + bytes(18): Kind.TTA,
    b"OFR " + bytes(72): Kind.OPTIMFROG,
    b"ajkg\x02" + bytes(20): Kind.SHORTEN,
    b"DSD \x1c" + bytes(40): Kind.DSF,
    b"FRM8" + bytes(8) + b"DSD " + bytes(8): Kind.DSDIFF,
    b"RF64\xff\xff\xff\xffWAVE" + bytes(8): Kind.RF64,
    b"BW64\xff\xff\xff\xffWAVE" + bytes(8): Kind.RF64,
    b"FORM\0\0\0\x20AIFC" + bytes(8): Kind.AIFF,
    b"FORM\0\0\0\x208SVX" + bytes(8): Kind.SVX8,
    b"RIFF\x20\0\0\0WEBP" + bytes(8): Kind.WEBP,
    b"RIFF\x20\0\0\0AVI " + bytes(8): Kind.AVI,
    b"caff\0\x01\0\0" + bytes(8): Kind.CAF,
    b".snd\0\0\0\x18" + bytes(16): Kind.AU,
    bytes.fromhex("726966662e91cf11a5d628db04c10000") + bytes(24): Kind.W64,
    b"\x1aE\xdf\xa3" + bytes(20): Kind.MATROSKA,
    b"MThd\0\0\0\x06\0\0\0\x01\0\x60": Kind.MIDI,
    b"Extended Module: x" + bytes(40): Kind.MODULE,
    bytes(44) + b"SCRM" + bytes(40): Kind.MODULE,
    bytes(1080) + b"M.K." + bytes(40): Kind.MODULE,
    b"\x7f\xfe\x80\x01" + bytes(20): Kind.DTS,
    b"#!AMR\n" + bytes(20): Kind.AMR,
    b".ra\xfd\0\x04" + bytes(20): Kind.REALMEDIA,
    b"\0\0\0\x20\x57\x90\x75\x36" + bytes(20): Kind.AUDIBLE,
    b"CTENFDAM" + bytes(20): Kind.LOCKED,
    b"ifmt" + bytes(4) + b"\xfe" * 4 + bytes(8): Kind.LOCKED,
    b"\0\0\0\x18ftypheic" + bytes(12): Kind.HEIF,
    b"\0\0\0\x18ftypavif" + bytes(12): Kind.HEIF,
    b"\0\0\0\x14ftypqt  " + bytes(8): Kind.MP4,
    b"\0\0\0\x08wide\0\0\0\x08mdat": Kind.MP4,
    b"{\\rtf1\\ansi": Kind.RTF,
    b"\xef\xbb\xbf  <!DOCTYPE html><html>": Kind.HTML,
    b"<?xml version='1.0'?>\n<html xmlns='x'>": Kind.HTML,
    b"PK\x03\x04" + bytes(26): Kind.ZIP,
    b"\x1f\x8b\x08" + bytes(10): Kind.GZIP,
    b"GIF89a" + bytes(10): Kind.GIF,
    b"BM" + bytes(12) + struct.pack("<I", 40) + bytes(40): Kind.BMP,
    b"II*\0" + bytes(8): Kind.TIFF,
    b"\x56\xe0\x05" + bytes(5) + b"\x56\xe0\x05" + bytes(5): Kind.AAC_LOAS,
}

NOTHING = (
    b"",
    b"\0",
    b"plain words, no more\n" * 40,
    "\ufeffWörter in UTF-16\n".encode("utf-16-le") * 40,
    b"\xff\xfb\x90\x00" + b"\x55" * 2000,
    b"\xff" * 5000,
    b"\x0b\x77" + bytes(300),
    b"BM, a band",
    b"<xml><song/></xml>",
    b"\0\0\0\x02free",
    b"The free software movement\n",
)


@pytest.mark.parametrize("name", BUILT)
def test_a_format_is_known_by_its_bytes_whatever_it_is_called(name: str) -> None:
    data, kind = BUILT[name]
    assert [look(data, extension).kind for extension in ("", "mp3", "flac", "jpg", "txt")] == [kind] * 5


@pytest.mark.parametrize("data", BY_BYTES, ids=lambda data: BY_BYTES[data].value)
def test_signature(data: bytes) -> None:
    assert look(data).kind is BY_BYTES[data]


@pytest.mark.parametrize("data", NOTHING, ids=range(len(NOTHING)))
def test_what_only_resembles_a_signature_is_nothing(data: bytes) -> None:
    assert look(data).kind is None
    assert look(data, "mp3").kind is None


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        (b"\x01vorbis" + bytes(23), Kind.OGG_VORBIS),
        (b"OpusHead\x01\x02" + bytes(9), Kind.OGG_OPUS),
        (b"\x7fFLAC\x01\0\0\x01fLaC" + bytes(38), Kind.OGG_FLAC),
        (b"Speex   1.2" + bytes(69), Kind.OGG_SPEEX),
        (b"\x80theora" + bytes(35), Kind.OGG_THEORA),
        (b"something else", Kind.OGG),
    ],
)
def test_an_ogg_file_is_what_its_first_packet_says(packet: bytes, kind: Kind) -> None:
    assert look(ogg(packet)).kind is kind


def test_a_video_stream_beside_a_sound_stream_makes_an_ogg_file_a_film() -> None:
    sound, picture = ogg(b"\x01vorbis" + bytes(23)), ogg(b"\x80theora" + bytes(35))
    assert look(sound + picture).kind is Kind.OGG_THEORA
    assert look(picture + sound).kind is Kind.OGG_THEORA


def test_tags_before_the_audio_are_skipped() -> None:
    tag = id3v2([])
    assert look(tag + flac()) == Sniffed(Kind.FLAC, len(tag), (tag + flac())[:16384])
    assert look(tag + b"TTA1" + bytes(18)).kind is Kind.TTA
    assert look(tag + adts(4)).kind is Kind.AAC_ADTS
    assert look(tag + tag + mp3_audio()).start == 2 * len(tag)
    ape = apev2(title="x")
    assert look(ape + b"MAC " + bytes(80)).kind is Kind.APE


def test_audio_far_behind_its_tag_is_found() -> None:
    cover = b"ID3\x04\0\0" + bytes((0, 5, 0, 0)) + bytes(5 << 14)
    assert look(cover + mp3_audio()) == Sniffed(Kind.MP3, len(cover), cover[:16384])


def test_a_tag_with_nothing_after_it_is_bare() -> None:
    tag = id3v2([])
    assert look(tag).kind is Kind.ID3
    assert look(tag + bytes(5000)).kind is Kind.ID3
    assert look(tag + png()).kind is Kind.ID3
    assert look(b"ID3\x04\0\0\x7f\x7f\x7f\x7f").kind is Kind.ID3


def test_mpeg_audio_behind_junk_needs_a_name_that_promises_it() -> None:
    data = b"junk" * 1000 + mp3_audio(header=None)
    assert look(data, "mp3").kind is Kind.MP3
    assert look(data, "bin").kind is None


def test_a_tag_of_plain_size_is_stepped_over_as_the_reader_of_tags_does() -> None:
    """RealJukebox wrote sizes with all eight bits; a version that nobody knows yet keeps the header's form."""
    frame = b"TIT2\0\0\0\x97\0\0\0" + b"x" * 150
    plain = b"ID3\3\0\0" + len(frame).to_bytes(4, "big") + frame
    assert len(frame) > 0x7F
    assert (look(plain + flac()).kind, look(plain + flac()).start) == (Kind.FLAC, len(plain))
    later = b"ID3\5\0\0\0\0\0\x08" + b"unknown!"
    assert (look(later + flac()).kind, look(later + flac()).start) == (Kind.FLAC, len(later))


def test_very_short_streams_are_known_where_they_end_with_the_file() -> None:
    assert look(mp3_frame() * 2, "mp3").kind is Kind.MP3
    assert look(mp3_frame() + b"TAG" + bytes(125), "mp3").kind is Kind.MP3
    assert look(adts(1), "aac").kind is Kind.AAC_ADTS


def test_every_kind_has_facts_and_an_extension() -> None:
    for kind in Kind:
        assert kind.row.extensions, kind
        assert kind.row.fitting == kind.row.fitting.lower()
        assert expected_name(kind.row.extensions[0]) is not None
    assert {kind.row.role for kind in Kind} == {Role.AUDIO, Role.ARTWORK, Role.DOCUMENT, Role.OTHER}


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.MP3", "mp3"),
        ("dir.d/a", ""),
        (".hidden", ""),
        ("a/.flac", ""),
        ("a.tar.GZ", "gz"),
        ("a.", ""),
        ("a b. c", " c"),
    ],
)
def test_extension_of(name: str, extension: str) -> None:
    assert extension_of(name) == extension


@given(st.binary(max_size=600), st.sampled_from(["", "mp3", "flac", "m4a"]))
def test_no_bytes_upset_the_look(data: bytes, extension: str) -> None:
    found = look(data, extension)
    assert found.head == data[:16384]
    assert found.start == 0 or data[:3] == b"ID3" or data[:8] == b"APETAGEX"


@given(st.binary(max_size=64))
def test_a_recognised_beginning_is_recognised_whatever_follows(rest: bytes) -> None:
    assert look(b"fLaC" + rest).kind is Kind.FLAC
    assert look(b"wvpk" + rest).kind is Kind.WAVPACK
    assert look(box("ftyp", b"M4A \0\0\0\0") + rest).kind is Kind.MP4
