"""The words by which a file is found: what goes into which column of the table ``find``, folded.

Only what can never change of a file's bytes goes there, for a row of words is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archiver.catalogue.folding import fold
from archiver.model.audio import Tags

TITLE, ARTIST, ALBUM, OTHER, PATH, FACET = COLUMNS = ("title", "artist", "album", "other", "path", "facet")
"""The columns, in the order of the table."""

_COLUMN_OF_TAG = {"title": TITLE, "artist": ARTIST, "album_artist": ARTIST, "album": ALBUM}
_NOT_SEARCHED = frozenset(("acoustid", "encoder_settings"))
_LONGEST = 10_000
"""Characters of a text by which it is found; lyrics in a comment are longer than anybody's memory of them."""


@dataclass(frozen=True, slots=True)
class Facets:
    """What is told of a file in one word each.

    Attributes:
        format_id: Its row in the table ``format``; ``None`` where it was not identified.
        role: As the column ``file.role``.
        lossless: Whether the audio is kept without loss; ``None`` where that is not known.
        protected: Whether a copy protection was detected.
        personal: As the column ``file.personal``.
        integrity: As the column ``file.integrity``.
        year: As the column ``file.year``.
    """

    format_id: int | None
    role: str | None
    lossless: bool | None
    protected: bool
    personal: str | None
    integrity: str | None
    year: int | None

    def words(self) -> str:
        """Return the words, with blanks between."""
        return " ".join(
            (
                *(() if self.format_id is None else (format_word(self.format_id),)),
                *(() if self.role is None else (role_word(self.role),)),
                *(() if self.lossless is None else (lossless_word(lossless=self.lossless),)),
                protected_word(protected=self.protected),
                personal_word(self.personal),
                integrity_word(self.integrity),
                *(() if self.year is None else (year_word(self.year),)),
            )
        )


def format_word(format_id: int) -> str:
    """Return the word of a format."""
    return f"f{format_id}"


def role_word(role: str) -> str:
    """Return the word of a role."""
    return f"r{role}"


def lossless_word(*, lossless: bool) -> str:
    """Return the word of what is known of loss."""
    return "lyes" if lossless else "lno"


def protected_word(*, protected: bool) -> str:
    """Return the word of what was detected of a copy protection."""
    return "pyes" if protected else "pno"


def personal_word(personal: str | None) -> str:
    """Return the word of what was detected of personal data."""
    return f"q{personal or 'no'}"


def integrity_word(integrity: str | None) -> str:
    """Return the word of a state of the music."""
    return f"i{(integrity or 'unread').replace('-', '')}"


def year_word(year: int) -> str:
    """Return the word of a year."""
    return f"y{year}"


def find_row(tags: Tags, path: str, facets: Facets) -> tuple[str, ...]:
    """Return the row of a file, in the order of :data:`COLUMNS`.

    Args:
        tags: Canonical tags.
        path: Path below ``data/``.
        facets: What else is told of it.
    """
    texts: dict[str, list[str]] = {TITLE: [], ARTIST: [], ALBUM: [], OTHER: []}
    for name, values in tags.items():
        if name in _NOT_SEARCHED or name.startswith("replaygain_"):
            continue
        texts[_COLUMN_OF_TAG.get(name, OTHER)] += values
    columns = [_folded(texts[column]) for column in (TITLE, ARTIST, ALBUM, OTHER)]
    return (*columns, fold_path(path), facets.words())


def fold_path(path: str) -> str:
    """Return the words of a path's folders and name."""
    return fold(path.replace("/", " / "))


def _folded(texts: Iterable[str]) -> str:
    # a line break parts two values, so that no word is made of the end of one and the beginning of the other
    return fold("\n".join(texts)[:_LONGEST])
