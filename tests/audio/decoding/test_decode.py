"""Music decodes to the samples that were encoded, whatever the container, and damage is met where other decoders meet it."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.audio.containers.window import Window
from archiver.audio.decoding.decode import decode_file
from archiver.audio.decoding.decoder import Decoder
from archiver.audio.decoding.demuxers import DEMUXERS
from archiver.audio.decoding.verdict import with_decoding
from archiver.audio.examine import examine_file
from archiver.model.audio import ExaminedFile
from archiver.model.decoded import Decoded, Undecoded
from archiver.model.evidence import Protection
from archiver.model.sound import SoundState
from tests.audio.decoding.conftest import DecodeHere, Encode
from tests.audio.decoding.music import reference, run_tool, whole
from tests.samples import apev2, flac, id3v1, id3v2, lyrics3, m4a, melody, mp3, silence, wav
from tests.samples.id3 import text_frame
from tests.samples.matroska import midi

DecodeBytes = Callable[..., Decoded | Undecoded]

LOSSLESS = {
    "a.flac": (),
    "a.wav": (),
    "a.w64": (),
    "rf.wav": ("-rf64", "always"),
    "a.aiff": (),
    "a.caf": (),
    "a.au": (),
    "a.wv": (),
    "a.tta": (),
    "alac.m4a": ("-c:a", "alac"),
    "a.oga": ("-c:a", "flac"),
    "flac.mka": ("-c:a", "flac"),
}
LOSSY = ("a.mp3", "a.mp2", "a.m4a", "a.ogg", "a.opus", "a.aac", "a.wma", "a.ac3", "opus.webm", "vorbis.mka")


def state(decoded: Decoded | Undecoded) -> SoundState:
    sound = with_decoding(None, decoded)
    assert sound is not None
    return sound.integrity.state


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_music_comes_out_sample_for_sample(
    name: str, music: bytes, encode: Encode, decode_here: DecodeHere
) -> None:
    decoded = whole(decode_here(encode(name, *LOSSLESS[name])))
    assert decoded.pcm_md5 == hashlib.md5(music).hexdigest()
    assert (decoded.samples, decoded.channels, decoded.sample_rate_hz) == (len(music) // 4, 2, 44_100)
    assert decoded.errors == 0
    assert decoded.seconds == pytest.approx(12.0)


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_music_decodes_without_a_digest_that_decoders_do_not_share(
    name: str, encode: Encode, decode_here: DecodeHere
) -> None:
    decoded = whole(decode_here(encode(name)))
    assert decoded.pcm_md5 is None
    assert decoded.seconds == pytest.approx(12.0, abs=0.1)
    assert decoded.errors == 0
    assert state(decoded) is SoundState.CONSISTENT


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_flac_states_its_own_md5_at_every_depth(bits: int, decode_bytes: DecodeBytes) -> None:
    sound = replace(melody([440, 0, 660], seconds=0.5), bits=bits) if bits != 8 else silence(0.2, bits=8)
    decoded = whole(decode_bytes("a.flac", flac(audio=sound)))
    assert decoded.pcm_md5 == sound.md5().hex()
    assert decoded.stated is not None
    assert (decoded.stated.by, decoded.stated.holds) == ("flac", True)
    assert decoded.stated_samples == decoded.samples == sound.frames
    assert state(decoded) is SoundState.INTACT


def test_eight_bit_music_has_one_digest_in_every_container(
    encode: Encode, decode_here: DecodeHere, tmp_path: Path
) -> None:
    plain = encode("eight.wav", "-c:a", "pcm_u8")
    files = [plain, tmp_path / "a.flac", tmp_path / "a.wv"]
    assert run_tool("flac", "-s", plain, "-o", files[1]).returncode == 0
    assert run_tool("wavpack", "-q", "-m", plain, "-o", files[2]).returncode == 0
    decoded = [whole(decode_here(path)) for path in files]
    assert len({each.pcm_md5 for each in decoded}) == 1
    assert [each.stated and each.stated.holds for each in decoded] == [None, True, True]


@pytest.mark.parametrize(
    ("name", "options", "state_expected"),
    [
        ("s16.wav", ("-c:a", "pcm_s16le"), SoundState.INTACT),
        ("s24.wav", ("-c:a", "pcm_s24le"), SoundState.INTACT),
        ("s32.wav", ("-c:a", "pcm_s32le"), SoundState.INTACT),
        ("u8.wav", ("-c:a", "pcm_u8"), SoundState.INTACT),
        ("s16.aiff", ("-c:a", "pcm_s16be"), SoundState.INTACT),
        ("s8.aiff", ("-c:a", "pcm_s8"), SoundState.INTACT),
        ("f32.wav", ("-c:a", "pcm_f32le"), SoundState.CONSISTENT),
    ],
)
def test_the_md5_that_wavpack_states_is_compared_in_the_form_of_the_packed_file(  # noqa: PLR0917
    name: str,
    options: tuple[str, ...],
    state_expected: SoundState,
    encode: Encode,
    decode_here: DecodeHere,
    tmp_path: Path,
) -> None:
    packed = tmp_path / "a.wv"
    assert run_tool("wavpack", "-q", "-m", encode(name, *options), "-o", packed).returncode == 0
    assert state(decode_here(packed)) is state_expected


def test_a_hybrid_file_alone_states_the_md5_of_samples_that_it_does_not_have(
    encode: Encode, decode_here: DecodeHere, tmp_path: Path
) -> None:
    packed = tmp_path / "a.wv"
    assert run_tool("wavpack", "-q", "-m", "-b256", encode("s16.wav"), "-o", packed).returncode == 0
    decoded = whole(decode_here(packed))
    assert decoded.stated is not None
    assert decoded.stated.holds is None
    assert state(decoded) is SoundState.CONSISTENT


def test_an_md5_that_was_never_set_is_no_damage(decode_bytes: DecodeBytes) -> None:
    decoded = whole(decode_bytes("a.flac", flac(audio=melody([440]), md5=bytes(16))))
    assert decoded.stated is not None
    assert decoded.stated.md5 is None
    sound = with_decoding(None, decoded)
    assert sound is not None
    assert sound.integrity.state is SoundState.CONSISTENT
    assert sound.integrity.detail == "the file states no MD5 of its music"


def test_another_md5_is_damage(decode_bytes: DecodeBytes) -> None:
    decoded = whole(decode_bytes("a.flac", flac(audio=melody([440]), md5=b"\1" * 16)))
    assert decoded.errors == 0
    sound = with_decoding(None, decoded)
    assert sound is not None
    assert sound.integrity.state is SoundState.DAMAGED
    assert sound.integrity.damage[0].what == "the decoded music has another MD5 than the file states"


def test_a_flipped_bit_of_flac_and_wavpack_is_always_met(
    encode: Encode, decode_bytes: DecodeBytes, tmp_path: Path
) -> None:
    packed = tmp_path / "whole.wv"
    assert run_tool("wavpack", "-q", "-m", encode("s16.wav"), "-o", packed).returncode == 0
    chance = random.Random(5)
    for path in (encode("a.flac"), packed):
        whole_file = path.read_bytes()
        for _ in range(12):
            data = bytearray(whole_file)
            data[chance.randrange(len(data) // 10, len(data) - 200)] ^= 1 << chance.randrange(8)
            assert state(decode_bytes(path.name, bytes(data))) is SoundState.DAMAGED


def test_where_a_decoder_stumbles_is_said_in_seconds(encode: Encode, decode_bytes: DecodeBytes) -> None:
    data = bytearray(encode("a.mp3").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    decoded = whole(decode_bytes("a.mp3", bytes(data)))
    assert decoded.errors >= 1
    assert all(place.at_s == pytest.approx(6.0, abs=0.5) for place in decoded.damage)
    assert all(abs(place.offset - middle) < 4000 for place in decoded.damage)
    assert state(decoded) is SoundState.DAMAGED


@pytest.mark.parametrize("name", ["a.flac", "a.wv", "a.tta", "a.mp3", "a.ogg", "a.opus"])
def test_damage_is_met_where_ffmpeg_meets_it(
    name: str, encode: Encode, decode_bytes: DecodeBytes, tmp_path: Path
) -> None:
    original, chance = encode(name).read_bytes(), random.Random(3)
    for how in ("cut", "hole", "hole", "flip", "flip"):
        data, at = bytearray(original), chance.randrange(len(original) // 4, len(original) - 1000)
        match how:
            case "cut":
                del data[at:]
            case "hole":
                data[at : at + 700] = bytes(700)
            case _:
                data[at] ^= 16
        path = tmp_path / f"judged-{name}"
        path.write_bytes(data)
        judged = run_tool("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-f", "null", "-")
        found = state(decode_bytes(name, bytes(data)))
        assert not judged.stderr or found is SoundState.DAMAGED, (how, at, judged.stderr)
        if name == "a.flac":
            assert (run_tool("flac", "-t", "-s", path).returncode != 0) is (found is SoundState.DAMAGED)


def test_a_file_that_ends_too_soon_lacks_samples(encode: Encode, decode_bytes: DecodeBytes) -> None:
    data = encode("a.flac").read_bytes()
    decoded = whole(decode_bytes("a.flac", data[: len(data) // 2]))
    assert decoded.stated_samples is not None
    assert 0 < decoded.samples < decoded.stated_samples
    sound = with_decoding(None, decoded)
    assert sound is not None
    assert sound.integrity.state is SoundState.DAMAGED


def test_tags_around_the_music_are_not_taken_for_broken_music(
    encode: Encode, decode_here: DecodeHere, decode_bytes: DecodeBytes
) -> None:
    for name in ("a.mp3", "a.wv", "a.flac", "a.tta"):
        bare = encode(name)
        before = whole(decode_here(bare))
        for leading in (b"", id3v2([text_frame("TIT2", "T" * 3000)], version=3)):
            for trailing in (
                b"",
                id3v1({"title": "T"}),
                apev2(title="T") + id3v1({"title": "T"}),
                lyrics3("la") + id3v1({}),
            ):
                data = leading + bare.read_bytes() + trailing
                after = whole(decode_bytes(name, data))
                moved = replace(after, music_start=before.music_start, music_end=before.music_end)
                assert moved == before, (name, leading[:3], trailing[:8])
                assert after.music_start == len(leading) + before.music_start


def test_what_is_protected_is_never_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(flac(audio=melody([440])))
    examined = examine_file(reference(path))
    locked = replace(examined, protection=Protection("cenc", "Common Encryption", "moov"))
    assert decode_file(locked, ()) is Undecoded.PROTECTED
    unseen = replace(examined, protection=Protection("unseen", "unseen", ""))
    assert isinstance(decode_file(unseen, ()), Decoded)


def test_what_has_no_decoder_or_no_music_says_so(decode_bytes: DecodeBytes) -> None:
    assert decode_bytes("a.mid", midi([])) is Undecoded.NO_DECODER
    assert decode_bytes("a.ogg", b"OggS" + bytes(60)) is Undecoded.NOT_OPENED
    assert decode_bytes("a.flac", b"fLaC") is Undecoded.NOT_OPENED


def test_a_list_of_other_files_is_never_followed(tmp_path: Path, decode_bytes: DecodeBytes) -> None:
    other = tmp_path / "other.wav"
    other.write_bytes(wav(audio=melody([440])))
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXTINF:1,\n{other}\n",
        "a.mp3": f"#EXTM3U\n#EXTINF:1,\nfile://{other}\n",
        "a.flac": f"ffconcat version 1.0\nfile {other}\n",
    }
    for name, text in lists.items():
        assert decode_bytes(name, text.encode()) is Undecoded.NO_DECODER


def alias(path: str) -> bytes:
    """An entry of a QuickTime data reference that names another file by its absolute path."""
    text = path.encode()
    body = struct.pack(">10xB27s12xB63s16xhh16x", 4, b"disk", 5, b"other", 0, 0)
    body += struct.pack(">hH", 2, len(text)) + text + bytes(len(text) % 2) + struct.pack(">hH", -1, 0)
    return struct.pack(">I4sI", 12 + len(body), b"alis", 0) + body


def test_music_that_lies_in_another_file_is_not_fetched(tmp_path: Path, decode_bytes: DecodeBytes) -> None:
    other = tmp_path / "other.m4a"
    own = m4a(title="T")
    other.write_bytes(own)
    url = struct.pack(">I4sI", 12, b"url ", 1)
    assert own.count(url) == 1
    data = bytearray(own.replace(url, alias(str(other))))
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = data.index(box) - 4
        (size,) = struct.unpack_from(">I", data, at)
        struct.pack_into(">I", data, at, size + len(data) - len(own))
    assert isinstance(decode_bytes("own.m4a", own), Decoded)
    outcome = decode_bytes("a.m4a", bytes(data))
    assert not isinstance(outcome, Decoded) or outcome.samples == 0


def test_a_link_and_a_changed_file_are_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(flac(audio=melody([440])))
    examined = examine_file(reference(path))
    path.write_bytes(flac(audio=melody([550, 660])))
    assert decode_file(examined, ()) is Undecoded.CHANGED
    path.rename(tmp_path / "b.flac")
    path.symlink_to(tmp_path / "b.flac")
    assert decode_file(examined, ()) in {Undecoded.CHANGED, Undecoded.UNREADABLE}
    path.unlink()
    assert decode_file(examined, ()) is Undecoded.CHANGED


def test_one_descriptor_is_open_at_a_time_and_none_remains(encode: Encode, decode_here: DecodeHere) -> None:
    path = encode("a.flac")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        decode_here(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_small_mp3_of_the_house(decode_bytes: DecodeBytes) -> None:
    assert isinstance(decode_bytes("a.mp3", mp3()), Decoded)


def test_the_samples_of_every_format_decode(samples: Path, decode_here: DecodeHere) -> None:
    for path in sorted(samples.iterdir()):
        examined: ExaminedFile = examine_file(reference(path))
        outcome = decode_here(path)
        if isinstance(outcome, Undecoded):
            assert outcome is Undecoded.NO_DECODER, path
            assert path.suffix in {".mid", ".ofr", ".oggtheora"}, path
        elif examined.audio is not None and examined.audio.duration_s and outcome.samples:
            assert outcome.errors == 0 or path.name == "vbri.mp3"


class Failing(io.BytesIO):
    """A file on a disk that cannot be read from some place on."""

    def __init__(self, data: bytes, from_offset: int) -> None:
        super().__init__(data)
        self._from = from_offset

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() + (size or 0) > self._from:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(size)


@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.ogg", "a.wv", "a.wav"])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.9])
def test_a_failing_disk_is_never_taken_for_the_end_of_the_music(
    name: str, part: float, encode: Encode
) -> None:
    data = encode(name).read_bytes()
    window = Window(Failing(data, round(len(data) * part)), len(data))
    demuxer = DEMUXERS[next(kind for kind in DEMUXERS if kind.row.extensions[0] == name.partition(".")[2])]
    with pytest.raises(OSError, match="error"), Decoder(window, 0, len(data), demuxer) as decoder:
        for _ in decoder.frames():
            pass
