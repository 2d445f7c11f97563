"""Lines on two logarithmic axes as plain SVG; the lines differ in mark and label, never in colour alone."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 200, 40, 52
_LABEL_APART = 17
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 15px; }
.axis { fill: #57606a; font-size: 12px; }
.grid { stroke: #d0d7de; stroke-width: 1; }
.wanted { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 7 5; }
.line { fill: none; stroke-width: 2; }
.leader { fill: none; stroke-width: 1; opacity: 0.6; }
.s0 { --c: #0550ae; } .s1 { --c: #a40e26; } .s2 { --c: #116329; } .s3 { --c: #7a4b00; } .s4 { --c: #6639ba; }
.line, .leader { stroke: var(--c); } .mark { fill: var(--c); stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .axis { fill: #9da7b1; } .grid { stroke: #3d444d; } .wanted { stroke: #9da7b1; }
  .s0 { --c: #79c0ff; } .s1 { --c: #ff9492; } .s2 { --c: #6fdd8b; } .s3 { --c: #f0b72f; } .s4 { --c: #d2a8ff; }
}
"""
_MARKS = (
    "M-5,0A5,5 0 1 0 5,0A5,5 0 1 0 -5,0Z",
    "M-4.5,-4.5H4.5V4.5H-4.5Z",
    "M0,-6L6,5H-6Z",
    "M0,-6.5L6.5,0L0,6.5L-6.5,0Z",
    "M-6,-5H6L0,6Z",
)
"""A circle, a square, triangles and a lozenge, around the point."""

MOST_LINES = len(_MARKS)


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        name: What it stands for, short.
        points: Its points, both numbers above 0, in the order of the first.
    """

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class LinePlot:
    """What is drawn.

    Attributes:
        title: What it is of.
        across: What the axis below stands for.
        told_across: Puts a number of it into words.
        told_up: Puts a number of the axis at the side into words.
        lines: The lines, at most :data:`MOST_LINES`.
        wanted: A number not to be exceeded, drawn across; ``None`` where there is none.
    """

    title: str
    across: str
    told_across: Callable[[float], str]
    told_up: Callable[[float], str]
    lines: tuple[Line, ...]
    wanted: float | None = None

    @property
    def alternative(self) -> str:
        """The plot in words, for who does not see it."""
        told = "; ".join(
            f"{line.name}: "
            + ", ".join(f"{self.told_up(y)} at {self.told_across(x)}" for x, y in line.points)
            for line in self.lines
        )
        return f"{self.title}. {told}."


@dataclass(frozen=True, slots=True)
class _Axis:
    """From one power of ten to another, along so many pixels."""

    first: int
    last: int
    start: float
    end: float

    def at(self, value: float) -> float:
        part = (math.log10(value) - self.first) / (self.last - self.first)
        return self.start + part * (self.end - self.start)

    def decades(self) -> Iterator[float]:
        return (10.0**power for power in range(self.first, self.last + 1))


def svg(plot: LinePlot) -> str:
    """Return the plot as an SVG file that needs nothing beside it and is readable on light and dark ground.

    Raises:
        ValueError: where there is no point, or more lines than can be told apart.
    """
    if not plot.lines or not all(line.points for line in plot.lines) or len(plot.lines) > MOST_LINES:
        raise ValueError(f"a plot has 1 to {MOST_LINES} lines, each with a point")
    across = _axis([x for line in plot.lines for x, _ in line.points], _LEFT, _WIDTH - _RIGHT)
    ups = [y for line in plot.lines for _, y in line.points] + ([plot.wanted] if plot.wanted else [])
    up = _axis(ups, _HEIGHT - _BOTTOM, _TOP)
    parts = [*_grid(plot, across, up), *_lines(plot.lines, across, up)]
    title, told = html.escape(plot.title), html.escape(plot.alternative)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="t d">\n'
        f'<title id="t">{title}</title>\n<desc id="d">{told}</desc>\n<style>{_STYLE}</style>\n'
        f'<text class="title" x="8" y="20">{title}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return _Axis(first, max(last, first + 1), start, end)


def _grid(plot: LinePlot, across: _Axis, up: _Axis) -> Iterator[str]:
    for value in up.decades():
        y = f"{up.at(value):.1f}"
        yield f'<path class="grid" d="M{across.start},{y}H{across.end}"/>'
        yield f'<text class="axis" x="{across.start - 8}" y="{y}" dy="4" text-anchor="end">{html.escape(plot.told_up(value))}</text>'
    for value in across.decades():
        x = f"{across.at(value):.1f}"
        yield f'<path class="grid" d="M{x},{up.start}V{up.end}"/>'
        yield f'<text class="axis" x="{x}" y="{up.start + 18}" text-anchor="middle">{html.escape(plot.told_across(value))}</text>'
    middle = (across.start + across.end) / 2
    yield f'<text class="axis" x="{middle}" y="{_HEIGHT - 12}" text-anchor="middle">{html.escape(plot.across)}</text>'
    if plot.wanted is not None:
        y = f"{up.at(plot.wanted):.1f}"
        yield f'<path class="wanted" d="M{across.start},{y}H{across.end}"/>'
        yield f'<text class="axis" x="{across.start + 6}" y="{y}" dy="-5">wanted: below {html.escape(plot.told_up(plot.wanted))}</text>'


def _lines(lines: Sequence[Line], across: _Axis, up: _Axis) -> Iterator[str]:
    placed = [[(across.at(x), up.at(y)) for x, y in line.points] for line in lines]
    labels = _apart([points[-1][1] for points in placed])
    for number, (line, points, label) in enumerate(zip(lines, placed, labels, strict=True)):
        way = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        marks = "".join(
            f'<path transform="translate({x:.1f} {y:.1f})" d="{_MARKS[number]}"/>' for x, y in points
        )
        end_x, end_y = points[-1]
        at = _WIDTH - _RIGHT + 24
        yield (
            f'<g class="s{number}"><path class="line" d="M{way}"/>'
            f'<path class="leader" d="M{end_x + 7:.1f},{end_y:.1f}L{at},{label:.1f}"/>'
            f'<g class="mark">{marks}<path transform="translate({at + 8} {label:.1f})" d="{_MARKS[number]}"/></g>'
            f'<text x="{at + 20}" y="{label:.1f}" dy="4">{html.escape(line.name)}</text></g>'
        )


def _apart(heights: Sequence[float]) -> list[float]:
    """Return heights near those given, in their order from top to bottom, that labels do not cover one another."""
    placed = list(heights)
    lowest = -math.inf
    for number in sorted(range(len(heights)), key=lambda one: heights[one]):
        placed[number] = lowest = max(heights[number], lowest + _LABEL_APART)
    beyond = max(0.0, lowest - (_HEIGHT - _BOTTOM))
    return [height - beyond for height in placed]
