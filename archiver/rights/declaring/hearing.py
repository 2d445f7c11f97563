"""Listens while files are decided, and says what was declared in vain: what nobody wrote to be left unheard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from archiver.model.audio import Tags
from archiver.model.rights import Act, Answer, Decision, DeclarantRole, Declaration, Level, MachineUse, Scope
from archiver.rights.deciding.grants import cannot_carry, opens
from archiver.rights.deciding.scope import ScopeIndex, least_depth, place
from archiver.rights.declaring.read import DeclarationFile, Remark
from archiver.rights.globs import has_wildcard, normal_text

NOBODYS_NAMES = {
    DeclarantRole.OWNER: "Your Name",
    DeclarantRole.DONOR: "Name of the donor",
    DeclarantRole.RIGHTSHOLDER: "Name of the rightsholder",
    DeclarantRole.CUSTODIAN: "Name of the custodian",
}
"""What templates and suggestions write where a person's name is to stand, by role."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One pattern of a declaration, or its whole scope where that is no list of paths or albums."""

    number: int
    pattern: str


class Hearing:
    """Which declarations of one file were heard.

    Args:
        declared: The declarations.
        on: The day for which is decided; one that has run out is not missed.
    """

    def __init__(self, declared: DeclarationFile, on: date) -> None:
        self._declarations = declared.declarations
        self._on = on
        self._lines = dict(zip((one.id for one in declared.declarations), declared.lines, strict=True))
        holding = [(number, one) for number, one in enumerate(declared.declarations) if not one.has_ended(on)]
        self._pieces: dict[str, _Piece] = {}
        scopes = []
        for number, declaration in holding:
            for pattern, scope in _pieces(declaration.scope):
                name = str(len(self._pieces))
                self._pieces[name] = _Piece(number, pattern)
                scopes.append(replace(declaration, id=name, scope=scope))
        self._index = ScopeIndex(scopes)
        self._scopes = {one.id: one for one in scopes}
        self._unheard = dict.fromkeys(self._pieces)
        self._near: dict[str, str] = {}
        self._folded: ScopeIndex | None = None
        self._bearing = {one.id: one for _, one in holding}
        self._widest = _widest_openings(self._bearing.values())
        self._denials = {one.id: denied for one in self._bearing.values() if (denied := _denied(one))}
        self._overruled: Counter[tuple[str, Act | MachineUse, str]] = Counter()
        self._files: Counter[str] = Counter()

    def hear(self, path: str, tags: Tags, decision: Decision) -> None:
        """Take in one file.

        Args:
            path: Its path below the folder that the declarations speak for.
            tags: Its tags by canonical name.
            decision: What was decided of it under these declarations, whatever the policy.
        """
        if self._unheard:
            for piece in self._index.matching(path, tags):
                self._unheard.pop(piece.id, None)
        self._files.update(decision.declarations)
        for name in decision.declarations:
            for what in self._denials.get(name, ()):
                if _answer(decision, what) is Answer.ALLOW:
                    self._weigh(name, what, decision, path)

    def _weigh(self, name: str, what: Act | MachineUse, decision: Decision, path: str) -> None:
        """Count a file that is allowed what is denied of it, though nothing closer allows that."""
        bearing = (self._bearing[other] for other in decision.declarations if other in self._bearing)
        placed = place(bearing, path)
        depth = next(one.depth for one in placed if one.declaration.id == name)
        for stated, closeness in placed:
            if stated.document is None or closeness > depth:
                continue
            if _stated(stated).get(what) is Answer.ALLOW:
                self._overruled[name, what, stated.id] += 1
                return

    @property
    def wants_more(self) -> bool:
        """Whether something was not heard that :meth:`hear_again` may find the reason of."""
        return len(self._near) < len(self._unheard)

    def hear_again(self, path: str, tags: Tags) -> None:
        """Take in a file once more, to see what was not heard for nothing but case and blanks."""
        if self._folded is None:
            unheard = [self._scopes[name] for name in self._unheard]
            self._folded = ScopeIndex([replace(one, scope=_folded_scope(one.scope)) for one in unheard])
        folded = {name: tuple(map(normal_text, values)) for name, values in tags.items()}
        for piece in self._folded.matching(_folded_path(path), folded):
            self._near.setdefault(piece.id, path)

    def told(self) -> tuple[Remark, ...]:
        """What was declared in vain, in the order of the file."""
        remarks = [*self._unfitting(), *self._not_heard(), *self._silenced()]
        return tuple(sorted(remarks, key=lambda remark: remark.line))

    def _unfitting(self) -> Iterator[Remark]:
        nobodys = set(map(normal_text, NOBODYS_NAMES.values()))
        for declaration in self._declarations:
            if normal_text(declaration.by) in nobodys:
                nobodys.discard(normal_text(declaration.by))  # as a default it would be told of every one
                text = f"{declaration.by!r} is nobody's name. Write who declares it."
                yield self._remark(declaration.id, text)
            if declaration.date > self._on:
                yield self._remark(declaration.id, f"It is dated {declaration.date}, so it says nothing yet.")
            scope, files = declaration.scope, self._files[declaration.id]
            names_files = any(not (path.endswith("/") or has_wildcard(path)) for path in scope.paths)
            if scope.level is Level.FILE and not names_files and files > 1:
                text = f"It speaks as if of one file, and takes in {files:,} files. Leave level out, or name the file."
                yield self._remark(declaration.id, text)

    def _not_heard(self) -> Iterator[Remark]:
        for name in self._unheard:
            piece = self._pieces[name]
            declaration = self._declarations[piece.number]
            withheld = self._withheld(declaration, least_depth(self._scopes[name].scope))
            near = self._near.get(name)
            if not withheld and near is None:
                continue
            text = f"{piece.pattern!r} takes in no file" if piece.pattern else "Its scope takes in no file"
            text += f", so it closes nothing ({', '.join(withheld)})." if withheld else "."
            if near is not None:
                text += f" But for case and blanks it would take in {near}."
            yield self._remark(declaration.id, text)

    def _withheld(self, declaration: Declaration, depth: int) -> list[str]:
        """What a declaration closes: in words, or by a basis that something wider is not to reach past."""
        said = [what.value for what, answer in _stated(declaration).items() if answer is not Answer.ALLOW]
        kept_out = [
            act.value
            for act, widest in self._widest.items()
            if widest < depth and cannot_carry(declaration, act, ())
        ]
        return [*dict.fromkeys((*said, *kept_out))]

    def _silenced(self) -> Iterator[Remark]:
        for (name, what, other), files in self._overruled.items():
            number = f"{files:,} file" + ("" if files == 1 else "s")
            text = f"It denies {what.value!r}, yet {other} allows it with a document for {number}, and that decides."
            yield self._remark(name, f"{text} Name its document too, or a closer scope.")

    def _remark(self, name: str, text: str) -> Remark:
        return Remark(self._lines[name], name, text)


def _pieces(scope: Scope) -> Iterator[tuple[str, Scope]]:
    """Each path of a scope by itself, or else each album, or else the scope."""
    if scope.paths:
        yield from ((path, replace(scope, paths=(path,))) for path in scope.paths)
    elif scope.albums:
        yield from ((album, replace(scope, albums=(album,))) for album in scope.albums)
    else:
        yield "", scope


def _widest_openings(declarations: Iterable[Declaration]) -> dict[Act, int]:
    """For each act that any of the declarations is to open, how far out the widest of them stands."""
    widest: dict[Act, int] = {}
    for declaration in declarations:
        depth = least_depth(declaration.scope)
        permits = any(answer is Answer.ALLOW for _, answer in declaration.machine_use)
        for act in Act:
            if opens(declaration, act) or (act is Act.MINE and permits):
                widest[act] = min(depth, widest.get(act, depth))
    return widest


def _stated(declaration: Declaration) -> dict[Act | MachineUse, Answer]:
    return {**dict(declaration.acts), **dict(declaration.machine_use)}


def _denied(declaration: Declaration) -> tuple[Act | MachineUse, ...]:
    return tuple(what for what, answer in _stated(declaration).items() if answer is Answer.DENY)


def _answer(decision: Decision, what: Act | MachineUse) -> Answer:
    if isinstance(what, Act):
        return decision.acts[what]
    return next((use.answer for use in decision.machine_use if use.use is what), Answer.UNKNOWN)


def _folded_path(path: str) -> str:
    return "/".join(map(normal_text, path.split("/")))


def _folded_scope(scope: Scope) -> Scope:
    paths: list[str] = []
    for path in map(_folded_path, scope.paths):
        paths.append(path)
        if not has_wildcard(path) and not path.endswith("/"):
            paths.append(path + "/")
    return Scope(
        tuple(paths),
        tuple(map(normal_text, scope.albums)),
        tuple((name, tuple(map(normal_text, values))) for name, values in scope.tags),
        scope.level,
    )
