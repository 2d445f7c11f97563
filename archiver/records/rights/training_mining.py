"""``training-mining.json``: what machines may do, in the words of the CAWG training and data mining assertion.

Nothing is signed here. It is for those who later put content credentials on the files: what stands under ``entries``
is the assertion's own data, one for the payload or one for each file that has any. Only what a rightsholder declared
becomes an entry, as in the other vocabularies; a use that nobody spoke of has none, which grants nothing.

Source: CAWG Training and Data Mining Assertion 1.1, label ``cawg.training-mining``. Its ``ai_training`` is the
training of models that generate nothing; search has no entry in it.
"""

from __future__ import annotations

import json

from archiver.bagit.names import PAYLOAD
from archiver.model.package import PackEntry, packed_file
from archiver.model.rights import Decision, MachineUse
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.names import ASSERTIONS_RECORD
from archiver.records.rights.machine_use import preference
from archiver.records.writing import Closing, Opening

LABEL = "cawg.training-mining"
"""The label of the assertion."""

_ENTRIES = (
    (MachineUse.DATA_MINING, "cawg.data_mining"),
    (MachineUse.INFERENCE, "cawg.ai_inference"),
    (MachineUse.OTHER_TRAINING, "cawg.ai_training"),
    (MachineUse.GENERATIVE_TRAINING, "cawg.ai_generative_training"),
)
_WORDS = {"y": "allowed", "n": "notAllowed"}


def training_mining(decision: Decision) -> str:
    """Return the ``entries`` of one file's assertion as JSON; empty where no rightsholder declared any."""
    preferences = {answer.use: preference(answer, decision) for answer in decision.machine_use}
    entries = {
        key: {"use": _WORDS[said]} for use, key in _ENTRIES if (said := preferences.get(use)) is not None
    }
    return json.dumps(entries, separators=(",", ":")) if entries else ""


class AssertionWriter:
    """Writes the assertions: one for all of ``data/``, or one for each file that has one; none where none was declared."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(ASSERTIONS_RECORD)
        self._of_files = LinesOfFiles()

    def add(self, entry: PackEntry) -> None:
        """Keep the assertion of one packed file."""
        file = packed_file(entry)
        if file is not None and (said := training_mining(file.assessed.decision)):
            self._of_files.add(_assertion(file.bag_path, said) + b"\n")

    def finish(self, closing: Closing) -> None:
        """Write the file."""
        summary = closing.bag.rights
        write = self._stream.write
        write(f'{{"label":{json.dumps(LABEL)},"version":"1.1","assertions":['.encode())
        stated = [said for said, _ in summary.assertions]
        before = b"\n"
        with self._of_files:
            if len(stated) == 1 and stated[0]:
                write(before + _assertion(PAYLOAD, stated[0]))
                before = b",\n"
            else:
                for line in self._of_files:
                    write(before + line.rstrip(b"\n"))
                    before = b",\n"
        write(b"]}\n" if before == b"\n" else b"\n]}\n")


def _assertion(path: str, entries: str) -> bytes:
    return f'{{"path":{json.dumps(path)},"entries":{entries}}}'.encode()
