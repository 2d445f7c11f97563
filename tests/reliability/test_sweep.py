"""Every command that writes, killed, refused a call, kept from reading, and left without power: a sample of the points.

`python -m tests.reliability.sweep` tries them all; docs/explanation/faults.md says how many there are. The sample is spread
evenly and the same each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.shim import Shim
from tests.hostile.sweeping import none_of, sampled, sliced
from tests.reliability.commands import COMMANDS
from tests.reliability.forked import Program
from tests.reliability.sweep import KINDS, points
from tests.reliability.trials import Trial

EACH = {"kills": 4, "refusals": 2, "unreadable": 1, "power": 5}
"""How many points of a kind are tried of each command."""

MORE = {"pack", "pack a new file", "restore", "copy", "heal", "retire", "bag set-info"}
"""Commands by which most is at stake, of which twice as many are."""


@pytest.fixture(scope="module")
def program(shim: Shim, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program(shim.library, tmp_path_factory.mktemp("said")) as running:
        yield running


def ready(name: str, program: Program, shim: Shim, place: Path) -> Trial:
    missing = COMMANDS[name].needs()
    if missing:
        pytest.skip(missing)
    return Trial(COMMANDS[name], program, shim, place)


@pytest.mark.case(1, 2, 4, 5)
@pytest.mark.parametrize("name", COMMANDS)
def test_disturbed_at_some_points(name: str, program: Program, shim: Shim, tmp_path: Path) -> None:
    trial = ready(name, program, shim, tmp_path / "ground")
    factor = 2 if name in MORE else 1
    wrong = []
    for kind in KINDS:
        for point, attempt in sampled(points(trial, kind), factor * EACH[kind]):
            wrong += [f"{point}: {' | '.join(found)}" for found in [attempt()] if found]
    none_of(wrong)


@pytest.mark.case(2)
def test_a_group_without_power_while_its_bags_get_their_names(
    program: Program, shim: Shim, tmp_path: Path
) -> None:
    """From the first name on the others must come: the parts that wait for theirs are durable before."""
    trial = ready("pack a group", program, shim, tmp_path / "ground")
    some_named = [
        (loss, image)
        for loss, image in trial.losses()
        if 0 < sum(path.startswith(b"Store/Music-") and path.count(b"/") == 1 for path in image) < 3
    ]
    assert len(some_named) > 10
    none_of(
        [f"{loss}: {' | '.join(found)}" for loss, image in some_named if (found := trial.powerless(image))]
    )


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", COMMANDS)
def test_disturbed_at_every_point(name: str, kind: str, program: Program, shim: Shim, tmp_path: Path) -> None:
    trial = ready(name, program, shim, tmp_path / "ground")
    wrong = [(point, attempt()) for point, attempt in sliced(points(trial, kind))]
    none_of([f"{point}: {' | '.join(found)}" for point, found in wrong if found])
