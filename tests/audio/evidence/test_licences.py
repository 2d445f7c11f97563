from __future__ import annotations

import pytest

from archiver.audio.evidence.spdx import spdx_ids
from tests.audio.evidence.frames import found

CC = "https://creativecommons.org/licenses/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{CC}by/4.0/", ["CC-BY-4.0"]),
        (f"{CC}by-sa/4.0/deed.de", ["CC-BY-SA-4.0"]),
        ("http://www.creativecommons.org/licenses/by-nc-nd/2.5", ["CC-BY-NC-ND-2.5"]),
        (f"{CC}by-nd-nc/1.0/", ["CC-BY-NC-ND-1.0"]),
        (f"{CC}by/3.0/us/", ["CC-BY-3.0-US"]),
        (f"{CC}by-nc-sa/2.0/uk/", ["CC-BY-NC-SA-2.0-UK"]),
        (f"{CC}by-sa/3.0/fr/", []),
        (f"{CC}sampling+/1.0/", []),
        (f"{CC}by/4.00/", []),
        ("https://creativecommons.org/publicdomain/zero/1.0/", ["CC0-1.0"]),
        ("https://creativecommons.org/publicdomain/mark/1.0/", []),
        ("CC0", ["CC0-1.0"]),
        ("CC0 1.0 Universal", ["CC0-1.0"]),
        ("cc zero", ["CC0-1.0"]),
        ("CC-by-sa 3.0", ["CC-BY-SA-3.0"]),
        ("CC BY 4.0", ["CC-BY-4.0"]),
        ("CC-BY-NC-SA-4.0", ["CC-BY-NC-SA-4.0"]),
        ("ccby 3", ["CC-BY-3.0"]),
        ("licensed under CC BY 3.0 US", ["CC-BY-3.0-US"]),
        ("CC BY-NC 3.0 Unported", ["CC-BY-NC-3.0"]),
        ("CC BY-SA", []),
        ("CC BY 3.7", []),
        ("CC BY 5.0", []),
        ("Creative Commons Attribution 3.0", ["CC-BY-3.0"]),
        ("Creative Commons Attribution-ShareAlike 4.0 International", ["CC-BY-SA-4.0"]),
        ("Creative Commons Attribution-NonCommercial-NoDerivs 3.0 Germany", ["CC-BY-NC-ND-3.0-DE"]),
        ("Creative Commons Attribution Share-Alike license v3.0", ["CC-BY-SA-3.0"]),
        ("Creative Commons (Attribution)", []),
        ("GPL-2.0-or-later", ["GPL-2.0-or-later"]),
        ("GPL-3.0-only", ["GPL-3.0-only"]),
        ("GPLv2+", ["GPL-2.0-or-later"]),
        ("GPL v2 or later", ["GPL-2.0-or-later"]),
        ("GNU General Public License, version 2 or (at your option) any later version", ["GPL-2.0-or-later"]),
        ("GNU GPL v3", ["GPL-3.0"]),
        ("GPL 4", []),
        ("the GPL", []),
        ("LGPL 2.1+", ["LGPL-2.1-or-later"]),
        ("AGPLv3 only", ["AGPL-3.0-only"]),
        ("GFDL 1.2", ["GFDL-1.2"]),
        ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.html", ["GPL-2.0"]),
        ("http://artlibre.org/licence/lal", ["LAL-1.3"]),
        ("Free Art License 1.2", ["LAL-1.2"]),
        ("MIT", []),
        ("recorded at MIT", []),
        ("CC BY 3.0 and GPLv2+", ["CC-BY-3.0", "GPL-2.0-or-later"]),
        ("all rights reserved", []),
        ("", []),
        ("ACC BY 3.0", []),
    ],
)
def test_texts_that_name_a_licence_exactly(text: str, expected: list[str]) -> None:
    assert list(spdx_ids(text)) == expected


def test_a_short_identifier_is_a_licence_only_where_licences_stand() -> None:
    assert spdx_ids("MIT", dedicated=True) == ("MIT",)
    assert found("vorbis-comment", ("COPYRIGHT", "MIT")) == [("copyright-line", "MIT")]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("id3v2.4", "WCOP"), ("id3v2.2", "WCP"), ("id3v2.4", "TXXX:LICENSE"), ("vorbis-comment", "LICENSE"),
        ("vorbis-comment", "license"), ("mp4-ilst", "----:com.apple.iTunes:LICENSE"), ("asf-extended", "LICENSE"),
        ("apev2", "License"), ("asf-branding", "Copyright URL"), ("id3v2.4", "USER:eng"), ("vorbis-comment", "LICENCE"),
    ],
)  # fmt: skip
def test_a_licence_address_wherever_it_stands(kind: str, key: str) -> None:
    evidence = found(kind, (key, f"{CC}by-sa/4.0/"))
    assert ("licence-url", f"{CC}by-sa/4.0/") in evidence
    assert ("licence-claim", "CC-BY-SA-4.0") in evidence


@pytest.mark.parametrize("key", ["COPYRIGHT", "COMMENT", "DESCRIPTION", "COMMENTS"])
def test_licences_in_words_in_other_tags(key: str) -> None:
    assert ("licence-claim", "CC-BY-3.0") in found("vorbis-comment", (key, "License CC-BY 3.0"))
    assert found("vorbis-comment", (key, "a song about the sea")) in (
        [],
        [("copyright-line", "a song about the sea")],
    )


def test_creative_commons_line_with_the_place_to_verify() -> None:
    line = f"2020 Me. Licensed to the public under {CC}by/4.0/ verify at http://example.org/license"
    evidence = found("id3v2.4", ("TCOP", line))
    assert ("licence-url", f"{CC}by/4.0/") in evidence
    assert ("licence-statement-url", "http://example.org/license") in evidence
    assert ("licence-claim", "CC-BY-4.0") in evidence


def test_a_licence_tag_without_an_exact_name() -> None:
    assert found("vorbis-comment", ("LICENSE", "ask the author")) == [("licence-text", "ask the author")]
    assert found("id3v2.4", ("WCOP", "http://example.org/terms")) == [
        ("copyright-url", "http://example.org/terms")
    ]
    assert ("licence-text", "All Rights Reserved") in found(
        "vorbis-comment", ("COPYRIGHT", "All Rights Reserved")
    )


def test_words_that_only_sound_like_licences() -> None:
    assert found("vorbis-comment", ("TITLE", "License to Chill")) == []
    assert found("vorbis-comment", ("COMMENT", "by the way, cc to all")) == []


def test_xmp_with_a_licence() -> None:
    xmp = (
        f'<rdf:Description xmlns:cc="http://creativecommons.org/ns#"><cc:license rdf:resource="{CC}by/4.0/"/>'
    )
    evidence = found("mp4-uuid", ("uuid:be7acfcb97a942e89c71999491e3afac", xmp))
    assert evidence == [("licence-url", f"{CC}by/4.0/"), ("licence-claim", "CC-BY-4.0")]
