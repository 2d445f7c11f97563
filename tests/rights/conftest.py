"""Property tests count cases, not milliseconds: a busy machine is no fault of the rules."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
