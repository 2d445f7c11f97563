"""The first page: what the bag is, its totals, plots, filter, what needs attention, what was withheld, how to check it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from archiver.bagit.sizes import human_size
from archiver.model.rights import Disposition
from archiver.records.readme import check_commands
from archiver.records.rights.grounds import ground_words
from archiver.report.album_part import DISPOSITIONS, FLAGS, STATES
from archiver.report.attention import Attention, findings_section
from archiver.report.counts import Counts
from archiver.report.facts import BagFacts
from archiver.report.frame import footer
from archiver.report.markup import counted, hours, isolated, table, text
from archiver.report.plots import Mark, Plot, joined, plot

_MOST_LABELS = 40
_MOST_DECLARATIONS = 20
_COMPUTED = frozenset(
    {"external-identifier", "external-description", "bagging-date", "bag-software-agent", "payload-oxum"}
    | {"bag-size", "bag-group-identifier", "bag-count", "rights-policy", "rights-summary"}
    | {"rights-assessed-on", "ai-usage", "personal-data", "audio-integrity"}
)
_LOSSLESS = {True: "lossless", False: "with losses", None: "not known"}
_WEAK_STATES = frozenset({"not-checkable", ""})
_MOST_YEARS = 150


def head(facts: BagFacts, *, is_paged: bool, has_others: bool) -> str:
    """Return the top of the page: what this is, who packed it and when, and the way to what follows."""
    told = [
        ("Packed on", text(facts.packed_on)),
        ("Packed by", text(facts.software)),
        *((label, isolated(value)) for label, value in _said(facts)),
        ("Identifier", f"<code>{text(facts.identifier)}</code>"),
        ("One of a group", text(facts.part)),
        (
            "Rights assessed",
            f"{text(facts.assessed_on)}, policy {isolated(facts.policy)}" if facts.policy else "",
        ),
    ]
    rows = "".join(f"<div><dt>{text(label)}</dt><dd>{value}</dd></div>\n" for label, value in told if value)
    links = [
        *SECTIONS,
        ("check", "How to check it"),
        *([("others", "Other files")] if has_others else []),
        *([] if is_paged else [("tracks", "Tracks")]),
    ]
    return top(facts.name, "A music collection, packed to last", facts.contents, rows, links)


SECTIONS = (
    ("albums", "Albums"),
    ("numbers", "In numbers"),
    ("attention", "Needs attention"),
    ("rights", "Rights"),
)
"""The parts that every first page has: their names within it, and what they are called."""


def top(title: str, above: str, lead: str, rows: str, links: Iterable[tuple[str, str]]) -> str:
    """Return a page's header and the way to its parts.

    Args:
        title: What the page is about.
        above: What stands above the title.
        lead: One sentence on what there is.
        rows: Facts; as markup.
        links: Parts of the page: their names within it, and what they are called.
    """
    items = "".join(f'<li><a href="#{name}">{label}</a></li>' for name, label in links)
    return (
        '<a class="skip" href="#main">To the content</a>\n<header><div class="wide">\n'
        f'<p class="eyebrow">{text(above)}</p>\n<h1>{isolated(title)}</h1>\n'
        f'<p class="lead">{text(lead)}</p>\n<dl class="facts">\n{rows}</dl>\n</div></header>\n'
        f'<nav class="top" aria-label="On this page"><div class="wide"><ul>{items}</ul></div></nav>\n'
        '<main id="main" class="wide">\n'
    )


def totals_section(facts: BagFacts, counts: Counts, albums: int, attention: Attention) -> str:
    """Return the totals, and the account of everything that was seen."""
    withheld = facts.rights.withheld
    tiles = [
        (f"{withheld:,}", "withheld by a decision"),
        (f"{sum(map(bool, attention.findings.values())):,}", "kinds of finding to look at"),
    ]
    seen = counts.files + facts.held + withheld + facts.links + facts.left_out + facts.lost
    account = [
        f"{counted(seen, 'entry', 'entries')} seen in the source: {counts.files:,} packed, {withheld:,} withheld"
    ]
    if facts.held:
        account.append(f"{facts.held:,} in earlier packages already")
    if facts.links:
        account.append(counted(facts.links, "link"))
    if facts.left_out:
        account.append(f"{facts.left_out:,} left out as asked")
    account.append(f"{facts.lost:,} not packed because of a problem")
    return totals_of(counts, albums, tiles, f"{', '.join(account)}.")


def totals_of(counts: Counts, albums: int, more: Iterable[tuple[str, str]], account: str) -> str:
    """Return the section of totals: what every page has, further numbers with what they count, and an account of it all."""
    tiles = [
        (f"{albums:,}", "album" if albums == 1 else "albums"),
        (f"{counts.tracks:,}", "track" if counts.tracks == 1 else "tracks"),
        (playing(counts), "of music"),
        (human_size(counts.bytes), f"in {counted(counts.files, 'file')}"),
        *more,
    ]
    items = "".join(f"<li><b>{text(number)}</b> {text(what)}</li>\n" for number, what in tiles)
    return (
        f'<section aria-label="Totals">\n<ul class="totals" role="list">\n{items}</ul>\n'
        f'<p class="account">{text(account)} {counts.bytes:,} bytes in all.</p>\n</section>\n'
    )


def playing(counts: Counts) -> str:
    """Return how long the music plays, as far as that is known."""
    if not counts.playing_ms:
        return "\N{EN DASH}"
    return f"{'at least ' if counts.untimed else ''}{hours(counts.playing_ms / 1000)}"


def no_music(facts: BagFacts) -> str:
    """Say that a bag has no music, and where it is where earlier bags have it."""
    if facts.held:
        return f"There is no new music in it. {counted(facts.held, 'file')} of its source lie in earlier packages."
    return "There is no music in it."


def filter_form(decided: Mapping[Disposition, int], formats: Mapping[str, int], flags: Counter[str]) -> str:
    """Return the form that narrows the wall down; it is shown where its script runs."""
    chosen = sorted(formats, key=lambda name: (-formats[name], name))[:60]
    by_format = "".join(f'<option value="{text(one)}">{text(one)}</option>' for one in chosen)
    by_disposition = "".join(
        f'<option value="{one.value}">{DISPOSITIONS[one.value]}</option>'
        for one in Disposition
        if decided.get(one)
    )
    by_flag = "".join(
        f'<option value="{name}">{word}</option>' for name, word in FLAGS.items() if flags[name]
    )
    return (
        '<form id="filter" class="filter" role="search" aria-label="Narrow the albums down" hidden>\n'
        '<div><label for="q">Title, artist, track, folder</label>'
        '<input id="q" name="q" type="search" autocomplete="off" spellcheck="false"></div>\n'
        f'<div><label for="f">Format</label><select id="f" name="f"><option value="">any</option>{by_format}</select></div>\n'
        f'<div><label for="d">Rights</label><select id="d" name="d"><option value="">any</option>{by_disposition}</select></div>\n'
        f'<div><label for="p">Needs attention</label><select id="p" name="p"><option value="">all albums</option>{by_flag}</select></div>\n'
        '<div><button type="reset">Show all</button></div>\n</form>\n<output id="told" for="q f d p"></output>\n'
    )


def numbers_section(
    decided: Mapping[Disposition, int], counts: Counts, further: tuple[Plot, ...] = ()
) -> str:
    """Return the plots, and what further ones there are behind them."""
    drawn = "".join(map(plot, (*_plots(decided, counts), *further)))
    return (
        '<section id="numbers" aria-labelledby="numbers-h">\n<h2 id="numbers-h">In numbers</h2>\n'
        f'<div class="plots">\n{drawn}</div>\n</section>\n'
    )


def _plots(decided: Mapping[Disposition, int], counts: Counts) -> Iterator[Plot]:
    sizes = [
        Mark(name, size, f"{human_size(size)}, {counted(counts.format_files[name], 'file')}")
        for name, size in _ranked(counts.format_bytes)
    ]
    yield Plot("p-format", "Formats by size", ("Format", "Size"), joined(sizes, human_size))
    qualities = [
        Mark(name or "not known", files, counted(files, "track"), weak=not name)
        for name, files in _ranked(counts.qualities)
    ]
    yield Plot(
        "p-quality",
        "Resolution or bit rate",
        ("Resolution or bit rate", "Tracks"),
        joined(qualities, lambda files: counted(files, "track")),
    )
    yield Plot(
        "p-lossless",
        "Lossless or not",
        ("Coding", "Tracks"),
        tuple(
            Mark(word, counts.lossless[known], counted(counts.lossless[known], "track"), weak=known is None)
            for known, word in _LOSSLESS.items()
            if counts.lossless[known]
        ),
    )
    yield Plot("p-year", "Years", ("Year", "Tracks"), tuple(_years(counts.years)), upright=True)
    yield Plot(
        "p-state",
        "The music, as it came",
        ("What is known", "Tracks"),
        tuple(
            Mark(
                word, counts.states[state], counted(counts.states[state], "track"), weak=state in _WEAK_STATES
            )
            for state, word in STATES.items()
            if counts.states[state]
        ),
    )
    yield Plot(
        "p-rights",
        "What was decided",
        ("Decision", "Files"),
        tuple(
            Mark(DISPOSITIONS[one.value], decided[one], counted(decided[one], "file"))
            for one in Disposition
            if decided.get(one)
        ),
    )


def _ranked(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda one: (-one[1], one[0]))


def _years(years: Counter[str]) -> Iterator[Mark]:
    known = sorted(int(year) for year in years if year)
    if known:
        first = max(known[0], known[-1] - _MOST_YEARS)
        before = sum(years[str(year)] for year in known if year < first)
        if before:
            yield Mark(f"before {first}", before, counted(before, "track"))
        for year in range(first, known[-1] + 1):
            yield Mark(str(year), years[str(year)], counted(years[str(year)], "track"))
    if years[""]:
        yield Mark("not known", years[""], counted(years[""], "track"), weak=True)


def attention_section(attention: Attention, counts: Counts) -> str:
    """Return what needs attention."""
    return (
        '<section id="attention" aria-labelledby="attention-h">\n<h2 id="attention-h">Needs attention</h2>\n'
        f"{findings_section(attention, counts.problems)}</section>\n"
    )


def rights_section(facts: BagFacts, attention: Attention) -> str:
    """Return what was declared, what is closed, and what was withheld and why."""
    parts = [
        _decided(facts),
        _declared(facts),
        closed_part(attention),
        _withheld(facts, attention),
        _personal(facts),
    ]
    return (
        '<section id="rights" aria-labelledby="rights-h">\n<h2 id="rights-h">Rights</h2>\n'
        f'<div class="read">{"".join(parts)}</div>\n'
        '<p class="read">In full: <code>metadata/rights/README.txt</code>.</p>\n</section>\n'
    )


def _decided(facts: BagFacts) -> str:
    if not facts.policy:
        return "<p>Nothing was decided on any file.</p>\n"
    rows = [
        (text(DISPOSITIONS[one.value]), f"{facts.files(one):,}") for one in Disposition if facts.files(one)
    ]
    told = table("Files by what was decided", ("Decision", "Files"), rows) if rows else ""
    return (
        f"<p>Assessed on {text(facts.assessed_on)} under the policy {isolated(facts.policy)}. What nobody declared is"
        f" unknown, and unknown is not allowed. For {counted(facts.rights.unknown, 'file')} nobody declared a"
        f" basis.</p>\n{told}"
    )


def _declared(facts: BagFacts) -> str:
    if not facts.declarations:
        return "<h3>What was declared</h3><p>Nothing.</p>\n"
    items = []
    for one in facts.declarations[:_MOST_DECLARATIONS]:
        until = "" if one.expires is None else f", until {one.expires}"
        licence = f" {isolated(one.license)}" if one.license else ""
        items.append(
            f"<li>{isolated(one.by)}, {text(one.role)}, on {one.date}: basis {text(one.basis)}{licence}"
            f"{until} <code>{text(one.id, 60)}</code></li>\n"
        )
    rest = len(facts.declarations) - len(items)
    more = f"<li>and {rest:,} more</li>" if rest else ""
    return f'<h3>What was declared</h3><ul class="plain">{"".join(items)}{more}</ul>\n'


def closed_part(attention: Attention) -> str:
    """Return which files are closed and why; nothing where there are none."""
    if not attention.closed:
        return ""
    items = "".join(
        f"<li>{counted(files, 'file')}: {text(ground)}</li>\n"
        for ground, files in attention.closed.most_common()
    )
    return (
        "<h3>What is closed, and why</h3><p>These files are in the package, but are opened to nobody until a person has"
        f' decided or the date has come.</p><ul class="plain">{items}</ul>\n'
    )


def _withheld(facts: BagFacts, attention: Attention) -> str:
    if not facts.rights.withheld:
        return "<h3>What was withheld</h3><p>No file.</p>\n"
    if facts.is_anonymous:
        grounds = "".join(
            f"<li>{counted(files, 'file')}: {text(ground_words(ground))}</li>\n"
            for ground, files in facts.rights.because
            if not ground.disposition.packed
        )
        return (
            f"<h3>What was withheld, and why</h3><p>{counted(facts.rights.withheld, 'file')}; their names are left out on"
            f' purpose.</p><ul class="plain">{grounds}</ul>\n'
        )
    items = []
    for (disposition, ground), files in attention.withheld.most_common():
        names = attention.names.get((disposition, ground), [])
        listed = "".join(f"<li>{isolated(name)}</li>\n" for name in names)
        rest = f"<li>and {files - len(names):,} more</li>" if files > len(names) else ""
        items.append(
            f"<li>{counted(files, 'file')}, {text(DISPOSITIONS.get(disposition, disposition))}: {text(ground)}"
            f'<details><summary>Which<span class="aside">: {text(ground)}</span></summary>'
            f'<ul class="plain">{listed}{rest}</ul></details></li>\n'
        )
    return f'<h3>What was withheld, and why</h3><ul class="plain">{"".join(items)}</ul>\n'


def _personal(facts: BagFacts) -> str:
    files, unread = facts.rights.personal_files, facts.rights.unread_files
    told = (
        f"Detected in {counted(files, 'file')}; the values are written nowhere in the records."
        if files
        else "None detected in what was read."
    )
    more = f" {counted(unread, 'file')} could not be read for it." if unread else ""
    return f"<h3>Personal data</h3><p>{told}{more}</p>\n"


def check_section(facts: BagFacts) -> str:
    """Return how anybody checks the bag."""
    told = check_commands(facts.algorithms, is_empty=facts.is_empty)
    commands = "\n".join(told or ("archiver verify .",))
    return (
        '<section id="check" aria-labelledby="check-h">\n<h2 id="check-h">How to check it</h2>\n<div class="read">\n'
        "<p>This folder is a BagIt package (RFC 8493): every file in it has a checksum, so that anybody can prove, now"
        " and in many years, that not one byte has changed. Open a terminal in the folder that holds"
        " <code>bagit.txt</code> and type:</p>\n"
        f'<pre tabindex="0">{commands}</pre>\n'
        "<p>No line may say FAILED. Or, with the program that made it: <code>archiver verify</code> and the name of"
        " the folder. A few lines for a person stand in <code>metadata/README.txt</code>; a page to print and sign is"
        " <code>metadata/receipt.html</code>.</p>\n</div>\n</section>\n"
    )


def _said(facts: BagFacts) -> Iterator[tuple[str, str]]:
    """What was said of the bag by who packed it."""
    given = [pair for pair in facts.labels if pair[0].casefold() not in _COMPUTED]
    yield from ((label.replace("-", " "), value) for label, value in given[:_MOST_LABELS])


class OfBag:
    """What the first page says of a bag as a whole.

    Args:
        facts: What is known of it.
    """

    def __init__(self, facts: BagFacts) -> None:
        self._facts = facts
        self.name = facts.name
        self.footer = footer(facts.software)
        self.decided: Mapping[Disposition, int] = dict(facts.rights.dispositions)
        self.no_music = no_music(facts)
        self.plots: tuple[Plot, ...] = ()

    def head(self, *, is_paged: bool, has_others: bool) -> str:
        """Return the top of the page."""
        return head(self._facts, is_paged=is_paged, has_others=has_others)

    def totals(self, counts: Counts, albums: int, attention: Attention) -> str:
        """Return the totals, and the account of everything that was seen."""
        return totals_section(self._facts, counts, albums, attention)

    def rights(self, attention: Attention) -> str:
        """Return what was declared, closed and withheld, and how the bag is checked."""
        return f"{rights_section(self._facts, attention)}{check_section(self._facts)}"
