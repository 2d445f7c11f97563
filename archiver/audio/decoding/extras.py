"""Whether what decoding needs is installed, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import find_spec

from archiver.errors import ArchiverError, Remedy, Way
from archiver.model.decoded import Sought

_DECODE = ("av", "numpy")
_ISCC = ("iscc_lib",)
_PACKAGE = "music-archiver"


class MissingExtraError(ArchiverError):
    """Packages that only some people need are not installed.

    Args:
        purpose: What needs them.
        extra: The extra that brings them, or several parted by commas.
    """

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs packages that are not installed",
            "Nothing was changed.",
            remedies=(Remedy(Way.INSTALL, f"{_PACKAGE}[{extra}]"),),
        )


def require(sought: Collection[Sought] = ()) -> None:
    """Make sure that music can be decoded, and what is sought be computed.

    Raises:
        MissingExtraError: where packages are not installed.
    """
    lacking = []
    if not _installed(_DECODE):
        lacking.append("decode")
    if Sought.ISCC in sought and not _installed(_ISCC):
        lacking.append("iscc")
    if lacking:
        purpose = "decoding music" if "decode" in lacking else "making ISCC codes"
        raise MissingExtraError(purpose, ",".join(lacking))


def sought_at_hand() -> tuple[Sought, ...]:
    """Return what is computed while music is decoded anyway: the sums of rips, and the ISCC where its package is there."""
    return (Sought.RIP, Sought.ISCC) if _installed(_ISCC) else (Sought.RIP,)


def _installed(names: Collection[str]) -> bool:
    return all(find_spec(name) is not None for name in names)
