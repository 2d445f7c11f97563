"""Make the pictures of the page in a bag from a real one; run ``python -m docs.make_page_pictures`` from the root.

Needs Chromium. The clock stands still, so that only the program changes what they show.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.report.browser import CHROMIUM, Page, opened_browser

_PROJECT = Path(__file__).parents[1]
_IMAGES = _PROJECT / "docs" / "images"
_CLOCK = "1795370645"
_NAME = "Example-Collection"


_GIFT = (
    "--rights",
    "examples/rights.toml",
    "--policy",
    "donation",
    "--info",
    "Source-Organization: Example Library",
)


def _packed(store: Path, *words: str) -> Path:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "archiver",
            "pack",
            "examples/collection",
            "--to",
            store,
            "--name",
            _NAME,
            *words,
        ],
        cwd=_PROJECT,
        env={**os.environ, "SOURCE_DATE_EPOCH": _CLOCK},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return store / _NAME / "metadata"


def _take(page: Page, path: Path, name: str, columns: int, rows: int) -> None:
    page.width(columns, rows)
    page.open(path)
    page.settle(0.5)
    (_IMAGES / name).write_bytes(page.picture())
    print(f"wrote docs/images/{name}")


def main() -> None:
    """Write the pictures."""
    if CHROMIUM is None:
        raise SystemExit("there is no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        metadata = _packed(Path(scratch) / "store")
        gift = _packed(Path(scratch) / "gifts", *_GIFT)
        with opened_browser(Path(scratch) / "profile") as page:
            page.media()
            _take(page, metadata / "index.html", "page-wide.png", 1280, 1230)
            _take(page, metadata / "index.html", "page-narrow.png", 360, 1640)
            _take(page, gift / "receipt.html", "receipt.png", 900, 1180)


if __name__ == "__main__":
    main()
