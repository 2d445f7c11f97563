"""Tools that judge pages and that no Python package brings; ``.ci/run`` puts them below ``.tools``."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.running import ROOT

_MODULES = Path(ROOT) / ".tools" / "node_modules"


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None


AXE = _there(_MODULES / "axe-core" / "axe.min.js")
"""axe-core, which finds what keeps people from using a page."""

VNU = _there(_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar") if shutil.which("java") else None
"""The Nu HTML checker of the W3C."""
