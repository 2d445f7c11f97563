"""What is the same in texts that people write in several ways."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Return what is the same in texts that differ by capitals, accents, punctuation or blanks alone."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(kept).split()) or text.strip().casefold()
