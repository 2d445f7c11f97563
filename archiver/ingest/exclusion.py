"""What a user asked to leave out of a scan: patterns in gitignore's syntax, and clutter by its name.

Patterns are matched by ``pathspec`` with RE2, whose time grows with the length of a path and not with how it fits the
pattern, for the names of a donated source are anybody's.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from archiver.errors import UsageError
from archiver.model.clutter import COMPANION, clutter_named

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MOST_PATTERNS = 1_000
MOST_LENGTH = 1_024
"""Characters of one pattern."""
_TOLD = 80
_PROBE = "/probe"
_SYNTAX = "Patterns are those of gitignore: *.m3u, /Incoming/, Scans/**/*.tif, !keep.m3u"


class Exclusion:
    """Tells of each entry of a source whether it is left out, and by which rule.

    A later pattern beats an earlier one, and ``!`` takes back; what lies in a folder that is left out is not looked
    at. Capitals matter in patterns, as in gitignore, and not in the names of clutter.

    Args:
        patterns: In gitignore's syntax, relative to the top of each source; comments and blank lines do nothing.
        clutter: Whether what :data:`archiver.model.clutter.CLUTTER` lists is left out, unless a pattern takes it back.

    Raises:
        UsageError: where a pattern cannot be meant, or there are too many or too long ones to be matched.
    """

    def __init__(self, patterns: Sequence[str] = (), *, clutter: bool = False) -> None:
        self._clutter = clutter
        self._patterns = tuple(pattern for pattern in patterns if _says_something(pattern))
        self._spec = _compiled(self._patterns) if self._patterns else None

    @property
    def rules(self) -> tuple[str, ...]:
        """All that it leaves out, in words: two that leave out the same by the same words are equal in this."""
        return (*self._patterns, *(("clutter",) if self._clutter else ()))

    def rule_for(self, path: str, *, is_folder: bool) -> str | None:
        """Return the rule that leaves an entry out, as it was written; ``None`` where it is to be kept.

        Args:
            path: The record path below the top of its source.
            is_folder: Whether it is a folder.
        """
        if self._spec is not None:
            found = self._spec.check_file(_without_breaks(f"{path}/" if is_folder else path))
            if found.include is not None and found.index is not None:
                return self._patterns[found.index] if found.include else None
        if not self._clutter:
            return None
        clutter = clutter_named(path.rpartition("/")[2], is_folder=is_folder)
        return None if clutter is None else f"clutter {clutter.pattern}"


def is_companion_rule(rule: str) -> bool:
    """Whether a rule is that of a Mac's companion files, whose bytes can prove it wrong."""
    return rule == f"clutter {COMPANION}"


def _says_something(pattern: str) -> bool:
    return bool(pattern.strip()) and not pattern.startswith("#")


def _compiled(patterns: Sequence[str]) -> GitIgnoreSpec:
    if len(patterns) > MOST_PATTERNS:
        raise UsageError(
            f"{len(patterns):,} patterns were given, and at most {MOST_PATTERNS:,} can be", _SYNTAX
        )
    for pattern in patterns:
        if len(pattern) > MOST_LENGTH:
            told = f"{pattern[:_TOLD]}…"
            raise UsageError(f"the pattern {told} has more than {MOST_LENGTH:,} characters", _SYNTAX)
        if not _can_match(pattern):
            raise UsageError(f"{_shown(pattern)} is no pattern that can match anything", _SYNTAX)
    try:
        # what is larger must work as well, so that RE2 cannot run out of room while it matches and say "no"
        fits = _spec((*patterns, _PROBE)).check_file(_PROBE[1:]).index == len(patterns)
    except Exception as error:
        # RE2's own errors have no public class
        raise _too_much(patterns) from error
    if not fits:
        raise _too_much(patterns)
    return _spec(patterns)


def _too_much(patterns: Sequence[str]) -> UsageError:
    return UsageError(
        f"the {len(patterns):,} patterns to leave out are together too large to be matched",
        "Use fewer or shorter ones; those without a star, a question mark and brackets take least.",
    )


def _can_match(pattern: str) -> bool:
    """Whether a pattern is one at all: gitignore takes what is malformed for a pattern that matches nothing."""
    try:
        pattern.encode("utf-8")
        (parsed,) = _spec((pattern,)).patterns
    except (ValueError, re.error):
        return False
    except Exception:  # noqa: BLE001 - RE2 has no room for it, which the caller finds out for all of them together
        return True
    return parsed.include is not None


def _spec(patterns: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only who leaves something out waits for it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of brackets within brackets, which are well meant
        return GitIgnoreSpec.from_lines(map(_without_breaks, patterns), backend="re2")


def _without_breaks(text: str) -> str:
    """Put what no name holds for line breaks, of which the dot of a regular expression matches every character but those."""
    return text.replace("\n", "\0")


def _shown(pattern: str) -> str:
    return repr(pattern.encode("utf-8", "backslashreplace").decode())
