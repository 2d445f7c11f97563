"""Policies: what a package is for, as data. Three come with the program; a file of one's own has the same form."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from archiver.model.rights import Act, Disposition, Policy
from archiver.rights.declaring.fields import read_words
from archiver.toml.document import Document
from archiver.toml.positions import Path

POLICY_NAMES = ("personal", "donation", "public")
"""The policies that come with the program."""
EXPORTED_FOR = (Act.ACCESS, Act.PUBLISH, Act.MINE)
"""What files can be taken out of a package for."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_STRICTNESS = {
    Disposition.INCLUDE: 0,
    Disposition.RESTRICT: 1,
    Disposition.REVIEW: 2,
    Disposition.EXCLUDE: 2,
}
_WHOLE = ("protected", "maybe_protected", "personal_data", "personal_unknown")
_KEYS = ("name", "title", "needs", *_WHOLE, "premis", "denied", "unknown")


@cache
def builtin_policy(name: str) -> Policy:
    """A policy that comes with the program.

    Args:
        name: One of :data:`POLICY_NAMES`.

    Raises:
        KeyError: If there is no such policy.
    """
    if name not in POLICY_NAMES:
        raise KeyError(name)
    data = resources.files("archiver.rights").joinpath(f"data/{name}.toml").read_bytes()
    return parse_policy(data, f"{name}.toml")


@cache
def export_policy(act: Act) -> Policy:
    """The policy for taking out of a package what one act is allowed of; it is no package's to name.

    Args:
        act: ``access``, ``publish`` or ``mine``.

    Raises:
        KeyError: for any other.
    """
    if act not in EXPORTED_FOR:
        raise KeyError(act)
    data = resources.files("archiver.rights").joinpath(f"data/for-{act.value}.toml").read_bytes()
    return parse_policy(data, f"for-{act.value}.toml")


def parse_policy(data: bytes, name: str) -> Policy:
    """Read a policy.

    Args:
        data: The file's bytes, UTF-8.
        name: Its name as the user knows it, for messages.

    Raises:
        TomlFileError: With every fault, each with line, column and the nearest valid word.
    """
    document = Document(data, name)
    root = document.table(document.root, (), _KEYS)
    for key in _KEYS:
        if key not in root and key != "premis":
            document.fault((), f"There is no {key}.", "See docs/reference/policies.md.")
    title = _read_name(document, root), document.text(root.get("title", "-"), ("title",))
    needs = read_words(document, root.get("needs", []), ("needs",), Act)
    if root.get("needs") == []:
        document.fault(("needs",), "It needs no act.", f"Name at least one of: {', '.join(Act)}.")
    denied = _read_follows(document, root.get("denied", {}), "denied")
    unknown = _read_follows(document, root.get("unknown", {}), "unknown")
    _check_needs(document, needs, denied, unknown)
    _check_preserve(document, denied)
    whole = {key: _read_disposition(document, root[key], (key,)) for key in _WHOLE if key in root}
    _check_personal(document, whole)
    premis = root.get("premis", True)
    if not isinstance(premis, bool):
        document.fault(("premis",), "premis must be true or false.", "Such as premis = false.")
    document.finish()
    return Policy(
        name=title[0],
        title=title[1] or "",
        needs=needs,
        denied=tuple(denied.items()),
        unknown=tuple(unknown.items()),
        premis=bool(premis),
        **whole,
    )


def _read_name(document: Document, root: dict[str, object]) -> str:
    name = root.get("name", "unnamed")
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    document.fault(("name",), "name must be a word of a-z, 0-9 and '-'.", 'Such as name = "reading-room".')
    return ""


def _read_follows(document: Document, value: object, key: str) -> dict[Act, Disposition]:
    table = document.table(value, (key,), tuple(Act))
    return {act: _read_disposition(document, table[act], (key, act.value)) for act in Act if act in table}


def _read_disposition(document: Document, value: object, path: Path) -> Disposition:
    word = document.word(value, path, tuple(Disposition))
    return Disposition(word) if word is not None else Disposition.REVIEW


def _check_preserve(document: Document, denied: dict[Act, Disposition]) -> None:
    """No policy softens a denied ``preserve``, so none may seem to."""
    follows = denied.get(Act.PRESERVE, Disposition.EXCLUDE)
    if follows is not Disposition.EXCLUDE:
        message = f"A denied 'preserve' excludes under every policy, so {follows.value!r} has no effect."
        document.fault(("denied", "preserve"), message, 'Write preserve = "exclude", or leave it out.')


def _check_personal(document: Document, whole: dict[str, Disposition]) -> None:
    """What might be there never weighs more than what is."""
    found, unknown = whole.get("personal_data"), whole.get("personal_unknown")
    if found is not None and unknown is not None and _STRICTNESS[found] < _STRICTNESS[unknown]:
        message = "Not knowing of personal data would weigh more than finding some."
        document.fault(("personal_unknown",), message, "Make personal_data at least as strict.")


def _check_needs(
    document: Document,
    needs: tuple[Act, ...],
    denied: dict[Act, Disposition],
    unknown: dict[Act, Disposition],
) -> None:
    """Every needed act is answered for, and a denial never weighs less than not knowing."""
    for act in needs:
        for key, table in (("denied", denied), ("unknown", unknown)):
            if act not in table:
                hint = f"Write {act.value} under [{key}]."
                document.fault(
                    (key,), f"It needs {act.value!r} but says not what follows when it is {key}.", hint
                )
    for act, follows in unknown.items():
        if act not in denied or _STRICTNESS[denied[act]] < _STRICTNESS[follows]:
            message = f"An unknown {act.value!r} would weigh more than a denied one."
            document.fault(("unknown", act.value), message, "Make [denied] at least as strict.")
