"""Covers that stand in files alone: small pictures of them in a bag's pages, and in those that are made of it later."""

from __future__ import annotations

import io
import random
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from archiver.executors.guarded import GuardedProcesses
from archiver.ingest import covers
from archiver.report import pages
from archiver.report.albums import Album
from archiver.report.row import FileRow
from tests.conftest import MakeSource
from tests.report.pages import parsed
from tests.running import EPOCH, run_here
from tests.samples import Picture, flac, jpeg, mp3, png, read_tree, tree_digest

RED, BLUE = png((200, 0, 0), size=200), png((0, 0, 200), size=200)
MUSIC = {
    "Band/Embedded/01.flac": flac(title="One", album="Embedded", pictures=[Picture(BLUE, 4), RED]),
    "Band/Embedded/02.flac": flac(title="Two", album="Embedded", pictures=[BLUE]),
    "Band/Beside/01.flac": flac(title="Three", album="Beside", pictures=[RED]),
    "Band/Beside/cover.jpg": jpeg(),
    "Band/None/01.mp3": mp3(title="Four", album="None"),
}


def packed(root: Path, store: Path, *words: str) -> Path:
    done = run_here("pack", root, "--to", store, "--name", "bag", *words, SOURCE_DATE_EPOCH=EPOCH)
    assert done.code in {0, 3}, done.err
    return store / "bag"


def shown(page: Path) -> dict[str, str]:
    """By title of the album, the address of its picture, or its letters."""
    cards = parsed(page.read_bytes()).cssselect(".wall [data-a]")
    return {
        card.cssselect(".t")[0].text_content(): next(
            (one.get("src") for one in card.cssselect("img")), card.cssselect("a > :first-child")[0].text
        )
        for card in cards
    }


def test_an_album_without_a_picture_beside_it_shows_the_one_inside(
    source: MakeSource, tmp_path: Path
) -> None:
    bag = packed(source(MUSIC), tmp_path / "store")
    index = bag / "metadata" / "index.html"
    found = shown(index)
    at = found["Embedded"]
    assert found == {"Embedded": at, "Beside": "../data/Band/Beside/cover.jpg", "None": "N"}
    assert at.startswith("pages/cover-")
    small = Image.open(index.parent / at)
    assert (small.format, small.size) == ("JPEG", (160, 160))
    red, _, blue = small.getpixel((80, 20))  # type: ignore[misc]  # the front cover, of two
    assert (red > 150, blue < 50) == (True, True)
    (part,) = [
        one
        for one in parsed(index.read_bytes()).cssselect("section.album")
        if "Embedded" in one.text_content()
    ]
    assert part.cssselect("img")[0].get("src") == at
    assert f"metadata/{at}" in (bag / "tagmanifest-sha512.txt").read_text()
    assert run_here("verify", bag).code == 0


def test_packing_again_gives_the_same_bytes(source: MakeSource, tmp_path: Path) -> None:
    root = source(MUSIC)
    first, second = (packed(root, tmp_path / name, "--all") for name in ("one", "two"))
    assert list((first / "metadata" / "pages").iterdir())
    assert read_tree(first) == read_tree(second)


def test_without_the_library_there_are_letters_and_nothing_else_differs(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = source(MUSIC)
    with_library = packed(root, tmp_path / "with", "--all")
    monkeypatch.setattr(covers, "find_spec", lambda _: None)
    without = packed(root, tmp_path / "without", "--all")
    assert shown(without / "metadata" / "index.html")["Embedded"] == "E"
    assert not (without / "metadata" / "pages").exists()
    of_pages = ("metadata/index.html", "metadata/pages/", "tagmanifest-")
    kept = [
        {name: data for name, data in read_tree(bag).items() if not name.decode().startswith(of_pages)}
        for bag in (with_library, without)
    ]
    assert kept[0] == kept[1]


def test_closed_albums_show_none(source: MakeSource, tmp_path: Path) -> None:
    tree = {
        "Band/Closed/01.flac": flac(title="One", album="Closed", pictures=[RED]),
        "Band/Open/01.flac": flac(title="Two", album="Open", pictures=[RED]),
    }
    rights = tmp_path / "rights.toml"
    (tmp_path / "deed.txt").write_text("A deed.\n", encoding="utf-8")
    rights.write_text(
        'version = 1\n[[declaration]]\nid = "gift"\nscope.path = "Band/Open/"\nbasis = "donor"\nby = "Example Donor"\n'
        'role = "donor"\ndate = 2023-01-01\nacts = { preserve = "allow", transfer = "allow" }\ndocument = "deed.txt"\n',
        encoding="utf-8",
    )
    root = source(tree)
    bag = packed(root, tmp_path / "store", "--all", "--policy", "donation", "--rights", str(rights))
    found = shown(bag / "metadata" / "index.html")
    assert found["Closed"] == "C"
    assert found["Open"].endswith(".jpg")
    at = tmp_path / "page.html"
    assert run_here("report", bag, "--to", at).code == 0
    assert shown(at)["Closed"] == "C"


@pytest.mark.parametrize(
    "instead",
    [
        {"linked": False},
        {"path": ""},
        {"protection": "a lock"},
        {"picture": False},
        {"path": "data/../../a.flac"},
    ],
)
def test_a_track_that_no_page_may_show_illustrates_nothing(instead: dict[str, object]) -> None:
    row = FileRow("A/1.flac", "data/A/1.flac", linked=True, role="audio", picture=True)
    shown_by = {
        which: Album(1, "A", 0, "A", "", "", (msgspec.structs.replace(row, **of),), (), None).illustrating
        for which, of in (("as it is", {}), ("instead", instead))
    }
    assert shown_by == {"as it is": row, "instead": None}


def test_the_pages_of_a_bag_that_is_there_already_have_them_too(source: MakeSource, tmp_path: Path) -> None:
    bag = packed(source(MUSIC), tmp_path / "store")
    before = tree_digest(bag)
    done = run_here("report", bag, "--to", tmp_path / "My page.html", "--json")
    assert done.code == 0, done.err
    assert done.json["reports"][0]["pages"] == str(tmp_path / "My page-pages")
    at = shown(tmp_path / "My page.html")["Embedded"]
    assert at.startswith("My%20page-pages/cover-")
    name = at.rpartition("/")[2]
    inside = bag / "metadata" / "pages" / name
    assert (tmp_path / "My page-pages" / name).read_bytes() == inside.read_bytes()
    assert tree_digest(bag) == before


def test_further_pages_find_them_beside_themselves(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FEW_TRACKS", 1)
    monkeypatch.setattr(pages, "_FILES_TOGETHER", 1)
    bag = packed(source(MUSIC), tmp_path / "store")
    folder = bag / "metadata" / "pages"
    pictures = [
        one.get("src")
        for page in sorted(folder.glob("*.html"))
        for one in parsed(page.read_bytes()).cssselect("img")
        if not one.get("src").startswith("../../data/")
    ]
    assert len(pictures) == 1
    assert (folder / pictures[0]).is_file()


def test_a_picture_that_breaks_what_reads_it_costs_the_picture_alone(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(GuardedProcesses):
        def __init__(self, jobs: int, **_: object) -> None:
            super().__init__(jobs, seconds=0.0)

    monkeypatch.setattr(covers, "GuardedProcesses", Lost)
    bag = packed(source(MUSIC), tmp_path / "store")
    assert shown(bag / "metadata" / "index.html")["Embedded"] == "E"
    assert run_here("verify", bag).code == 0


def test_names_from_a_forged_record_lead_to_no_file_outside(source: MakeSource, tmp_path: Path) -> None:
    outside = tmp_path / "outside.flac"
    outside.write_bytes(flac(pictures=[RED]))
    payload = tmp_path / "bag" / "data"
    payload.mkdir(parents=True)
    (payload / "link.flac").symlink_to(outside)
    with covers.CoverMakers() as makers:
        asked = ["data/../../outside.flac", "data/link.flac", "data/missing.flac", "data/"]
        assert makers.covers(bytes(payload), asked) == [None] * 4


def test_what_is_shown_is_small(source: MakeSource, tmp_path: Path) -> None:
    noisy = io.BytesIO()
    Image.effect_noise((1000, 1000), 90).convert("RGB").save(noisy, "JPEG", quality=95)
    assert noisy.tell() > 500_000
    bag = packed(source({"A/1.flac": flac(title="T", pictures=[noisy.getvalue()])}), tmp_path / "store")
    (small,) = (bag / "metadata" / "pages").iterdir()
    assert small.stat().st_size < 16_000


def test_bags_with_small_pictures_keep_to_the_size_that_was_asked_for(
    source: MakeSource, tmp_path: Path
) -> None:
    noise = Image.frombytes("RGB", (300, 300), random.Random(7).randbytes(3 * 300 * 300))
    large = io.BytesIO()
    noise.save(large, "JPEG", quality=60)
    root = source({f"Band/{n:02}/1.flac": flac(album=f"{n}", pictures=[large.getvalue()]) for n in range(12)})
    done = run_here(
        "pack", root, "--to", tmp_path / "store", "--name", "bag", "--max-size", "420kB", "--json"
    )
    assert done.code == 0, done.err
    bags = sorted((tmp_path / "store").glob("bag_*"))
    assert len(bags) > 1
    small = [one.stat().st_size for bag in bags for one in (bag / "metadata/pages").glob("cover-*.jpg")]
    assert len(small) == 12
    assert min(small) > 8_000
    for bag in bags:
        assert sum(one.stat().st_size for one in bag.rglob("*") if one.is_file()) <= 420_000
