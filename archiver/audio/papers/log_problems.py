"""What of a rip log somebody should look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.audio.papers.draft import ERRORS
from archiver.model.paper import LogChecksum, Paper, RipLog, RippedTrack

_NAMED = 5


def log_problems(papers: Sequence[Paper]) -> Iterator[tuple[str, str]]:
    """Code and sentence for each: tracks that went wrong, and a log that is not as it was written."""
    logs = [paper for paper in papers if isinstance(paper, RipLog)]
    wrong = [track for log in logs for track in (*log.tracks, *_image(log)) if track.errors]
    if wrong:
        named = "; ".join(_told(track) for track in wrong[:_NAMED])
        more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        yield "F218", f"it tells of errors: {named}{more}"
    if any(log.checksum is LogChecksum.FAILS for log in logs):
        yield "F219", "its last line is not the checksum of the lines before it"


def _image(log: RipLog) -> tuple[RippedTrack, ...]:
    return () if log.image is None else (log.image,)


def _told(track: RippedTrack) -> str:
    which = f"track {track.number}" if track.number else "the image"
    return f"{which}: {', '.join(ERRORS[error] for error in track.errors)}"
