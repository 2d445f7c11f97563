"""What the end-to-end tests share: the worked example packed under each policy, and the example proved unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package, read_package
from tests.running import run_here
from tests.samples import tree_digest

EXAMPLES = Path(__file__).parents[2] / "examples"
MOMENT = "1767225600"
"""2026-01-01T00:00:00Z, a day on which everything in ``examples/rights.toml`` has been declared."""


@pytest.fixture(scope="session", autouse=True)
def _examples_unchanged() -> Iterator[None]:
    """Prove that no run changes the worked example: bytes, names, modes, times."""
    before = tree_digest(EXAMPLES / "collection"), (EXAMPLES / "rights.toml").read_bytes()
    yield
    assert (tree_digest(EXAMPLES / "collection"), (EXAMPLES / "rights.toml").read_bytes()) == before


@pytest.fixture(scope="session")
def collection() -> Path:
    """The worked example."""
    return EXAMPLES / "collection"


@pytest.fixture(scope="session")
def declared() -> Path:
    """What is declared of the worked example."""
    return EXAMPLES / "rights.toml"


@pytest.fixture(scope="session")
def packages(
    tmp_path_factory: pytest.TempPathFactory, collection: Path, declared: Path
) -> Mapping[str, Package]:
    """The worked example packed under each policy with its declarations, and under ``undeclared`` without any."""
    store = tmp_path_factory.mktemp("store")
    packed = {}
    for name in ("personal", "donation", "public", "undeclared"):
        asked = () if name == "undeclared" else ("--rights", declared, "--policy", name)
        outcome = run_here(
            "pack", collection, "--to", store, "--name", name, *asked, SOURCE_DATE_EPOCH=MOMENT
        )
        packed[name] = read_package(store / name, outcome)
    return packed
