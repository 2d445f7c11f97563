"""A command waits for nothing at its start that it does not need."""

from __future__ import annotations

import subprocess
import sys

from tests.running import ROOT

OF_PACKING = {
    "archiver.audio.examine",
    "archiver.catalogue.take_in",
    "archiver.ingest.scan",
    "archiver.model.audio",
    "archiver.model.package",
    "archiver.records.layout",
    "archiver.usecases.pack.pack",
}


def _loaded(*modules: str) -> set[str]:
    script = (
        "import sys, importlib; [importlib.import_module(name) for name in sys.argv[1:]]; print(*sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, *modules], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(said.stdout.split())


def test_verifying_does_not_wait_for_what_makes_bags() -> None:
    assert _loaded("archiver.cli.main", "archiver.cli.verify") & OF_PACKING == set()


def test_what_makes_bags_has_it() -> None:
    """Else the test above would hold whatever was loaded."""
    assert _loaded("archiver.cli.pack", "archiver.catalogue.take_in", "archiver.audio.examine") >= OF_PACKING
