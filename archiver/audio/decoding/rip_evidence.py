"""Holds decoded music against what the log of its rip said on that day: evidence that it is still the same audio."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archiver.audio.decoding.ripcheck import RipVerdict, SaidOfRip, rip_check
from archiver.audio.evidence.observe import observe
from archiver.model.decoded import Decoded
from archiver.model.evidence import Evidence
from archiver.model.paper import RipClaim

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CODES = {
    RipVerdict.CONFIRMED: "rip-audio-unchanged",
    RipVerdict.UNCHANGED: "rip-audio-unchanged",
    RipVerdict.CHANGED: "rip-audio-differs",
    RipVerdict.PARTLY: "rip-audio-differs",
}


def rip_evidence(claims: Iterable[RipClaim], decoded: Decoded) -> Iterator[Evidence]:
    """Yield, for each log that speaks of the file, whether its audio is what the log speaks of.

    Args:
        claims: What logs say of it.
        decoded: What decoding it gave, with the sums of a rip.
    """
    for claim in claims:
        check = rip_check(decoded.rip, _said(claim))
        code = _CODES.get(check.verdict)
        if code is not None:
            yield observe(code, claim.said_by, check.sentence)


def _said(claim: RipClaim) -> SaidOfRip:
    track = claim.track
    year = _YEAR.search(claim.date or "")
    confidences = [one for one in (track.confidence_v1, track.confidence_v2) if one is not None]
    return SaidOfRip(
        accuraterip_v1=_number(track.accuraterip_v1),
        accuraterip_v2=_number(track.accuraterip_v2),
        copy_crc=_number(track.copy_crc),
        confidence=max(confidences, default=None),
        year=None if year is None else int(year[0]),
        first=claim.first,
        last=claim.last,
    )


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits, 16)
