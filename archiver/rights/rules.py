"""The rules that reasons name: stable codes, each with its meaning. ``docs/reference/rights-toml.md`` lists them."""

from __future__ import annotations

from archiver.model.rights import Reason

DECLARED = "declared"
IMPLIED = "implied-by-basis"
LICENSED = "implied-by-licence"
NOT_DECLARED = "not-declared"
DOCUMENT_DECIDES = "document-decides"
LIFTED = "denial-lifted"
DENIAL_STANDS = "denial-stands"
TAKEN_BACK = "taken-back"
REACHES_NO_FURTHER = "reaches-no-further"
NOT_YET = "not-yet"
NO_LONGER_HOLDS = "no-longer-holds"
CARRIER_NOT_HELD = "carrier-not-held"
BASIS_CANNOT_CARRY = "basis-cannot-carry"
NEEDS_DOCUMENT = "needs-document"
LAYERS_NOT_COVERED = "layers-not-covered"
CONTRADICTED = "contradicted"
TERM_RUNS = "term-runs"
BASES_DIFFER = "bases-differ"
DATES_DIFFER = "dates-differ"
OWN_DOUBTED = "own-doubted"
RESERVED_IN_FILE = "reserved-in-file"
CLAIM_ONLY = "claim-only"
PROTECTED = "protected"
MAYBE_PROTECTED = "maybe-protected"
ACT_DENIED = "act-denied"
ACT_UNKNOWN = "act-unknown"
ACTS_ALLOWED = "acts-allowed"
PERSONAL_DATA = "personal-data"
PERSONAL_UNKNOWN = "personal-unknown"
SIGNAL_STRICTER = "signal-stricter"

RULES = {
    DECLARED: "A declaration names the act and answers for it.",
    IMPLIED: "The declared basis carries the act without naming it.",
    LICENSED: "The declared licence carries the act.",
    NOT_DECLARED: "No declaration speaks of the act: unknown, never suspicion.",
    DOCUMENT_DECIDES: "A declaration with a document names exactly this act and outranks those of its level without one.",
    LIFTED: "A denial does not count: it was taken back closer by, or by a document.",
    DENIAL_STANDS: "An allow of the same level does not outweigh a denial.",
    TAKEN_BACK: "A declaration as close or closer leaves the act open, so the allow does not count.",
    REACHES_NO_FURTHER: "A declaration as close or closer says what the file is, and the allow does not reach past it.",
    NOT_YET: "The declaration is dated in the future; it does not count yet.",
    NO_LONGER_HOLDS: "The declaration's last day has passed; it neither allows nor denies.",
    CARRIER_NOT_HELD: "The copy rests on a disc, tape or record that is no longer held.",
    BASIS_CANNOT_CARRY: "The declared basis cannot carry the act, whatever is stated.",
    NEEDS_DOCUMENT: "The declarant can state the act only with a document.",
    LAYERS_NOT_COVERED: "A basis of expired terms carries an act only where all four layers are covered.",
    CONTRADICTED: "A declaration and conclusive evidence in the file contradict each other.",
    TERM_RUNS: "A declaration says a term has ended that runs by the declaration's own dates.",
    BASES_DIFFER: "Declarations of one level give different bases; the more cautious one governs.",
    DATES_DIFFER: "Declarations of one level give different dates for one event; whatever lies between is possible.",
    OWN_DOUBTED: "A recording is declared the declarant's own, and the file shows signs of another rightsholder.",
    RESERVED_IN_FILE: "A reservation in the file denies the act; unverified, it can tighten an answer and never loosen one.",
    CLAIM_ONLY: "What a tag claims allows nothing until a person declares it.",
    PROTECTED: "A technical protection is a fact that no declaration changes.",
    MAYBE_PROTECTED: "The file may be protected, and only a person can tell.",
    ACT_DENIED: "The policy says what follows when the act is denied.",
    ACT_UNKNOWN: "The policy says what follows when an act it needs is unknown.",
    ACTS_ALLOWED: "Every act that the policy needs is allowed.",
    PERSONAL_DATA: "The policy says what follows when the file carries personal data.",
    PERSONAL_UNKNOWN: "The policy says what follows when not all of the file could be read for personal data.",
    SIGNAL_STRICTER: "A signal in the file is stricter than what was declared about the use by machines.",
}
"""Code to meaning, in the order in which the rules are applied."""

_FROM_POLICY = (ACT_DENIED, ACT_UNKNOWN, ACTS_ALLOWED, PERSONAL_DATA, PERSONAL_UNKNOWN, MAYBE_PROTECTED)
_OF_WHOLE_FILE = (PROTECTED, CONTRADICTED, TERM_RUNS, OWN_DOUBTED)


def speaks_of_disposition(reason: Reason) -> bool:
    """Whether a reason tells what becomes of the file, rather than what is answered for an act."""
    return reason.code in _FROM_POLICY or (reason.act is None and reason.code in _OF_WHOLE_FILE)
