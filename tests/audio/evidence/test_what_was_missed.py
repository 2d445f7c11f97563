"""Licences, codes, stores, terms and origins in the forms that real files have them."""

from __future__ import annotations

import pytest

from archiver.audio.evidence.claims import isrcs_in
from archiver.audio.evidence.spdx import spdx_ids
from archiver.model.evidence import Strength
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.rights.meanings import meaning
from tests.audio.evidence.frames import found

CC = "https://creativecommons.org/licenses/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://www.jamendo.com Attribution-Noncommercial-Share Alike 3.0", ["CC-BY-NC-SA-3.0"]),
        ("http://www.jamendo.com Attribution 3.0", ["CC-BY-3.0"]),
        ("http://www.jamendo.com Attribution-No Derivative Works 3.0", ["CC-BY-ND-3.0"]),
        ("Creative Commons BY-NC-SA 3.0", ["CC-BY-NC-SA-3.0"]),
        ("Creative Commons BY 4.0", ["CC-BY-4.0"]),
        ("Creative Commons Licence BY-SA 3.0", ["CC-BY-SA-3.0"]),
        ("Creative Commons Attribution-NonCommercial-ShareAlike (BY-NC-SA) 4.0", ["CC-BY-NC-SA-4.0"]),
        ("Creative Commons Attribution-ShareAlike (CC BY-SA) 4.0 International", ["CC-BY-SA-4.0"]),
        ("Creative Commons Attribution (BY-SA) 4.0", []),
        ("Creative Commons Attribution Non Commercial Share Alike 4.0 International", ["CC-BY-NC-SA-4.0"]),
        ("Creative Commons Zero v1.0 Universal", ["CC0-1.0"]),
        ("Creative Commons Zero", ["CC0-1.0"]),
        ("Creative Commons CC0 1.0", ["CC0-1.0"]),
        ("CC0 universal", ["CC0-1.0"]),
        ("BY-NC-SA 3.0", ["CC-BY-NC-SA-3.0"]),
        ("BY-NC-SA", []),
        ("Attribution 3.0 SoundBible.com", ["CC-BY-3.0"]),
        ("Attribution-ShareAlike 3.0 Germany", ["CC-BY-SA-3.0-DE"]),
        ("Open Data Commons Attribution License v1.0", ["ODC-By-1.0"]),
        ("attribution 3.0 times in a row", []),
        ("MIT License", ["MIT"]),
        ("License: MIT", ["MIT"]),
        ("SPDX-License-Identifier: CC-BY-SA-4.0", ["CC-BY-SA-4.0"]),
        ("SPDX-License-Identifier: OFL-1.1", ["OFL-1.1"]),
        ("Apache License 2.0", ["Apache-2.0"]),
        ('BSD 3-Clause "New" or "Revised" License', ["BSD-3-Clause"]),
        ("The Unlicense", ["Unlicense"]),
        ("GNU General Public License v2.0 only", ["GPL-2.0-only"]),
        ("GNU Free Documentation License v1.3 or later", ["GFDL-1.3-or-later"]),
        ("Free Art License v1.3", ["LAL-1.3"]),
        ("LAL-1.3", ["LAL-1.3"]),
    ],
)  # fmt: skip
def test_names_of_licences(text: str, expected: list[str]) -> None:
    assert list(spdx_ids(text)) == expected


@pytest.mark.parametrize(
    "text", ["BY-NC-SA", "CC BY-NC-SA", "Public Domain Mark 1.0", "Public Domain Mark", "CC PDM 1.0"]
)
@pytest.mark.parametrize("key", ["LICENSE", "COMMENT"])
def test_words_that_name_a_licence_without_its_version(key: str, text: str) -> None:
    assert found("vorbis-comment", (key, text)) == [("licence-text", text)]


def test_the_line_of_jamendo_in_a_licence_tag_is_a_claim_and_no_address_of_a_notice() -> None:
    line = "http://www.jamendo.com Attribution-Noncommercial-Share Alike 3.0"
    evidence = found("vorbis-comment", ("LICENSE", line))
    assert evidence == [("licence-claim", "CC-BY-NC-SA-3.0")]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("id3v2.4", "PRIV:XMP"), ("aiff-appl", "XMP"), ("xmp", "_PMX"), ("mp4-uuid", "uuid:be7acfcb97a942e89c71999491e3afac"),
        ("mp4-udta", "XMP_"), ("vorbis-comment", "XMP"),
    ],
)  # fmt: skip
def test_a_licence_in_xmp_wherever_it_lies(kind: str, key: str) -> None:
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><cc:license rdf:resource="{CC}by/4.0/"/></rdf:RDF></x:xmpmeta>'
    assert found(kind, (key, xmp)) == [("licence-url", f"{CC}by/4.0/"), ("licence-claim", "CC-BY-4.0")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ISRC GB AAA 11 00001", ["GBAAA1100001"]),
        ("GB AAA 11 00001", ["GBAAA1100001"]),
        ("ISRC: GB-AAA-11-00001", ["GBAAA1100001"]),
        ("ISRCGBAAA1100001", ["GBAAA1100001"]),
        ("GB\u2010AAA\u201011\u201000001", ["GBAAA1100001"]),
        ("isrc gbaaa1100001", ["GBAAA1100001"]),
        ("GB AAA 11 000011", []),
    ],
)  # fmt: skip
def test_recording_codes_with_spaces_or_prefix(text: str, expected: list[str]) -> None:
    assert isrcs_in(text) == expected


@pytest.mark.parametrize(
    ("key", "text", "store"),
    [
        ("COMMENT", "Downloaded from Qobuz", "Qobuz"), ("COMMENT", "https://www.hyperion-records.co.uk/dc.asp?dc=D1", "Hyperion"),
        ("COMMENT", "www.chandos.net", "Chandos"), ("COMMENT", "eClassical.com", "eClassical"),
        ("COMMENT", "Bought from Linn Records", "Linn Records"), ("COMMENT", "bought on Bandcamp", "Bandcamp"),
        ("COMMENT", "available on Bandcamp", "Bandcamp"), ("COMMENT", "purchased from GOG", "GOG"),
        ("COMMENT", "https://store.steampowered.com/app/1", "Steam"), ("COMMENT", "from the Humble Bundle", "Humble Bundle"),
        ("COMMENT", "www.musicload.de", "Musicload"), ("SOURCE", "What People Play", "What People Play"),
        ("COMMENT", "https://www.ninaprotocol.com/x", "Nina Protocol"), ("SOURCE", "Qobuz", "Qobuz"),
        ("STORE", "Steam", "Steam"), ("COMMENT", "I purchased at Beatport years ago and re-recorded from vinyl", "Beatport"),
    ],
)  # fmt: skip
def test_stores_that_are_named(key: str, text: str, store: str) -> None:
    assert [each for each in found("vorbis-comment", (key, text)) if each[0].startswith("store-")] == [
        ("store-mention", store)
    ]


@pytest.mark.parametrize(
    "text", ["full steam ahead", "Nina sings", "a humble song", "Linn drum", "Steam from the kettle"]
)
def test_words_that_are_also_names_of_stores(text: str) -> None:
    assert found("vorbis-comment", ("COMMENT", text)) == []


@pytest.mark.parametrize(
    "text", ["Purchased at Beatport.com", "purchased at beatport.com.", " Purchased from Traxsource.com "]
)
def test_the_set_phrases_of_stores_are_their_marks(text: str) -> None:
    assert "store-mark" in dict(found("vorbis-comment", ("COMMENT", text)))


@pytest.mark.parametrize(
    "text",
    [
        "For trade only. Do not sell!", "for trade only", "Please do not sell this recording", "NOT FOR SALE",
        "never buy or sell", "Free trade only - not to be sold", "Do not encode to MP3. Do not sell.", "Not for resale",
        "Nur zum Tausch, nicht zum Verkauf",
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["COMMENT", "DESCRIPTION", "NOTES"])
def test_what_tapers_ask_is_terms_of_use(key: str, text: str) -> None:
    assert ("terms-of-use", text) in found("vorbis-comment", (key, text))


@pytest.mark.parametrize(
    "text", ["we do not sell out", "trade winds only", "not for salesmen", "sale of the century"]
)
def test_words_that_only_sound_like_terms(text: str) -> None:
    assert found("vorbis-comment", ("COMMENT", text)) == []


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("made with suno; created=2025-01-02T03:04:05Z; id=0f0f0f0f-1111-4222-8333-444444444444", "Suno"),
        ("Made with Udio", "Udio"),
        ("created with Suno AI", "Suno"),
        ("Generated by Stable Audio", "Stable Audio"),
        ("AI-generated with MusicGen", "MusicGen"),
        ("composed by AIVA", "AIVA"),
    ],
)
@pytest.mark.parametrize("key", ["COMMENT", "DESCRIPTION"])
def test_music_said_to_be_made_by_a_model(key: str, text: str, program: str) -> None:
    assert found("vorbis-comment", (key, text)) == [("ai-origin", program)]


@pytest.mark.parametrize(
    "text", ["not made with Suno", "Suno is a word", "never created with Udio", "made with sunoco oil"]
)
def test_what_was_not_made_by_a_model(text: str) -> None:
    assert found("vorbis-comment", ("COMMENT", text)) == []


@pytest.mark.parametrize("code", ["ai-origin", "source-media", "terms-of-use", "store-mention"])
def test_what_is_only_told_bears_on_no_answer(code: str) -> None:
    assert meaning(code) is None
    assert code == "terms-of-use" or EVIDENCE_KINDS[code].strength is Strength.WEAK
