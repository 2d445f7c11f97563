from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.catalogue.database import Catalogue, opened
from archiver.catalogue.query.parse import QueryError, parse_query
from archiver.catalogue.search import ORDERS, Order, Search
from tests.catalogue.filling import (
    JPEG,
    MP3,
    Sample,
    add_accession,
    add_bag,
    add_decision,
    add_store,
)

SAMPLES = {
    "joga": Sample(
        "Björk/Homogenic/02 Jóga.flac",
        {
            "artist": ["Björk"],
            "title": ["Jóga"],
            "album": ["Homogenic"],
            "date": ["1997-09-22"],
            "genre": ["Electronica"],
        },
        size=40_000_000,
    ),
    "hunter": Sample(
        "Björk/Homogenic/01 Hunter.flac",
        {
            "artist": ["Björk"],
            "title": ["Hunter"],
            "album": ["Homogenic"],
            "date": ["1997"],
            "composer": ["Björk", "Mark Bell"],
        },
        bit_depth=24,
        sample_rate=96_000,
    ),
    "cover": Sample(
        "Björk/Homogenic/cover.jpg",
        role="artwork",
        format=JPEG,
        duration_ms=None,
        sample_rate=None,
        channels=None,
        bit_depth=None,
        bitrate=None,
        lossless=None,
        integrity=None,
        size=90_000,
    ),
    "black": Sample(
        "AC-DC/Back in Black.mp3",
        {
            "artist": ["AC/DC"],
            "title": ["Back in Black"],
            "album": ["Back in Black"],
            "date": ["1980"],
            "label": ["Atlantic"],
        },
        format=MP3,
        lossless=False,
        bit_depth=None,
        bitrate=320_000,
        integrity="damaged",
        problems=("F210",),
        size=5_000_000,
    ),
    "tokyo": Sample(
        "東京事変/教育/群青日和.mp3",
        {
            "artist": ["東京事変"],
            "title": ["群青日和"],
            "album": ["教育"],
            "album_artist": ["Various Artists"],
        },
        format=MP3,
        lossless=False,
        bit_depth=None,
        personal="detected",
        decision=("restrict", "purchase", "deny"),
        size=6_000_000,
    ),
    "locked": Sample(
        "Store/Hunting High.m4p",
        {
            "artist": ["a-ha"],
            "title": ["Hunting High and Low"],
            "date": ["1985"],
            "comment": ["bought, not ripped"],
        },
        format=("fmt/199", "MPEG-4 Media File", "audio/mp4", "aac"),
        lossless=False,
        protection="fairplay",
        integrity="not-checkable",
        problems=("F201", "N304"),
        size=7_000_000,
    ),
}
FIRST, SECOND = ("joga", "hunter", "cover", "black"), ("tokyo", "locked")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    with opened(str(path)) as made:
        with made.write():
            for number in range(20):  # common decisions are in no index
                add_decision(made, "include", f"basis {number}", "allow")
            store = add_store(made)
            other = add_store(made, "offsite", b"/media/offsite")
            one = add_accession(made, store, "Music", "2026-01-01T00:00:00Z")
            add_bag(
                made,
                "Music-2025",
                [SAMPLES[name] for name in FIRST],
                "2025-06-30T23:59:59Z",
                store_id=store,
                accession_id=one,
            )
            add_bag(
                made,
                "Bought 2026",
                [SAMPLES[name] for name in SECOND],
                "2026-11-29T10:00:00Z",
                store_id=other,
            )
            add_bag(made, "Empty", [], "2026-11-30T10:00:00Z", store_id=other)
        yield made


def found(catalogue: Catalogue, text: str, order: Order | None = None) -> list[str]:
    names = dict(enumerate((*FIRST, *SECOND), 1))
    search = Search(catalogue, parse_query(text))
    numbers = list(search.numbers(order))
    assert search.count() == len(numbers)
    assert list(search.numbers(order, 1)) == numbers[:1]
    return [names[number] for number in numbers]


FINDS = [
    ("bjork", "joga hunter cover"),
    ("BJÖRK jóga", "joga"),
    ("hunt", "hunter locked"),
    ("hu", ""),
    ("homogenic -cover", "joga hunter"),
    ("-bjork", "black tokyo locked"),
    ("-bjork -acdc", "tokyo locked"),
    ("acdc", "black"),
    ("AC/DC", "black"),
    ("ac", "black"),
    ("aha", "locked"),
    ("東京", "tokyo"),
    ("京事", "tokyo"),
    ("事変 群青", "tokyo"),
    ("京", "tokyo"),
    ("raudio", ""),
    ("lyes", ""),
    ("f1", ""),
    ('"back in black"', "black"),
    ('"in back"', ""),
    ('"hunting high"', "locked"),
    ('"hunting hi"', ""),
    ('-"back in black" format:mp3', "tokyo"),
    ("artist:bjork", "joga hunter"),
    ("artist:various", "tokyo"),
    ("albumartist:various", "tokyo"),
    ("albumartist:東京", ""),
    ("title:bjork", ""),
    ("composer:bell", "hunter"),
    ('composer:"mark bell"', "hunter"),
    ('composer:"bjork mark"', ""),
    ("composer:electronica", ""),
    ("genre:electr", "joga"),
    ("-genre:electr artist:bjork", "hunter"),
    ("label:atlantic", "black"),
    ("comment:ripped", "locked"),
    ('"not"', "locked"),
    ("path:homogenic", "joga hunter cover"),
    ("name:homogenic", ""),
    ("name:hunt", "hunter locked"),
    ("name:*.mp3", "black tokyo"),
    ("name:cover.???", "cover"),
    ("path:björk/*", "joga hunter cover"),
    ("path:*/homogenic/*.flac", "joga hunter"),
    ("-name:*.mp3 -name:*.flac", "cover locked"),
    ("year:1997", "joga hunter"),
    ("year:1980..1989", "black locked"),
    ("year:1980s", "black locked"),
    ("year:..1990", "black locked"),
    ("year:>1985", "joga hunter"),
    ("-year:1997", "cover black tokyo locked"),
    ("artist:bjork year:1997", "joga hunter"),
    ("artist:bjork year:1900..2000", "joga hunter"),
    ("artist:bjork -year:1997", ""),
    ("year:1997 format:flac", "joga hunter"),
    ("year:1980,1985 format:mp3", "black"),
    ("format:flac", "joga hunter"),
    ("format:fmt/134", "black tokyo"),
    ("format:audio/mpeg", "black tokyo"),
    ("format:m4a", "locked"),
    ("format:jpg", "cover"),
    ('format:"layer 3"', "black tokyo"),
    ("format:flac,mp3", "joga hunter black tokyo"),
    ("-format:flac,mp3", "cover locked"),
    ("format:tak", ""),
    ("-format:tak role:artwork", "cover"),
    ("codec:aac", "locked"),
    ("role:artwork", "cover"),
    ("role:artwork,audio year:1980", "black"),
    ("lossless:yes", "joga hunter"),
    ("lossless:no", "black tokyo locked"),
    ("lossless:unknown", "cover"),
    ("protected:yes", "locked"),
    ("-protected:yes format:mp3", "black tokyo"),
    ("protected:no role:audio", "joga hunter black tokyo"),
    ("personal:yes", "tokyo"),
    ("personal:no bjork", "joga hunter cover"),
    ("integrity:damaged", "black"),
    ("integrity:not-checkable", "locked"),
    ("integrity:unread", "cover"),
    ("integrity:damaged year:1980", "black"),
    ("problem:F201", "locked"),
    ("problem:F", "black locked"),
    ("problem:N304,F210", "black locked"),
    ("-problem:F role:audio", "joga hunter tokyo"),
    ("disposition:restrict", "tokyo"),
    ("disposition:include", "joga hunter cover black locked"),
    ("basis:purchase", "tokyo"),
    ("mine:deny", "tokyo"),
    ("publish:deny bjork", "joga hunter cover"),
    ("-disposition:restrict format:mp3", "black"),
    ("size:>5.5MB", "joga tokyo locked"),
    ("size:5MB", "black"),
    ("size:90kB", "cover"),
    ("duration:3:20 format:flac", "joga hunter"),
    ("-duration:>1s", "cover"),
    ("rate:96kHz", "hunter"),
    ("rate:>44100", "hunter"),
    ("depth:24", "hunter"),
    ("bitrate:320k", "black"),
    ("channels:2 lossless:yes", "joga hunter"),
    ("bag:Music-2025", "joga hunter cover black"),
    ("bag:music*", "joga hunter cover black"),
    ('bag:"bought 2026"', "tokyo locked"),
    ("bag:Empty", ""),
    ("bag:nowhere", ""),
    ("-bag:Music-2025", "tokyo locked"),
    ("collection:music", "joga hunter cover black"),
    ("store:offsite", "tokyo locked"),
    ("store:backup hunt", "hunter"),
    ("added:2025", "joga hunter cover black"),
    ("added:2026-11-29", "tokyo locked"),
    ("added:>2025-06", "tokyo locked"),
    ("added:2025-07..", "tokyo locked"),
    ("added:2020..", "joga hunter cover black tokyo locked"),
    (f"digest:{SAMPLES['joga'].digest.hex()}", "joga"),
    (f"digest:{SAMPLES['joga'].digest.hex()[:9]}", "joga"),
    (f"essence:{SAMPLES['joga'].digest.hex()[:8]}", "joga"),
    ("digest:0123456789", ""),
]


@pytest.mark.parametrize(("text", "expected"), FINDS)
def test_what_a_query_finds(catalogue: Catalogue, text: str, expected: str) -> None:
    assert sorted(found(catalogue, text)) == sorted(expected.split())


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("size", "cover", "joga"),
        ("year", "black", "tokyo"),
        ("title", "black", "cover"),
        ("artist", "locked", "cover"),
        ("path", "black", "tokyo"),
        ("added", "joga", "locked"),
        ("bitrate", "black", "cover"),
    ],
)
def test_the_order(catalogue: Catalogue, name: str, first: str, last: str) -> None:
    names = found(catalogue, "size:0..", Order(name))
    assert (names[0], names[-1]) == (first, last)
    upside_down = found(catalogue, "size:0..", Order(name, descending=True))
    assert sorted(upside_down) == sorted(names)
    if last == "cover":  # of which that is not known
        assert upside_down[-1] == last
        assert upside_down[0] != first


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("query", ["hunt", "year:1980s", '"back in black"'])
def test_any_query_in_any_order(catalogue: Catalogue, name: str, query: str) -> None:
    assert set(found(catalogue, query, Order(name))) == set(found(catalogue, query))


def test_a_name_that_stands_for_nothing_is_told(catalogue: Catalogue) -> None:
    search = Search(catalogue, parse_query("format:flca store:backkup collection:x"))
    assert search.count() == 0
    assert search.unknown == (
        "Nothing in the catalogue has the format 'flca'. Did you mean 'flac'?",
        "Nothing in the catalogue has the store 'backkup'. Did you mean 'backup'?",
        "Nothing in the catalogue has the collection 'x'. It is one of: Music.",
    )


def test_what_is_known_of_a_file(catalogue: Catalogue) -> None:
    (file,) = Search(catalogue, parse_query("jóga")).files()
    assert (file.bag, file.path) == ("Music-2025", "Björk/Homogenic/02 Jóga.flac")
    assert file.format == "FLAC (Free Lossless Audio Codec)"
    assert (file.codec, file.duration_s, file.lossless) == ("flac", 200.0, True)
    assert file.tags["title"] == ("Jóga",)
    assert (file.algorithm, file.digest) == ("sha512", SAMPLES["joga"].digest)
    assert file.disposition == "include"


def test_the_latest_decision_counts(tmp_path: Path) -> None:
    with opened(str(tmp_path / "catalogue.sqlite")) as catalogue:
        with catalogue.write():
            store = add_store(catalogue)
            accession = add_accession(catalogue, store, "Music", "2026-01-01T00:00:00Z")
            add_bag(catalogue, "one", [Sample("a.flac"), Sample("b.flac")], accession_id=accession)
            withdrawn = add_decision(catalogue, "restrict", "donor", "deny")
            place = catalogue.add("INSERT INTO place (collection_id, path) VALUES (1, '')")
            rows = [(place, b"a.flac", 1, None, 1, withdrawn), (place, b"b.flac", 1, 1, 2, withdrawn)]
            catalogue.run_many(
                "INSERT INTO held (place_id, name, first_acc, last_acc, file_id, modified_ns, decision_id)"
                " VALUES (?, ?, ?, ?, ?, 0, ?)",
                ((number, name.decode(), *rest) for number, name, *rest in rows),
            )
        assert list(Search(catalogue, parse_query("disposition:restrict")).numbers()) == [1]
        assert list(Search(catalogue, parse_query("disposition:include")).numbers()) == [2]
        assert [file.disposition for file in Search(catalogue, parse_query("flac")).files()] == [
            "restrict",
            "include",
        ]


def test_a_bag_that_was_retired_everywhere_is_left_out(tmp_path: Path) -> None:
    with opened(str(tmp_path / "catalogue.sqlite")) as catalogue:
        with catalogue.write():
            store = add_store(catalogue)
            add_bag(catalogue, "kept", [Sample("a.flac")], store_id=store)
            add_bag(catalogue, "retired", [Sample("b.flac")], store_id=store)
            catalogue.run("UPDATE copy SET state = 'retired' WHERE path = 'retired'")
        assert list(Search(catalogue, parse_query("flac")).numbers()) == [1]
        with catalogue.write():
            other = add_store(catalogue, "offsite", b"/media/offsite")
            catalogue.run(
                "INSERT INTO copy (bag_id, store_id, path, form, state, added_at) VALUES (2, ?, 'b', 'zip', 'missing', '2026')",
                (other,),
            )
        assert list(Search(catalogue, parse_query("flac")).numbers()) == [1, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_taken_for_a_query_of_sqlites_own(catalogue: Catalogue, text: str) -> None:
    try:
        query = parse_query(text)
    except QueryError:
        return
    assert Search(catalogue, query).count() <= len(SAMPLES)


PIECES = st.sampled_from([text for text, _ in FINDS])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES, min_size=2, max_size=4))
def test_terms_narrow_one_another(catalogue: Catalogue, texts: list[str]) -> None:
    together = set(found(catalogue, " ".join(texts)))
    alone = [set(found(catalogue, text)) for text in texts]
    assert together == set.intersection(*alone)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from([text for text, _ in FINDS if " " not in text or ('"' in text and text.count(" ") == 1)])
)
def test_a_negation_gives_the_others(catalogue: Catalogue, text: str) -> None:
    if len(parse_query(text).terms) > 1:
        return
    negated = text.removeprefix("-") if text.startswith("-") else f"-{text}"
    assert set(found(catalogue, text)) ^ set(found(catalogue, negated)) == set(SAMPLES)
    assert not set(found(catalogue, text)) & set(found(catalogue, negated))
