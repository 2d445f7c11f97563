"""What is the same in texts that people write in several ways."""

from __future__ import annotations

import re
import unicodedata

_ASCII_OTHERS = re.compile("[^0-9a-z]+")


def folded(text: str) -> str:
    """Return what is the same in texts that differ by capitals, accents, punctuation or blanks alone."""
    if text.isascii():  # most are, and the same is found there at a fifth of the cost
        return _ASCII_OTHERS.sub(" ", text.lower()).strip() or text.strip().lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(kept).split()) or text.strip().casefold()
