"""Reads payload manifests and tag manifests line by line (RFC 8493 §2.1.3, §2.2.1); no line is skipped silently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from archiver.bagit.algorithms import UnknownAlgorithmError, hex_length, normalise_algorithm
from archiver.bagit.codes import found
from archiver.bagit.findings import Tell
from archiver.bagit.metadata_reader import line_fault
from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import PathProblem, check_path, decode_old_path, decode_path, strip_current
from archiver.bagit.tagtext import LineFault

_NAME = re.compile(r"(tag)?manifest-(.+)\.txt", re.DOTALL)
_LINE = re.compile(r"(?a)([0-9A-Fa-f]+)([ \t]+)(.+)", re.DOTALL)
_BARE_PERCENT = re.compile(r"%(?!25|0[AaDd])")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class ManifestName:
    """What the name of a manifest says.

    Attributes:
        name: The file's name, ``manifest-sha512.txt``.
        of_tags: Whether it is a tag manifest.
        named_algorithm: The algorithm as the name spells it.
        algorithm: The normalised algorithm; None for one that cannot be computed here.
    """

    name: str
    of_tags: bool
    named_algorithm: str
    algorithm: str | None


class Entry(NamedTuple):
    """One line of a manifest: the decoded path, the digest in lower case (empty if unusable), the line's number."""

    path: str
    digest: str
    line: int


def parse_manifest_name(name: str) -> ManifestName | None:
    """Say which manifest the file ``name`` at the top of a bag is; None if it is none."""
    parsed = _NAME.fullmatch(name)
    if parsed is None:
        return None
    try:
        algorithm = normalise_algorithm(parsed[2])
    except UnknownAlgorithmError:
        algorithm = None
    return ManifestName(name, bool(parsed[1]), parsed[2], algorithm)


def read_manifest(
    lines: Iterable[tuple[int, str | LineFault]],
    manifest: ManifestName,
    tell: Tell,
    *,
    before_1_0: bool,
) -> Iterator[Entry]:
    """Yield an entry for every line that names a file this manifest may name; tell a finding for all else.

    Args:
        lines: The lines of :func:`archiver.bagit.tagtext.read_lines`.
        manifest: Which manifest it is.
        tell: Takes each finding as it is made.
        before_1_0: Whether the bag's version encoded line breaks only, so that ``%25`` stands for itself.

    A path that leads out of the bag yields no entry; one that does so only on Windows does, and is for the caller
    to judge by whether there is such a file.
    """
    wanted = hex_length(manifest.algorithm) if manifest.algorithm else 0
    decode = decode_old_path if before_1_0 else decode_path
    for number, line in lines:
        if isinstance(line, LineFault):
            tell(line_fault(manifest.name, number, line))
            continue
        parsed = _LINE.fullmatch(line)
        if parsed is None:
            _tell_malformed(line, number, manifest.name, tell)
            continue
        digest, gap, written = parsed.groups()
        if written[0] in "*.":
            written = _without_prefix(written, gap, number, manifest.name, tell)
        path = written
        if "%" in written:
            path = decode(written)
            if not before_1_0 and _BARE_PERCENT.search(written):
                tell(found("B308", path, f"{manifest.name}, line {number}: % must be written %25"))
        if wanted and len(digest) != wanted:
            message = (
                f"{manifest.name}, line {number}: {len(digest)} digits, {manifest.algorithm} has {wanted}"
            )
            tell(found("B302", path, message))
            digest = ""
        lower = digest.lower()
        if digest not in (lower, digest.upper()):
            tell(found("B323", path, f"{manifest.name}, line {number} mixes capital and small letters"))
        if _may_be_named(path, number, manifest, tell):
            yield Entry(path, lower, number)


def _tell_malformed(line: str, number: int, name: str, tell: Tell) -> None:
    if line.strip(" \t") == "":
        tell(found("B309", name, f"line {number} is blank"))
    else:
        tell(found("B301", name, f"line {number} is not a digest, a space and a path: {line[:_SHOWN]!r}"))


def _without_prefix(written: str, gap: str, number: int, name: str, tell: Tell) -> str:
    """Take off the ``*`` that md5sum writes for binary mode, and a leading ``./``, with a warning for each."""
    if written[0] == "*" and (gap == " " or written.startswith(("*data/", "*./"))):
        written = written[1:]
        tell(found("B306", written, f"{name}, line {number} marks the path with an asterisk"))
    if written.startswith("./"):
        written = strip_current(written)
        tell(found("B307", written, f"{name}, line {number} writes ./ before the path"))
    return written


def _may_be_named(path: str, number: int, manifest: ManifestName, tell: Tell) -> bool:
    """Whether ``path`` is one that this manifest may name; if not, the reason is told."""
    problem = check_path(path)
    in_payload = path.startswith(PAYLOAD)
    if problem is None and in_payload and not manifest.of_tags:
        return True
    refusal = _refuse(path, problem, manifest, in_payload=in_payload)
    if refusal is not None:
        code, reason = refusal
        tell(found(code, path, f"{manifest.name}, line {number}: {reason}"))
    return refusal is None


def _refuse(
    path: str, problem: PathProblem | None, manifest: ManifestName, *, in_payload: bool
) -> tuple[str, str] | None:
    if problem is not None and (not problem.only_elsewhere or not (in_payload or manifest.of_tags)):
        code = "B502" if problem.only_elsewhere else "B318" if _is_folder(path, problem) else "B501"
        return code, f"the path {problem.value}"
    if not manifest.of_tags:
        return None if in_payload else ("B313", "only files below data/ belong in a payload manifest")
    if in_payload:
        return "B314", "payload files belong in payload manifests"
    listed = parse_manifest_name(path)
    if listed is not None and listed.of_tags:
        return "B315", "no tag manifest may list another"
    return None


def _is_folder(path: str, problem: PathProblem) -> bool:
    return problem is PathProblem.EMPTY and path.endswith("/") and check_path(path.rstrip("/")) is None
