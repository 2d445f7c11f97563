"""Whether a file that is declared the declarant's own recording shows signs of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.model.evidence import Evidence, Strength
from archiver.model.rights import Answer, Basis, Declaration, Reason
from archiver.rights import rules
from archiver.rights.deciding.precedence import ActOutcome
from archiver.rights.globs import normal_text
from archiver.rights.meanings import MEANINGS, Meaning, where

_LINES = ("phonogram-line", "copyright-line")
_CODE = "isrc"
_SHOWN = 3


def own_doubts(outcomes: Sequence[ActOutcome], evidence: Sequence[Evidence]) -> tuple[Reason, ...]:
    """Where the signs of a disc, or a recording code beside somebody else's line, speak against ``own``.

    Such signs prove nothing: an artist's own disc has them too, and a label may be the artist's. So they are told, and
    what is to be published on a bare word is put before a person. A document settles it.

    Args:
        outcomes: What the declarations say of each act.
        evidence: What was observed in the file.
    """
    if not evidence:
        return ()
    own = {
        winner.id: winner
        for outcome in outcomes
        if outcome.answer is Answer.ALLOW
        for winner in outcome.winners
        if winner.basis is Basis.OWN and winner.document is None
    }
    discs = tuple(
        item
        for item in evidence
        if MEANINGS.get(item.code) is Meaning.RIP and item.strength is not Strength.WEAK
    )
    coded = any(item.code == _CODE for item in evidence)
    found = []
    for declaration in own.values():
        lines = tuple(item for item in evidence if coded and _names_another(item, declaration))
        if discs or lines:
            text = f"{declaration.id} declares it the declarant's own; the file shows signs of another rightsholder."
            rests_on = tuple(where(item) for item in (*discs, *lines)[:_SHOWN])
            found.append(Reason(rules.OWN_DOUBTED, text, (f"declaration {declaration.id}", *rests_on)))
    return tuple(found)


def _names_another(item: Evidence, declaration: Declaration) -> bool:
    """Whether a line of copyright names somebody, and not whoever declares."""
    if item.code not in _LINES or item.value is None:
        return False
    own = rf"(?<!\w){re.escape(normal_text(declaration.by))}(?!\w)"
    return re.search(own, normal_text(item.value)) is None
