"""Plays collectors' years: python -m tests.reliability.years STEPS [SEED [STEPS IN A LIFE]]."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.hostile.shim import build_shim
from tests.kept_workers import kept_workers
from tests.reliability.years.life import Life

A_LIFE = 250
"""Steps of one life, unless others are asked for; then another collector begins."""


def main() -> None:
    """Live as many lives as give the steps that are asked for, and tell what came of each."""
    words = list(map(int, sys.argv[1:]))
    steps, seed, each = words[0], words[1] if len(words) > 1 else 0, words[2] if len(words) > 2 else A_LIFE
    whole: Counter[str] = Counter()
    done = 0
    while done < steps:
        with tempfile.TemporaryDirectory() as folder, kept_workers():
            os.environ["HOME"] = folder
            life = Life(seed, Path(folder, "life"), build_shim(Path(folder)))
            life.folder.mkdir()
            life.live(min(each, steps - done))
        done += len(life.steps)
        whole += life.told
        print(f"life {seed}: {len(life.steps)} steps, {life.told['commands']} commands", flush=True)  # noqa: T201 - how far it has come
        seed += 1
    print(f"{done} steps without divergence: {dict(sorted(whole.items()))}")  # noqa: T201 - what it came to


if __name__ == "__main__":
    main()
