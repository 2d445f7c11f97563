"""Parts of a file that redaction keeps, for its sound is read by them, hold nothing else: what may is blank, or the file is refused."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from archiver.audio.redacting.redact import redact
from tests.audio.bitstream.listening import essence_of
from tests.audio.bitstream.test_chunked import DSD, MUSIC, big, dsdiff
from tests.audio.redacting.refusing import assert_refused
from tests.samples import aiff, wav, wma
from tests.samples.aiff import extended, iff_chunk
from tests.samples.asf import STREAM_PROPERTIES, asf_object, guid, header_extension
from tests.samples.formats import FORMATS
from tests.samples.riff import riff_chunk

SECRET = "wilhelmine.muster"
TEXT = SECRET.encode()
WIDE = SECRET.encode("utf-16-le")
ID16 = TEXT[:16]
FRAMES = MUSIC.interleaved(big_endian=True)
FIXED = struct.pack(">hIh", len(MUSIC.channels), MUSIC.frames, MUSIC.bits) + extended(MUSIC.rate_hz)


def redacted(data: bytes, extension: str) -> bytes:
    file = io.BytesIO(data)
    redact(file, len(data), extension, {"title": ("T",)})
    return file.getvalue()


def pascal(text: bytes) -> bytes:
    return bytes([len(text)]) + text + bytes(1 - len(text) % 2)


def aifc(name: bytes, *more: bytes, skipped: bytes = b"", version: bytes = b"\xa2\x80\x51\x40") -> bytes:
    """AIFF-C of big-endian samples; what is skipped stands before them."""
    sound = struct.pack(">II", len(skipped), 0) + skipped + FRAMES
    chunks = (
        iff_chunk(b"FVER", version),
        iff_chunk(b"COMM", FIXED + b"NONE" + name),
        iff_chunk(b"SSND", sound),
        *more,
    )
    return iff_chunk(b"FORM", b"AIFC" + b"".join(chunks))


def extended_stream(*names: bytes, systems: bytes = b"", number: int = 0, within: bytes = b"") -> bytes:
    """An Extended Stream Properties object, with names of the stream."""
    told = b"".join(struct.pack("<HH", 0, len(name)) + name for name in names)
    fixed = struct.pack("<QQ8IHHQHH", 0, 0, *[1] * 7, 0, 1, 0, 640_000, len(names), number)
    return asf_object("14E6A5CB-C672-4332-8399-A96952065B5A", fixed, told, systems, within)


def languages(*texts: str) -> bytes:
    coded = [text.encode("utf-16-le") + b"\0\0" for text in texts]
    told = b"".join(bytes([len(one)]) + one for one in coded)
    return asf_object("7C4346A9-EFE0-4BFC-B229-393EDE415C85", struct.pack("<H", len(texts)), told)


def codecs() -> bytes:
    entry = struct.pack("<HH", 2, len(WIDE) // 2) + WIDE + struct.pack("<HH", 0, 0)
    reserved = guid("86D15241-311D-11D0-A3A4-00A0C90348F6")
    return asf_object("86D15240-311D-11D0-A3A4-00A0C90348F6", reserved, struct.pack("<I", 1), entry)


def stream(setup: bytes = b"", correction: bytes = b"", reserved: bytes = bytes(4), kind: str = "") -> bytes:
    """Stream Properties of Windows Media Audio 2, as those of the sample, with more of a setup."""
    wave = struct.pack("<HHIIHHH", 0x161, 1, 8000, 4000, 256, 16, len(setup)) + setup
    head = struct.pack("<QIIH", 0, len(wave), len(correction), 1) + reserved
    audio, none = (
        guid(kind or "F8699E40-5B4D-11CF-A8FD-00805F5C442B"),
        guid("20FB5700-5B55-11CF-A8FD-00805F5C442B"),
    )
    return asf_object(STREAM_PROPERTIES, audio, none, head, wave, correction)


SETUP = struct.pack("<IHI", 0, 1, 0)


def with_stream(properties: bytes) -> bytes:
    """A WMA file with other Stream Properties than it has."""
    plain = wma(title="Old")
    assert stream(SETUP) in plain
    length = int.from_bytes(plain[16:24], "little")
    grown = len(properties) - len(stream(SETUP))
    header = plain[:length].replace(stream(SETUP), properties)
    return header[:16] + (length + grown).to_bytes(8, "little") + header[24:] + plain[length:]


def with_identity() -> bytes:
    """A WMA file whose identity, and whose date, are text; an index at its end has that identity too."""
    data = wma(title="Old")
    at = data.index(guid("8CABDCA1-A947-11CF-8EE4-00C00C205365")) + 24
    index = asf_object("33000890-E5B1-11CF-89F4-00A0C90349CB", ID16, struct.pack("<QII", 1, 1, 0))
    dated = data[: at + 24] + TEXT[-8:] + data[at + 32 :]
    return dated.replace(data[at : at + 16], ID16) + index


def with_format(behind: bytes) -> bytes:
    """A WAV file of PCM with more in its format."""
    whole = wav(audio=MUSIC)
    form = whole[12:36]
    assert form[:8] == b"fmt " + struct.pack("<I", 16)
    return riff_chunk(b"RIFF", b"WAVE" + riff_chunk(b"fmt ", form[8:] + bytes(2) + behind) + whole[36:])


def index(*behind: bytes, kind: str = "D6E229D3-35DA-11D1-9034-00A0C90349BE") -> bytes:
    """An index over two streams, with a block of one entry and one of none."""
    blocks = struct.pack("<IQQII", 1, 0, 0, 7, 7) + struct.pack("<IQQ", 0, 0, 0)
    return asf_object(kind, struct.pack("<IHI", 1000, 2, 2), struct.pack("<4H", 1, 1, 2, 1), blocks, *behind)


def with_properties(*more: bytes, channels: bytes = b"SLFTSRGT") -> bytes:
    """DSDIFF of two channels with other properties than it has."""
    told = big(b"CHNL", struct.pack(">H8s", 2, b"SLFTSRGT")) + big(b"CMPR", b"DSD \0\0")
    plain = dsdiff(DSD)
    assert told in plain
    return plain.replace(told, big(b"CHNL", struct.pack(">H", 2) + channels) + b"".join(more))


BLANK: dict[str, tuple[str, bytes, bytes]] = {
    "the name of a packing": ("aiff", aifc(pascal(TEXT)), TEXT),
    "more than AIFF says": ("aiff", aiff(audio=MUSIC).replace(iff_chunk(b"COMM", FIXED), iff_chunk(b"COMM", FIXED + TEXT + b"-")), TEXT),
    "what is skipped before the sound": ("aiff", aifc(pascal(b""), skipped=TEXT + b"-"), TEXT),
    "what stands behind the format of plain samples": ("wav", with_format(TEXT + b"-"), TEXT),
    "the name of DSDIFF's packing": ("dff", dsdiff(DSD).replace(big(b"CMPR", b"DSD \0\0"), big(b"CMPR", b"DSD \x11" + TEXT)), TEXT),
    "bytes behind DSDIFF's properties": ("dff", with_properties(big(b"CMPR", b"DSD \0\0"), bytes(4) + TEXT + b"-"), TEXT),
    "few bytes behind DSDIFF's properties": ("dff", with_properties(big(b"CMPR", b"DSD \0\0"), TEXT[:10]), TEXT[:10]),
    "bytes behind DSDIFF's channels": ("dff", with_properties(b"", big(b"CMPR", b"DSD \0\0"), channels=b"SLFTSRGT" + TEXT + b"---"), TEXT),
    "channels of DSDIFF that are a text": ("dff", with_properties(b"", big(b"CMPR", b"DSD \0\0"), channels=TEXT[:8]), TEXT[:8]),
    "bytes behind the entries of an index": ("wma", with_identity() + asf_object("33000890-E5B1-11CF-89F4-00A0C90349CB", ID16, struct.pack("<QII", 1, 1, 0), TEXT), TEXT),
    "bytes behind the blocks of an index": ("wma", wma(title="Old") + index(TEXT), TEXT),
    "an identity": ("wma", with_identity(), ID16),
    "a date": ("wma", with_identity(), TEXT[-8:]),
    "a reserved field": ("wma", with_stream(stream(SETUP, reserved=TEXT[:4])), TEXT[:4]),
    "the names of codecs": ("wma", wma(title="Old", objects=[codecs()]), WIDE),
    "the names of a stream": ("wma", wma(title="Old", objects=[header_extension(extended_stream(WIDE, WIDE + WIDE))]), WIDE),
    "a stream within": ("wma", wma(title="Old", objects=[header_extension(extended_stream(within=stream(SETUP, reserved=TEXT[:4])))]), TEXT[:4]),
    "a language that is none": ("wma", wma(title="Old", objects=[header_extension(languages("en-us", SECRET))]), WIDE),
}  # fmt: skip


def sized(data: bytes) -> bytes:
    """A DSDIFF or AIFF file whose form, and properties, are as long as they are now."""
    if data[:4] == b"FRM8":
        at = data.index(b"PROP")
        end = data.index(big(b"DSD ", DSD))
        data = data[: at + 4] + struct.pack(">Q", end - at - 12) + data[at + 12 :]
        return data[:4] + struct.pack(">Q", len(data) - 12) + data[12:]
    if data[:4] == b"FORM":
        return data[:4] + struct.pack(">I", len(data) - 8) + data[8:]
    return data


@pytest.mark.parametrize("what", BLANK)
def test_what_may_hold_a_text_is_blank_and_the_music_the_same(what: str) -> None:
    extension, data, said = BLANK[what]
    data = sized(data)
    assert said in data
    found = redacted(data, extension)
    assert said not in found
    before = essence_of(data, extension)
    assert before is not None
    assert essence_of(found, extension) == before
    assert redacted(found, extension) == found


def test_languages_of_streams_keep_their_places() -> None:
    found = redacted(wma(objects=[header_extension(languages(SECRET, "en-us", "zh-Hant-TW"))]), "wma")
    assert languages("", "en-us", "zh-Hant-TW") in found


def test_the_identity_of_a_file_is_the_same_wherever_it_stands() -> None:
    found = redacted(with_identity(), "wma")
    at = found.index(guid("8CABDCA1-A947-11CF-8EE4-00C00C205365")) + 24
    assert found.count(found[at : at + 16]) == 3
    assert found[at : at + 16] not in {bytes(16), ID16}


@pytest.mark.parametrize(
    "kind", ["D6E229D3-35DA-11D1-9034-00A0C90349BE", "FEB103F8-12AD-4C64-840F-2A1D2F7AD48C"]
)
def test_an_index_that_holds_its_entries_alone_stays(kind: str) -> None:
    whole = index(kind=kind)
    assert redacted(wma(title="Old") + whole + whole, "wma").count(whole) == 2
    cut = whole[:16] + struct.pack("<Q", len(whole) - 4) + whole[24:-4]
    assert cut not in redacted(wma(title="Old") + cut, "wma")
    blocks = asf_object(kind, struct.pack("<IHI", 1000, 0, 1 << 31))
    assert blocks not in redacted(wma(title="Old") + blocks, "wma")


def test_channels_of_dsdiff_keep_their_names() -> None:
    assert big(b"CHNL", b"\0\2SLFTSRGT") in redacted(dsdiff(DSD), "dff")
    named = sized(with_properties(big(b"CMPR", b"DSD \0\0"), channels=b"C   C999"))
    assert big(b"CHNL", b"\0\2C   C999") in redacted(named, "dff")


def test_a_stream_keeps_its_setup() -> None:
    correction = bytes.fromhex("0100010100010000")
    properties = stream(SETUP, correction)
    assert properties in redacted(with_stream(properties), "wma")
    within = extended_stream(systems=bytes(18) + struct.pack("<I", 2) + b"ab", number=1)
    assert within in redacted(wma(title="Old", objects=[header_extension(within)]), "wma")


REFUSED: dict[str, tuple[str, bytes]] = {
    "a version that is a text": ("aiff", aifc(pascal(b""), version=TEXT + b"-")),
    "two versions": ("aiff", aifc(pascal(b""), iff_chunk(b"FVER", b"text"))),
    "a packing without a name": ("aiff", aifc(b"").replace(iff_chunk(b"COMM", FIXED + b"NONE"), iff_chunk(b"COMM", FIXED))),
    "sound that begins behind its end": ("aiff", aifc(pascal(b"")).replace(bytes(8) + FRAMES, b"\xff" * 8 + FRAMES)),
    "a long format of DSF": ("dsf", FORMATS["a.dsf"][:32] + struct.pack("<Q", 52 + len(TEXT)) + FORMATS["a.dsf"][40:80] + TEXT + FORMATS["a.dsf"][80:]),
    "many facts": ("wav", riff_chunk(b"RIFF", wav(audio=MUSIC)[8:] + riff_chunk(b"fact", b"text") * 2)),
    "a long property of DSDIFF": ("dff", sized(dsdiff(DSD).replace(big(b"FS  ", struct.pack(">I", 2822400)), big(b"FS  ", TEXT + b"-")))),
    "a size that is a text": ("dff", with_properties(b"CMPR" + TEXT[:8] + b"DSD \0\0")),
    "fewer channels of DSDIFF than it has": ("dff", sized(with_properties(big(b"CMPR", b"DSD \0\0"), channels=b"SLFT"))),
    "a long setup": ("wma", with_stream(stream(SETUP + TEXT * 4))),
    "a long correction": ("wma", with_stream(stream(SETUP, TEXT * 4))),
    "a setup that ends elsewhere": ("wma", with_stream(stream(SETUP)[:-4])),
    "a stream of texts": ("wma", with_stream(stream(SETUP, kind="59DACFC0-59E6-11D0-A3AC-00A0C90348F6"))),
    "bytes behind the names of a stream": ("wma", wma(title="Old", objects=[header_extension(extended_stream(within=TEXT))])),
    "bytes behind a language": ("wma", wma(title="Old", objects=[header_extension(languages("en")[:16] + struct.pack("<Q", len(languages("en")) + 4) + languages("en")[24:] + b"text")])),
    "bytes behind the rates": ("wma", wma(title="Old", objects=[asf_object("7BF875CE-468D-11D1-8D82-006097C9A2B2", struct.pack("<H", 0), TEXT)])),
    "a long error correction": ("wma", wma(title="Old", objects=[asf_object("75B22635-668E-11CF-A6D9-00AA0062CE6C", bytes(16), struct.pack("<I", 80), bytes(80))])),
    "two error corrections": ("wma", wma(title="Old", objects=[asf_object("75B22635-668E-11CF-A6D9-00AA0062CE6C", bytes(16), struct.pack("<I", 4), b"text")] * 2)),
    "two compatibilities": ("wma", wma(title="Old", objects=[header_extension(*[asf_object("26F18B5D-4584-47EC-9F5F-0E651F0452C9", b"te")] * 2)])),
    "groups that end elsewhere": ("wma", wma(title="Old", objects=[header_extension(asf_object("D1465A40-5A79-4338-B71B-E36B8FD6C249", bytes(16), struct.pack("<HH", 1, 9)))])),
    "two properties of the file": ("wma", wma(title="Old", objects=[wma()[30:134]])),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_holds_more_is_refused_and_stays_as_it_is(what: str) -> None:
    extension, data = REFUSED[what]
    assert_refused(data, extension, {})


@pytest.mark.parametrize("name", ["silence-1.wma", "silence-2.wma"])
def test_files_of_other_programs_hold_nothing_of_what_they_were_known_by(samples: Path, name: str) -> None:
    data = (samples / name).read_bytes()
    at = data.index(guid("8CABDCA1-A947-11CF-8EE4-00C00C205365")) + 24
    found = redacted(data, "wma")
    assert data.count(data[at : at + 16]) >= 2
    assert data[at : at + 16] not in found
    assert data[at + 24 : at + 32] not in found


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg: apt-get install ffmpeg")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.aiff", ["-c:a", "pcm_s16le"]),  # AIFF-C
        ("a.aiff", ["-c:a", "pcm_f32be"]),
        ("a.aiff", ["-c:a", "pcm_mulaw"]),
        ("a.wma", ["-c:a", "wmav1"]),
        ("a.wma", ["-c:a", "wmav2"]),
    ],
)
def test_ffmpeg_decodes_the_same(tmp_path: Path, name: str, words: list[str]) -> None:
    made, again = tmp_path / name, tmp_path / f"again-{name}"
    noise = tmp_path / "noise.raw"
    noise.write_bytes(random.Random(7).randbytes(88_200))
    source = ("-f", "s16le", "-ar", "44100", "-ac", "1", "-i", noise, "-metadata", f"title={SECRET}")
    subprocess.run(["ffmpeg", "-v", "error", *source, *words, made], check=True)
    named = made.read_bytes()
    if name.endswith("aiff"):
        assert named[8:12] == b"AIFC"
        at = named.index(b"COMM")
        size = int.from_bytes(named[at + 4 : at + 8], "big")
        common = named[at + 8 : at + 30] + pascal(TEXT)
        named = sized(named[:at] + iff_chunk(b"COMM", common) + named[at + 8 + size :])
    made.write_bytes(named)
    again.write_bytes(redacted(named, name.rpartition(".")[2]))
    assert TEXT not in again.read_bytes()
    sums = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-f", "md5", "-"], check=True, capture_output=True
        )
        for path in (made, again)
    ]
    assert sums[0].stdout == sums[1].stdout
    assert [one.stderr for one in sums] == [b"", b""]


def test_a_packing_is_called_the_same_whatever_its_name_was() -> None:
    assert redacted(aifc(pascal(b"not compressed")), "aiff") == redacted(aifc(pascal(b"")), "aiff")
