"""Finds names that promise another format than the bytes hold."""

from __future__ import annotations

from archiver.audio.formats.kinds import PROMISING_EXTENSIONS, Kind, expected_name
from archiver.model.audio import Format, Role

_RECOGNISED_WITHOUT_FAIL = frozenset(
    extension
    for kind in Kind
    if kind.row.role is Role.ARTWORK or kind is Kind.PDF
    for extension in kind.row.extensions
)
"""Extensions whose kinds always show their signature, so that bytes without one are something else."""


def extension_mismatch(kind: Kind | None, extension: str, found: Format | None) -> str | None:
    """One sentence naming both sides where the extension promises something else than the content, else ``None``.

    Args:
        kind: What the bytes are, or ``None`` where the own table knows no such bytes.
        extension: In lower case without the dot.
        found: The recorded format, to name content that only PRONOM knows.
    """
    if extension not in PROMISING_EXTENSIONS or kind is Kind.ID3:
        return None
    if kind is not None:
        if extension in kind.row.extensions:
            return None
        content = kind.row.name
    elif extension in _RECOGNISED_WITHOUT_FAIL:
        content = "of no known format" if found is None else found.name
    else:
        return None
    return f"the name promises {expected_name(extension)} (.{extension}), the content is {content}"
