"""What every test of a refusal looks for."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from archiver.audio.redacting.pieces import UnredactableError
from archiver.audio.redacting.redact import redact


def assert_refused(data: bytes, extension: str, tags: Mapping[str, tuple[str, ...]]) -> None:
    """See that a file is refused, and that not a byte of it was touched by then."""
    file = io.BytesIO(data)
    with pytest.raises(UnredactableError):
        redact(file, len(data), extension, tags)
    assert file.getvalue() == data
