"""Which tag frames are personal data as a whole, and which values they hold that must not appear elsewhere either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.uits import is_receipt, transaction_values
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.personal.find import PersonalSearch
from archiver.personal.programs import is_program_name, is_site, names_no_person
from archiver.personal.spans import PersonalSpan

_PLAIN = str.maketrans("", "", " _-")
_RIPPER_NAMES = """
    IRIP RIPBY RIPPEDBY RIPPER
"""
_MAKER_NAMES = """
    DIGITISEDBY DIGITIZEDBY DIGITIZER ENCODEDBY GERIPPTVON RIPPATORE RIPPEADOR RIPPEUR SCANNEDBY SEEDEDBY
    SEEDER TAGGEDBY TAPEDBY TAPER TEN TENC TRANSFERBY TRANSFERER TRANSFERREDBY TRANSFERRER UPLOADEDBY
    UPLOADER ©ENC
"""
_OWNER_NAMES = """
    ACCOUNT ACCOUNTHOLDER ACCOUNTID ACCOUNTNAME APPLEID BELONGSTO BOUGHTBY BUYER BUYERNAME CLIENTNAME
    CUSTOMER CUSTOMERID CUSTOMERNAME FILEOWNER LICENCEDTO LICENCEE LICENSEDTO LICENSEE LOGIN MEMBER
    MEMBERID OWNER OWNERNAME PROPERTYOF PURCHASEDBY PURCHASEOWNER PURCHASER REGISTEREDTO SUBSCRIBER SUBSCRIBERID USER
    USERID USERNAME
"""
_CONTACT_NAMES = """
    ADDRESS CONTACT CONTACTS EMAIL EMAILADDRESS FAX MAIL MOBILE PHONE PHONENUMBER POSTALADDRESS STREET TEL
    TELEPHONE
"""
_ORDER_NAMES = """
    INVOICE INVOICEID INVOICENUMBER ORDERID ORDERNO ORDERNUMBER PURCHASEID PURCHASENUMBER RECEIPT RECEIPTID
    TRANSACTION TRANSACTIONID
"""
_DATE_NAMES = """
    BOUGHTON DATEOFPURCHASE DATEPURCHASED PURCHASEDATE PURCHASEDON
"""
Private = tuple[str, Callable[[str], bool]]
"""An evidence code, and what tells that a text under this name identifies nobody."""


def _no_owner(text: str) -> bool:
    return is_program_name(text) or is_site(text)


_BY_NAME: dict[str, Private] = {
    **dict.fromkeys(_RIPPER_NAMES.split(), ("ripped-by", is_program_name)),
    **dict.fromkeys(_MAKER_NAMES.split(), ("ripped-by", names_no_person)),
    **dict.fromkeys(_OWNER_NAMES.split(), ("file-owner", _no_owner)),
    **dict.fromkeys(_CONTACT_NAMES.split(), ("contact-details", is_site)),
    **dict.fromkeys(_ORDER_NAMES.split(), ("order-number", is_program_name)),
    **dict.fromkeys(_DATE_NAMES.split(), ("store-purchase-date", is_program_name)),
}
_OF_CHUNKS: dict[tuple[str, str], Private] = {
    # fields of recorders and digitizers, which say who or what made the file
    ("riff-info", "IENG"): ("ripped-by", names_no_person),
    ("riff-info", "ITCH"): ("ripped-by", names_no_person),
    ("bext", "Originator"): ("ripped-by", names_no_person),
    ("bext", "OriginatorReference"): ("device-serial-number", is_program_name),
}
TOLD_ELSEWHERE = ""
"""In the place of a code: the frame is personal, and its own detector says what it is."""

_PURCHASE_BLOCKS = frozenset({"mp4-pinf", "mp4-sinf"})
_OWNER_FRAMES = frozenset({"TOWN", "OWNE"})
_BUYER_ITEMS = frozenset({"apID", "ownr", "purd"})
_NAMING_ITEMS = frozenset({"apID", "ownr", "schi.name", "TOWN"})
_CATALOGUE_KEYS = """
    TIT2 TT2 TPE1 TP1 TALB TAL TPE2 TP2 TCOM TCM TPUB TPB TITLE ARTIST ALBUM ALBUMARTIST COMPOSER LABEL PUBLISHER
    ©NAM ©ART ©ALB AART ©WRT AUTHOR ALBUMTITLE INAM IART IPRD NAME AUTH DIAR DITI
"""
_CATALOGUE_NAMES = frozenset(_CATALOGUE_KEYS.split()) | {"ALBUM ARTIST"}
_WORDS_OF_WORKS = _CATALOGUE_NAMES | {
    "LYRICS",
    "UNSYNCEDLYRICS",
    "UNSYNCED LYRICS",
    "©LYR",
    "LYR",
    "SYLT",
    "SUBTITLE",
    "TIT3",
    "TSOT",
}
_FIXED_SIZE = frozenset({"id3v1", "id3v1-enhanced"})
_SHORTEST, _SHORTEST_WORD = 4, 6
_MAX_VALUES = 200


@dataclass(frozen=True, slots=True)
class PersonalFrames:
    """What is personal in the frames of one file, each looked at once.

    Attributes:
        codes: Of each frame the evidence code if it is personal as a whole, :data:`TOLD_ELSEWHERE`, or ``None``.
        texts: Where personal data stands in each frame's text by its form.
        keys: The same of each frame's key.
        values: Names, addresses and numbers that must not appear anywhere else either; longest first.
    """

    codes: tuple[str | None, ...]
    texts: tuple[list[PersonalSpan], ...]
    keys: tuple[list[PersonalSpan], ...]
    values: tuple[str, ...]


def personal_frames(fields: Sequence[Field]) -> PersonalFrames | None:
    """Look at every frame of a file; ``None`` where it holds no personal data."""
    works = {field.text.strip().casefold() for field in fields if is_catalogue(field)}
    codes = tuple(_code(field, works) for field in fields)
    whole = any(code is not None for code in codes)
    words = [field.text for field in fields]
    words += [field.frame.id for field in fields]
    search = PersonalSearch("\n".join(words))
    if not whole and not search:
        return None
    texts = tuple(_text_spans(field, search) for field in fields)
    keys = tuple(search.spans(field.frame.id) for field in fields)
    cut_short = any(map(is_fixed_size, fields))  # what is cut off has no form of its own
    if not (whole or cut_short or any(texts) or any(keys)):
        return None
    return PersonalFrames(codes, texts, keys, _values(fields, codes, texts, works))


def is_catalogue(field: Field) -> bool:
    """Whether a buyer's name may stand in this frame because it is also an artist's."""
    return field.name in _CATALOGUE_NAMES


def is_fixed_size(field: Field) -> bool:
    """Whether the frame has a fixed size, so that what stands in it may be cut short."""
    return field.kind in _FIXED_SIZE


def private_code(field: Field) -> str | None:
    """The evidence code of a frame of whose payload nothing may be recorded, not even its digest; else ``None``."""
    if _is_sale(field) or is_receipt(field.frame):
        return TOLD_ELSEWHERE
    name = field.name.translate(_PLAIN)
    told = _BY_NAME.get(name) or _OF_CHUNKS.get((field.kind, field.frame.id))
    if told is None:
        return None
    code, is_nobody = told
    return None if not field.text.strip() or is_nobody(field.text) else code


def _code(field: Field, works: set[str]) -> str | None:
    """The code of :func:`private_code`; an artist who also made the file is named in it anyway."""
    code = private_code(field)
    return None if code == "ripped-by" and field.text.strip().casefold() in works else code


def _is_sale(field: Field) -> bool:
    key = field.frame.id
    if field.kind == "mp4-ilst":
        return key in _BUYER_ITEMS
    if field.kind in _PURCHASE_BLOCKS:
        return key.startswith("schi.")
    return key in _OWNER_FRAMES and field.kind.startswith("id3v2")


def _text_spans(field: Field, search: PersonalSearch) -> list[PersonalSpan]:
    """What a text holds by its form; where words of a work stand only what surely is personal."""
    if not field.text:
        return []
    spans = search.spans(field.text)
    if spans and field.name in _WORDS_OF_WORKS:
        return [span for span in spans if span.sure]
    return spans


def _values(
    fields: Sequence[Field],
    codes: Sequence[str | None],
    texts: Sequence[list[PersonalSpan]],
    works: set[str],
) -> tuple[str, ...]:
    values: set[str] = set()
    for field, code, spans in zip(fields, codes, texts, strict=True):
        text = field.text
        if not text:
            continue
        if field.frame.id in _NAMING_ITEMS:
            values.update(line.strip() for line in text.split("\n"))
        elif code:
            values.update(value for value in _named(text, code) if value.casefold() not in works)
        elif code == TOLD_ELSEWHERE and is_receipt(field.frame):
            values.update(transaction_values(text))
        values.update(
            text[span.start : span.end].strip() for span in spans if EVIDENCE_KINDS[span.code].repeated
        )
        if len(values) > _MAX_VALUES:
            break
    kept = (value for value in values if len(value) >= _SHORTEST)
    return tuple(sorted(kept, key=lambda value: (-len(value), value)))


def _named(text: str, code: str) -> Iterator[str]:
    """The values of a frame by its name: a short plain word is left out, for it may stand anywhere as itself."""
    lines = [text] if code == "contact-details" else text.split("\n")
    for line in lines:
        value = line.strip()
        if len(value) >= _SHORTEST_WORD or not value.isalpha():
            yield value
