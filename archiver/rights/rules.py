"""The rules that reasons name: stable codes, each with its meaning. ``docs/reference/rights-toml.md`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from archiver.model.rights import Reason


class Effect(Enum):
    """What a reason tells by its rule, where something follows from that.

    ``GIVES``: who or what answers for an act. ``FILE``: what the file is, and so becomes, where the reason names no act.
    ``POLICY``: what becomes of the file. ``REVIEW``: the same, and a review waits for a person to look.
    """

    GIVES = auto()
    FILE = auto()
    POLICY = auto()
    REVIEW = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule means.

    Attributes:
        says: The same for people, in a sentence.
        effect: What a reason tells by it; ``None`` where nothing follows from it but the reason.
        ground: What settles a disposition by it, for one file as for many; empty where ``says`` does.
    """

    says: str
    effect: Effect | None = None
    ground: str = ""


RULES: dict[str, Rule] = {}
"""Code to meaning, in the order in which the rules are applied."""


def _rule(code: str, says: str, effect: Effect | None = None, ground: str = "") -> str:
    RULES[code] = Rule(says, effect, ground)
    return code


DECLARED = _rule("declared", "A declaration names the act and answers for it.", Effect.GIVES)
IMPLIED = _rule("implied-by-basis", "The declared basis carries the act without naming it.", Effect.GIVES)
LICENSED = _rule("implied-by-licence", "The declared licence carries the act.", Effect.GIVES)
NOT_DECLARED = _rule("not-declared", "No declaration speaks of the act: unknown, never suspicion.")
DOCUMENT_DECIDES = _rule(
    "document-decides",
    "A declaration with a document names exactly this act and outranks those of its level without one.",
)
LIFTED = _rule("denial-lifted", "A denial does not count: it was taken back closer by, or by a document.")
DENIAL_STANDS = _rule("denial-stands", "An allow of the same level does not outweigh a denial.")
TAKEN_BACK = _rule(
    "taken-back", "A declaration as close or closer leaves the act open, so the allow does not count."
)
REACHES_NO_FURTHER = _rule(
    "reaches-no-further",
    "A declaration as close or closer says what the file is, and the allow does not reach past it.",
)
NOT_YET = _rule("not-yet", "The declaration is dated in the future; it does not count yet.")
NO_LONGER_HOLDS = _rule(
    "no-longer-holds", "The declaration's last day has passed; it neither allows nor denies."
)
CARRIER_NOT_HELD = _rule(
    "carrier-not-held", "The copy rests on a disc, tape or record that is no longer held."
)
BASIS_CANNOT_CARRY = _rule(
    "basis-cannot-carry", "The declared basis cannot carry the act, whatever is stated."
)
NEEDS_DOCUMENT = _rule("needs-document", "The declarant can state the act only with a document.")
LAYERS_NOT_COVERED = _rule(
    "layers-not-covered", "A basis of expired terms carries an act only where all four layers are covered."
)
CONTRADICTED = _rule(
    "contradicted",
    "A declaration and conclusive evidence in the file contradict each other.",
    Effect.FILE,
    "a declaration and the file contradict each other",
)
TERM_RUNS = _rule(
    "term-runs",
    "A declaration says a term has ended that runs by the declaration's own dates.",
    Effect.FILE,
    "a term declared as ended still runs by the declared dates",
)
BASES_DIFFER = _rule(
    "bases-differ", "Declarations of one level give different bases; the more cautious one governs."
)
DATES_DIFFER = _rule(
    "dates-differ",
    "Declarations of one level give different dates for one event; whatever lies between is possible.",
)
OWN_DOUBTED = _rule(
    "own-doubted",
    "A recording is declared the declarant's own, and the file shows signs of another rightsholder.",
    Effect.FILE,
    "declared the declarant's own, with signs of another rightsholder",
)
RESERVED_IN_FILE = _rule(
    "reserved-in-file",
    "A reservation in the file denies the act; unverified, it can tighten an answer and never loosen one.",
)
CLAIM_ONLY = _rule("claim-only", "What a tag claims allows nothing until a person declares it.")
PROTECTED = _rule(
    "protected",
    "A technical protection is a fact that no declaration changes.",
    Effect.FILE,
    "a technical protection, which no declaration changes",
)
MAYBE_PROTECTED = _rule(
    "maybe-protected",
    "The file may be protected, and only a person can tell.",
    Effect.REVIEW,
    "perhaps a technical protection; a person has to look",
)
ACT_DENIED = _rule("act-denied", "The policy says what follows when the act is denied.", Effect.POLICY)
ACT_UNKNOWN = _rule(
    "act-unknown", "The policy says what follows when an act it needs is unknown.", Effect.POLICY
)
ACTS_ALLOWED = _rule("acts-allowed", "Every act that the policy needs is allowed.", Effect.POLICY)
PERSONAL_DATA = _rule(
    "personal-data",
    "The policy says what follows when the file carries personal data.",
    Effect.POLICY,
    "personal data in the file",
)
PERSONAL_UNKNOWN = _rule(
    "personal-unknown",
    "The policy says what follows when not all of the file could be read for personal data.",
    Effect.REVIEW,
    "not all of the file could be read for personal data",
)
SIGNAL_STRICTER = _rule(
    "signal-stricter", "A signal in the file is stricter than what was declared about the use by machines."
)


def rule_of(code: str) -> Rule:
    """The rule with this code; one without words where only another version of this program knows the code."""
    return RULES.get(code, Rule(""))


def speaks_of_disposition(reason: Reason) -> bool:
    """Whether a reason tells what becomes of the file, rather than what is answered for an act."""
    effect = rule_of(reason.code).effect
    return effect in (Effect.POLICY, Effect.REVIEW) or (reason.act is None and effect is Effect.FILE)
