"""What a receipt says: who gave what to whom, when, how much of it was taken and what was not, and how to check it.

One value for the page and for plain text, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.bagit.sizes import human_size
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.model.rights import Act, Answer, DeclarantRole, Declaration, Disposition
from archiver.records.readme import check_commands, checking
from archiver.records.rights.grounds import ground_words
from archiver.report.counts import Counts
from archiver.report.facts import BagFacts
from archiver.report.markup import counted, hours

_MOST_FORMATS = 8
_MOST_CONDITIONS = 6
_MOST_KINDS = 8

NOT_SAID = "not said"

_ROLES = {
    DeclarantRole.DONOR: "donor",
    DeclarantRole.CUSTODIAN: "custodian",
    DeclarantRole.RIGHTSHOLDER: "rightsholder",
    DeclarantRole.OWNER: "owner",
}
_CONTACT = ("Contact-Name", "Contact-Email", "Contact-Phone")


@dataclass(frozen=True, slots=True)
class Pin:
    """What fixes a whole bag: the checksum of its tag manifest.

    Attributes:
        manifest: Name of the tag manifest.
        algorithm: The algorithm, as in file names.
        digest: The checksum in hex.
    """

    manifest: str
    algorithm: str
    digest: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a receipt.

    Attributes:
        title: Its heading.
        rows: What it says, by name; a row without a name is a sentence.
    """

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says.

    Attributes:
        title: What it is a receipt for.
        contents: One sentence on that.
        parts: Its parts, in order.
        signatures: Who signs: the role, and the name as far as it is declared.
        software: Name and version of what made the bag.
    """

    title: str
    contents: str
    parts: tuple[Part, ...]
    signatures: tuple[tuple[str, str], ...]
    software: str


def receipt(facts: BagFacts, counts: Counts, albums: int, pin: Pin | None) -> Receipt:
    """Return the receipt for a bag.

    Args:
        facts: What is known of the bag.
        counts: What its files add up to.
        albums: How many albums they are.
        pin: The checksum of its tag manifest; ``None`` in the bag itself, where it cannot stand in a file that the
            tag manifest lists.
    """
    parts = (
        Part("The accession", tuple(_accession(facts))),
        Part("From and to", tuple(_parties(facts))),
        Part("Received", tuple(_received(facts, counts, albums))),
        Part("Not received", tuple(_withheld(facts))),
        Part("Personal data", tuple(_personal(facts))),
        Part("Conditions declared", tuple(_conditions(facts))),
        Part("How to check it", tuple(_checks(facts, pin))),
    )
    donor, custodian = _named(facts, DeclarantRole.DONOR), _custodian(facts)
    signatures = (("For who gives", donor), ("For who receives", custodian))
    return Receipt(facts.name, facts.contents, parts, signatures, facts.software)


def _accession(facts: BagFacts) -> Iterator[tuple[str, str]]:
    yield "Package", facts.name
    yield "Identifier", facts.identifier or NOT_SAID
    if facts.accession and facts.accession != facts.identifier:
        yield "Accession", facts.accession
    if facts.part:
        yield "Package of the accession", facts.part
    yield "Packed on", facts.packed_on or NOT_SAID
    yield "Packed by", facts.software or NOT_SAID


def _parties(facts: BagFacts) -> Iterator[tuple[str, str]]:
    yield "Donor, as declared", _named(facts, DeclarantRole.DONOR) or NOT_SAID
    yield "Custodian, as declared", _custodian(facts) or NOT_SAID
    others = [role for role in (DeclarantRole.RIGHTSHOLDER, DeclarantRole.OWNER) if _named(facts, role)]
    for role in others:
        yield f"{_ROLES[role].capitalize()}, as declared", _named(facts, role)
    address = facts.label("Organization-Address")
    if address:
        yield "Address", address
    contact = ", ".join(filter(None, map(facts.label, _CONTACT)))
    if contact:
        yield "Contact", contact


def _named(facts: BagFacts, role: DeclarantRole) -> str:
    names = dict.fromkeys(one.by for one in facts.declarations if one.role is role)
    first = list(names)[:3]
    return ", ".join(first) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _custodian(facts: BagFacts) -> str:
    return _named(facts, DeclarantRole.CUSTODIAN) or facts.label("Source-Organization")


def _received(facts: BagFacts, counts: Counts, albums: int) -> Iterator[tuple[str, str]]:
    yield "Files", f"{counts.files:,}"
    yield "Albums", f"{albums:,}"
    if counts.playing_ms:
        least = "at least " if counts.untimed else ""
        yield "Music", f"{counted(counts.tracks, 'track')}, {least}{hours(counts.playing_ms / 1000)}"
    else:
        yield "Music", counted(counts.tracks, "track")
    yield "Size", f"{human_size(counts.bytes)} ({counts.bytes:,} bytes)"
    formats = sorted(counts.format_files.items(), key=lambda one: (-one[1], one[0]))
    told = [f"{name} {files:,}" for name, files in formats[:_MOST_FORMATS]]
    rest = sum(files for _, files in formats[_MOST_FORMATS:])
    yield "Formats", ", ".join(told) + (f", others {rest:,}" if rest else "")
    if facts.held:
        yield "Held already", f"{counted(facts.held, 'file')}, in packages received earlier"
    if counts.damaged:
        yield "State", f"{counted(counts.damaged, 'track')} damaged when received"
    closed = facts.files(Disposition.RESTRICT)
    if closed:
        yield (
            "Closed",
            f"{counted(closed, 'file')}: kept, and opened to nobody until a person decides or a date comes",
        )


def _withheld(facts: BagFacts) -> Iterator[tuple[str, str]]:
    for ground, files in facts.rights.because:
        if not ground.disposition.packed:
            yield counted(files, "file"), f"withheld: {ground_words(ground)}"
    if facts.left_out:
        yield counted(facts.left_out, "entry", "entries"), "left out as asked"
    if facts.lost:
        yield counted(facts.lost, "entry", "entries"), "not packed because of a problem"
    if not (facts.rights.withheld or facts.left_out or facts.lost):
        yield "", "Everything that was seen was received."


def _personal(facts: BagFacts) -> Iterator[tuple[str, str]]:
    rights = facts.rights
    if not rights.personal_files:
        yield "", "None detected in what was read."
    else:
        yield "Detected in", f"{counted(rights.personal_files, 'file')}; the values are written nowhere"
        titles = (
            f"{code if code not in EVIDENCE_KINDS else EVIDENCE_KINDS[code].title} {files:,}"
            for code, files in rights.personal_kinds[:_MOST_KINDS]
        )
        yield "Files by kind", ", ".join(titles)
    if rights.unread_files:
        yield counted(rights.unread_files, "file"), "could not be read for it"


def _conditions(facts: BagFacts) -> Iterator[tuple[str, str]]:
    if not facts.declarations:
        yield "", "Nothing was declared. What nobody declared is unknown, and unknown is not allowed."
        return
    for one in facts.declarations[:_MOST_CONDITIONS]:
        yield f"{one.by} ({_ROLES[one.role]}), {one.date}", _condition(one)
    rest = len(facts.declarations) - _MOST_CONDITIONS
    if rest > 0:
        yield "", f"And {counted(rest, 'declaration')} more: metadata/rights/README.txt."


def _condition(declared: Declaration) -> str:
    told = [f"basis {declared.basis}" + (f" {declared.license}" if declared.license else "")]
    for answer, verb in ((Answer.ALLOW, "allows"), (Answer.DENY, "denies")):
        acts = [act.value for act in Act if dict(declared.acts).get(act) is answer]
        if acts:
            told.append(f"{verb} {', '.join(acts)}")
    if declared.expires is not None:
        told.append(f"until {declared.expires}")
    if declared.document is not None:
        told.append("with a document")
    return "; ".join(told)


def _checks(facts: BagFacts, pin: Pin | None) -> Iterator[tuple[str, str]]:
    found = checking(facts.algorithms)
    if pin is not None:
        yield f"{pin.algorithm} of {pin.manifest}", pin.digest
        yield "", "This one checksum fixes the whole package: the file lists every other checksum."
    elif found is not None:
        algorithm, program = found
        yield (
            "",
            (
                f"The checksum of tagmanifest-{algorithm}.txt fixes the whole package. It cannot stand in this file, which"
                f" that one lists: {program} tagmanifest-{algorithm}.txt prints it, and archiver receipt prints this"
                " receipt with it."
            ),
        )
    commands = check_commands(facts.algorithms, is_empty=facts.is_empty)
    yield from zip(("In its folder", "and"), commands, strict=False)
    yield "Or", "archiver verify"
