"""Rewriting the tags of a copy has as long as its size asks for."""

from __future__ import annotations

import os
from pathlib import Path

from archiver.ingest.redact import RedactTask, seconds_allowed


def test_a_large_copy_has_the_time_to_be_moved_within_itself(tmp_path: Path) -> None:
    copy = tmp_path / "a.wav"
    copy.touch()
    task = RedactTask(os.fsencode(copy), "a.wav", {})
    assert seconds_allowed(task) == 20
    os.truncate(copy, 4_000_000_000)
    assert seconds_allowed(task) == 420
