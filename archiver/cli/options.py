"""Options that several commands share."""

from __future__ import annotations

import click

from archiver.executors.ordered import available_cores

jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Use N threads and processes.  [default: the cores]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a report.")


def jobs_or_default(given: int | None) -> int:
    """Return what was given, or the cores that this process may use."""
    return given or available_cores()


rights = click.option(
    "--rights",
    metavar="FILE",
    type=click.Path(),
    help="Declarations of rights.  [default: rights.toml at a source's top, if there]",
)
policy = click.option(
    "--policy", metavar="POLICY", help="personal, donation, public or a policy file.  [default: personal]"
)
