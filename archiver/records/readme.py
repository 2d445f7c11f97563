"""``metadata/README.txt``: what the bag is, and how to check it with nothing but ``sha512sum``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from archiver.bagit.names import PAYLOAD
from archiver.bagit.tagfiles import BAG_INFO
from archiver.model.bag import Bag
from archiver.model.layout import Layout
from archiver.model.package import PackEntry
from archiver.model.run import Run
from archiver.model.sound import SoundState
from archiver.model.totals import Totals
from archiver.records.accrual import accrual_sentence
from archiver.records.derivation import derivation_sentences
from archiver.records.integrity import counted_states
from archiver.records.moments import rfc3339
from archiver.records.names import README
from archiver.records.writing import Closing, Opening

_WIDTH = 78


class ReadmeWriter:
    """Writes the page when all is known."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(README)

    def add(self, entry: PackEntry) -> None:
        """The page is about all files together."""

    def finish(self, closing: Closing) -> None:
        """Write it."""
        self._stream.write(
            readme_text(closing.run, closing.bag, closing.records).encode("utf-8", "backslashreplace")
        )


def readme_text(run: Run, bag: Bag, records: Iterable[tuple[str, str]]) -> str:
    """Return the page: plain text, at most 78 columns.

    Args:
        run: The run that makes the bag.
        bag: The bag.
        records: What lies in ``metadata/``: path in the bag and what it is.
    """
    plan, renamed = bag.plan, bag.totals.problems["N309"]
    parts = [
        f"{plan.name}\n{'=' * min(len(plan.name), _WIDTH)}",
        _paragraph(bag.contents),
        _paragraph(
            f"Packed on {rfc3339(run.now())} by {run.software}. This folder is a BagIt package (RFC 8493): every"
            " file in it has a checksum, so that anybody can prove, now and in many years, that not one byte has"
            " changed."
        ),
        "What is where\n-------------",
        "\n".join(f"{path:<23} {what}" for path, what in (*_of_every_bag(bag.plan.layout), *records)),
        *([_paragraph(_RENAMED.format(renamed))] if renamed else []),
        *_added(bag),
        *_made_from(bag),
        "How to check it\n---------------",
        _paragraph("Open a terminal in the folder that holds bagit.txt and type:"),
        *_commands(bag),
        *([_paragraph(_ESCAPED)] if bag.escaped else []),
        "What was seen\n-------------",
        _account(bag.totals),
        *_music(bag.totals),
    ]
    return "\n\n".join(parts) + "\n"


def _of_every_bag(layout: Layout) -> Iterator[tuple[str, str]]:
    yield layout.files_folder, "the files, under their own folders and names"
    if layout.records_in_payload is not None:
        yield f"{layout.handed_over}/", "what the receiving system reads beside them"
    yield "manifest-*.txt", f"a checksum for every file in {PAYLOAD}"
    yield "tagmanifest-*.txt", "a checksum for every other file here"
    yield BAG_INFO, "what this package is, in short labels"


_READING_IT = (
    "The first command checks the music, the second everything that describes it. No line may say FAILED{}. To see"
    " failures only, add --quiet."
)

_RENAMED = (
    "Names that could not be stored everywhere have =XX in the place of what stood in the way: {:,} names of files and"
    " folders. The name that each file had is in metadata/files.csv, as source_path."
)

_ESCAPED = (
    "Some names here hold a percent sign or a line break. Manifests must write these as %25, %0A and %0D"
    " (RFC 8493, section 2.1.3), which sha512sum does not know: it will say that those files are missing."
    " 'archiver verify' and other programs that follow the RFC check them too."
)

_STATES = (
    "Intact: a checksum over the music held. Consistent: the file is whole by its own structure, and there is no"
    " checksum in it to test. Not checkable: nothing could be tested, which says nothing about the file."
)

_SAVE_ESCAPED = ", save for the names that the next paragraph tells of"

_COREUTILS = {
    "md5": "md5sum",
    "sha1": "sha1sum",
    "sha224": "sha224sum",
    "sha256": "sha256sum",
    "sha384": "sha384sum",
    "sha512": "sha512sum",
    "blake2b": "b2sum",
    "blake2b512": "b2sum",
}


def checking(algorithms: Sequence[str]) -> tuple[str, str] | None:
    """Return the algorithm by which a bag is best checked with what most systems have, and the program for it.

    ``None`` where they have none for any of ``algorithms``.
    """
    wanted = (name for name in ("sha512", *algorithms) if name in algorithms and name in _COREUTILS)
    algorithm = next(wanted, None)
    return None if algorithm is None else (algorithm, _COREUTILS[algorithm])


def check_commands(algorithms: Sequence[str], *, is_empty: bool) -> tuple[str, ...]:
    """Return the commands that check a bag in its folder with what most systems have; none where they have nothing for it.

    Args:
        algorithms: Of its manifests.
        is_empty: Whether its payload is: the programs call a list of nothing malformed.
    """
    found = checking(algorithms)
    if found is None:
        return ()
    algorithm, program = found
    lists = ("tagmanifest",) if is_empty else ("manifest", "tagmanifest")
    return tuple(f"{program} -c {name}-{algorithm}.txt" for name in lists)


def _commands(bag: Bag) -> list[str]:
    algorithms, save = bag.plan.algorithms, _SAVE_ESCAPED if bag.escaped else ""
    found = checking(algorithms)
    if found is None:
        return ["    archiver verify ."]
    algorithm, _ = found
    is_empty = not bag.totals.files and bag.plan.layout.records_in_payload is None
    told = check_commands(algorithms, is_empty=is_empty)
    commands = "\n".join(f"    {command}" for command in told)
    on_a_mac = [_paragraph(f"On a Mac: shasum -a {algorithm.removeprefix('sha')} -c ...")]
    return [
        commands,
        *(on_a_mac if algorithm.startswith("sha") else []),
        _paragraph(_READING_IT.format(save)),
    ]


def _added(bag: Bag) -> list[str]:
    """What it adds to, where it adds to an earlier accession."""
    accrual = bag.plan.accrual
    if accrual is None:
        return []
    return ["What it adds to\n---------------", _paragraph(accrual_sentence(accrual, bag.accrued))]


def _made_from(bag: Bag) -> list[str]:
    """What it was made from, where that was another bag."""
    derivation = bag.plan.derivation
    if derivation is None:
        return []
    return ["What it was made from\n---------------------", _paragraph(derivation_sentences(derivation))]


def _music(totals: Totals) -> list[str]:
    """In what state the music was when it came, so that nobody blames the archive for what it was given."""
    counted = counted_states(totals.sound)
    if not counted:
        return []
    damaged = " What was damaged came so; metadata/files.csv says which and where." * bool(
        totals.sound[SoundState.DAMAGED]
    )
    return [
        "The music as it came\n--------------------",
        _paragraph(f"Of the audio files, read from first byte to last: {counted}.{damaged}"),
        _paragraph(_STATES),
    ]


def _account(totals: Totals) -> str:
    held = [("held by earlier bags, listed in metadata/state.jsonl", totals.held)] if totals.held else []
    rows = [
        ("seen in the source", totals.seen),
        ("packed", totals.files),
        *held,
        ("withheld by a decision, listed in metadata/rights", totals.withheld),
    ]
    if totals.links:
        rows.append(("links within the source, listed in metadata/tree.jsonl", totals.links))
    if totals.left_out:
        rows.append(("left out as asked, listed in metadata/tree.jsonl", totals.left_out.total()))
    rows.append(("not packed because of a problem, listed in metadata/files.csv", totals.lost))
    if totals.empty_folders:
        rows.append(("empty folders, listed in metadata/empty-folders.txt", totals.empty_folders))
    width = max(len(str(count)) for _, count in rows)
    return "\n".join(f"{count:>{width}}  {what}" for what, count in rows)


def _paragraph(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
