"""What was not read for personal data: that nothing was found in it proves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.blocks.read import reads_tags
from archiver.audio.blocks.reading import NOTED, BlockReading
from archiver.audio.containers.window import Window
from archiver.audio.evidence.observe import observe
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import Sniffed
from archiver.audio.formats.text_file import text_encoding
from archiver.model.evidence import Evidence

UNREAD = "personal-unread"
"""The code of this evidence."""

_WRAPPED = re.compile(
    rb"\A(?:%PDF-|%!PS|\{\\rtf)"
    rb"|^-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE|PKCS7|CMS|ENCRYPTED [A-Z ]{1,20})-----"
    rb"|^Content-Transfer-Encoding:[ \t]{0,9}(?:base64|quoted-printable)",
    re.MULTILINE | re.IGNORECASE,
)
"""What stands in files whose words are not those of their characters: typeset, encrypted, or encoded to be mailed."""


def unread(why: str, locator: str = "file") -> Evidence:
    """Evidence that something was not read for personal data.

    Args:
        why: What was not read, or why, in a few words that quote nothing of the file.
        locator: Where it begins.
    """
    return observe(UNREAD, locator, why)


def unread_sound(sniffed: Sniffed, size: int, reading: BlockReading) -> Iterator[Evidence]:
    """What was not read of a file whose tag blocks were looked for."""
    kind = sniffed.kind
    if kind is None:
        yield unread("its format is not known")
    elif kind is Kind.ID3 and sniffed.start < size:
        yield unread("what follows its tag is not known", f"file@{sniffed.start}")
    elif not reads_tags(kind):
        yield unread(f"{kind.row.name}: its texts are not read")
    elif any(code != NOTED for code, _ in reading.problems):
        yield unread("some of its tags could not be read")


def unread_text(window: Window, limit: int) -> Iterator[Evidence]:
    """What was not read of a file that is neither sound nor a picture.

    Args:
        window: The file.
        limit: Bytes that were read of it, if it is text.
    """
    if not window.size:
        return
    if text_encoding(window) is None:
        yield unread("it is no plain text")
    elif _WRAPPED.search(window.read(0, limit)) is not None:
        yield unread("its text is encoded or encrypted")
    elif window.size > limit:
        yield unread("the rest of a long text", f"file@{limit}")
