"""Lists of signers that are trusted, in ssh's own form (ssh-keygen(1), ALLOWED SIGNERS).

What is not understood does not count: a line with an option that is not known here trusts nobody.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archiver.signing.public_key import PublicKey, key_in
from archiver.signing.sshsig import NAMESPACE

MOST_BYTES = 1 << 20
"""Of a list of signers."""

_OPTION = re.compile(r'([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?')
_MOMENT = re.compile(r"([0-9]{8})([0-9]{4})?([0-9]{2})?(Z)?")


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """A line that counts.

    Attributes:
        who: The signer, as the line calls them.
        key: Their key.
        after: From when on it counts; ``None`` for always.
        before: Until when.
    """

    who: str
    key: PublicKey
    after: dt.datetime | None = None
    before: dt.datetime | None = None

    def counts(self, now: dt.datetime) -> bool:
        """Whether the line counts at the time ``now``, which knows its zone."""
        return (self.after is None or self.after <= now) and (self.before is None or now < self.before)


@dataclass(frozen=True, slots=True)
class AllowedSigners:
    """A list of signers.

    Attributes:
        signers: Who is on it, for signatures of bags.
        passed_over: Numbers of lines that are not understood and trust nobody.
    """

    signers: tuple[AllowedSigner, ...]
    passed_over: tuple[int, ...] = ()

    def name_of(self, key: PublicKey, now: dt.datetime) -> str | None:
        """Return what the list calls the owner of a key; ``None`` where it does not trust them now."""
        return next((one.who for one in self.signers if one.key == key and one.counts(now)), None)


def parse_allowed(text: str) -> AllowedSigners:
    """Read a list of signers."""
    signers, passed_over = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            signer = _signer(line)
        except ValueError:
            passed_over.append(number)
        else:
            signers += [] if signer is None else [signer]
    return AllowedSigners(tuple(signers), tuple(passed_over))


def listed_line(who: str, key: PublicKey) -> str:
    """Write the line that trusts a key for signatures of bags."""
    return f'{who} namespaces="{NAMESPACE}" {key.line}'


def _signer(line: str) -> AllowedSigner | None:
    """Read one line; ``None`` for one about other things than bags.

    Raises:
        ValueError: where it is not understood.
    """
    words = _words(line)
    options: dict[str, str] = {}
    if len(words) >= 3 and not _is_key(words[1:3]):
        options = _options(words[1])
        del words[1]
    if len(words) < 3:
        raise ValueError("it has no key")
    key = key_in(words[1], words[2])
    if not options.keys() <= {"namespaces", "valid-after", "valid-before"} or "-cert-" in key.kind:
        raise ValueError("an option is not known")
    namespaces = options.get("namespaces", NAMESPACE)
    if not _matches(NAMESPACE, namespaces.split(",")):
        return None
    after, before = (_moment(options.get(name)) for name in ("valid-after", "valid-before"))
    return AllowedSigner(words[0], key, after, before)


def _words(line: str) -> list[str]:
    """Divide a line at blanks that stand in no quotation marks."""
    return re.findall(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+', line)


def _is_key(words: Sequence[str]) -> bool:
    try:
        key_in(words[0], words[1])
    except ValueError:
        return False
    return True


def _options(word: str) -> dict[str, str]:
    """Raises ValueError where a word is no list of options, each with a value."""
    options: dict[str, str] = {}
    at = 0
    while at < len(word):
        found = _OPTION.match(word, at)
        if found is None or found[2] is None or found[1].lower() in options:
            raise ValueError("an option is not understood")
        options[found[1].lower()] = found[2]
        at = found.end()
        if at < len(word):
            if word[at] != ",":
                raise ValueError("an option is not understood")
            at += 1
    return options


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Match as ssh does: ``*`` and ``?``; a pattern after ``!`` that fits overrules all others."""
    matched = False
    for pattern in patterns:
        refuses = pattern.startswith("!")
        if "[" not in pattern and fnmatch.fnmatchcase(name, pattern.removeprefix("!")):
            if refuses:
                return False
            matched = True
    return matched


def _moment(text: str | None) -> dt.datetime | None:
    """Read ``YYYYMMDD[HHMM[SS]][Z]``, which is local time without the ``Z``; raises ValueError for anything else."""
    if text is None:
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("a time is not understood")
    moment = dt.datetime.strptime(  # noqa: DTZ007 - the zone follows
        found[1] + (found[2] or "0000") + (found[3] or "00"), "%Y%m%d%H%M%S"
    )
    return moment.replace(tzinfo=dt.UTC) if found[4] else moment.astimezone()
