"""The two ways a bag states its size: ``Bag-Size`` for people and ``Payload-Oxum`` for machines (RFC 8493 §2.2.2)."""

from __future__ import annotations

_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")


def human_size(size: int) -> str:
    """Return ``size`` bytes as ``Bag-Size`` wants it, in powers of 1000 with at most one decimal: ``42.6 GB``."""
    if size < 1000:
        return f"{size} B"
    power, tenths = 1, _tenths(size, 1)
    while tenths >= 10_000 and power < len(_UNITS):
        power += 1
        tenths = _tenths(size, power)
    whole, tenth = divmod(tenths, 10)
    unit = _UNITS[power - 1]
    return f"{whole}.{tenth} {unit}" if tenth else f"{whole} {unit}"


def _tenths(size: int, power: int) -> int:
    scale: int = 1000**power
    return (size * 10 + scale // 2) // scale


def payload_oxum(size: int, files: int) -> str:
    """Return ``Payload-Oxum`` for a payload of ``files`` files and ``size`` bytes together: ``OctetCount.StreamCount``."""
    return f"{size}.{files}"
