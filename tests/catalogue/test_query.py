from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.catalogue.query.fields import FIELDS, SYNONYMS
from archiver.catalogue.query.parse import MOST_CHARACTERS, QueryError, parse_query
from archiver.catalogue.query.terms import Added, Days, OneOf, Pattern, Query, Span, Term, Within, Words
from archiver.errors import ExitStatus

MEANT = [
    ("bjork", Term(Words("", "bjork"))),
    ("  bjork\t", Term(Words("", "bjork"))),
    ("-live", Term(Words("", "live"), negated=True)),
    ("not live", Term(Words("", "live"), negated=True)),
    ('"dark side"', Term(Words("", "dark side", quoted=True))),
    ("\u201cdark side\u201d", Term(Words("", "dark side", quoted=True))),
    ('-"dark side"', Term(Words("", "dark side", quoted=True), negated=True)),
    ("hi-fi", Term(Words("", "hi-fi"))),
    ("AC/DC", Term(Words("", "AC/DC"))),
    ("not", Term(Words("", "not"))),
    ('"not"', Term(Words("", "not", quoted=True))),
    ("12:30", Term(Words("", "12:30"))),
    ("Symphony:", Term(Words("", "Symphony:"))),
    ('12"', Term(Words("", '12"'))),
    ("artist:bjork", Term(Words("artist", "bjork"))),
    ("Artist:Bj\xf6rk", Term(Words("artist", "Bj\xf6rk"))),
    ('artist:"the beatles"', Term(Words("artist", "the beatles", quoted=True))),
    ("-artist:bjork", Term(Words("artist", "bjork"), negated=True)),
    ("album_artist:x", Term(Words("albumartist", "x"))),
    ("name:*.CUE", Term(Pattern("name", "*.CUE"))),
    ("path:**/cd1/***", Term(Pattern("path", "*/cd1/*"))),
    ("path:live", Term(Words("path", "live"))),
    ("year:1994", Term(Within("year", (Span(1994, 1994),)))),
    ("year:1990..1999", Term(Within("year", (Span(1990, 1999),)))),
    ("year:..1999", Term(Within("year", (Span(None, 1999),)))),
    ("year:1990..", Term(Within("year", (Span(1990, None),)))),
    ("year:1990s", Term(Within("year", (Span(1990, 1999),)))),
    ("year:>1990", Term(Within("year", (Span(1991, None),)))),
    ("year:<=1990", Term(Within("year", (Span(None, 1990),)))),
    ("year:1990,1994..1995", Term(Within("year", (Span(1990, 1990), Span(1994, 1995))))),
    ("size:>100MB", Term(Within("size", (Span(100_000_001, None),)))),
    ("size:>=100MB", Term(Within("size", (Span(100_000_000, None),)))),
    ("size:4.7MB", Term(Within("size", (Span(4_650_000, 4_749_999),)))),
    ("size:1KiB", Term(Within("size", (Span(512, 1535),)))),
    ("size:0", Term(Within("size", (Span(0, 0),)))),
    ("size:<1MB", Term(Within("size", (Span(None, 999_999),)))),
    ("duration:3:30", Term(Within("duration", (Span(209_500, 210_499),)))),
    ("duration:1:02:03", Term(Within("duration", (Span(3_722_500, 3_723_499),)))),
    ("duration:>10m", Term(Within("duration", (Span(600_001, None),)))),
    ("duration:1h30m..2h", Term(Within("duration", (Span(5_400_000, 7_200_000),)))),
    ("length:90s", Term(Within("duration", (Span(89_500, 90_499),)))),
    ("rate:44100", Term(Within("rate", (Span(44_100, 44_100),)))),
    ("rate:44.1kHz", Term(Within("rate", (Span(44_050, 44_149),)))),
    ("bitrate:320k", Term(Within("bitrate", (Span(319_500, 320_499),)))),
    ("depth:24", Term(Within("depth", (Span(24, 24),)))),
    ("channels:>2", Term(Within("channels", (Span(3, None),)))),
    ("added:2026", Term(Added((Days(dt.date(2026, 1, 1), dt.date(2027, 1, 1)),)))),
    ("added:2026-11", Term(Added((Days(dt.date(2026, 11, 1), dt.date(2026, 12, 1)),)))),
    ("added:2026-12", Term(Added((Days(dt.date(2026, 12, 1), dt.date(2027, 1, 1)),)))),
    ("added:2026-11-29", Term(Added((Days(dt.date(2026, 11, 29), dt.date(2026, 11, 30)),)))),
    ("added:2026-01..2026-06", Term(Added((Days(dt.date(2026, 1, 1), dt.date(2026, 7, 1)),)))),
    ("added:>2026-11", Term(Added((Days(dt.date(2026, 12, 1), None),)))),
    ("added:<2026", Term(Added((Days(None, dt.date(2026, 1, 1)),)))),
    ("added:9999", Term(Added((Days(dt.date(9999, 1, 1), None),)))),
    ("format:flac,mp3", Term(OneOf("format", ("flac", "mp3")))),
    ('format:"MPEG 1/2 Audio"', Term(OneOf("format", ("MPEG 1/2 Audio",)))),
    ("lossless:YES", Term(OneOf("lossless", ("yes",)))),
    ("protected:yes", Term(OneOf("protected", ("yes",)))),
    ("integrity:damaged", Term(OneOf("integrity", ("damaged",)))),
    ("mine:deny", Term(OneOf("mine", ("deny",)))),
    ("problem:f201", Term(OneOf("problem", ("F201",)))),
    ("problem:F", Term(OneOf("problem", ("F",)))),
    ("digest:9F86D081", Term(OneOf("digest", ("9f86d081",)))),
    ("bag:Music-2026", Term(OneOf("bag", ("Music-2026",)))),
]

REFUSED = [
    ("", "nothing in the query"),
    ("   ", "nothing in the query"),
    ("!!! -", "nothing in the query"),
    ("artits:bjork", "artist"),
    ("formaat:flac", "format"),
    ("re:zero", 're:zero"'),
    ("artist: bjork", "artist: has no value"),
    ("artist:!!!", "artist:!!!"),
    ("lossless:maybe", "yes, no, unknown"),
    ("lossless:ye", "'yes'"),
    ("disposition:restricted", "'restrict'"),
    ("mine:denied", "'deny'"),
    ("problem:F999", "F2"),
    ("integrity:broken", "damaged"),
    ("year:ninety", "1990..1999"),
    ("year:..", "1990..1999"),
    ("size:big", "100MB"),
    ("size:>", "100MB"),
    ("size:5 MB", "nothing"),
    ("duration:10", "10m"),
    ("added:2026-13", "2026-11-29"),
    ("added:yesterday", "2026-11-29"),
    ("digest:xyz", "hex"),
    ("digest:1234567", "hex"),
    ('"not closed', "not closed"),
    ("format:,", "no value"),
    ("x" * (MOST_CHARACTERS + 1), "4,000"),
    ("a " * 100, "64"),
    ("name:" + "*a" * 40, "16 places"),
    ("format:" + "a," * 100, "too many"),
]


@pytest.mark.parametrize(("text", "term"), MEANT)
def test_what_a_term_means(text: str, term: Term) -> None:
    assert parse_query(text) == Query((term,))


def test_terms_follow_one_another() -> None:
    query = parse_query('bjork - "hyper ballad" -live not artist:sugarcubes year:1995')
    assert query.terms == (
        Term(Words("", "bjork")),
        Term(Words("", "hyper ballad", quoted=True)),
        Term(Words("", "live"), negated=True),
        Term(Words("artist", "sugarcubes"), negated=True),
        Term(Within("year", (Span(1995, 1995),))),
    )


@pytest.mark.parametrize(("text", "told"), [case for case in REFUSED if case[1] != "nothing"])
def test_what_it_cannot_mean_is_refused_with_what_was_meant(text: str, told: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse_query(text)
    assert told in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.exit_code == ExitStatus.USAGE


@given(st.text(max_size=200))
def test_anything_typed_is_a_query_or_an_error(text: str) -> None:
    with contextlib.suppress(QueryError):
        assert 0 < len(parse_query(text).terms) <= 64


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "-", "not ", "--"]),
            st.sampled_from([*FIELDS, *SYNONYMS, ""]),
            st.sampled_from([":", "", ": "]),
            st.sampled_from(['"', "", ">", "..", ",", "*"]),
            st.text("0159abfF.-:kMGs*?\"' \u6771", max_size=12),
        ),
        max_size=8,
    )
)
def test_anything_near_a_query_is_one_or_an_error(parts: list[tuple[str, ...]]) -> None:
    with contextlib.suppress(QueryError):
        assert 0 < len(parse_query(" ".join(map("".join, parts))).terms) <= 64


@pytest.mark.parametrize("name", FIELDS)
def test_every_example_is_a_query(name: str) -> None:
    for example in FIELDS[name].example.split(" or "):
        (term,) = parse_query(example).terms
        assert getattr(term.condition, "field", "added") == name


def test_every_synonym_leads_to_a_field() -> None:
    assert set(SYNONYMS.values()) <= set(FIELDS)
    assert not set(SYNONYMS) & set(FIELDS)
