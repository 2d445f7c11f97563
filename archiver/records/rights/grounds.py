"""Why a file is closed or kept out, in few words: the same for counts, notes and the screen.

The words hold for one file as for many, so that a count can stand before them.
"""

from __future__ import annotations

from itertools import takewhile

from archiver.model.rights import Act, Decision, Disposition, Policy, Reason
from archiver.model.rights_summary import Ground
from archiver.records.visible import one_line
from archiver.rights import rules

_DOINGS = {
    Act.PRESERVE: "keeping a copy",
    Act.ACCESS: "use of the copy",
    Act.TRANSFER: "handing on",
    Act.PUBLISH: "publication",
    Act.MINE: "bulk analysis",
}
_AN_ACT = "an act that the policy needs"


def ground_words(ground: Ground) -> str:
    """Return what settled a disposition, without a capital and a full stop."""
    return _words(ground.code, ground.act)


def settling_ground(decision: Decision) -> Ground | None:
    """Return what settled the disposition: the first reason, for the weightiest consequence stands first."""
    if not decision.reasons:
        return None
    reason = decision.reasons[0]
    return Ground(decision.disposition, reason.code, reason.act)


def closing_words(decision: Decision, policy: Policy) -> str:
    """Return everything that closes a restricted file under a policy; what weighs most stands first among the reasons."""
    told = [reason for reason in decision.reasons if rules.speaks_of_disposition(reason)]
    closing = takewhile(lambda reason: _follows(reason, policy) in (None, Disposition.RESTRICT), told)
    found = list(closing) or decision.reasons[:1]
    return "; ".join(dict.fromkeys(_words(reason.code, reason.act) for reason in found))


def _words(code: str, act: Act | None) -> str:
    doing = _AN_ACT if act is None else _DOINGS[act]
    if code == rules.ACT_UNKNOWN:
        return f"no declaration that counts says whether {doing} is allowed"
    if code == rules.ACT_DENIED:
        return f"{doing} is denied"
    rule = rules.rule_of(code)
    return rule.ground or one_line(rule.says or code).rstrip(".")


def _follows(reason: Reason, policy: Policy) -> Disposition | None:
    """What the policy makes of a reason, where the reason is one that it names."""
    if reason.act is not None:
        follows = {rules.ACT_DENIED: policy.denied, rules.ACT_UNKNOWN: policy.unknown}
        return dict(follows.get(reason.code, ())).get(reason.act)
    return {
        rules.PROTECTED: policy.protected,
        rules.MAYBE_PROTECTED: policy.maybe_protected,
        rules.PERSONAL_DATA: policy.personal_data,
        rules.PERSONAL_UNKNOWN: policy.personal_unknown,
        rules.ACTS_ALLOWED: Disposition.INCLUDE,
    }.get(reason.code)
