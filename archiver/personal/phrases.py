"""Words that name whoever copied, taped, bought or owns a recording, in the languages that collectors write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.personal.programs import is_firm, is_program_name, is_site, names_no_person
from archiver.personal.spans import WITHHELD, PersonalSpan
from archiver.personal.words import BEGINS, beginnings, begun, hints

_COPIED = (
    r"ripped|rip(?=[\s_-])|encoded|taped|uploaded|seeded|digiti[sz]ed|torrented|"
    r"transferred(?=[\s_-]{1,3}by)|gerippte?|enkodiert|encodiert|kodiert|codiert|digitalisiert|mitgeschnitten|hochgeladen|überspielt|"
    r"ripp?ée?s?|encodée?s?|numérisée?s?|mis en ligne|mise en ligne|ripado|ripead[oa]s?|rippead[oa]s?|repead[oa]s?|codificad[oa]s?|"
    r"digitalizad[oa]s?|subid[oa]s?(?=\spor)|extraíd[oa]s?(?=\spor)|rippat[oaei]|codificat[oaei]|digitalizzat[oaei]|caricat[oaei]|geript|"
    r"gecodeerd|gedigitaliseerd|geüpload|zripowan[eaoy]|zgran[eaoy]|zakodowan[eaoy]|zdigitalizowan[eaoy]|rippa[td]|rippet|"
    r"digitaliserad|digitali[sz]ert|ripován[oay]?|تم النسخ|نسخ|رفع"
)
_BOUGHT = (
    r"purchased|bought|gekauft|erworben|achetée?s?|acquise?s?|comprad[oa]s?|adquirid[oa]s?|acquistat[oaei]|comprat[oaei]|"
    r"gekocht|aangeschaft|kupion[eaoy]|zakupion[eaoy]|köpt|købt|kjøpt|تم الشراء|شراء"
)
_AGENT = r"by|von|durch|par|por|pel[oa]|da|dal|dalla|door|przez|av|af|بواسطة"
_ALSO = r"(?:[\s_-]{0,3}(?:&|\+|/|,|and|und|et|y|e|en|i|och|и)[\s_-]{0,3}\w{3,20}){0,2}"
_WHEN = (
    r"(?:[\s_](?:on|am|le|el|il|em|op|den|dnia|with|using|mit|avec|con|com|met|from|to|in|as|at)[\s_][^\r\n:;|]{1,40}?"
    r"|[\s_]\(?[0-9][^\r\n:;|]{1,20}?)?"
)
_NAME = r"[\[(\"'«„“]?(?P<name>[^\s:=\[\](){}|;,\"'«„“<>][^\r\n;|,()\[\]<>\"]{0,79})"
_BY = re.compile(
    rf"{BEGINS}(?:(?P<bought>{_BOUGHT})|{_COPIED}){_ALSO}{_WHEN}[\s_-]{{1,3}}(?:{_AGENT})(?![^\W_])[\s:_-]{{0,4}}{_NAME}"
)
_DONE = "рипнул|рипанул|риповал|оцифровал|закодировал|выложил|автор рипа|рип от|由"
_DONE_BY = re.compile(
    rf"{BEGINS}(?:рипнул|рипанул|риповал|оцифровал|закодировал|выложил|автор рипа|рип от)\u0430?"
    rf"(?:\s{{0,3}}[:\u2014-])?\s{{1,3}}{_NAME}"
    r"|由\s?(?P<chinese>[^\s由,\uff0c。;\uff1b]{1,40}?)\s?(?:翻录|翻錄|抓取|抓轨|抓軌|上传|上傳|压制|壓制|转录|轉錄|购买|購買)"
)

_MADE_BY = (
    r"ripp?ers?|rip(?:ped|s)?[\s_-]?by|tapers?|taped[\s_-]?by|transferr?ers?|transferr?(?:ed)?[\s_-]?by|uploaders?|"
    r"uploaded[\s_-]?by|seeders?|seeded[\s_-]?by|encoded[\s_-]?by|digiti[sz]ed[\s_-]?by|rippeur|encodeur|"
    r"ripeador|ripador|rippatore|риппер|рип|оцифровка|оцифровщик|релизер|リッピング者?|リッパー|エンコード者|アップロード者|吸い出し|"
    r"翻录者?|翻錄者?|抓轨者?|抓軌者?|压制者?|上传者|上傳者|转录者?|리핑(?:한 사람)?|리퍼|업로더|रिपर|ripleyen|rippaaja|rippelte"
)
_OWNED_BY = (
    r"owner|file[\s_-]?owner|purchaser|purchased[\s_-]?by|bought[\s_-]?by|buyers?|customer(?:[\s_-]?name)?|licensee|licencee|"
    r"licensed[\s_-]?to|licenced[\s_-]?to|registered[\s_-]?to|account(?:[\s_-]?(?:name|holder|id))?|user[\s_-]?name|user[\s_-]?id|login|"
    r"full[\s_-]?name|apple[\s_-]?id|käufer(?:in)?|kunde|kundin|besteller(?:in)?|eigentümer(?:in)?|inhaber(?:in)?|benutzername|"
    r"acheteu(?:r|se)|propriétaire|client|comprador(?:a)?|propietari[oa]|proprietári[oa]|cliente|acquirente|"
    r"proprietari[oa]|koper|klant|eigenaar|kupujący|klient|właściciel|покупатель|клиент|владелец|購入者|お客様|所有者|"
    r"购买者|購買者|客户|客戶|用户名|用戶名|구매자|고객|소유자|خريدار|المشتري|المالك|खरीदार|köpare"
)
_REACHED_AT = (
    r"postal address|street address|home address|address|anschrift|adresse(?: postale)?|dirección|direccion|indirizzo|endereço|adres|адрес|住所|地址|주소|"
    r"العنوان|पता"
)
_LABELLED = re.compile(
    rf"{BEGINS}(?:(?P<made>{_MADE_BY})|(?P<owned>{_OWNED_BY})|(?P<reached>{_REACHED_AT}))"
    rf"[\"']?\s{{0,4}}[:=\uff1a]\s{{0,4}}{_NAME}"
)
_OF_COPIES = (
    "sold to",
    "issued to",
    "belongs to",
    "owned by",
    "property of",
    "made for",
    "licensed to",
    "licenced to",
)
_COPY_OF = re.compile(
    rf"{BEGINS}(?:copy|file|track|download|recording|album)\s(?:is|was|has been)?\s?(?:only\s|personally\s)?"
    rf"(?:licen[sc]ed to|sold to|registered to|issued to|belongs to|owned by|property of|made for)\s{{1,3}}{_NAME}"
)
_BY_WORDS = beginnings(_COPIED, _BOUGHT)
_DONE_WORDS = beginnings(_DONE)
_LABELS = beginnings(_MADE_BY, _OWNED_BY, _REACHED_AT)
_COPY_WORDS = ("copy ", "file ", "track ", "download ", "recording ", "album ")
HINTS = hints(dict.fromkeys((*_BY_WORDS, *_DONE_WORDS, *_LABELS, *_OF_COPIES)))


def names_in_phrases(text: str, folded: str, words: frozenset[str]) -> Iterator[PersonalSpan]:
    """Names after words such as "ripped by", "Taper:", "gekauft von"; none is sure, for songs say such things too."""
    for match in begun(_BY, folded, _present(_BY_WORDS, words)):
        code = "ripped-by" if match["bought"] is None else "file-owner"
        yield from _named(match, code, firms=match["bought"] is not None)
    for match in begun(_DONE_BY, folded, _present(_DONE_WORDS, words)):
        yield from _named(match, "ripped-by", "name" if match["name"] is not None else "chinese")
    for match in begun(_LABELLED, folded, _present(_LABELS, words)):
        if match["made"] is not None:
            yield from _named(match, "ripped-by")
        elif match["owned"] is not None:
            yield from _named(match, "file-owner", firms=True)
        elif not is_site(match["name"]):
            yield _rest_of_line(text, match)
    for match in begun(_COPY_OF, folded, _COPY_WORDS if any(word in words for word in _OF_COPIES) else ()):
        yield from _named(match, "file-owner", firms=True)


def _present(beginnings_: tuple[str, ...], words: frozenset[str]) -> Iterator[str]:
    return (word for word in beginnings_ if word in words)


def _named(
    match: re.Match[str], code: str, group: str = "name", *, firms: bool = False
) -> Iterator[PersonalSpan]:
    name = match[group]
    if is_program_name(name) or names_no_person(name) or name.startswith(WITHHELD.strip("[]").lower()):
        return
    if firms and is_firm(name):
        return
    yield PersonalSpan(code, match.start(group), match.end(group), sure=False)


def _rest_of_line(text: str, match: re.Match[str]) -> PersonalSpan:
    """An address with its commas, as far as the line goes."""
    start = match.start("name")
    end = min(
        (at for at in (text.find(sign, start, start + 200) for sign in '\r\n"<>|;') if at >= 0),
        default=start + 200,
    )
    return PersonalSpan("contact-details", start, min(end, len(text)), sure=False)
