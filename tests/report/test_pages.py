from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import pytest

from archiver.model.audio import Format, Role
from archiver.model.package import WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import Decision, Disposition, Reason
from archiver.report.frame import source
from tests.records.entries import CONTEXT, assessed, decision, every_case, packed, record_files
from tests.report.pages import BROKEN, FLAC, MP3, addresses, index_page, parsed, picture, track

CLOSED = decision(disposition=Disposition.RESTRICT)
OWN_CLOSED = decision(disposition=Disposition.RESTRICT, policy="personal")
KEPT_OUT = decision(
    disposition=Disposition.EXCLUDE,
    reasons=(Reason("protected", "The file is protected.", ("policy donation",)),),
)


def texts(found: Sequence[Any]) -> list[str]:
    return [" ".join(one.text_content().split()) for one in found]


def test_albums_are_the_folders_with_what_most_tags_say_of_them() -> None:
    page = index_page(
        [
            track("A/One/01.flac", album="First", artist="X", date="1999-02-03", track="1"),
            track("A/One/02.flac", album="First", artist="X", date="1999", track="2"),
            track("A/Two/CD1/01.flac", album="Second", artist="X"),
            track("A/Two/CD2/01.flac", album="Second", artist="Y"),
            track("B/untagged.flac"),
        ]
    )
    assert texts(page.cssselect(".wall .t")) == ["First", "Second", "B"]
    assert texts(page.cssselect(".wall .s")) == [
        "1999 · 2 tracks · FLAC",
        "2 tracks · FLAC",
        "1 track · FLAC",
    ]


def test_scans_of_an_album_go_with_it_and_its_cover_is_the_one_that_is_called_so() -> None:
    page = index_page(
        [
            picture("A/One/Scans/aaa.jpg"),
            picture("A/One/Front.jpg"),
            track("A/One/01.flac"),
            packed("Papers/deed.txt", role=Role.DOCUMENT),
        ]
    )
    assert [one.get("src") for one in page.cssselect(".wall img")] == ["../data/A/One/Front.jpg"]
    assert texts(page.cssselect("#tracks details summary"))[-1] == "2 other files"
    assert texts(page.cssselect("#others h3")) == ["Papers"]


def test_tracks_stand_in_the_order_of_disc_and_number() -> None:
    page = index_page(
        [
            track("A/b.flac", title="two", track="2", disc="1"),
            track("A/a.flac", title="three", track="1", disc="2"),
            track("A/c.flac", title="one", track="1/9", disc="1"),
        ]
    )
    assert texts(page.cssselect(".tracks .ti bdi")) == ["one", "two", "three"]


def test_a_track_says_its_length_format_and_state_and_plays() -> None:
    [item] = index_page([track("A/100% #1?.flac", title="T")]).cssselect(".tracks li")
    assert texts(item.cssselect(".len")) == ["length 3:20"]
    assert texts(item.cssselect(".q")) == ["FLAC · 16 bit / 44.1 kHz"]
    assert texts(item.cssselect(".st")) == ["the music is intact"]
    [player] = item.cssselect("audio")
    assert player.get("src") == "../data/A/100%25%20%231%3F.flac"
    assert (player.get("preload"), player.get("aria-label")) == ("none", "T")
    assert "controls" in player.attrib


def test_what_no_browser_plays_is_a_link() -> None:
    wavpack = dataclasses.replace(FLAC, codec="wavpack")
    page = index_page([packed("A/1.wv", audio=wavpack), packed("A/2.mp3", audio=MP3)])
    assert len(page.cssselect("audio")) == 1
    assert [one.get("href") for one in page.cssselect(".play a")] == ["../data/A/1.wv"]


@pytest.mark.parametrize(("decided", "linked"), [(CLOSED, False), (OWN_CLOSED, True)])
def test_what_is_closed_is_marked_and_linked_to_only_for_its_own_holder(
    decided: Decision, *, linked: bool
) -> None:
    page = index_page([track("A/1.flac", decided), picture("A/cover.jpg", decided)])
    assert texts(page.cssselect(".chip")) == ["closed"]
    assert bool(addresses(page)) is linked
    assert (texts(page.cssselect(".play"))[0] == "closed") is not linked


def test_damage_findings_and_rights_are_told() -> None:
    problem = Problem("A/1.flac", "F208", "it breaks off")
    page = index_page(
        [packed("A/1.flac", CLOSED, audio=FLAC, sound=BROKEN, problems=(problem,), tags={"title": ("T",)})]
    )
    assert texts(page.cssselect(".chip")) == ["damaged", "closed"]
    told = texts(page.cssselect(".tracks .notes li"))
    assert told[0].startswith("damaged when it came a frame fails its CRC-16")
    assert "it breaks off F208" in told[1]
    [rights] = page.cssselect(".album .rights")
    assert texts(rights.cssselect("p"))[0].startswith("Rights in the package, closed")
    assert "'transfer' is unknown" in texts(rights.cssselect("details li"))[0]
    assert texts(page.cssselect("#attention h3")) == ["File breaks off"]


def test_what_was_withheld_is_listed_with_its_reason_and_never_linked_to() -> None:
    page = index_page([WithheldFile(assessed("A/secret.m4p", KEPT_OUT, audio=FLAC)), track("A/1.flac")])
    told = texts(page.cssselect("#rights .read > ul.plain > li"))[-1]
    assert told.startswith("1 file, kept out: a technical protection")
    assert "A/secret.m4p" in told
    assert not [one for one in addresses(page) if "secret" in one]


def test_names_that_are_to_stay_out_stay_out() -> None:
    context = dataclasses.replace(CONTEXT, anonymous_withheld=True)
    found = record_files([WithheldFile(assessed("A/secret.m4p", KEPT_OUT)), track("A/1.flac")], context)
    for path in ("metadata/index.html", "metadata/receipt.html"):
        assert b"secret" not in found[path]
    page = parsed(found["metadata/index.html"])
    assert "their names are left out on purpose" in page.text_content()
    assert "1 file: a technical protection" in page.text_content()


def test_years_formats_and_decisions_are_drawn_with_their_numbers_behind() -> None:
    page = index_page([track("A/1.flac", date="1999"), track("A/2.flac"), packed("B/3.mp3", audio=MP3)])
    plots = {texts(one.cssselect("figcaption"))[0]: one for one in page.cssselect("figure")}
    assert list(plots) == [
        "Formats by size",
        "Resolution or bit rate",
        "Lossless or not",
        "Years",
        "The music, as it came",
        "What was decided",
    ]
    years = [texts(row.cssselect("th, td")) for row in plots["Years"].cssselect("tbody tr")]
    assert years == [["1999", "1 track"], ["not known", "2 tracks"]]
    for one in plots.values():
        [drawn] = one.cssselect("svg")
        assert drawn.get("role") == "img"
        for name in drawn.get("aria-labelledby").split():
            assert page.get_element_by_id(name).text_content()


def test_many_tracks_go_to_further_pages_and_every_card_leads_to_its_album() -> None:
    entries = [track(f"Artist/{album:03}/{number:02}.flac") for album in range(70) for number in range(10)]
    entries += [track(f"Flat/{number:04}.flac") for number in range(1300)]
    found = record_files(entries)
    further = {path for path in found if path.startswith("metadata/pages/")}
    assert len(further) == 5
    cards = parsed(found["metadata/index.html"]).cssselect(".wall li > a")
    assert len(cards) == 73  # the flat folder comes in three parts
    for one in cards:
        name, _, anchor = one.get("href").partition("#")
        page = parsed(found[f"metadata/{name}"])
        [part] = page.cssselect(f"#{anchor}")
        assert part.cssselect("audio")[0].get("src").startswith("../../data/")
    shown = sum(len(parsed(found[path]).cssselect(".tracks > li")) for path in further)
    assert shown == 2000
    for path in further:
        for address in addresses(parsed(found[path])):
            assert address.startswith("../../data/") or address.split("#")[0] in {
                "../index.html",
                *(one.rpartition("/")[2] for one in further),
            }


def test_the_policy_names_the_one_style_and_script_and_nothing_beyond_the_bag_is_named() -> None:
    found = record_files(every_case())
    for path in ("metadata/index.html", "metadata/receipt.html"):
        page = parsed(found[path])
        [policy] = [one.get("content") for one in page.cssselect("meta[http-equiv]")]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert not [
            one for one in page.iter() if any(name.startswith("on") or name == "style" for name in one.attrib)
        ]
        for address in addresses(page):
            assert address.startswith("../data/"), address
    assert not re.search(r"https?:|//|@import|url\(", source("page.css") + source("receipt.css"))
    assert not re.search(r"https?:|fetch|XMLHttpRequest|innerHTML|eval|document\.write", source("page.js"))


def test_every_link_leads_to_a_packed_file() -> None:
    entries = every_case()
    paths = {one.bag_path for one in entries if hasattr(one, "bag_path")}
    for address in addresses(index_page(entries)):
        assert unquote(address).removeprefix("../") in paths


def test_a_bag_without_music_has_a_page() -> None:
    page = index_page(
        [packed("notes.txt", role=Role.DOCUMENT, format=Format(None, "Text", "text/plain", "t"))]
    )
    assert "There is no music in it." in page.text_content()
    assert index_page([]).text_content()
