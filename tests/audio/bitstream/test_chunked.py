"""Sound in chunks: WAV and its kin, AIFF, CAF, AU, DSF and DSDIFF."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import mutagen.aiff
import mutagen.dsdiff
import mutagen.dsf
import mutagen.id3
import mutagen.wave
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.sound import SoundState
from tests.audio.bitstream.listening import essence_of, heard, listened, planned, sound_of, state_of
from tests.samples import aiff, melody, wav
from tests.samples.aiff import iff_chunk
from tests.samples.riff import bext_chunk, info_list, riff_chunk

MUSIC = melody((440, 660, 0, 550), seconds=0.5)
SAMPLES = MUSIC.interleaved()
FMT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
HEAD = struct.pack("<HHIH", 1, 1, 8000, 2)
TEXT = [(b"NAME", "Title")]


def form(kind: bytes, *chunks: bytes) -> bytes:
    return riff_chunk(kind, b"WAVE" + b"".join(chunks))


def rf64(data: bytes, *, stated: int | None = None) -> bytes:
    sound = riff_chunk(b"fmt ", FMT) + b"data\xff\xff\xff\xff" + data
    size = 4 + 36 + len(sound)
    sizes = struct.pack("<QQQI", size, len(data) if stated is None else stated, len(data) // 2, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + riff_chunk(b"ds64", sizes) + sound


def w64(data: bytes) -> bytes:
    tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    body = (
        b"fmt "
        + tail
        + struct.pack("<Q", 40)
        + FMT
        + b"data"
        + tail
        + struct.pack("<Q", 24 + len(data))
        + data
    )
    head = bytes.fromhex("726966662e91cf11a5d628db04c10000")
    return head + struct.pack("<Q", 40 + len(body)) + b"wave" + tail + body


def rifx(data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack(">I", len(body)) + body

    fmt = struct.pack(">HHIIHH", 1, 1, 8000, 16000, 2, 16)
    return chunk(b"RIFX", b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"data", data))


def caf(data: bytes, *more: bytes, size: int | None = None) -> bytes:
    desc = struct.pack(">d4sIIIII", 8000.0, b"lpcm", 0, 2, 1, 1, 16)
    head = b"caff\0\x01\0\0desc" + struct.pack(">Q", 32) + desc
    return (
        head
        + b"data"
        + struct.pack(">Q", (4 + len(data)) if size is None else size)
        + bytes(4)
        + data
        + b"".join(more)
    )


def au(data: bytes, length: int | None = None) -> bytes:
    return (
        b".snd"
        + struct.pack(">IIIII", 28, len(data) if length is None else length, 3, 8000, 1)
        + bytes(4)
        + data
    )


def dsf(data: bytes, samples: int | None = None, tag: bytes = b"") -> bytes:
    size = 92 + len(data)
    head = b"DSD " + struct.pack("<QQQ", 28, size + len(tag), size if tag else 0)
    count = len(data) * 4 if samples is None else samples
    fmt = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 2, 2, 2822400, 1, count, 4096, 0)
    return head + fmt + b"data" + struct.pack("<Q", 12 + len(data)) + data + tag


def big(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">Q", len(body)) + body + bytes(len(body) % 2)


def dsdiff(sound: bytes, packed: bytes = b"DSD ") -> bytes:
    facts = (
        b"SND " + big(b"FS  ", struct.pack(">I", 2822400)) + big(b"CHNL", struct.pack(">H8s", 2, b"SLFTSRGT"))
    )
    facts += big(b"CMPR", packed + b"\0\0")
    return big(b"FRM8", b"DSD " + big(b"FVER", b"\1\5\0\0") + big(b"PROP", facts) + big(packed, sound))


def dst(frames: int, stated: int | None = None) -> bytes:
    noise = random.Random(4)
    body = big(b"FRTE", struct.pack(">IH", frames if stated is None else stated, 75))
    for _ in range(frames):
        body += big(b"DSTF", noise.randbytes(noise.randrange(200, 400))) + big(b"DSTC", noise.randbytes(4))
    return dsdiff(body, b"DST ")


DSD = random.Random(3).randbytes(4096 * 2 * 3)
WHOLE: dict[str, bytes] = {
    "plain.wav": wav(audio=MUSIC),
    "tagged.wav": wav({"INAM": "T"}, audio=MUSIC, bext=bext_chunk(description="d")),
    "long.wav": rf64(SAMPLES),
    "big-endian.wav": rifx(SAMPLES),
    "sony.w64": w64(SAMPLES),
    "a.aiff": aiff(audio=MUSIC),
    "a.caf": caf(SAMPLES),
    "a.au": au(SAMPLES),
    "a.dsf": dsf(DSD),
    "a.dff": dsdiff(DSD),
    "b.dff": dst(20),
}
"""By name: files with no checksum in them."""


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_consistent_and_no_more(name: str) -> None:
    found = sound_of(WHOLE[name])
    assert found.integrity.state is SoundState.CONSISTENT
    assert found.integrity.checked
    assert found.integrity.damage == ()


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_file_is_said_to_be_damaged_with_what_is_lost(name: str) -> None:
    data = WHOLE[name]
    whole = planned(data)
    assert whole is not None
    for part in range(16):
        cut = data[: len(data) * part // 16]
        found = listened(cut)
        if found is None:
            assert len(cut) <= whole.start + 20
            continue
        assert found.integrity.state is SoundState.DAMAGED
        assert found.integrity.damage[0].offset == len(cut)
        rate = whole.given["rate"]
        seconds = (found.integrity.damage[0].sample or 0) / rate + (found.integrity.lost_s or 0)
        assert seconds == pytest.approx(
            {"b.dff": 20 / 75, "a.dff": len(DSD) * 4 / rate, "a.dsf": len(DSD) * 4 / rate}.get(name, 0.5),
            abs=0.002,
        )


@pytest.mark.parametrize("name", WHOLE)
def test_bytes_that_do_not_come_are_missed(name: str) -> None:
    """The file was whole when its headers were read."""
    data = WHOLE[name]
    stream = planned(data)
    assert stream is not None
    found = heard(data[: stream.end - 100], stream)
    assert found.integrity.state is SoundState.DAMAGED
    assert found.integrity.damage[0].offset == stream.end - 100


@pytest.mark.parametrize("name", WHOLE)
def test_every_bit_of_the_music_counts(name: str) -> None:
    data, noise = WHOLE[name], random.Random(7)
    stream = planned(data)
    assert stream is not None
    before = essence_of(data)
    for _ in range(1000 if name == "plain.wav" else 50):
        changed = bytearray(data)
        changed[noise.randrange(stream.start, stream.end)] ^= 1 << noise.randrange(8)
        found = heard(bytes(changed), stream)
        assert found.essence is not None
        assert found.essence.digest != before[1]


@settings(max_examples=40)
@given(name=st.sampled_from(sorted(WHOLE)), piece=st.sampled_from((1, 7, 1 << 20)) | st.integers(1, 9000))
def test_pieces_of_any_size_say_the_same(name: str, piece: int) -> None:
    data = WHOLE[name]
    stream = planned(data)
    assert stream is not None
    assert heard(data, stream, piece) == heard(data, stream)


@settings(max_examples=300)
@given(name=st.sampled_from(sorted(WHOLE)), data=st.data())
def test_no_bytes_make_it_fail(name: str, data: st.DataObject) -> None:
    changed = bytearray(WHOLE[name])
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=12)):
        changed[at] = byte
    listened(bytes(changed[: data.draw(st.integers(0, len(changed)))]))


@pytest.mark.parametrize("name", WHOLE)
def test_sizes_beyond_all_files_are_survived(name: str) -> None:
    data = WHOLE[name]
    for at in range(150):
        for width in (4, 8):
            changed = bytearray(data)
            changed[at : at + width] = b"\xff" * width
            listened(bytes(changed))


def test_the_recipe_of_wav() -> None:
    whole = hashlib.sha256(HEAD + SAMPLES).hexdigest()
    for name in ("plain.wav", "tagged.wav", "long.wav", "sony.w64"):
        assert essence_of(WHOLE[name]) == ("wave-data-v1", whole)
    other = hashlib.sha256(struct.pack(">HHIH", 1, 1, 8000, 2) + SAMPLES).hexdigest()
    assert essence_of(WHOLE["big-endian.wav"]) == ("wave-data-v1", other)


def test_an_extensible_format_is_what_it_extends() -> None:
    fmt = (
        struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4) + struct.pack("<H", 1) + bytes(14)
    )
    data = form(b"RIFF", riff_chunk(b"fmt ", fmt), riff_chunk(b"data", SAMPLES))
    assert essence_of(data) == essence_of(WHOLE["plain.wav"])


def test_the_recipe_of_aiff() -> None:
    common = struct.pack(">hh", 1, 16) + bytes.fromhex("400bfa00000000000000")
    expected = hashlib.sha256(common + b"NONE" + MUSIC.interleaved(big_endian=True)).hexdigest()
    assert essence_of(aiff(audio=MUSIC)) == ("aiff-ssnd-v1", expected)


@pytest.mark.parametrize(("name", "same"), [(b"twos", b"NONE"), (b"NONE", b"NONE"), (b"sowt", b"sowt")])
def test_how_aiff_c_writes_samples_is_part_of_it(name: bytes, same: bytes) -> None:
    common = (
        struct.pack(">hIh", 1, MUSIC.frames, 16) + bytes.fromhex("400bfa00000000000000") + name + bytes(2)
    )
    sound = iff_chunk(b"SSND", struct.pack(">II", 4, 0) + b"skip" + SAMPLES)
    data = iff_chunk(b"FORM", b"AIFC" + iff_chunk(b"COMM", common) + sound)
    expected = common[:2] + common[6:18] + same + SAMPLES
    assert essence_of(data)[1] == hashlib.sha256(expected).hexdigest()
    assert state_of(data) is SoundState.CONSISTENT


def test_the_recipes_of_the_others() -> None:
    desc = struct.pack(">d4sIII", 8000.0, b"lpcm", 0, 1, 16)
    assert essence_of(WHOLE["a.caf"]) == ("caf-data-v1", hashlib.sha256(desc + SAMPLES).hexdigest())
    head = struct.pack(">III", 3, 8000, 1)
    assert essence_of(WHOLE["a.au"]) == ("au-data-v1", hashlib.sha256(head + SAMPLES).hexdigest())
    assert essence_of(WHOLE["a.dsf"]) == ("dsf-fmt-data-v1", hashlib.sha256(WHOLE["a.dsf"][28:]).hexdigest())
    start = struct.pack(">IH", 2822400, 2)
    assert essence_of(WHOLE["a.dff"]) == ("dsdiff-data-v1", hashlib.sha256(start + b"DSD " + DSD).hexdigest())
    packed = dst(20)
    body = packed[packed.index(b"FRTE") :]
    assert essence_of(packed) == ("dsdiff-data-v1", hashlib.sha256(start + b"DST " + body).hexdigest())


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_the_md5_of_bwf_metaedit_proves_the_music(*, backwards: bool, first: bool) -> None:
    digest = hashlib.md5(SAMPLES, usedforsecurity=False).digest()
    chunk = riff_chunk(b"MD5 ", digest[::-1] if backwards else digest)
    fmt, music = riff_chunk(b"fmt ", FMT), riff_chunk(b"data", SAMPLES)
    data = (
        form(b"RIFF", fmt, chunk, music)
        if first
        else form(b"RIFF", fmt, music, info_list({"INAM": "T"}), chunk)
    )
    found = sound_of(data)
    assert found.integrity.state is SoundState.INTACT
    assert found.integrity.checked == ("wave-sizes", "bwf-md5")
    stream, noise = planned(data), random.Random(1)
    assert stream is not None
    for _ in range(100):
        changed = bytearray(data)
        changed[noise.randrange(stream.start, stream.end)] ^= 1 << noise.randrange(8)
        assert heard(bytes(changed), stream).integrity.state is SoundState.DAMAGED
    cut = sound_of(data[: stream.end - 10]) if first else sound_of(data[:-40])
    assert cut.integrity.state is (SoundState.DAMAGED if first else SoundState.CONSISTENT)


@pytest.mark.parametrize(
    "data",
    [
        WHOLE["plain.wav"].replace(b"data" + struct.pack("<I", len(SAMPLES)), b"data\xff\xff\xff\xff"),
        (b"RIFF\xff\xff\xff\xff" + WHOLE["plain.wav"][8:]).replace(
            b"data" + struct.pack("<I", len(SAMPLES)), b"data" + bytes(4)
        ),
        rf64(SAMPLES, stated=(1 << 64) - 1),
        caf(SAMPLES, size=(1 << 64) - 1),
        au(SAMPLES, 0xFFFF_FFFF),
    ],
)
def test_an_open_length_is_said(data: bytes) -> None:
    found = sound_of(data)
    assert found.integrity.state is SoundState.CONSISTENT
    assert found.integrity.detail == "the header leaves the length open, as of a stream"
    assert found.essence is not None


def test_what_is_odd_and_no_damage_is_said() -> None:
    assert sound_of(
        form(b"RIFF", riff_chunk(b"fmt ", FMT), riff_chunk(b"data", b"abc"))
    ).integrity.detail == ("the last sample is not whole")
    other = form(
        b"RIFF", riff_chunk(b"fmt ", FMT), riff_chunk(b"fact", b"\7\0\0\0"), riff_chunk(b"data", SAMPLES)
    )
    assert sound_of(other).integrity.detail == "the fact chunk counts another number of samples"
    tagged = WHOLE["tagged.wav"][:-9]
    assert sound_of(tagged).integrity.detail == "the file ends before its form does"
    assert (
        sound_of(WHOLE["plain.wav"] + b"junk of a kind").integrity.detail
        == "bytes follow the end of the form"
    )


def test_fewer_samples_than_stated() -> None:
    found = sound_of(dsf(DSD, len(DSD) * 4 + 2822400))
    assert found.integrity.state is SoundState.DAMAGED
    assert found.integrity.lost_s == pytest.approx(1)
    assert sound_of(dst(20, 95)).integrity.lost_s == pytest.approx(1)
    common = struct.pack(">hIh", 1, MUSIC.frames + 800, 16) + bytes.fromhex("400bfa00000000000000")
    sound = iff_chunk(b"SSND", bytes(8) + SAMPLES)
    data = iff_chunk(b"FORM", b"AIFF" + iff_chunk(b"COMM", common) + sound)
    assert sound_of(data).integrity.lost_s == pytest.approx(0.1)


def test_dst_frames_that_cannot_be_followed() -> None:
    data = dst(20)
    at = data.index(b"DSTF", len(data) // 2)
    found = sound_of(data[:at] + b"\0" + data[at + 1 :])
    assert found.integrity.state is SoundState.DAMAGED
    assert found.integrity.damage[0].offset == at
    assert found.integrity.damage[0].at_s == pytest.approx(10 / 75, abs=2 / 75)


def test_a_packet_table_that_does_not_fit() -> None:
    desc = struct.pack(">d4sIIIII", 8000.0, b"alac", 1, 0, 4096, 1, 0)
    head = b"caff\0\x01\0\0desc" + struct.pack(">Q", 32) + desc

    def made(*sizes: bytes) -> bytes:
        table = struct.pack(">QQII", len(sizes), 8192, 0, 0) + b"".join(sizes)
        data = b"data" + struct.pack(">Q", 304) + bytes(4) + bytes(300)
        return head + b"pakt" + struct.pack(">Q", len(table)) + table + data

    assert sound_of(made(b"\x81\x48", b"\x64")).integrity.state is SoundState.CONSISTENT
    assert sound_of(made(b"\x81\x48", b"\x65")).integrity.state is SoundState.DAMAGED
    assert sound_of(made(b"\x81\x48")).integrity.detail is not None


def id3() -> mutagen.id3.ID3:
    tag = mutagen.id3.ID3()
    tag.add(mutagen.id3.TIT2(encoding=3, text="Another title"))
    tag.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=bytes(3000)))
    return tag


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plain.wav", mutagen.wave.WAVE),
        ("tagged.wav", mutagen.wave.WAVE),
        ("a.aiff", mutagen.aiff.AIFF),
        ("a.dsf", mutagen.dsf.DSF),
        ("a.dff", mutagen.dsdiff.DSDIFF),
    ],
)
def test_retagging_keeps_the_essence(name: str, kind: Callable[[io.BytesIO], mutagen.FileType]) -> None:
    data = WHOLE[name]
    file = io.BytesIO(data)
    opened = kind(file)
    opened.add_tags()
    assert opened.tags is not None
    opened.tags.update(id3())
    file.seek(0)
    opened.save(file)
    assert file.getvalue() != data
    assert essence_of(file.getvalue()) == essence_of(data)
    assert state_of(file.getvalue()) is SoundState.CONSISTENT


needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def ffmpeg(*args: str | Path) -> None:
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *(os.fspath(each) for each in args)], check=True, timeout=120
    )


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.wav", "pcm_s16le"),
        ("b.wav", "pcm_s24le"),
        ("c.wav", "pcm_f32le"),
        ("d.wav", "pcm_mulaw"),
        ("e.wav", "adpcm_ms"),
        ("f.wav", "ac3"),
        ("g.wav", "mp2"),
        ("a.w64", "pcm_s16le"),
        ("a.aiff", "pcm_s16be"),
        ("b.aiff", "pcm_s24be"),
        ("c.aiff", "pcm_f32be"),
        ("a.caf", "pcm_s16le"),
        ("b.caf", "alac"),
        ("a.au", "pcm_s16be"),
    ],
)
def test_a_stream_copy_keeps_the_essence(tmp_path: Path, name: str, codec: str) -> None:
    source, copy = tmp_path / name, tmp_path / f"copy-{name}"
    ffmpeg("-f", "lavfi", "-i", "sine=440:r=44100:d=1", "-ac", "2", "-c:a", codec, source)
    ffmpeg("-i", source, "-c", "copy", "-metadata", "title=Another", copy)
    data = source.read_bytes()
    assert state_of(data) is SoundState.CONSISTENT
    assert essence_of(copy.read_bytes()) == essence_of(data)
    if name == "a.wav":
        for other in ("long.wav", "long.w64"):
            ffmpeg(
                "-i",
                source,
                "-c",
                "copy",
                "-rf64" if other == "long.wav" else "-bitexact",
                *(["always"] if other == "long.wav" else []),
                tmp_path / other,
            )
            assert essence_of((tmp_path / other).read_bytes()) == essence_of(data)
