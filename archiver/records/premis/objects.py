"""The objects of the PREMIS record: the package, and each of its files."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from archiver.model.audio import ExaminedFile, Format
from archiver.model.bag import BagPlan
from archiver.model.package import PackedFile
from archiver.records.premis.elements import Elements

_ALGORITHMS = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
_URN = "urn:uuid:"
_LONGEST_APPLICATION = 200


def write_package_object(out: Elements, plan: BagPlan, events: Iterable[UUID]) -> None:
    """Write the object for the package itself, of the category representation: the set of its files.

    A package that adds to an earlier accession is told as its sibling: both are parts of one collection.
    """
    with out.element("object", {"xsi:type": "premis:representation"}):
        out.identifier("object", "UUID", str(plan.identifier))
        out.leaf("originalName", plan.name)
        if plan.accrual is not None:
            write_relationship(out, "structural", "has sibling", plan.accrual.identifier)
        if plan.derivation is not None:
            write_relationship(out, "derivation", "has source", plan.derivation.identifier)
        for event in events:
            out.identifier("linkingEvent", "UUID", str(event))
    out.line_break()


def write_relationship(out: Elements, kind: str, subtype: str, related: str) -> None:
    """Write how an object is related to another, which lies elsewhere.

    Args:
        out: The document.
        kind: A term of the PREMIS vocabulary relationshipType.
        subtype: A term of the vocabulary relationshipSubType.
        related: What the other is identified by.
    """
    urn = related.startswith(_URN) and " " not in related
    with out.element("relationship"):
        out.leaf("relationshipType", kind)
        out.leaf("relationshipSubType", subtype)
        out.identifier(
            "relatedObject", "UUID" if urn else "local", related.removeprefix(_URN) if urn else related
        )


def write_file_object(
    out: Elements, entry: PackedFile, events: Iterable[UUID], rights: Iterable[str], source: str | None = None
) -> None:
    """Write the object of one file.

    Its identifier and its original name are both the path in the bag, for that is the name under which the
    repository receives it, and by which Archivematica finds it. The name in the source, where it could not be kept
    as it was, stands in ``files.jsonl``.

    Args:
        out: The document.
        entry: The file.
        events: Identifiers of the events that brought it here, and made it what it is.
        rights: Identifiers of the rights statements on it.
        source: What it was made from, where it is not the same bytes.
    """
    with out.element("object", {"xsi:type": "premis:file"}):
        out.identifier("object", "local", entry.bag_path)
        with out.element("objectCharacteristics"):
            _write_characteristics(out, entry)
        out.leaf("originalName", entry.bag_path)
        if source is not None:
            write_relationship(out, "derivation", "has source", source)
        for event in events:
            out.identifier("linkingEvent", "UUID", str(event))
        for identifier in rights:
            out.identifier("linkingRightsStatement", "local", identifier)
    out.line_break()


def _write_characteristics(out: Elements, entry: PackedFile) -> None:
    examined = entry.assessed.examined
    for algorithm, digest in entry.digests:
        with out.element("fixity"):
            out.leaf("messageDigestAlgorithm", _ALGORITHMS.get(algorithm, algorithm.upper()))
            out.leaf("messageDigest", digest)
    out.leaf("size", str(entry.size_bytes))
    _write_format(out, examined.format)
    application = encoder(examined)
    if application is not None:
        with out.element("creatingApplication"):
            out.leaf("creatingApplicationName", application)
    if examined.protection is not None:
        # no record holds a key, so there is no element for one
        with out.element("inhibitors"):
            out.leaf("inhibitorType", examined.protection.label)
            out.leaf("inhibitorTarget", "All content")


def _write_format(out: Elements, found: Format | None) -> None:
    with out.element("format"):
        with out.element("formatDesignation"):
            out.leaf("formatName", "unidentified" if found is None else found.name)
        if found is not None and found.puid is not None:
            with out.element("formatRegistry"):
                out.leaf("formatRegistryName", "PRONOM")
                out.leaf("formatRegistryKey", found.puid)


def encoder(examined: ExaminedFile) -> str | None:
    """Return the software that a tag says encoded the file, or ``None``.

    Only fields for software are asked, not those for whoever encoded it. People write names there too: a value
    counts only where it holds a digit, as software with its version does, and no ``@``.
    """
    for tag in ("encoder_settings", "encoder"):
        for value in examined.tags.get(tag, ()):
            name = value.strip()
            if any(character.isdigit() for character in name) and "@" not in name:
                return name[:_LONGEST_APPLICATION]
    return None
