"""Entries, declarations and contexts for the tests of rights records, with every kind of case among them."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archiver.model.audio import ExaminedFile, Format, Role
from archiver.model.bag import Accession, Bag, BagPlan
from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import (
    Act,
    Acts,
    Answer,
    Basis,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    MachineUse,
    Policy,
    Reason,
    Scope,
    UseAnswer,
)
from archiver.model.rights_context import RightsContext
from archiver.model.run import Event, Run
from archiver.model.source import EmptyFolder, FileRef, FileStat, FolderProblem, Unpacked
from archiver.model.terms import Layer, LayerAssessment, TermFinding, TermState
from archiver.model.totals import Totals
from archiver.records.layout import RecordWriters
from archiver.records.rights.record import recorded
from archiver.records.rights.tally import RightsTally, summarise
from archiver.records.writing import Closing
from archiver.report.layout import WRITTEN

DAY = dt.date(2026, 11, 22)
MOMENT = dt.datetime(2026, 11, 22, 18, 4, 5, tzinfo=dt.UTC)
PACKAGE = uuid.UUID("6f1c2c3e-3b0a-4d7e-9a67-2d4f3c1b5a90")
RUN = Run(clock=lambda: MOMENT, version="1.0", identifier=PACKAGE)

DONATION = Policy(
    name="donation",
    title="A donated collection on its way to an archive.",
    needs=(Act.PRESERVE, Act.TRANSFER),
    denied=((Act.PRESERVE, Disposition.EXCLUDE), (Act.TRANSFER, Disposition.EXCLUDE)),
    unknown=((Act.PRESERVE, Disposition.RESTRICT), (Act.TRANSFER, Disposition.RESTRICT)),
    protected=Disposition.EXCLUDE,
    maybe_protected=Disposition.REVIEW,
    personal_data=Disposition.RESTRICT,
    personal_unknown=Disposition.RESTRICT,
)

DECLARATIONS = {
    "gift": Declaration(
        id="gift",
        scope=Scope(paths=("Gift/*",)),
        basis=Basis.DONOR,
        by="Maria Example",
        role=DeclarantRole.DONOR,
        date=dt.date(2026, 1, 2),
        acts=((Act.PRESERVE, Answer.ALLOW), (Act.TRANSFER, Answer.ALLOW), (Act.PUBLISH, Answer.DENY)),
        document="deed.pdf",
        note="Signed at the kitchen table.",
    ),
    "cc": Declaration(
        id="cc",
        scope=Scope(albums=("Free Songs",)),
        basis=Basis.LICENSE,
        by="The Examples",
        role=DeclarantRole.RIGHTSHOLDER,
        date=dt.date(2025, 5, 6),
        acts=((Act.PUBLISH, Answer.ALLOW),),
        license="CC-BY-4.0",
        expires=dt.date(2030, 1, 1),
        machine_use=((MachineUse.GENERATIVE_TRAINING, Answer.DENY),),
    ),
    "disc": Declaration(
        id="disc",
        scope=Scope(paths=("CD/*",)),
        basis=Basis.CARRIER,
        by="Ola Example",
        role=DeclarantRole.OWNER,
        date=dt.date(2026, 2, 3),
    ),
    "law": Declaration(
        id="law",
        scope=Scope(paths=("CD/*",)),
        basis=Basis.STATUTE,
        by="Example Library",
        role=DeclarantRole.CUSTODIAN,
        date=dt.date(2026, 2, 4),
        acts=((Act.PRESERVE, Answer.ALLOW),),
        jurisdiction=("DE", "FR"),
        citation="Directive (EU) 2019/790, Art. 6",
    ),
    "ours": Declaration(
        id="ours",
        scope=Scope(paths=("Own/*",)),
        basis=Basis.OWN,
        by="Ola Example",
        role=DeclarantRole.OWNER,
        date=dt.date(2026, 2, 5),
        machine_use=((MachineUse.SEARCH, Answer.ALLOW), (MachineUse.DATA_MINING, Answer.DENY)),
    ),
    "old": Declaration(
        id="old",
        scope=Scope(paths=("Old/*",)),
        basis=Basis.EXPIRED,
        by="Example Library",
        role=DeclarantRole.CUSTODIAN,
        date=dt.date(2026, 2, 6),
        jurisdiction=("US",),
    ),
}

CONTEXT = RightsContext(
    policy=DONATION,
    assessed_on=DAY,
    declarations=DECLARATIONS,
    documents={"gift": "metadata/submissionDocumentation/deed.pdf"},
)

EVENTS = (
    Event("capture", MOMENT, "Success", "Copied 7 files & folders.", "archiver 1.0"),
    Event("policy assignment", MOMENT, "Success", "Decided under the policy donation.", "archiver 1.0"),
    Event("virus check", MOMENT, "Warning", "Not part of every run.", "scanner"),
)


def decision(**changes: object) -> Decision:
    fields: dict[str, Any] = {
        "disposition": Disposition.INCLUDE,
        "acts": Acts(),
        "basis": Basis.UNKNOWN,
        "policy": "donation",
        "on": DAY,
        "layers": tuple(LayerAssessment(layer, (), "No dates are declared.") for layer in Layer),
        "machine_use": tuple(UseAnswer(use) for use in MachineUse),
        "reasons": (
            Reason("act-unknown", "'transfer' is unknown: restrict under 'donation'.", ("policy donation",)),
        ),
    }
    fields.update(changes)
    return Decision(**fields)


def assessed(path: str, decided: Decision | None = None, **examined: object) -> AssessedFile:
    ref = FileRef(
        root=b"/source",
        relative=path.encode("utf-8", "surrogatepass"),
        path=path,
        stat=FileStat(size_bytes=5, mtime_ns=0, ctime_ns=0, inode=1),
    )
    fields: dict[str, Any] = {
        "role": Role.AUDIO,
        "format": Format("fmt/279", "FLAC (Free Lossless Audio Codec)", "audio/flac", "DROID signatures 120"),
    }
    fields.update(examined)
    return AssessedFile(ExaminedFile(ref, **fields), decided or decision())


def packed(path: str, decided: Decision | None = None, **examined: object) -> PackedFile:
    digest = hashlib.md5(path.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    return PackedFile(
        assessed(path, decided, **examined),
        size_bytes=5,
        modified_ns=0,
        digests=(("md5", digest), ("sha512", "00")),
    )


def uses(answers: Mapping[MachineUse, UseAnswer]) -> tuple[UseAnswer, ...]:
    return tuple(answers.get(use, UseAnswer(use)) for use in MachineUse)


def ended(place: str) -> tuple[LayerAssessment, ...]:
    return tuple(
        LayerAssessment(
            layer,
            (
                TermFinding(
                    layer,
                    place,
                    TermState.ENDED,
                    dt.date(1999, 12, 31),
                    dt.date(1999, 12, 31),
                    (f"{place}-{layer}",),
                    f"The term of the {layer} in {place} appears to have ended on 1999-12-31.",
                ),
            ),
            f"The term of the {layer} appears to have ended in {place}.",
        )
        for layer in Layer
    )


def every_case() -> tuple[PackEntry, ...]:
    """A small package with every kind of entry, basis and disposition."""
    allow, deny = Answer.ALLOW, Answer.DENY
    training = MachineUse.GENERATIVE_TRAINING
    return (
        EmptyFolder("Nothing here"),
        packed(
            "CD/01 =1+1 & <two>.flac",
            decision(
                basis=Basis.CARRIER, acts=Acts(preserve=allow, access=allow), declarations=("disc", "law")
            ),
            tags={"encoder": ("Lavf60.3.100",), "title": ("One",)},
        ),
        packed(
            "Free/01.ogg",
            decision(
                basis=Basis.LICENSE,
                acts=Acts(preserve=allow, access=allow, transfer=allow, publish=allow),
                declarations=("cc",),
                machine_use=uses(
                    {training: UseAnswer(training, deny, "The Examples", DeclarantRole.RIGHTSHOLDER)}
                ),
            ),
            format=Format(None, "Ogg Vorbis", None, "archiver table 1"),
        ),
        packed(
            "Gift/01.mp3",
            decision(
                disposition=Disposition.RESTRICT,
                basis=Basis.DONOR,
                acts=Acts(preserve=allow, access=allow, transfer=allow, publish=deny),
                declarations=("gift",),
                personal=True,
                restricted_until=dt.date(2031, 6, 30),
            ),
            evidence=(
                Evidence(
                    "store-account",
                    "moov.udta.meta.ilst.apID@40213",
                    None,
                    Strength.CONCLUSIVE,
                    personal=True,
                ),
                Evidence("license-url", "WCOP@312", "https://example.org/by", Strength.WEAK),
            ),
        ),
        packed(
            "Old/01.mp3",
            decision(
                basis=Basis.EXPIRED,
                acts=Acts(allow, allow, allow, allow, allow),
                layers=ended("US"),
                declarations=("old",),
            ),
        ),
        packed(
            "Own/01.wav",
            decision(
                basis=Basis.OWN,
                acts=Acts(allow, allow, allow, allow, deny),
                declarations=("ours",),
                machine_use=uses(
                    {
                        MachineUse.SEARCH: UseAnswer(
                            MachineUse.SEARCH, allow, "Ola Example", DeclarantRole.OWNER
                        ),
                        MachineUse.DATA_MINING: UseAnswer(
                            MachineUse.DATA_MINING,
                            deny,
                            "Ola Example",
                            DeclarantRole.OWNER,
                            "tdm-reservation at TXXX@9",
                        ),
                    }
                ),
            ),
        ),
        packed("Unknown/01.mp3", decision(disposition=Disposition.RESTRICT), format=None),
        WithheldFile(
            assessed(
                "iTunes/01 Protected.m4p",
                decision(
                    disposition=Disposition.EXCLUDE,
                    acts=Acts(deny, deny, deny, deny, deny),
                    reasons=(
                        Reason(
                            "protected",
                            "The file is protected (FairPlay): exclude under 'donation'.",
                            ("protection fairplay at moov.trak", "policy donation"),
                        ),
                    ),
                ),
                protection=Protection("fairplay", "FairPlay", "moov.trak.mdia.minf.stbl.stsd@900"),
            )
        ),
        FolderProblem(Problem("Own", "N302", "another name here differs only by case")),
        Unpacked(Problem("Own/gone.wav", "S105", "it was there when the source was listed")),
    )


ACCESSION = Accession(PACKAGE, "Gift", MOMENT)
PLAN = BagPlan("gift-2026", PACKAGE, ACCESSION, 1, 1, ("md5", "sha512"), {})


def bag_of(entries: Sequence[PackEntry], plan: BagPlan = PLAN, events: tuple[Event, ...] = EVENTS) -> Bag:
    """The bag that holds the entries."""
    totals = Totals()
    for entry in entries:
        match entry:
            case PackedFile():
                totals.count_packed(entry.assessed.examined, entry.size_bytes)
            case HeldFile():
                totals.count_held(entry.size_bytes)
            case WithheldFile(held):
                totals.count_withheld(held.examined)
            case _:
                totals.count_other(entry)
    return Bag(plan, totals, summarise(entries), "Music.", escaped=False, events=events)


class Kept(io.BytesIO):
    """A tag file that can be read when its writers are done with it."""

    def close(self) -> None:
        """Closing it would lose what was written."""


class KeptFiles:
    """Creates the tag files of a bag that lies nowhere."""

    def __init__(self) -> None:
        self._streams: dict[str, Kept] = {}

    def new(self, path: str) -> Kept:
        assert path not in self._streams
        return self._streams.setdefault(path, Kept())

    @contextlib.contextmanager
    def lent(self, path: str) -> Iterator[Kept]:
        yield self.new(path)

    def bytes(self) -> dict[str, bytes]:
        assert not any(stream.closed for stream in self._streams.values())
        return {path: stream.getvalue() for path, stream in self._streams.items()}


def record_files(
    entries: Iterable[PackEntry],
    context: RightsContext = CONTEXT,
    plan: BagPlan = PLAN,
    events: tuple[Event, ...] = EVENTS,
) -> dict[str, bytes]:
    """Every record of a bag that holds the entries, by its path."""
    entries = tuple(entries)
    files = KeptFiles()
    writers = RecordWriters(plan, context, files, WRITTEN)
    for entry in entries:
        writers.add(entry)
    tally = RightsTally()
    for entry in entries:
        tally.add(entry)
    closing = recorded(context, tally.of_packed)
    writers.finish(Closing(RUN, bag_of(entries, plan, events), closing, writers.described))
    return files.bytes()


def json_lines(data: bytes) -> list[dict[str, Any]]:
    """The lines of a line-file without its header."""
    return [json.loads(line) for line in data.splitlines()[1:]]
