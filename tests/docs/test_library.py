"""The page about the BagIt library: its examples run, and it names modules that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bagit.archives import make_tar
from tests.bagit.bags import build_bag, tree_state
from tests.docs.blocks import ROOT, blocks

PAGE = ROOT / "docs" / "reference" / "bagit-library.md"


@pytest.mark.parametrize("damaged", [False, True])
def test_the_examples_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damaged: bool,  # noqa: FBT001 - a case
) -> None:
    bag = build_bag(tmp_path / "Demo-Trio", tags={"metadata/files.jsonl": b"{}\n"})
    if damaged:
        (bag / "data/Album/01 First.flac").write_bytes(b"tsrif\n")
    make_tar(bag, tmp_path / "Demo-Trio.tar")
    before = tree_state(tmp_path)
    monkeypatch.chdir(tmp_path)
    examples = [text for kind, text in blocks(PAGE) if kind == "python"]
    verdicts = []
    for example in examples:
        names: dict[str, object] = {}
        exec(compile(example, str(PAGE), "exec"), names)
        verdicts.append(getattr(names["report"], "valid", None))
    assert verdicts == [not damaged] * 3
    printed = capsys.readouterr().out
    assert ("B411 error 'data/Album/01 First.flac'" in printed) is damaged
    assert re.search(r"^[\d,]+ of [\d,]+ bytes$", printed, re.MULTILINE)
    assert tree_state(tmp_path) == before


def test_the_modules_it_names_are_there() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in re.findall(r"`([\w.]+)`", row.split("|")[1])]
    assert len(names) > 10
    assert [
        name for name in names if not (ROOT / "archiver" / "bagit" / f"{name.replace('.', '/')}.py").is_file()
    ] == []
