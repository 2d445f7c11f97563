"""Reads fetch.txt, the list of payload files to be had elsewhere (RFC 8493 §2.2.3); nothing is ever fetched."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from archiver.bagit.codes import found
from archiver.bagit.findings import Tell
from archiver.bagit.metadata_reader import line_fault
from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import check_path, decode_old_path, decode_path, strip_current
from archiver.bagit.tagtext import LineFault

FETCH_NAME = "fetch.txt"

_LINE = re.compile(r"(?a)([^ \t]+)[ \t]+(-|\d{1,18})[ \t]+(.+)", re.DOTALL)
_SCHEME = re.compile(r"(?a)[A-Za-z][A-Za-z0-9+.-]*:.")
_FETCHABLE = frozenset({"http", "https", "ftp", "ftps", "sftp", "s3", "gs"})
_WITH_BUCKETS = frozenset({"s3", "gs"})
_LOCAL_NAMES = (".localhost", ".local", ".internal")
_NOT_IN_AN_ADDRESS = re.compile(r"[^!-~]|[\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
"""What no URI may hold (RFC 3986 §2); programs disagree on which host such an address leads to."""
_NUMBER = re.compile(r"(?a)0x[0-9a-f]*|\d+")
_SHOWN = 120


class FetchEntry(NamedTuple):
    """One line of fetch.txt: the decoded path, the length in bytes (None for ``-``), the line's number."""

    path: str
    length: int | None
    line: int


def read_fetch(
    lines: Iterable[tuple[int, str | LineFault]], tell: Tell, *, before_1_0: bool
) -> Iterator[FetchEntry]:
    """Yield an entry for every line that names a payload file; tell a finding for every line that is wrong.

    Args:
        lines: The lines of :func:`archiver.bagit.tagtext.read_lines`.
        tell: Takes each finding as it is made.
        before_1_0: Whether the bag's version encoded line breaks only.
    """
    decode = decode_old_path if before_1_0 else decode_path
    for number, line in lines:
        if isinstance(line, LineFault):
            tell(line_fault(FETCH_NAME, number, line))
            continue
        parsed = _LINE.fullmatch(line)
        if parsed is None or not _SCHEME.match(parsed[1]):
            if line.strip(" \t") == "":
                tell(found("B309", FETCH_NAME, f"line {number} is blank"))
            else:
                tell(
                    found("B601", FETCH_NAME, f"line {number} is no URL, length and path: {line[:_SHOWN]!r}")
                )
            continue
        address, length, written = parsed.groups()
        path = strip_current(decode(written))
        if _may_be_fetched(path, number, tell):
            reason = _suspicion(address)
            if reason:
                tell(found("B607", path, f"fetch.txt, line {number}: the address {reason}"))
            yield FetchEntry(path, None if length == "-" else int(length), number)


def _may_be_fetched(path: str, number: int, tell: Tell) -> bool:
    problem = check_path(path)
    in_payload = path.startswith(PAYLOAD)
    if problem is not None and (not problem.only_elsewhere or not in_payload):
        tell(found("B602", path, f"fetch.txt, line {number}: the path {problem.value}"))
        return False
    if not in_payload:
        tell(found("B603", path, f"fetch.txt, line {number}: only files below data/ may be fetched"))
    return in_payload


def _suspicion(address: str) -> str | None:
    """Say why no program should follow ``address``: a local scheme, or a host inside somebody's own network."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "cannot be understood"
    if _NOT_IN_AN_ADDRESS.search(address):
        return "holds characters that no address may hold"
    if parts.scheme.lower() not in _FETCHABLE:
        return f"has the scheme {parts.scheme[:20]!r}"
    if parts.username is not None:
        return "carries a user name or password"
    has_domain = "." in host or ":" in host or parts.scheme.lower() in _WITH_BUCKETS
    is_inside = not host or not has_domain or f".{host}".endswith(_LOCAL_NAMES) or _is_inside(host)
    return "leads to the reader's own machine or network" if is_inside else None


def _is_inside(host: str) -> bool:
    """Whether ``host`` is a number that the open Internet has no machine for.

    ``127.1``, ``0x7f.1`` and ``017700000001`` are numbers to many programs, though RFC 3986 knows four decimals only;
    so every host whose last part is a number is taken for one, and for one inside unless it is written in full.
    """
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
