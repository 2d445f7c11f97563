"""Mutations of everything that is read: a result or a documented error in every case, in bounded time and memory.

The long part (``-m slow``) feeds 630,000 mutations to the readers that ``readers.py`` lists, of which 230,000 are of sound files
and of what lies beside them; the short part 4,800. A mutation is a number: the same one gives the same bytes
everywhere. A failure names the command that does it again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.hostile.mutations import mutated
from tests.hostile.reader import ROOT
from tests.hostile.readers import READERS
from tests.hostile.sweeping import none_of, sliced

SHORT = {
    "audio": 900,
    "bag": 400,
    "archive": 300,
    "declarations": 500,
    "policies": 300,
    "settings": 300,
    "profiles": 500,
    "staging": 400,
    "updates": 300,
    "updated-info": 100,
    "records": 500,
    "states": 300,
}
LONG = {
    "audio": 230_000,
    "bag": 40_000,
    "archive": 40_000,
    "declarations": 60_000,
    "policies": 30_000,
    "settings": 30_000,
    "profiles": 60_000,
    "staging": 30_000,
    "updates": 20_000,
    "updated-info": 10_000,
    "records": 60_000,
    "states": 20_000,
}
CHUNK = 10_000
"""Mutations to a process; as many are lost at most when a long run is broken off."""
MOST_MIB = 300
"""What a process may have in use at most: verify's promise, and less than a worker's limit."""


def swept(reader: str, first: int, count: int) -> dict[str, Any]:
    """Try cases in a process of their own and return what it told."""
    words = [
        sys.executable,
        "-m",
        "tests.hostile.sweep",
        reader,
        "--first",
        str(first),
        "--count",
        str(count),
    ]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    last = done.stderr.decode("utf-8", "replace")[-2000:]
    assert done.returncode == 0, f"{' '.join(words[1:])} ended with {done.returncode}; the last case: {last}"
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def holds(reader: str, first: int, count: int) -> None:
    told = swept(reader, first, count)
    none_of(told["failures"])
    assert told["tried"] == count
    assert told["peak_mib"] < MOST_MIB, told


def chunks() -> list[tuple[str, int]]:
    """The chunks of the long part, or of its slice."""
    return sliced((reader, first) for reader, count in LONG.items() for first in range(0, count, CHUNK))


def test_the_counts_are_those_that_are_told() -> None:
    assert LONG.keys() == SHORT.keys() == READERS.keys()
    assert f"{sum(LONG.values()):,} mutations" in str(__doc__)
    assert f"{LONG['audio']:,} are" in str(__doc__)
    assert f"the short part {sum(SHORT.values()):,}" in str(__doc__)


def test_a_number_gives_the_same_bytes_and_another_gives_others() -> None:
    data = bytes(range(256)) * 4
    many = [mutated(data, "a", seed, (b"x",), (b"y" * 50,)) for seed in range(300)]
    assert many == [mutated(data, "a", seed, (b"x",), (b"y" * 50,)) for seed in range(300)]
    assert len(set(many)) > 250
    assert mutated(data, "b", 1) != mutated(data, "a", 1)


def test_a_broken_promise_is_found_and_can_be_tried_again() -> None:
    script = """
import sys
from tests.hostile import reader, readers, sweep
class Fragile(reader.Reader):
    def __init__(self, folder):
        super().__init__(folder)
        self.subjects = {"x": b"abcdefgh"}
    def read(self, name, data):
        if not data.startswith(b"a"):
            raise KeyError("slip")
        while b"\\xff" in data:
            pass
Fragile.seconds = 0.05
readers.READERS["fragile"] = sweep.READERS["fragile"] = Fragile
sweep.main()
"""
    words = [sys.executable, "-c", script, "fragile"]
    many = subprocess.run([*words, "--count", "400"], cwd=ROOT, capture_output=True, check=True)
    failures = json.loads(many.stdout)["failures"]
    assert len(failures) == 20
    assert any("KeyError: 'slip'" in failure for failure in failures)
    assert any("took too long" in failure for failure in failures)
    seed = failures[0].partition("--seed ")[2].split()[0]
    again = subprocess.run(
        [*words, "--subject", "x", "--seed", seed], cwd=ROOT, capture_output=True, check=True
    )
    assert json.loads(again.stdout)["failures"] == failures[:1]


@pytest.mark.parametrize("reader", SHORT)
def test_some_mutations(reader: str) -> None:
    holds(reader, 0, SHORT[reader])


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("reader", "first"), chunks())
def test_many_mutations(reader: str, first: int) -> None:
    holds(reader, first, CHUNK)
