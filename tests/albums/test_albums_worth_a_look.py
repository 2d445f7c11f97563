"""What ``archiver scan`` says of albums, and of which arrangements it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import Entry, Link, flac, mp3, silence, wav
from tests.samples.images import jpeg, png
from tests.samples.ogg import ogg_vorbis
from tests.samples.pcm import Pcm
from tests.samples.riff import bext_chunk

_COVER = jpeg()


def _tags(number: int | str, album: str = "First", **more: str) -> dict[str, list[str]]:
    fields = {"TITLE": f"Song {number}", "ARTIST": "A", "ALBUM": album, "TRACKNUMBER": str(number), **more}
    return {name: [value] for name, value in fields.items() if value}


def _song(number: int | str, album: str = "First", *, audio: Pcm | None = None, **more: str) -> bytes:
    return flac(_tags(number, album, **more), audio=audio or silence(0.1))


def _album(*numbers: int | str, **more: str) -> dict[str, Entry]:
    songs: dict[str, Entry] = {
        f"{number}.flac": flac(_tags(number, **more), audio=silence(0.1)) for number in numbers
    }
    return {**songs, "cover.jpg": _COVER}


def _in(folder: str, entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {f"{folder}/{name}": entry for name, entry in entries.items()}


def _noted(source: MakeSource, tree: Mapping[str, Entry]) -> dict[str, dict[str, str]]:
    """By folder, the notes by their kind."""
    outcome = run_here("scan", source(dict(tree)), "--json")
    assert outcome.code == 0
    found: dict[str, dict[str, str]] = {}
    for album in outcome.json["albums_noted"]:
        found.setdefault(album["folder"], {}).update(
            {note["kind"]: note["message"] for note in album["notes"]}
        )
    return found


NOTED: dict[str, tuple[Mapping[str, Entry], str, str]] = {
    "a gap": (_album(1, 2, 4, 5), "tracks-missing", "not there: track 3"),
    "gaps and the end": (
        _album(1, 2, 4, 5, 6, TRACKTOTAL="8"),
        "tracks-missing",
        "not there: track 3 and track 7 to 8",
    ),
    "the first": (_album(2, 3, 4, 5), "tracks-missing", "not there: track 1"),
    "on the second disc": (
        {
            **_in("CD1", _album(1, 2, 3, DISCNUMBER="1")),
            **_in("CD2", _album(1, 2, 4, DISCNUMBER="2")),
        },
        "tracks-missing",
        "not there: track 3 of disc 2",
    ),
    "in the second folder": (
        {**_in("CD1", _album(1, 2, 3)), **_in("CD2", _album(1, 2, 4))},
        "tracks-missing",
        "not there: track 3 in A/CD2",
    ),
    "a disc": (
        {**_in("CD1", _album(1, 2, 3, DISCNUMBER="1")), **_in("CD3", _album(1, 2, 3, DISCNUMBER="3"))},
        "discs-missing",
        "not there: disc 2",
    ),
    "twice": (
        {**_album(1, 2, 3), "3 (1).flac": _song(3)},
        "number-twice",
        "more than one track has the number 3",
    ),
    "formats": (
        {**_album(1, 2, 3), "4.mp3": mp3({"TIT2": ["x"], "TPE1": ["A"], "TALB": ["First"], "TRCK": ["4"]})},
        "mixed-formats",
        "formats differ: 3 in FLAC and 1 in MP3",
    ),
    "rates": (
        {**_album(1, 2, 3), "4.flac": _song(4, audio=silence(0.1, rate_hz=96000))},
        "mixed-sample-rates",
        "sample rates differ: 3 at 44.1 kHz and 1 at 96 kHz",
    ),
    "depths": (
        {**_album(1, 2, 3), "4.flac": _song(4, audio=silence(0.1, bits=24))},
        "mixed-bit-depths",
        "bit depths differ: 3 of 16 bits and 1 of 24 bits",
    ),
    "dates": (
        {**_album(1, 2, 3, 4, DATE="1999-05-01"), "5.flac": _song(5, DATE="2009")},
        "mixed-dates",
        "dates differ: one track is of 2009, the others of 1999",
    ),
    "no cover": (
        {f"{number}.flac": _song(number) for number in (1, 2, 3)},
        "no-cover",
        "no cover: neither a picture in the folder nor one in the files",
    ),
    "a few without a title": (
        {**_album(1, 2), "3.flac": flac({"ALBUM": ["First"], "TRACKNUMBER": ["3"]})},
        "without-title-or-artist",
        "1 of 3 tracks has no title or no artist in the tags: 3.flac",
    ),
    "all without tags": (
        {f"0{number} - x.ogg": ogg_vorbis() for number in (1, 2, 3)},
        "without-title-or-artist",
        "not one of the 3 tracks has both a title and an artist in the tags",
    ),
    "no time": (
        {**_album(1, 2, 3), "4.flac": _song(4, audio=silence(0.001))},
        "no-playing-time",
        "plays for no time at all: 4.flac",
    ),
    "two albums": (
        {
            **_album(1, 2, 3),
            **{f"b{number}.flac": _song(number, "Other") for number in (1, 2, 3, 4)},
        },
        "several-albums-in-one-folder",
        "several albums lie in this folder: First (3 tracks) and Other (4 tracks)",
    ),
    "broadcast": (
        {
            "1.wav": wav(bext=bext_chunk(description="D", originator="O", date="2001-02-03")),
            "2.wav": wav({"IARL": "Box 7"}, bext=bext_chunk(description="D", originator="O")),
        },
        "broadcast-wave-fields",
        (
            "Broadcast Wave without fields that FADGI's guideline of 2012 recommends:"
            " OriginatorReference in all 2, IARL in 1 of 2 and OriginationDate in 1 of 2"
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTED)
def test_what_is_worth_a_look_is_said_and_nothing_else(source: MakeSource, name: str) -> None:
    tree, kind, message = NOTED[name]
    assert _noted(source, _in("A", tree)) == {"A": {kind: message}}


SILENT: dict[str, Mapping[str, Entry]] = {
    "a whole album": _album(1, 2, 3, TRACKTOTAL="3"),
    "numbers with their totals": {
        **{
            f"{n}.mp3": mp3({"TIT2": [str(n)], "TPE1": ["A"], "TALB": ["First"], "TRCK": [f"{n}/3"], "TPOS": ["1/1"]})
            for n in (1, 2, 3)
        },
        "cover.jpg": _COVER,
    },
    "a hidden track": _album(0, 1, 2, 3),
    "sides of vinyl": _album("A1", "A2", "B2", "B3"),
    "an embedded cover": {
        f"{number}.flac": flac(_tags(number), audio=silence(0.1), pictures=[png()]) for number in (1, 2, 3)
    },
    "scans in a folder of their own": {
        **{f"{number}.flac": _song(number) for number in (1, 2, 3)},
        "Scans/back.jpg": _COVER,
    },
    "a cover above folders of formats": {
        "cover.jpg": _COVER,
        **{f"FLAC/{number}.flac": _song(number) for number in (1, 2, 3)},
    },
    "discs in folders, the tags without discs": {
        **_in("CD1", _album(1, 2, 3)),
        **_in("CD2", _album(1, 2)),
    },
    "discs of several titles in folders": {
        **_in("CD1", _album(1, 2, 3, album="Best (Disc 1)", DISCNUMBER="1")),
        **_in("CD2", _album(1, 2, 3, album="Best (Disc 2)", DISCNUMBER="2")),
    },
    "discs of one folder": {
        f"{disc}-{number}.flac": flac(_tags(number, DISCNUMBER=str(disc)), audio=silence(0.1), pictures=[png()])
        for disc in (1, 2)
        for number in (1, 2, 3)
    },
    "one count through all discs": {
        **_in("CD1", _album(1, 2, 3, DISCNUMBER="1", TRACKTOTAL="6")),
        **_in("CD2", _album(4, 5, 6, DISCNUMBER="2", TRACKTOTAL="6")),
    },
    "the bonus disc alone": _album(1, 2, 3, DISCNUMBER="2", DISCTOTAL="2"),
    "a bonus disc of another kind and year": {
        **_in("CD1", _album(1, 2, 3, DISCNUMBER="1", DATE="1999")),
        **_in(
            "CD2",
            {
                f"{number}.flac": _song(number, DISCNUMBER="2", DATE="2009", audio=silence(0.1, rate_hz=48000))
                for number in (1, 2, 3)
            },
        ),
    },
    "a work out of a disc": _album(5, 6, 7, 8, TRACKTOTAL="8"),
    "a few songs of an album": _album(2, 7, 11, TRACKTOTAL="12"),
    "a compilation": {
        **{
            f"{number}.flac": _song(
                number, "Hits", ARTIST=f"Artist {number}", ALBUMARTIST="Various Artists", DATE=str(1960 + number)
            )
            for number in (1, 2, 3, 4, 5)
        },
        "cover.jpg": _COVER,
    },
    "the best of one artist": {
        **{f"{n}.flac": _song(n, "Best", DATE=str(year)) for n, year in enumerate((1970, 1970, 1971, 1975), 1)},
        "cover.jpg": _COVER,
    },
    "singles": {f"{n}.flac": _song(1, f"Single {n}", ARTIST=f"B{n}") for n in range(8)},
    "podcasts": {f"episode {n}.flac": _song(n, "Show", GENRE="Podcast") for n in (212, 215)},
    "loose files": {f"{name}.flac": flac({"TITLE": [name]}, audio=silence(0.1)) for name in "pqrstu"},
    "files without any tag": {f"{name}.ogg": ogg_vorbis() for name in "pqrs"},
    "recordings without tags": {f"0{number}.wav": wav() for number in (1, 2, 3)},
    "nothing but pictures": {"a.jpg": _COVER, "b.jpg": _COVER},
    "a link": {**_album(1, 2, 3), "again.flac": Link("1.flac")},
    "broadcast waves as recommended, apart from one in many": {
        **{f"{number}.wav": wav() for number in (1, 2, 3)},
        "4.wav": wav(bext=bext_chunk(description="D")),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_what_collectors_do_on_purpose_is_not_remarked_upon(source: MakeSource, name: str) -> None:
    assert _noted(source, _in("A", SILENT[name])) == {}


def test_an_album_in_several_folders_is_found_by_what_is_missing(source: MakeSource) -> None:
    tree = {
        **_in("Music/First", _album(1, 2, 3, 5)),
        **_in("New/First", _album(4)),
        **_in("Other", _album(1, 2)),
    }
    del tree["Other/1.flac"], tree["Other/2.flac"]
    noted = _noted(source, tree)
    assert noted["Music/First"]["one-album-in-several-folders"] == (
        "the album lies in several folders; tracks that are not here (4) lie in New/First (1)"
    )
    assert noted["Music/First"]["tracks-missing"] == "not there: track 4"
    assert set(noted) == {"Music/First"}


@pytest.mark.parametrize(
    "tree",
    [
        {**_in("FLAC/First", _album(1, 2, 3)), **_in("Backup/First", _album(1, 2, 3))},
        {
            **_in("First (Disc 1)", _album(1, 2, 3, DISCNUMBER="1", DISCTOTAL="2")),
            **_in("First (Disc 2)", _album(1, 2, 3, DISCNUMBER="2", DISCTOTAL="2")),
        },
        {**_in("X/Hits", _album(1, 2, 3, ARTIST="X")), **_in("Y/Hits", _album(4, 5, 6, ARTIST="Y"))},
    ],
    ids=["copies", "a folder for each disc", "other artists"],
)
def test_copies_and_discs_in_folders_of_their_own_are_no_parts(
    source: MakeSource, tree: Mapping[str, Entry]
) -> None:
    assert _noted(source, tree) == {}


def test_a_person_reads_a_few_and_all_when_asked(source: MakeSource) -> None:
    tree: dict[str, Entry] = {}
    for number in range(7):
        tree |= _in(f"Album {number}", _album(1, 2, 4, album=f"Title {number}"))
    root = source(tree)
    few, every = run_here("scan", root), run_here("scan", root, "--verbose")
    assert (few.code, every.code) == (0, 0)
    section = few.out[few.out.index("Albums worth a look") :].splitlines()
    assert section[1:3] == ["  Album 0: Title 0", "      not there: track 3"]
    assert section[-1] == "  and 2 more albums; --verbose lists them"
    assert "Album 6: Title 6" not in few.out
    assert "Album 6: Title 6" in every.out
    assert max(map(len, few.out.splitlines())) < 80


def test_a_folder_of_very_many_files_is_no_album(source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.albums.look.MOST_TRACKS", 4)
    assert _noted(source, _in("A", _album(1, 2, 4, 5, 6, 7))) == {}


def test_titles_cannot_steer_the_terminal(source: MakeSource) -> None:
    out = run_here("scan", source(_in("A", _album(1, 2, 4, album="\x1b[31m\u202eevil")))).out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_everything_about_an_album_is_in_json(source: MakeSource) -> None:
    noted: list[dict[str, Any]] = run_here("scan", source(_in("A", _album(1, 2, 4))), "--json").json[
        "albums_noted"
    ]
    note = {"kind": "tracks-missing", "message": "not there: track 3"}
    assert noted == [{"folder": "A", "title": "First", "files": 3, "notes": [note]}]
