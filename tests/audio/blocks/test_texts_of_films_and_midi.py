"""Matroska, MIDI and RealMedia: their texts are listed where they stand, and what they claim is evidence."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.evidence.find import find_evidence
from tests.audio.blocks.reading import block_of, frame_of, read, sha256, texts
from tests.audio.evidence.frames import told
from tests.costs import in_proportion
from tests.samples.matroska import (
    CLUSTER,
    INFORMATION,
    SEEK,
    SEEK_HEAD,
    TAGS,
    UNKNOWN_SIZE,
    element,
    matroska,
    midi,
    midi_event,
    realaudio,
    realmedia,
    simple_tag,
    tags,
)
from tests.samples.riff import riff_chunk

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LISTED = tags(
    simple_tag("COPYRIGHT", "2020 A"),
    simple_tag("LICENSE", LICENCE),
    simple_tag("PURL", "https://youtu.be/x"),
)
SOUND = element(CLUSTER, bytes(500))


def evidence(data: bytes) -> list[tuple[str, str | None]]:
    return told(find_evidence(read(data).blocks))


@pytest.mark.parametrize(
    "parts", [(LISTED, SOUND), (SOUND, SOUND, LISTED), (element("EC", bytes(50)), LISTED)]
)
@pytest.mark.parametrize("segment_size", [None, UNKNOWN_SIZE])
def test_tags_of_matroska_before_and_after_the_sound(
    parts: tuple[bytes, ...], segment_size: bytes | None
) -> None:
    data = matroska(*parts, doctype="webm", segment_size=segment_size)
    reading = read(data)
    block = block_of(reading, "matroska-tags")
    assert texts(block) == {"COPYRIGHT": "2020 A", "LICENSE": LICENCE, "PURL": "https://youtu.be/x"}
    frame = frame_of(block, "LICENSE")
    assert data[frame.offset : frame.offset + 2].hex() == "67c8"
    assert frame.sha256 == sha256(LICENCE.encode())
    assert reading.problems == ()
    assert {
        ("copyright-line", "2020 A"), ("licence-url", LICENCE), ("licence-claim", "CC-BY-4.0"), ("stream-hint", "PURL: youtu.be"),
    } <= set(evidence(data))  # fmt: skip


def test_the_index_leads_past_a_cluster_without_a_size() -> None:
    def document(position: int) -> bytes:
        seek = element(
            SEEK, element("53AB", bytes.fromhex(TAGS)), element("53AC", position.to_bytes(8, "big"))
        )
        return matroska(element(SEEK_HEAD, seek), element(CLUSTER, bytes(500), size=UNKNOWN_SIZE), LISTED)

    position = document(0).index(LISTED) - len(matroska())
    assert "LICENSE" in texts(block_of(read(document(position)), "matroska-tags"))


def test_nested_tags_tags_of_a_track_and_the_title() -> None:
    data = matroska(
        element(INFORMATION, element("7BA9", b"Ein Lied"), element("4D80", b"muxer")),
        tags(simple_tag("ARTIST", "A", simple_tag("EMAIL", "jane@example.org"))),
        tags(simple_tag("COMMENT", "of one track"), track=2),
    )
    reading = read(data)
    assert texts(block_of(reading, "matroska-info")) == {"Title": "Ein Lied", "MuxingApp": "muxer"}
    assert texts(block_of(reading, "matroska-tags")) == {"ARTIST": "A", "ARTIST>EMAIL": "jane@example.org"}
    assert texts(block_of(reading, "matroska-tags-part")) == {"COMMENT": "of one track"}
    found = find_evidence(reading.blocks)
    assert "contact-details" in [item.code for item in found]
    assert "jane" not in repr(found)


@pytest.mark.parametrize("name", ["PURCHASE_OWNER", "LICENSEE"])
def test_the_buyer_in_matroska_is_withheld(name: str) -> None:
    found = find_evidence(read(matroska(tags(simple_tag(name, "Jane Example")))).blocks)
    assert [(item.code, item.value) for item in found] == [("file-owner", None)]


SONG = midi(
    [midi_event(2, b"(C) 2001 Jo Composer"), midi_event(3, b"Piano"), midi_event(1, b"licensed under CC BY 3.0")],
    [bytes([0, 0x90, 60, 64, 10, 60, 0, 0, 0xC0, 1, 0, 0xF0, 2, 1, 0xF7]), midi_event(5, b"la "), midi_event(5, b"la")],
)  # fmt: skip


@pytest.mark.parametrize("data", [SONG, riff_chunk(b"RIFF", b"RMID" + riff_chunk(b"data", SONG))])
def test_texts_of_midi(data: bytes) -> None:
    reading = read(data, "midi")
    first, second = [block for block in reading.blocks if block.kind == "midi"]
    assert texts(first) == {
        "Copyright": "(C) 2001 Jo Composer",
        "TrackName": "Piano",
        "Text": "licensed under CC BY 3.0",
    }
    assert texts(second) == {"Lyrics": "la \nla"}
    assert data[first.offset : first.offset + 4] == data[second.offset : second.offset + 4] == b"MTrk"
    found = told(find_evidence(reading.blocks))
    assert found == [("copyright-line", "(C) 2001 Jo Composer"), ("licence-claim", "CC-BY-3.0")]


def test_a_karaoke_song_does_not_fill_the_list() -> None:
    data = midi([midi_event(1, b"syl") for _ in range(20_000)])
    reading = read(data)
    assert len(block_of(reading, "midi").frames) == 1
    assert reading.problems == ()


@pytest.mark.parametrize(
    "data",
    [
        realmedia("Title", "Author", "(C) 1999 Radio", "CC BY 3.0"), realaudio(3, "Title", "Author", "(C) 1999 Radio", "CC BY 3.0"),
        realaudio(4, "Title", "Author", "(C) 1999 Radio", "CC BY 3.0"),
    ],
)  # fmt: skip
def test_texts_of_realmedia(data: bytes) -> None:
    reading = read(data)
    assert texts(block_of(reading, "realmedia")) == {
        "Title": "Title", "Author": "Author", "Copyright": "(C) 1999 Radio", "Comment": "CC BY 3.0",
    }  # fmt: skip
    assert reading.problems == ()
    assert evidence(data) == [("copyright-line", "(C) 1999 Radio"), ("licence-claim", "CC-BY-3.0")]


@pytest.mark.parametrize(
    "data", [realmedia("T", "A", "C", "c")[:38], realaudio(4, "T" * 100, "A", "C", "c")[:100]]
)
def test_a_description_cut_short_is_told(data: bytes) -> None:
    assert [code for code, _ in read(data).problems] == ["F207"]


SEEDS = [matroska(LISTED, SOUND, LISTED), SONG, realmedia("T", "A", "C", "c"), realaudio(3, "T", "A", "C", "c"), realaudio(4, "T", "A", "C", "c")]  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(SEEDS), st.data())
def test_wounds_end_the_walk_and_nothing_else(seed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(seed) - 1))
    planted = data.draw(st.binary(min_size=1, max_size=8))
    read(seed[:at] + planted + seed[at + data.draw(st.integers(0, 8)) :])


@pytest.mark.parametrize(
    "data",
    [
        matroska(element(TAGS, *[element("7373", simple_tag("A", "b")) for _ in range(30_000)])),
        matroska(*[element(CLUSTER) for _ in range(60_000)]), midi([bytes([0, 0xC0, 1]) * 1_000_000]),
        b"MThd" + bytes(10) + b"MTrk\0\0\0\0" * 100_000, b".RMF" + b"\0\0\0\x0a\0\0" * 100_000,
    ],
)  # fmt: skip
def test_files_built_to_be_walked_without_end_are_not(data: bytes) -> None:
    in_proportion(
        lambda part: read_blocks(Window(io.BytesIO(part), len(part))), lambda size: data[:size], len(data)
    )


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", ["a.mka", "a.webm", "a.rm"])
def test_files_that_ffmpeg_wrote(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    codec = {"a.rm": "ac3", "a.webm": "libopus"}.get(name, "flac")
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "anullsrc=r=48000:cl=mono",
        "-t",
        "0.2",
        "-c:a",
        codec,
    ]
    named = ["-metadata", "copyright=(C) 2020 Jo", "-metadata", "comment=CC BY 4.0"]
    subprocess.run([*command, *named, str(path)], check=True)
    assert {("copyright-line", "(C) 2020 Jo"), ("licence-claim", "CC-BY-4.0")} <= set(
        evidence(path.read_bytes())
    )
