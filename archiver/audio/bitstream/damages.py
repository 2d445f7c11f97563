"""Gathers what is damaged in one file and says it in the end."""

from __future__ import annotations

from archiver.model.sound import Damage, Integrity, SoundState

MOST_PLACES = 16
"""Damaged places that are recorded one by one; more are counted."""


class Damages:
    """What a walk finds wrong, in the order of the file.

    Args:
        rate: Samples a second, to say when a place is heard; ``None`` where it is not known.
    """

    __slots__ = ("_first", "_lost_samples", "_rate", "count")

    def __init__(self, rate: int | None = None) -> None:
        self._rate = rate
        self._first: list[Damage] = []
        self._lost_samples = 0
        self.count = 0

    def add(self, what: str, offset: int, sample: int | None = None, lost: int = 0) -> None:
        """Note a damaged place.

        Args:
            what: What is wrong, one plain clause.
            offset: Byte offset in the file.
            sample: The first sample touched, where it is known.
            lost: How many samples cannot be heard as they were, where that is known.
        """
        self.count += 1
        self._lost_samples += lost
        if len(self._first) < MOST_PLACES:
            at_s = round(sample / self._rate, 3) if self._rate and sample is not None else None
            self._first.append(Damage(what, offset, sample, at_s))

    def verdict(
        self, checked: tuple[str, ...], *, proved: bool, tested: bool = True, detail: str | None = None
    ) -> Integrity:
        """Return what is to be said.

        Args:
            checked: Names of what was tested.
            proved: Whether a checksum covers all of the audio and held everywhere.
            tested: Whether anything was tested at all.
            detail: One plain clause that says more.
        """
        if self.count:
            lost_s = round(self._lost_samples / self._rate, 3) if self._rate and self._lost_samples else None
            return Integrity(SoundState.DAMAGED, checked, detail, tuple(self._first), self.count, lost_s)
        if not tested:
            return Integrity(SoundState.NOT_CHECKABLE, checked, detail)
        return Integrity(SoundState.INTACT if proved else SoundState.CONSISTENT, checked, detail)
