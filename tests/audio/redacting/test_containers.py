"""Containers whose tags our own writers rewrite: nothing of the old is left, the music has its digest, and damage is refused."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.ebml import SEGMENT, sized_elements
from archiver.audio.containers.window import Window
from archiver.audio.evidence.find import observed
from archiver.audio.formats.magic import sniff
from archiver.audio.properties.read import read_properties
from archiver.audio.redacting.fields import WRITTEN
from archiver.audio.redacting.pieces import UnredactableError
from archiver.audio.redacting.redact import redact
from archiver.audio.tags.read import canonical_tags
from archiver.model.audio import Tags
from tests.audio.bitstream.listening import essence_of, listened
from tests.audio.bitstream.test_chunked import DSD, MUSIC, SAMPLES, big, dsdiff, dsf, dst, rf64
from tests.audio.bitstream.test_matroska import cluster, entry, simple, summed
from tests.audio.redacting.refusing import assert_refused
from tests.samples import aiff, id3v2, jpeg, wav, wma
from tests.samples.asf import asf_object, header_extension
from tests.samples.id3 import text_frame
from tests.samples.matroska import element, matroska, simple_tag, tags
from tests.samples.riff import bext_chunk, info_list, riff_chunk

SECRET = "wilhelmine.muster@example.org"
PLAIN = {
    "title": ("Title",),
    "artist": ("One", "Two"),
    "album": ("Album",),
    "track": ("3",),
    "track_total": ("9",),
}
ID3 = id3v2([text_frame("TIT2", "Old"), text_frame("TPE4", SECRET)])
METADATA = "C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA"
CONTENT_ENCRYPTION = "2211B3FB-BD23-11D2-B4B7-00A0C955FC6E"


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def metadata() -> bytes:
    name, value = wide("Secret"), wide(SECRET)
    record = struct.pack("<HHHHI", 0, 0, len(name), 0, len(value)) + name + value
    return asf_object(METADATA, struct.pack("<H", 1), record)


def mka(*more: bytes, late: bytes = b"", room: bytes = b"") -> bytes:
    """A document as programs write it: an index, information, a track, tags, clusters with checksums."""
    information = summed(
        "1549A966",
        element("2AD7B1", b"\x0f\x42\x40")
        + element("7BA9", f"Old of {SECRET}".encode())
        + element("4D80", b"muxer")
        + element("5741", b"writer"),
    )
    track = entry()[9:]  # without the element's own head
    tracks = summed("1654AE6B", element("AE", track, element("536E", SECRET.encode())))
    tagged = tags(simple_tag("TITLE", "Old"), simple_tag("COMMENT", f"{SECRET} {'x' * 300}"))
    attached = element(
        "1941A469",
        element("61A7", element("466E", b"a.jpg"), element("4660", b"image/jpeg"), element("465C", jpeg())),
    )
    clusters = [
        cluster(at * 200, *(simple(bytes([at, n]) * 40, n * 20) for n in range(9))) for at in range(3)
    ]

    def index(base: int) -> bytes:
        found, at = [], base
        for part in (information, tracks, tagged, attached):
            seek = element("53AB", part[:4]), element("53AC", at.to_bytes(8, "big"))
            found.append(element("4DBB", *seek))
            at += len(part)
        return summed("114D9B74", b"".join(found))

    parts = (information, tracks, tagged, attached, room, *more, *clusters, late)
    return matroska(index(len(index(0))), *parts)


CONTAINERS: dict[str, bytes] = {
    "wav": wav(
        {"INAM": "Old", "ICMT": SECRET}, audio=MUSIC, bext=bext_chunk(description=SECRET), id3=ID3,
        chunks=[(b"iXML", f"<BWFXML><NOTE>{SECRET}</NOTE></BWFXML>".encode()), (b"odd!", SECRET.encode())],
    ),
    "long.wav": rf64(SAMPLES) + info_list({"ICMT": SECRET}),
    "odd.wav": riff_chunk(b"RIFF", b"WAVE" + info_list({"ICMT": SECRET}) + wav(audio=MUSIC)[12:]),
    "aiff": aiff(audio=MUSIC, title="Old", comment=SECRET, artist="A", copyright=SECRET, id3=ID3),
    "dsf": dsf(DSD, tag=ID3),
    "dff": dsdiff(DSD)[:4] + struct.pack(">Q", len(dsdiff(DSD)) - 12 + len(big(b"ID3 ", ID3))) + dsdiff(DSD)[12:] + big(b"ID3 ", ID3),
    "dst.dff": dst(20) + big(b"COMT", SECRET.encode()),
    "wma": wma(
        {"WM/Publisher": SECRET}, title="Old", artist=SECRET, comment=SECRET, objects=[header_extension(metadata())]
    ),
    "mka": mka(),
    "late.mka": mka(late=tags(simple_tag("COMMENT", SECRET))),
}  # fmt: skip


def redacted(data: bytes, extension: str, plain: Tags = PLAIN) -> bytes:
    file = io.BytesIO(data)
    redact(file, len(data), extension.rpartition(".")[2], plain)
    return file.getvalue()


def tags_of(data: bytes, extension: str) -> Tags:
    window = Window(io.BytesIO(data), len(data))
    kind = sniff(window, extension.rpartition(".")[2]).kind
    reading = read_blocks(window, kind)
    assert reading.problems == ()
    return canonical_tags(observed(reading.blocks).blocks, kind)


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_of_the_old_is_left_and_the_music_is_the_same(name: str) -> None:
    data = CONTAINERS[name]
    assert SECRET.encode() in data or wide(SECRET)[:-2] in data
    found = redacted(data, name)
    for coded in (SECRET.encode(), SECRET.encode("utf-16-le"), b"Old"):
        assert coded not in found
    assert essence_of(found, name.rpartition(".")[2]) == essence_of(data, name.rpartition(".")[2])


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_is_known_to_be_plain_is_there(name: str) -> None:
    found = tags_of(redacted(CONTAINERS[name], name), name)
    expected = {key: values for key, values in PLAIN.items() if key in WRITTEN or key == "track_total"}
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize("name", CONTAINERS)
def test_twice_is_the_same_as_once_and_without_tags_it_is_read_too(name: str) -> None:
    once = redacted(CONTAINERS[name], name)
    assert redacted(once, name) == once
    bare = redacted(CONTAINERS[name], name, {})
    assert not tags_of(bare, name).keys() - {"encoder"}
    assert essence_of(bare, name.rpartition(".")[2]) == essence_of(once, name.rpartition(".")[2])


@pytest.mark.parametrize("name", CONTAINERS)
def test_properties_and_sizes_are_right(name: str) -> None:
    data, extension = CONTAINERS[name], name.rpartition(".")[2]
    found = redacted(data, name)

    def properties(held: bytes) -> object:
        window = Window(io.BytesIO(held), len(held))
        sniffed = sniff(window, extension)
        return read_properties(window, sniffed, extension, read_blocks(window, sniffed.kind).blocks)

    assert properties(found) == properties(data)
    sound, before = listened(found, extension), listened(data, extension)
    assert sound is not None
    assert before is not None
    assert (sound.integrity.state, sound.integrity.damage) == (
        before.integrity.state,
        before.integrity.damage,
    )


def test_windows_media_keeps_where_its_packets_stand() -> None:
    data = CONTAINERS["wma"]
    found = redacted(data, "wma")
    assert len(found) == len(data)
    length = int.from_bytes(data[16:24], "little")
    # the identity of the file stands between
    assert found[length : length + 24] == data[length : length + 24]
    assert found[length + 40 :] == data[length + 40 :]


def test_matroska_keeps_where_its_clusters_stand_and_its_index_leads_to_what_is_there() -> None:
    for name in ("mka", "late.mka"):
        found = redacted(CONTAINERS[name], name)
        before = CONTAINERS[name].index(bytes.fromhex("1F43B675"))
        assert found.index(bytes.fromhex("1F43B675")) == before
        window = Window(io.BytesIO(found), len(found))
        segment = next(one for one in sized_elements(window, 0, len(found)) if one.id == SEGMENT)
        top = {one.offset: one.id for one in sized_elements(window, segment.payload, segment.end)}
        assert segment.end == len(found)
        seek_head = next(
            one
            for one in sized_elements(window, segment.payload, segment.end)
            if one.id == bytes.fromhex("114D9B74")
        )
        led = 0
        for seek in sized_elements(window, seek_head.payload, seek_head.end):
            if seek.id == bytes.fromhex("4DBB"):
                identifier, position = sized_elements(window, seek.payload, seek.end)
                at = segment.payload + int.from_bytes(window.read(position.payload, 8), "big")
                assert top[at] == window.read(identifier.payload, 4)
                led += 1
        assert led == (3 if name == "mka" else 2)


def test_tags_that_do_not_fit_stand_behind_the_last_element_of_matroska() -> None:
    plain = {"title": ("T" * 3000,)}
    found = redacted(CONTAINERS["mka"], "mka", plain)
    assert tags_of(found, "mka")["title"] == plain["title"]
    assert len(found) > len(CONTAINERS["mka"])
    assert essence_of(found, "mka") == essence_of(CONTAINERS["mka"], "mka")


def test_tags_that_do_not_fit_into_windows_media_are_left_out() -> None:
    found = redacted(CONTAINERS["wma"], "wma", {"title": ("Title",), "genre": ("G" * 9000,)})
    assert tags_of(found, "wma").get("title") == ("Title",)
    assert "genre" not in tags_of(found, "wma")


def with_setup(codec: bytes, setup: bytes) -> bytes:
    """A document with a track whose codec has a setup of its own."""
    track = element(
        "AE", element("D7", b"\1"), element("83", b"\2"), element("86", codec), element("63A2", setup)
    )
    return matroska(summed("1654AE6B", track), cluster(0, simple(b"x" * 40, 0)))


def vorbis_setup(comments: bytes) -> bytes:
    """The three headers of Vorbis as a track has them, with these comments behind the name of the encoder."""
    headers = [b"\1vorbis" + bytes(23), b"\3vorbis" + struct.pack("<I", 3) + b"enc" + comments, b"\5vorbis"]
    return bytes([2, len(headers[0]), len(headers[1])]) + b"".join(headers)


def test_a_setup_without_comments_stays_as_it_is() -> None:
    for codec, setup in (
        (b"A_VORBIS", vorbis_setup(bytes(4) + b"\1")),
        (b"A_FLAC", b"fLaC\x80\0\0\x22" + bytes(34)),
        (b"A_OPUS", b"OpusHead" + bytes(11)),
    ):
        assert element("63A2", setup) in redacted(with_setup(codec, setup), "mka")


def test_what_is_no_part_of_reading_a_track_goes_whatever_it_is() -> None:
    said = SECRET.encode()
    header = element("1A45DFA3", element("4282", b"matroska"), element("EC", said))
    track = element(
        *(
            "AE",
            element("D7", b"\1"),
            element("83", b"\2"),
            element("86", b"A_OPUS"),
            element("258688", said),
        ),
        *(element("3A9697", said), element("3B4040", said), element("41E4", element("41A4", said))),
    )
    information = summed(
        "1549A966",
        element("2AD7B1", b"\x0f\x42\x40") + element("4D80", b"m") + element("4DFF", said),
    )
    tracks = summed("1654AE6B", track + element("4DFE", said))
    segment = element("18538067", information, tracks, cluster(0, simple(b"x" * 40, 0)))
    found = redacted(header + element("EC", said) + segment, "mka")
    assert said not in found
    assert essence_of(found, "mka") == essence_of(header + segment, "mka")


REFUSED: dict[str, tuple[str, bytes]] = {
    "a size that is left open": ("wav", CONTAINERS["wav"].replace(b"data" + struct.pack("<I", len(SAMPLES)), b"data" + b"\xff" * 4)),
    "a chunk that runs past the end": ("aiff", CONTAINERS["aiff"][:-40]),
    "no format": ("wav", riff_chunk(b"RIFF", b"WAVE" + riff_chunk(b"data", bytes(64)))),
    "two sounds": ("wav", riff_chunk(b"RIFF", wav(audio=MUSIC)[8:] + riff_chunk(b"data", bytes(64)))),
    "something in front": ("wav", ID3 + wav(audio=MUSIC)),
    "a lock": ("wma", wma(title="Old", objects=[asf_object(CONTENT_ENCRYPTION, bytes(16))])),
    "an object that nobody knows": ("wma", wma(title="Old", objects=[asf_object("00000000-0000-0000-0000-000000000001", bytes(9))])),
    "the same in the extension": ("wma", wma(title="Old", objects=[header_extension(asf_object("00000000-0000-0000-0000-000000000001", bytes(9)))])),
    "an open segment": ("mka", matroska(summed("1654AE6B", entry()), cluster(0, simple(b"x" * 40, 0)), segment_size=b"\x01" + b"\xff" * 7)),
    "an element that nobody knows": ("mka", matroska(summed("1654AE6B", entry()), element("1F43B676", b"x"), cluster(0, simple(b"x" * 40, 0)))),
    "bytes behind the segment": ("mka", mka() + b"TAG" + bytes(125)),
    "comments in Vorbis' own setup": ("mka", with_setup(b"A_VORBIS", vorbis_setup(b"\1\0\0\0\6\0\0\0TITLE="))),
    "Vorbis' setup laced otherwise": ("mka", with_setup(b"A_VORBIS", b"\1" + vorbis_setup(bytes(4))[1:])),
    "comments in FLAC's own setup": ("mka", with_setup(b"A_FLAC", b"fLaC\0\0\0\x22" + bytes(34) + b"\x84\0\0\4" + bytes(4))),
    "FLAC's setup cut off": ("mka", with_setup(b"A_FLAC", b"fLaC\0\0\0\x22" + bytes(20))),
    "a tag among the properties of DSDIFF": ("dff", dsdiff(DSD).replace(big(b"CMPR", b"DSD \0\0"), big(b"ID3 ", b"DSD \0\0"))),
    "a format that holds more": ("wav", riff_chunk(b"RIFF", b"WAVE" + riff_chunk(b"fmt ", bytes(16) + SECRET.encode() * 3) + riff_chunk(b"data", SAMPLES))),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_made_out_is_refused_and_stays_as_it_is(what: str) -> None:
    extension, data = REFUSED[what]
    assert_refused(data, extension, PLAIN)


def changed(data: bytes, chance: random.Random) -> bytes:
    """The file with a few bytes changed, mostly where sizes stand, or a stretch lost, doubled, or cut off."""
    held = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        held[chance.randrange(min(len(held), 1500) if chance.random() < 0.8 else len(held))] = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )
    at, length = chance.randrange(len(held)), chance.randrange(1, 64)
    match chance.randrange(6):
        case 0:
            del held[at : at + length]
        case 1:
            held[at:at] = held[at : at + length]
        case 2:
            del held[at:]
        case _:
            pass
    return bytes(held)


def _damaged_files(name: str, number: int) -> None:
    """Whatever the bytes are: one error alone, or the digest that the music had."""
    extension, chance, kept = name.rpartition(".")[2], random.Random(name), 0
    for _ in range(number):
        data = changed(CONTAINERS[name], chance)
        file = io.BytesIO(data)
        try:
            redact(file, len(data), extension, PLAIN)
        except UnredactableError:
            continue
        with contextlib.suppress(UnicodeError):
            before, after = listened(data, extension), listened(file.getvalue(), extension)
            if before is not None and before.essence is not None:
                assert after is not None
                assert after.essence == before.essence
                kept += 1
    assert kept > number // 50


@pytest.mark.parametrize("name", CONTAINERS)
def test_damage_is_refused_or_changes_no_music(name: str) -> None:
    _damaged_files(name, 150)


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTAINERS)
def test_much_damage_is_refused_or_changes_no_music(name: str) -> None:
    _damaged_files(name, 6000)


SAMPLE_FILES = (
    "8k-1ch-1s-silence.aif", "with-id3.aif", "with-id3.dsf", "without-id3.dsf", "2822400-1ch-0s-silence.dff", "silence-1.wma",
    "silence-2.wma", "silence-2s-PCM-44100-16-ID3v23.wav", "silence-2s-PCM-16000-08-notags.wav", "empty.tta",
)  # fmt: skip


@pytest.mark.parametrize("name", SAMPLE_FILES)
def test_files_that_other_programs_wrote_keep_their_music(samples: Path, name: str) -> None:
    data, extension = (samples / name).read_bytes(), name.rpartition(".")[2]
    found = redacted(data, extension, {"title": ("T",)})
    before, after = listened(data, extension), listened(found, extension)
    assert before is not None
    assert after is not None
    assert before.essence == after.essence  # of one without a sample there is none
    assert tags_of(found, extension)["title"] == ("T",)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg: apt-get install ffmpeg")
def test_what_ffmpeg_takes_over_from_a_tagged_file_is_plain_or_refused(tmp_path: Path) -> None:
    tagged, taken = tmp_path / "a.ogg", tmp_path / "a.mka"
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-metadata", f"comment={SECRET}")
    for words in ((*tone, "-c:a", "libvorbis", tagged), ("-i", tagged, "-c:a", "copy", taken)):
        subprocess.run(["ffmpeg", "-v", "error", *words], check=True)
    assert SECRET.encode() in taken.read_bytes()
    # whether ffmpeg takes them over into the codec's setup as well is its own affair
    with contextlib.suppress(UnredactableError):
        assert SECRET.encode() not in redacted(taken.read_bytes(), "mka")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg: apt-get install ffmpeg")
@pytest.mark.parametrize("extension", ["mka", "wma", "wav", "aiff", "webm"])
def test_what_ffmpeg_writes_keeps_its_music_and_is_read_by_it(tmp_path: Path, extension: str) -> None:
    made, again = tmp_path / f"a.{extension}", tmp_path / f"b.{extension}"
    codec = {"webm": "libopus", "mka": "flac", "wma": "wmav2"}.get(extension)
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-ar", "48000")
    words = (
        "-metadata",
        f"title=Old of {SECRET}",
        "-metadata",
        f"comment={SECRET}",
        *(("-c:a", codec) if codec else ()),
    )
    subprocess.run(["ffmpeg", "-v", "error", *tone, *words, made], check=True)
    data = made.read_bytes()
    again.write_bytes(redacted(data, extension))
    assert SECRET.encode() not in again.read_bytes()
    assert SECRET.encode("utf-16-le") not in again.read_bytes()
    assert essence_of(again.read_bytes(), extension) == essence_of(data, extension)
    sums = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-f", "md5", "-"], check=True, capture_output=True
        )
        for path in (made, again)
    ]
    assert sums[0].stdout == sums[1].stdout
    assert [one.stderr for one in sums] == [b"", b""]
    probe = (
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "format_tags=title:stream_tags=title",
        "-of",
        "csv=p=0",
        again,
    )
    if extension != "webm" and shutil.which("ffprobe"):
        assert subprocess.run(probe, check=True, capture_output=True, text=True).stdout.strip() == "Title"
