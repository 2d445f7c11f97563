"""What may be done by machines: declared by whom, in what role, and what signals in the file say.

Every use is unknown unless somebody entitled to it declares otherwise; unknown means *not granted*. A reservation
belongs to the rightsholder, so anybody may pass a denial on, while a permission counts only from a rightsholder,
from the maker of the recording, or with a document on a basis that can carry the act ``mine`` at all: a receipt
documents a purchase, and a purchase carries no such use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    DeclarantRole,
    Declaration,
    MachineUse,
    Reason,
    UseAnswer,
)
from archiver.rights import rules
from archiver.rights.grants import Reach, reach
from archiver.rights.scope import closeness

_ORDER = (Answer.DENY, Answer.ALLOW, Answer.UNKNOWN)


def may_permit(declaration: Declaration) -> bool:
    """Whether a declaration can permit a machine use, and not only deny it."""
    if declaration.role is DeclarantRole.RIGHTSHOLDER:
        return True
    if declaration.document is not None:
        return can_carry_mining(declaration)
    return declaration.basis is Basis.OWN and declaration.role is not DeclarantRole.CUSTODIAN


def can_carry_mining(declaration: Declaration) -> bool:
    """Whether the basis of a declaration reaches the act ``mine``, by whatever it may take."""
    return reach(declaration.basis, declaration.role, Act.MINE) is not Reach.NEVER


def declared_uses(
    declarations: Sequence[Declaration], on: date, without: frozenset[Basis]
) -> tuple[tuple[UseAnswer, bool], ...]:
    """What the declarations of one file say of each machine use.

    The order of precedence is that of acts. Where no declaration names ``data_mining``, what is declared for the
    act ``mine`` answers for it.

    Args:
        declarations: Those that take in the file.
        on: The day.
        without: Bases that evidence contradicts; what they allow does not count.

    Returns:
        For each use, in the order of :class:`MachineUse`: the answer, and whether a document stands behind it.
    """
    in_force = [declared for declared in declarations if declared.expires is None or on <= declared.expires]
    return tuple(_declared_use(use, in_force, without) for use in MachineUse)


def _declared_use(
    use: MachineUse, declarations: Sequence[Declaration], without: frozenset[Basis]
) -> tuple[UseAnswer, bool]:
    said = [
        (declaration, answer)
        for declaration in declarations
        if (answer := _said(declaration, use)) is not None
        and (answer is not Answer.ALLOW or (may_permit(declaration) and declaration.basis not in without))
    ]
    if not said:
        return UseAnswer(use), False
    level = min(closeness(declaration.level) for declaration, _ in said)
    closest = [(declaration, answer) for declaration, answer in said if closeness(declaration.level) == level]
    documented = [
        (declaration, answer) for declaration, answer in closest if declaration.document is not None
    ]
    deciding = documented or closest
    answer = next(answer for answer in _ORDER if any(given is answer for _, given in deciding))
    winner = next(declaration for declaration, given in deciding if given is answer)
    return UseAnswer(use, answer, winner.by, winner.role), bool(documented)


def _said(declaration: Declaration, use: MachineUse) -> Answer | None:
    named = dict(declaration.machine_use).get(use)
    if named is None and use is MachineUse.DATA_MINING:
        mine = dict(declaration.acts).get(Act.MINE)
        return mine if mine is not Answer.ALLOW or can_carry_mining(declaration) else None
    return named


def weigh_signals(
    declared: Sequence[tuple[UseAnswer, bool]], signals: Mapping[MachineUse, tuple[Answer, str]]
) -> tuple[tuple[UseAnswer, ...], tuple[Reason, ...]]:
    """Weigh signals embedded in the file against what was declared.

    A reservation turns every answer into a denial, save a permission with a document, which it draws a warning
    on. An embedded permission changes nothing.

    Args:
        declared: What :func:`declared_uses` gave.
        signals: What :func:`archiver.rights.meanings.machine_signals` gave.

    Returns:
        The answers, and a reason for each warning.
    """
    if not signals:
        return tuple(answer for answer, _ in declared), ()
    answers = []
    warnings = []
    for answer, documented in declared:
        signal, place = signals.get(answer.use, (None, None))
        stricter = signal is Answer.DENY and answer.answer is Answer.ALLOW
        if stricter:
            text = (
                f"A signal in the file reserves '{answer.use}', which {answer.declared_by} declared allowed."
            )
            warnings.append(Reason(rules.SIGNAL_STRICTER, text, (str(place),)))
        if signal is Answer.DENY and not (answer.answer is Answer.ALLOW and documented):
            kept = answer.answer is Answer.DENY
            answers.append(
                UseAnswer(
                    answer.use,
                    Answer.DENY,
                    answer.declared_by if kept else None,
                    answer.role if kept else None,
                    place,
                    stricter,
                )
            )
        else:
            answers.append(
                UseAnswer(answer.use, answer.answer, answer.declared_by, answer.role, place, stricter)
            )
    return tuple(answers), tuple(warnings)
