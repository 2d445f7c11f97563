from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.records.tracks import Track
from archiver.usecases.verify.affected_albums import AffectedAlbum, affected_albums

CODES = ("B206", "B401", "B402", "B411", "B605", "B701", "B705", "B821")


def of(code: str, *paths: str) -> list[Finding]:
    return [found(code, path, "") for path in paths]


def track(album: str) -> Track:
    return Track("A title", "Somebody", album)


def test_a_cover_and_the_discs_of_an_album_are_one_album() -> None:
    findings = of("B401", "data/X/Disc 1/1.flac", "data/X/Disc 2/1.flac", "data/X/cover.png")
    tracks = {path: track("Two Discs") for path in ("data/X/Disc 1/1.flac", "data/X/Disc 2/1.flac")}
    assert affected_albums(findings, tracks) == (AffectedAlbum("Two Discs", "data/X", 0, 0, 3),)


def test_albums_of_one_title_in_two_folders_are_two() -> None:
    findings = of("B411", "data/X/1.flac", "data/Y/1.flac")
    tracks = {finding.path: track("Greatest Hits") for finding in findings}
    assert [album.folder for album in affected_albums(findings, tracks)] == ["data/X", "data/Y"]


def test_a_folder_of_several_albums_is_told_apart() -> None:
    findings = of("B411", "data/1.mp3", "data/2.mp3", "data/3.txt")
    tracks = {"data/1.mp3": track("One"), "data/2.mp3": track("Two")}
    assert [(album.title, album.files) for album in affected_albums(findings, tracks)] == [
        ("One", 1),
        ("Two", 1),
        ("", 1),
    ]


def test_each_state_is_counted_and_a_file_once() -> None:
    findings = [
        *of("B411", "data/X/1", "data/X/2"),
        *of("B821", "data/X/1"),
        *of("B705", "data/X/2", "data/X/3"),
        *of("B401", "data/X/4"),
    ]
    assert affected_albums(findings, {}) == (AffectedAlbum("", "data/X", 1, 2, 1),)


def test_what_no_manifest_lists_belongs_to_no_album() -> None:
    findings = [*of("B402", "data/X/stray"), *of("B413", "bag-info.txt"), *of("B206", "bag-info.txt")]
    assert affected_albums(findings, {}) == ()


def test_a_link_is_no_file_and_what_was_recorded_in_its_place_is_missing() -> None:
    findings = [*of("B401", "data/X/1", "data/X/2", "data/Y"), *of("B701", "data/X", "data/Y", "data/stray")]
    assert [(album.folder, album.damaged, album.missing) for album in affected_albums(findings, {})] == [
        ("data", 0, 1),
        ("data/X", 0, 2),
    ]


@given(st.lists(st.tuples(st.sampled_from(CODES), st.text("abc/", min_size=1, max_size=5)), max_size=12))
def test_every_file_is_counted_in_one_album(said: list[tuple[str, str]]) -> None:
    findings = [found(code, f"data/{path}", "") for code, path in said]
    files = {one.path for one in findings if one.code not in ("B206", "B402", "B701")}
    assert sum(album.files for album in affected_albums(findings, {})) == len(files)
