"""Where PRONOM is not asked, its answer is known: held to what it answers to samples, mutations and things put behind heads."""

from __future__ import annotations

import io
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, extension_of
from archiver.audio.formats.magic import sniff
from archiver.audio.formats.pronom import PronomAnswer, ask_pronom, lent_path, shown_bytes, telling_suffix
from archiver.audio.formats.pronom_heads import HEADS, PROVED_WITH, Head, answer_by_head
from tests.hostile.mutations import mutated
from tests.samples import flac, id3v2, m4a, mp3, ogg_vorbis, opus, silence, wav
from tests.samples.formats import FORMATS
from tests.samples.mp3 import mp3_frame

CASES = os.environ.get("ARCHIVER_CASES", "")
"""Read while tests are gathered: no test itself sees variables of the program's name."""

_EVERY = [(kind, head) for kind, heads in HEADS.items() for head in heads]
MPEG = HEADS[Kind.MP3][0].specimen
_SUFFIXES = ("", ".flac", ".mp3", ".jpg", ".xyz", ".mp4", ".aif")
_MATROSKA = b"\x1aE\xdf\xa3B\x82\x88matroskaB\x87\x81\x04"
_DICTATION = b"\x002\x00\x00\x00\x00\x01RIFF"
_OTHERS = (
    *FORMATS.values(),
    _MATROSKA,
    _DICTATION,
    b"%PDF-1.7\n%%EOF\n",
    b"bext" + bytes(352) + b"fmt \x10\x00\x00\x00\x01\x00",
    b"alac" + bytes(8) + b"alac",
    b"ustar\x0000",
    b"TRUEVISION-XFILE.\x00",
    b"moov\x00\x00\x00\x6cmvhd",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"IEND\xaeB`\x82",
    b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00\xff\xd9",
    b"<?xml version='1.0'?><x/>",
    b"PK\x03\x04mimetypePK\x05\x06" + bytes(18),
    b"koly\x00\x00\x00\x04",
    b"LIST\x1a\x00\x00\x00INFO",
)


def asked(shown: bytes, suffix: str) -> PronomAnswer | None:
    with lent_path(shown, suffix) as path:
        assert path is not None
        return ask_pronom(path)


def settled(name: str, data: bytes) -> bool:
    """Whether the head of a file settles the answer; PRONOM has to answer the same then."""
    window = Window(io.BytesIO(data), len(data))
    sniffed = sniff(window, extension_of(name))
    shown = shown_bytes(window, sniffed)
    known = None if shown is None else answer_by_head(sniffed.kind, shown)
    if shown is None or known is None:
        return False
    assert asked(shown, telling_suffix(os.fsencode(name))) == known, name
    return True


@pytest.mark.parametrize(("kind", "head"), _EVERY)
def test_a_specimen_is_the_shortest_file_with_its_head(kind: Kind, head: Head) -> None:
    answer = answer_by_head(kind, head.specimen)
    assert answer == asked(head.specimen, "")
    assert answer is not None, (
        "prove the heads with the signatures that are installed now, as the module says"
    )
    assert answer.signature_version == PROVED_WITH
    assert not any(head.fits(head.specimen[:length]) for length in range(len(head.specimen)))


@pytest.mark.parametrize("name", FORMATS)
def test_pronom_answers_the_same_to_every_made_sample(name: str) -> None:
    settled(name, FORMATS[name])


def test_pronom_answers_the_same_to_every_real_sample(samples: Path) -> None:
    told = Counter(
        extension_of(path.name)
        for path in sorted(samples.rglob("*"))
        if path.is_file() and settled(path.name, path.read_bytes())
    )
    assert set(told) >= {"flac", "wav", "aif", "opus", "mp3"}


@pytest.mark.skipif(not CASES, reason="ARCHIVER_CASES does not name a folder of cases")
def test_pronom_answers_the_same_to_every_case() -> None:
    files = [path for path in sorted(Path(CASES).rglob("*")) if path.is_file()]
    told = [settled(path.name, path.read_bytes()) for path in files if path.stat().st_size < 1 << 20]
    assert any(told)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.flac", flac(title="x")),
        ("a.ogg", ogg_vorbis(title="x")),
        ("a.opus", opus(title="x")),
        ("a.m4a", m4a(title="x")),
        ("a.wav", wav(audio=silence(3.0))),
        ("a.mp3", mp3(title="x", audio=mp3_frame(128) * 60)),
        ("b.mp3", id3v2([]) + mp3_frame(256) * 60),
        ("a.bin", FORMATS["a.aiff"]),
    ],
)
def test_most_music_has_such_a_head(name: str, data: bytes) -> None:
    assert settled(name, data)


@pytest.mark.parametrize(
    ("kind", "data", "puid"),
    [
        (Kind.MP4, m4a(alac=silence(0.02)), "fmt/596"),
        (Kind.WAV, HEADS[Kind.WAV][0].specimen + b"bext" + bytes(352) + b"fmt \x10\x00\x00\x00\x01\x00", "fmt/703"),
        (Kind.MP3, MPEG.replace(bytes(20), _MATROSKA[:20], 1), "fmt/569"),
        (Kind.MP3, MPEG.replace(bytes(11), _DICTATION, 1), "fmt/1280"),
        (Kind.FLAC, b"fLaC\x00\x00\x00\x23" + bytes(40), None),
        (Kind.MP3, mp3_frame(128) * 9, None),
        (Kind.MP3, mp3_frame(320) * 60, None),
        (None, flac(), "fmt/279"),
    ],
)  # fmt: skip
def test_what_has_a_signature_of_its_own_or_no_such_head_is_asked_about(
    kind: Kind | None, data: bytes, puid: str | None
) -> None:
    assert answer_by_head(kind, data[:8192]) is None
    answer = asked(data, "")
    assert puid is None or (answer is not None and answer.puid == puid)


def put_behind(chance: random.Random, head: Head) -> bytes:
    """A file with the head, noise or nothing behind it, and in that the beginnings of other formats."""
    body = bytearray(chance.choice((chance.randbytes, bytes))(chance.choice((0, 40, 400, 4000))))
    for _ in range(chance.randrange(4)):
        other = chance.choice(_OTHERS)[: chance.choice((16, 64, 512))]
        at = chance.randrange(len(body) + 1)
        body[at : at + chance.choice((0, len(other)))] = other
    return head.specimen + bytes(body) + chance.choice((b"", chance.choice(_OTHERS)[-64:]))


def hold(kind: Kind, head: Head, chance: random.Random) -> bool:
    """Whether the head of a made file, perhaps a damaged one, settles the answer; PRONOM has to answer the same then."""
    data = put_behind(chance, head)
    if chance.random() < 0.3:
        at = chance.randrange(len(head.specimen))
        data = data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]
    known = answer_by_head(kind, data)
    assert known is None or asked(data, chance.choice(_SUFFIXES)) == known, data
    return known is not None


@pytest.mark.parametrize(("kind", "head"), _EVERY)
def test_nothing_behind_a_head_changes_the_answer(kind: Kind, head: Head) -> None:
    chance = random.Random(f"{kind} {len(head.specimen)}")
    assert sum(hold(kind, head, chance) for _ in range(60)) > 20


def test_pronom_answers_the_same_to_mutations() -> None:
    names = ("a.flac", "a.ogg", "a.opus", "a.m4a", "a.wav", "a.aiff", "a.mp3")
    told = sum(
        settled(name, mutated(FORMATS[name], f"heads {name}", number))
        for name in names
        for number in range(40)
    )
    assert told > 60


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "head"), _EVERY)
def test_nothing_behind_a_head_changes_the_answer_whatever_it_is(kind: Kind, head: Head) -> None:
    chance = random.Random(f"many {kind} {len(head.specimen)}")
    assert sum(hold(kind, head, chance) for _ in range(4000)) > 1000
