"""AAC in ADTS and LOAS, AC-3, E-AC-3 and DTS read through frame by frame."""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fastcrc
import mutagen.apev2
import mutagen.id3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream.ac3 import Ac3Walk
from archiver.audio.bitstream.adts import AdtsWalk, LoasWalk
from archiver.audio.bitstream.chain import FrameChain
from archiver.audio.bitstream.dts import DtsWalk
from archiver.audio.formats.mpeg_sync import ac3_frame
from archiver.model.sound import Damage, SoundState
from tests.audio.bitstream.framed import (
    NEVER_INTACT,
    by_ffmpeg,
    complains,
    cuts,
    digest_of,
    flipped,
    heard,
    listen,
    needs,
    places,
    stream_copied,
    stream_of,
)
from tests.samples.id3 import id3v1, id3v2, text_frame

INTACT, CONSISTENT, DAMAGED = SoundState.INTACT, SoundState.CONSISTENT, SoundState.DAMAGED
TAG = id3v2([text_frame("TIT2", "Title")], version=4, padding=60)


def noise(number: int, length: int) -> bytes:
    chance = random.Random(number)
    return bytes(chance.randrange(0x60, 0xA0) for _ in range(length))


def adts(number: int, length: int = 200, channels: int = 2) -> bytes:
    """A frame at 44.1 kHz without a CRC."""
    head = 0xFFF << 44 | 1 << 40 | 1 << 38 | 4 << 34 | channels << 30 | length << 13 | 0x7FF << 2
    return head.to_bytes(7, "big") + noise(number, length - 7)


def loas(number: int, length: int = 150) -> bytes:
    return (0x2B7 << 13 | length - 3).to_bytes(3, "big") + noise(number, length - 3)


def crc(data: bytes) -> int:
    """CRC-16 by the polynomial 0x8005, bit by bit (ETSI TS 102 366, section 6.1.7)."""
    register = 0
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = register << 1 ^ (0x18005 if register & 0x8000 else 0)
    return register


def ac3(number: int) -> bytes:
    """A stereo frame of 32 kbit/s at 48 kHz, with the CRC at its end."""
    body = noise(number, 2) + bytes((0, 0x40, 0x43)) + noise(number + 1, 119)
    return b"\x0b\x77" + body + crc(body).to_bytes(2, "big")


def eac3(number: int) -> bytes:
    """A stereo frame of 100 bytes and six blocks at 48 kHz."""
    body = (49).to_bytes(2, "big") + bytes((0x34, 0x80)) + noise(number, 92)
    return b"\x0b\x77" + body + crc(body).to_bytes(2, "big")


def dts(number: int, length: int = 512) -> bytes:
    """A core frame of 512 samples at 48 kHz."""
    fields = 1 << 31 | 31 << 26 | 15 << 18 | length - 1 << 4
    head = b"\x7f\xfe\x80\x01" + fields.to_bytes(4, "big") + bytes((0x80 | 13 << 2, 0))
    return head + noise(number, length - 10)


def swapped(frame: bytes) -> bytes:
    return b"".join(frame[at : at + 2][::-1] for at in range(0, len(frame), 2))


@dataclass(frozen=True)
class Form:
    """A kind of stream: its extension, a maker of frames, and what a walk says of whole ones."""

    extension: str
    make: Callable[[int], bytes]
    walk: type[FrameChain]
    method: str
    samples: int
    rate: int
    state: SoundState = CONSISTENT

    @functools.cached_property
    def frames(self) -> tuple[bytes, ...]:
        return tuple(self.make(number) for number in range(60))

    @functools.cached_property
    def music(self) -> bytes:
        return b"".join(self.frames)

    @property
    def length(self) -> int:
        return len(self.frames[0])


FORMS = {
    "adts": Form("aac", adts, AdtsWalk, "adts-frames-v1", 1024, 44100),
    "loas": Form("latm", loas, LoasWalk, "loas-frames-v1", 0, 0),
    "ac3": Form("ac3", ac3, Ac3Walk, "ac3-frames-v1", 1536, 48000, INTACT),
    "eac3": Form("ec3", eac3, Ac3Walk, "ac3-frames-v1", 1536, 48000, INTACT),
    "dts": Form("dts", dts, DtsWalk, "dts-frames-v1", 512, 48000),
    "dts-swapped": Form("dts", lambda number: swapped(dts(number)), DtsWalk, "dts-frames-v1", 512, 48000),
}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))


def place_of(form: Form, what: str, frame: int) -> Damage:
    sample = frame * form.samples if form.samples else None
    return Damage(what, frame * form.length, sample, None if sample is None else round(sample / form.rate, 3))


def seconds(form: Form, frames: int) -> float | None:
    return round(frames * form.samples / form.rate, 3) if form.samples else None


@every_form
def test_whole_frames_and_the_digest_of_them(form: Form) -> None:
    sound = heard(form.music, form.extension)
    assert (sound.integrity.state, sound.integrity.detail) == (form.state, None)
    assert sound.essence is not None
    assert sound.essence.method == form.method
    assert sound.essence.digest == hashlib.sha256(form.music).hexdigest()
    tagged = heard(TAG + form.music + id3v1({"title": "T"}), form.extension)
    assert tagged == sound


@every_form
def test_a_frame_that_is_overwritten_costs_one_place(form: Form) -> None:
    whole = form.music
    data = whole[: 20 * form.length] + b"\x55" * form.length + whole[21 * form.length :]
    integrity = heard(data, form.extension).integrity
    assert integrity.damage == (place_of(form, "there are bytes that are no frame", 20),)
    assert integrity.lost_s == seconds(form, 1)


@every_form
def test_a_cut_frame_at_the_end_is_damage(form: Form) -> None:
    integrity = heard(form.music[:-11], form.extension).integrity
    assert integrity.state is DAMAGED
    assert integrity.damage[-1].offset == 59 * form.length
    assert integrity.lost_s == seconds(form, 1)


@every_form
def test_tags_amid_the_frames_are_said(form: Form) -> None:
    half = 30 * form.length
    integrity = heard(
        form.music[:half] + id3v1({"title": "T"}) + TAG + form.music[half:], form.extension
    ).integrity
    assert (integrity.state, integrity.detail) == (CONSISTENT, "there are tags amid the frames")


@every_form
def test_a_file_that_breaks_off_is_never_intact(form: Form) -> None:
    for broken in cuts(form.music):
        stream = stream_of(broken, form.extension)
        if stream is not None:
            whole = len(broken) % form.length == 0
            assert listen(stream, broken).integrity.state is (form.state if whole else DAMAGED)


@every_form
def test_a_disk_that_gives_fewer_bytes_than_planned(form: Form) -> None:
    stream = stream_of(form.music, form.extension)
    assert stream is not None
    assert listen(stream, form.music[: 10 * form.length + 5]).integrity.state is DAMAGED
    assert listen(stream, b"").integrity.state is SoundState.NOT_CHECKABLE


@pytest.mark.parametrize("form", [FORMS["ac3"], FORMS["eac3"]], ids=["ac3", "eac3"])
def test_a_flipped_bit_is_found_wherever_it_is_and_its_frame_named(form: Form) -> None:
    data = form.music
    stream = stream_of(data, form.extension)
    assert stream is not None
    whole = listen(stream, data)
    for bit in places(0, len(data)):
        sound = listen(stream, flipped(data, bit))
        frame = bit // 8 // form.length
        assert sound.integrity.state is DAMAGED, bit
        assert sound.integrity.damaged_places == 1, bit
        assert sound.integrity.damage[0].offset // form.length in (frame - 1, frame), bit
        assert sound.essence != whole.essence


@pytest.mark.parametrize("name", ["adts", "loas", "dts", "dts-swapped"])
def test_where_there_is_no_checksum_a_flipped_bit_of_sound_changes_the_digest_alone(name: str) -> None:
    form = FORMS[name]
    data = form.music
    stream = stream_of(data, form.extension)
    assert stream is not None
    whole = listen(stream, data)
    heads = 7 if name == "adts" else 3 if name == "loas" else 10
    for bit in places(0, len(data)):
        sound = listen(stream, flipped(data, bit))
        if bit // 8 % form.length >= heads:
            assert sound.integrity == whole.integrity
        assert sound.integrity.state in NEVER_INTACT
        assert sound.essence != whole.essence


def test_a_crc_that_is_wrong_in_every_frame_was_written_wrongly() -> None:
    frames = [frame[:-2] + b"\x12\x34" for frame in FORMS["ac3"].frames]
    integrity = heard(b"".join(frames), "ac3").integrity
    assert (integrity.state, integrity.detail) == (
        CONSISTENT, "no frame's CRC-16 is right, as some encoders write it"
    )  # fmt: skip


def test_a_damaged_frame_and_nothing_but_zeros_after_it_are_no_padding() -> None:
    data = FORMS["ac3"].music[:-1] + b"\x01" + bytes(700)
    integrity = heard(data, "ac3").integrity
    assert integrity.damage == (place_of(FORMS["ac3"], "there are bytes that are no frame", 59),)


def test_another_setting_joined_on_is_said() -> None:
    joined = FORMS["adts"].music + b"".join(adts(number, 100, channels=1) for number in range(5))
    integrity = heard(joined, "aac").integrity
    assert (integrity.state, integrity.detail) == (CONSISTENT, "a stream of other settings is joined on")


def test_an_extension_belongs_to_the_core_before_it() -> None:
    extension = b"\x64\x58\x20\x25\0" + (20 << 29 | 99 << 13).to_bytes(5, "big") + noise(1, 90)
    assert len(extension) == 100
    frames = [frame + extension for frame in FORMS["dts"].frames]
    assert heard(b"".join(frames), "dts").integrity.state is CONSISTENT
    frames[9] = frames[9][:100] + frames[9][110:]
    integrity = heard(b"".join(frames), "dts").integrity
    assert integrity.damaged_places == 1


def test_dts_of_14_bit_words_is_digested_and_not_walked() -> None:
    data = b"\x1f\xff\xe8\x00\x07\xf1" + noise(1, 5000)
    sound = heard(data, "dts")
    assert sound.integrity.state is SoundState.NOT_CHECKABLE
    assert sound.essence is not None
    assert sound.essence.method == "stretch-v1"


@functools.cache
def hostile(form: Form) -> tuple[bytes, ...]:
    chance = random.Random(4)
    frame = form.frames[0]
    return (
        frame[:2] * 40_000,
        frame[:10] * 8000,
        b"\xff" * 100_000,
        chance.randbytes(150_000),
        b"".join(frame[: chance.randrange(4, len(frame))] for _ in range(1500)),
        bytes(90_000),
        (frame * 2 + frame[:12]) * 300,
    )


@every_form
@pytest.mark.parametrize("number", range(7))
def test_hostile_streams_cost_no_more_than_their_length(
    form: Form, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = form.music + hostile(form)[number]
    looked = 0
    frame = form.walk._frame

    def counted(self: FrameChain, data: bytes, at: int) -> tuple[int, int]:
        nonlocal looked
        looked += 1
        return frame(self, data, at)

    monkeypatch.setattr(form.walk, "_frame", counted)
    assert heard(data, form.extension, piece=5000).integrity.state in NEVER_INTACT
    assert looked <= len(data)


def test_frames_that_lead_on_once_cost_no_more_than_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers close together, each of which leads to another one that leads nowhere."""
    header = b"\x0b\x77\0\0\x1e\x40"
    length = heard_length(header)
    dense = header * (length // len(header)) + header[: length % len(header)]
    data = FORMS["ac3"].music + (dense[:length] * 2 + bytes(length)) * 40
    passed = 0

    class Counting:
        @staticmethod
        def umts(piece: memoryview) -> int:
            nonlocal passed
            passed += len(piece)
            return fastcrc.crc16.umts(piece)

    monkeypatch.setattr("archiver.audio.bitstream.ac3.crc16", Counting)
    assert heard(data, "ac3", piece=5000).integrity.state is DAMAGED
    assert passed <= 4 * len(data)


def heard_length(header: bytes) -> int:
    frame = ac3_frame(header)
    assert frame is not None
    return frame[0]


@settings(max_examples=40)
@given(st.data(), st.sampled_from(list(FORMS)), st.sampled_from([1, 7, 1000, 1 << 20]))
def test_pieces_of_any_size_give_the_same(drawn: st.DataObject, name: str, piece: int) -> None:
    form = FORMS[name]
    frame = form.frames[1]
    parts = [frame, *form.frames[5:8], frame[:50], frame[:3], TAG, id3v1({"title": "T"}), bytes(500)]
    data = form.music + b"".join(drawn.draw(st.lists(st.sampled_from(parts), max_size=14)))
    assert heard(data, form.extension, piece) == heard(data, form.extension)


@settings(max_examples=30)
@given(st.data(), st.sampled_from(list(FORMS)))
def test_pieces_of_any_size_give_the_same_of_a_long_stream(drawn: st.DataObject, name: str) -> None:
    form = FORMS[name]
    parts = [form.music, form.music[:5000], form.music[1:], TAG, form.frames[1], bytes(9000)]
    data = form.music * 6 + b"".join(drawn.draw(st.lists(st.sampled_from(parts), min_size=5, max_size=20)))
    data += form.music * 20
    assert (
        heard(data, form.extension, 7777)
        == heard(data, form.extension, 70_001)
        == heard(data, form.extension)
    )


ENCODED = {
    "aac": (("-c:a", "aac", "-b:a", "96k"), "adts", 44100, CONSISTENT),
    "ac3": (("-c:a", "ac3", "-b:a", "192k"), "ac3", 48000, INTACT),
    "ac3-44100": (("-c:a", "ac3", "-b:a", "192k"), "ac3", 44100, INTACT),
    "ac3-32000": (("-c:a", "ac3", "-b:a", "64k"), "ac3", 32000, INTACT),
    "eac3": (("-c:a", "eac3", "-b:a", "192k"), "eac3", 48000, INTACT),
    "dts": (("-c:a", "dca", "-strict", "-2"), "dts", 48000, CONSISTENT),
}


@needs("ffmpeg")
@pytest.mark.parametrize("name", ENCODED)
def test_what_ffmpeg_encodes_is_whole_and_its_copy_the_same_music(tmp_path: Path, name: str) -> None:
    options, form, rate, state = ENCODED[name]
    extension = {"adts": "aac", "eac3": "eac3"}.get(form, form)
    data = by_ffmpeg(*options, form=form, rate=rate)
    sound = heard(data, extension)
    assert (sound.integrity.state, sound.integrity.detail) == (state, None)
    assert sound.essence is not None
    assert sound.essence.digest == hashlib.sha256(data).hexdigest()
    assert digest_of(stream_copied(tmp_path, data, extension), extension) == sound.essence.digest
    path = tmp_path / f"tagged.{extension}"
    path.write_bytes(data)
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=3, text="Other" * 300))
    tags.save(path, v1=2)
    assert heard(path.read_bytes(), extension) == sound
    ape = mutagen.apev2.APEv2()
    ape["Artist"] = "Somebody"
    ape.save(path)
    assert heard(path.read_bytes(), extension) == sound


@needs("ffmpeg")
def test_what_ffmpeg_puts_in_loas_is_whole(tmp_path: Path) -> None:
    (tmp_path / "song.aac").write_bytes(by_ffmpeg("-c:a", "aac", form="adts"))
    data = stream_copied(tmp_path, (tmp_path / "song.aac").read_bytes(), "aac", ("-f", "latm"))
    sound = heard(data, "latm")
    assert (sound.integrity.state, sound.integrity.detail) == (CONSISTENT, None)


@needs("ffmpeg")
def test_ffmpeg_agrees_on_which_ac3_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "song.ac3"

    def judged(data: bytes) -> bool:
        path.write_bytes(data)
        return complains("ffmpeg", "-v", "error", "-err_detect", "crccheck", "-i", path, "-f", "null", "-")

    data = by_ffmpeg("-c:a", "ac3", "-b:a", "192k", form="ac3", rate=48000)
    assert not judged(data)
    changed = [flipped(data, bit) for bit in places(0, len(data), 20)]
    assert all(heard(each, "ac3").integrity.state is DAMAGED for each in changed)
    assert (
        sum(judged(each) for each in changed) > 15
    )  # it says nothing where it lost its place and found it again


def test_the_samples_of_others(samples: Path) -> None:
    for name, state in {"silence-44-s.ac3": INTACT, "empty.aac": CONSISTENT}.items():
        data = (samples / name).read_bytes()
        assert heard(data, name.rpartition(".")[2]).integrity.state is state, name
        assert (samples / name).read_bytes() == data
