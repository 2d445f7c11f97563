from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifyRequest, verify
from archiver.usecases.watch import Unwatched

NOW = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("content", [None, b"", b"no archive" * 100, bytes(10240)])
def test_what_is_no_bag_does_not_conform_to_a_profile(
    tmp_path: Path, depth: Depth, content: bytes | None
) -> None:
    path = tmp_path / "thing"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    [outcome] = verify(
        VerifyRequest((str(path),), depth, "btr", 1, Trust(None, required=False, now=NOW)), Unwatched()
    )
    assert outcome.mismatches is None
    assert not outcome.passed
