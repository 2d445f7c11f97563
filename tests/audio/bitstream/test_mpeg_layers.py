"""MPEG audio of Layers I and II read through frame by frame, with and without their checksums."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.model.sound import SoundState
from tests.audio.bitstream.framed import by_ffmpeg, complains, digest_of, flipped, heard, needs, stream_copied

CONSISTENT, DAMAGED = SoundState.CONSISTENT, SoundState.DAMAGED

LAYER2_KBPS = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
LAYER2_LSF_KBPS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


@needs("ffmpeg")
@pytest.mark.parametrize("rate", [48000, 44100, 32000, 24000, 16000])
def test_layer_two_is_walked(tmp_path: Path, rate: int) -> None:
    encoded = by_ffmpeg("-c:a", "mp2", "-b:a", "128k", form="mp2", rate=rate)
    sound = heard(encoded, "mp2")
    assert (sound.integrity.state, sound.integrity.detail) == (CONSISTENT, None)
    assert sound.essence is not None
    assert sound.essence.digest == hashlib.sha256(encoded).hexdigest()
    assert heard(encoded[: len(encoded) // 2 + 11], "mp2").integrity.state is DAMAGED
    assert digest_of(stream_copied(tmp_path, encoded, "mp2"), "mp2") == sound.essence.digest


def covered_bits(frame: bytes) -> int:
    """Bits after the header that a Layer II frame's CRC covers, read one after the other (section 2.4.1.6)."""
    mpeg1, rate_code, mono = frame[1] >> 3 & 1, frame[2] >> 2 & 3, frame[3] >> 6 == 3
    kbps = (LAYER2_KBPS if mpeg1 else LAYER2_LSF_KBPS)[frame[2] >> 4] // (1 if mono else 2)
    low_rate = ((2, 4), (6, 3)) if rate_code != 2 else ((2, 4), (10, 3))
    high_rate = ((11, 4), (12, 3), (4, 2)) if kbps <= 80 or rate_code == 1 else ((11, 4), (12, 3), (7, 2))
    groups = ((4, 4), (7, 3), (19, 2)) if not mpeg1 else low_rate if kbps < 56 else high_rate
    widths = [width for count, width in groups for _ in range(count)]
    joint = frame[3] >> 6 == 1
    bound = 4 * (frame[3] >> 4 & 3) + 4 if joint else 32
    text, at, used = format(int.from_bytes(frame[4:80], "big"), f"0{76 * 8}b"), 0, 0
    for band, width in enumerate(widths):
        for _ in range(1 if mono or band >= bound else 2):
            if "1" in text[at : at + width]:
                used += 2 if band >= bound and not mono else 1
            at += width
    return at + 2 * used


def guarded_layer_two(frame: bytes) -> bytes:
    """The frame with a CRC-16 in place of its last two bytes, which are empty."""
    bits = covered_bits(frame)
    text = format(int.from_bytes(frame[2:80], "big"), f"0{78 * 8}b")[: 16 + bits]
    register = 0xFFFF
    for bit in text:
        top = register >> 15 ^ int(bit)
        register = (register << 1 & 0xFFFF) ^ (0x8005 if top else 0)
    return frame[:1] + bytes((frame[1] & 0xFE,)) + frame[2:4] + register.to_bytes(2, "big") + frame[4:-2]


def layer_two_frames(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 < len(data):
        mpeg1 = data[at + 1] >> 3 & 1
        kbps = (LAYER2_KBPS if mpeg1 else LAYER2_LSF_KBPS)[data[at + 2] >> 4]
        rate = (44100, 48000, 32000)[data[at + 2] >> 2 & 3] >> (0 if mpeg1 else 1)
        length = 144_000 * kbps // rate + (data[at + 2] >> 1 & 1)
        yield data[at : at + length]
        at += length


@needs("ffmpeg")
@pytest.mark.parametrize(
    ("rate", "channels", "kbps"),
    [(48000, 2, 192), (44100, 2, 224), (44100, 2, 128), (32000, 2, 256), (32000, 2, 96), (48000, 1, 32),
     (44100, 1, 48), (44100, 1, 160), (32000, 1, 32), (24000, 2, 64), (22050, 1, 32), (16000, 2, 96)],
)  # fmt: skip
def test_the_crc_of_layer_two_is_tested_as_ffmpeg_tests_it(
    tmp_path: Path, rate: int, channels: int, kbps: int
) -> None:
    encoded = by_ffmpeg("-c:a", "mp2", "-b:a", f"{kbps}k", form="mp2", rate=rate, channels=channels)
    frames = [guarded_layer_two(frame) for frame in layer_two_frames(encoded)]
    integrity = heard(b"".join(frames), "mp2").integrity
    assert (integrity.state, integrity.detail) == (CONSISTENT, None)
    assert integrity.checked == ("mpeg-frame-walk", "mpeg-frame-crc16")
    path = tmp_path / "song.mp2"

    def judged(data: bytes) -> bool:
        path.write_bytes(data)
        return complains("ffmpeg", "-v", "error", "-err_detect", "crccheck", "-i", path, "-f", "null", "-")

    assert not judged(b"".join(frames))
    frames[7] = flipped(frames[7], 4 * 8 + 3)
    assert judged(b"".join(frames))
    assert [place.what for place in heard(b"".join(frames), "mp2").integrity.damage] == [
        "a frame fails its CRC-16"
    ]


@pytest.mark.parametrize("extension", range(4))
@pytest.mark.parametrize("head", [b"\xff\xfd\xa4", b"\xff\xfd\xc0", b"\xff\xfd\x18", b"\xff\xf5\x84"])
def test_the_crc_of_layer_two_in_joint_stereo(head: bytes, extension: int) -> None:
    first = head + bytes((0x40 | extension << 4,))
    length = len(next(layer_two_frames(first + bytes(2000))))

    def frame(number: int) -> bytes:
        chance = random.Random(number)
        return guarded_layer_two(first + bytes(chance.randrange(255) for _ in range(length - 4)))

    integrity = heard(b"".join(map(frame, range(20))), "mp2").integrity
    assert (integrity.state, integrity.detail) == (CONSISTENT, None)


@pytest.mark.parametrize(
    ("mode", "allocation"),
    [(0x00, 32), (0xC0, 16), (0x40, 18), (0x50, 20), (0x60, 22), (0x70, 24), (0x80, 32)],
)
def test_the_crc_of_layer_one_covers_its_allocation(mode: int, allocation: int) -> None:
    def frame(number: int) -> bytes:
        head = bytes((0xFF, 0xFE, 0x80, mode))
        body = bytes(random.Random(number).randrange(255) for _ in range(12 * 256000 // 44100 * 4 - 6))
        register = 0xFFFF
        for bit in "".join(format(byte, "08b") for byte in head[2:] + body[:allocation]):
            top = register >> 15 ^ int(bit)
            register = (register << 1 & 0xFFFF) ^ (0x8005 if top else 0)
        return head + register.to_bytes(2, "big") + body

    frames = [frame(number) for number in range(20)]
    integrity = heard(b"".join(frames), "mp1").integrity
    assert (integrity.state, integrity.detail) == (CONSISTENT, None)
    last, after = (6 + allocation) * 8 - 8, (6 + allocation) * 8
    frames[5] = flipped(frames[5], last)
    assert heard(b"".join(frames), "mp1").integrity.damaged_places == 1
    frames[5] = flipped(flipped(frames[5], last), after)
    assert heard(b"".join(frames), "mp1").integrity.state is CONSISTENT


def test_layer_one_is_walked() -> None:
    frame = bytes((0xFF, 0xFF, 0x80, 0)) + bytes(12 * 256000 // 44100 * 4 - 4)
    sound = heard(frame * 50, "mp1")
    assert sound.integrity.state is CONSISTENT
    assert heard(frame * 50 + frame[:80], "mp1").integrity.lost_s == round(384 / 44100, 3)
