"""Judges file names by what other systems make of them (RFC 8493 §6.1), the same on every operating system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.bagit.paths import check_path

PAYLOAD = "data/"
"""How the path of every payload file begins (RFC 8493 §2.1.2)."""


class Paths(Protocol):
    """Paths of files in a bag that somebody wants: looked for by a bag that is read in its own order, else gone through."""

    def __iter__(self) -> Iterator[str]:
        """Each of them, once."""

    def __contains__(self, path: object) -> bool:
        """Whether ``path`` is one of them."""


_SYSTEM_FILE = re.compile(
    r"\.DS_Store|Thumbs\.db|ehthumbs\.db|desktop\.ini|\.AppleDouble|\.Spotlight-V100|\._.+", re.DOTALL
)
_ODD = re.compile(
    r"""[\x00-\x1f<>"|?*]             # characters that Windows refuses
      | [ .]\Z                        # it drops these from the end of a name
      | \A(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\..*)?\Z  # it takes these for devices
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SUSPECT = re.compile(
    r"""[\x00-\x1f<>"|?*\\:] | [ .]\Z | \A(?:\.|Thumbs|ehthumbs|desktop|CON|PRN|AUX|NUL|COM|LPT)""",
    re.VERBOSE | re.IGNORECASE,
)
"""What every name looked at further has in common; most names have none of it."""

_TWO_FACED = re.compile(r"[\\:]")
_LONGEST = 255


def judge_name(path: str) -> list[Finding]:
    """Return what the last part of ``path``, which is in the bag, gives to think about; mostly nothing."""
    name = path.rpartition("/")[2]
    if not _SUSPECT.search(name) and len(name) <= _LONGEST // 2:
        return []
    findings = []
    if _SYSTEM_FILE.fullmatch(name):
        findings.append(found("B405", path, "an operating system makes such files for itself"))
    if _TWO_FACED.search(name):
        problem = check_path(name)
        findings.append(found("B503", path, f"the name {problem.value if problem else 'holds a colon'}"))
    elif _ODD.search(name) or len(name.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST:
        findings.append(found("B504", path, "Windows refuses this name or changes it"))
    return findings
