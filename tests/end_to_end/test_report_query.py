"""``archiver report --query`` from end to end: a page of what a query finds, over bags in several stores."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from archiver.report import pages
from tests.conftest import MakeSource
from tests.report.pages import addresses, parsed
from tests.running import ROOT, run_here
from tests.samples import flac, jpeg, tree_digest

MARKUP = '<img src=x onerror=alert(1)>"&#?%41'
MUSIC = {
    "Björk/Homogenic/01 Hunter.flac": flac(title="Hunter", artist="Björk", album="Homogenic", date="1997"),
    "Björk/Homogenic/cover.jpg": jpeg(),
    f"{MARKUP}/{MARKUP}.flac": flac(title="<script>alert(1)</script>", artist="</style>", album=MARKUP),
}
OTHER = {"Björk/Post/01 Hyperballad.flac": flac(title="Hyperballad", artist="Björk", album="Post")}


@pytest.fixture
def stores(source: MakeSource, tmp_path: Path) -> tuple[Path, Path]:
    """Two stores, each with a bag, and a catalogue of both."""
    first, second = tmp_path / "first store", tmp_path / "second"
    assert run_here("pack", source(MUSIC), "--all", "--to", first, "--name", "Music-1").code == 0
    assert run_here("pack", source(OTHER, "Other"), "--all", "--to", second, "--name", "Music-2").code == 0
    return first, second


def test_files_of_all_stores_are_on_one_page_and_its_links_lead_to_them(
    stores: tuple[Path, Path], tmp_path: Path
) -> None:
    before = [tree_digest(store) for store in stores]
    page = tmp_path / "pages" / "found.html"
    page.parent.mkdir()
    done = run_here("report", "--query", "bjork", "--to", page, "--json")
    assert done.code == 0, done.err
    (one,) = done.json["reports"]
    assert (one["files"], one["tracks"], one["away"], one["closed"]) == (3, 2, 0, 0)
    read = parsed(page.read_bytes())
    titles = [title.text_content() for title in read.cssselect("section.album h3")]
    assert [title.split()[0] for title in titles] == ["Homogenic", "Post"]
    linked = {Path(unquote(at.removeprefix("file://"))) for at in addresses(read)}
    assert linked == {
        stores[0] / "Music-1/data/Björk/Homogenic/01 Hunter.flac",
        stores[0] / "Music-1/data/Björk/Homogenic/cover.jpg",
        stores[1] / "Music-2/data/Björk/Post/01 Hyperballad.flac",
    }
    assert all(path.is_file() for path in linked)
    assert all(at.startswith("file:///") and at.isascii() and " " not in at for at in addresses(read))
    assert [tree_digest(store) for store in stores] == before


@pytest.mark.case(26)
def test_names_and_queries_that_are_markup_are_text(stores: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "found.html"
    done = run_here("report", "--query", 'title:alert "<script>"', "--to", page, "--json")
    assert done.code == 0, done.err
    read = parsed(page.read_bytes())
    assert done.json["reports"][0]["tracks"] == 1
    assert len(read.cssselect("script")) == 1
    assert read.cssselect("img[onerror]") == []
    assert "<script>" in read.cssselect("h1")[0].text_content()
    (at,) = addresses(read)
    assert (page.parent / unquote(at)).is_file()
    (policy,) = read.cssselect("meta[http-equiv]")
    rules = dict(rule.split(" ", 1) for rule in policy.get("content").split("; "))
    assert (rules["default-src"], rules["media-src"]) == ("'none'", "'self'")
    assert rules["script-src"].startswith("'sha256-")
    assert " " not in rules["script-src"]


def test_what_is_not_at_hand_is_said_to_be_so(stores: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.move(stores[1], tmp_path / "unplugged")
    page = tmp_path / "found.html"
    done = run_here("report", "--query", "bjork", "--to", page)
    assert done.code == 0, done.err
    assert "1 file not at hand" in done.out
    read = parsed(page.read_bytes())
    told = {
        one.cssselect(".ti")[0].text_content(): one.cssselect(".play")[0].text_content()
        for one in read.xpath("//ol[@class='tracks']/li")
    }
    assert told == {"Hunter": "", "Hyperballad": "not at hand"}
    assert not any("Music-2" in at for at in addresses(read))


def test_closed_files_are_marked_and_not_linked_to(tmp_path: Path) -> None:
    store = tmp_path / "store"
    packing = ("pack", Path(ROOT) / "examples" / "collection", "--to", store, "--name", "given")
    assert run_here(*packing, "--policy", "donation").code == 3
    page = tmp_path / "found.html"
    done = run_here("report", "--query", "disposition:restrict", "--to", page, "--json")
    assert done.code == 0, done.err
    (one,) = done.json["reports"]
    assert one["closed"] == one["files"] > 0
    read = parsed(page.read_bytes())
    assert addresses(read) == []
    assert "closed" in {at.text_content() for at in read.cssselect(".play")}


def test_what_was_decided_last_counts(source: MakeSource, tmp_path: Path) -> None:
    root, store = source(OTHER), tmp_path / "store"
    packing = ("pack", root, "--to", store)
    assert run_here(*packing).code == 0
    again = run_here(*packing, "--policy", "donation")
    assert again.code in {0, 3}, again.err
    page = tmp_path / "found.html"
    done = run_here("report", "--query", "title:hyperballad", "--to", page, "--json")
    assert done.code == 0, done.err
    assert done.json["reports"][0]["closed"] == 1
    assert addresses(parsed(page.read_bytes())) == []


def test_many_tracks_go_to_further_pages(source: MakeSource, tmp_path: Path) -> None:
    tree = {f"A{n // 20:02}/{n:03}.flac": flac(title=f"T{n}", album=f"A{n // 20}") for n in range(620)}
    assert run_here("pack", source(tree), "--all", "--to", tmp_path / "store", "--name", "Many").code == 0
    page = tmp_path / "found page.html"
    done = run_here("report", "--query", "format:flac", "--to", page, "--json")
    assert done.code == 0, done.err
    further = tmp_path / "found page-pages"
    assert done.json["reports"][0]["pages"] == str(further)
    first = parsed(page.read_bytes())
    assert {at.partition("#")[0] for at in addresses(first)} == {
        f"found%20page-pages/{one.name}" for one in further.iterdir()
    }
    second = parsed((further / "0001.html").read_bytes())
    music = [at for at in addresses(second) if at.endswith(".flac")]
    assert music
    assert all((further / unquote(at)).is_file() for at in music)


def test_a_query_that_finds_nothing_gives_a_page_that_says_so(
    stores: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "found.html"
    done = run_here("report", "--query", "nothing-of-the-kind", "--to", page)
    assert done.code == 0, done.err
    assert "Nothing was found." in page.read_text("utf-8")


def test_what_is_no_use_is_refused_and_nothing_written(stores: tuple[Path, Path], tmp_path: Path) -> None:
    page, bag = tmp_path / "found.html", stores[0] / "Music-1"
    missing = run_here("report", "--query", "bjork", "--to", page, "--catalogue", tmp_path / "no.sqlite")
    assert (missing.code, "there is no catalogue at" in missing.told) == (2, True)
    for words in (
        (),
        ("--query", "bjork"),
        (bag, "--query", "bjork", "--to", page),
        (bag, "--to", page, "--catalogue", tmp_path / "no.sqlite"),
        ("--query", "format:", "--to", page),
        ("--query", "bjork", "--to", bag / "data" / "found.html"),
    ):
        done = run_here("report", *words)
        assert (done.code, done.out) == (2, ""), words
    assert not page.exists()
    page.write_text("mine")
    assert run_here("report", "--query", "bjork", "--to", page).code == 2
    assert page.read_text() == "mine"


@pytest.mark.parametrize("where", ["first store", "first store/pages", "."])
def test_a_page_beside_the_bags_leads_to_them_by_relative_addresses(
    stores: tuple[Path, Path], tmp_path: Path, where: str
) -> None:
    page = tmp_path / where / "found.html"
    page.parent.mkdir(exist_ok=True)
    done = run_here("report", "--query", "hunter", "--to", page)
    assert done.code == 0, done.err
    (at,) = addresses(parsed(page.read_bytes()))
    assert "file:" not in at
    led = (page.parent / unquote(at)).resolve()
    assert led == stores[0] / "Music-1/data/Björk/Homogenic/01 Hunter.flac"


def test_further_pages_beside_the_bags_lead_to_them_too(
    stores: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FEW_TRACKS", 1)
    done = run_here("report", "--query", "format:flac", "--to", stores[0] / "found.html")
    assert done.code == 0, done.err
    led = set()
    for page in (stores[0] / "found-pages").glob("*.html"):
        music = [at for at in addresses(parsed(page.read_bytes())) if at.endswith(".flac")]
        led |= {(page.parent / unquote(at)).resolve() for at in music if not at.startswith("file:")}
    assert {path.parent.name for path in led} >= {"Homogenic"}
    assert all(path.is_file() for path in led)


def ages(page: Path) -> dict[str, str]:
    (plot,) = [
        one
        for one in parsed(page.read_bytes()).cssselect("figure.plot")
        if one.cssselect("figcaption")[0].text == "Last checked"
    ]
    return {row.cssselect("th")[0].text: row.cssselect("td")[0].text for row in plot.cssselect("tbody tr")}


def test_the_age_of_the_last_check_is_shown(stores: tuple[Path, Path], tmp_path: Path) -> None:
    assert run_here("report", "--query", "format:flac", "--to", tmp_path / "before.html").code == 0
    assert ages(tmp_path / "before.html") == {"never": "3 files"}
    assert run_here("verify", stores[1] / "Music-2", SOURCE_DATE_EPOCH="1577836800").code == 0
    asked = {
        "within a month": "1579000000",
        "within a year": "1600000000",
        "longer ago": "1700000000",
        "never": "1500000000",
    }
    for age, moment in asked.items():
        page = tmp_path / f"{moment}.html"
        assert run_here("report", "--query", "hyperballad", "--to", page, SOURCE_DATE_EPOCH=moment).code == 0
        assert ages(page) == {age: "1 file"}
