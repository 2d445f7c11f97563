"""What a person does with a template of declarations."""

from __future__ import annotations


def uncommented(text: str) -> str:
    """What a person gets who takes away every comment sign that has no space after it."""
    return "".join(
        line[1:] if line.startswith("#") and line[1:2].strip() else line for line in text.splitlines(True)
    )
