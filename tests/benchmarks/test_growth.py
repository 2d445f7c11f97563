"""Growth is measured at sizes ten times one another, kept, judged and drawn."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from lxml import etree

from benchmarks.growth import COMMANDS, Point, exponent, growth_plots, growth_points, growth_sections, sizes
from benchmarks.kept import Kept
from benchmarks.line_plot import MOST_LINES, Line, LinePlot, svg

T = TypeVar("T")
SVG = {"s": "http://www.w3.org/2000/svg"}
HERE = {"processor": "some"}


def points(power: float = 1.0, megabytes: int = 100) -> list[Point]:
    return [
        Point(command, files, files**power / 100, 1.0, megabytes * 10**6, 2 * megabytes * 10**6)
        for files in (1_000, 10_000, 100_000)
        for command in COMMANDS
    ]


def test_sizes_are_ten_times_one_another() -> None:
    assert sizes(1_000, 1_000_000) == [1_000, 10_000, 100_000, 1_000_000]
    assert sizes(1_000, 99_999) == [1_000, 10_000]
    assert sizes(1_000, 10) == [1_000]


def test_a_straight_line_has_the_power_one() -> None:
    one, *_, other = [point for point in points() if point.command == "pack"]
    assert exponent(one, other) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("grown", "time", "memory"),
    [
        (points(), "yes", "yes"),
        (points(power=1.2), "no", "yes"),
        (points(megabytes=299), "yes", "yes"),
        (points(megabytes=301), "yes", "no"),
    ],
)
def test_what_is_not_straight_or_not_flat_is_said(grown: list[Point], time: str, memory: str) -> None:
    judged, numbers = growth_sections(grown)
    assert {row.holds for row in judged.rows if row.what.endswith(": time")} == {time}
    assert {row.holds for row in judged.rows if row.what.endswith(": memory")} == {memory}
    assert len(numbers.rows) == len(grown)


def test_a_step_in_between_that_is_too_steep_is_not_hidden_by_the_last() -> None:
    bent = [
        Point("pack", files, wall, 1.0, 10**8, 10**8)
        for files, wall in ((1_000, 1.0), (10_000, 100.0), (100_000, 110.0))
    ]
    judged, _ = growth_sections(bent)
    assert [row.holds for row in judged.rows if row.what == "pack: time"] == ["no"]


def test_of_one_size_no_line_is_judged() -> None:
    judged, _ = growth_sections([point for point in points() if point.files == 1_000])
    assert {row.what.rpartition(": ")[2] for row in judged.rows} == {"memory"}


def test_every_plot_is_an_svg_with_its_words_for_who_does_not_see_it() -> None:
    for name, plot in growth_plots(points()).items():
        drawn = etree.fromstring(svg(plot).encode())
        assert drawn.get("role") == "img"
        assert drawn.xpath("string(s:title)", namespaces=SVG) == plot.title
        assert "1,000" in drawn.xpath("string(s:desc)", namespaces=SVG)
        labels = drawn.xpath("//s:g[contains(@class, 's')]/s:text/text()", namespaces=SVG)
        assert labels == list(COMMANDS), name
        assert "prefers-color-scheme: dark" in drawn.xpath("string(s:style)", namespaces=SVG)


def test_labels_of_lines_that_end_at_one_place_do_not_cover_one_another() -> None:
    lines = tuple(Line(f"<{number}>", ((1, 5), (10, 5))) for number in range(MOST_LINES))
    drawn = etree.fromstring(svg(LinePlot("Title", "across", str, str, lines)).encode())
    heights = [float(text.get("y")) for text in drawn.xpath("//s:g/s:text", namespaces=SVG)]
    assert min(abs(one - other) for one in heights for other in heights if one is not other) >= 16
    assert all(0 < height < 400 for height in heights)


def test_a_plot_without_a_point_is_refused() -> None:
    with pytest.raises(ValueError, match="each with a point"):
        svg(LinePlot("Title", "across", str, str, (Line("one", ()),)))


@pytest.mark.slow
def test_growth_is_measured_kept_and_cleared(tmp_path: Path) -> None:
    kept, work = tmp_path / "run.json", tmp_path / "work"
    work.mkdir()
    first = growth_points(work, 12, 120, Kept(kept, HERE))
    assert [(point.files, point.command) for point in first] == [
        (files, command) for files in (12, 120) for command in COMMANDS
    ]
    assert all(point.wall > 0 and point.largest > 10e6 and point.together > 5e6 for point in first)
    assert os.listdir(work) == []
    assert growth_points(work, 12, 120, Kept(kept, HERE)) == first


@pytest.mark.slow
def test_a_run_that_was_ended_goes_on_with_the_next_command(tmp_path: Path) -> None:
    class Ended(Kept):
        def once(self, name: str, kind: type[T], measure: Callable[[], T]) -> T:
            if name.startswith("growth: one new file"):
                raise KeyboardInterrupt
            return super().once(name, kind, measure)

    kept = tmp_path / "run.json"
    with pytest.raises(KeyboardInterrupt):
        growth_points(tmp_path, 12, 12, Ended(kept, HERE))
    assert (tmp_path / "tagged-12-store").exists()
    before = kept.stat().st_size
    assert len(growth_points(tmp_path, 12, 12, Kept(kept, HERE))) == len(COMMANDS)
    assert kept.stat().st_size > before
    assert os.listdir(tmp_path) == ["run.json"]
