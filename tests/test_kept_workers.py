"""Workers are kept for runs that would have started the same, and for no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.ingest.examine import header_readers


def test_runs_in_one_place_share_workers_and_another_place_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with header_readers(1) as first, header_readers(1) as second, header_readers(2) as more:
        assert second is first
        assert more is not first
    assert list(first.map_ordered(abs, [-1])) == [1], "they outlive their runs"
    monkeypatch.chdir(tmp_path)
    with header_readers(1) as elsewhere:
        assert elsewhere is not first
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert header_readers(1) not in (first, elsewhere)
    monkeypatch.undo()
    assert header_readers(1) is first
