"""What the three vocabularies of picture metadata say of a person: Exif tags, IPTC datasets, XMP properties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.personal.find import personal_spans

Found = tuple[str, str, int]
"""Evidence code, the part of the picture that holds it, and its byte offset in the picture."""

_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_NAMED = {
    0x013B: ("picture-author", "Exif.Artist"),
    0x9C9D: ("picture-author", "Exif.XPAuthor"),
    0xA430: ("file-owner", "Exif.CameraOwnerName"),
    0xA431: ("device-serial-number", "Exif.BodySerialNumber"),
    0xA435: ("device-serial-number", "Exif.LensSerialNumber"),
    0xC62F: ("device-serial-number", "Exif.CameraSerialNumber"),
}
_TEXTS = {
    0x010E: ("Exif.ImageDescription", 0),
    0x013C: ("Exif.HostComputer", 0),
    0x8298: ("Exif.Copyright", 0),
    0x9286: ("Exif.UserComment", 8),
    0x9C9B: ("Exif.XPTitle", 0),
    0x9C9C: ("Exif.XPComment", 0),
    0xA420: ("Exif.ImageUniqueID", 0),
}
_PACKETS = {0x02BC: "xmp", 0x83BB: "iptc"}
_GPS_PLACE = frozenset({2, 4})
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4}
_MAX_ENTRIES, _MAX_DIRECTORIES, _MAX_VALUE = 512, 8, 1 << 16
_IPTC = {80: "picture-author", 118: "contact-details"}
_IPTC_TEXTS = frozenset({5, 25, 40, 116, 120, 122})
_MAX_DATASETS = 1000
_XMP = {
    "picture-author": re.compile(
        r"<dc:creator>(?:\s|<rdf:\w{2,3}>|<rdf:li[^<>]{0,80}>){0,20}[^<\s]|tiff:Artist\s?[=>]"
    ),
    "contact-details": re.compile(r"CreatorContactInfo|CiEmailWork|CiTelWork|CiAdrExtadr"),
    "file-owner": re.compile(r"aux:OwnerName|CameraOwnerName|plus:Licensee(?:Name)?\b"),
}
_BLANK = b" \0\t\r\n"


def exif_data(data: bytes, at: int) -> Iterator[Found]:
    """What the Exif tags of a TIFF structure say; ``at`` is where it stands in the picture."""
    order: str = "little" if data[:2] == b"II" else "big"
    if data[:2] not in (b"II", b"MM"):
        return
    waiting = [(_number(data, 4, 4, order), False)]
    for _ in range(_MAX_DIRECTORIES):
        if not waiting:
            return
        directory, is_place = waiting.pop(0)
        for tag, kind, value in _entries(data, directory, order):
            if is_place:
                if tag in _GPS_PLACE and value.strip(b"\0"):
                    yield "picture-location", "Exif.GPSInfo", at + directory
            elif tag in (_EXIF_DIRECTORY, _GPS_DIRECTORY):
                waiting.append((_number(value, 0, 4, order), tag == _GPS_DIRECTORY))
            else:
                yield from _entry(tag, kind, value, at + directory)


def iptc_data(data: bytes, at: int) -> Iterator[Found]:
    """What IPTC-IIM datasets say, bare or in Photoshop's resources; ``at`` is where they stand in the picture."""
    position = data.find(b"\x1c\x02")
    for _ in range(_MAX_DATASETS):
        if position < 0 or data[position : position + 2] != b"\x1c\x02":
            return
        dataset, size = data[position + 2 : position + 3], _number(data, position + 3, 2, "big")
        value = data[position + 5 : position + 5 + size].strip(_BLANK)
        number = dataset[0] if dataset else 0
        if value and number in _IPTC:
            yield _IPTC[number], f"IPTC.2:{number}", at + position
        elif value and number in _IPTC_TEXTS:
            for span in personal_spans(value.decode("utf-8", "replace")):
                yield span.code, f"IPTC.2:{number}", at + position
        position += 5 + size


def xmp_data(data: bytes, at: int) -> Iterator[Found]:
    """What an XMP packet says; ``at`` is where it stands in the picture."""
    text = data[: 1 << 18].decode("utf-8", "replace")
    for code, pattern in _XMP.items():
        if pattern.search(text) is not None:
            yield code, "XMP", at
    for span in personal_spans(text):
        yield span.code, "XMP", at


def _entry(tag: int, kind: int, value: bytes, at: int) -> Iterator[Found]:
    if tag in _NAMED and value.strip(_BLANK):
        code, name = _NAMED[tag]
        yield code, name, at
    elif tag in _TEXTS:
        name, skipped = _TEXTS[tag]
        wide = name.startswith("Exif.XP")
        text = value[skipped:].decode("utf-16-le" if wide else "utf-8", "replace").rstrip("\0")
        for span in personal_spans(text):
            yield span.code, name, at
    elif tag in _PACKETS and kind in (1, 4, 7):
        yield from (xmp_data if _PACKETS[tag] == "xmp" else iptc_data)(value, at)


def _entries(data: bytes, directory: int, order: str) -> Iterator[tuple[int, int, bytes]]:
    """Tag, type and value of each entry of a directory, as far as the data goes."""
    if not 8 <= directory < len(data):
        return
    count = min(_number(data, directory, 2, order), _MAX_ENTRIES)
    for index in range(count):
        entry = directory + 2 + 12 * index
        if entry + 12 > len(data):
            return
        tag, kind = _number(data, entry, 2, order), _number(data, entry + 2, 2, order)
        size = min(_SIZES.get(kind, 0) * _number(data, entry + 4, 4, order), _MAX_VALUE)
        start = entry + 8 if size <= 4 else _number(data, entry + 8, 4, order)
        yield tag, kind, data[start : start + size]


def _number(data: bytes, at: int, size: int, order: str) -> int:
    return int.from_bytes(data[at : at + size], "little" if order == "little" else "big")
