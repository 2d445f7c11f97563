"""What the bags of a store give back of a source, out of whichever of them have the bytes."""

from __future__ import annotations

import os
from pathlib import Path

from archiver.bagit.bag_source import source_of
from archiver.model.state import StateFile, StateHead
from archiver.records.names import STATE_RECORD
from archiver.records.state import read_state
from tests.reliability.faults import visible_bags


def state_of(bag: Path) -> tuple[StateHead, list[StateFile]]:
    """Return what a bag records of the state."""
    source = source_of(os.fsencode(bag))
    try:
        with source.open(STATE_RECORD) as stream:
            head, files = read_state(stream)
            return head, list(files)
    finally:
        source.close()


def newest_content(store: Path) -> dict[bytes, bytes]:
    """Return every file of the newest state in a store of folders, by its path in the source, with its bytes."""
    states = [(bag, *state_of(bag)) for bag in visible_bags(store)]
    newest = max(head.at for _, head, _ in states)
    content = {}
    for bag, head, files in states:
        for file in files if head.at == newest else ():
            holding = bag if file.bag is None else store / file.bag.name
            content[file.original_name or file.path.encode()] = (holding / file.bag_path).read_bytes()
    return content
