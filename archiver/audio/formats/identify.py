"""The format to record: the own look at a file's bytes, joined with PRONOM's answer, and names that promise another."""

from __future__ import annotations

from archiver.audio.formats.kinds import PROMISING_EXTENSIONS, TABLE_NAME, Kind, expected_name
from archiver.audio.formats.pronom import Ground, PronomAnswer
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


def recorded_format(kind: Kind | None, answer: PronomAnswer | None) -> Format | None:
    """The format to record, or ``None`` where neither knows the file.

    PRONOM's answer stands, since others can look it up, unless it rests on the extension alone while the bytes
    were recognised here, or names another format than the one that the file's own frames prove. The own table
    never gives a PUID.
    """
    proved = None if kind is None else kind.row.proved
    if answer is not None and proved is not None and answer.puid not in proved:
        answer = None
    if answer is not None and (kind is None or answer.ground is not Ground.EXTENSION):
        return Format(answer.puid, answer.name, answer.mime or _own_mime(kind), answer.signature_version)
    if kind is None:
        return None
    return Format(None, kind.row.name, kind.row.mime, TABLE_NAME)


def _own_mime(kind: Kind | None) -> str | None:
    """PRONOM leaves out the media type of many audio formats; the own table knows the customary one."""
    return None if kind is None else kind.row.mime
