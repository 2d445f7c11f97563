"""What machines may do: ``ai-usage.txt`` for the AIPREF vocabulary, ``tdmrep.json`` for text and data mining.

A reservation belongs to a rightsholder, so only what a rightsholder declared becomes a statement in either
vocabulary. What anybody else declares is told in words. Nothing declared means unknown, which is not granted;
neither file ever turns it into an allowance, nor does it speak for a signal embedded in a file.

Sources: draft-ietf-aipref-vocab-08 sections 4 and 6 (categories and labels), draft-ietf-aipref-attach-05
section 3 (rules with a path), TDM Reservation Protocol, W3C Community Group Final Report, 2024-05-10. AIPREF
``train-ai`` speaks of models that generate content and ``ai-use`` of input to such models; data mining has its
place in TDMRep; other training has no category in either and is told in words.
"""

from __future__ import annotations

import json
import textwrap
from urllib.parse import quote

from archiver.model.package import PackEntry, packed_file
from archiver.model.rights import Answer, Basis, Decision, DeclarantRole, MachineUse, UseAnswer
from archiver.model.rights_summary import RightsSummary
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.names import RESERVATIONS_RECORD, USAGE_RECORD
from archiver.records.visible import counted_files, one_line
from archiver.records.writing import Closing, Opening

AIPREF_VOCABULARY = "draft-ietf-aipref-vocab-08"
"""The version of the vocabulary that statements are written in."""

_LABELS = (
    (MachineUse.GENERATIVE_TRAINING, "train-ai"),
    (MachineUse.INFERENCE, "ai-use"),
    (MachineUse.SEARCH, "search"),
)
_TRAINING = (MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING)
_WORDS = {
    MachineUse.SEARCH: "use in a search engine",
    MachineUse.INFERENCE: "use as input to a model",
    MachineUse.DATA_MINING: "text and data mining",
    MachineUse.GENERATIVE_TRAINING: "training models that generate content",
    MachineUse.OTHER_TRAINING: "training other models",
}
_VERBS = {Answer.ALLOW: "allows", Answer.DENY: "does not allow", Answer.UNKNOWN: "leaves open"}


def usage_statement(decision: Decision) -> str:
    """Return what rightsholders declared of one file as an AIPREF statement, ``train-ai=n, search=y``.

    It is a structured-field dictionary (RFC 9651); empty where no rightsholder declared anything that the
    vocabulary has a category for.
    """
    preferences = {answer.use: preference(answer, decision) for answer in decision.machine_use}
    return ", ".join(
        f"{label}={value}" for use, label in _LABELS if (value := preferences.get(use)) is not None
    )


def tdm_reservation(decision: Decision) -> int | None:
    """Return 1 where a rightsholder reserves text and data mining of one file, 0 where one allows it, else ``None``.

    Training is mining too: where any is denied, nothing is said to be unreserved.
    """
    said = {answer.use: preference(answer, decision) for answer in decision.machine_use}
    mining = said.get(MachineUse.DATA_MINING)
    if mining == "y" and "n" in (
        said.get(MachineUse.GENERATIVE_TRAINING),
        said.get(MachineUse.OTHER_TRAINING),
    ):
        return None
    return {"n": 1, "y": 0, None: None}[mining]


class UsageWriter:
    """Writes ``ai-usage.txt``: comments in words, then a group for all machines.

    The group has one rule for the payload, or one for each file that has a statement; without any there is no group.

    """

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(USAGE_RECORD)
        self._of_files = LinesOfFiles()

    def add(self, entry: PackEntry) -> None:
        """Keep the rule of one packed file."""
        file = packed_file(entry)
        if file is not None and (statement := usage_statement(file.assessed.decision)):
            self._of_files.add(f"Content-Usage: {_exact(file.bag_path)} {statement}\n".encode())

    def finish(self, closing: Closing) -> None:
        """Write the file."""
        summary = closing.bag.rights
        write = self._stream.write
        with self._of_files:
            write(_comments(summary).encode("utf-8", "backslashreplace"))
            statements = [statement for statement, _ in summary.usage]
            if statements in ([], [""]):
                return
            write(b"User-Agent: *\n")
            if len(statements) == 1:
                write(f"Content-Usage: /data/ {statements[0]}\n".encode())
            else:
                self._stream.writelines(self._of_files)


class ReservationWriter:
    """Writes ``tdmrep.json``: one rule for the payload or for each file that has one; ``[]`` where none was declared."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(RESERVATIONS_RECORD)
        self._of_files = LinesOfFiles()

    def add(self, entry: PackEntry) -> None:
        """Keep the rule of one packed file."""
        file = packed_file(entry)
        if file is not None and (reservation := tdm_reservation(file.assessed.decision)) is not None:
            self._of_files.add(_rule(_exact(file.bag_path), reservation) + b"\n")

    def finish(self, closing: Closing) -> None:
        """Write the file."""
        summary = closing.bag.rights
        found = [reservation for reservation, _ in summary.reservations]
        with self._of_files:
            if len(found) == 1 and found != [""]:
                self._stream.write(b"[" + _rule("/data/*", int(found[0])) + b"]\n")
                return
            separator = b"["
            for line in self._of_files:
                self._stream.write(separator + line.rstrip(b"\n"))
                separator = b",\n"
            self._stream.write(b"[]\n" if separator == b"[" else b"]\n")


def machine_use_words(summary: RightsSummary) -> list[str]:
    """Return what is declared and seen about machines in plain sentences, for a person."""
    granted = any(
        declared.answer is Answer.ALLOW and declared.use in _TRAINING for declared, _ in summary.uses_declared
    )
    beyond = " beyond what is declared here" if granted else ""
    opening = f"This package grants no permission for training{beyond}."
    sentences = [f"{opening} What nobody declared is unknown, and unknown is not granted."]
    for declared, files in summary.uses_declared:
        who = f"{one_line(declared.declared_by)} ({declared.role})"
        sentences.append(f"{who} {_VERBS[declared.answer]} {_WORDS[declared.use]}: {counted_files(files)}.")
    if any(declared.role is not DeclarantRole.RIGHTSHOLDER for declared, _ in summary.uses_declared):
        sentences.append(
            "A reservation belongs to the rightsholder; what anybody else declares is told in words only."
        )
    if summary.signals:
        sentences.append(
            f"With a signal of its own, which stays in the file: {counted_files(summary.signals)}."
        )
    if summary.stricter_signals:
        sentences.append(
            f"Of these stricter than what was declared: {counted_files(summary.stricter_signals)}."
        )
    if summary.mining_protected:
        sentences.append(
            f"Text and data mining is denied by a technical protection: {counted_files(summary.mining_protected)}."
        )
    return sentences


def preference(answer: UseAnswer, decision: Decision) -> str | None:
    """Return ``y`` or ``n`` where a rightsholder declared it; an allowance does not outrank a stricter signal in the file.

    Whoever declares the recording to be their own says that they hold its rights, so their denial is one; to allow takes
    the role itself.
    """
    if answer.declared_by is None:
        return None
    is_rightsholder = answer.role is DeclarantRole.RIGHTSHOLDER
    is_maker = decision.basis is Basis.OWN and answer.role is not DeclarantRole.CUSTODIAN
    if answer.answer is Answer.DENY and (is_rightsholder or is_maker):
        return "n"
    return "y" if answer.answer is Answer.ALLOW and is_rightsholder and not answer.stricter_signal else None


def _comments(summary: RightsSummary) -> str:
    head = [
        "What machines may do with the files of this package, as rightsholders declared.",
        f"Vocabulary: {AIPREF_VOCABULARY} (train-ai, ai-use, search; y or n).",
        "Rules: draft-ietf-aipref-attach-05, as in robots.txt; a path is one of this package and $ its end.",
        "search=y also allows training inside a search application for its own use (vocabulary, 4.3).",
        "Text and data mining: see tdmrep.json. For content credentials: training-mining.json.",
    ]
    lines = []
    for sentence in (*head, *machine_use_words(summary)):
        lines += textwrap.wrap(
            sentence,
            80,
            initial_indent="# ",
            subsequent_indent="#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines) + "\n"


def _rule(location: str, reservation: int) -> bytes:
    return json.dumps({"location": location, "tdm-reservation": reservation}).encode()


def _exact(bag_path: str) -> str:
    """The pattern that matches one path and no longer one; ``*``, ``$`` and ``#`` in a name are percent-encoded."""
    return "/" + quote(bag_path, safe="/", errors="backslashreplace") + "$"
