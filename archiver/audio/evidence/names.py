"""Personal data in the names of files and folders."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence
from archiver.personal.find import PersonalSearch
from archiver.personal.paths import names_in_path
from archiver.personal.spans import PersonalSpan

_BRACKETS = frozenset("([{")
_PHRASES = frozenset({"ripped-by", "file-owner"})


def name_evidence(path: str) -> Iterator[Evidence]:
    """What a file's path below its source says of a person, with the character at which each begins.

    A path stands in records as it is, or the file could not be found again; so this says that it names somebody.
    Of a file's own name words such as "ripped by" count in brackets only, for songs have such titles too.
    """
    spans = list(names_in_path(path))
    begin = 0
    search = PersonalSearch(path)
    for part in path.split("/") if search else ():
        last = begin + len(part) == len(path)
        spans += [
            PersonalSpan(span.code, begin + span.start, begin + span.end)
            for span in search.spans(part)
            if span.sure
            or (span.code in _PHRASES and (not last or not _BRACKETS.isdisjoint(part[: span.start])))
        ]
        begin += len(part) + 1
    for span in dict.fromkeys(spans):
        yield observe(span.code, f"path@{span.start}")
