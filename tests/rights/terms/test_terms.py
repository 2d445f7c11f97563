from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.terms import Grade, Layer, LayerAssessment, Span, TermFacts, TermFinding, TermState
from archiver.rights.terms.rules import Unchecked
from archiver.rights.terms.spans import year_span
from archiver.rights.terms.terms import TermRule, TermTable, assess, load_terms
from tests.rights import builders
from tests.rights.builders import TODAY

TABLE = load_terms()
NEVER = Span(never=True)


@dataclass(frozen=True)
class Edge:
    """Facts that reach one row, and the last day of the term they give; ``None`` where no end can be told."""

    rule: str
    ends: date | None
    fixed: int | date | None = None
    published: int | date | str | None = None
    work_published: int | date | str | None = None
    composer_died: int | str | None = None
    lyricist_died: int | str | None = None
    runs_until: date | None = None
    """The day before which the term certainly runs, where it is another than ``ends``."""
    open_below: bool = False
    """Whether nothing bounds the term from below."""

    def facts(self) -> TermFacts:
        return TermFacts(**{field.name: _span(getattr(self, field.name)) for field in fields(TermFacts)})


def _span(value: int | date | str | None) -> Span | None:
    if value is None:
        return None
    if value == "never":
        return NEVER
    return year_span(value) if isinstance(value, int) else Span(value, value)  # type: ignore[arg-type]


def d(year: int) -> date:
    return date(year, 12, 31)


EDGES = [
    Edge("us-recording-published-before-1923", d(2021), fixed=1922, published=date(1922, 12, 31)),
    Edge("us-recording-published-1923-1946", d(2023), fixed=1922, published=date(1923, 1, 1)),
    Edge("us-recording-published-1923-1946", d(2046), fixed=1946, published=date(1946, 12, 31)),
    Edge("us-recording-published-1947-1956", d(2057), fixed=1946, published=date(1947, 1, 1)),
    Edge("us-recording-published-1947-1956", d(2066), fixed=1956, published=date(1956, 12, 31)),
    Edge("us-recording-published-from-1957", date(2067, 2, 15), fixed=1956, published=date(1957, 1, 1)),
    Edge("us-recording-published-from-1957", date(2067, 2, 15), fixed=date(1972, 2, 14), published=1999),
    Edge("us-recording-fixed-before-1972-unpublished", date(2067, 2, 15), fixed=1930, published="never"),
    Edge(
        "us-recording-published-1972-1977",
        d(2067),
        fixed=date(1972, 2, 15),
        published=1972,
        runs_until=d(1972),
    ),
    Edge(
        "us-recording-published-1972-1977",
        d(2072),
        fixed=1977,
        published=date(1977, 12, 31),
        runs_until=d(1977),
    ),
    Edge("us-recording-fixed-1972-1977-published-later", None, fixed=1977, published=date(1978, 1, 1)),
    Edge("us-recording-fixed-1972-1977-unpublished", None, fixed=1975, published="never"),
    Edge("us-recording-from-1978", None, fixed=date(1978, 1, 1), published=1978, runs_until=d(2048)),
    Edge(
        "ca-recording-fixed-before-1965-unpublished",
        d(2034),
        fixed=date(1964, 12, 31),
        published="never",
        runs_until=d(2014),
    ),
    Edge("ca-recording-fixed-from-1965-published", d(2040), fixed=date(1965, 1, 1), published=1965),
    Edge("ca-recording-fixed-from-1965-published", d(2065), fixed=1965, published=date(2035, 12, 31)),
    Edge("ca-recording-fixed-from-1965-unpublished", d(2035), fixed=1965, published=date(2036, 1, 1)),
    Edge("au-recording-not-made-public", d(2025), fixed=1955, published=date(2006, 1, 1)),
    Edge("in-recording-published", d(2010), fixed=1950, published=1950),
    Edge("in-recording-unpublished", None, fixed=1900, published="never"),
    Edge("ch-recording-published", d(2020), fixed=1950, published=1950, runs_until=d(2000)),
    Edge("ch-recording-unpublished", d(2020), fixed=1950, published="never", runs_until=d(2000)),
    Edge(
        "kr-recording-published-before-1987-07",
        d(2057),
        fixed=1987,
        published=date(1987, 6, 30),
        runs_until=d(1987),
    ),
    Edge("kr-recording-published-1987-07-to-1994-06", None, fixed=1987, published=date(1987, 7, 1)),
    Edge("kr-recording-published-1987-07-to-1994-06", None, fixed=1987, published=date(1994, 6, 30)),
    Edge("br-recording", d(2020), fixed=1950, published=1990),
    Edge(
        "nz-recording-not-made-available", d(2050), fixed=1950, published=date(2001, 1, 1), runs_until=d(2000)
    ),
    Edge(
        "us-work-published-before-1978", d(2025), work_published=1930, composer_died=1990, runs_until=d(1930)
    ),
    Edge(
        "us-work-published-before-1978", d(2026), work_published=1931, composer_died=1931, runs_until=d(1931)
    ),
    Edge(
        "us-work-without-words-published-1978-2002",
        d(2073),
        work_published=1978,
        composer_died=1980,
        lyricist_died="never",
        runs_until=d(2050),
    ),
    Edge(
        "us-work-with-words-published-1978-2002",
        d(2097),
        work_published=2002,
        composer_died=1980,
        lyricist_died=2000,
        runs_until=d(2050),
    ),
    Edge(
        "us-work-without-words-published-from-2003",
        d(2098),
        work_published=2003,
        composer_died=1990,
        lyricist_died="never",
        runs_until=d(2060),
    ),
    Edge(
        "us-work-with-words-published-from-2003",
        d(2098),
        work_published=2003,
        composer_died=1990,
        lyricist_died=1991,
        runs_until=d(2060),
    ),
    Edge(
        "us-work-without-words-unpublished",
        d(2020),
        work_published="never",
        composer_died=1900,
        lyricist_died="never",
        runs_until=d(1970),
    ),
    Edge(
        "us-work-with-words-unpublished",
        d(2021),
        work_published="never",
        composer_died=1900,
        lyricist_died=1901,
        runs_until=d(1970),
    ),
    Edge(
        "us-lyrics-published-before-1978",
        d(2025),
        work_published=1930,
        lyricist_died=1990,
        runs_until=d(1930),
    ),
    Edge(
        "us-lyrics-published-1978-2002",
        d(2073),
        work_published=1978,
        composer_died=1970,
        lyricist_died=1980,
        runs_until=d(2050),
    ),
    Edge(
        "us-lyrics-published-from-2003",
        d(2098),
        work_published=2003,
        composer_died=1970,
        lyricist_died=1980,
        runs_until=d(2050),
    ),
    Edge(
        "us-lyrics-unpublished",
        d(2021),
        work_published="never",
        composer_died=1900,
        lyricist_died=1901,
        runs_until=d(1971),
    ),
    Edge(
        "eu-recording-published-before-1963",
        d(2012),
        fixed=1960,
        published=date(1962, 12, 31),
        runs_until=d(2010),
    ),
    Edge(
        "eu-recording-published-from-1963",
        d(2033),
        fixed=1960,
        published=date(1963, 1, 1),
        runs_until=d(2010),
    ),
    Edge(
        "eu-recording-published-from-1963",
        d(2070),
        fixed=1950,
        published=date(2000, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "eu-recording-not-published-in-time",
        d(2070),
        fixed=1950,
        published=date(2001, 1, 1),
        runs_until=d(2000),
    ),
    Edge("eu-recording-not-published-in-time", d(2070), fixed=1950, published="never", runs_until=d(2000)),
    Edge(
        "eu-performance-published-before-1963",
        d(2012),
        fixed=1960,
        published=date(1962, 12, 31),
        runs_until=d(2010),
    ),
    Edge(
        "eu-performance-published-from-1963",
        d(2033),
        fixed=1960,
        published=date(1963, 1, 1),
        runs_until=d(2010),
    ),
    Edge(
        "eu-performance-published-from-1963",
        d(2070),
        fixed=1950,
        published=date(2000, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "eu-performance-not-published-in-time",
        d(2070),
        fixed=1950,
        published=date(2001, 1, 1),
        runs_until=d(2000),
    ),
    Edge("eu-performance-not-published-in-time", d(2070), fixed=1950, published="never", runs_until=d(2000)),
    Edge(
        "gb-recording-published-before-1963",
        d(2012),
        fixed=1960,
        published=date(1962, 12, 31),
        runs_until=d(2010),
    ),
    Edge(
        "gb-recording-published-from-1963",
        d(2033),
        fixed=1960,
        published=date(1963, 1, 1),
        runs_until=d(2010),
    ),
    Edge(
        "gb-recording-published-from-1963",
        d(2070),
        fixed=1950,
        published=date(2000, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "gb-recording-not-published-in-time",
        d(2070),
        fixed=1950,
        published=date(2001, 1, 1),
        runs_until=d(2000),
    ),
    Edge("gb-recording-not-published-in-time", d(2070), fixed=1950, published="never", runs_until=d(2000)),
    Edge(
        "gb-performance-published-before-1963",
        d(2012),
        fixed=1960,
        published=date(1962, 12, 31),
        runs_until=d(2010),
    ),
    Edge(
        "gb-performance-published-from-1963",
        d(2033),
        fixed=1960,
        published=date(1963, 1, 1),
        runs_until=d(2010),
    ),
    Edge(
        "gb-performance-published-from-1963",
        d(2070),
        fixed=1950,
        published=date(2000, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "gb-performance-not-published-in-time",
        d(2070),
        fixed=1950,
        published=date(2001, 1, 1),
        runs_until=d(2000),
    ),
    Edge("gb-performance-not-published-in-time", d(2070), fixed=1950, published="never", runs_until=d(2000)),
    Edge(
        "de-recording-published-before-1963",
        d(2012),
        fixed=1960,
        published=date(1962, 12, 31),
        runs_until=d(2010),
    ),
    Edge(
        "de-recording-published-from-1963",
        d(2033),
        fixed=1960,
        published=date(1963, 1, 1),
        runs_until=d(2010),
    ),
    Edge(
        "de-recording-published-from-1963",
        d(2070),
        fixed=1950,
        published=date(2000, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "de-recording-not-published-in-time",
        d(2070),
        fixed=1950,
        published=date(2001, 1, 1),
        runs_until=d(2000),
    ),
    Edge("de-recording-not-published-in-time", d(2070), fixed=1950, published="never", runs_until=d(2000)),
    Edge(
        "de-performance-published-before-1963",
        d(2012),
        fixed=1960,
        published=date(1962, 12, 31),
        runs_until=d(2010),
    ),
    Edge(
        "de-performance-published-from-1963",
        d(2033),
        fixed=1960,
        published=date(1963, 1, 1),
        runs_until=d(2010),
    ),
    Edge(
        "de-performance-published-from-1963",
        d(2070),
        fixed=1950,
        published=date(2000, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "de-performance-not-published-in-time",
        d(2070),
        fixed=1950,
        published=date(2001, 1, 1),
        runs_until=d(2000),
    ),
    Edge("de-performance-not-published-in-time", d(2070), fixed=1950, published="never", runs_until=d(2000)),
    Edge("ca-recording-fixed-and-published-before-1965", d(2014), fixed=1964, published=date(1964, 12, 31)),
    Edge(
        "ca-recording-fixed-and-published-before-1965",
        d(2014),
        fixed=1940,
        published=1964,
        runs_until=d(1990),
    ),
    Edge(
        "ca-recording-fixed-before-1965-published-later",
        d(2040),
        fixed=date(1964, 12, 31),
        published=date(1965, 1, 1),
        runs_until=d(2014),
    ),
    Edge(
        "ca-recording-fixed-before-1965-published-later",
        d(2040),
        fixed=1940,
        published=1980,
        runs_until=d(1990),
    ),
    Edge("au-recording-made-before-1955", d(2004), fixed=date(1954, 12, 31), published=1960, open_below=True),
    Edge(
        "au-recording-made-1955-to-1969-04-made-public",
        d(2075),
        fixed=date(1955, 1, 1),
        published=date(2005, 12, 31),
        runs_until=d(2025),
    ),
    Edge(
        "au-recording-made-1955-to-1969-04-made-public",
        d(2040),
        fixed=date(1969, 4, 30),
        published=1970,
        runs_until=d(2039),
    ),
    Edge("au-recording-made-from-1969-05-made-public", d(2040), fixed=date(1969, 5, 1), published=1970),
    Edge("jp-recording-made-before-1971", None, fixed=date(1970, 12, 31), published=1971),
    Edge("jp-recording-published", d(2042), fixed=date(1971, 1, 1), published=1972, runs_until=d(2021)),
    Edge("jp-recording-unpublished", None, fixed=1971, published="never"),
    Edge(
        "kr-recording-published-from-1994-07",
        d(2064),
        fixed=1994,
        published=date(1994, 7, 1),
        runs_until=d(2044),
    ),
    Edge("kr-recording-unpublished", d(2070), fixed=2000, published="never", runs_until=d(2000)),
    Edge("nz-recording-made-available", d(2002), fixed=1950, published=1952, runs_until=d(2000)),
    Edge(
        "nz-recording-made-available", d(2050), fixed=1950, published=date(2000, 12, 31), runs_until=d(2000)
    ),
    Edge("mx-recording", d(2025), fixed=1950, published=1990, open_below=True),
    Edge("cn-recording", d(2000), fixed=1950, published=1990, open_below=True),
    Edge("za-recording", None, fixed=1900, published=1900),
    Edge("ru-recording", None, fixed=1900, published=1900),
    Edge("tw-recording", None, fixed=1900, published=1900),
    Edge("us-performance", None, fixed=1900, published=1900),
    Edge(
        "ca-performance-fixed-and-published-before-1965",
        d(2014),
        fixed=1940,
        published=date(1964, 12, 31),
        open_below=True,
    ),
    Edge("ca-performance-published", d(2040), fixed=1960, published=date(1965, 1, 1), open_below=True),
    Edge("ca-performance-published", d(2075), fixed=1975, published=date(2030, 12, 31), open_below=True),
    Edge("ca-performance-unpublished", d(2020), fixed=1950, published="never", open_below=True),
    Edge(
        "kr-performance-published-in-time", d(2070), fixed=1950, published=date(2000, 12, 31), open_below=True
    ),
    Edge(
        "kr-performance-not-published-in-time",
        d(2020),
        fixed=1950,
        published=date(2001, 1, 1),
        open_below=True,
    ),
    Edge(
        "eu-work-published-in-life-before-1948",
        d(2065),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1947, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "eu-work-published-in-life-before-1948",
        d(2075),
        composer_died=1950,
        lyricist_died=1960,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "eu-work-published-in-life-from-1948",
        d(2050),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1948, 1, 1),
        runs_until=d(2000),
    ),
    Edge(
        "eu-work-published-in-life-from-1948",
        d(2050),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1950, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "eu-work-published-after-death",
        d(2065),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1951, 1, 1),
        runs_until=d(2000),
    ),
    Edge(
        "eu-work-published-after-death",
        d(2070),
        composer_died=1850,
        lyricist_died="never",
        work_published=2020,
        runs_until=d(1900),
    ),
    Edge(
        "eu-work-unpublished",
        None,
        composer_died=1950,
        lyricist_died="never",
        work_published="never",
        runs_until=d(2000),
    ),
    Edge(
        "es-work-died-before-1987-12",
        d(2030),
        composer_died=1950,
        lyricist_died="never",
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "es-work-died-before-1987-12",
        d(2050),
        composer_died=1950,
        lyricist_died=1970,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "es-work-died-from-1987-12",
        d(2058),
        composer_died=1988,
        lyricist_died="never",
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "es-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge(
        "fr-work-published-in-life-before-1948",
        d(2065),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1947, 12, 31),
        open_below=True,
    ),
    Edge(
        "fr-work-published-in-life-from-1948",
        d(2050),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1948, 1, 1),
        open_below=True,
    ),
    Edge(
        "fr-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge(
        "de-work-published-in-life",
        d(2020),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1950, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "de-work-published-after-death",
        d(2045),
        composer_died=1950,
        lyricist_died="never",
        work_published=2020,
        runs_until=d(2000),
    ),
    Edge(
        "de-work-unpublished",
        None,
        composer_died=1950,
        lyricist_died="never",
        work_published="never",
        runs_until=d(2000),
    ),
    Edge(
        "gb-work-published-in-life",
        d(2020),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1950, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "gb-work-published-in-life",
        d(2030),
        composer_died=1950,
        lyricist_died=1960,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "gb-work-published-after-death-before-1989-08",
        d(2039),
        composer_died=1940,
        lyricist_died="never",
        work_published=date(1989, 7, 31),
        runs_until=d(1990),
    ),
    Edge(
        "gb-work-published-after-death-from-1989-08",
        d(2039),
        composer_died=1940,
        lyricist_died="never",
        work_published=date(1989, 8, 1),
        runs_until=d(1990),
    ),
    Edge(
        "gb-work-published-after-death-from-1989-08",
        d(2045),
        composer_died=1940,
        lyricist_died="never",
        work_published=2020,
        runs_until=d(1990),
    ),
    Edge(
        "gb-work-unpublished",
        d(2039),
        composer_died=1940,
        lyricist_died="never",
        work_published="never",
        runs_until=d(1990),
    ),
    Edge(
        "ca-work-published-in-life-died-before-1972",
        d(2021),
        composer_died=1971,
        lyricist_died="never",
        work_published=1930,
    ),
    Edge(
        "ca-work-published-in-life-died-before-1972",
        d(2030),
        composer_died=1960,
        lyricist_died=1960,
        work_published=1930,
        runs_until=d(2010),
    ),
    Edge(
        "ca-work-published-in-life-died-from-1972",
        d(2042),
        composer_died=1972,
        lyricist_died="never",
        work_published=1930,
    ),
    Edge(
        "ca-work-published-after-death-before-1999",
        d(2048),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1998, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "ca-work-published-after-death-from-1999",
        d(2048),
        composer_died=1950,
        lyricist_died="never",
        work_published=date(1999, 1, 1),
        runs_until=d(2000),
    ),
    Edge(
        "ca-work-unpublished",
        d(2048),
        composer_died=1950,
        lyricist_died="never",
        work_published="never",
        runs_until=d(2000),
    ),
    Edge(
        "jp-work-died-before-1958",
        d(2018),
        composer_died=1957,
        lyricist_died="never",
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "jp-work-died-from-1958",
        d(2039),
        composer_died=1958,
        lyricist_died="never",
        work_published=1930,
        runs_until=d(2008),
    ),
    Edge(
        "jp-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge(
        "kr-work-published-in-life",
        d(2010),
        composer_died=1940,
        lyricist_died="never",
        work_published=1930,
        runs_until=d(1990),
    ),
    Edge(
        "kr-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge(
        "in-work-published-in-life", d(2000), composer_died=1940, lyricist_died="never", work_published=1940
    ),
    Edge(
        "in-work-published-in-life",
        d(2005),
        composer_died=1940,
        lyricist_died=1945,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "in-work-not-published-in-life", None, composer_died=1940, lyricist_died="never", work_published=1941
    ),
    Edge(
        "au-work-published-in-life",
        d(2020),
        composer_died=1950,
        lyricist_died="never",
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "au-work-published-after-death",
        d(2030),
        composer_died=1950,
        lyricist_died="never",
        work_published=1960,
        runs_until=d(2000),
    ),
    Edge("au-work-unpublished", None, composer_died=1900, lyricist_died="never", work_published="never"),
    Edge(
        "ch-work-published-in-life",
        d(2020),
        composer_died=1950,
        lyricist_died="never",
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "ch-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge(
        "cn-work-published-in-life",
        d(2000),
        composer_died=1950,
        lyricist_died="never",
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "cn-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge(
        "mx-work-published-in-life",
        d(2050),
        composer_died=1950,
        lyricist_died="never",
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "mx-work-not-published-in-life", None, composer_died=1900, lyricist_died="never", work_published=1901
    ),
    Edge("ru-work", None, composer_died=1900, lyricist_died="never", work_published=1899),
    Edge("tw-work", None, composer_died=1900, lyricist_died="never", work_published=1899),
    Edge(
        "eu-lyrics-published-in-life-before-1948",
        d(2065),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1947, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "eu-lyrics-published-in-life-before-1948",
        d(2075),
        lyricist_died=1950,
        composer_died=1960,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "eu-lyrics-published-in-life-from-1948",
        d(2050),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1948, 1, 1),
        runs_until=d(2000),
    ),
    Edge(
        "eu-lyrics-published-in-life-from-1948",
        d(2050),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1950, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "eu-lyrics-published-after-death",
        d(2065),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1951, 1, 1),
        runs_until=d(2000),
    ),
    Edge(
        "eu-lyrics-published-after-death",
        d(2070),
        lyricist_died=1850,
        composer_died=1850,
        work_published=2020,
        runs_until=d(1900),
    ),
    Edge(
        "eu-lyrics-unpublished",
        None,
        lyricist_died=1950,
        composer_died=1900,
        work_published="never",
        runs_until=d(2000),
    ),
    Edge(
        "es-lyrics-died-before-1987-12",
        d(2030),
        lyricist_died=1950,
        composer_died=1900,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "es-lyrics-died-before-1987-12",
        d(2050),
        lyricist_died=1950,
        composer_died=1970,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "es-lyrics-died-from-1987-12",
        d(2058),
        lyricist_died=1988,
        composer_died=1900,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "es-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge(
        "fr-lyrics-published-in-life-before-1948",
        d(2065),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1947, 12, 31),
        open_below=True,
    ),
    Edge(
        "fr-lyrics-published-in-life-from-1948",
        d(2050),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1948, 1, 1),
        open_below=True,
    ),
    Edge(
        "fr-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge(
        "de-lyrics-published-in-life",
        d(2020),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1950, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "de-lyrics-published-after-death",
        d(2045),
        lyricist_died=1950,
        composer_died=1900,
        work_published=2020,
        runs_until=d(2000),
    ),
    Edge(
        "de-lyrics-unpublished",
        None,
        lyricist_died=1950,
        composer_died=1900,
        work_published="never",
        runs_until=d(2000),
    ),
    Edge(
        "gb-lyrics-published-in-life",
        d(2020),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1950, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "gb-lyrics-published-in-life",
        d(2030),
        lyricist_died=1950,
        composer_died=1960,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "gb-lyrics-published-after-death-before-1989-08",
        d(2039),
        lyricist_died=1940,
        composer_died=1900,
        work_published=date(1989, 7, 31),
        runs_until=d(1990),
    ),
    Edge(
        "gb-lyrics-published-after-death-from-1989-08",
        d(2039),
        lyricist_died=1940,
        composer_died=1900,
        work_published=date(1989, 8, 1),
        runs_until=d(1990),
    ),
    Edge(
        "gb-lyrics-published-after-death-from-1989-08",
        d(2045),
        lyricist_died=1940,
        composer_died=1900,
        work_published=2020,
        runs_until=d(1990),
    ),
    Edge(
        "gb-lyrics-unpublished",
        d(2039),
        lyricist_died=1940,
        composer_died=1900,
        work_published="never",
        runs_until=d(1990),
    ),
    Edge(
        "ca-lyrics-published-in-life-died-before-1972",
        d(2021),
        lyricist_died=1971,
        composer_died=1900,
        work_published=1930,
        runs_until=d(2021),
    ),
    Edge(
        "ca-lyrics-published-in-life-died-before-1972",
        d(2030),
        lyricist_died=1960,
        composer_died=1960,
        work_published=1930,
        runs_until=d(2010),
    ),
    Edge(
        "ca-lyrics-published-in-life-died-from-1972",
        d(2042),
        lyricist_died=1972,
        composer_died=1900,
        work_published=1930,
        runs_until=d(2042),
    ),
    Edge(
        "ca-lyrics-published-after-death-before-1999",
        d(2048),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1998, 12, 31),
        runs_until=d(2000),
    ),
    Edge(
        "ca-lyrics-published-after-death-from-1999",
        d(2048),
        lyricist_died=1950,
        composer_died=1900,
        work_published=date(1999, 1, 1),
        runs_until=d(2000),
    ),
    Edge(
        "ca-lyrics-unpublished",
        d(2048),
        lyricist_died=1950,
        composer_died=1900,
        work_published="never",
        runs_until=d(2000),
    ),
    Edge(
        "jp-lyrics-died-before-1958",
        d(2018),
        lyricist_died=1957,
        composer_died=1900,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "jp-lyrics-died-from-1958",
        d(2039),
        lyricist_died=1958,
        composer_died=1900,
        work_published=1930,
        runs_until=d(2008),
    ),
    Edge(
        "jp-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge(
        "kr-lyrics-published-in-life",
        d(2010),
        lyricist_died=1940,
        composer_died=1900,
        work_published=1930,
        runs_until=d(1990),
    ),
    Edge(
        "kr-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge("in-lyrics-published-in-life", d(2000), lyricist_died=1940, composer_died=1900, work_published=1940),
    Edge(
        "in-lyrics-published-in-life",
        d(2005),
        lyricist_died=1940,
        composer_died=1945,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "in-lyrics-not-published-in-life", None, lyricist_died=1940, composer_died=1900, work_published=1941
    ),
    Edge(
        "au-lyrics-published-in-life",
        d(2020),
        lyricist_died=1950,
        composer_died=1900,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "au-lyrics-published-after-death",
        d(2030),
        lyricist_died=1950,
        composer_died=1900,
        work_published=1960,
        runs_until=d(2000),
    ),
    Edge("au-lyrics-unpublished", None, lyricist_died=1900, composer_died=1900, work_published="never"),
    Edge(
        "ch-lyrics-published-in-life",
        d(2020),
        lyricist_died=1950,
        composer_died=1900,
        work_published=1930,
        runs_until=d(2000),
    ),
    Edge(
        "ch-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge(
        "cn-lyrics-published-in-life",
        d(2000),
        lyricist_died=1950,
        composer_died=1900,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "cn-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge(
        "mx-lyrics-published-in-life",
        d(2050),
        lyricist_died=1950,
        composer_died=1900,
        work_published=1930,
        open_below=True,
    ),
    Edge(
        "mx-lyrics-not-published-in-life", None, lyricist_died=1900, composer_died=1900, work_published=1901
    ),
    Edge("ru-lyrics", None, lyricist_died=1900, composer_died=1900, work_published=1899),
    Edge("tw-lyrics", None, lyricist_died=1900, composer_died=1900, work_published=1899),
]


def rule_of(name: str) -> TermRule:
    return next(rule for rule in TABLE.rules if rule.id == name)


def finding(edge: Edge, on: date) -> TermFinding:
    rule = rule_of(edge.rule)
    assessment = next(
        one for one in assess(edge.facts(), [rule.jurisdiction], on, TABLE) if one.layer is rule.layer
    )
    [found] = assessment.findings
    return found


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.rule)
def test_each_row_on_both_sides_of_its_end(edge: Edge) -> None:
    assert finding(edge, TODAY).rules == (edge.rule,)
    if edge.ends is None:
        assert finding(edge, date(2500, 1, 1)).state is TermState.UNDETERMINED
    else:
        assert finding(edge, edge.ends).state is TermState.UNDETERMINED
        assert finding(edge, edge.ends + timedelta(days=1)).state is TermState.ENDED
    runs_until = None if edge.open_below else edge.runs_until or edge.ends
    if runs_until is not None:
        assert finding(edge, runs_until - timedelta(days=1)).state is TermState.RUNS
        assert finding(edge, runs_until).state is TermState.UNDETERMINED
    else:
        assert finding(edge, date(1800, 1, 1)).state is TermState.UNDETERMINED


def test_every_row_has_an_edge() -> None:
    assert {edge.rule for edge in EDGES} == {rule.id for rule in TABLE.rules}


def test_every_row_says_where_it_was_read() -> None:
    assert len({rule.id for rule in TABLE.rules}) == len(TABLE.rules)
    for rule in TABLE.rules:
        assert rule.citation
        assert rule.source
        assert rule.checked_on in (date(2026, 11, 22), date(2026, 11, 28))
        assert rule.id.startswith(f"{rule.jurisdiction.lower()}-{rule.layer}")


@pytest.mark.parametrize(
    "rule", [rule for rule in TABLE.rules if rule.grade is Grade.C], ids=lambda rule: rule.id
)
def test_a_row_that_was_not_checked_says_nothing(rule: TermRule) -> None:
    assert isinstance(rule.ends, Unchecked)
    assert rule.note


def test_a_grade_c_row_with_an_end_is_still_undetermined() -> None:
    row = rule_of("br-recording")
    edge = next(edge for edge in EDGES if edge.rule == row.id)
    [found] = assess(edge.facts(), ["BR"], date(2500, 1, 1), TermTable((replace(row, grade=Grade.C),)))[
        0
    ].findings
    assert found.state is TermState.UNDETERMINED
    assert found.ends_latest is None
    assert "the rule needs review (br-recording)" in found.text


@st.composite
def certain_facts(draw: st.DrawFn) -> TermFacts:
    """Facts of which every date is one day."""

    def day(first: date = date(1850, 1, 1)) -> Span:
        found = draw(st.dates(first, date(2060, 12, 31)))
        return Span(found, found)

    fixed = day()
    assert fixed.earliest is not None
    return TermFacts(
        fixed=fixed,
        published=day(fixed.earliest) if draw(st.booleans()) else NEVER,
        work_published=day() if draw(st.booleans()) else NEVER,
        composer_died=day(),
        lyricist_died=day() if draw(st.booleans()) else NEVER,
    )


@given(certain_facts())
def test_rows_leave_no_gap_and_do_not_overlap(facts: TermFacts) -> None:
    events = {field.name: getattr(facts, field.name) for field in fields(TermFacts)}
    for jurisdiction in TABLE.jurisdictions:
        for layer in Layer:
            rows = TABLE.rows(jurisdiction, layer)
            if rows and not (layer is Layer.LYRICS and facts.lyricist_died == NEVER):
                assert len([row for row in rows if row.end(events) is not None]) == 1, (jurisdiction, layer)


def widened(draw: st.DrawFn, span: Span | None) -> Span | None:
    """A span that certainly holds another: the same, wider, or nothing known."""
    kind = draw(st.sampled_from(("same", "wider", "unknown")))
    if kind == "unknown" or span is None:
        return None
    if kind == "same" or span.never:
        return span
    assert span.earliest is not None
    assert span.latest is not None
    return Span(
        None if draw(st.booleans()) else span.earliest - timedelta(days=draw(st.integers(0, 9000))),
        None if draw(st.booleans()) else span.latest + timedelta(days=draw(st.integers(0, 9000))),
    )


def all_findings(assessments: tuple[LayerAssessment, ...]) -> dict[tuple[Layer, str], TermFinding]:
    return {(one.layer, found.jurisdiction): found for one in assessments for found in one.findings}


@given(st.data(), certain_facts(), st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_knowing_less_never_says_more(data: st.DataObject, facts: TermFacts, on: date) -> None:
    vague = TermFacts(
        **{
            field.name: data.draw(st.composite(widened)(getattr(facts, field.name)))
            for field in fields(TermFacts)
        }
    )
    exact = all_findings(assess(facts, (), on, TABLE))
    for where, found in all_findings(assess(vague, (), on, TABLE)).items():
        if found.state in (TermState.ENDED, TermState.RUNS):
            assert exact[where].state in (found.state, TermState.ABSENT), where
        certain = exact[where]
        if certain.ends_latest is not None and found.ends_latest is not None:
            assert certain.ends_latest <= found.ends_latest
        if certain.ends_earliest is not None and found.ends_earliest is not None:
            assert found.ends_earliest <= certain.ends_earliest


@given(builders.facts, builders.days, st.integers(0, 40_000))
def test_a_term_that_has_ended_stays_ended(facts: TermFacts, on: date, later: int) -> None:
    after = all_findings(assess(facts, (), on + timedelta(days=later), TABLE))
    for where, found in all_findings(assess(facts, (), on, TABLE)).items():
        if found.state is TermState.ENDED:
            assert after[where].state is TermState.ENDED
        if after[where].state is TermState.RUNS:
            assert found.state is TermState.RUNS


def test_without_dates_nothing_is_evaluated() -> None:
    for one in assess(None, (), TODAY, TABLE):
        assert one.findings == ()
        assert "was not evaluated" in one.text
        assert one.state("US") is TermState.UNDETERMINED


def test_a_release_date_alone_says_nothing_of_when_it_was_first_published() -> None:
    """A tag's date is an upper bound of publication; recordings that old say nothing of the song either."""
    facts = TermFacts(published=Span(None, date(1990, 12, 31)))
    layers = {one.layer: one for one in assess(facts, ["US", "EU"], TODAY, TABLE)}
    assert {found.state for found in layers[Layer.RECORDING].findings} == {TermState.UNDETERMINED}
    assert layers[Layer.WORK].findings == ()
    assert layers[Layer.LYRICS].findings == ()


def test_layers_are_told_apart() -> None:
    facts = TermFacts(
        fixed=year_span(1921),
        published=year_span(1921),
        work_published=year_span(1920),
        composer_died=year_span(1980),
    )
    layers = {one.layer: one for one in assess(facts, ["EU"], TODAY, TABLE)}
    assert layers[Layer.RECORDING].state("EU") is TermState.ENDED
    assert layers[Layer.WORK].state("EU") is TermState.RUNS
    assert layers[Layer.PERFORMANCE].state("EU") is TermState.ENDED
    assert layers[Layer.LYRICS].state("EU") is TermState.UNDETERMINED


def test_instrumental_music_has_no_lyrics_to_assess() -> None:
    lyrics = assess(TermFacts(lyricist_died=NEVER), ["EU"], TODAY, TABLE)[3]
    assert lyrics.state("EU") is TermState.ABSENT


def test_the_sentence_names_layer_place_day_and_rule() -> None:
    edge = next(edge for edge in EDGES if edge.rule == "us-recording-published-before-1923")
    assert finding(edge, TODAY).text == (
        "US: the term of the recording appears to have ended on 2021-12-31, by 17 USC 1401(a)(2)(B)(i)."
    )


@pytest.mark.parametrize(
    ("rule", "on", "text"),
    [
        (
            "gb-recording-published-from-1963",
            d(2040),
            "GB: the term of the recording appears to have ended no later than 2033-12-31, by CDPA 1988 s. 13A.",
        ),
        (
            "gb-recording-published-from-1963",
            d(2020),
            "GB: undetermined for the recording (it ends not before 2010-12-31 and not after 2033-12-31), by CDPA 1988 s. 13A.",
        ),
        (
            "gb-recording-published-from-1963",
            d(2000),
            "GB: the term of the recording runs at least until 2010-12-31, by CDPA 1988 s. 13A.",
        ),
        (
            "br-recording",
            d(2000),
            "BR: the term of the recording runs until 2020-12-31, by Lei 9.610/1998 Art. 96.",
        ),
        (
            "us-recording-from-1978",
            d(2050),
            "US: undetermined for the recording (it ends not before 2048-12-31), by 17 USC 302.",
        ),
        (
            "za-recording",
            d(2050),
            "ZA: undetermined for the recording; the rule needs review (za-recording).",
        ),
    ],
)
def test_the_sentence_says_no_more_than_the_state(rule: str, on: date, text: str) -> None:
    assert finding(next(edge for edge in EDGES if edge.rule == rule), on).text == text


def test_the_sentence_on_a_layer_names_the_places() -> None:
    facts = TermFacts(fixed=year_span(1950), published=year_span(1950), lyricist_died=NEVER)
    layers = assess(facts, ["BR", "GB", "US"], TODAY, TABLE)
    assert layers[0].text == "The term of the recording appears to have ended in: BR, GB (on 2026-11-22)."
    assert layers[1].text == "The term of the performance appears to have ended in: GB (on 2026-11-22)."
    assert layers[2].text == "Copyright in the musical work was not evaluated: no date is declared for it."
    assert layers[3].text == "There is nothing to assess: the lyrics are declared absent."


def test_a_place_without_rules_is_undetermined() -> None:
    [found] = assess(TermFacts(fixed=year_span(1900)), ["ZZ"], TODAY, TABLE)[0].findings
    assert found.state is TermState.UNDETERMINED
    assert found.rules == ()


def test_dates_that_contradict_each_other_are_said_to() -> None:
    facts = TermFacts(fixed=year_span(1950), published=year_span(1940))
    [found] = assess(facts, ["US"], TODAY, TABLE)[0].findings
    assert found.state is TermState.UNDETERMINED
    assert found.text == "US: undetermined; the declared dates contradict each other."
