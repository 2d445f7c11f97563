"""``metadata/README.txt``: what the bag is, and how to check it with nothing but ``sha512sum``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model.run import Run
from archiver.records.jsontext import rfc3339

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class BagOutline:
    """What the page tells about a bag.

    Attributes:
        name: Name of the bag.
        description: One sentence on the contents.
        algorithms: Checksum algorithms, in the order of the manifests.
        seen: Everything met in the sources for this bag.
        packed: Files in the payload.
        withheld: Files kept out by a decision.
        links: Links to something in the sources.
        left_out: Entries left out as the user asked.
        lost: Entries kept out by a problem.
        empty_folders: Folders that had nothing in them.
        escaped: Whether a payload path holds a character that manifests must encode.
        renamed: Names of files and folders that are stored under another.
    """

    name: str
    description: str
    algorithms: tuple[str, ...]
    seen: int
    packed: int
    withheld: int
    links: int
    left_out: int
    lost: int
    empty_folders: int
    escaped: bool
    renamed: int = 0


def readme_text(run: Run, outline: BagOutline) -> str:
    """Return the page: plain text, at most 78 columns."""
    parts = [
        f"{outline.name}\n{'=' * min(len(outline.name), _WIDTH)}",
        _paragraph(outline.description),
        _paragraph(
            f"Packed on {rfc3339(run.now())} by {run.software}. This folder is a BagIt package (RFC 8493): every"
            " file in it has a checksum, so that anybody can prove, now and in many years, that not one byte has"
            " changed."
        ),
        "What is where\n-------------",
        _CONTENTS.strip("\n"),
        *([_paragraph(_RENAMED.format(outline.renamed))] if outline.renamed else []),
        "How to check it\n---------------",
        _paragraph("Open a terminal in the folder that holds bagit.txt and type:"),
        *_commands(outline.algorithms, _SAVE_ESCAPED if outline.escaped else ""),
        *([_paragraph(_ESCAPED)] if outline.escaped else []),
        "What was seen\n-------------",
        _account(outline),
    ]
    return "\n\n".join(parts) + "\n"


_CONTENTS = """
data/                   the files, under their own folders and names
manifest-*.txt          a checksum for every file in data/
tagmanifest-*.txt       a checksum for every other file here
bag-info.txt            what this package is, in short labels
metadata/files.csv      one row for every file, for a spreadsheet
metadata/files.jsonl    the same in full, one JSON object a line
metadata/tree.jsonl     folders, links, extended attributes, what was left out
metadata/events.jsonl   what was done to the files, and by what program
metadata/premis.xml     the same up to packing, for repositories (PREMIS 3)
metadata/rights/        what may be done with each file, and on what evidence
"""

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


def _commands(algorithms: Sequence[str], save: str) -> list[str]:
    algorithm = next(
        (name for name in ("sha512", *algorithms) if name in algorithms and name in _COREUTILS), None
    )
    if algorithm is None:
        return ["    archiver verify ."]
    program = _COREUTILS[algorithm]
    commands = f"    {program} -c manifest-{algorithm}.txt\n    {program} -c tagmanifest-{algorithm}.txt"
    on_a_mac = [_paragraph(f"On a Mac: shasum -a {algorithm.removeprefix('sha')} -c ...")]
    return [
        commands,
        *(on_a_mac if algorithm.startswith("sha") else []),
        _paragraph(_READING_IT.format(save)),
    ]


def _account(outline: BagOutline) -> str:
    rows = [
        ("seen in the source", outline.seen),
        ("packed", outline.packed),
        ("withheld by a decision, listed in metadata/rights", outline.withheld),
    ]
    if outline.links:
        rows.append(("links within the source, listed in metadata/tree.jsonl", outline.links))
    if outline.left_out:
        rows.append(("left out as asked, listed in metadata/tree.jsonl", outline.left_out))
    rows.append(("not packed because of a problem, listed in metadata/files.csv", outline.lost))
    if outline.empty_folders:
        rows.append(("empty folders, listed in metadata/empty-folders.txt", outline.empty_folders))
    width = max(len(str(count)) for _, count in rows)
    return "\n".join(f"{count:>{width}}  {what}" for what, count in rows)


def _paragraph(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
