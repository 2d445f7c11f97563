from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3
from mutagen.oggopus import OggOpus

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.tags.read import canonical_tags
from archiver.audio.tags.table import FIELDS
from archiver.model.audio import TagBlock, TagFrame
from tests.samples import aiff, flac, id3v1, id3v2, m4a, mp3, ogg_vorbis, opus, png, wav
from tests.samples.ape import apev2
from tests.samples.asf import wma
from tests.samples.id3 import (
    Frame,
    comment_frame,
    owned_frame,
    ownership_frame,
    terms_frame,
    text_frame,
    txxx,
    url_frame,
)
from tests.samples.mp4 import box, data_atom, freeform_atom, text_atom
from tests.samples.riff import bext_chunk
from tests.samples.wavpack import wavpack

MBID = "00000000-0000-4000-8000-000000000001"


def tags(data: bytes, kind: Kind | None = None) -> dict[str, tuple[str, ...]]:
    return canonical_tags(read_blocks(Window(io.BytesIO(data), len(data)), kind).blocks, kind)


def id3_tags(*frames: Frame, version: int = 4) -> dict[str, tuple[str, ...]]:
    return tags(mp3(frames=frames, id3v2=version), Kind.MP3)


def described(block_kind: str, items: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    frames = tuple(TagFrame(key, 0, 1, "", text) for key, text in items.items())
    return canonical_tags([TagBlock(block_kind, 0, 1, frames)], None)


ID3_FRAMES = {
    "title": text_frame("TIT2", "v"),
    "artist": text_frame("TPE1", "v"),
    "album": text_frame("TALB", "v"),
    "album_artist": text_frame("TPE2", "v"),
    "track": text_frame("TRCK", "v"),
    "disc": text_frame("TPOS", "v"),
    "date": text_frame("TDRC", "v"),
    "original_date": text_frame("TDOR", "v"),
    "label": text_frame("TPUB", "v"),
    "catalog_number": txxx("CATALOGNUMBER", "v"),
    "barcode": txxx("barcode", "v"),
    "isrc": text_frame("TSRC", "v"),
    "composer": text_frame("TCOM", "v"),
    "genre": text_frame("TCON", "v"),
    "comment": comment_frame("v"),
    "copyright": text_frame("TCOP", "v"),
    "phonogram": text_frame("TPRO", "v"),
    "license": url_frame("WCOP", "v"),
    "terms": terms_frame("v"),
    "encoded_by": text_frame("TENC", "v"),
    "encoder_settings": text_frame("TSSE", "v"),
    "media": text_frame("TMED", "v"),
    "mb_recording_id": owned_frame("UFID", "http://musicbrainz.org", b"v"),
    "mb_track_id": txxx("MusicBrainz Release Track Id", "v"),
    "mb_release_id": txxx("MusicBrainz Album Id", "v"),
    "mb_release_group_id": txxx("MusicBrainz Release Group Id", "v"),
    "mb_artist_id": txxx("MusicBrainz Artist Id", "v"),
    "mb_work_id": txxx("MusicBrainz Work Id", "v"),
    "acoustid": txxx("Acoustid Id", "v"),
    "replaygain_track_gain": txxx("REPLAYGAIN_Track_Gain", "v"),
    "replaygain_itunnorm": comment_frame("v", description="iTunNORM"),
}

VORBIS_KEYS = {
    "TITLE": "title",
    "Artist": "artist",
    "album": "album",
    "ALBUMARTIST": "album_artist",
    "ALBUM ARTIST": "album_artist",
    "TRACKNUMBER": "track",
    "TRACKTOTAL": "track_total",
    "TOTALTRACKS": "track_total",
    "DISCNUMBER": "disc",
    "DISCTOTAL": "disc_total",
    "TOTALDISCS": "disc_total",
    "DATE": "date",
    "YEAR": "date",
    "ORIGINALDATE": "original_date",
    "LABEL": "label",
    "PUBLISHER": "label",
    "ORGANIZATION": "label",
    "CATALOGNUMBER": "catalog_number",
    "BARCODE": "barcode",
    "UPC": "barcode",
    "EAN": "barcode",
    "ISRC": "isrc",
    "COMPOSER": "composer",
    "GENRE": "genre",
    "COMMENT": "comment",
    "DESCRIPTION": "comment",
    "COPYRIGHT": "copyright",
    "LICENSE": "license",
    "ENCODEDBY": "encoded_by",
    "ENCODER": "encoder",
    "MEDIA": "media",
    "MUSICBRAINZ_TRACKID": "mb_recording_id",
    "MUSICBRAINZ_RELEASETRACKID": "mb_track_id",
    "MUSICBRAINZ_ALBUMID": "mb_release_id",
    "MUSICBRAINZ_RELEASEGROUPID": "mb_release_group_id",
    "MUSICBRAINZ_ARTISTID": "mb_artist_id",
    "MUSICBRAINZ_WORKID": "mb_work_id",
    "ACOUSTID_ID": "acoustid",
    "REPLAYGAIN_ALBUM_PEAK": "replaygain_album_peak",
    "R128_TRACK_GAIN": "replaygain_r128_track_gain",
}

MP4_ATOMS = {
    "title": text_atom("©nam", "v"),
    "artist": text_atom("©ART", "v"),
    "album": text_atom("©alb", "v"),
    "album_artist": text_atom("aART", "v"),
    "date": text_atom("©day", "v"),
    "original_date": freeform_atom("ORIGINALDATE", "v"),
    "label": freeform_atom("LABEL", "v"),
    "catalog_number": freeform_atom("CATALOGNUMBER", "v"),
    "barcode": freeform_atom("BARCODE", "v"),
    "isrc": freeform_atom("ISRC", "v"),
    "composer": text_atom("©wrt", "v"),
    "genre": text_atom("©gen", "v"),
    "comment": text_atom("©cmt", "v"),
    "copyright": text_atom("cprt", "v"),
    "license": freeform_atom("license", "v"),
    "encoder": text_atom("©too", "v"),
    "media": freeform_atom("MEDIA", "v"),
    "mb_recording_id": freeform_atom("MusicBrainz Track Id", "v"),
    "mb_track_id": freeform_atom("MusicBrainz Release Track Id", "v"),
    "mb_release_id": freeform_atom("MusicBrainz Album Id", "v"),
    "acoustid": freeform_atom("Acoustid Id", "v"),
    "replaygain_track_peak": freeform_atom("replaygain_track_peak", "v"),
    "replaygain_itunnorm": freeform_atom("iTunNORM", "v"),
}

ASF_NAMES = {
    "WM/AlbumTitle": "album",
    "WM/AlbumArtist": "album_artist",
    "WM/TrackNumber": "track",
    "WM/PartOfSet": "disc",
    "WM/Year": "date",
    "WM/OriginalReleaseTime": "original_date",
    "WM/Publisher": "label",
    "WM/CatalogNo": "catalog_number",
    "WM/Barcode": "barcode",
    "WM/ISRC": "isrc",
    "WM/Composer": "composer",
    "WM/Genre": "genre",
    "LICENSE": "license",
    "WM/EncodedBy": "encoded_by",
    "WM/EncodingSettings": "encoder_settings",
    "WM/Media": "media",
    "MusicBrainz/Track Id": "mb_recording_id",
    "MusicBrainz/Release Track Id": "mb_track_id",
    "MusicBrainz/Album Id": "mb_release_id",
    "Acoustid/Id": "acoustid",
    "replaygain_track_gain": "replaygain_track_gain",
}


@pytest.mark.parametrize("name", ID3_FRAMES)
@pytest.mark.parametrize("version", [3, 4])
def test_id3_frames(name: str, version: int) -> None:
    assert id3_tags(ID3_FRAMES[name], version=version) == {name: ("v",)}


@pytest.mark.parametrize("key", VORBIS_KEYS)
def test_vorbis_keys_in_any_case(key: str) -> None:
    for spelling in (key, key.lower(), key.title()):
        assert tags(flac({spelling: "v"}, vendor="")) == {VORBIS_KEYS[key]: ("v",)}


@pytest.mark.parametrize(
    ("key", "name"),
    [*VORBIS_KEYS.items(), ("Track", "track"), ("Disc", "disc"), ("Year", "date"), ("EAN/UPC", "barcode")],
)
def test_ape_keys(key: str, name: str) -> None:
    assert tags(wavpack({key: "v"}), Kind.WAVPACK) == {name: ("v",)}


@pytest.mark.parametrize("name", MP4_ATOMS)
def test_mp4_atoms(name: str) -> None:
    assert tags(m4a(atoms=[MP4_ATOMS[name]]), Kind.MP4) == {name: ("v",)}


@pytest.mark.parametrize("key", ASF_NAMES)
def test_asf_names(key: str) -> None:
    assert tags(wma({key: "v"}), Kind.ASF) == {ASF_NAMES[key]: ("v",)}


def test_asf_content_description_and_extended_attributes_speak_together() -> None:
    found = tags(wma({"WM/AlbumTitle": "Al"}, title="T", artist="A", copyright="C", comment="D"), Kind.ASF)
    assert found == {
        "title": ("T",),
        "artist": ("A",),
        "album": ("Al",),
        "comment": ("D",),
        "copyright": ("C",),
    }


def test_wav_info_and_bext() -> None:
    info = {
        "INAM": "T",
        "IART": "A",
        "IPRD": "Al",
        "ICRD": "2004",
        "IGNR": "G",
        "ICMT": "C",
        "ICOP": "© X",
        "ISFT": "E",
    }
    found = tags(
        wav(info, bext=bext_chunk(description="D", date="2003-02-01", history="A=PCM\r\n")), Kind.WAV
    )
    assert found == {
        "title": ("T",),
        "artist": ("A",),
        "album": ("Al",),
        "date": ("2004",),
        "genre": ("G",),
        "comment": ("C",),
        "copyright": ("© X",),
        "encoder": ("E",),
        "encoder_settings": found["encoder_settings"],
    }
    assert found["encoder_settings"][0].startswith("A=PCM")


def test_a_supplier_in_a_wav_file_is_no_recording_code() -> None:
    assert tags(wav({"ISRC": "Example Library"}), Kind.WAV) == {}


def test_aiff_text_chunks() -> None:
    texts = [(b"NAME", "T"), (b"AUTH", "A"), (b"(c) ", "© X"), (b"ANNO", "one"), (b"ANNO", "two")]
    found = tags(aiff(texts=texts), Kind.AIFF)
    assert found == {"title": ("T",), "artist": ("A",), "comment": ("one", "two"), "copyright": ("© X",)}


def test_id3_in_wav_and_aiff_speaks_before_the_containers_own() -> None:
    tag = id3v2([text_frame("TIT2", "From ID3")])
    assert tags(wav({"INAM": "From INFO", "IART": "A"}, id3=tag), Kind.WAV) == {
        "title": ("From ID3",),
        "artist": ("A",),
    }
    assert tags(aiff(id3=tag, texts=[(b"NAME", "Own")]), Kind.AIFF) == {"title": ("From ID3",)}


def test_every_value_is_kept_in_order() -> None:
    values = ("One", "Two", "Three")
    assert id3_tags(text_frame("TPE1", *values))["artist"] == values
    assert tags(flac({"ARTIST": list(values)}))["artist"] == values
    assert tags(wavpack({"Artist": list(values)}), Kind.WAVPACK)["artist"] == values
    assert tags(m4a(atoms=[text_atom("©ART", *values)]), Kind.MP4)["artist"] == values
    assert id3_tags(url_frame("WCOP", "http://example.org/1"), url_frame("WCOP", "http://example.org/2"))[
        "license"
    ] == (
        "http://example.org/1",
        "http://example.org/2",
    )


def test_aliases_add_only_what_is_new() -> None:
    found = tags(flac({"LABEL": "L", "PUBLISHER": "L", "ORGANIZATION": "M"}))
    assert found["label"] == ("L", "M")


def test_numbers_and_totals_part() -> None:
    assert id3_tags(text_frame("TRCK", "03/12"), text_frame("TPOS", "1/2")) == {
        "track": ("03",),
        "track_total": ("12",),
        "disc": ("1",),
        "disc_total": ("2",),
    }
    assert tags(flac({"TRACKNUMBER": "3/12", "TRACKTOTAL": "12"}, vendor="")) == {
        "track": ("3",),
        "track_total": ("12",),
    }
    assert tags(m4a({"trkn": "3/12", "disk": "1"}), Kind.MP4) == {
        "track": ("3",),
        "track_total": ("12",),
        "disc": ("1",),
    }
    assert tags(m4a({"trkn": "0/12"}), Kind.MP4) == {"track_total": ("12",)}
    assert tags(wavpack({"Track": "A1"}), Kind.WAVPACK) == {"track": ("A1",)}


@pytest.mark.parametrize(
    ("frames", "date"),
    [
        ((("TYER", "2004"), ("TDAT", "3112")), "2004-12-31"),
        ((("TDAT", "0102"), ("TYER", "2004")), "2004-02-01"),
        ((("TYER", "2004"),), "2004"),
        ((("TYER", "2004"), ("TDAT", "3113")), "2004"),
        ((("TYER", "2004"), ("TDAT", "0000")), "2004"),
        ((("TYER", "circa"), ("TDAT", "3112")), "circa"),
    ],
)
def test_year_and_day_become_one_date(frames: tuple[tuple[str, str], ...], date: str) -> None:
    assert id3_tags(*(text_frame(key, text) for key, text in frames), version=3) == {"date": (date,)}


def test_a_date_of_zeros_is_no_date() -> None:
    assert id3_tags(text_frame("TDRC", "0000")) == {}
    assert tags(flac({"DATE": "0000-00-00", "YEAR": "1999"}, vendor="")) == {}
    assert tags(flac({"YEAR": "1999", "ORIGINALYEAR": "1988"}, vendor="")) == {
        "date": ("1999",),
        "original_date": ("1988",),
    }
    assert tags(flac({"YEAR": "1999", "DATE": "1999-02-01"}, vendor="")) == {"date": ("1999-02-01",)}


@pytest.mark.parametrize(
    ("raw", "genres"),
    [("(17)", ("Rock",)), ("17", ("Rock",)), ("(17)(4)", ("Rock", "Disco")), ("(4)Eurodisco", ("Disco", "Eurodisco")),
     ("Free Jazz", ("Free Jazz",)), ("9" * 5000, ("9" * 5000,)), ("²", ("²",))],
)  # fmt: skip
def test_genres(raw: str, genres: tuple[str, ...]) -> None:
    assert id3_tags(text_frame("TCON", raw, encoding=1))["genre"] == genres


def test_id3v1_fills_only_what_is_missing() -> None:
    own = {
        "title": "A title cut off at thirty char",
        "artist": "A",
        "album": "Al",
        "date": "1999",
        "comment": "c",
    }
    both = mp3(frames=[text_frame("TIT2", "A title cut off at thirty characters")], trailing=b"") + id3v1(
        own, genre=17
    )
    assert tags(both, Kind.MP3) == {
        "title": ("A title cut off at thirty characters",),
        "artist": ("A",),
        "album": ("Al",),
        "date": ("1999",),
        "genre": ("Rock",),
        "comment": ("c",),
    }


def test_mp3_takes_id3v2_then_apev2_then_id3v1() -> None:
    ape = apev2(title="From APE", artist="From APE")
    data = mp3(frames=[text_frame("TIT2", "From ID3v2")], trailing=ape) + id3v1(
        {"artist": "v1", "album": "From v1"}
    )
    assert tags(data, Kind.MP3) == {"title": ("From ID3v2",), "artist": ("From APE",), "album": ("From v1",)}


def test_formats_whose_own_tag_is_apev2_take_it_first() -> None:
    data = id3v2([text_frame("TIT2", "From ID3v2")]) + wavpack(title="From APE")
    assert tags(data, Kind.WAVPACK)["title"] == ("From APE",)
    assert tags(id3v2([text_frame("TIT2", "From ID3v2")]) + flac(title="Own"), Kind.FLAC)["title"] == ("Own",)


def test_itunes_notes_to_itself_are_no_comments() -> None:
    notes = [
        comment_frame("00000000", description=name) for name in ("iTunSMPB", "iTunes_CDDB_1", "iTunPGAP")
    ]
    assert id3_tags(*notes, comment_frame("Heard live")) == {"comment": ("Heard live",)}
    assert id3_tags(comment_frame("Said", description="Review: part 2")) == {"comment": ("Said",)}


@pytest.mark.parametrize("text", ["Line one\nLine two", "Line one\r\nLine two", "a\rb"])
def test_a_line_break_inside_a_value_stays_one_value(text: str) -> None:
    assert tags(flac({"TITLE": text}, vendor="")) == {"title": (text,)}
    assert tags(opus({"ARTIST": [text, "B"]}))["artist"] == (text, "B")
    assert tags(wavpack({"Artist": f"{text}\0B"}), Kind.WAVPACK) == {"artist": (text, "B")}
    assert tags(m4a(atoms=[text_atom("©ART", text, "B")]), Kind.MP4) == {"artist": (text, "B")}
    for version in (3, 4):
        assert id3_tags(text_frame("TALB", text, "B"), version=version) == {"album": (text, "B")}
    assert tags(flac({"LICENSE": f"https://example.org/a\n{text}"}, vendor=""))["license"] == (
        f"https://example.org/a\n{text}",
    )


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_line_break_at_the_end_of_a_value_is_none_of_it(end: str) -> None:
    assert tags(flac({"TITLE": f"Title{end}"}, vendor="")) == {"title": ("Title",)}


def test_comments_of_programs_are_apart_from_the_persons() -> None:
    programs = ["MusicMatch_Mood", "MusicMatch_Preference", "Songs-DB_Custom1", "ID3v1 Comment", "iTunSMPB",
                "iTunes_CDDB_IDs", "Media Jukebox: Date", "A program of tomorrow"]  # fmt: skip
    notes = [comment_frame("x", description=name) for name in programs]
    assert id3_tags(*notes, comment_frame("Real", language="deu")) == {"comment": ("Real",)}
    assert id3_tags(*notes[:-1]) == {}
    assert tags(mp3(frames=notes[:1]) + id3v1({"comment": "Real"}), Kind.MP3) == {"comment": ("Real",)}


def test_comments_in_several_languages_are_several_and_one_said_twice_is_one() -> None:
    said = [comment_frame("Live", language=each) for each in ("eng", "XXX")]
    assert id3_tags(*said, comment_frame("Konzert", language="deu"))["comment"] == ("Live", "Konzert")


@pytest.mark.parametrize(
    ("key", "name"),
    [("COMMENTS", "comment"), ("AUTHOR", "artist"), ("ALBUM_ARTIST", "album_artist"), ("TRACK", "track"),
     ("DISC", "disc"), ("UPC", "barcode"), ("CATALOG", "catalog_number"), ("ORIGINALYEAR", "original_date"),
     ("RELEASEDATE", "date"), ("LICENCE", "license")],
)  # fmt: skip
def test_other_names_count_where_the_block_has_no_better_one(key: str, name: str) -> None:
    found = {
        "vorbis": tags(flac({key: "v"}, vendor="")),
        "ape": tags(wavpack({key.title(): "v"}), Kind.WAVPACK),
        "asf": tags(wma({key: "v"}), Kind.ASF),
        "id3": id3_tags(txxx(key, "v")),
    }
    assert found == {family: {name: ("v",)} for family in found}


def test_a_better_name_silences_the_other() -> None:
    assert tags(flac({"AUTHOR": "Writer", "ARTIST": "Singer"}, vendor="")) == {"artist": ("Singer",)}
    assert id3_tags(txxx("COMMENTS", "x"), comment_frame("y")) == {"comment": ("y",)}
    assert id3_tags(text_frame("TDRL", "2005"), text_frame("TDRC", "2004")) == {"date": ("2004",)}
    assert id3_tags(text_frame("TDRL", "2005")) == {"date": ("2005",)}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("0", {"track": ("0",)}),
        ("00", {"track": ("00",)}),
        ("0/12", {"track": ("0",), "track_total": ("12",)}),
        ("0/0", {}),
        ("3/0", {"track": ("3",)}),
        ("3/", {"track": ("3",)}),
        ("/12", {"track_total": ("12",)}),
        ("1 of 2", {"track": ("1",), "track_total": ("2",)}),
        ("A1/A", {"track": ("A1/A",)}),
        ("A1", {"track": ("A1",)}),
    ],
)
def test_numbers_as_written(written: str, found: dict[str, tuple[str, ...]]) -> None:
    assert tags(flac({"TRACKNUMBER": written}, vendor="")) == found
    assert id3_tags(text_frame("TRCK", written)) == found


def test_a_total_of_zero_says_nothing() -> None:
    assert tags(flac({"TRACKNUMBER": "3", "TOTALTRACKS": "0", "DISCTOTAL": "00"}, vendor="")) == {
        "track": ("3",)
    }
    assert tags(m4a({"trkn": "0", "disk": "0"}), Kind.MP4) == {}


@pytest.mark.parametrize(("number", "genre"), [(0, None), (1, "Blues"), (18, "Rock"), (300, "300")])
def test_numbered_mp4_genres_count_from_one(number: int, genre: str | None) -> None:
    atom = box("gnre", data_atom(number.to_bytes(2, "big"), kind=0))
    assert tags(m4a(atoms=[atom]), Kind.MP4).get("genre", (None,)) == (genre,)


@pytest.mark.parametrize(
    "written", ["2004", "2004-12-31T10:11", "31.12.2004", "Summer 1969", "2004-00-00", "1999/2000"]
)
def test_dates_stay_as_written(written: str) -> None:
    assert tags(flac({"DATE": written}, vendor="")) == {"date": (written,)}
    assert id3_tags(text_frame("TDRC", written)) == {"date": (written,)}
    assert tags(m4a(atoms=[text_atom("©day", written)]), Kind.MP4) == {"date": (written,)}


def test_chapters_and_tracks_do_not_speak_for_the_file() -> None:
    assert tags(flac({"CHAPTER001": "00:00:00.000", "CHAPTER001NAME": "One", "TITLE": "All"}, vendor="")) == {
        "title": ("All",)
    }
    name = box("©nam", (3).to_bytes(2, "big") + b"\0\0One")
    data = box("ftyp", b"M4A ") + box("moov", box("trak", box("udta", name)))
    reading = read_blocks(Window(io.BytesIO(data), len(data)), Kind.MP4)
    assert [(block.kind, block.frames[0].text) for block in reading.blocks] == [("mp4-track-udta", "One")]
    assert canonical_tags(reading.blocks, Kind.MP4) == {}


def test_what_a_phone_and_a_camera_write_is_read() -> None:
    phone = box("titl", bytes(6) + b"Title\0") + box("albm", bytes(6) + b"Album\0\x03")
    data = box("ftyp", b"3gp4") + box("moov", box("udta", phone))
    assert tags(data, Kind.MP4) == {"title": ("Title",), "album": ("Album",), "track": ("3",)}
    assert described("mp4-keys", {"com.apple.quicktime.author": "A", "title": "T"}) == {
        "title": ("T",),
        "artist": ("A",),
    }


def test_id3v1_in_utf_8_is_read_though_its_last_letter_is_cut() -> None:
    long = "é" * 20
    data = mp3(id3v2=0)
    tag = bytearray(id3v1({"artist": "Bjørk"}))
    tag[3:33] = b"x" + long.encode()[:29]
    tag[63:93] = "Ünder".encode().ljust(30, b"\0")
    assert tags(data + bytes(tag), Kind.MP3) == {
        "title": ("x" + "é" * 14,),
        "artist": ("Bjørk",),
        "album": ("Ünder",),
    }


def test_a_comment_keeps_its_lines_and_a_list_is_parted() -> None:
    assert id3_tags(comment_frame("one\ntwo"))["comment"] == ("one\ntwo",)
    assert id3_tags(txxx("LICENSE", "Do as\nyou like"))["license"] == ("Do as\nyou like",)
    assert id3_tags(txxx("LICENSE", "https://example.org/a\0https://example.org/b"))["license"] == (
        "https://example.org/a",
        "https://example.org/b",
    )


def test_the_vendor_is_the_encoder_and_a_comment_of_that_name_is_not() -> None:
    assert tags(flac({"VENDOR": "a shop", "ENCODER": "second"}, vendor="first"))["encoder"] == (
        "first",
        "second",
    )


def test_identifiers_of_others_are_not_musicbrainz() -> None:
    assert id3_tags(owned_frame("UFID", "http://www.cddb.com/id3/taginfo1.html", b"3CD3")) == {}
    found = id3_tags(owned_frame("UFID", "http://musicbrainz.org", MBID.encode()))
    assert found == {"mb_recording_id": (MBID,)}


def test_an_itunes_store_identifier_gives_its_isrc_only() -> None:
    assert tags(m4a(atoms=[text_atom("xid ", "Example:isrc:QZES71900001")]), Kind.MP4) == {
        "isrc": ("QZES71900001",)
    }
    assert tags(m4a(atoms=[text_atom("xid ", "Example:vendor_id:0001")]), Kind.MP4) == {}


def test_a_numbered_mp4_genre_is_named() -> None:
    atom = box("gnre", data_atom((18).to_bytes(2, "big"), kind=0))
    assert tags(m4a(atoms=[atom]), Kind.MP4) == {"genre": ("Rock",)}


def test_freeform_items_of_another_mean_are_not_canonical() -> None:
    assert tags(m4a(atoms=[freeform_atom("LABEL", "v", mean="org.example")]), Kind.MP4) == {}


def test_pictures_and_unknown_keys_stay_out() -> None:
    assert tags(flac({"MOOD": "calm"}, pictures=[png()], vendor="")) == {}
    assert tags(m4a({"tmpo": "120"}, pictures=[png()]), Kind.MP4) == {}
    assert id3_tags(text_frame("TMOO", "calm"), txxx("MOOD", "x")) == {}


def test_blank_values_are_left_out() -> None:
    assert id3_tags(text_frame("TIT2", ""), text_frame("TALB", "  "), text_frame("TPE1", "A", "")) == {
        "artist": ("A",)
    }


def test_frames_whose_text_was_taken_out_yield_nothing() -> None:
    frames = (TagFrame("TIT2", 10, 20, "", None), TagFrame("TPE1", 30, 20, "", "A"))
    assert canonical_tags([TagBlock("id3v2.4", 0, 50, frames)], Kind.MP3) == {"artist": ("A",)}


def test_ownership_is_one_value() -> None:
    found = id3_tags(ownership_frame(price="EUR9.99", date="20200101", seller="Example Shop"))
    assert found == {"ownership": ("EUR9.99\n20200101\nExample Shop",)}


def test_short_frames_of_id3v22() -> None:
    frames = [text_frame("TT2", "T"), text_frame("TP1", "A"), text_frame("TYE", "2004"), text_frame("TDA", "3112"),
              text_frame("TRK", "3/11"), url_frame("WCP", "http://example.org/")]  # fmt: skip
    data = id3v2(frames, version=2) + mp3(id3v2=0)
    assert tags(data, Kind.MP3) == {
        "title": ("T",),
        "artist": ("A",),
        "track": ("3",),
        "track_total": ("11",),
        "date": ("2004-12-31",),
        "license": ("http://example.org/",),
    }


def test_caf_and_dsdiff_keys() -> None:
    assert described("caf-info", {"title": "T", "year": "2004", "encoding application": "E"}) == {
        "title": ("T",),
        "date": ("2004",),
        "encoder": ("E",),
    }
    assert described("dsdiff-diin", {"DITI": "T", "DIAR": "A"}) == {"title": ("T",), "artist": ("A",)}


def test_the_order_of_names_is_fixed() -> None:
    data = flac({"REPLAYGAIN_TRACK_GAIN": "1 dB", "GENRE": "g", "TITLE": "t", "ARTIST": "a"}, vendor="")
    assert list(tags(data)) == ["title", "artist", "genre", "replaygain_track_gain"]
    assert len(set(FIELDS)) == len(FIELDS)


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_vorbis_values_come_back_as_written(values: list[str]) -> None:
    data = opus({"ARTIST": values})
    assert tags(data, Kind.OGG_OPUS)["artist"] == tuple(OggOpus(io.BytesIO(data))["artist"]) == tuple(values)


@given(st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_id3_values_come_back_as_mutagen_reads_them(values: list[str]) -> None:
    data = mp3(frames=[text_frame("TPE1", *values, encoding=3)])
    assert tags(data, Kind.MP3)["artist"] == tuple(ID3(io.BytesIO(data))["TPE1"].text)


KINDS_OF_BLOCK = ["id3v2.2", "id3v2.3", "id3v2.4", "vorbis-comment", "mp4-ilst", "mp4-udta", "asf-content", "apev2",
                  "riff-info", "bext", "aiff-text", "caf-info", "dsdiff-diin", "id3v1", "id3v1-enhanced", "unheard-of"]  # fmt: skip
KEYS = st.sampled_from(["TIT2", "TCON", "TYER", "TDAT", "COMM", "COMM:", "TXXX", "TXXX:", "UFID", "----:", "gnre",
                        "xid ", "trkn", "genre", "track", "vendor", "", "©nam", "replaygain_"])  # fmt: skip
FRAMES = st.builds(
    lambda key, text: TagFrame(key, 0, 1, "", text), KEYS | st.text(max_size=8), st.none() | st.text()
)
BLOCKS = st.builds(
    lambda kind, frames: TagBlock(kind, 0, 1, tuple(frames)),
    st.sampled_from(KINDS_OF_BLOCK),
    st.lists(FRAMES, max_size=5),
)


@given(st.lists(BLOCKS, max_size=4), st.none() | st.sampled_from(Kind))
def test_no_frames_upset_the_table(blocks: list[TagBlock], kind: Kind | None) -> None:
    for name, values in canonical_tags(blocks, kind).items():
        assert name in FIELDS or name.startswith("replaygain_")
        assert values
        assert all(value.strip(" \t\r\n\0") for value in values)


def test_ogg_vorbis_carries_vorbis_comments_too() -> None:
    assert tags(ogg_vorbis({"LICENSE": "https://example.org/l"}, vendor="V"), Kind.OGG_VORBIS) == {
        "license": ("https://example.org/l",),
        "encoder": ("V",),
    }
