"""What the catalogue costs: taking files in, its size, and how soon a query is answered, with the line to more files.

The files are made up: albums of twelve tracks and three other files, a quarter of them named in scripts other than Latin,
words as unevenly frequent as those of a language, 12 values of tags to a track. They are taken in by the program's own
writer of rows, as ``archiver catalogue rebuild`` takes in the records of bags of 20,000 files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from archiver.catalogue.database import Catalogue, making, reading, remove
from archiver.catalogue.query.parse import parse_query
from archiver.catalogue.records_of_bag import CataloguedRecord, FileInBag, IntegrityState
from archiver.catalogue.rows import DecisionsOfBag, FileRows, Numbers
from archiver.catalogue.search import Search
from archiver.model.rights import Act, Answer, Basis, Disposition
from archiver.records.files import AudioRecord, EssenceRecord, FormatRecord, ProblemRecord, ProtectionRecord
from archiver.records.rights.lines import DecisionLine, ReasonRecord
from benchmarks.results import Row, Section, at_most

_FILES_OF_BAG = 20_000
_TRACKS = 12
_ASKED = 40
"""Different queries of each kind."""

_SHOWN, _COUNTED = 50, 1_001
"""Files that the report shows, and up to which it counts."""

_WANTED_MS = 100
_NATIONAL = 86_000_000
_RECKONED_FROM = 1_000_000
"""Files of the larger catalogue from which on a straight line says something; of small ones it says nothing."""

_SCRIPTS = ((0x4E00, 3000), (0x3041, 80), (0xAC00, 2000), (0x0430, 32), (0x0627, 28), (0x0905, 50))
_GENRES = ("Rock", "Electronic", "Jazz", "Classical", "Folk", "Hip Hop", "Metal", "Pop", "Reggae", "Ambient")
_FLAC = FormatRecord(name="FLAC (Free Lossless Audio Codec) 1.2.1", puid="fmt/279", mime="audio/flac")
_MP3 = FormatRecord(name="MPEG 1/2 Audio Layer 3", puid="fmt/134", mime="audio/mpeg")
_M4A = FormatRecord(name="M4A Audio", puid="fmt/596", mime="audio/mp4")
_PAPERS = (
    (
        "cover.jpg",
        "artwork",
        FormatRecord(name="JPEG File Interchange Format", puid="fmt/43", mime="image/jpeg"),
    ),
    ("album.cue", "cue", FormatRecord(name="Cue Sheet")),
    ("rip.log", "log", FormatRecord(name="Log File", puid="x-fmt/62")),
)


@dataclass(frozen=True, slots=True)
class _Words:
    """Words by how often they are used."""

    words: Sequence[str]
    weights: Sequence[float]

    def some(self, chance: random.Random, number: int) -> str:
        return " ".join(chance.choices(self.words, cum_weights=self.weights, k=number)).title()


@dataclass(frozen=True, slots=True, order=True)
class _Took:
    """What a query took, in milliseconds: of a processor, and of a clock, which runs on while others have the processor."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A catalogue of some files.

    Attributes:
        files: How many.
        values: Values of tags.
        cpu_s: Seconds of a processor that taking them in took, without that.
        size: Bytes of the file.
        answers: Kind of query to the milliseconds of a processor and of a clock that each query took.
    """

    files: int
    values: int
    cpu_s: float
    size: int
    answers: dict[str, list[_Took]]


def catalogue_section(scratch: Path, files: int) -> Section:
    """Measure catalogues of a hundredth, a tenth and all of so many files, and of large ones go on to as many as a nation's library has.

    Args:
        scratch: Where to make them.
        files: Files of the largest.
    """
    measured = [
        _measure(scratch / f"{number}.sqlite", number) for number in (files // 100, files // 10, files)
    ]
    header = (
        "",
        *(f"{one.files:,} files" for one in measured),
        f"{_NATIONAL:,}, reckoned",
        "wanted",
        "holds",
    )
    rows = [
        _row(
            "values of tags", measured, lambda one: one.values, "{:,.0f}", lambda n: f"{n / 1e6:,.0f} million"
        ),
        _row(
            "taking in",
            measured,
            lambda one: one.cpu_s,
            "{:.1f} CPU s",
            lambda n: f"{n / 3600:.1f} CPU hours",
        ),
        _row("size", measured, lambda one: one.size / 1e6, "{:,.1f} MB", lambda n: f"{n / 1000:,.0f} GB"),
    ]
    kinds = measured[-1].answers
    rows += [_query_row(kind, measured) for kind in kinds]
    by_clock = _row(
        "the slowest of these by a clock, p95",
        measured,
        lambda one: max(_slowest(kind, one, "wall") for kind in kinds),
        "{:.1f} ms",
        lambda _: "",
    )
    rows.append(by_clock)
    return Section("", "", tuple(rows), header)


def _query_row(kind: str, measured: Sequence[Measured]) -> Row:
    """Of the processor's time; that of a clock runs on while others have the processor."""
    slowest = max(_slowest(kind, one) for one in measured)
    row = _row(f"find {kind}, p95", measured, partial(_slowest, kind), "{:.1f} ms", "{:,.0f} ms".format)
    return replace(row, wanted=f"< {_WANTED_MS} ms", holds=at_most(slowest, _WANTED_MS))


def _row(
    what: str,
    measured: Sequence[Measured],
    value: Callable[[Measured], float],
    form: str,
    reckoned: Callable[[float], str],
) -> Row:
    """Return a row with a value at each size, and where the straight line through the two largest goes on to."""
    first, second, third = (form.format(value(one)) for one in measured)
    one, other = measured[-2:]
    slope = (value(other) - value(one)) / (other.files - one.files)
    told = ""
    if other.files >= _RECKONED_FROM:
        told = reckoned(max(value(other) + slope * (_NATIONAL - other.files), 0))
    return Row(what, first, second, third, told)


def _slowest(kind: str, measured: Measured, of: str = "cpu") -> float:
    return _percentile([getattr(took, of) for took in measured.answers[kind]], 95)


def _percentile(times: Sequence[float], percent: int) -> float:
    return sorted(times)[min(len(times) * percent // 100, len(times) - 1)]


class _MadeUp:
    """The files, and what making them up took of a processor, which is not the catalogue's to answer for."""

    def __init__(self, files: int) -> None:
        self._albums = _albums(files)
        self.seconds = 0.0
        self.values = 0

    def __iter__(self) -> Iterator[FileInBag]:
        while True:
            started = time.process_time()
            album = next(self._albums, None)
            if album is None:
                return
            self.values += sum(len(values) for file in album for values in file.told.tags.values())
            self.seconds += time.process_time() - started
            yield from album


def _measure(path: Path, files: int) -> Measured:
    made_up = _MadeUp(files)
    began = time.process_time()
    _load(path, made_up)
    used = time.process_time() - began - made_up.seconds
    answers = _ask(path, files)
    size = path.stat().st_size
    remove(str(path))
    return Measured(files, made_up.values, used, size, answers)


def _load(path: Path, made_up: Iterable[FileInBag]) -> None:
    """Take the files in as a rebuild does, with one collection whose latest state holds them all."""
    with making(str(path)) as catalogue:
        with catalogue.write():
            catalogue.run(
                "INSERT INTO store (store_id, identifier, label, place) VALUES (1, 'benchmark', 'backup', ?)",
                (b"/media/backup",),
            )
            catalogue.run("INSERT INTO collection (store_id, name) VALUES (1, 'Music')")
            catalogue.run(
                "INSERT INTO accession (identifier, collection_id, at, bags) VALUES ('one', 1, '2026-01-01T00:00:00Z', 1)"
            )
        numbers = Numbers(catalogue)
        every = iter(made_up)
        for bag in itertools.count(1):
            of_bag = list(itertools.islice(every, _FILES_OF_BAG))
            if not of_bag:
                break
            with catalogue.write():
                _add_bag(catalogue, numbers, bag, of_bag)
        with catalogue.write():
            catalogue.run(
                "INSERT INTO place (place_id, collection_id, path) SELECT folder_id, 1, path FROM folder"
            )
            catalogue.run(
                "INSERT OR IGNORE INTO held (place_id, name, first_acc, last_acc, file_id, modified_ns, decision_id, size, mtime_ns,"
                " ctime_ns, inode, racy) SELECT folder_id, name, 1, NULL, file_id, modified_ns, decision_id, size, modified_ns,"
                " modified_ns, file_id, 0 FROM file ORDER BY folder_id, name"
            )


def _add_bag(catalogue: Catalogue, numbers: Numbers, bag: int, files: Sequence[FileInBag]) -> None:
    sealed = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=bag)
    catalogue.run(
        "INSERT INTO bag (bag_id, identifier, name, sealed_at, algorithms, pin, octets, files, accession_id)"
        " VALUES (?, ?, ?, ?, 'sha512', ?, 0, ?, 1)",
        (
            bag,
            f"urn:uuid:{bag}",
            f"Music-{bag}",
            f"{sealed:%Y-%m-%dT%H:%M:%SZ}",
            hashlib.sha512(str(bag).encode()).digest(),
            len(files),
        ),
    )
    decisions = DecisionsOfBag()
    for line in _decisions():
        decisions.add(line, numbers.decision(line))
    rows = FileRows(catalogue, numbers, bag, decisions)
    for file in files:
        rows.add(file)
    rows.finish()
    catalogue.run(
        "UPDATE bag SET octets = ?, first_file = ?, last_file = ? WHERE bag_id = ?",
        (rows.octets, rows.first, rows.next - 1, bag),
    )
    catalogue.run(
        "INSERT INTO copy (bag_id, store_id, path, form, state, added_at) VALUES (?, 1, ?, 'folder', 'present', '2026')",
        (bag, f"Music-{bag}"),
    )


def _decisions() -> Iterator[DecisionLine]:
    """As many as a donation has; the last of them are rare."""
    for number in range(1, 161):
        rare = number > 20
        yield DecisionLine(
            id=f"d{number}",
            disposition=Disposition.RESTRICT if rare else Disposition.INCLUDE,
            basis=Basis.DONOR if rare else Basis.UNKNOWN,
            acts=dict.fromkeys(Act, Answer.UNKNOWN),
            restricted_until=dt.date(2030, 1, 1) + dt.timedelta(days=number),
            reasons=(
                ReasonRecord(code="not-declared", text=f"Nobody has said whether it may be kept ({number})."),
            ),
        )


def _words(chance: random.Random, script: tuple[int, int] | None, number: int) -> _Words:
    words: dict[str, None] = {}
    while len(words) < number:
        if script is None:
            pairs = (
                chance.choice("bcdfghklmnprstvw") + chance.choice("aeiou\u00f6\u00e9")
                for _ in range(chance.randint(1, 4))
            )
            words["".join(pairs) + chance.choice("nrst")] = None
        else:
            first, span = script
            words["".join(chr(first + chance.randrange(span)) for _ in range(chance.randint(2, 5)))] = None
    weights = itertools.accumulate(1 / (rank + 3) for rank in range(number))
    return _Words(tuple(words), tuple(weights))


def _albums(files: int) -> Iterator[list[FileInBag]]:
    """Yield the files of one album after another, the same ones each time."""
    chance = random.Random(1)  # noqa: S311 - no secret
    latin = _words(chance, None, 20_000)
    scripts = [_words(chance, script, 3_000) for script in _SCRIPTS]
    artists = [
        (
            used := chance.choice(scripts) if chance.random() < 0.25 else latin,
            used.some(chance, chance.randint(1, 3)),
        )
        for _ in range(max(files // 130, 20))
    ]
    count = 0
    while count < files:
        words, artist = chance.choice(artists)
        album = list(itertools.islice(_album(chance, words, artist, count), files - count))
        count += len(album)
        yield album


def _album(chance: random.Random, words: _Words, artist: str, count: int) -> Iterator[FileInBag]:
    title, year = words.some(chance, chance.randint(1, 4)), chance.randint(1955, 2026)
    kind, codec, lossless = chance.choices(
        ((_FLAC, "flac", True), (_MP3, "mp3", False), (_M4A, "aac", False)), (60, 30, 10)
    )[0]
    folder = f"{artist}/{year} - {title}"  # some albums come twice, as in life
    composer, label, genre = _name(chance, words), words.some(chance, 2), chance.choice(_GENRES)
    release = f"{chance.getrandbits(128):032x}"
    for track in range(1, _TRACKS + 1):
        name = words.some(chance, chance.randint(1, 5))
        tags = {
            "title": [name],
            "artist": [artist],
            "album": [title],
            "album_artist": [artist],
            "track": [str(track)],
            "track_total": [str(_TRACKS)],
            "date": [str(year)],
            "genre": [genre],
            "label": [label],
            "composer": [composer],
            "mb_release_id": [release],
            "mb_recording_id": [f"{chance.getrandbits(128):032x}"],
        }
        damaged = chance.random() < 0.002
        told = CataloguedRecord(
            role="audio",
            format=kind,
            audio=AudioRecord(
                codec=codec,
                sample_rate_hz=44_100,
                channels=2,
                bit_depth=16,
                bitrate_bps=900_000,
                lossless=lossless,
            ),
            essence=EssenceRecord(method="made-up", digest=""),
            integrity=IntegrityState(state="damaged" if damaged else "intact"),
            tags=tags,
            protection=_LOCK if codec == "aac" and chance.random() < 0.05 else None,
            decision=f"d{chance.choice((1, 2, 3, 4, 5)) if chance.random() < 0.99 else chance.randint(21, 160)}",
            problems=(_DAMAGE,) if damaged else (),
        )
        yield _file(chance, f"{folder}/{track:02} {name}.{_ENDINGS[codec]}", told, count + track)
    for name, role, paper in _PAPERS:
        yield _file(
            chance, f"{folder}/{name}", CataloguedRecord(role=role, format=paper, decision="d1"), count
        )


_ENDINGS = {"flac": "flac", "mp3": "mp3", "aac": "m4a"}
_LOCK = ProtectionRecord(scheme="fairplay", name="FairPlay", locator="sinf", certain=True)
_DAMAGE = ProblemRecord(code="F210", severity="warning", message="a frame fails its CRC-16, at 1:02.3")


def _name(chance: random.Random, words: _Words) -> str:
    return f"{words.some(chance, 1)} {words.some(chance, 1)}"


def _file(chance: random.Random, path: str, told: CataloguedRecord, number: int) -> FileInBag:
    audio = told.audio is not None
    return FileInBag(
        path=path,
        digest=chance.randbytes(64),
        size=chance.randrange(5_000_000, 50_000_000) if audio else chance.randrange(1_000, 500_000),
        record_at=number * 4_000,
        told=told,
        modified_ns=1_700_000_000_000_000_000 + number,
        duration_ms=chance.randrange(60_000, 500_000) if audio else None,
        essence=chance.randbytes(32) if audio else None,
    )


def _queries(files: int) -> dict[str, list[str]]:
    """Yield for each kind of query as many as are asked: of words that some file has."""
    chance = random.Random(2)  # noqa: S311 - no secret
    albums = list(itertools.islice(_albums(files), 0, 4_000))
    tracks = [file for album in chance.sample(albums, min(len(albums), _ASKED)) for file in album[:1]]
    tracks = [chance.choice(tracks) for _ in range(_ASKED)]
    tags = [file.told.tags for file in tracks]

    def word(one: dict[str, list[str]], tag: str) -> str:
        return chance.choice(one[tag][0].split())

    return {
        "a word of the title": [f"title:{word(one, 'title')}" for one in tags],
        "a word anywhere": [word(one, "title") for one in tags],
        "the beginning of a word": [word(one, "artist")[:4] for one in tags],
        "words of artist and title": [
            f"artist:{word(one, 'artist')} title:{word(one, 'title')}" for one in tags
        ],
        "artist, years, format": [
            f"artist:{word(one, 'artist')} year:1990..2005 format:flac" for one in tags
        ],
        "a common word, a year": [
            f"genre:{chance.choice(_GENRES[:5]).casefold()} year:{one['date'][0]}" for one in tags
        ],
        "words side by side": [f'title:"{one["title"][0]}"' for one in tags],
        "a composer": [f'composer:"{one["composer"][0]}"' for one in tags],
        "year and format": [f"year:{one['date'][0]} format:mp3" for one in tags],
        "restricted by a decision": ["disposition:restrict"] * _ASKED,
        "damaged, protected": [
            chance.choice(("integrity:damaged", "protected:yes", "problem:F210")) for _ in tags
        ],
        "all but a word": [f"lossless:yes -{word(one, 'title')}" for one in tags],
        "within a bag": [
            f"bag:Music-{chance.randint(1, max(files // _FILES_OF_BAG, 1))} {word(one, 'title')}"
            for one in tags
        ],
        "a digest": [f"digest:{file.digest.hex()}" for file in tracks],
    }


def _ask(path: Path, files: int) -> dict[str, list[_Took]]:
    """Ask each query as ``archiver find`` does: show some, count some more; each once to be warm, and once to be timed."""
    queries = _queries(files)
    answers: dict[str, list[_Took]] = {}
    with reading(str(path)) as catalogue:
        for kind, texts in queries.items():
            for text in texts:
                _answer(catalogue, text)
            answers[kind] = [_answer(catalogue, text) for text in texts]
    return answers


def _answer(catalogue: Catalogue, text: str) -> _Took:
    wall, cpu = time.perf_counter(), time.process_time()
    search = Search(catalogue, parse_query(text))
    shown = list(search.files(most=_SHOWN + 1))
    if len(shown) > _SHOWN:
        search.count(_COUNTED if search.is_counted_soon else _SHOWN + 1)
    return _Took((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)
