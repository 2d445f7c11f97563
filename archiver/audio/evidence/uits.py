"""UITS receipts: Unique Identifier Technology Solution 1.1, the signed statement that stores embedded from 2009 on.

The XML is read with a parser that refuses document types, so that no entity can expand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.parsers import expat

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.audio import TagFrame
from archiver.model.evidence import Evidence
from archiver.model.sound import Essence

NAMESPACE = "udirector.net/schemas/2009/uits"
_OWNERS = ("mailto:uits-info@umusic.com", "mailto:uits@7digital.com", "google/uits")
_KEYS = frozenset({"UITS", "APPLICATION:UITS"})
_PUBLIC = ("Distributor", "ProductID", "AssetID")
_SALE = {
    "TID": "store-transaction",
    "UID": "store-transaction",
    "nonce": "store-transaction",
    "Time": "store-purchase-date",
}
"""What is made for one sale, by which the store's records lead to the buyer."""
_NUMBERS = ("TID", "UID", "nonce")
_MEDIA = "Media"
MEDIA_DIGEST = "store-receipt-media-digest"
_COUNTED_ALIKE = ("mpeg-frames-v1", "flac-frames-v1")
"""Methods by which UITS counts the audio: frames alone, of MP3 without the first one where it tells of the stream."""
_MAX_RECEIPT = 256 << 10
_MAX_TEXT = 1000
_MAX_DEPTH = 32


class _Refused(Exception):  # noqa: N818 - it only ends the parsing
    """The text is no plain receipt."""


def is_receipt(frame: TagFrame) -> bool:
    """Whether a frame holds a UITS receipt, whole or broken: all of it is then personal data."""
    key = frame.id
    if key.startswith("PRIV:") and key[5:].casefold() in _OWNERS:
        return True
    if key in _KEYS:
        return True
    return frame.text is not None and frame.text.lstrip("\ufeff \r\n")[:1] == "<" and NAMESPACE in frame.text


def receipt_evidence(field: Field) -> Iterator[Evidence]:
    """What a receipt says: distributor, time and products, the audio's digest, and that it names a sale."""
    if not is_receipt(field.frame):
        return
    told = _elements(field.text)
    public = [f"{name}={told[name]}" for name in _PUBLIC if told.get(name)]
    yield observe("store-receipt", field.locator, "; ".join(public) or None)
    if told.get("TID") or told.get("UID"):
        yield observe("store-delivered", field.locator, told.get("Distributor"))
    if not told:  # what cannot be read may name the sale all the same
        yield observe("store-transaction", field.locator)
    for name, code in _SALE.items():
        if told.get(name):
            yield observe(code, f"{field.locator}/{name}")
    digest = told.get(_MEDIA, "").lower()
    if len(digest) == 64 and all(char in "0123456789abcdef" for char in digest):
        yield observe(MEDIA_DIGEST, field.locator, digest)


def sale_evidence(evidence: Iterable[Evidence], essence: Essence | None) -> tuple[Evidence, ...]:
    """Say whether the music is what a receipt states that was sold; nothing where no receipt counts it as we do.

    Args:
        evidence: What was observed in the file.
        essence: The digest of its music.
    """
    if essence is None or essence.method not in _COUNTED_ALIKE:
        return ()
    return tuple(
        observe(
            "store-receipt-audio-unchanged"
            if found.value == essence.digest
            else "store-receipt-audio-differs",
            found.locator,
        )
        for found in evidence
        if found.code == MEDIA_DIGEST
    )


def transaction_values(text: str) -> tuple[str, ...]:
    """The numbers in a receipt by which the store knows the sale and the buyer."""
    told = _elements(text)
    return tuple(told[name] for name in _NUMBERS if told.get(name))


def _elements(text: str) -> dict[str, str]:
    """The text of the elements asked for: those before a fault, if the XML has one; none if it has a document type."""
    if not text or len(text) > _MAX_RECEIPT:
        return {}
    wanted = {*_PUBLIC, *_SALE, _MEDIA}
    found: dict[str, str] = {}
    path: list[str] = []

    def start(name: str, _attributes: object) -> None:
        path.append(name.rpartition(":")[2])
        if len(path) > _MAX_DEPTH:
            raise _Refused

    def end(_name: str) -> None:
        path.pop()

    def characters(data: str) -> None:
        name = path[-1] if path else ""
        if name in wanted:
            found[name] = (found.get(name, "") + data)[:_MAX_TEXT]

    def refuse(*_: object) -> None:
        raise _Refused

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except _Refused:
        return {}
    except expat.ExpatError:
        pass  # what stands before the fault counts
    return {name: value.strip() for name, value in found.items()}
