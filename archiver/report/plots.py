"""Plots as plain SVG, each with its numbers in a table behind it; nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archiver.report.markup import table, text

_WIDTH = 340
_ROW = 34
_BAR = 10
_COLUMNS_HEIGHT = 150
_MOST_BARS = 9
_LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar.

    Attributes:
        label: What it stands for.
        value: Its length.
        told: The value in words.
        weak: Whether it stands for what is not known, or for everything else.
    """

    label: str
    value: int
    told: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """What a plot shows.

    Attributes:
        name: Its name within the page.
        title: What it is of.
        of: What the labels are, and what the values, for the heads of the table.
        marks: The bars, in order.
        upright: Whether the bars stand side by side, as years do.
    """

    name: str
    title: str
    of: tuple[str, str]
    marks: tuple[Mark, ...]
    upright: bool = False


def plot(shown: Plot) -> str:
    """Return a plot with its table; empty where there is nothing to show."""
    if not any(one.value for one in shown.marks):
        return ""
    drawn = _upright(shown.marks) if shown.upright else _lying(shown.marks)
    height, body = drawn
    told = "; ".join(f"{one.label}: {one.told}" for one in shown.marks[:_MOST_BARS])
    rows = [(text(one.label), text(one.told)) for one in shown.marks if one.value]
    return (
        f'<figure class="plot">\n<figcaption>{text(shown.title)}</figcaption>\n'
        f'<svg role="img" aria-labelledby="{shown.name}-t {shown.name}-d" viewBox="0 0 {_WIDTH} {height}">'
        f'<title id="{shown.name}-t">{text(shown.title)}</title>'
        f'<desc id="{shown.name}-d">{text(told, 1000)}</desc>\n{body}</svg>\n'
        f'<details><summary>The numbers<span class="aside"> of {text(shown.title)}</span></summary>\n'
        f"{table(shown.title, shown.of, rows)}</details>\n</figure>\n"
    )


def joined(marks: Sequence[Mark], told: Callable[[int], str]) -> tuple[Mark, ...]:
    """Return the longest marks; of more than fit, the rest as one.

    Args:
        marks: The marks, in order.
        told: Puts the value of the rest into words.
    """
    if len(marks) <= _MOST_BARS:
        return tuple(marks)
    first, rest = marks[: _MOST_BARS - 1], marks[_MOST_BARS - 1 :]
    total = sum(one.value for one in rest)
    return (*first, Mark(f"{len(rest):,} others", total, told(total), weak=True))


def _lying(marks: Sequence[Mark]) -> tuple[int, str]:
    longest = max(one.value for one in marks)
    parts = []
    for number, one in enumerate(marks):
        top = number * _ROW
        width = max(2.0, one.value / longest * _WIDTH) if one.value else 0
        weak = " weak" if one.weak else ""
        parts.append(
            f'<text x="0" y="{top + 12}">{text(one.label, _LONGEST_LABEL)}</text>'
            f'<text class="v" x="{_WIDTH}" y="{top + 12}" text-anchor="end">{text(one.told)}</text>'
            f'<rect class="rail" x="0" y="{top + 17}" width="{_WIDTH}" height="{_BAR}" rx="2"/>'
            f'<rect class="bar{weak}" x="0" y="{top + 17}" width="{width:.1f}" height="{_BAR}" rx="2"/>\n'
        )
    return len(marks) * _ROW, "".join(parts)


def _upright(marks: Sequence[Mark]) -> tuple[int, str]:
    highest = max(one.value for one in marks)
    step = _WIDTH / len(marks)
    gap = min(2.0, step / 4)
    parts = [f'<line class="base" x1="0" x2="{_WIDTH}" y1="{_COLUMNS_HEIGHT}" y2="{_COLUMNS_HEIGHT}"/>\n']
    for number, one in enumerate(marks):
        height = max(1.5, one.value / highest * (_COLUMNS_HEIGHT - 18)) if one.value else 0
        weak = " weak" if one.weak else ""
        parts.append(
            f'<rect class="bar{weak}" x="{number * step:.2f}" y="{_COLUMNS_HEIGHT - height:.1f}"'
            f' width="{step - gap:.2f}" height="{height:.1f}"><title>{text(one.label)}: {text(one.told)}</title></rect>\n'
        )
    parts += [
        f'<text x="{number * step + step / 2:.1f}" y="{_COLUMNS_HEIGHT + 16}" text-anchor="{anchor}">{text(marks[number].label)}</text>'
        for number, anchor in _labelled(marks)
    ]
    top = max(marks, key=lambda one: one.value)
    parts.append(f'<text class="v" x="0" y="11">most: {text(top.told)} ({text(top.label)})</text>\n')
    return _COLUMNS_HEIGHT + 22, "".join(parts)


def _labelled(marks: Sequence[Mark]) -> list[tuple[int, str]]:
    """Which columns have their label below: the first, the last known, the unknown, and one in between where there is room."""
    known = [number for number, one in enumerate(marks) if not one.weak]
    weak = [number for number, one in enumerate(marks) if one.weak]
    wanted = [(number, "end") for number in weak[-1:]] if len(marks) > 1 else [(0, "start")]
    if not known:
        return wanted
    limit = len(marks) * (0.72 if weak else 1.0)
    ends = [known[0], *([known[-1]] if known[-1] - known[0] > len(marks) / 5 and known[-1] < limit else [])]
    if len(ends) == 1 and weak and known[0] >= limit:
        return wanted
    placed = [(number, "start" if number < len(marks) / 8 else "middle") for number in ends]
    return [*placed, *wanted]
