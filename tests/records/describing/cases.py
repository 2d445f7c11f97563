"""What the tests of descriptions share: records with every description, and entries whose names and tags are hostile."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from archiver.model.audio import Role
from archiver.model.layout import ARCHIVEMATICA, PLAIN, Layout
from archiver.model.package import PackEntry
from archiver.model.rights import Acts, Answer, Disposition
from archiver.model.rights_context import RightsContext
from archiver.records.layout import DESCRIPTIONS
from tests.records.entries import CONTEXT, PLAN, decision, every_case, packed, record_files

HOSTILE = (
    '</mods><script>alert(1)</script>"',
    '=HYPERLINK("http://example.org")',
    "a]]>b & \x00\x1b[31m\u202e\r\n\ud800",
    "../../etc/passwd",
    "%00%2e%2e#?fragment",
)


def described_records(
    entries: Iterable[PackEntry], context: RightsContext = CONTEXT, layout: Layout = PLAIN
) -> dict[str, bytes]:
    """The records of a bag that has every description, by their paths."""
    return record_files(entries, context, dataclasses.replace(PLAN, layout=layout, descriptions=DESCRIPTIONS))


def music() -> tuple[PackEntry, ...]:
    """Two albums and a cover, with tags; one file is restricted, and its neighbour is not."""
    allow = Answer.ALLOW
    tags = {
        "title": ("First Morning",),
        "artist": ("Erika Example", "The Examples"),
        "album": ("Mornings",),
        "album_artist": ("The Examples",),
        "date": ("1999-04-30",),
        "genre": ("Folk",),
        "label": ("Invented Records",),
        "isrc": ("ZZEXA9900001",),
        "track": ("1",),
        "disc": ("1",),
        "composer": ("Max Muster",),
    }
    second = {**tags, "title": ("Second Morning",), "track": ("2",)}
    sampler = {
        "title": ("Alone",),
        "artist": ("Somebody Else",),
        "album": ("Sampler",),
        "date": ("last summer",),
    }
    return (
        packed("Mornings/01 First.flac", decision(acts=Acts(preserve=allow, access=allow)), tags=tags),
        packed("Mornings/02 Second 100%.flac", decision(disposition=Disposition.RESTRICT), tags=second),
        packed("Mornings/cover.png", format=None, role=Role.ARTWORK),
        packed("Sampler/01.flac", tags=sampler),
        *every_case(),
    )


def hostile() -> tuple[PackEntry, ...]:
    """Files whose names and tags are markup, formulas, controls and lone surrogates."""
    return tuple(
        packed(
            f"A{number}/{text.replace('/', '_').replace(chr(0), '_').replace(chr(0xD800), '_')}.flac",
            tags=dict.fromkeys(
                ("title", "artist", "album", "album_artist", "genre", "isrc", "date"), (text, text)
            ),
        )
        for number, text in enumerate(HOSTILE)
    )


__all__ = ["ARCHIVEMATICA", "HOSTILE", "PLAIN", "described_records", "hostile", "music"]
