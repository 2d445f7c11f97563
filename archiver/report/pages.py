"""Writes the pages of a bag: the first page, and further ones with the parts of the albums where there are many."""

from __future__ import annotations

import contextlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Protocol, Self

from archiver.machine import temporary_file, temporary_storage
from archiver.model.rights import Disposition
from archiver.records.writing import Covers, no_covers
from archiver.report import overview
from archiver.report.album_part import RECORDS, Place, card, flags, part
from archiver.report.albums import Album, FilesByAlbum
from archiver.report.attention import Attention
from archiver.report.counts import Counts
from archiver.report.facts import BagFacts
from archiver.report.frame import SCRIPTED, ending, opening
from archiver.report.markup import isolated, text
from archiver.report.plots import Plot
from archiver.report.row import FileRow, rights_of, short_format

FEW_TRACKS = 600
"""Up to so many tracks all is on one page; a further page has about as many."""

FURTHER_NAMES = re.compile(rb"[0-9]{4,}\.html|cover-[0-9]{4,}\.jpg")
"""Names of the files beside the first page."""

_MOST_ALBUMS = 250
"""The most albums on a further page."""

_FILES_TOGETHER = 600
"""About how many files the albums have whose small pictures are made together."""

_CARDS_TOGETHER = 60
"""Cards that a browser lays out together, once they come into sight."""

_MOST_FORMATS = 200
_STYLE = "page.css"
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages of a bag lie, and how they are written.

    Attributes:
        to_bag: Address of the bag from the first page, such as ``../``; ``None`` where its payload cannot be referred
            to, as in an archive.
        first: Address of the first page from the further ones.
        further: Address of the folder of further pages, and of small pictures, from the first one.
        new: Opens a file in that folder, by its name, for a ``with`` block.
        covers: Gives small pictures of what is embedded in the files of the bag.
        records: What has the files that are too many to be shown; as markup.
    """

    to_bag: str | None
    first: str
    further: str
    new: Callable[[str], AbstractContextManager[BinaryIO]]
    records: str = RECORDS
    covers: Covers = no_covers

    @property
    def place(self) -> Place:
        """Where the first page lies."""
        return Place(self.to_bag, self.records, f"{self.further}/")

    @property
    def further_place(self) -> Place:
        """Where further pages lie: in a folder beside the first."""
        return Place(None if self.to_bag is None else f"../{self.to_bag}", self.records, up="../")

    def illustrated(self, albums: Iterable[Album]) -> Iterator[Album]:
        """Yield albums as they come, those without a cover with a small picture of what is embedded in a track.

        Few wait at a time, so that memory does not grow with their number.
        """
        for together in _together(albums):
            paths = {one.number: track.path for one in together if (track := one.illustrating) is not None}
            pictures = dict(zip(paths, self.covers(list(paths.values())), strict=True)) if paths else {}
            for album in together:
                picture = pictures.get(album.number)
                yield album if picture is None else replace(album, thumbnail=self._kept(album, picture))

    def _kept(self, album: Album, picture: bytes) -> str:
        """Write an album's small picture, and return its file name."""
        name = f"cover-{album.number:04}.jpg"
        with self.new(name) as stream:
            stream.write(picture)
        return name


def _together(albums: Iterable[Album]) -> Iterator[list[Album]]:
    together: list[Album] = []
    files = 0
    for album in albums:
        together.append(album)
        files += len(album.tracks) + len(album.others)
        if files >= _FILES_TOGETHER:
            yield together
            together, files = [], 0
    if together:
        yield together


class Told(Protocol):
    """What pages say of all their files together: of a bag, or of what a query finds.

    Attributes:
        name: What the pages are of.
        footer: What stands below each of them; as markup.
        decided: Files by what was decided of them.
        no_music: What is said where there is no music.
        plots: Plots beside those that every page has.
    """

    name: str
    footer: str
    decided: Mapping[Disposition, int]
    no_music: str
    plots: tuple[Plot, ...]

    def head(self, *, is_paged: bool, has_others: bool) -> str:
        """Return the top of the page."""

    def totals(self, counts: Counts, albums: int, attention: Attention) -> str:
        """Return the totals."""

    def rights(self, attention: Attention) -> str:
        """Return what is said of rights, and what follows it."""


_HELD_BYTES = 1 << 20
"""Text that is held in memory before it goes to the disk."""


class _Kept:
    """Text that waits until its turn comes: in memory while it is short, then on the disk."""

    def __init__(self) -> None:
        self._file: BinaryIO = io.BytesIO()
        self._is_short = True

    def write(self, told: str) -> None:
        data = _bytes(told)
        if self._is_short and self._file.tell() + len(data) > _HELD_BYTES:
            self._move()
        with temporary_storage():
            self._file.write(data)

    def _move(self) -> None:
        aside = temporary_file()
        self.pour(aside)
        self._file, self._is_short = aside, False

    def pour(self, stream: BinaryIO) -> None:
        with temporary_storage():
            self._file.seek(0)
        while True:
            with temporary_storage():
                block = self._file.read(_BLOCK)
            if not block:
                return
            stream.write(block)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()


@dataclass(slots=True)
class _Wall:
    """The cards of the albums, and what the first page says of them all."""

    cards: _Kept
    albums: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)

    def add(self, album: Album, target: str, place: Place) -> None:
        if self.albums % _CARDS_TOGETHER == 0:
            self.cards.write(f'{"</ul>" if self.albums else ""}<ul class="wall" role="list">\n')
        self.albums += 1
        self.cards.write(card(album, target, place))
        self.flags.update(flags(album))
        for name in {short_format(one) for one in album.tracks}:
            if name in self.formats or len(self.formats) < _MOST_FORMATS:
                self.formats[name] += 1

    def end(self) -> None:
        if self.albums:
            self.cards.write("</ul>\n")


class PagesOfBag:
    """Takes the files of a bag and writes its pages when all have come; what it holds does not grow with their number."""

    def __init__(self) -> None:
        self._files = FilesByAlbum()
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """What the files that came add up to."""
        return self._counts

    def add(self, row: FileRow) -> None:
        """Take one file."""
        self._counts.add(row)
        self._files.add(row)

    def write(self, facts: BagFacts, stream: BinaryIO, site: Site) -> None:
        """Write all pages of a bag.

        Args:
            facts: What is known of the bag.
            stream: Takes the first page.
            site: Where the pages lie; the further ones are written there.
        """
        self.write_told(overview.OfBag(facts), stream, site)

    def write_told(self, told: Told, stream: BinaryIO, site: Site) -> None:
        """Write all pages.

        Args:
            told: What they say of all files together.
            stream: Takes the first page.
            site: Where the pages lie; the further ones are written there.
        """
        counts = self._counts
        with self._files, contextlib.ExitStack() as held:
            kept = [held.enter_context(contextlib.closing(_Kept())) for _ in range(3)]
            wall, parts, others = _Wall(kept[0]), kept[1], kept[2]
            attention = Attention()
            further = held.enter_context(_Further(told, site)) if counts.tracks > FEW_TRACKS else None
            number_of_others = 0
            for album in site.illustrated(self._files.albums()):
                if not album.tracks:
                    others.write(part(album, site.place))
                    target, number_of_others = f"#{album.anchor}", number_of_others + 1
                elif further is None:
                    parts.write(part(album, site.place))
                    target = f"#{album.anchor}"
                else:
                    target = f"{site.further}/{further.add(album)}#{album.anchor}"
                if album.tracks:
                    wall.add(album, target, site.place)
                for row in album.rows:
                    attention.add(row, rights_of(row), target)
            wall.end()
            write = _writing(stream)
            is_paged = further is not None
            write(opening(told.name, _STYLE, script=SCRIPTED))
            write(told.head(is_paged=is_paged, has_others=number_of_others > 0))
            write(told.totals(counts, wall.albums, attention))
            write(
                '<section id="albums" aria-labelledby="albums-h">\n<h2 id="albums-h">Albums</h2>\n'
                f"{overview.filter_form(told.decided, wall.formats, wall.flags)}"
            )
            wall.cards.pour(stream)
            write("</section>\n" if wall.albums else f"<p>{text(told.no_music)}</p>\n</section>\n")
            write(overview.numbers_section(told.decided, counts, told.plots))
            write(overview.attention_section(attention, counts))
            write(told.rights(attention))
            if number_of_others:
                write(
                    '<section id="others" aria-labelledby="others-h">\n<h2 id="others-h">Folders without music</h2>\n'
                )
                others.pour(stream)
                write("</section>\n")
            if not is_paged:
                write(
                    '<section id="tracks" aria-labelledby="tracks-h">\n<h2 id="tracks-h">Track by track</h2>\n'
                )
                parts.pour(stream)
                write("</section>\n")
            write(f"</main>\n{told.footer}{ending(script=SCRIPTED)}")


class _Further:
    """Writes the further pages, one after another, each with the way to its neighbours."""

    def __init__(self, told: Told, site: Site) -> None:
        self._told = told
        self._site = site
        self._number = 0
        self._tracks = self._albums = 0
        self._page: contextlib.ExitStack | None = None
        self._write: Callable[[str], None] = lambda _: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._page is not None and kind is None:
            self._end(is_last=True)
        elif self._page is not None:
            self._page.close()

    def add(self, album: Album) -> str:
        """Write an album's part, and return the file name of its page."""
        full = self._tracks + len(album.tracks) > FEW_TRACKS or self._albums >= _MOST_ALBUMS
        if self._page is None or (full and self._albums):
            self._turn()
        self._tracks += len(album.tracks)
        self._albums += 1
        self._write(part(album, self._site.further_place))
        return _file_name(self._number)

    def _turn(self) -> None:
        if self._page is not None:
            self._end(is_last=False)
        self._number += 1
        self._tracks = self._albums = 0
        self._page = contextlib.ExitStack()
        self._write = _writing(self._page.enter_context(self._site.new(_file_name(self._number))))
        title = f"{self._told.name}, page {self._number}"
        self._write(opening(title, _STYLE))
        self._write(
            '<a class="skip" href="#main">To the content</a>\n<header><div class="wide">\n'
            f'<p class="eyebrow"><a href="{self._site.first}">{isolated(self._told.name)}</a></p>\n'
            f"<h1>Track by track, page {self._number}</h1>\n</div></header>\n"
            f'<main id="main" class="wide">\n{self._pager("Pages, above", is_last=True)}'
            '<h2 class="aside">Albums</h2>\n'
        )

    def _end(self, *, is_last: bool) -> None:
        assert self._page is not None
        self._write(f"{self._pager('Pages', is_last=is_last)}</main>\n{self._told.footer}{ending()}")
        self._page.close()
        self._page = None

    def _pager(self, name: str, *, is_last: bool) -> str:
        links = [f'<a href="{self._site.first}#albums">All albums</a>']
        if self._number > 1:
            links.append(f'<a rel="prev" href="{_file_name(self._number - 1)}">Page {self._number - 1}</a>')
        if not is_last:
            links.append(f'<a rel="next" href="{_file_name(self._number + 1)}">Page {self._number + 1}</a>')
        return f'<nav class="pager" aria-label="{name}">{"".join(links)}</nav>\n'


def _file_name(number: int) -> str:
    return f"{number:04}.html"


def _writing(stream: BinaryIO) -> Callable[[str], None]:
    def write(told: str) -> None:
        stream.write(_bytes(told))

    return write


def _bytes(told: str) -> bytes:
    return told.encode("utf-8", "backslashreplace")
