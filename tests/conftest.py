"""What every test stands on: a home folder that is not the user's, and sources that are proved unchanged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests.kept_workers import kept_workers
from tests.samples import Entry, build_tree, tree_digest

Name = TypeVar("Name", bound=str | bytes)
MakeSource = Callable[..., Path]

# how fast examples are made and tried tells of the machine's load, and not of the program
settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("any machine")

ONE_FIXTURE_FOR_ALL = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
"""Health checks that a property test leaves out whose fixture serves all examples; a test's own list replaces the profile's."""

TEST_DATA = frozenset({"ARCHIVER_AUDIO_SAMPLES", "ARCHIVER_SCHEMAS"})
"""Variables that name folders of public test data, which the program itself knows nothing of."""


@pytest.fixture(scope="session", autouse=True)
def _no_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test away from the home folder, and from what the environment sets for the program."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name, folder in (
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_CONFIG_DIRS", "etc"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
        ):
            patch.setenv(name, str(home / folder))
        for name in list(os.environ):
            ours = name.startswith("ARCHIVER_") and name not in TEST_DATA
            if ours or name in {"SOURCE_DATE_EPOCH", "NO_COLOR", "FORCE_COLOR"}:
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _workers(_no_home: None) -> Iterator[None]:
    """Let runs in this process share the workers that read headers."""
    with kept_workers():
        yield


@pytest.fixture(autouse=True)
def catalogue_path(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a place of its own for the catalogue, where none is yet."""
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    monkeypatch.setenv("ARCHIVER_CATALOGUE", str(path))
    return path


@pytest.fixture
def source(tmp_path: Path) -> Iterator[MakeSource]:
    """Make sources from mappings; when the test ends, each must be as it was: bytes, names, modes, mtimes, ctimes."""
    digests: dict[Path, str] = {}

    def make(entries: Mapping[Name, Entry], name: str = "Music") -> Path:
        root = build_tree(tmp_path / name, entries)
        digests[root] = tree_digest(root)
        return root

    yield make
    changed = [root for root, digest in digests.items() if tree_digest(root) != digest]
    assert not changed, f"the run changed its source: {changed}"
