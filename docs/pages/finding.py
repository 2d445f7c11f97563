"""The reference page of the query language, its fields from the table that the program itself reads queries by."""

from __future__ import annotations

from archiver.catalogue.query.fields import FIELDS, SYNONYMS, Field, Kind
from archiver.catalogue.query.parse import MOST_CHARACTERS, MOST_TERMS
from archiver.catalogue.query.values import HOW
from archiver.catalogue.search import ORDERS

_WORDS = """\
# Finding

`archiver find QUERY` finds files in bags, `archiver list albums QUERY` the albums of these files. What is asked is the
[catalogue](catalogue.md), which packing keeps: no disk with bags need be mounted, and no bag is opened. This page is made by
`python -m docs.make_pages`. Files of a bag of which every copy was retired are left out.

## Words

| written | finds files |
|---|---|
| `bjork` | with a word that begins so, in tags or path: Björk, BJÖRK, Björk's |
| `bjork live` | with both, wherever each stands |
| `"dark side"` | in which these words stand whole and side by side |
| `-live`, `not live` | without the word; `-` and `not` stand before a field as well |
| `artist:bjork` | with the word there; no blank after the colon |
| `artist:"the beatles"` | with these words there, side by side |

Capitals, accents, ligatures, full-width letters and apostrophes make no difference: `bjork` finds Björk, `strasse` finds Straße,
`lodz` finds Łódź, `dont` finds Don't, `елка` finds Ёлка. Signs part words, and short pieces with one sign between are found as one
word too: `acdc`, `ac dc` and `ac/dc` all find AC/DC, `rem` finds R.E.M. Marks that are vowels, as those of Hindi and Thai, count.
Of writing without blanks, as Chinese, Japanese, Korean and Thai, any two neighbouring characters are found wherever they stand:
`京都` in 東京都 as well.

A word of one or two letters is found whole only, since very many words begin with it. All terms of a query must hold. Several
values of a field, with commas between, are alternatives: `format:flac,alac`. To look for the word *not*, or for one with a colon, put
quotation marks round it.

A shell takes quotation marks away. `archiver find artist:"the beatles"` is understood all the same, for the blank came
together with the field; words side by side without a field take two kinds: `archiver find '"dark side"'`. A sign that the shell
knows, such as `>`, `*` or a blank, takes one: `archiver find 'size:>100MB'`.
"""

_STATUS = """\
## What is printed

A table of the first 50 files, `--limit N` of more or fewer, `--limit 0` of all; with more than that it is said how many there are,
up to 1,000, and no more than "more than" where every file has to be looked at for it. `--count` prints the exact number alone.
`--paths` prints where each file lies now, one path a line, and `--paths0` ends each with a NUL, for `xargs -0`; a file whose bag is
in an archive, or on a disk that is not mounted, is left out, which ends with [3](exit-statuses.md). [`--json`](json.md) has all that is known.

A query that finds nothing was answered, and ends with 0; one that cannot be meant ends with 2 and names the word that was probably meant.

"""

_KINDS = {
    Kind.TAG: "words of the tag",
    Kind.PLACE: "words; or all of it, with `*` for any characters and `?` for one",
    Kind.NAME: "a name, in quotation marks where it has blanks",
    Kind.CODE: "a [code](problems.md), or how codes begin",
    Kind.DIGEST: "hex digits",
}


def finding_page() -> str:
    """The page as Markdown."""
    rows = "\n".join(map(_row, FIELDS.values()))
    others = ", ".join(f"`{name}` for `{field}`" for name, field in SYNONYMS.items())
    orders = ", ".join(f"`{name}`" for name in ORDERS)
    return (
        f"{_WORDS}\n## Fields\n\n| field | what it asks | what can be written | example |\n|---|---|---|---|\n{rows}\n\n"
        f"Also understood: {others}. Capitals of a field make no difference.\n\n"
        "A number alone means all that is rounded to it: `size:4.7MB` is 4.65 to 4.75 million bytes; the ends of a span, and what `>`"
        " and `<` are put before, mean just that. What is not known of a file fulfils no condition, so that `-year:1990` finds files"
        " without a year as well.\n\n"
        f"A query may have {MOST_CHARACTERS:,} characters and {MOST_TERMS} terms.\n\n"
        f"{_STATUS}Files can be sorted by {orders}, with `-` before it the greatest first; what is not known comes last.\n"
    )


def _row(field: Field) -> str:
    return f"| `{field.name}` | {field.meaning} | {_written(field)} | {_examples(field)} |"


def _written(field: Field) -> str:
    if field.kind is Kind.CHOICE:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    return _KINDS.get(field.kind) or HOW[field.kind]


def _examples(field: Field) -> str:
    return ", ".join(f"`{example}`" for example in field.example.split(" or "))
