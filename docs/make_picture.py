"""Make the picture of the terminal in README.md from a real run; run ``python -m docs.make_picture`` from the root.

The clock stands still and the temporary store is called ``/media/backup``; everything else is what the program
prints. A test tells when the picture shows something else than the program does.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

PROJECT = Path(__file__).parents[1]
PICTURE = PROJECT / "docs" / "images" / "pack.svg"
STORE = "/media/backup"
CLOCK = "1795370645"
"""2026-11-22, 18:04:05 UTC."""

COMMANDS = (
    ("pack", "examples/collection", "--to", STORE),
    ("verify", f"{STORE}/collection-2026-11-22"),
)
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
  <style>
    .{unique_id}-matrix {{
      font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
    }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">{matrix}</g>
  </g>
</svg>
"""
"""As rich draws it, but with the reader's own fonts instead of some from the network."""


def transcript() -> Iterator[tuple[str, str]]:
    """Run the commands on the examples and yield each as a person types it, with what it prints."""
    # as long as the name it is shown under, so that every line breaks where it would
    with tempfile.TemporaryDirectory(prefix="", dir="/tmp") as folder:
        assert len(folder) == len(STORE)
        environment = {
            "PATH": os.environ["PATH"],
            "SOURCE_DATE_EPOCH": CLOCK,
            "XDG_CONFIG_HOME": folder,
            "XDG_DATA_HOME": folder,
        }
        for arguments in COMMANDS:
            ended = subprocess.run(
                [sys.executable, "-m", "archiver", *(word.replace(STORE, folder) for word in arguments)],
                cwd=PROJECT,
                env=environment,
                stdout=subprocess.PIPE,
                check=True,
            )
            yield f"archiver {' '.join(arguments)}", ended.stdout.decode().replace(folder, STORE)


def svg() -> str:
    """Return the picture."""
    console = Console(
        record=True, width=80, file=io.StringIO(), color_system="truecolor", force_terminal=True
    )
    for command, printed in transcript():
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text(printed), soft_wrap=True)
    drawn = console.export_svg(title="archiver", code_format=_FORMAT, unique_id="archiver")
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def main() -> None:
    """Write the picture."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg(), encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
