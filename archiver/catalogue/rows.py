"""Writes the rows of files, many at a time: the files, the words by which they are found, their tags, their problems."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from array import array
from collections.abc import Sequence

from archiver.catalogue.database import Catalogue, Value
from archiver.catalogue.records_of_bag import CataloguedRecord, FileInBag
from archiver.catalogue.words import Facets, find_row
from archiver.model.rights import Act, Answer
from archiver.records.rights.lines import DecisionLine

_AT_ONCE = 2_000
"""Rows that are written together."""

_FILES_OF_TAGS = 1_000
"""Files whose tags stand in one row at most."""

_REMEMBERED = 20_000
_MOST_ODD = 100_000
_MOST = (1 << 63) - 1
_YEAR = re.compile(r"\s*([0-9]{4})(?![0-9])", re.ASCII)
_NUMBERED = re.compile(r"d([0-9]{1,9})", re.ASCII)

_FILE = (
    "INSERT INTO file (file_id, bag_id, folder_id, name, role, size, modified_ns, format_id, duration_ms, sample_rate,"
    " channels, bit_depth, bitrate, lossless, year, protection, personal, integrity, decision_id, digest, essence,"
    " record_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FIND = "INSERT INTO find (rowid, title, artist, album, other, path, facet) VALUES (?, ?, ?, ?, ?, ?, ?)"
_TAGS = "INSERT INTO tags (first_file, body) VALUES (?, ?)"
_PROBLEM = "INSERT INTO problem (file_id, code, message) VALUES (?, ?, ?)"


class Numbers:
    """Numbers of rows that many files share: folders, formats, decisions; each is made where it is new.

    Args:
        catalogue: The catalogue, within a transaction.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._folders: dict[str, int] = {}
        self._formats: dict[tuple[str | None, ...], int] = {}
        self._decisions: dict[bytes, int] = {}

    def folder(self, path: str) -> int:
        """Return the number of a folder below ``data/``."""
        return self._number(
            self._folders,
            path,
            ("SELECT folder_id FROM folder WHERE path = ?", "INSERT INTO folder (path) VALUES (?)"),
            (path,),
        )

    def known_folder(self, path: str) -> int | None:
        """Return the number of a folder if there is one."""
        found = self._folders.get(path)
        if found is None:
            found = self._catalogue.number("SELECT folder_id FROM folder WHERE path = ?", (path,))
            _remember(self._folders, path, found)
        return found or None

    def format(self, told: CataloguedRecord) -> int | None:
        """Return the number of a file's format; ``None`` where it was not identified."""
        if told.format is None:
            return None
        found = told.format
        values = (
            _text(found.puid),
            _text(found.name),
            _text(found.mime),
            _text(None if told.audio is None else told.audio.codec),
        )
        select = "SELECT format_id FROM format WHERE puid IS ? AND name IS ? AND mime IS ? AND codec IS ?"
        return self._number(
            self._formats,
            values,
            (select, "INSERT INTO format (puid, name, mime, codec) VALUES (?, ?, ?, ?)"),
            values,
        )

    def decision(self, line: DecisionLine) -> int:
        """Return the number of what was decided."""
        columns = _decision_columns(line)
        digest = _columns_digest(columns)
        insert = (
            "INSERT INTO decision (disposition, basis, preserve, access, transfer, publish, mine, personal,"
            " restricted_until, reasons, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        found = self._decisions.get(digest)
        if found is None:
            found = self._catalogue.number("SELECT decision_id FROM decision WHERE digest = ?", (digest,))
            found = found or self._catalogue.add(insert, (*columns, digest))
            _remember(self._decisions, digest, found)
        return found

    def _number(self, known: dict, key: object, sql: tuple[str, str], values: Sequence[Value]) -> int:  # type: ignore[type-arg]
        found = known.get(key)
        if not found:
            found = self._catalogue.number(sql[0], values) or self._catalogue.add(sql[1], values)
            _remember(known, key, found)
        return found


class DecisionsOfBag:
    """What a bag's own identifiers of decisions stand for in the catalogue.

    Attributes:
        policy: Name of the policy that they were made under; ``None`` where there is no record of them.
    """

    def __init__(self) -> None:
        self._numbered = array("q")
        self._odd: dict[str, tuple[int, str | None]] = {}
        self._personal: dict[int, str | None] = {}
        self.policy: str | None = None

    def add(self, line: DecisionLine, decision_id: int) -> None:
        """Note what an identifier stands for.

        Raises:
            ValueError: where a bag has more identifiers of other forms than this program writes.
        """
        self._personal[decision_id] = line.personal_data
        found = _NUMBERED.fullmatch(line.id)
        if found is not None and int(found[1]) == len(self._numbered) + 1:
            self._numbered.append(decision_id)
        elif len(self._odd) < _MOST_ODD:
            self._odd[line.id] = (decision_id, line.personal_data)
        else:
            raise ValueError("it has more decisions than are ever written")

    def number(self, identifier: str | None) -> int | None:
        """Return the number of what was decided; ``None`` where no decision has that identifier."""
        if identifier is None:
            return None
        found = _NUMBERED.fullmatch(identifier)
        if found is not None and 1 <= int(found[1]) <= len(self._numbered):
            return self._numbered[int(found[1]) - 1]
        return self._odd.get(identifier, (None, None))[0]

    def personal(self, decision_id: int | None) -> str | None:
        """Return what was detected of personal data where that was decided."""
        return None if decision_id is None else self._personal.get(decision_id)


class FileRows:
    """Adds the files of one bag, in order; :meth:`finish` writes what waits.

    Args:
        catalogue: The catalogue, within a transaction.
        numbers: Numbers of what files share.
        bag_id: The bag's number.
        decisions: What its identifiers of decisions stand for.

    Attributes:
        first: Number of the first file, if any is added.
        next: Number of the next file.
        octets: Bytes of the files so far.
    """

    def __init__(
        self, catalogue: Catalogue, numbers: Numbers, bag_id: int, decisions: DecisionsOfBag
    ) -> None:
        self._catalogue = catalogue
        self._numbers = numbers
        self._bag_id = bag_id
        self._decisions = decisions
        self.first = self.next = catalogue.number("SELECT max(file_id) FROM file") + 1
        self.octets = 0
        self._files: list[tuple[Value, ...]] = []
        self._words: list[tuple[Value, ...]] = []
        self._problems: list[tuple[Value, ...]] = []
        self._bodies: list[tuple[Value, ...]] = []
        self._folder = ""
        self._tags_from = self.first
        self._tags: list[tuple[int, dict[str, list[str]]]] = []

    def add(self, file: FileInBag) -> None:
        """Add one file."""
        folder, _, name = file.path.rpartition("/")
        if folder != self._folder or self.next - self._tags_from >= _FILES_OF_TAGS:
            self._end_tags()
            self._folder = folder
        told = file.told
        format_id = self._numbers.format(told)
        decision_id = self._decisions.number(told.decision)
        personal = self._decisions.personal(decision_id)
        audio, integrity = told.audio, None if told.integrity is None else _text(told.integrity.state)
        protection = None if told.protection is None else _text(told.protection.scheme)
        lossless = None if audio is None else audio.lossless
        sound: tuple[Value, ...] = (file.duration_ms, None, None, None, None, None)
        if audio is not None:
            measures = (audio.sample_rate_hz, audio.channels, audio.bit_depth, audio.bitrate_bps)
            sound = (file.duration_ms, *map(_whole, measures), None if lossless is None else int(lossless))
        year = _year(told.tags)
        where = (self.next, self._bag_id, self._numbers.folder(folder), name)
        what = (_text(told.role), file.size, file.modified_ns, format_id)
        rights = (protection, personal, integrity, decision_id)
        self._files.append((*where, *what, *sound, year, *rights, file.digest, file.essence, file.record_at))
        facets = Facets(format_id, told.role, lossless, protection is not None, personal, integrity, year)
        tags = {tag: tuple(values) for tag, values in told.tags.items()}
        self._words.append((self.next, *map(_text, find_row(tags, file.path, facets))))
        self._problems += [(self.next, _text(one.code), _text(one.message)) for one in told.problems]
        if told.tags:
            self._tags.append((self.next - self._tags_from, told.tags))
        self.octets += file.size
        self.next += 1
        if len(self._files) >= _AT_ONCE:
            self._write()

    def finish(self) -> None:
        """Write what waits."""
        self._end_tags()
        self._write()

    def _end_tags(self) -> None:
        if self._tags:
            body = json.dumps(self._tags, separators=(",", ":")).encode("ascii")
            self._bodies.append((self._tags_from, zlib.compress(body, 6)))
        self._tags, self._tags_from = [], self.next

    def _write(self) -> None:
        for sql, rows in (
            (_FILE, self._files),
            (_FIND, self._words),
            (_PROBLEM, self._problems),
            (_TAGS, self._bodies),
        ):
            self._catalogue.run_many(sql, rows)
            rows.clear()


def decision_digest(line: DecisionLine) -> bytes:
    """Return the digest by which the catalogue knows what was decided, whatever its identifier in a bag."""
    return _columns_digest(_decision_columns(line))


def _decision_columns(line: DecisionLine) -> tuple[Value, ...]:
    return (
        line.disposition.value,
        line.basis.value,
        *(line.acts.get(act, Answer.UNKNOWN).value for act in Act),
        line.personal_data,
        None if line.restricted_until is None else line.restricted_until.isoformat(),
        json.dumps([{"code": one.code, "text": one.text} for one in line.reasons], separators=(",", ":")),
    )


def _columns_digest(columns: tuple[Value, ...]) -> bytes:
    return hashlib.sha256(json.dumps(columns, separators=(",", ":")).encode("ascii")).digest()


def _remember(known: dict, key: object, number: int) -> None:  # type: ignore[type-arg]
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = number


def _text(text: str | None) -> str | None:
    r"""Return text that can be kept; a lone surrogate, which a damaged tag may hold, as its ``\uXXXX`` escape."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _whole(number: int | None) -> int | None:
    return number if number is not None and -_MOST <= number <= _MOST else None


def _year(tags: dict[str, list[str]]) -> int | None:
    for value in tags.get("date", ()):
        found = _YEAR.match(value)
        if found is not None:
            return int(found[1])
    return None
