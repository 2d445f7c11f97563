from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from mutagen.oggvorbis import OggVorbis

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.containers.window import Window
from archiver.audio.formats.magic import sniff
from archiver.audio.properties.read import has_reader, read_properties
from archiver.audio.properties.stretch import UnparsableError
from archiver.model.audio import AudioProperties
from tests.samples import aiff, flac, id3v2, m4a, mp3, ogg_vorbis, opus, silence, wav
from tests.samples.aiff import extended, iff_chunk
from tests.samples.ape import apev2
from tests.samples.asf import wma
from tests.samples.flac import flac_frames, streaminfo
from tests.samples.id3 import id3v1
from tests.samples.mp3 import mp3_audio, mp3_frame
from tests.samples.mp4 import audio_entry
from tests.samples.ogg import ogg_stream
from tests.samples.riff import riff_chunk
from tests.samples.wavpack import wavpack


def properties(data: bytes, extension: str = "") -> AudioProperties | None:
    file = io.BytesIO(data)
    sniffed = sniff(Window(file, len(data)), extension)
    blocks = read_blocks(Window(file, len(data)), sniffed.kind).blocks
    return read_properties(Window(file, len(data)), sniffed, extension, blocks)


def known(data: bytes, extension: str = "") -> AudioProperties:
    found = properties(data, extension)
    assert found is not None
    return found


def pcm_format(tag: int, channels: int, rate: int, bits: int, extra: bytes = b"") -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + extra


def riff(*chunks: tuple[bytes, bytes], form: bytes = b"RIFF", size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(riff_chunk(kind, data) for kind, data in chunks)
    return form + struct.pack("<I", len(body) if size is None else size) + body


SECOND = silence(1.0)
STEREO = silence(0.5, rate_hz=96000, channels=2, bits=24)


def test_wav() -> None:
    assert known(wav(audio=SECOND)) == AudioProperties("pcm", 1.0, 44100, 1, 16, 705600, lossless=True)
    assert known(wav(audio=STEREO)) == AudioProperties("pcm", 0.5, 96000, 2, 24, 4608000, lossless=True)


def test_wav_with_something_else_than_pcm_inside() -> None:
    assert known(riff((b"fmt ", pcm_format(3, 1, 48000, 32)), (b"data", bytes(192000)))) == AudioProperties(
        "pcm-float", 1.0, 48000, 1, 32, 1536000, lossless=True
    )
    mp3_in_wav = struct.pack("<HHIIHH", 0x55, 2, 44100, 16000, 1, 0)
    found = known(riff((b"fmt ", mp3_in_wav), (b"fact", struct.pack("<I", 88200)), (b"data", bytes(32000))))
    assert found == AudioProperties("mp3", 2.0, 44100, 2, None, 128000, lossless=False)
    extensible = pcm_format(0xFFFE, 2, 44100, 32, struct.pack("<HHIH", 22, 24, 3, 1) + bytes(14))
    assert known(riff((b"fmt ", extensible), (b"data", bytes(352800)))).bit_depth == 24
    assert (
        known(riff((b"fmt ", pcm_format(0x1234, 1, 8000, 8)), (b"data", bytes(8000)))).codec == "wave-0x1234"
    )


def test_rf64_takes_the_size_of_its_data_from_ds64() -> None:
    ds64 = struct.pack("<QQQI", 0, 88200, 0, 0)
    body = b"WAVE" + riff_chunk(b"ds64", ds64) + riff_chunk(b"fmt ", pcm_format(1, 1, 44100, 16))
    data = b"RF64\xff\xff\xff\xff" + body + b"data\xff\xff\xff\xff" + bytes(88200)
    assert known(data) == AudioProperties("pcm", 1.0, 44100, 1, 16, 705600, lossless=True)


def test_truncated_wav_counts_only_what_is_there() -> None:
    data = wav(audio=SECOND)
    assert known(data[: len(data) // 2 + 22]).duration_s == pytest.approx(0.5, abs=0.01)


def test_w64() -> None:
    tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + tail + struct.pack("<Q", 24 + len(body)) + body + bytes(-len(body) % 8)

    start = bytes.fromhex("726966662e91cf11a5d628db04c10000") + bytes(8) + b"wave" + tail
    data = start + chunk(b"fmt ", pcm_format(1, 2, 48000, 16)) + chunk(b"data", bytes(192000))
    assert known(data) == AudioProperties("pcm", 1.0, 48000, 2, 16, 1536000, lossless=True)


def test_aiff_and_aifc() -> None:
    assert known(aiff(audio=SECOND)) == AudioProperties("pcm", 1.0, 44100, 1, 16, 705600, lossless=True)
    common = struct.pack(">HIH", 2, 96000, 32) + extended(96000) + b"fl32\x00\x00"
    body = b"AIFC" + iff_chunk(b"COMM", common) + iff_chunk(b"SSND", bytes(8 + 768000))
    found = known(b"FORM" + struct.pack(">I", len(body)) + body)
    assert found == AudioProperties("pcm-float", 1.0, 96000, 2, 32, 6144000, lossless=True)


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 192000, 2822400])
def test_aiff_sample_rates_are_80_bit_numbers(rate: int) -> None:
    body = b"AIFF" + iff_chunk(b"COMM", struct.pack(">HIH", 1, rate, 16) + extended(rate))
    assert known(b"FORM" + struct.pack(">I", len(body)) + body).sample_rate_hz == rate


def test_caf() -> None:
    desc = struct.pack(">d4sIIIII", 44100.0, b"lpcm", 0, 4, 1, 2, 16)
    head = b"caff\x00\x01\x00\x00" + b"desc" + struct.pack(">Q", 32) + desc
    plain = head + b"data" + struct.pack(">q", -1) + bytes(4 + 176400)
    assert known(plain) == AudioProperties("pcm", 1.0, 44100, 2, 16, 1411200, lossless=True)
    alac = struct.pack(">d4sIIIII", 44100.0, b"alac", 1, 0, 4096, 2, 0)
    table = b"pakt" + struct.pack(">QqqII", 24, 22, 88200, 0, 0)
    packed = (
        b"caff\x00\x01\x00\x00desc" + struct.pack(">Q", 32) + alac + table + b"data" + struct.pack(">Q", 1004)
    )
    assert known(packed + bytes(1004)) == AudioProperties("alac", 2.0, 44100, 2, 16, 4000, lossless=True)


def test_au() -> None:
    head = b".snd" + struct.pack(">IIIII", 28, 0xFFFFFFFF, 3, 8000, 1)
    assert known(head + bytes(4 + 16000)) == AudioProperties("pcm", 1.0, 8000, 1, 16, 128000, lossless=True)
    head = b".snd" + struct.pack(">IIIII", 24, 8000, 1, 8000, 1)
    assert known(head + bytes(8000)) == AudioProperties("mulaw", 1.0, 8000, 1, None, 64000, lossless=False)


def test_flac() -> None:
    data = flac(audio=STEREO, title="x")
    frames = sum(map(len, flac_frames(STEREO)))
    assert known(data) == AudioProperties("flac", 0.5, 96000, 2, 24, round(frames * 16), lossless=True)
    assert known(id3v2([]) + data + id3v1({})) == known(data)
    unknown_length = data[:21] + bytes((data[21] & 0xF0,)) + bytes(4) + data[26:]
    assert known(unknown_length).duration_s is None


def test_flac_in_ogg() -> None:
    frames = flac_frames(SECOND)
    head = b"\x7fFLAC\x01\0\0\0fLaC\x80\0\0\x22" + streaminfo(SECOND, frames)
    data = ogg_stream([([head], 0), (list(frames), 44100)])
    assert (known(data).codec, known(data).duration_s, known(data).bit_depth) == ("flac", 1.0, 16)
    with pytest.raises(UnparsableError, match="cut short"):
        known(ogg_stream([([head[:30]], 0), ([b"x"], 44100)]))


def test_vorbis_and_opus() -> None:
    vorbis = known(ogg_vorbis(title="x"))
    assert (vorbis.codec, vorbis.sample_rate_hz, vorbis.channels, vorbis.lossless) == (
        "vorbis",
        44100,
        1,
        False,
    )
    theirs = OggVorbis(io.BytesIO(ogg_vorbis(title="x"))).info
    assert vorbis.duration_s == pytest.approx(getattr(theirs, "length", None))
    found = known(opus(packets=100))
    assert (found.codec, found.sample_rate_hz, found.lossless) == ("opus", 48000, False)
    assert found.duration_s == pytest.approx(2.0, abs=0.1)


def test_speex() -> None:
    head = b"Speex   1.2.0".ljust(28, b"\0") + struct.pack("<IIIIIIiI", 1, 80, 16000, 1, 4, 1, -1, 320)
    found = known(ogg_stream([([head.ljust(80, b"\0")], 0), ([b"x"], 32000)]))
    assert found == AudioProperties("speex", 2.0, 16000, 1, None, found.bitrate_bps, lossless=False)


def test_mp3_with_an_info_frame_is_exact() -> None:
    found = known(mp3(audio=mp3_audio(100)))
    assert (found.codec, found.sample_rate_hz, found.channels, found.lossless) == ("mp3", 44100, 2, False)
    assert found.duration_s == pytest.approx((100 * 1152 - 1152) / 44100)


def test_mp3_duration_does_not_count_the_tags_around_it() -> None:
    bare = mp3_frame(128) * 100
    tagged = id3v2([], version=4) + bare + apev2(title="x" * 5000) + id3v1({"title": "x"})
    assert known(tagged).duration_s == known(bare).duration_s
    assert known(bare).duration_s == pytest.approx(100 * 1152 / 44100, rel=0.01)
    assert known(bare).bitrate_bps == 128000


def test_a_short_mp3_is_counted_frame_by_frame_and_a_broken_one_has_no_duration() -> None:
    two = known(mp3_frame(128) * 2, "mp3")
    assert two.duration_s == pytest.approx(2 * 1152 / 44100)
    broken = known((mp3_frame(128) * 3 + b"noise" * 20) * 40, "mp3")
    assert (broken.codec, broken.duration_s, broken.bitrate_bps) == ("mp3", None, None)


def test_aac_in_m4a_and_alac() -> None:
    found = known(m4a(frames=43))
    assert (found.codec, found.sample_rate_hz, found.channels) == ("aac", 44100, 1)
    assert (found.bit_depth, found.lossless) == (None, False)
    assert found.duration_s == pytest.approx(43 * 1024 / 44100)
    alac = known(m4a(alac=SECOND))
    assert (alac.codec, alac.bit_depth, alac.lossless, alac.duration_s) == ("alac", 16, True, 1.0)


@pytest.mark.parametrize(
    ("entry", "codec", "lossless"),
    [
        ("drms", "drms", None),
        ("enca", "enca", None),
        ("fLaC", "flac", True),
        ("Opus", "opus", False),
        ("twos", "pcm", True),
    ],
)
def test_other_sample_entries(entry: str, codec: str, lossless: bool | None) -> None:  # noqa: FBT001 - a column of the table above
    found = known(m4a(entry=audio_entry(entry, b"\0\0\0\x08free")))
    assert (found.codec, found.lossless) == (codec, lossless)


def test_wma() -> None:
    found = known(wma(title="x"))
    assert (found.codec, found.sample_rate_hz, found.channels, found.lossless) == ("wma", 8000, 1, False)
    assert found.duration_s == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("make", [ogg_vorbis, opus])
def test_tags_and_pictures_are_no_part_of_the_bit_rate_of_ogg(make: Callable[..., bytes]) -> None:
    bare = known(make(packets=2000)).bitrate_bps
    tagged = known(make(packets=2000, pictures=[bytes(300_000)], comment="x" * 40_000)).bitrate_bps
    assert bare is not None
    assert tagged == pytest.approx(bare, rel=0.1), "but for the headers of the pages that hold them"


def wavpack_block(flags: int, sub_blocks: bytes = b"", samples: int = 44100) -> bytes:
    body = struct.pack(
        "<4sIHBBIIIII", b"wvpk", 24 + len(sub_blocks), 0x410, 0, 0, samples, 0, samples, flags, 0
    )
    return body + sub_blocks


STEREO_44 = 9 << 23 | 1  # 44.1 kHz, two bytes a sample


def test_wavpack() -> None:
    found = known(wavpack(seconds=2.0))
    assert (found.codec, found.duration_s, found.sample_rate_hz, found.lossless) == (
        "wavpack",
        2.0,
        44100,
        True,
    )


def test_wavpack_variants() -> None:
    initial, final = 0x800, 0x1000
    assert known(wavpack_block(STEREO_44 | initial | final | 0x8)).lossless is False
    assert known(wavpack_block(STEREO_44 | initial | final | 4)).channels == 1
    surround = (
        wavpack_block(STEREO_44 | initial) + wavpack_block(STEREO_44) + wavpack_block(STEREO_44 | final)
    )
    assert known(surround).channels == 6
    assert known(wavpack_block(STEREO_44 | initial | final, b"\x0d\x01\x06\x3f")).channels == 6
    odd_rate = b"\x67\x02" + (22257).to_bytes(3, "little") + b"\0"
    assert known(wavpack_block(15 << 23 | 1 | initial | final, odd_rate)).sample_rate_hz == 22257
    dsd = known(wavpack_block(12 << 23 | 0x80000000 | initial | final, b"\x0e\x01\x02\x00", samples=352800))
    assert (dsd.sample_rate_hz, dsd.bit_depth, dsd.duration_s) == (2822400, 1, 1.0)
    assert known(wavpack_block(STEREO_44 | initial | final, samples=0xFFFFFFFF)).duration_s is None
    assert known(wavpack_block(STEREO_44 | initial | final | 3 | 0x80)).bit_depth == 32
    assert known(wavpack_block(9 << 23 | 2 | 4 << 13 | initial | final)).bit_depth == 20


@pytest.mark.parametrize("power", [b"", b"\x0e\x00"], ids=["none", "empty"])
def test_the_rate_of_dsd_in_wavpack_is_not_known_without_its_power_of_two(power: bytes) -> None:
    found = known(wavpack_block(12 << 23 | 0x80000000 | 0x1800, power, samples=352800))
    assert (found.sample_rate_hz, found.duration_s, found.channels) == (None, None, 2)


def test_tta() -> None:
    head = b"TTA1" + struct.pack("<HHHII", 1, 2, 24, 48000, 96000) + bytes(4)
    assert known(head + bytes(5978)) == AudioProperties("tta", 2.0, 48000, 2, 24, 24000, lossless=True)


def musepack8(*packets: bytes) -> bytes:
    return b"MPCK" + b"".join(packets)


def packet(key: bytes, body: bytes) -> bytes:
    return key + bytes((len(body) + 3,)) + body


STREAM_HEADER = packet(b"SH", bytes(4) + b"\x08" + b"\x82\xb1\x44" + b"\x00" + b"\x20\x10")


def test_musepack8() -> None:
    found = known(musepack8(packet(b"EI", b"1234"), STREAM_HEADER, packet(b"SE", b"")))
    samples = 2 << 14 | 0x31 << 7 | 0x44
    assert found == AudioProperties(
        "musepack", samples / 48000, 48000, 2, None, found.bitrate_bps, lossless=False
    )


@pytest.mark.parametrize(
    "packets",
    [
        (b"XX\0\0",),
        (b"SH\x02",),
        (packet(b"SE", b""),) * 100,
        (b"\0\0\x04\0",),
        (packet(b"SH", bytes(4)),),
        (b"SH" + b"\xff" * 20,),
    ],
)
def test_musepack8_that_would_loop_for_ever_is_refused(packets: tuple[bytes, ...]) -> None:
    with pytest.raises(UnparsableError):
        known(musepack8(*packets))


TRUNCATED = {
    "flac": flac()[:30],
    "wav": b"RIFF\x04\0\0\0WAVE",
    "rifx": b"RIFX\0\0\0\x04WAVE",
    "aiff": b"FORM\0\0\0\x04AIFF",
    "caf": b"caff\0\x01\0\0desc",
    "au": b".snd\0\0\0\x18",
    "w64": bytes.fromhex("726966662e91cf11a5d628db04c10000"),
    "mp4": b"\0\0\0\x10ftypM4A \0\0\0\0",
    "asf": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "ogg": b"OggS\0\x02" + bytes(20) + b"\x01\x09\x01vorbis\0\0",
    "ape": b"MAC \x96\x0f",
    "tak": b"tBaK",
    "tta": b"TTA1",
    "tta without a rate": b"TTA1" + bytes(18),
    "optimfrog": b"OFR \x0c",
    "musepack7": b"MP+\x07",
    "wavpack": b"wvpk",
    "dsf": b"DSD \x1c" + bytes(7),
    "dsdiff": b"FRM8" + bytes(8) + b"DSD ",
    "midi": b"MThd\0\0\0\x06\0\0\0\x01",
}


@pytest.mark.parametrize("name", TRUNCATED)
def test_a_header_cut_short_is_unparsable_and_nothing_else(name: str) -> None:
    with pytest.raises(UnparsableError) as caught:
        properties(TRUNCATED[name])
    assert str(caught.value)


def test_kinds_without_a_reader_give_the_codec_they_imply_or_nothing() -> None:
    assert properties(b"ajkg\x02" + bytes(40)) == AudioProperties("shorten", lossless=True)
    assert properties(b"\x1aE\xdf\xa3" + bytes(40)) is None
    assert properties(b"nothing at all") is None
    kind = sniff(Window(io.BytesIO(b"ajkg\x02"), 5), "").kind
    assert kind is not None
    assert not has_reader(kind)


def test_optimfrog_dualstream_is_told_by_its_name() -> None:
    data = b"OFR " + struct.pack("<IIHBBI", 12, 88200, 0, 2, 1, 44100) + bytes(60)
    assert known(data, "ofr") == AudioProperties("optimfrog", 1.0, 44100, 2, 16, 640, lossless=True)
    assert known(data, "ofs").lossless is False


def test_an_excerpt_behaves_as_a_file_of_its_own() -> None:
    excerpt = Excerpt(io.BytesIO(b"0123456789"), 2, 8)
    assert (excerpt.read(2), excerpt.tell(), excerpt.read(), excerpt.read(1)) == (b"23", 2, b"4567", b"")
    assert (excerpt.seek(-2, 2), excerpt.read(10)) == (4, b"67")
    assert (excerpt.seek(1), excerpt.seek(1, 1), excerpt.read(1)) == (1, 2, b"4")
    assert (excerpt.seek(100), excerpt.read(5)) == (100, b"")
    with pytest.raises(OSError, match="Invalid"):
        excerpt.seek(-1)


def test_an_excerpt_never_asks_for_more_than_is_left() -> None:
    asked: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    Excerpt(Watched(bytes(100)), 10, 90).read(1 << 28)
    assert asked == [80]
