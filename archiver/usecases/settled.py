"""Settles what holds for a run: what was asked for, else what the settings say, else the default."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.bagit.algorithms import UnknownAlgorithmError, normalise_algorithms
from archiver.config import Settings
from archiver.errors import UsageError
from archiver.ingest.exclusion import Exclusion
from archiver.model.bag import Labels
from archiver.records.baginfo import checked_label, parse_label


def exclusion_for(patterns: Sequence[str], settings: Settings, *, clutter: bool) -> Exclusion:
    """What is left out of sources: what the settings say, then what was asked for.

    Args:
        patterns: What was asked for, in gitignore's syntax.
        settings: The settings.
        clutter: Whether it was asked to leave out clutter.

    Raises:
        UsageError: where a pattern cannot be meant.
    """
    return Exclusion((*settings.exclude, *patterns), clutter=clutter or settings.exclude_clutter)


def algorithms_asked(names: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """The checksum algorithms that were asked for, else those of the settings, by their normalised names.

    Raises:
        UsageError: where one is unknown.
    """
    return known_algorithms(names or settings.algorithms)


def known_algorithms(names: Sequence[str]) -> tuple[str, ...]:
    """Normalise the names of checksum algorithms.

    Raises:
        UsageError: where one is unknown.
    """
    try:
        return normalise_algorithms(names)
    except UnknownAlgorithmError as error:
        raise UsageError(str(error), "Choose one of those.") from error


def labels_for(given: Sequence[str], settings: Settings) -> Labels:
    """The labels of the settings that nobody gave otherwise, then those that were given.

    Args:
        given: Each as ``Label: value``.
        settings: The settings.

    Raises:
        UsageError: where one cannot stand in ``bag-info.txt``.
    """
    labels = tuple(map(parse_label, given))
    taken = {label.casefold() for label, _ in labels}
    configured = (pair for pair in settings.bag_info if pair[0].casefold() not in taken)
    return (*(checked_label(*pair) for pair in configured), *labels)
