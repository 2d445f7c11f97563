"""Playlists: what they name, and what of it is an address."""

from __future__ import annotations

import time
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.papers.playlist import MOST_REFERENCES, read_playlist
from archiver.audio.papers.text import paper_text
from archiver.model.paper import Playlist
from tests.samples.sidecars import playlist_m3u8


def read(form: str, text: str) -> tuple[Playlist, list[str]]:
    playlist, references = read_playlist(form, paper_text(text).lines, text.encode("utf-8", "replace"))
    return playlist, [reference.said for reference in references]


def xspf(*locations: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> str:
    tracks = "".join(
        f"<track><location>{escape(one)}</location><title>x</title></track>" for one in locations
    )
    return f'{head}<playlist version="1" xmlns="http://xspf.org/ns/0/"><location>list.xspf</location><trackList>{tracks}</trackList></playlist>'


def test_m3u_has_paths_addresses_and_comments() -> None:
    text = playlist_m3u8([("a/One.flac", "One", 3), ("C:\\Music\\Two.mp3", "Two", 4)])
    playlist, said = read("m3u", "\ufeff" + text + "http://example.org/x\nfile:///home/u/a%20b.mp3\n\n")
    assert said == ["a/One.flac", "C:\\Music\\Two.mp3", "/home/u/a%20b.mp3"]
    assert (playlist.named.names, playlist.named.addresses, playlist.named.looked) == (4, 1, False)


def test_pls() -> None:
    text = "[playlist]\nFile1=One.mp3\nTitle1=One\nLength1=3\nfile2=..\\Two.mp3\nFile3=mms://example.org/x\nNumberOfEntries=3\n"
    playlist, said = read("pls", text)
    assert said == ["One.mp3", "..\\Two.mp3"]
    assert playlist.named.addresses == 1


def test_xspf_is_percent_encoded_and_only_tracks_count() -> None:
    playlist, references = read_playlist(
        "xspf", [], xspf("a%20b.flac", "file:///C:/M/c.mp3", "https://x.org/d").encode()
    )
    assert [(one.said, one.encoded) for one in references] == [("a%20b.flac", True), ("/C:/M/c.mp3", True)]
    assert playlist.named.names == 3


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8"])
def test_xspf_says_its_own_encoding(encoding: str) -> None:
    text = xspf("Übung.flac", head=f'<?xml version="1.0" encoding="{encoding}"?>\n')
    _, references = read_playlist("xspf", [], text.encode(encoding))
    assert [one.said for one in references] == ["Übung.flac"]


def test_entities_are_never_followed() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE playlist [<!ENTITY l0 "ha">{levels}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    began = time.process_time()
    playlist, said = read("xspf", xspf("&l9;", "&f;", head=bomb).replace("&amp;", "&"))
    assert said == []
    assert playlist.named.names == 0
    assert time.process_time() - began < 2


def test_what_comes_before_the_damage_counts() -> None:
    _, said = read("xspf", xspf("one.mp3", "two.mp3").replace("two.mp3</location>", "two"))
    assert said == ["one.mp3"]


def test_the_number_of_names_is_bounded() -> None:
    playlist, said = read("m3u", "x\n" * (MOST_REFERENCES + 7))
    assert (len(said), playlist.named.more) == (MOST_REFERENCES, True)


@given(st.sampled_from(["m3u", "pls", "xspf"]), st.text())
def test_no_text_raises(form: str, text: str) -> None:
    playlist, said = read(form, text)
    assert playlist.named.names == len(said) + playlist.named.addresses


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    assert read_playlist("xspf", [], data)[0].form == "xspf"


names = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"], exclude_characters="#\ufeff:"
    ),
    min_size=1,
)


@given(st.lists(names))
def test_any_names_come_back(said: list[str]) -> None:
    assert read("m3u", "\n".join(said))[1] == said
    assert read("pls", "\n".join(f"File{n}={one}" for n, one in enumerate(said)))[1] == said
    assert read("xspf", xspf(*said))[1] == said
