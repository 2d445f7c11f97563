from __future__ import annotations

import pytest

from tests.audio.evidence.frames import found


@pytest.mark.parametrize(
    ("kind", "key", "text", "expected"),
    [
        ("id3v2.4", "GEOB:application/c2pa:manifest", None, [("c2pa-manifest", "10 bytes")]),
        ("id3v2.4", "GEOB:application/x-c2pa-manifest-store:", None, [("c2pa-manifest", "10 bytes")]),
        ("mp4-uuid", "uuid:d8fec3d61b0e483c92975828877ec481", None, [("c2pa-manifest", "10 bytes")]),
        ("c2pa", "C2PA", None, [("c2pa-manifest", "10 bytes")]),
        ("id3v2.4", "GEOB:application/pdf:x", None, []),
        ("id3v2.4", "TXXX:TDM-RESERVATION", "1", [("machine-signal", "tdm-reservation=1")]),
        ("vorbis-comment", "tdm_reservation", "0", [("machine-signal", "tdm-reservation=0")]),
        ("vorbis-comment", "TDM RESERVATION", "yes", [("machine-signal", "tdm-reservation=1")]),
        ("mp4-ilst", "----:org.w3:tdm-policy", "https://example.org/p", [("machine-policy", "https://example.org/p")]),
        ("vorbis-comment", "CONTENT-USAGE", "train-ai=n, search=y", [("machine-signal", "train-ai=n, search=y")]),
        ("vorbis-comment", "AI-USAGE", "nothing", []),
        ("vorbis-comment", "Content-Signal", "search=yes, ai-input=no, ai-train=no", [
            ("machine-signal", "search=yes, ai-input=no, ai-train=no"),
        ]),
        ("vorbis-comment", "CONTENT-USAGE", "ai-use=n;exceptions=cc-cr, search=y", [
            ("machine-signal", "ai-use=n;exceptions=cc-cr, search=y"),
        ]),
        ("id3v2.4", "TXXX:AIPREF", "genai=n", [("machine-signal", "genai=n")]),
        ("id3v2.4", "TXXX:train-genai", "no", [("machine-signal", "train-genai=n")]),
        ("id3v2.4", "TXXX:ai-input", "no", [("machine-signal", "ai-input=n")]),
        ("id3v2.4", "TXXX:PLUS:DataMining", "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED", [
            ("machine-signal", "plus-data-mining=DMI-PROHIBITED"),
        ]),
        ("vorbis-comment", "COMMENT", "Live\nContent-Usage: train-ai=n, search=y", [("machine-signal", "train-ai=n")]),
        (
            *("vorbis-comment", "COMMENT", "Content-Usage: ai-use=n\nNo AI training"),
            [
                ("machine-signal", "ai-use=n"),
                ("machine-reservation-text", "Content-Usage: ai-use=n\nNo AI training"),
            ],
        ),
        ("vorbis-comment", "COMMENT", "TDM-Reservation: 1", [("machine-signal", "tdm-reservation=1")]),
        ("vorbis-comment", "COMMENT", "TDM-Reservation: 0", []),
        ("vorbis-comment", "Terms", "No AI training", [("machine-reservation-text", "No AI training")]),
        ("vorbis-comment", "Notes", "No AI training", [("machine-reservation-text", "No AI training")]),
        ("vorbis-comment", "TRAIN-AI", "no", [("machine-signal", "train-ai=n")]),
        ("vorbis-comment", "TRAIN-AI", "allowed", [("machine-signal", "train-ai=y")]),
        ("vorbis-comment", "NOAI", "1", [("machine-signal", "tdm-reservation=1")]),
        ("vorbis-comment", "NOAI", "0", []),
        ("id3v2.4", "TXXX:cawg.ai_training", "notAllowed", [("machine-signal", "cawg.ai_training=notAllowed")]),
        ("vorbis-comment", "COPYRIGHT", "2020 A. Text and data mining reserved.", [
            ("copyright-line", "2020 A. Text and data mining reserved."),
            ("machine-reservation-text", "2020 A. Text and data mining reserved."),
        ]),
        ("vorbis-comment", "COMMENT", "No AI training please", [("machine-reservation-text", "No AI training please")]),
        ("vorbis-comment", "COMMENT", "I train every day", []),
    ],
)  # fmt: skip
def test_signals(kind: str, key: str, text: str | None, expected: list[tuple[str, str]]) -> None:
    assert found(kind, (key, text)) == expected


def test_signals_in_xmp() -> None:
    xmp = (
        '<rdf:Description tdm:reservation="1" tdm:policy="https://example.org/p"><plus:DataMining '
        'rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/></rdf:Description>'
    )
    assert found("mp4-uuid", ("uuid:be7acfcb97a942e89c71999491e3afac", xmp)) == [
        ("machine-signal", "tdm-reservation=1"),
        ("machine-policy", "https://example.org/p"),
        ("machine-signal", "plus-data-mining=DMI-PROHIBITED-AIMLTRAINING"),
    ]


def test_plus_values_in_a_bag() -> None:
    xmp = (
        "<rdf:Description><plus:DataMining><rdf:Bag>"
        "<rdf:li>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING</rdf:li>"
        "<rdf:li rdf:resource='http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-SEECONSTRAINT'/>"
        "</rdf:Bag></plus:DataMining><dc:title>DMI-ALLOWED</dc:title></rdf:Description>"
    )
    assert found("mp4-uuid", ("uuid:be7acfcb97a942e89c71999491e3afac", xmp)) == [
        ("machine-signal", "plus-data-mining=DMI-PROHIBITED-GENAIMLTRAINING"),
        ("machine-signal", "plus-data-mining=DMI-PROHIBITED-SEECONSTRAINT"),
    ]


@pytest.mark.parametrize("prefix", ["", "rsl:"])
def test_what_really_simple_licensing_prohibits(prefix: str) -> None:
    xmp = (
        f'<rdf:Description><{prefix}rsl xmlns="https://rslstandard.org/rsl"><{prefix}license>'
        f'<{prefix}prohibits type="usage">ai-train, ai-input</{prefix}prohibits>'
        f'<{prefix}permits type="usage">search</{prefix}permits><{prefix}prohibits type="geo">US</{prefix}prohibits>'
        f"</{prefix}license></{prefix}rsl></rdf:Description>"
    )
    assert found("mp4-uuid", ("uuid:be7acfcb97a942e89c71999491e3afac", xmp)) == [
        ("machine-signal", "rsl-ai-train=n"),
        ("machine-signal", "rsl-ai-input=n"),
    ]
