from __future__ import annotations

from archiver.catalogue.words import COLUMNS, Facets, find_row, fold_path

FLAC = Facets(
    format_id=12,
    role="audio",
    lossless=True,
    protected=False,
    personal=None,
    integrity="not-checkable",
    year=1997,
)
UNKNOWN = Facets(None, None, None, protected=True, personal="detected", integrity=None, year=None)


def test_what_is_found_by_which_column() -> None:
    tags = {
        "title": ("Jóga",),
        "artist": ("Björk",),
        "album_artist": ("Various Artists",),
        "album": ("Homogenic",),
        "genre": ("Electronic", "Hip-Hop"),
        "replaygain_track_gain": ("-8.1 dB",),
    }
    row = dict(zip(COLUMNS, find_row(tags, "Björk/AC-DC/01 Jóga.flac", FLAC), strict=True))
    assert row == {
        "title": "joga",
        "artist": "bjork various artists",
        "album": "homogenic",
        "other": "electronic hip hop hiphop",
        "path": "bjork ac dc 01 joga flac acdc",
        "facet": "f12 raudio lyes pno qno inotcheckable y1997",
    }


def test_what_is_not_known_is_not_said() -> None:
    assert find_row({}, "x", UNKNOWN) == ("", "", "", "", "x", "pyes qdetected iunread")


def test_a_folder_and_a_name_are_words_apart() -> None:
    assert fold_path("a/b") == "a b"


def test_a_text_of_a_book_is_found_by_its_beginning() -> None:
    row = find_row({"comment": ("begin " + "word " * 5_000 + "end",)}, "x", UNKNOWN)
    assert row[3].startswith("begin word")
    assert "end" not in row[3]
