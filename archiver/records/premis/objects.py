"""The objects of the PREMIS record: the package, and each of its files."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from archiver.model.audio import ExaminedFile, Format
from archiver.model.evidence import Protection
from archiver.model.package import PackedFile
from archiver.records.visible import xml_text

_ALGORITHMS = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
_LONGEST_APPLICATION = 200


def package_object(identifier: UUID, name: str, events: Iterable[UUID]) -> str:
    """Return the object for the package itself, of the category representation: the set of its files."""
    return (
        '<object xsi:type="premis:representation">\n'
        f"{_object_identifier('UUID', str(identifier))}"
        f"<originalName>{xml_text(name)}</originalName>\n"
        f"{event_links(events)}"
        "</object>\n"
    )


def event_links(events: Iterable[UUID]) -> str:
    """Return the links from an object to what was done to it."""
    return "".join(
        "<linkingEventIdentifier><linkingEventIdentifierType>UUID</linkingEventIdentifierType>"
        f"<linkingEventIdentifierValue>{event}</linkingEventIdentifierValue></linkingEventIdentifier>\n"
        for event in events
    )


def file_object(entry: PackedFile, links: str, rights: Iterable[UUID]) -> str:
    """Return the object of one file.

    Its identifier and its original name are both the path in the bag, for that is the name under which the
    repository receives it, and by which Archivematica finds it. The name in the source, where it could not be kept
    as it was, stands in ``files.jsonl``.

    Args:
        entry: The file.
        links: Event links, rendered, as they are the same for every file.
        rights: Identifiers of the rights statements on it.
    """
    path, examined = xml_text(entry.bag_path), entry.assessed.examined
    return (
        '<object xsi:type="premis:file">\n'
        f"{_object_identifier('local', path)}"
        "<objectCharacteristics>\n"
        f"{''.join(_fixity(algorithm, digest) for algorithm, digest in entry.digests)}"
        f"<size>{entry.size_bytes}</size>\n"
        f"{_format(examined.format)}{_creating_application(examined)}{_inhibitors(examined.protection)}"
        "</objectCharacteristics>\n"
        f"<originalName>{path}</originalName>\n"
        f"{links}{''.join(map(_rights_link, rights))}"
        "</object>\n"
    )


def _object_identifier(kind: str, value: str) -> str:
    return (
        f"<objectIdentifier><objectIdentifierType>{kind}</objectIdentifierType>"
        f"<objectIdentifierValue>{value}</objectIdentifierValue></objectIdentifier>\n"
    )


def _fixity(algorithm: str, digest: str) -> str:
    name = _ALGORITHMS.get(algorithm, algorithm.upper())
    return (
        f"<fixity><messageDigestAlgorithm>{xml_text(name)}</messageDigestAlgorithm>"
        f"<messageDigest>{xml_text(digest)}</messageDigest></fixity>\n"
    )


def _format(found: Format | None) -> str:
    if found is None:
        return (
            "<format><formatDesignation><formatName>unidentified</formatName></formatDesignation></format>\n"
        )
    registry = ""
    if found.puid is not None:
        registry = (
            "<formatRegistry><formatRegistryName>PRONOM</formatRegistryName>"
            f"<formatRegistryKey>{xml_text(found.puid)}</formatRegistryKey>"
            "</formatRegistry>"
        )
    return f"<format><formatDesignation><formatName>{xml_text(found.name)}</formatName></formatDesignation>{registry}</format>\n"


def _creating_application(examined: ExaminedFile) -> str:
    name = encoder(examined)
    if name is None:
        return ""
    return (
        f"<creatingApplication><creatingApplicationName>{xml_text(name)}</creatingApplicationName>"
        "</creatingApplication>\n"
    )


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


def _inhibitors(found: Protection | None) -> str:
    """What stands in the way of using the file; there is no key in any record, so no element for one."""
    if found is None:
        return ""
    return (
        f"<inhibitors><inhibitorType>{xml_text(found.label)}</inhibitorType>"
        "<inhibitorTarget>All content</inhibitorTarget></inhibitors>\n"
    )


def _rights_link(identifier: UUID) -> str:
    return (
        "<linkingRightsStatementIdentifier>"
        "<linkingRightsStatementIdentifierType>UUID</linkingRightsStatementIdentifierType>"
        f"<linkingRightsStatementIdentifierValue>{identifier}</linkingRightsStatementIdentifierValue>"
        "</linkingRightsStatementIdentifier>\n"
    )
