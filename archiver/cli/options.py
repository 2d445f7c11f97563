"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import ClassVar, Literal

import click
from click.shell_completion import CompletionItem

from archiver.bagit.updating.signed import Signed
from archiver.cli.terminal.watching import ask_for
from archiver.errors import UsageError
from archiver.parity.sets import ONE_FILE, Amount


class Named(click.ParamType[str]):
    """A word out of a few that are known, or a file of one's own; a shell is offered both.

    Args:
        names: Gives the words; called only when a shell asks.
        or_file: Whether it may be a file.
    """

    name = "text"

    def __init__(self, names: Callable[[], Iterable[str]], *, or_file: bool) -> None:
        self._names = names
        self._or_file = or_file

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that begin as typed, and leave files to the shell."""
        offered = [CompletionItem(name) for name in self._names() if name.startswith(incomplete)]
        return offered + ([CompletionItem(incomplete, type="file")] if self._or_file else [])


def _policies() -> Iterable[str]:
    from archiver.rights.declaring.policies import POLICY_NAMES  # noqa: PLC0415 - only a shell asks

    return POLICY_NAMES


def _profiles() -> Iterable[str]:
    from archiver.bagit.profiles.load import BUNDLED  # noqa: PLC0415 - the same

    return BUNDLED


def _algorithms() -> Iterable[str]:
    from archiver.bagit.algorithms import ALGORITHMS  # noqa: PLC0415 - the same

    return ALGORITHMS


class Duration(click.ParamType[dt.timedelta]):
    """A stretch of time, such as ``90s``, ``30m``, ``2h``, ``90d`` or ``8w``."""

    name = "time"
    _UNITS: ClassVar = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
    _FORM = re.compile(r"(?a)([0-9]{1,6})\s*([smhdw])")

    def convert(
        self, value: str | dt.timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.timedelta:
        """Return what was typed as a stretch of time."""
        if isinstance(value, dt.timedelta):
            return value
        found = self._FORM.fullmatch(value.strip().lower())
        if found is None or not int(found[1]):
            self.fail(f"{value!r} is no time such as 30m, 2h or 90d.", param, ctx)
        return dt.timedelta(seconds=int(found[1]) * self._UNITS[found[2]])


class Size(click.ParamType[int]):
    """A number of bytes, such as ``500GB``, ``4TB``, ``64MiB`` or plain ``1000000``."""

    name = "size"
    _UNITS: ClassVar = {
        unit + end: base**power
        for power, unit in enumerate(("", "k", "m", "g", "t", "p"))
        for end, base in (("b", 1000), ("ib", 1024), ("", 1000))
    }
    _FORM = re.compile(r"(?a)([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([kmgtp]?(?:i?b)?)")

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return what was typed as a number of bytes."""
        if isinstance(value, int):
            return value
        found = self._FORM.fullmatch(value.strip().lower())
        size = 0 if found is None else int(float(found[1]) * self._UNITS[found[2]])
        if not size:
            self.fail(f"{value!r} is no size such as 500GB or 4TB.", param, ctx)
        return size


DURATION = Duration()
SIZE = Size()
POLICY = Named(_policies, or_file=True)
PROFILE = Named(_profiles, or_file=True)
ALGORITHM = Named(_algorithms, or_file=False)


class Percent(click.ParamType[float]):
    """A part of the whole, from 1 to 100 in the hundred, with or without its sign."""

    name = "percent"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the part, from 0.01 to 1."""
        if isinstance(value, float):
            return value
        try:
            part = float(value.removesuffix("%")) / 100
        except ValueError:
            part = 0.0
        if not _LEAST_PART <= part <= 1:
            self.fail(f"{value!r} is no part from 1% to 100%", param, ctx)
        return part


PERCENT = Percent()
_LEAST_PART = 0.01

jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Use N threads and processes.  [default: the cores]",
)
verbose = click.option(
    "-v", "--verbose", is_flag=True, help="List every file that the report counts, not a few examples."
)
catalogue = click.option(
    "--catalogue",
    metavar="PATH",
    type=click.Path(),
    help="The catalogue's file.  [default: the place your system has for it]",
)
progress = click.option(
    "--progress",
    type=click.Choice(["terminal", "json", "off"]),
    expose_value=False,
    callback=ask_for,
    help="How progress is told on standard error.  [default: terminal, on one]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a report.")


rights = click.option(
    "--rights",
    metavar="FILE",
    type=click.Path(),
    help="Declarations of rights.  [default: rights.toml at a source's top, if there]",
)
policy = click.option(
    "--policy",
    metavar="POLICY",
    type=POLICY,
    help="personal, donation, public or a policy file.  [default: personal]",
)
exclude = click.option(
    "--exclude",
    "exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out what PATTERN matches, as in .gitignore; may be repeated.",
)
exclude_clutter = click.option(
    "--exclude-clutter",
    is_flag=True,
    help="Leave out Thumbs.db, .DS_Store, trash, unfinished downloads and the like.",
)
parity = click.option(
    "--parity",
    type=click.Choice(["one-file"]),
    help="Recovery data so that any one file of each album can be lost.",
)
redundancy = click.option(
    "--redundancy",
    metavar="PERCENT",
    type=PERCENT,
    help="Recovery data for this part of each album, as 10%.",
)


def amount_of(parity: Literal["one-file"] | None, redundancy: float | None) -> Amount | None:
    """Return how much recovery data two options ask for; ``None`` where neither is given.

    Raises:
        UsageError: where both are.
    """
    if parity is not None and redundancy is not None:
        raise UsageError(
            "--parity and --redundancy both say how much recovery data there are to be", "Give one."
        )
    if redundancy is not None:
        return Amount("share", redundancy)
    return None if parity is None else ONE_FILE


signatures_aside = click.option(
    "--set-signatures-aside",
    "aside",
    is_flag=True,
    help="Change a signed bag too, and move its signatures away with what they are of.",
)


def signed_of(aside: bool) -> Signed:
    """Say what becomes of signatures by whether they may be set aside."""
    return Signed.SET_ASIDE if aside else Signed.REFUSE
