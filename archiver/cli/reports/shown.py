"""All that is known of a bag, a file or an album: for people and for programs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.catalogue.copies import BagCopy
from archiver.catalogue.search import FoundFile
from archiver.catalogue.showing import Decided, HeldAs, ShownAlbum, ShownBag, ShownFile
from archiver.cli.reports.found import file_members, length
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.listed import day, moment
from archiver.cli.terminal.table import fitted_lines
from archiver.cli.terminal.text import brief, count, shown_path, wrapped
from archiver.duplicates.best import told_sound
from archiver.model.audio import AudioProperties
from archiver.model.problem import kind_of
from archiver.records.moments import rfc3339_ns
from archiver.usecases.show import Shown

_LABEL = 14
_CELL = 200
_DIGITS = 40
"""Of a digest in a report; these are enough to find the file by."""

_MOST_TAGS = 12
"""Values of a tag that a report shows."""


def shown_lines(shown: Shown) -> Iterator[str]:
    """Yield the report."""
    match shown:
        case ShownBag():
            yield from _bag_lines(shown)
        case ShownFile():
            yield from _file_lines(shown)
        case ShownAlbum():
            yield from _album_lines(shown)


def write_shown(shown: Shown) -> None:
    """Write the JSON object to standard output."""
    match shown:
        case ShownBag():
            write_json(
                "archiver.show-bag/1", _known(_bag_members(shown)), {"copies": map(_copy, shown.copies)}
            )
        case ShownFile():
            write_json(
                "archiver.show-file/1",
                _known(_file_members(shown)),
                {
                    "copies": map(_copy, shown.copies),
                    "held": map(_held, shown.held),
                    "alike": map(_other, shown.alike),
                    "retagged": map(_other, shown.retagged),
                },
            )
        case ShownAlbum():
            files = ({"bag": file.bag, **file_members(file)} for file in shown.files)
            write_json(
                "archiver.show-album/1", {"title": shown.title, "artist": shown.artist}, {"files": files}
            )


def _line(label: str, text: str) -> str:
    return wrapped(f"{label:<{_LABEL}} {text}", indent="  ", below=" " * (_LABEL + 3))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    known = list(lines)
    if known:
        yield f"\n{title}"
        yield from known


def _bag_lines(bag: ShownBag) -> Iterator[str]:
    yield wrapped(f"Bag {shown_path(bag.name)}")
    yield ""
    yield _line("identifier", shown_path(bag.identifier))
    if bag.sealed_at:
        yield _line("made", moment(bag.sealed_at))
    if bag.collection:
        yield _line("collection", shown_path(bag.collection))
    if bag.accession:
        yield _line("accession", shown_path(bag.accession))
    yield _line("payload", f"{count(bag.files, 'file')}, {human_size(bag.octets)}, {brief(bag.algorithms)}")
    for title, counts in (("rights", bag.dispositions), ("music", bag.integrity)):
        if counts:
            yield _line(title, "; ".join(f"{brief(word)}: {number:,}" for word, number in counts.items()))
    yield from _titled("Copies", _copy_lines(bag.copies))
    formats = [
        (brief(name, _CELL), f"{files:,}", human_size(size)) for name, (files, size) in bag.formats.items()
    ]
    if formats:
        yield ""
        yield from fitted_lines(("Format", "Files", "Size"), formats, cut=(0,), right=(1, 2))
    yield from _titled(
        "Problems",
        (
            _line(brief(code), f"{count(files, 'file')}: {_meaning(code)}")
            for code, files in bag.problems.items()
        ),
    )


def _file_lines(shown: ShownFile) -> Iterator[str]:
    file = shown.file
    yield wrapped(f"File {shown_path(file.path)}")
    yield ""
    yield _line("bag", shown_path(file.bag))
    yield _line("size", f"{human_size(file.size_bytes)} ({file.size_bytes:,} bytes)")
    if file.modified_ns is not None:
        yield _line("modified", moment(rfc3339_ns(file.modified_ns)))
    if file.role:
        yield _line("role", brief(file.role))
    if file.format:
        yield _line("format", brief(" ".join(filter(None, (file.format, file.puid and f"({file.puid})")))))
    if file.codec:
        yield _line("audio", _sound(file))
    if file.integrity:
        yield _line("music", f"{brief(file.integrity)} when it was packed")
    if file.protection:
        yield _line("protection", brief(file.protection))
    if file.personal:
        words = {"detected": "detected", "unknown": "none detected; not all could be read for it"}
        yield _line("personal data", words.get(file.personal, brief(file.personal)))
    yield _line(file.algorithm, _begins(file.digest))
    if file.essence is not None:
        yield _line("essence", _begins(file.essence))
    yield from _titled("Tags", (_line(brief(name), _values(values)) for name, values in file.tags.items()))
    yield from _titled("Problems", (_line(brief(code), brief(message)) for code, message in shown.problems))
    if shown.decided is not None:
        yield from _titled("Rights, as decided when it was packed", _decided_lines(shown.decided))
    yield from _titled("Copies of its bag", _copy_lines(shown.copies))
    yield from _titled("In collections", _held_lines(shown.held))
    yield from _titled("Same bytes in", map(_other_line, shown.alike))
    yield from _titled("Same music, other tags, in", map(_other_line, shown.retagged))


def _album_lines(album: ShownAlbum) -> Iterator[str]:
    by = f" by {shown_path(album.artist)}" if album.artist else ""
    seconds = sum(file.duration_s or 0 for file in album.files)
    yield wrapped(f"Album {shown_path(album.title)}{by}")
    yield wrapped(
        f"{count(len(album.files), 'file')}, {length(seconds)}, {human_size(sum(file.size_bytes for file in album.files))}"
    )
    for bag in dict.fromkeys(file.bag for file in album.files):
        files = sorted((file for file in album.files if file.bag == bag), key=_place_in_album)
        yield ""
        yield wrapped(f"In bag {shown_path(bag)}")
        rows = [
            (
                brief("-".join(filter(None, (_first(file, "disc"), _first(file, "track")))), 20),
                brief(_first(file, "title") or file.path.rpartition("/")[2], _CELL),
                "" if file.duration_s is None else length(file.duration_s),
                brief(file.codec or "", 20).upper(),
                brief(file.integrity or "", 20),
            )
            for file in files
        ]
        yield from fitted_lines(("No.", "Title", "Length", "Format", "Music"), rows, cut=(1,), right=(0, 2))


def _place_in_album(file: FoundFile) -> tuple[int, int, str]:
    return (_number(_first(file, "disc")), _number(_first(file, "track")), file.path)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _first(file: FoundFile, tag: str) -> str:
    return file.tags.get(tag, ("",))[0]


def _sound(file: FoundFile) -> str:
    known = AudioProperties(
        file.codec or "",
        file.duration_s,
        file.sample_rate_hz,
        file.channels,
        file.bit_depth,
        file.bitrate_bps,
        file.lossless,
    )
    told = brief(told_sound(known))
    return told if file.duration_s is None else f"{told}, {length(file.duration_s)}"


def _begins(digest: bytes) -> str:
    digits = digest.hex()
    return digits if len(digits) <= _DIGITS else f"{digits[:_DIGITS]}…"


def _values(values: tuple[str, ...]) -> str:
    told = "; ".join(brief(value) for value in values[:_MOST_TAGS])
    more = len(values) - _MOST_TAGS
    return told + (f"; and {more:,} more" if more > 0 else "")


def _meaning(code: str) -> str:
    return kind_of(code).title


def _copy_lines(copies: Iterable[BagCopy]) -> Iterator[str]:
    for copy in copies:
        checked = f"last found whole {day(copy.checked_at)}" if copy.checked_at else "never checked"
        form = "" if copy.form == "folder" else f", {copy.form}"
        older = ", older tag files" if copy.is_older else ""
        told = f"{shown_path(os.fsdecode(copy.absolute))}: {copy.state}{older}{form}, {checked}"
        yield _line(brief(copy.store, _LABEL), told)


def _decided_lines(decided: Decided) -> Iterator[str]:
    until = f" until {decided.restricted_until}" if decided.restricted_until else ""
    yield _line("disposition", f"{brief(decided.disposition)}{until}; basis: {brief(decided.basis)}")
    yield _line("acts", "; ".join(f"{act}: {brief(answer)}" for act, answer in decided.acts.items()))
    for code, text in decided.reasons:
        yield _line(brief(code), brief(text))
    yield "  This is not legal advice."


def _held_lines(held: Iterable[HeldAs]) -> Iterator[str]:
    for one in held:
        until = f"until {moment(one.last_at)}" if one.last_at else "still"
        decided = f"; {one.decided.disposition}" if one.decided is not None else ""
        told = f"{shown_path(one.path)}: from {moment(one.first_at)}, {until}{brief(decided)}"
        yield _line(brief(one.collection, _LABEL), told)


def _other_line(file: FoundFile) -> str:
    return wrapped(f"{shown_path(file.bag)}: {shown_path(file.path)}", indent="  ", below="    ")


def _bag_members(bag: ShownBag) -> dict[str, Any]:
    return {
        "bag": bag.name,
        "identifier": bag.identifier,
        "sealed_at": bag.sealed_at,
        "collection": bag.collection,
        "accession": bag.accession,
        "files": bag.files,
        "bytes": bag.octets,
        "algorithms": bag.algorithms.split(","),
        "pin": bag.pin.hex(),
        "dispositions": dict(bag.dispositions),
        "integrity": dict(bag.integrity),
        "problems": dict(bag.problems),
        "formats": [
            {"name": name, "files": files, "bytes": size} for name, (files, size) in bag.formats.items()
        ],
    }


def _file_members(shown: ShownFile) -> dict[str, Any]:
    return {
        "bag": shown.file.bag,
        **file_members(shown.file),
        "problems": [{"code": code, "message": message} for code, message in shown.problems],
        "decision": None if shown.decided is None else _decided(shown.decided),
    }


def _decided(decided: Decided) -> dict[str, Any]:
    return _known(
        {
            "disposition": decided.disposition,
            "basis": decided.basis,
            "acts": dict(decided.acts),
            "personal": decided.personal,
            "restricted_until": decided.restricted_until,
            "reasons": [{"code": code, "text": text} for code, text in decided.reasons],
        }
    )


def _copy(copy: BagCopy) -> dict[str, Any]:
    return _known(
        {
            "store": copy.store,
            "store_identifier": copy.store_identifier,
            "path": os.fsdecode(copy.absolute),
            "form": copy.form,
            "state": copy.state,
            "older": copy.is_older or None,
            "added_at": copy.added_at,
            "checked_at": copy.checked_at,
        }
    )


def _held(held: HeldAs) -> dict[str, Any]:
    return _known(
        {
            "collection": held.collection,
            "store": held.store,
            "path": held.path,
            "first_at": held.first_at,
            "last_at": held.last_at,
            "modified": rfc3339_ns(held.modified_ns),
            "decision": None if held.decided is None else _decided(held.decided),
        }
    )


def _other(file: FoundFile) -> dict[str, Any]:
    return {"bag": file.bag, "path": f"data/{file.path}"}


def _known(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
