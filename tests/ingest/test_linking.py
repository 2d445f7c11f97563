"""What papers name is found among the files that there are, however it is written; what is not there is said once."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.papers.checksum_list import read_checksums
from archiver.audio.papers.read import PapersRead
from archiver.ingest.examine import Examined
from archiver.ingest.linking import MOST_EXPECTED, LinkedEntries, Linker
from archiver.ingest.spool import Spool
from archiver.model.audio import AudioProperties, ExaminedFile, Role
from archiver.model.paper import Expected, Linking, Named, Playlist, Reference, RipClaim, RipLog, RippedTrack
from archiver.model.problem import Problem
from archiver.model.source import FileRef, FileStat, FolderRef, LeftOut, Link, Unpacked

ROOT = b"/srv/Music"
MD5 = "0a" * 16


def a_file(
    path: str,
    role: Role = Role.AUDIO,
    *,
    read: PapersRead | None = None,
    relative: bytes | None = None,
    seconds: float | None = None,
    track: str | None = None,
    audio_md5: str | None = None,
) -> ExaminedFile:
    ref = FileRef(ROOT, path.encode() if relative is None else relative, path, FileStat(1, 1, 1, 1))
    read = read or PapersRead()
    return ExaminedFile(
        ref,
        role,
        None,
        audio=AudioProperties("FLAC", seconds, bit_depth=16),
        tags={} if track is None else {"track": (track,)},
        papers=read.papers,
        references=read.references,
        audio_md5=audio_md5,
    )


def playlist(path: str, *names: str, encoded: bool = False) -> ExaminedFile:
    references = tuple(Reference(name, encoded=encoded) for name in names)
    paper = Playlist("m3u", Named(names=len(names)))
    return a_file(path, Role.PLAYLIST, read=PapersRead((paper,), references))


def checksums(path: str, text: str, extension: str = "md5", role: Role = Role.CHECKSUM) -> ExaminedFile:
    read = read_checksums(text.split("\n"), extension, prose=role is Role.DOCUMENT)
    assert read is not None
    return a_file(path, role, read=PapersRead((read[0],), read[1]))


def log(path: str, *tracks: RippedTrack, image: RippedTrack | None = None) -> ExaminedFile:
    return a_file(path, Role.LOG, read=PapersRead((RipLog("a ripper", tracks=tracks, image=image),)))


def in_order(files: Sequence[Examined]) -> list[Examined]:
    """The files as a scan yields them: each folder, then what is in it."""
    listed: list[Examined] = []
    for folder in sorted({_path(one).rpartition("/")[0] for one in files} | {""}):
        listed.append(FolderRef(folder, 0))
        listed += [one for one in files if _path(one).rpartition("/")[0] == folder]
    return listed


def _path(entry: Examined) -> str:
    if isinstance(entry, ExaminedFile):
        return entry.ref.path
    return entry.problem.path if isinstance(entry, Unpacked) else getattr(entry, "path", "")


def linked(entries: Sequence[Examined]) -> dict[str, ExaminedFile]:
    with Spool[Examined]() as spool, Linker() as linker:
        spool.extend(linker.gathered(entries))
        linker.look(spool)
        found = LinkedEntries(spool, linker)
        assert len(found) == len(entries)
        once, again = list(found), list(found)
        assert once == again
        return {one.ref.path: one for one in once if isinstance(one, ExaminedFile)}


def named(*files: Examined, paper: str = "Lists/all.m3u") -> Named:
    (found,) = linked(in_order(files))[paper].papers
    assert not isinstance(found, RipLog)
    return found.named


@pytest.mark.parametrize(
    ("said", "file", "outcome"),
    [
        ("../Album/01.flac", "Album/01.flac", "found"),
        ("..\\Album\\01.flac", "Album/01.flac", "found"),
        ("./x/../y.mp3", "Lists/y.mp3", "found"),
        ("a%20b.mp3", "Lists/a b.mp3", "found"),
        ("100%25.mp3", "Lists/100%25.mp3", "found"),
        ("/srv/Music/Album/01.flac", "Album/01.flac", "found"),
        ("a\\b.mp3", "Lists/a\\b.mp3", "found"),
        ("../ALBUM/01.FLAC", "Album/01.flac", "otherwise"),
        ("../Album/A\u0308.flac", "Album/\u00c4.flac", "otherwise"),
        ("../Album/01.wav", "Album/01.flac", "otherwise"),
        ("D:\\Music\\Artist\\Album\\01.wav", "Artist/Album/01.flac", "otherwise"),
        ("/Volumes/Old/Artist/Album/01.flac", "Artist/Album/01.flac", "otherwise"),
        ("\\\\server\\share\\Album\\01.flac", "Album/01.flac", "otherwise"),
        ("C:\\x\\01.mp3", "Lists/01.mp3", "otherwise"),
        ("../Album/01.txt", "Album/01.flac", "missing"),
        ("../../../etc/passwd", "Album/passwd.mp3", "missing"),
        ("../Album/02.flac", "Album/01.flac", "missing"),
        ("\0", "Album/01.flac", "missing"),
    ],
)
def test_a_name_in_the_way_of_any_system(said: str, file: str, outcome: str) -> None:
    told = named(playlist("Lists/all.m3u", said), a_file(file))
    assert told.looked
    assert {key: getattr(told, key) for key in ("found", "otherwise", "missing") if getattr(told, key)} == {
        outcome: 1
    }


def test_the_name_itself_comes_before_what_is_like_it() -> None:
    listed = checksums("a.md5", f"{MD5}  b.flac\n{'0b' * 16}  B.flac\n")
    files = linked(in_order([listed, a_file("B.flac"), a_file("b.flac"), a_file("b.wav")]))
    assert [one.digest for one in files["b.flac"].expected] == [MD5]
    assert [one.digest for one in files["B.flac"].expected] == ["0b" * 16]
    assert files["b.wav"].expected == ()


def test_of_twins_that_are_as_like_none_is_tested() -> None:
    files = linked(in_order([checksums("a.md5", f"{MD5}  b.flac\n"), a_file("B.flac"), a_file("B.FLAC")]))
    assert files["B.flac"].expected == files["B.FLAC"].expected == ()
    assert files["a.md5"].problems == ()


def test_a_source_that_is_one_of_several_is_not_left() -> None:
    paper = Playlist("m3u", Named(names=2))
    read = PapersRead((paper,), (Reference("../Two/a.mp3"), Reference("b.mp3")))
    entries: list[Examined] = [
        FolderRef("One", 0),
        a_file("One/list.m3u", Role.PLAYLIST, read=read, relative=b"list.m3u"),
        a_file("One/b.mp3", relative=b"b.mp3"),
        FolderRef("Two", 0),
        a_file("Two/a.mp3", relative=b"a.mp3"),
    ]
    (found,) = linked(entries)["One/list.m3u"].papers
    assert not isinstance(found, RipLog)
    assert (found.named.found, found.named.missing) == (1, 1)


def test_a_name_that_is_not_utf8_is_found_in_its_encoding() -> None:
    file = a_file("Lists/=C4.mp3", relative=b"Lists/\xc4.mp3")
    assert named(playlist("Lists/all.m3u", "\u00c4.mp3"), file).otherwise == 0
    assert named(playlist("Lists/all.m3u", "\u00c4.mp3"), file).found == 1


def test_what_is_missing_is_said_once_with_the_first_names() -> None:
    names = [f"{number:03}.mp3" for number in range(500)]
    files = linked(in_order([playlist("all.m3u", *names, "x.mp3"), a_file("x.mp3")]))
    (problem,) = files["all.m3u"].problems
    assert problem == Problem(
        "all.m3u", "F217", "500 of 501 that it names: 000.mp3, 001.mp3, 002.mp3 and 497 more"
    )
    (paper,) = files["all.m3u"].papers
    assert not isinstance(paper, RipLog)
    assert paper.named.first_missing == tuple(names[:10])


def test_a_list_of_checksums_weighs_more_and_prose_less() -> None:
    text = f"{MD5}  gone.flac\n{MD5}  lost.flac\n"
    entries = [checksums("a.md5", text), checksums("notes.txt", text, "txt", Role.DOCUMENT)]
    files = linked(in_order(entries))
    assert [one.code for one in files["a.md5"].problems] == ["F216"]
    assert files["notes.txt"].problems == ()
    files = linked(in_order([*entries, a_file("lost.flac")]))
    assert [one.code for one in files["notes.txt"].problems] == ["F217"]


def test_what_is_there_and_not_packed_is_not_missing() -> None:
    text = "\n".join(
        f"{MD5}  {name}" for name in ("a.log", "link", "broken.mp3", "Skipped/x.mp3", "Locked/deep/y.mp3")
    )
    others: list[Examined] = [
        LeftOut("a.log", "file", "*.log"),
        Link("link", b"x", "x"),
        Unpacked(Problem("broken.mp3", "S103", "io")),
        LeftOut("Skipped", "folder", "Skipped"),
        Unpacked(Problem("Locked", "S102", "denied")),
    ]
    told = named(checksums("a.md5", text), *others, paper="a.md5")
    assert (told.names, told.found, told.missing) == (5, 3, 0)


def test_beside_a_file_that_was_named_alone_nothing_is_looked_for() -> None:
    alone = linked([checksums("a.md5", f"{MD5}  b.flac\n"), a_file("c.flac")])["a.md5"]
    (paper,) = alone.papers
    assert not isinstance(paper, RipLog)
    assert (paper.named.looked, paper.named.missing, alone.problems) == (False, 0, ())


def test_every_list_is_named_and_their_number_bounded() -> None:
    lists = [checksums(f"{number:03}.md5", f"{number:032x}  a.flac\n") for number in range(100)]
    files = linked(in_order([a_file("a.flac"), *lists]))
    assert files["a.flac"].expected == tuple(
        Expected("md5", f"{number:032x}", f"{number:03}.md5") for number in range(MOST_EXPECTED)
    )


def test_a_fingerprint_is_held_against_what_the_header_states() -> None:
    listed = checksums(
        "a.ffp", f"good.flac:{MD5}\nbad.flac:{MD5}\nunset.flac:{MD5}\nother.wav:{MD5}\n", "ffp"
    )
    good, bad = a_file("good.flac", audio_md5=MD5), a_file("bad.flac", audio_md5="0c" * 16)
    files = linked(in_order([bad, good, a_file("unset.flac"), a_file("other.flac", audio_md5=MD5), listed]))
    assert [
        files[name].expected[0].holds for name in ("good.flac", "bad.flac", "unset.flac", "other.flac")
    ] == [
        True,
        False,
        None,
        True,
    ]
    (problem,) = files["bad.flac"].problems
    assert problem.code == "F215"
    assert "a.ffp" in problem.message
    assert files["good.flac"].problems == ()


TRACKS = (RippedTrack(1, "01 - One.wav", sectors=7500), RippedTrack(2, "02 - Two.wav", sectors=15_000))


def links(*entries: Examined, paper: str = "Album/x.log") -> list[tuple[Linking | None, str | None]]:
    (found,) = linked(in_order(entries))[paper].papers
    assert isinstance(found, RipLog)
    image = [] if found.image is None else [found.image]
    return [(track.linking, track.path) for track in [*found.tracks, *image]]


def test_tracks_are_linked_by_name_and_playing_time() -> None:
    one, two = a_file("Album/01 - One.flac", seconds=100.2), a_file("Album/02 - two.mp3", seconds=199.1)
    assert links(log("Album/x.log", *TRACKS), one, two) == [
        (Linking.NAME, "Album/01 - One.flac"),
        (Linking.NAME, "Album/02 - two.mp3"),
    ]


def test_a_track_whose_file_plays_for_another_time_is_not_linked() -> None:
    one, two = a_file("Album/01 - One.flac", seconds=150), a_file("Album/02 - Two.flac", seconds=None)
    assert links(log("Album/x.log", *TRACKS), one, two) == [
        (Linking.OTHER_TIME, None),
        (Linking.NAME_ALONE, "Album/02 - Two.flac"),
    ]


def test_where_names_differ_numbers_and_playing_times_tell() -> None:
    tagged = a_file("Album/Eins.ogg", seconds=100, track="1")
    assert links(log("Album/x.log", *TRACKS), tagged, a_file("Album/02 Zwei.mp3", seconds=200)) == [
        (Linking.NUMBER, "Album/Eins.ogg"),
        (Linking.NUMBER, "Album/02 Zwei.mp3"),
    ]
    assert links(log("Album/x.log", *TRACKS)) == [(Linking.NO_FILE, None)] * 2


def test_a_log_may_lie_above_or_below_its_disc() -> None:
    one = a_file("Album/CD1/01 - One.flac", seconds=100)
    assert links(log("Album/x.log", TRACKS[0]), one)[0] == (Linking.NAME, one.ref.path)
    one = a_file("Album/01 - One.flac", seconds=100)
    assert links(log("Album/Logs/x.log", TRACKS[0]), one, paper="Album/Logs/x.log")[0][0] is Linking.NAME


def test_of_two_discs_each_log_gets_its_own() -> None:
    discs = [a_file(f"Album/CD{n}/01 - One.flac", seconds=100) for n in (1, 2)]
    logs = [log(f"Album/CD{n}/x.log", TRACKS[0]) for n in (1, 2)]
    for number in (1, 2):
        assert links(*discs, *logs, paper=f"Album/CD{number}/x.log") == [
            (Linking.NAME, f"Album/CD{number}/01 - One.flac")
        ]


def test_an_image_is_linked_and_its_tracks_are_no_files() -> None:
    entries = (
        log("Album/x.log", RippedTrack(1, sectors=7500), image=RippedTrack(0, "Album.wav", sectors=30_000)),
        a_file("Album/Album.flac", seconds=400),
    )
    assert links(*entries) == [(None, None), (Linking.NAME, "Album/Album.flac")]


def test_a_file_is_told_what_the_log_says_of_its_samples() -> None:
    tracks = tuple(
        dataclasses.replace(track, copy_crc=f"0000000{track.number}", accuraterip_v2="0C", confidence_v2=43)
        for track in TRACKS
    )
    one, two = a_file("Album/01 - One.flac", seconds=100), a_file("Album/02 - Two.flac", seconds=200)
    files = linked(
        in_order(
            [
                log("Album/x.log", *tracks, RippedTrack(3, "data")),
                one,
                two,
                a_file("Album/03.flac", seconds=1),
            ]
        )
    )
    assert files["Album/01 - One.flac"].rip_claims == (
        RipClaim("Album/x.log", None, tracks[0], first=True, last=False),
    )
    assert files["Album/02 - Two.flac"].rip_claims == (
        RipClaim("Album/x.log", None, tracks[1], first=False, last=True),
    )
    assert files["Album/03.flac"].rip_claims == ()
    assert files["Album/x.log"].rip_claims == ()


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
).filter(
    lambda name: (
        name.strip() and not set(name) & set("/\\%\0") and name not in (".", "..") and name[1:2] != ":"
    )
)


@given(st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), unique=True, max_size=8), st.data())
def test_every_file_is_found_from_wherever_it_is_named(paths: list[str], data: st.DataObject) -> None:
    depth = data.draw(st.integers(0, 2))
    paper = "/".join([*("ab", "cd")[:depth], "all.m3u"])
    taken = {"/".join(path.split("/")[: n + 1]) for path in paths for n in range(len(path.split("/")) - 1)}
    files = [path for path in paths if path not in taken and path not in ("ab", "ab/cd", paper)]
    slash = data.draw(st.sampled_from("/\\"))
    said = [slash.join([".."] * depth + path.split("/")) for path in files]
    told = named(playlist(paper, *said), *map(a_file, files), paper=paper)
    assert (told.found, told.missing) == (len(files), 0)


@given(st.lists(st.text(), max_size=5), st.lists(names, max_size=3))
def test_no_name_raises(said: list[str], files: list[str]) -> None:
    told = (
        named(playlist("a.m3u", *said), *map(a_file, dict.fromkeys(files)), paper="a.m3u")
        if said
        else Named()
    )
    assert told.found + told.otherwise + told.missing <= len(said)


def test_names_made_to_be_alike_take_no_end_of_time() -> None:
    papers = [playlist(f"{n}.m3u", *(f"a.{k:05x}" for k in range(5000))) for n in range(4)]
    songs = [a_file(f"a.{k:05x}") for k in range(2000, 4000)]
    began = time.process_time()
    files = linked(in_order([*papers, *songs]))
    assert time.process_time() - began < 30
    (paper,) = files["0.m3u"].papers
    assert not isinstance(paper, RipLog)
    assert paper.named.more
