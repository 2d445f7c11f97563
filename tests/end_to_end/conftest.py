"""What the end-to-end tests share: the worked example packed under each policy, and the example proved unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end import planted
from tests.end_to_end.bags import Package, read_package
from tests.end_to_end.declaring import uncommented
from tests.running import Outcome, run_here
from tests.samples import build_tree, tree_digest

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
            "pack", collection, "--all", "--to", store, "--name", name, *asked, SOURCE_DATE_EPOCH=MOMENT
        )
        packed[name] = read_package(store / name, outcome)
    return packed


@pytest.fixture(scope="session")
def planted_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tree(tmp_path_factory.mktemp("source") / "Music", planted.collection())


@pytest.fixture(scope="session")
def planted_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def planted_bags(planted_source: Path, planted_store: Path) -> Mapping[str, Package]:
    before = tree_digest(planted_source)
    made = {}
    for policy in ("personal", "donation", "public"):
        outcome = run_here(
            "pack",
            planted_source,
            "--all",
            "--to",
            planted_store,
            "--name",
            policy,
            "--policy",
            policy,
            SOURCE_DATE_EPOCH=MOMENT,
        )
        made[policy] = read_package(planted_store / policy, outcome)
    assert tree_digest(planted_source) == before
    return made


@pytest.fixture(scope="session")
def planted_screens(
    planted_source: Path, planted_store: Path, planted_bags: Mapping[str, Package]
) -> Mapping[str, Outcome]:
    """What every command prints about the source and the bags, for people and for programs."""
    before = tree_digest(planted_source)
    files = sorted(path for path in planted_source.rglob("*") if path.is_file())
    template = planted_source.parent / "template.toml"
    runs = {f"pack --policy {name}": package.outcome for name, package in planted_bags.items()}
    wanted: dict[str, tuple[str | Path, ...]] = {
        "scan": ("scan", planted_source),
        "explain": ("explain", *files),
        "pack --dry-run": (
            "pack",
            planted_source,
            "--all",
            "--to",
            planted_store,
            "--dry-run",
            "--policy",
            "public",
        ),
        "verify": ("verify", *(package.bag for package in planted_bags.values())),
        "due": ("due", planted_store),
        "explain BAG": ("explain", *(package.bag for package in planted_bags.values())),
        "explain in BAG": (
            "explain",
            planted_bags["donation"].bag / "data" / files[0].relative_to(planted_source),
        ),
    }
    for name, words in wanted.items():
        runs[name] = run_here(*words)
        runs[f"{name} --json"] = run_here(*words, "--json")
    runs["pack --json"] = run_here(
        "pack", planted_source, "--all", "--to", planted_store, "--name", "again", "--json"
    )
    runs["rights template"] = run_here("rights", "template", planted_source)
    template.write_text(uncommented(runs["rights template"].out), "utf-8")
    for form in ((), ("--json",)):
        name = " ".join(("rights check", *form))
        runs[name] = run_here("rights", "check", template, "--source", planted_source, *form)
    assert tree_digest(planted_source) == before
    return runs
