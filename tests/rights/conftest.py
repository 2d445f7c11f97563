"""Property tests count cases, not milliseconds: a busy machine is no fault of the rules."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("rights", deadline=None, max_examples=60)
settings.load_profile("rights")
