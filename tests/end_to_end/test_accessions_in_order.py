"""Accessions of a collection follow one another, whatever the clock says and whether a catalogue can be used or not."""

from __future__ import annotations

import json
from pathlib import Path

from tests.running import run_here
from tests.samples import build_tree

STANDS_STILL = {"SOURCE_DATE_EPOCH": "1767225600"}


def heads(store: Path) -> list[dict[str, str]]:
    records = sorted(store.glob("*/metadata/state.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    found: list[dict[str, str]] = [json.loads(path.read_text().partition("\n")[0]) for path in records]
    return found


def test_without_a_catalogue_the_bags_say_what_was_before(tmp_path: Path, catalogue_path: Path) -> None:
    source, store = build_tree(tmp_path / "Music", {"a.txt": b"1"}), tmp_path / "Store"
    broken = b"no database at all"
    catalogue_path.parent.mkdir(parents=True, exist_ok=True)
    catalogue_path.write_bytes(broken)
    for number in (1, 2, 3):
        (source / "a.txt").write_bytes(b"%d" % number)
        made = run_here("pack", source, "--to", store, "--name", f"B{number}", "--all", **STANDS_STILL)
        assert made.code == 0, made.err
        assert "Packed without the catalogue" in made.told
    other = run_here("pack", source, "--to", store, "--collection", "Other", "--all", **STANDS_STILL)
    assert other.code == 0, other.err
    assert catalogue_path.read_bytes() == broken

    first, second, third = (
        json.loads((store / f"B{number}" / "metadata" / "state.jsonl").read_text().partition("\n")[0])
        for number in (1, 2, 3)
    )
    assert first["at"] < second["at"] < third["at"]
    assert (second["previous"], third["previous"]) == (first["accession"], second["accession"])
    every = heads(store)
    assert len({one["accession"] for one in every}) == 4
    assert [one.get("previous") for one in every if one["collection"] == "Other"] == [None]

    catalogue_path.unlink()
    assert run_here("catalogue", "rebuild", store).code == 0
    restored = run_here("restore", "Music", "--to", tmp_path / "Back")
    assert restored.code == 0, restored.err
    assert (tmp_path / "Back" / "a.txt").read_bytes() == b"3"
