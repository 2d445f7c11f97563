"""What the iTunes Store writes into an MP4 file: whose account, whose name, when, and which items of its catalogue.

The store writes the same into what was bought, what a subscription lent and what was matched with the holder's own
copy, so these say that the file was delivered to an account and not that it was sold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

STORE = "iTunes Store"
_BUYER = {"apID": "store-account", "ownr": "store-buyer", "purd": "store-purchase-date"}
_PURCHASE_INFORMATION = {
    "schi.user": "store-account",
    "schi.name": "store-buyer",
    "schi.tran": "store-transaction",
    "schi.righ": "store-transaction",
}
_CATALOGUE = ("akID", "cnID", "atID", "plID", "geID", "sfID", "cmID", "xid ", "flvr")
_ACCOUNT = frozenset({"store-account", "store-buyer"})


def itunes_evidence(fields: Sequence[Field]) -> Iterator[Evidence]:
    """The account's data, one delivery for all of them together, and each catalogue number."""
    delivered_at = ""
    for field in fields:
        key, code = field.frame.id, None
        if field.kind == "mp4-ilst":
            code = _BUYER.get(key)
        elif field.kind in ("mp4-pinf", "mp4-sinf"):
            code = _PURCHASE_INFORMATION.get(key)
        if code is not None and (field.text or key.startswith("schi.")):
            yield observe(code, field.locator)
            if code in _ACCOUNT and not delivered_at:
                delivered_at = field.locator
        elif field.kind == "mp4-ilst" and key in _CATALOGUE and field.text:
            yield observe("store-catalogue-id", field.locator, f"{STORE}: {key.strip()} {field.text}")
    if delivered_at:
        yield observe("store-delivered", delivered_at, STORE)
