"""The reference page of essence and integrity, made from the registries of methods and checks."""

from __future__ import annotations

from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.methods import METHODS, Method

_INTRODUCTION = """\
# Essence and integrity

`pack` reads every file once. The same read that copies it and computes its checksums gives two more things of every
file of music: its **essence**, a digest of the music apart from the tags, and its **integrity**, whether the music is
whole. `scan --check` says the same without packing.

A program that writes tags changes a file and its checksum, but not its essence. Two files with one essence hold the same
music, however they are tagged. Essence digests are SHA-256, in hex; a method keeps its meaning for ever, and where a better
one is found it gets another name.

Of the integrity of a file there are four things to say:

- **intact**: a checksum or a digest that covers the music held.
- **consistent**: the file is whole by its own structure, from first byte to last, and has no checksum of the music.
  A flipped bit within the music would not be seen.
- **damaged**: a checksum failed, or something is missing. The record says at which byte, which sample and which second,
  and how much of the music is touched.
- **not checkable**: nothing could be tested, which says nothing about the file.

A file that is damaged when it comes is packed all the same, as it came, and marked, so that nobody blames the archive for
it later.

This page is made from `archiver/audio/bitstream/methods.py` and `checks.py`: `python -m docs.make_pages`.

## How the music is digested
"""


def essence_page() -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION, *map(_method, METHODS.values())]
    parts.append("## What is tested\n\n| name | of | what is tested | a checksum |\n|---|---|---|---|")
    parts.extend(
        f"| `{check.name}` | {check.formats} | {check.tested} | {'yes' if check.proves else 'no'} |"
        for check in CHECKS.values()
    )
    return "\n".join(parts) + "\n"


def _method(method: Method) -> str:
    words = f"{_sentence(method.formats)}\n\n{_sentence(method.digested)}"
    return f"### {method.name}\n\n{words}\n\n```sh\n{method.how}\n```\n"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith(".") else ".")
