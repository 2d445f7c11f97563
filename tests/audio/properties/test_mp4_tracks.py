"""MP4 and QuickTime: how long a track is where headers do not say, and what its sample entry is worth."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.properties.mpeg4_config import AudioConfig, audio_config, decoder_config
from tests.audio.properties.reading import known
from tests.samples import m4a, silence
from tests.samples.bits import BitWriter
from tests.samples.flac import flac_frames, streaminfo
from tests.samples.mp4 import audio_entry, box, full_box

PLAIN = m4a(frames=43)
SECONDS = 43 * 1024 / 44100


def with_time(data: bytes, name: bytes, ticks: int) -> bytes:
    at = data.index(name) + 20
    return data[:at] + ticks.to_bytes(4, "big") + data[at + 4 :]


def without_table(data: bytes) -> bytes:
    return data.replace(b"stts", b"sttx")


@pytest.mark.parametrize("ticks", [0, 1, 0xFFFFFFFF])
def test_a_time_left_open_is_added_up_from_the_samples(ticks: int) -> None:
    assert known(with_time(PLAIN, b"mdhd", ticks)).duration_s == pytest.approx(SECONDS)


def test_without_a_table_the_headers_count_and_what_they_leave_open_is_unknown() -> None:
    bare = without_table(PLAIN)
    assert known(bare).duration_s == pytest.approx(SECONDS)
    for ticks in (0, 0xFFFFFFFF):
        assert known(with_time(bare, b"mdhd", ticks)).duration_s == pytest.approx(SECONDS)  # by mvhd
        both = with_time(with_time(bare, b"mdhd", ticks), b"mvhd", ticks)
        assert known(both).duration_s is None


def movie(entry: bytes, *tables: bytes, header: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """A movie of one sound track with any sample entry and tables."""
    media = box(
        "mdia",
        header or full_box("mdhd", struct.pack(">IIIII", 0, 0, 48000, 0, 0)),
        full_box("hdlr", struct.pack(">I4s12x", 0, b"soun"), b"\0"),
        box("minf", box("stbl", full_box("stsd", struct.pack(">I", 1), entry), *tables)),
    )
    track = box("trak", full_box("tkhd", struct.pack(">IIII", 0, 0, 7, 0) + bytes(64)), media)
    head = full_box("mvhd", struct.pack(">IIII", 0, 0, 1000, 0) + bytes(80))
    return box("ftyp", b"isom", bytes(4)) + box("moov", head, track, *more)


def stts(*runs: tuple[int, int]) -> bytes:
    return full_box("stts", struct.pack(">I", len(runs)), *(struct.pack(">II", *run) for run in runs))


PCM = audio_entry("sowt", rate_hz=48000, channels=2)


def test_long_headers_and_their_unknown_time() -> None:
    long = full_box("mdhd", struct.pack(">QQIQI", 0, 0, 48000, 96000, 0), version=1)
    assert known(movie(PCM, header=long)).duration_s == 2
    unknown = full_box("mdhd", struct.pack(">QQIQI", 0, 0, 48000, 2**64 - 1, 0), version=1)
    assert known(movie(PCM, header=unknown)).duration_s is None
    assert known(movie(PCM, stts((48000, 1)), header=unknown)).duration_s == 1


def fragment(track: int, flags: int, head: bytes, *runs: bytes) -> bytes:
    tfhd = full_box("tfhd", struct.pack(">I", track), head, flags=flags)
    return box("moof", full_box("mfhd", bytes(4)), box("traf", tfhd, *runs)) + box("mdat", bytes(100))


EXTENDS = box("mvex", full_box("trex", struct.pack(">IIIII", 7, 1, 1024, 0, 0)))


def test_fragments_add_up_by_each_way_of_saying_how_long_a_sample_is() -> None:
    by_default = fragment(7, 0, b"", full_box("trun", struct.pack(">I", 10)))
    by_header = fragment(7, 0x0A, struct.pack(">II", 1, 960), full_box("trun", struct.pack(">I", 5)))
    listed = struct.pack(">Ii", 2, 0) + struct.pack(">IIII", 100, 1, 200, 1)
    by_sample = fragment(7, 0, b"", full_box("trun", listed, flags=0x301))
    other = fragment(8, 0, b"", full_box("trun", struct.pack(">I", 1000)))
    data = movie(PCM, stts(), more=(EXTENDS,)) + by_default + by_header + by_sample + other
    assert known(data).duration_s == pytest.approx((10 * 1024 + 5 * 960 + 300) / 48000)


def test_a_fragment_that_is_cut_short_leaves_the_time_open() -> None:
    listed = struct.pack(">I", 50) + bytes(20)
    data = movie(PCM, stts(), more=(EXTENDS,)) + fragment(7, 0, b"", full_box("trun", listed, flags=0x100))
    assert known(data).duration_s is None


def test_a_movie_that_has_no_samples_yet_has_no_time() -> None:
    assert known(movie(PCM, stts(), more=(EXTENDS,))).duration_s is None


def quicktime(
    kind: str,
    version: int,
    extra: bytes,
    *children: bytes,
    rate: int = 48000,
    channels: int = 2,
    bits: int = 16,
) -> bytes:
    head = bytes(6) + struct.pack(
        ">HHHIHHHHI", 1, version, 0, 0, channels, bits, 0xFFFE, 0, rate << 16 & 0xFFFFFFFF
    )
    return box(kind, head + extra, *children)


@pytest.mark.parametrize(
    ("flags", "bits", "codec"), [(12, 24, "pcm"), (1, 32, "pcm-float"), (3, 64, "pcm-float"), (12, 16, "pcm")]
)
def test_quicktime_version_2_has_placeholders_in_the_old_fields(flags: int, bits: int, codec: str) -> None:
    extra = struct.pack(">IdIIIIII", 72, 192000.0, 6, 0x7F000000, bits, flags, 6 * bits // 8, 1)
    found = known(movie(quicktime("lpcm", 2, extra, rate=1, channels=3)))
    assert (found.codec, found.sample_rate_hz, found.channels, found.bit_depth) == (codec, 192000, 6, bits)
    assert found.bitrate_bps == 192000 * 6 * bits


@pytest.mark.parametrize(
    ("kind", "bits"), [("in24", 24), ("in32", 32), ("fl32", 32), ("fl64", 64), ("twos", 16), ("raw ", 8)]
)
def test_quicktime_version_1_knows_the_depth_by_its_codec(kind: str, bits: int) -> None:
    extra = struct.pack(">IIII", 1, bits // 8, bits // 4, 2)
    entry = quicktime(kind, 1, extra, box("wave", box("enda", b"\0\1")), bits=8 if bits == 8 else 16)
    assert known(movie(entry)).bit_depth == bits


def descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((tag, 0x80, 0x80, len(body))) + body


def esds(specific: bytes, object_type: int = 0x40, rate: int = 96000) -> bytes:
    parts = descriptor(5, specific) if specific else b""
    config = descriptor(4, struct.pack(">BB3sII", object_type, 0x15, bytes(3), 0, rate), parts)
    return full_box("esds", descriptor(3, b"\0\1\0", config))


def specific(*fields: tuple[int, int]) -> bytes:
    out = BitWriter()
    for value, width in fields:
        out.put(value, width)
    return out.to_bytes()


LC_MONO = specific((2, 5), (4, 4), (1, 4), (0, 3))
LC_STEREO = specific((2, 5), (3, 4), (2, 4), (0, 3))
FRONT_PAIR_AND_ONE = specific(
    (2, 5), (4, 4), (0, 4), (0, 3),
    (0, 4), (1, 2), (4, 4), (2, 4), (0, 4), (1, 4), (1, 2), (0, 3), (0, 4), (0, 1), (0, 1), (0, 1),
    (0, 1), (0, 4), (1, 1), (0, 4), (1, 1), (1, 4),
)  # fmt: skip


@pytest.mark.parametrize(
    ("config", "rate", "channels"),
    [
        (LC_MONO, 44100, 1),
        (LC_STEREO, 48000, 2),
        (specific((2, 5), (15, 4), (50000, 24), (7, 4), (0, 3)), 50000, 8),
        (specific((5, 5), (7, 4), (2, 4), (4, 4), (2, 5), (0, 3)), 44100, 2),
        (specific((29, 5), (7, 4), (1, 4), (4, 4), (2, 5), (0, 3)), 44100, 2),
        (specific((2, 5), (7, 4), (1, 4), (0, 3), (0x2B7, 11), (5, 5), (1, 1), (4, 4), (0x548, 11), (1, 1)), 44100, 2),
        (FRONT_PAIR_AND_ONE, 44100, 6),
        (specific((31, 5), (10, 6), (3, 4), (2, 4)), 48000, 2),
    ],
)  # fmt: skip
def test_the_decoder_configuration_has_rate_and_channels(config: bytes, rate: int, channels: int) -> None:
    found = known(movie(audio_entry("mp4a", esds(config), rate_hz=1, channels=2)))
    assert (found.sample_rate_hz, found.channels, found.lossless) == (rate, channels, False)


def test_without_a_configuration_the_templates_are_not_taken_for_facts() -> None:
    for entry in (audio_entry("mp4a", channels=2), audio_entry("mp4a", esds(b""), channels=2)):
        found = known(movie(entry))
        assert (found.codec, found.sample_rate_hz, found.channels) == ("aac", None, None)


def test_esds_inside_a_quicktime_wave_box_counts() -> None:
    wave = box("wave", box("frma", b"mp4a"), box("mp4a", bytes(4)), esds(LC_MONO), bytes(8))
    entry = quicktime("mp4a", 1, struct.pack(">IIII", 1024, 0, 0, 2), wave)
    assert known(movie(entry)).channels == 1


def test_mp3_in_mp4_is_what_its_first_frame_says() -> None:
    frame = bytes.fromhex("fffb90c4") + bytes(413)  # mono
    data = movie(audio_entry("mp4a", esds(b"", 0x6B), channels=2), full_box("stco", struct.pack(">II", 1, 0)))
    offset = len(data) + 8
    data = data.replace(
        b"stco" + bytes(4) + struct.pack(">II", 1, 0), b"stco" + bytes(4) + struct.pack(">II", 1, offset)
    )
    found = known(data + box("mdat", frame))
    assert (found.codec, found.channels, found.sample_rate_hz) == ("mp3", 1, 44100)
    assert known(movie(audio_entry("mp4a", esds(b"", 0x6B), channels=2))).channels is None


def test_alac_flac_and_opus_by_their_own_configuration() -> None:
    cookie = struct.pack(">IBBBBBBHIII", 4096, 0, 24, 40, 10, 14, 6, 255, 0, 0, 192000)
    found = known(movie(audio_entry("alac", full_box("alac", cookie), rate_hz=0, channels=2)))
    assert (found.codec, found.sample_rate_hz, found.channels, found.bit_depth) == ("alac", 192000, 6, 24)
    sound = silence(0.1, rate_hz=96000, channels=2, bits=24)
    info = b"\x80\0\0\x22" + streaminfo(sound, flac_frames(sound))
    found = known(movie(audio_entry("fLaC", full_box("dfLa", info), rate_hz=0, channels=1)))
    assert (found.codec, found.sample_rate_hz, found.channels, found.bit_depth) == ("flac", 96000, 2, 24)
    found = known(
        movie(audio_entry("Opus", box("dOps", struct.pack(">BBHIhB", 0, 1, 312, 44100, 0, 0)), channels=2))
    )
    assert (found.codec, found.sample_rate_hz, found.channels) == ("opus", 48000, 1)


def test_ac3_and_eac3_by_their_own_configuration() -> None:
    dac3 = box("dac3", specific((1, 2), (8, 5), (0, 3), (7, 3), (1, 1), (10, 5), (0, 5)))
    found = known(movie(audio_entry("ac-3", dac3, channels=2)))
    assert (found.codec, found.sample_rate_hz, found.channels) == ("ac3", 44100, 6)
    fields = ((192, 13), (0, 3), (0, 2), (16, 5), (0, 5), (1, 3), (0, 1), (0, 3))
    found = known(movie(audio_entry("ec-3", box("dec3", specific(*fields, (0, 4), (0, 1))), channels=2)))
    assert (found.codec, found.sample_rate_hz, found.channels) == ("eac3", 48000, 1)
    found = known(movie(audio_entry("ec-3", box("dec3", specific(*fields, (1, 4), (2, 9))), channels=2)))
    assert found.channels is None  # a substream adds some, and there is no frame to say how many


def test_pcm_of_iso_files_and_exact_rates() -> None:
    entry = audio_entry("ipcm", box("pcmC", bytes(4), b"\1\x18"), full_box("srat", struct.pack(">I", 192000)))
    assert known(movie(entry)).bit_depth == 24


@given(st.binary(max_size=80))
def test_any_bytes_make_a_configuration_or_none(data: bytes) -> None:
    found = audio_config(data)
    assert found is None or isinstance(found, AudioConfig)
    decoder_config(data)
    decoder_config(bytes(4) + descriptor(3, b"\0\1\0", data[:90]))


@given(
    st.binary(max_size=120),
    st.sampled_from(["mp4a", "lpcm", "alac", "fLaC", "ec-3", "dtsc", "ms\0U", "samr"]),
)
def test_any_sample_entry_is_read_without_harm(data: bytes, kind: str) -> None:
    found = known(movie(box(kind, data)))
    for number in (found.sample_rate_hz, found.channels, found.bit_depth, found.bitrate_bps):
        assert number is None or number > 0


@pytest.mark.parametrize(
    "name", ["esds", "alac", "dfLa", "dOps", "dac3", "dec3", "ddts", "dmlp", "pcmC", "srat", "wave"]
)
@given(data=st.binary(max_size=60))
def test_any_configuration_box_is_read_without_harm(name: str, data: bytes) -> None:
    known(movie(audio_entry("mp4a", box(name, data))))
    known(movie(audio_entry("mp4a", box("wave", box(name, data)))))


def test_a_flac_whose_streaminfo_comes_second_is_read_and_no_rate_is_negative() -> None:
    sound = silence(0.5)
    frames = flac_frames(sound)
    info = b"\x00\0\0\x22" + streaminfo(sound, frames)
    found = known(b"fLaC" + b"\x01\0\0\x08" + bytes(8) + b"\x80" + info[1:] + b"".join(frames))
    assert (found.sample_rate_hz, found.duration_s) == (44100, 0.5)
    assert found.bitrate_bps is not None
    wrong = known(b"fLaC" + info + b"\x84\x0f\xff\xff" + bytes(40) + b"".join(frames))
    assert wrong.bitrate_bps is None
