"""What independent programs write is found: mutagen's tags of every format that it writes, and FFmpeg's."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2
from mutagen.asf import ASF
from mutagen.asf._attrs import ASFByteArrayAttribute, ASFGUIDAttribute, ASFUnicodeAttribute
from mutagen.dsf import DSF
from mutagen.flac import FLAC
from mutagen.flac import Picture as FlacPicture
from mutagen.id3 import APIC, CHAP, COMM, GEOB, ID3, PRIV, SYLT, TIT2, TXXX, UFID, USLT
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE
from mutagen.wavpack import WavPack

from tests.audio.blocks.everything import COVER, IFF, LARGE, wide
from tests.audio.blocks.reading import read, sha256
from tests.samples import aiff, flac, m4a, mp3, ogg_vorbis, wav, wavpack, wma

WORDS = "Füße и 日本"


def _id3(tags: Any) -> None:  # noqa: ANN401 - mutagen has no types
    tags.add(TIT2(encoding=3, text=[WORDS, "second"]))
    tags.add(TXXX(encoding=1, desc="Mood", text=["a", "b"]))
    tags.add(COMM(encoding=2, lang="deu", desc="d", text=[WORDS]))
    tags.add(USLT(encoding=1, lang="eng", desc="", text=WORDS))
    tags.add(SYLT(encoding=1, lang="eng", format=2, type=1, desc="s", text=[("one", 1), ("two", 2)]))
    tags.add(UFID(owner="http://musicbrainz.org", data=b"0b6d"))
    tags.add(PRIV(owner="o", data=b"\1\2"))
    tags.add(GEOB(encoding=0, mime="x/y", filename="f", desc="g", data=b"\1" * 9000))
    tags.add(APIC(encoding=1, mime="image/png", type=3, desc="front", data=LARGE))
    tags.add(APIC(encoding=0, mime="image/png", type=4, desc="back", data=COVER))
    tags.add(CHAP(element_id="c1", start_time=0, end_time=1, sub_frames=[TIT2(encoding=3, text=["Intro"])]))


ID3_FOUND = {
    "TIT2": f"{WORDS}\0second", "TXXX:Mood": "a\0b", "COMM:d:deu": WORDS, "USLT::eng": WORDS, "SYLT:s:eng": "one\ntwo", "UFID:http://musicbrainz.org": "0b6d",
    "PRIV:o": None, "GEOB:x/y:g": "f", "APIC:front": None, "APIC:back": None, "CHAP:c1": None,
}  # fmt: skip


def _written(tagger: Callable[..., Any], data: bytes, fill: Callable[[Any], None]) -> bytes:
    file = io.BytesIO(data)
    opened = tagger(file)
    if opened.tags is None:
        opened.add_tags()
    fill(opened.tags)
    file.seek(0)
    opened.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("tagger", "data", "kind"),
    [(MP3, mp3(), "mp3"), (AIFF, aiff(), "aiff"), (WAVE, wav(), "wav"), (DSF, IFF["DSF"].data, "dsf")],
)
def test_id3_that_mutagen_wrote(tagger: Callable[..., Any], data: bytes, kind: str) -> None:
    written = _written(tagger, data, _id3)
    whole, chapter = (block for block in read(written, kind).blocks if block.kind.startswith("id3v2"))
    found = {frame.id: frame for frame in whole.frames}
    assert {key: found[key].text for key in ID3_FOUND} == ID3_FOUND
    assert [(frame.id, frame.text) for frame in chapter.frames] == [("TIT2", "Intro")]
    assert [shown.sha256 for shown in found["APIC:front"].pictures] == [sha256(LARGE)]
    assert [(shown.sha256, shown.type) for shown in found["APIC:back"].pictures] == [(sha256(COVER), 4)]


def test_id3v2_3_and_id3v1_that_mutagen_wrote() -> None:
    tags = ID3()
    tags.add(TIT2(encoding=1, text=[WORDS]))
    tags.add(APIC(encoding=1, mime="image/png", type=3, desc="front", data=LARGE))
    file = io.BytesIO(mp3())
    tags.save(file, v2_version=3, v1=2)
    found = [
        (block.kind, frame.id, frame.text)
        for block in read(file.getvalue(), "mp3").blocks
        for frame in block.frames
    ]
    assert ("id3v2.3", "TIT2", WORDS) in found
    assert any(kind == "id3v1" and key == "title" for kind, key, _ in found)


def _flac_picture() -> FlacPicture:
    picture = FlacPicture()
    picture.data, picture.type, picture.mime, picture.desc = LARGE, 3, "image/png", WORDS
    return picture


def test_flac_and_vorbis_that_mutagen_wrote() -> None:
    file = io.BytesIO(flac())
    opened = FLAC(file)
    opened["TITLE"] = [WORDS, "second"]
    opened.add_picture(_flac_picture())
    file.seek(0)
    opened.save(file)
    ogg = io.BytesIO(ogg_vorbis())
    vorbis = OggVorbis(ogg)
    vorbis["TITLE"] = [WORDS, "second"]
    vorbis["METADATA_BLOCK_PICTURE"] = [base64.b64encode(_flac_picture().write()).decode()]
    ogg.seek(0)
    vorbis.save(ogg)
    for data, kind in ((file.getvalue(), "flac"), (ogg.getvalue(), "ogg-vorbis")):
        frames = [frame for block in read(data, kind).blocks for frame in block.frames]
        assert [frame.text for frame in frames if frame.id.upper() == "TITLE"] == [WORDS, "second"]
        (shown,) = [frame for frame in frames if frame.pictures]
        assert shown.text == WORDS
        assert [(one.sha256, one.size_bytes, one.type) for one in shown.pictures] == [
            (sha256(LARGE), len(LARGE), 3)
        ]


def test_mp4_that_mutagen_wrote() -> None:
    file = io.BytesIO(m4a())
    opened = MP4(file)
    if opened.tags is None:
        opened.add_tags()
    assert opened.tags is not None
    opened.tags["\xa9nam"] = [WORDS, "second"]
    opened.tags["----:org.example:Mood"] = [MP4FreeForm(WORDS.encode()), MP4FreeForm(b"b")]
    opened.tags["covr"] = [MP4Cover(LARGE, MP4Cover.FORMAT_PNG), MP4Cover(COVER, MP4Cover.FORMAT_PNG)]
    opened.tags["tmpo"] = [120]
    opened.tags["trkn"] = [(3, 9)]
    file.seek(0)
    opened.save(file)
    found = {frame.id: frame for block in read(file.getvalue(), "mp4").blocks for frame in block.frames}
    assert found["©nam"].text == f"{WORDS}\0second"
    assert found["----:org.example:Mood"].text == f"{WORDS}\0b"
    assert found["tmpo"].text == "120"
    assert found["trkn"].text == "3/9"
    assert [one.sha256 for one in found["covr"].pictures] == [sha256(LARGE), sha256(COVER)]


def test_asf_that_mutagen_wrote() -> None:
    file = io.BytesIO(wma())
    opened = ASF(file)
    assert opened.tags is not None
    head = b"\x03" + len(LARGE).to_bytes(4, "little") + wide("image/png") + wide(WORDS)
    opened.tags["Title"] = [WORDS]
    opened.tags["WM/Composer"] = [
        ASFUnicodeAttribute("one"),
        ASFUnicodeAttribute(WORDS, language=0, stream=1),
    ]
    opened.tags["WM/Picture"] = [ASFByteArrayAttribute(head + LARGE)]
    opened.tags["WM/MediaClassPrimaryID"] = [ASFGUIDAttribute(b"\1" * 16)]
    file.seek(0)
    opened.save(file)
    found = {frame.id: frame for block in read(file.getvalue(), "asf").blocks for frame in block.frames}
    assert found["Title"].text == WORDS
    assert found["WM/Composer"].text == "one"
    assert found["WM/Composer:1:"].text == WORDS
    assert found["WM/MediaClassPrimaryID"].text == "01010101-0101-0101-0101-010101010101"
    assert found["WM/Picture"].text == WORDS
    assert [one.sha256 for one in found["WM/Picture"].pictures] == [sha256(LARGE)]


def test_apev2_that_mutagen_wrote() -> None:
    file = io.BytesIO(wavpack(seconds=0.05))
    opened = WavPack(file)
    opened.add_tags()
    assert isinstance(opened.tags, APEv2)
    opened.tags["Title"] = [WORDS, "second"]
    opened.tags["Cover Art (Front)"] = mutagen.apev2.APEValue(b"c.png\0" + LARGE, mutagen.apev2.BINARY)
    opened.tags["Site"] = mutagen.apev2.APEValue("http://example.org/", mutagen.apev2.EXTERNAL)
    file.seek(0)
    opened.save(file)
    found = {frame.id: frame for block in read(file.getvalue(), "wavpack").blocks for frame in block.frames}
    assert found["Title"].text == f"{WORDS}\0second"
    assert found["Site"].text == "http://example.org/"
    assert [one.sha256 for one in found["Cover Art (Front)"].pictures] == [sha256(LARGE)]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("a.mp3", "mp3", "TIT2"), ("a.flac", "flac", "TITLE"), ("a.ogg", "ogg-vorbis", "title"), ("a.opus", "ogg-opus", "title"), ("a.m4a", "mp4", "©nam"),
        ("a.mov", "mp4", "©nam"), ("a.wav", "wav", "INAM"), ("a.aiff", "aiff", "NAME"), ("a.caf", "caf", "title"), ("a.wma", "asf", "Title"), ("a.mka", "matroska", "Title"),
        ("a.wv", "wavpack", "Title"), ("a.tta", "tta", "Title"),
    ],
)  # fmt: skip
def test_tags_that_ffmpeg_wrote(tmp_path: Path, name: str, kind: str, key: str) -> None:
    path = tmp_path / name
    source = ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "0.2"]
    command = ["ffmpeg", "-v", "error", *source, "-metadata", f"title={WORDS}", str(path)]
    subprocess.run(command, check=True)
    found = [frame for block in read(path.read_bytes(), kind).blocks for frame in block.frames]
    assert WORDS in [frame.text for frame in found if frame.id.lower() == key.lower()]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", ["a.m4b", "a.mka", "a.mov"])
def test_chapters_that_ffmpeg_wrote(tmp_path: Path, name: str) -> None:
    listed = tmp_path / "chapters.txt"
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}\n"
    listed.write_text(
        ";FFMETADATA1\n" + chapter.format(0, 500, WORDS) + chapter.format(500, 1000, "End"), "utf-8"
    )
    source = [
        "-f",
        "lavfi",
        "-i",
        "anullsrc=r=48000:cl=mono",
        "-i",
        str(listed),
        "-map_metadata",
        "1",
        "-t",
        "1",
    ]
    path = tmp_path / name
    subprocess.run(["ffmpeg", "-v", "error", *source, str(path)], check=True)
    kind = "matroska" if name == "a.mka" else "mp4"
    found = [
        frame.text
        for block in read(path.read_bytes(), kind).blocks
        if block.kind.endswith("-chapter")
        for frame in block.frames
    ]
    assert found == [WORDS, "End"]
