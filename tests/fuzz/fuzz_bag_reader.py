"""Fuzzes the bag reader with atheris, which is no dependency of the project: ``pip install atheris``, then

    python tests/fuzz/fuzz_bag_reader.py -max_total_time=600 [CORPUS_FOLDER]

Every input becomes the tag files of a bag; see ``tests/fuzz/bag_input.py`` for what must hold. A broken promise is
an exception, and libFuzzer writes the input that broke it to a file.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["archiver.bagit"]):
    from tests.fuzz import bag_input


def main() -> None:
    """Run until the time given on the command line is over."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        root = bag_input.prepare(Path(folder))
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        (corpus / "valid").write_bytes(bag_input.seed())

        def try_one(data: bytes) -> None:
            bag_input.try_input(data, root)

        atheris.Setup([*sys.argv, str(corpus)], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
