from __future__ import annotations

import os
import pickle
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.audio.examine import examine_file
from archiver.audio.formats.kinds import TABLE_NAME
from archiver.model.audio import ExaminedFile, Role
from archiver.model.problem import Problem
from archiver.model.source import FileRef
from tests.samples import (
    File,
    Folder,
    Pipe,
    build_tree,
    flac,
    id3v1,
    id3v2,
    jpeg,
    m4a,
    mp3,
    ogg_vorbis,
    png,
    silence,
    tree_digest,
    wav,
)
from tests.samples.asf import guid, wma
from tests.samples.id3 import comment_frame
from tests.samples.mp3 import mp3_frame
from tests.samples.mp4 import audio_entry, box, full_box, text_atom
from tests.samples.ogg import ogg_stream
from tests.samples.sidecars import DiscTrack, cue_sheet, eac_log, md5_file, pdf, playlist_m3u8
from tests.samples.wavpack import wavpack

Examine = Callable[[str, bytes], ExaminedFile]
Refer = Callable[[Path, bytes], FileRef]


def codes(examined: ExaminedFile) -> list[str]:
    return [problem.code for problem in examined.problems]


def test_a_song(examine: Examine) -> None:
    found = examine("Song.flac", flac(audio=silence(1.0), title="T", artist="A", pictures=[png()]))
    assert found.role is Role.AUDIO
    assert found.format is not None
    assert (found.format.puid, found.format.mime) == ("fmt/279", "audio/flac")
    assert found.audio is not None
    assert (found.audio.codec, found.audio.duration_s, found.audio.lossless) == ("flac", 1.0, True)
    assert found.tags["title"] == ("T",)
    assert found.tags["artist"] == ("A",)
    assert [block.kind for block in found.tag_blocks] == ["vorbis-comment", "flac-picture"]
    assert (found.protection, found.problems) == (None, ())


def test_a_slip_in_a_parser_does_not_hide_a_protection(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slip(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("archiver.audio.examine.sniff", slip)
    found = examine("a.m4p", m4a(entry=audio_entry("drms", box("sinf"))))
    assert found.protection is not None
    assert found.protection.scheme == "fairplay"
    assert codes(found) == ["F203"]
    assert examine("a.m4a", m4a()).protection is None


@pytest.mark.parametrize("character", ["\x01", "\x1a", "\x1b", "\x1f", "\x7f", "\u202e"])
def test_no_character_of_a_name_hides_what_a_file_is(examine: Examine, character: str) -> None:
    found = examine(f"a{character}.m4p", m4a(entry=audio_entry("drms", box("sinf")), title="T"))
    assert found.protection is not None
    assert found.format is not None
    assert found.format.puid == "fmt/2094"
    assert found.tags["title"] == ("T",)


def test_what_pronom_does_not_know_is_named_without_a_puid(examine: Examine) -> None:
    found = examine("a.wv", wavpack(title="T"))
    assert found.format is not None
    assert (found.format.puid, found.format.name, found.format.signature_version) == (
        None,
        "WavPack",
        TABLE_NAME,
    )
    assert found.tags["title"] == ("T",)
    short = examine("short.mp3", mp3_frame() * 2)
    assert short.format is not None
    assert (short.format.puid, short.format.mime) == (None, "audio/mpeg")
    assert short.problems == ()


TRACK = DiscTrack("One", "1.flac", 15000)


@pytest.mark.parametrize(
    ("name", "data", "role"),
    [
        ("cover.jpg", jpeg(), Role.ARTWORK),
        ("booklet.pdf", pdf("x"), Role.DOCUMENT),
        ("rip.log", eac_log([TRACK], album="Album"), Role.LOG),
        ("a.cue", cue_sheet([TRACK], title="Album").encode(), Role.CUE),
        ("a.m3u8", playlist_m3u8([("1.flac", "One", 200)]).encode(), Role.PLAYLIST),
        ("a.md5", md5_file({"1.flac": b"x"}).encode(), Role.CHECKSUM),
        ("notes.txt", b"words\n", Role.DOCUMENT),
        ("program.exe", b"MZ" + bytes(200), Role.OTHER),
    ],
)
def test_what_lies_beside_the_music(examine: Examine, name: str, data: bytes, role: Role) -> None:
    found = examine(name, data)
    assert (found.role, found.audio, dict(found.tags), found.tag_blocks) == (role, None, {}, ())


def test_content_decides_over_the_name_and_both_are_told(examine: Examine) -> None:
    found = examine("song.mp3", flac(title="T", vendor=""))
    assert found.audio is not None
    assert (found.role, found.audio.codec, dict(found.tags)) == (Role.AUDIO, "flac", {"title": ("T",)})
    assert [(problem.path, problem.code) for problem in found.problems] == [("song.mp3", "F201")]
    assert "MP3" in found.problems[0].message
    assert found.problems[0].message.endswith("the content is FLAC")
    assert codes(examine("cover.jpg", png())) == ["F201"]
    text = examine("cover.png", b"not a picture at all\n")
    assert text.format is not None
    assert (text.format.puid, codes(text)) == ("x-fmt/111", ["F201"])
    assert codes(examine("page.mp3", b"<!DOCTYPE html><html><body>Not found</body></html>")) == ["F201"]


def test_names_that_fit_give_no_problem(examine: Examine) -> None:
    for name, data in (("a.m4a", m4a()), ("a.ogg", ogg_vorbis()), ("a.oga", ogg_vorbis()), ("noext", flac())):
        assert examine(name, data).problems == ()


def test_damaged_audio_stays_audio(examine: Examine) -> None:
    junk = examine("a.mp3", bytes(range(256)) * 20)
    assert (junk.role, junk.audio, junk.format) == (Role.AUDIO, None, None)
    assert codes(junk) == ["F206", "F202"]
    cut = examine("a.flac", flac()[:30])
    assert (cut.role, cut.audio, codes(cut)[-1]) == (Role.AUDIO, None, "F208")
    bare = examine("tag.mp3", id3v2([comment_frame("still read")]))
    assert (bare.role, dict(bare.tags), codes(bare)) == (Role.AUDIO, {"comment": ("still read",)}, ["F202"])
    junk_with_tag = examine("b.mp3", bytes(range(256)) * 20 + id3v1({"title": "still read"}))
    assert junk_with_tag.tags["title"] == ("still read",)


def test_an_empty_file(examine: Examine) -> None:
    found = examine("a.mp3", b"")
    assert (found.role, found.format, codes(found)) == (Role.AUDIO, None, ["F205"])
    found = examine("a.txt", b"")
    assert (found.role, found.format, codes(found)) == (Role.DOCUMENT, None, [])


def test_formats_without_a_reader_say_so(examine: Examine) -> None:
    found = examine("a.shn", b"ajkg\x02" + bytes(200))
    assert found.audio is not None
    assert (found.role, found.audio.codec, codes(found)) == (Role.AUDIO, "shorten", ["F204"])


def test_a_malformed_tag_is_told_and_the_rest_is_read(examine: Examine) -> None:
    audio = mp3_frame(128) * 40
    found = examine(
        "a.mp3", b"ID3\x04\0\0\0\0\0\x14TIT2\0\0\0\x7f\0\0" + bytes(10) + audio + id3v1({"artist": "A"})
    )
    assert "F207" in codes(found)
    assert found.audio is not None
    assert found.tags["artist"] == ("A",)


def handler(kind: bytes) -> bytes:
    return full_box("hdlr", bytes(4), kind, bytes(13))


FILM = box("trak", box("mdia", handler(b"vide")))


def test_a_film_is_other_and_keeps_its_tags(examine: Examine) -> None:
    film = m4a({"©nam": "Film"}, brand="isom", movie_boxes=[FILM])
    found = examine("film.mp4", film)
    assert (found.role, found.audio, found.tags["title"], found.problems) == (Role.OTHER, None, ("Film",), ())
    assert examine("song.m4a", film).role is Role.AUDIO
    assert examine("book.mp4", m4a(brand="M4B ", movie_boxes=[FILM])).role is Role.AUDIO
    assert examine("song.mp4", m4a(brand="isom")).role is Role.AUDIO
    assert examine("film.webm", b"\x1aE\xdf\xa3" + bytes(40) + b"\x86\x85V_VP8").role is Role.OTHER
    assert examine("song.webm", b"\x1aE\xdf\xa3" + bytes(40) + b"\x86\x86A_OPUS").role is Role.AUDIO
    video = guid("BC19EFC0-5B4D-11CF-A8FD-00805F5C442B")
    stream = (
        guid("B7DC0791-A9B7-11CF-8EE6-00C00C205365") + (24 + 54).to_bytes(8, "little") + video + bytes(38)
    )
    assert examine("film.wmv", wma(objects=[stream])).role is Role.OTHER
    unknown = ogg_stream([([b"some codec"], 0)])
    assert examine("film.ogm", unknown).role is Role.OTHER
    assert (examine("a.ogg", unknown).role, codes(examine("a.ogg", unknown))) == (Role.AUDIO, ["F204"])


def test_a_protected_file_is_seen_and_still_described(examine: Examine) -> None:
    found = examine("a.m4p", m4a(entry=audio_entry("drms", box("sinf", box("frma", b"mp4a"))), title="T"))
    assert found.protection is not None
    assert found.protection.scheme == "fairplay"
    assert found.audio is not None
    assert (found.audio.codec, found.tags["title"]) == ("drms", ("T",))
    locked = examine("a.ncm", b"CTENFDAM" + bytes(200))
    assert locked.protection is not None
    assert (locked.role, codes(locked)) == (Role.AUDIO, ["F204"])


def test_personal_data_is_observed_and_in_nothing_that_is_handed_on(examine: Examine) -> None:
    mail = "buyer@example.org"
    found = examine("a.m4a", m4a(atoms=[text_atom("apID", mail)], comment=f"bought by {mail}", title="T"))
    assert any(item.personal and item.value is None for item in found.evidence)
    assert found.tags["title"] == ("T",)
    assert mail not in repr(found)


def test_evidence_of_tags_and_of_logs(examine: Examine) -> None:
    url = "https://creativecommons.org/licenses/by/4.0/"
    song = examine("a.flac", flac({"LICENSE": url}))
    assert [item.value for item in song.evidence if item.code == "licence-url"] == [url]
    assert examine("rip.log", eac_log([TRACK], album="Album")).evidence
    assert examine("cover.jpg", jpeg()).evidence == ()


@pytest.mark.parametrize(
    ("fault", "code"), [("gone", "S105"), ("pipe", "S107"), ("folder", "S107"), ("link", "S107")]
)
def test_faults_of_the_source(tmp_path: Path, refer: Refer, fault: str, code: str) -> None:
    build_tree(tmp_path, {"a.mp3": File(mp3()), "pipe": Pipe(), "folder": Folder()})
    ref = refer(tmp_path, b"a.mp3")
    os.symlink("a.mp3", tmp_path / "link")
    found = examine_file(replace(ref, relative=fault.encode()))
    assert (found.role, found.format, codes(found)) == (Role.AUDIO, None, [code])


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file whose reading fails")
def test_a_read_error_of_the_disk(tmp_path: Path, refer: Refer) -> None:
    """Reading a process's memory at address zero fails with the error that a broken sector gives."""
    found = examine_file(replace(refer(tmp_path, b""), root=b"/proc/self", relative=b"mem", path="a.mp3"))
    assert (found.role, codes(found)) == (Role.AUDIO, ["S103"])


def test_a_file_that_may_not_be_read(tmp_path: Path, refer: Refer) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read everything")
    (tmp_path / "a.mp3").write_bytes(mp3())
    (tmp_path / "a.mp3").chmod(0)
    assert codes(examine_file(refer(tmp_path, b"a.mp3"))) == ["S101"]


@pytest.mark.parametrize(
    "name",
    [
        b"\xff\xfe.flac",
        "naïve\n\t %.flac".encode(),
        b"*.flac",
        b" trailing .flac",
        b"x" * 250 + b".flac",
        b"a\\b.flac",
    ],
)
def test_any_name_is_examined(tmp_path: Path, refer: Refer, name: bytes) -> None:
    build_tree(tmp_path, {name: File(flac(title="T"))})
    found = examine_file(refer(tmp_path, name))
    assert found.format is not None
    assert (found.format.puid, found.tags["title"], found.problems) == ("fmt/279", ("T",), ())


def test_paths_longer_than_the_system_takes_at_once(tmp_path: Path, refer: Refer) -> None:
    deep = b"/".join([b"d" * 200] * 25)
    build_tree(tmp_path, {deep + b"/a.flac": File(flac(title="T"))})
    short = refer(tmp_path, b"")
    found = examine_file(FileRef(short.root, deep + b"/a.flac", "a.flac", short.stat))
    assert found.format is not None
    assert (found.format.puid, found.tags["title"], found.problems) == ("fmt/279", ("T",), ())


def test_problems_of_the_name_travel_on(tmp_path: Path, refer: Refer) -> None:
    (tmp_path / "a.flac").write_bytes(b"")
    noted = Problem("a.flac", "N304", "as listed")
    found = examine_file(replace(refer(tmp_path, b"a.flac"), problems=(noted,)))
    assert codes(found) == ["N304", "F205"]
    assert codes(examine_file(replace(refer(tmp_path, b"a.flac"), relative=b"b", problems=(noted,)))) == [
        "N304",
        "S105",
    ]


def test_results_cross_between_processes(examine: Examine) -> None:
    found = examine("a.m4a", m4a(title="T", pictures=[png()]))
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_source_is_untouched_and_no_descriptor_stays_open(tmp_path: Path, refer: Refer) -> None:
    source = tmp_path / "source"
    files = {
        "a.mp3": mp3(title="x"),
        "b.wav": wav(audio=silence(2.0)),
        "c.m4a": m4a(),
        "d.txt": b"x",
        "e.mp3": b"MPCKXX\0\0",
    }
    build_tree(source, {name: File(data) for name, data in files.items()})
    before = tree_digest(source)
    examine_file(refer(source, b"a.mp3"))
    opened = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for name in files:
        examine_file(refer(source, name.encode()))
    assert tree_digest(source) == before
    if opened:
        assert len(os.listdir("/proc/self/fd")) == opened
    assert all(stat.S_ISREG(os.lstat(source / name).st_mode) for name in files)
