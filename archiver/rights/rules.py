"""The rules that reasons name: stable codes, each with its meaning. ``docs/reference/rights-toml.md`` lists them."""

from __future__ import annotations

from archiver.model.rights import Reason

DECLARED = "declared"
IMPLIED = "implied-by-basis"
LICENSED = "implied-by-licence"
NOT_DECLARED = "not-declared"
DOCUMENT_DECIDES = "document-decides"
NO_LONGER_HOLDS = "no-longer-holds"
CARRIER_NOT_HELD = "carrier-not-held"
BASIS_CANNOT_CARRY = "basis-cannot-carry"
NEEDS_DOCUMENT = "needs-document"
LAYERS_NOT_COVERED = "layers-not-covered"
CONTRADICTED = "contradicted"
TERM_RUNS = "term-runs"
RESERVED_IN_FILE = "reserved-in-file"
CLAIM_ONLY = "claim-only"
PROTECTED = "protected"
MAYBE_PROTECTED = "maybe-protected"
ACT_DENIED = "act-denied"
ACT_UNKNOWN = "act-unknown"
ACTS_ALLOWED = "acts-allowed"
PERSONAL_DATA = "personal-data"
SIGNAL_STRICTER = "signal-stricter"

RULES = {
    DECLARED: "A declaration names the act and answers for it.",
    IMPLIED: "The declared basis carries the act without naming it.",
    LICENSED: "The declared licence carries the act.",
    NOT_DECLARED: "No declaration speaks of the act: unknown, never suspicion.",
    DOCUMENT_DECIDES: "A declaration with a document names exactly this act and outranks those of its level without one.",
    NO_LONGER_HOLDS: "The declaration's last day has passed; it neither allows nor denies.",
    CARRIER_NOT_HELD: "The copy rests on a disc, tape or record that is no longer held.",
    BASIS_CANNOT_CARRY: "The declared basis cannot carry the act, whatever is stated.",
    NEEDS_DOCUMENT: "The declarant can state the act only with a document.",
    LAYERS_NOT_COVERED: "A basis of expired terms carries an act only where all four layers are covered.",
    CONTRADICTED: "A declaration and conclusive evidence in the file contradict each other.",
    TERM_RUNS: "A declaration says a term has ended that runs by the declaration's own dates.",
    RESERVED_IN_FILE: "A reservation in the file denies the act; unverified, it can tighten an answer and never loosen one.",
    CLAIM_ONLY: "What a tag claims allows nothing until a person declares it.",
    PROTECTED: "A technical protection is a fact that no declaration changes.",
    MAYBE_PROTECTED: "The file may be protected, and only a person can tell.",
    ACT_DENIED: "The policy says what follows when the act is denied.",
    ACT_UNKNOWN: "The policy says what follows when an act it needs is unknown.",
    ACTS_ALLOWED: "Every act that the policy needs is allowed.",
    PERSONAL_DATA: "The policy says what follows when the file carries personal data.",
    SIGNAL_STRICTER: "A signal in the file is stricter than what was declared about the use by machines.",
}
"""Code to meaning, in the order in which the rules are applied."""

_FROM_POLICY = (ACT_DENIED, ACT_UNKNOWN, ACTS_ALLOWED, PERSONAL_DATA, MAYBE_PROTECTED)
_OF_WHOLE_FILE = (PROTECTED, CONTRADICTED, TERM_RUNS)


def speaks_of_disposition(reason: Reason) -> bool:
    """Whether a reason tells what becomes of the file, rather than what is answered for an act."""
    return reason.code in _FROM_POLICY or (reason.act is None and reason.code in _OF_WHOLE_FILE)
