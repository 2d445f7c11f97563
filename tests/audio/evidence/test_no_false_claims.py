"""What only sounds like a claim is none: lineage, media, licences that are denied or spoken about, talk of stores."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.evidence.spdx import spdx_ids
from tests.audio.evidence.frames import found

LINEAGE = [
    "DAT", "SBD", "AUD", "Audience", "FM radio", "FM", "Cassette", "Reel", "MiniDisc", "Blu-ray",
    "my own recorder", "8-track", "Soundboard", "SBD > DAT > CDR > EAC > FLAC", "Master Reels", "Pre-FM", "DVD",
    "TASCAM DR-40", "Tidal wave recorded at the pier",
]  # fmt: skip


@pytest.mark.parametrize("text", LINEAGE)
@pytest.mark.parametrize("key", ["SOURCE", "Source"])
def test_a_lineage_is_a_medium_and_no_online_source(key: str, text: str) -> None:
    assert found("vorbis-comment", (key, text)) == [("source-media", text)]


@pytest.mark.parametrize("key", ["SOURCEID", "SOURCE ID"])
def test_a_number_of_a_source_names_no_service(key: str) -> None:
    assert found("vorbis-comment", (key, "12345")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.youtube.com/watch?v=abc", "SOURCE: youtube.com"),
        ("Deezer", "SOURCE: deezer"),
        ("TIDAL", "SOURCE: tidal"),
        ("Spotify", "SOURCE: spotify"),
        ("Apple Music", "SOURCE: apple music"),
        ("YouTube Music", "SOURCE: youtube music"),
        ("https://radio.example.org/show/1", "SOURCE: radio.example.org"),
        ("archive.org/details/gd77-05-08", "SOURCE: archive.org"),
    ],
)
def test_hosts_and_services_are_online_sources(text: str, expected: str) -> None:
    assert [("stream-hint", expected)] == [
        each for each in found("vorbis-comment", ("SOURCE", text)) if each[0] != "store-mention"
    ]


def test_a_page_of_the_internet_archive_is_an_online_source() -> None:
    text = "see https://archive.org/details/gd77-05-08.sbd"
    assert ("stream-hint", "COMMENT: archive.org") in found("vorbis-comment", ("COMMENT", text))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("SOURCE", "Epidemic Sound"), ("SOURCE", "EPK disc"), ("SOURCE", "Episode 12"), ("MEDIA", "LPCM"),
        ("MEDIA", "Epic tape"), ("MEDIA", "ANA"), ("MEDIA", "ANA/WAC"), ("MEDIA", "ttl clock"), ("MEDIA", "not from vinyl"),
    ],
)  # fmt: skip
def test_what_begins_like_a_record_is_none(key: str, text: str) -> None:
    assert "vinyl-media" not in dict(found("vorbis-comment", (key, text)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(TT/33)", "vinyl-media"), ("(TT)", "vinyl-media"), ("TT/78", "vinyl-media"), ("(CD/DD)", "cd-media"),
        ("(CD)", "cd-media"), ("(DAT/1)", "source-media"), ("(ANA)", "source-media"), ("MC/4", "source-media"),
        ("2LP", "vinyl-media"), ("2xLP", "vinyl-media"), ("LP (180 g)", "vinyl-media"), ("EP", "vinyl-media"),
    ],
)  # fmt: skip
def test_media_as_both_versions_of_id3_write_them(text: str, code: str) -> None:
    assert found("id3v2.3", ("TMED", text)) == [(code, text)]


@pytest.mark.parametrize("text", ["Digital Media", "DIG", "(DIG)", "DIG/ACD"])
def test_digital_media_name_no_carrier(text: str) -> None:
    assert found("id3v2.3", ("TMED", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "This is NOT licensed under CC BY 4.0", "not CC0", "Is it CC0? No.",
        "No Creative Commons licence is granted; formerly CC BY-SA 3.0", "CC by 2 Live Crew",
        "GPL 2 engine sounds excluded", "see LAL 1.2 catalogue", "everything except the song, which is CC BY 4.0",
        "Contains a sample under CC BY 3.0", "Remix of a CC BY 4.0 track, all rights reserved",
        "Based on a song under CC BY-SA 3.0", "This was never CC BY 4.0", "It isn't CC BY 4.0",
        "previously released under CC BY-NC 3.0", "nicht unter CC BY 4.0", "n'est pas sous CC BY 4.0",
        "I don't use Creative Commons Attribution 3.0", "not under the GNU General Public License version 2",
        "not licensed under https://creativecommons.org/licenses/by/4.0/", "uses samples (CC0) by others",
        "Samples: https://creativecommons.org/licenses/by/3.0/",
        "seems to be released under a CC BY 3.0 license", "probably CC0", "CC BY 4.0, I am not sure", "CC BY-SA 3.0?",
        "licence unclear, CC BY 4.0 (?)", "vermutlich CC BY 4.0", "peut-être CC BY 4.0", "CC BY 4.0, apparently",
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["COMMENT", "COPYRIGHT", "LICENSE"])
def test_a_licence_denied_or_of_something_else_is_no_claim(key: str, text: str) -> None:
    codes = dict(found("vorbis-comment", (key, text)))
    assert "licence-claim" not in codes
    assert "licence-url" not in codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CC BY-NC 4.0, no commercial use", ["CC-BY-NC-4.0"]),
        ("CC BY-NC-ND 3.0 (not for commercial use)", ["CC-BY-NC-ND-3.0"]),
        ("Creative Commons Attribution-NonCommercial-No Derivatives 4.0", ["CC-BY-NC-ND-4.0"]),
        ("CC by-nc-nd 3.0 (attribution, no commercial use, no derivatives)", ["CC-BY-NC-ND-3.0"]),
        ("GPL v2 or later, without any warranty", ["GPL-2.0-or-later"]),
        ("Not yet mastered. CC BY 4.0", ["CC-BY-4.0"]),
        ("CC BY 4.0. Do not use samples of others in it", ["CC-BY-4.0"]),
    ],
)
def test_what_a_licence_itself_withholds_is_no_denial(text: str, expected: list[str]) -> None:
    assert list(spdx_ids(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Uses MIDI CC 0 and CC 32 for bank select", "Catalogue CC0-12", "Uses MIDI CC0 and CC32 for bank select",
        "controller CC0 selects the bank", "CC 0", "CC01",
    ],
)  # fmt: skip
def test_controllers_and_catalogue_numbers_are_no_licence(text: str) -> None:
    assert found("vorbis-comment", ("COMMENT", text)) == []


def test_a_licence_tag_may_write_the_dedication_in_two_words() -> None:
    assert ("licence-claim", "CC0-1.0") in found("vorbis-comment", ("LICENSE", "CC 0"))


@pytest.mark.parametrize(
    "text",
    [
        "CC-BY-NC-ND-2.5-CA", "CC BY-NC-SA 3.0 US", "CC BY 2.5 CA", "CC BY-SA 3.0 France", "CC-BY-3.0-xx",
        "Creative Commons Attribution 2.5 Canada", "CC BY 4.0 DE", "CC-BY-NC-2.0-KR", "CC BY-SA 2.0 (FR)",
    ],
)  # fmt: skip
def test_a_port_is_not_dropped(text: str) -> None:
    assert spdx_ids(text) == ()


@pytest.mark.parametrize(
    "text", ["CC BY 3.0 in full", "CC BY 3.0 by Jane", "CC BY 3.0 (see notes)", "CC-BY-3.0.txt"]
)
def test_a_word_that_is_no_country_is_no_port(text: str) -> None:
    assert spdx_ids(text) == ("CC-BY-3.0",)


@pytest.mark.parametrize(
    "text",
    [
        "I purchased at Beatport years ago and re-recorded from vinyl", "not purchased at Beatport",
        "downloaded from 7digital, then lost",
    ],
)  # fmt: skip
def test_talk_of_a_purchase_is_no_mark_of_a_store(text: str) -> None:
    codes = dict(found("vorbis-comment", ("COMMENT", text)))
    assert "store-mark" not in codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name (C) 2007", [("copyright-line", "Name (C) 2007")]),
        ("Label ℗ 2007", [("phonogram-line", "Label ℗ 2007")]),
        ("Label Ⓟ 2007", [("phonogram-line", "Label Ⓟ 2007")]),
        ("Name © 2007; Label ℗ 2008", [("copyright-line", "Name © 2007; Label"), ("phonogram-line", "℗ 2008")]),
        ("© 2009 A ℗ 2010 B", [("copyright-line", "© 2009 A"), ("phonogram-line", "℗ 2010 B")]),
        ("© 2009 A © 2010 B", [("copyright-line", "© 2009 A"), ("copyright-line", "© 2010 B")]),
    ],
)  # fmt: skip
def test_a_name_before_its_mark_stays_with_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert found("vorbis-comment", ("COPYRIGHT", text)) == expected


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("COMMENT", "Name (C) 2007 / Label (P) 2008 ℗"),
        ("COMMENT", "made © nowhere"),
        ("COPYRIGHT", "a\n\nb © c"),
    ],
)
def test_no_part_of_a_notice_is_lost(key: str, text: str) -> None:
    said = " ".join(value or "" for _, value in found("vorbis-comment", (key, text)))
    assert set(text.replace("/", " ").replace(";", " ").split()) <= set(said.split())


CLAIMS = [
    "CC BY 4.0", "CC-BY-SA-3.0", "CC0", "Creative Commons Attribution-NonCommercial 4.0 International", "GPL v2 or later",
    "Free Art License 1.3", "BY-NC-SA 3.0", "https://creativecommons.org/licenses/by-sa/4.0/", "GFDL 1.3",
]  # fmt: skip
DENIALS = ["not under", "never", "formerly", "no longer", "previously", "except", "It isn't", "nicht unter", "jamais", "Remix of a song under"]  # fmt: skip


@given(st.sampled_from(CLAIMS), st.sampled_from(DENIALS), st.text("abc ,()", max_size=4))
def test_a_denial_near_a_claim_takes_it_back(claim: str, denial: str, between: str) -> None:
    assert spdx_ids(claim) != ()
    assert spdx_ids(f"{denial} {between} {claim}") == ()
    assert spdx_ids(f"{denial} {between}. {claim}") == spdx_ids(claim)


def test_what_follows_an_address_is_no_question() -> None:
    address = "https://creativecommons.org/licenses/by/4.0/?ref=chooser-v1"
    assert ("licence-claim", "CC-BY-4.0") in found("vorbis-comment", ("LICENSE", address))


@given(
    st.text(string.ascii_uppercase, min_size=2, max_size=3),
    st.sampled_from(["CC-BY-NC-ND-2.5", "CC-BY-4.0", "CC-BY-SA-3.0"]),
)
def test_what_is_joined_to_a_licence_is_never_dropped(port: str, licence: str) -> None:
    assert licence not in spdx_ids(f"{licence}-{port}")
