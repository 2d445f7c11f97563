"""The pages in a real browser, from the disk: what it asks for, what it says, what plays, and who can use them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.browser import CHROMIUM, Page, opened_browser
from tests.report.tools import AXE
from tests.running import ROOT, run_here
from tests.samples import build_tree, flac, jpeg

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: apt-get install chromium (bash .ci/run system_tools does)"
)
EXAMPLES = Path(ROOT) / "examples" / "collection"
A4, LETTER = (8.27, 11.69), (8.5, 11.0)
NARROW, WIDE = 360, 1280


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened_browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _plain(request: pytest.FixtureRequest) -> None:
    opened: Page = request.getfixturevalue("page")
    opened.media()
    opened.width(WIDE)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("small")
    outcome = run_here("pack", EXAMPLES, "--to", store, "--name", "bag")
    assert (store / "bag").is_dir(), outcome.err
    return store / "bag"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("large")
    tree = {
        f"Artist {album // 5:02}/Album {album:03}/{number:02}.flac": flac(
            title=f"Song {album}-{number}", artist=f"Artist {album // 5:02}", album=f"Album {album:03}"
        )
        for album in range(250)
        for number in range(12)
    }
    covers = {f"Artist {album // 5:02}/Album {album:03}/cover.jpg": jpeg() for album in range(250)}
    build_tree(root / "source", {**tree, **covers})
    outcome = run_here("pack", root / "source", "--to", root / "store", "--name", "bag")
    assert (root / "store" / "bag").is_dir(), outcome.err
    return root / "store" / "bag"


def nothing_amiss(page: Page, bag: Path) -> None:
    """Nothing was asked for beyond the bag, all of it came, and neither console nor policy complains."""
    beneath = bag.resolve().as_uri() + "/"
    assert [one for one in page.requests if not one.startswith((beneath, "data:"))] == []
    assert page.failed == []
    assert page.told == []


def test_the_page_of_the_examples_loads_from_the_disk_alone(page: Page, small: Path) -> None:
    page.open(small / "metadata" / "index.html")
    nothing_amiss(page, small)
    assert page.evaluate("document.querySelectorAll('.wall [data-a]').length") == 15
    # every cover that there is was shown
    page.evaluate("document.querySelectorAll('img').forEach(one => one.loading = 'eager')")
    page.settle()
    assert page.evaluate("[...document.images].filter(one => one.naturalWidth).length") == 16
    inside = page.evaluate(
        "[...document.images].filter(one => one.getAttribute('src').startsWith('pages/')).length"
    )
    assert inside == 10  # of albums whose cover stands in the files alone
    nothing_amiss(page, small)


def test_a_large_page_loads_and_leads_to_its_albums(page: Page, large: Path) -> None:
    page.open(large / "metadata" / "index.html")
    nothing_amiss(page, large)
    assert page.evaluate("document.querySelectorAll('.wall [data-a]').length") == 250
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert first > 0
    target = page.evaluate("document.querySelector('.wall [data-a]:last-child a').getAttribute('href')")
    name, _, anchor = target.partition("#")
    page.open(large / "metadata" / name, f"#{anchor}")
    nothing_amiss(page, large)
    assert page.evaluate(f"document.getElementById('{anchor}').querySelectorAll('audio').length") == 12


def search(page: Page, field: str, value: str) -> list[str]:
    """Fill in a field of the filter, and return the titles of the albums that are left."""
    script = f"""(async () => {{
        const field = document.getElementById("{field}");
        field.value = {json.dumps(value)};
        field.dispatchEvent(new Event("input", {{bubbles: true}}));
        await new Promise(done => setTimeout(done, 150));
        document.getElementById("filter").requestSubmit();  // which waits for nothing, on a machine however busy
        const left = [...document.querySelectorAll(".wall [data-a]")].filter(one => one.offsetParent);
        const titles = left.map(one => one.querySelector(".t").textContent);
        document.getElementById("filter").reset();
        return titles;
    }})()"""
    found = page.evaluate(script)
    assert isinstance(found, list)
    return found


def test_the_filter_finds_by_words_format_and_what_needs_attention(page: Page, small: Path) -> None:
    page.open(small / "metadata" / "index.html")
    assert search(page, "q", "COMING down") == ["Morning Scales"]
    assert search(page, "q", "cancion") == ["Canción en préstamo"]
    assert search(page, "q", "nothing like it") == []
    assert search(page, "f", "WavPack") == ["Packed Light"]
    assert search(page, "p", "damaged") == ["Unsorted"]
    assert len(search(page, "d", "include")) == 15
    nothing_amiss(page, small)


def test_the_filter_finds_a_track_in_a_large_bag(page: Page, large: Path) -> None:
    page.open(large / "metadata" / "index.html")
    assert search(page, "q", "song 77-3 artist 15") == ["Album 077"]


def test_a_player_plays(page: Page, small: Path) -> None:
    page.open(small / "metadata" / "index.html")
    played = page.evaluate("""(async () => {
        const found = {};
        for (const one of document.querySelectorAll("audio")) {
            const kind = one.getAttribute("src").split(".").pop();
            if (kind in found) continue;
            await one.play();
            for (let tries = 0; tries < 60 && !one.currentTime; tries += 1) {
                await new Promise(done => setTimeout(done, 100));
            }
            found[kind] = one.currentTime;
            one.pause();
        }
        return found;
    })()""")
    # the clips in FLAC have frames of half a second, which starve a browser's clock
    moved = {kind for kind, at in played.items() if at > 0}
    assert {"m4a", "mp3", "ogg", "opus", "wav"} <= moved, played
    nothing_amiss(page, small)


def test_one_plays_at_a_time(page: Page, small: Path) -> None:
    page.open(small / "metadata" / "index.html")
    playing = page.evaluate("""(async () => {
        const [first, second] = document.querySelectorAll("audio");
        await first.play();
        await second.play();
        await new Promise(done => setTimeout(done, 100));
        return [first.paused, second.paused || second.ended];
    })()""")
    assert playing[0] is True


def test_all_but_the_filter_is_there_without_scripts(page: Page, small: Path) -> None:
    page.scripts(allowed=False)
    try:
        page.open(small / "metadata" / "index.html")
    finally:
        page.scripts(allowed=True)
    assert page.evaluate("document.getElementById('filter').offsetParent") is None
    assert page.evaluate("document.querySelectorAll('.wall [data-a]').length") == 15
    assert page.evaluate("document.querySelectorAll('.tracks audio').length") > 20
    nothing_amiss(page, small)


@pytest.mark.parametrize("width", [320, NARROW, WIDE])
def test_nothing_sticks_out_to_the_side(page: Page, small: Path, large: Path, width: int) -> None:
    page.width(width)
    for path in (
        small / "metadata" / "index.html",
        small / "metadata" / "receipt.html",
        large / "metadata" / "pages" / "0001.html",
    ):
        page.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_it_is_used_by_keyboard(page: Page, small: Path) -> None:
    page.open(small / "metadata" / "index.html")
    reached = []
    for _ in range(14):
        page.key("Tab", 9)
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.getAttribute('href')")
        )
    assert reached[0] == "#main"
    assert reached[1:4] == ["#albums", "#numbers", "#attention"]
    assert {"q", "f", "d", "p"} <= set(reached)
    # the ring around what is reached can be seen
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.skipif(
    AXE is None, reason="no axe-core: npm install --prefix .tools axe-core (bash .ci/run does)"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_axe_finds_nothing(page: Page, small: Path, large: Path, scheme: str, width: int) -> None:
    assert AXE is not None
    page.media(scheme=scheme)
    page.width(width)
    for path in (
        small / "metadata" / "index.html",
        small / "metadata" / "receipt.html",
        large / "metadata" / "pages" / "0002.html",
    ):
        page.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(AXE.read_text("utf-8") + ";0")
        found = page.evaluate(
            "axe.run().then(all => JSON.stringify(all.violations.map(one => [one.id, one.nodes[0].html])))"
        )
        assert json.loads(found) == [], path


@pytest.fixture(scope="module")
def gift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A donation of which much is declared."""
    store = tmp_path_factory.mktemp("gift")
    words = ("--rights", Path(ROOT) / "examples" / "rights.toml", "--policy", "donation")
    outcome = run_here("pack", EXAMPLES, "--to", store, "--name", "bag", *words)
    assert (store / "bag").is_dir(), outcome.err
    return store / "bag"


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_a_receipt_is_one_page_in_print(
    page: Page, small: Path, gift: Path, paper: tuple[float, float]
) -> None:
    for bag in (small, gift):
        page.open(bag / "metadata" / "receipt.html")
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(paper))) == 1


def test_what_is_closed_in_a_gift_is_neither_shown_nor_played(page: Page, gift: Path) -> None:
    page.open(gift / "metadata" / "index.html")
    nothing_amiss(page, gift)
    told = page.evaluate(
        "[...document.querySelectorAll('.tracks > li')].map(one => [one.querySelector('.play').textContent, !!one.querySelector('audio, .play a')])"
    )
    closed = [one for one in told if one[0] == "closed"]
    assert len(closed) > 20
    assert not any(linked for _, linked in closed)
    assert any(linked for _, linked in told)
