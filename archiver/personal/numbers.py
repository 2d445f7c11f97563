"""Numbers that lead to a person: telephones, bank accounts, orders, and the lines of a postal address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.personal.spans import PersonalSpan
from archiver.personal.words import BEGINS, beginnings, begun, hints

_INTERNATIONAL = re.compile(
    r"(?<![\w+.])(?:\+|00)[1-9](?:[\s\u00a0]?[-./(]?[\s\u00a0]?\(?[0-9][)]?){7,14}(?![\w]|\.[0-9])"
)
_PHONES = (
    r"tel(?:e(?:ph|f)on[eo]?|éfono|efoonnummer)?|télé?phone|phone|fon|fax|mobile?|móvil|cell(?:ulare)?|handy|celular|"
    r"portable|ruf(?:nummer)?|телефон|тел|電話|电话|전화|هاتف|फ़ोन|whatsapp"
)
_CALLED = re.compile(
    rf"{BEGINS}(?:{_PHONES})(?:[\s_-]?(?:number|nummer|no|nr|n°))?"
    r"[\"']?[\s.:=\uff1a]{1,4}(?P<number>[+(]?[0-9](?:[\s\u00a0]?[-./(]?[\s\u00a0]?\(?[0-9][)]?){5,16})"
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])(?P<number>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])"
)
_IBAN_BEGINS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}")
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "PT",
    26: "IS TR",
    27: "FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR PS QA UA",
    30: "JO KW MU",
    31: "MT",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTHS = {
    country: length for length, countries in _IBAN_COUNTRIES.items() for country in countries.split()
}
"""Characters of an IBAN by country: SWIFT's IBAN registry."""

_ORDERS = (
    r"order|invoice|receipt|transaction|confirmation|purchase|membership|bestell(?:ung|ing)?s?|rechnungs?|kunden|auftrags?|"
    r"commande|facture|pedido|factura|fatura|ordine|fattura|zamówieni[ea]|faktur[ay]|заказ\w?|счёт|注文|订单|訂單|주문"
)
_ORDER = re.compile(
    rf"{BEGINS}(?:{_ORDERS})[\s_-]?(?:number|num|no\.?|nr\.?|nummer|id|n[°º]|núm(?:ero)?\.?|numéro|numero|#|番号|号|號|번호|№)?"
    r"[\"']?[\s:=#\uff1a]{1,4}(?P<number>[a-z0-9#](?=[a-z0-9._/-]{0,38}[0-9])[a-z0-9._/-]{3,39})"
)
_NUMBERS = "numéro|número|numero|numer|номер"
_NUMBERED = re.compile(
    rf"{BEGINS}(?:{_NUMBERS})\s(?:de\s|do\s|d'|di\s|del\s)?(?:commande|pedido|ordine|zamówienia|заказа)"
    r"[\s:=#\uff1a]{1,4}(?P<number>[a-z0-9#](?=[a-z0-9._/-]{0,38}[0-9])[a-z0-9._/-]{3,39})"
)
_STREETS = (
    # number, street and post code together, as German, French, English and Spanish writers put them
    re.compile(
        r"(?<!\w)(?:[A-ZÄÖÜ][\w.-]{1,30}\s){0,2}(?:[A-ZÄÖÜ][\w.-]{0,30}?)?(?i:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|straat)"
        r"\s[0-9]{1,4}\s?[a-z]?[\s,]{1,3}(?:[A-Z]{1,2}-)?[0-9]{4,5}\s[^\W\d_][\w-]{1,30}"
    ),
    re.compile(
        r"(?<!\w)[0-9]{1,4}(?: bis| ter)?,?\s(?:rue|avenue|boulevard|place|chemin|impasse|allée|quai)\s[^\r\n<>\"]{2,50}?[\s,]{1,3}[0-9]{5}\s[^\W\d_][\w-]{1,30}",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\w)[0-9]{1,5}\s[A-Z][^\r\n<>\"]{1,40}?\s(?:Street|St\.?|Avenue|Ave\.?|Road|Rd\.?|Drive|Dr\.?|Lane|Ln\.?|Boulevard|Blvd\.?|"
        r"Court|Ct\.?|Way|Close|Terrace)[\s,]{1,3}[^\r\n<>\"]{2,40}?[\s,]{1,3}(?:[A-Z]{2}\s[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]?\s[0-9][A-Z]{2})(?!\w)"
    ),
    re.compile(
        r"(?<!\w)(?:calle|c/|avenida|avda\.?|paseo|plaza|via|viale|piazza|corso|rua|praça|ulica|ul\.)\s[^\r\n<>\"0-9]{2,40}[\s,]{1,3}"
        r"(?:n[.°º]?\s?)?[0-9]{1,4}[a-z]?[\s,]{1,3}[0-9]{2,4}-?[0-9]{2,3}\s[^\W\d_][\w-]{1,30}",
        re.IGNORECASE,
    ),
)
_POST_CODE = re.compile(r"[0-9]{3,5}[\s-][^\W_]|[A-Z]{2}\s[0-9]{5}|[A-Z0-9]{2,4}\s[0-9][A-Z]{2}")
_DIGITS = frozenset("0123456789")
_FEWEST = 9
_PHONE_WORDS = beginnings(_PHONES)
_CODES = ("+", "00")
TELEPHONE_HINTS = hints(_PHONE_WORDS, _CODES)
_ORDER_WORDS, _NUMBER_WORDS = beginnings(_ORDERS), beginnings(_NUMBERS)
ORDER_HINTS = hints((*_ORDER_WORDS, *_NUMBER_WORDS))
_STREET_WORDS = (
    "str.|rue |place |boulevard|chemin |impasse |quai |street|st |st.|st,|avenue|ave |ave.|ave,|road|rd |rd.|rd,|drive|"
    "dr |dr.|dr,|lane|ln |ln.|ln,|blvd|court|ct |ct.|ct,|way|close|terrace|calle |avenida |avda|paseo |plaza |via |"
    "viale |piazza |corso |rua |praça |ulica |ul. "
)
STREET_HINTS = hints(
    _STREET_WORDS.split("|"),
    pieces=("straße", "trasse", "weg ", "latz ", "llee ", "asse ", "ring ", "damm ", "traat ", "c/ "),
)


def telephone_numbers(text: str, folded: str, words: frozenset[str]) -> Iterator[PersonalSpan]:
    """Numbers in the international form, and those that a word calls a telephone's; none is sure."""
    for match in _INTERNATIONAL.finditer(text) if not words.isdisjoint(_CODES) else ():
        if _is_telephone(match.group()):
            yield PersonalSpan("telephone-number", match.start(), match.end(), sure=False)
    for match in begun(_CALLED, folded, (word for word in _PHONE_WORDS if word in words)):
        yield PersonalSpan("telephone-number", match.start("number"), match.end("number"), sure=False)


def order_numbers(_text: str, folded: str, words: frozenset[str]) -> Iterator[PersonalSpan]:
    """What follows "order number", "Rechnung Nr." and the like; none is sure."""
    for pattern, beginning in ((_ORDER, _ORDER_WORDS), (_NUMBERED, _NUMBER_WORDS)):
        for match in begun(pattern, folded, (word for word in beginning if word in words)):
            yield PersonalSpan("order-number", match.start("number"), match.end("number"), sure=False)


def postal_addresses(text: str, _folded: str, _words: frozenset[str]) -> Iterator[PersonalSpan]:
    """A street with its number and a post code beside it; none is sure."""
    if _POST_CODE.search(text) is None:
        return
    for street in _STREETS:
        for match in street.finditer(text):
            yield PersonalSpan("postal-address", match.start(), match.end(), sure=False)


def may_hold_account(text: str) -> bool:
    """A quick look for an IBAN; ``False`` is certain."""
    return _IBAN_BEGINS.search(text) is not None


def bank_accounts(text: str) -> Iterator[PersonalSpan]:
    """IBANs: the country's length and the checksum of ISO 13616 must fit."""
    for match in _IBAN.finditer(text):
        number = match["number"].replace(" ", "")
        length = _IBAN_LENGTHS.get(number[:2])
        if length is None or len(number) < length:
            continue
        number = number[:length]
        turned = "".join(str(int(char, 36)) for char in number[4:] + number[:4])
        if int(turned) % 97 == 1:
            yield PersonalSpan("bank-account", match.start("number"), match.end("number"))


def _is_telephone(text: str) -> bool:
    """Whether it has the digits of one, in groups, and is no number with a decimal point."""
    digits = sum(char in _DIGITS for char in text)
    grouped = any(char in " \u00a0-/()" for char in text)
    return (
        digits >= _FEWEST and (text.startswith("+") or grouped) and not (text.count(".") == 1 and not grouped)
    )
