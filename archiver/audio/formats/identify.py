"""Joins the own look at a file's bytes with PRONOM's answer to the format that is recorded."""

from __future__ import annotations

from archiver.audio.formats.kinds import TABLE_NAME, Kind
from archiver.audio.formats.pronom import Ground, PronomAnswer
from archiver.model.audio import Format


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
