"""What may be done by machines: declared by whom, in what role, and what signals in the file say.

Every use is unknown unless somebody entitled to it declares otherwise; unknown means *not granted*. A reservation
belongs to the rightsholder, so anybody may pass a denial on, while a permission counts only from a rightsholder who
also has a basis for it (a recording of their own, a licence) or a document, and from anybody else with a document or
under a public licence that the declaration names and that speaks of mining; and never on a basis that cannot carry
the act ``mine``: a receipt documents a purchase, and a purchase carries no such use.

``data_mining`` is the act ``mine`` under another name and always has its answer. Training is mining too: where mining is
denied, no training is granted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from archiver.model.day import Day
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
from archiver.model.terms import LayerAssessment
from archiver.rights import rules
from archiver.rights.deciding.grants import (
    Reach,
    cannot_carry,
    counts_yet,
    has_basis,
    holds,
    obstacle_to,
    reach,
)
from archiver.rights.deciding.scope import Placed
from archiver.rights.deciding.weighing import Said, speaker, weigh
from archiver.rights.licenses import identify_license

_TRAINING = (MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING)


def may_permit(declaration: Declaration) -> bool:
    """Whether a declaration can permit a machine use, and not only deny it."""
    if not can_carry_mining(declaration):
        return False
    if declaration.document is not None:
        return True
    if declaration.role is DeclarantRole.RIGHTSHOLDER:
        return declaration.basis in (Basis.OWN, Basis.LICENSE)
    if declaration.basis is not Basis.LICENSE or declaration.license is None:
        return False
    known = identify_license(declaration.license)
    return known is not None and Act.MINE in known.acts


def can_carry_mining(declaration: Declaration) -> bool:
    """Whether the basis of a declaration reaches the act ``mine``, by whatever it may take."""
    return reach(declaration.basis, declaration.role, Act.MINE) is not Reach.NEVER


def declared_uses(
    placed: Sequence[Placed],
    day: Day,
    layers: tuple[LayerAssessment, ...],
    void: Collection[str],
    mining: tuple[UseAnswer, bool],
) -> tuple[tuple[UseAnswer, bool], ...]:
    """What the declarations of one file say of each machine use, weighed as acts are.

    Args:
        placed: Those that take in the file, closest first.
        day: The day.
        layers: What the declared dates give.
        void: Identifiers of those that are contradicted; what they allow does not count.
        mining: What was decided of the act ``mine``, which answers for ``data_mining``.

    Returns:
        For each use, in the order of :class:`MachineUse`: the answer, and whether a document stands behind it.
    """
    return tuple(
        mining if use is MachineUse.DATA_MINING else _declared_use(use, placed, day, layers, void)
        for use in MachineUse
    )


def _declared_use(
    use: MachineUse,
    placed: Sequence[Placed],
    day: Day,
    layers: tuple[LayerAssessment, ...],
    void: Collection[str],
) -> tuple[UseAnswer, bool]:
    found = weigh([_said(each, use, day, layers, void) for each in placed])
    if not found.winners:
        return UseAnswer(use), False
    who = speaker([each.declaration for each in found.winners])
    documented = any(each.documented for each in found.winners)
    return UseAnswer(use, found.answer, who.by, who.role), documented


def _said(
    placed: Placed, use: MachineUse, day: Day, layers: tuple[LayerAssessment, ...], void: Collection[str]
) -> Said:
    declaration, depth = placed
    answer = dict(declaration.machine_use).get(use)
    if not counts_yet(declaration, day) or not holds(declaration, answer, day):
        answer = None
    elif answer is Answer.ALLOW:
        if declaration.id in void:
            answer = Answer.UNKNOWN
        elif not may_permit(declaration) or _layers_lack(declaration, layers):
            answer = None
    settles = has_basis(declaration, day)
    return Said(
        declaration,
        depth,
        answer,
        stated=answer is not None,
        documented=answer is not None and declaration.document is not None,
        closes=settles and answer is not Answer.ALLOW and cannot_carry(declaration, Act.MINE, layers),
        settles=settles,
    )


def _layers_lack(declaration: Declaration, layers: tuple[LayerAssessment, ...]) -> bool:
    """Whether a declaration speaks for too few of the layers; that it lacks a document is asked elsewhere."""
    obstacle = obstacle_to(declaration, Act.MINE, layers)
    return obstacle is not None and obstacle.code == rules.LAYERS_NOT_COVERED


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


def in_one_voice(uses: Sequence[UseAnswer], mine: Answer) -> tuple[UseAnswer, ...]:
    """Hold the uses to what was decided of the act ``mine``.

    Args:
        uses: In the order of :class:`MachineUse`.
        mine: The answer for the act, after everything that was seen in the file.
    """
    held = []
    for use in uses:
        if use.use is MachineUse.DATA_MINING and use.answer is not mine:
            use = replace(use, answer=mine, declared_by=None, role=None)  # noqa: PLW2901
        elif use.use in _TRAINING and use.answer is Answer.ALLOW and mine is Answer.DENY:
            use = replace(use, answer=Answer.UNKNOWN, declared_by=None, role=None)  # noqa: PLW2901
        held.append(use)
    return tuple(held)
