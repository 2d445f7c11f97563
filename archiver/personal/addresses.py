"""E-mail addresses, in the forms that people and programs write: RFC 5322, spelt out, quoted, encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.personal.spans import PersonalSpan
from archiver.personal.words import Hints

_CODE = "email-address"
_PROGRAM_ADDRESSES = frozenset(
    {
        # these name a program or a firm in every file it wrote
        "contentgroup@emusic.com",
        "no@email",
        "quodlibet@lists.sacredchao.net",
        "rating@winamp.com",
        "traktor@native-instruments.de",
        "uits-info@umusic.com",
        "uits@7digital.com",
        "users@www.beaglebuddy.com",
    }
)
_NO_DOMAIN_WORDS = "aac aif aifc aiff ape cue dff dsf ffp flac log lrc m3u m3u8 m4a m4b m4p md5 mka mp2 mp3 mpc nfo oga ogg opus pdf pls rar sfv tak txt wav wave wma zip"
_NO_DOMAINS = frozenset(_NO_DOMAIN_WORDS.split())
_PICTURE_WORDS = "bmp gif jpeg jpg png svg tif tiff webp"
_PICTURES = frozenset(_PICTURE_WORDS.split())
_SCALED = re.compile(r"[0-9]{1,2}x\.", re.IGNORECASE)
"""As in ``cover@2x.png``, the name of a picture for fine screens."""

_DOMAIN_WORDS = """
    com net org edu gov mil int info biz name pro mobi tel asia cat coop jobs museum travel aero post arpa
    xxx app art audio auto baby band bank bar beer bike bio black blog blue boutique build business buzz
    cafe cam camera camp care cars casa cash center ceo chat cheap church city claims clinic cloud club
    codes coffee community company computer consulting cooking cool country coupons credit cruises dance
    date dating day deals degree delivery dental design dev diamonds digital direct directory discount
    doctor dog domains download earth education email energy engineer enterprises equipment estate eus
    events exchange expert express fail family fan fans farm fashion film finance financial fish fit
    fitness flights florist flowers football forsale foundation fun fund fyi gallery game games garden gift
    gifts glass global gmbh gold golf graphics green group guide guitars guru health help hiphop hockey
    holiday host hosting house icu immo industries ink institute insure international investments jetzt
    jewelry kim kitchen koeln land law lawyer lease legal lgbt life lighting limited limo link live loan
    loans lol love ltd luxury management market marketing mba media memorial moda mom money movie music
    navy network news ngo ninja nyc observer one online organic paris partners parts party pet photo
    photography photos pics pictures pink pizza place plumbing plus poker press productions properties
    property pub radio recipes red rehab reise reisen rent rentals repair report rest restaurant review
    reviews rich rip rocks rodeo ruhr run sale salon sarl school science scot services sexy shoes shop show
    singles site ski soccer social software solar solutions space stream studio study style supplies supply
    support surf surgery swiss systems tattoo tax taxi team tech technology tennis theater theatre tienda
    tips tires tirol today tokyo tools top tours town toys trade trading training tube university uno
    vacations vegas ventures vet video villas vin vip vision vlaanderen vodka vote voyage wales wang watch
    webcam website wedding wien wiki win wine work works world wtf xyz yoga zone london berlin hamburg
    bayern amsterdam africa example test invalid local localdomain lan home internal corp intranet private
    onion gmail googlemail
"""
_DOMAINS = frozenset(_DOMAIN_WORDS.split())

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOT = (
    r"(?:[.\u3002\uff0e\uff61]|%2[eE]|\s?[\[({<]\s?(?:dot|punkt|point|punto|ponto|\.)\s?[\])}>]\s?"
    r"|\s(?:dot|punkt)\s)"
)
_DOMAIN = re.compile(
    rf"(?<=[@\uff20\ufe6b0;\])}}>\s])(?:(?:{_LABEL}{_DOT}){{1,20}}(?P<top>xn--[a-z0-9-]{{2,59}}|[^\W\d_]{{2,24}})\b"
    r"|(?P<host>localhost\b|\[(?:ipv6:)?[0-9a-f.:]{2,45}\]))",
    re.IGNORECASE,
)
_AT = re.compile(
    r"@|[\uff20\ufe6b]|%(?:25)?40|&#(?:0{0,3}64|x0{0,2}40);|&commat;|\\u0040"
    r"|[\[({<]\s?(?:at|ät|arroba|chiocciola|собака|малпа|małpa)\s?[\])}>]"
    rf"|(?<=\s)at(?=\s{_LABEL}\s(?:dot|punkt)\s)",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[\w.!#$&'*+/=?^`{|}~%-]{1,320}")
_WORD = re.compile(r"\w{1,320}")
_LONGEST = 320
_CUT = re.compile(r"[^\W_][\w.+%-]{0,63}@[\w.-]{0,63}$")

_HINT_WORDS = (
    "@|\uff20|﹫|%40|%2540|&#|&commat;|\\u0040|(at)|( at )|[at]|[ at ]|{at}|<at>|(ät)|arroba|chiocciola|собака|"
    "малпа|małpa| dot | punkt "
)
HINTS = Hints(pieces=tuple(_HINT_WORDS.split("|")))


def mail_addresses(text: str, _folded: str, _words: frozenset[str]) -> Iterator[PersonalSpan]:
    """Every address that is a person's; those of programs and shops' services are none."""
    floor = 0
    for sign in _AT.finditer(text):
        if sign.start() < floor:
            continue
        spelt = sign.group()[-1] in "])}>tT"
        domain = _DOMAIN.match(text, _blank(text, sign.end()) if spelt else sign.end())
        if domain is None:
            continue
        start, parted = _local(text, sign.start(), floor, spelt=spelt)
        if start is None or not _is_domain(domain, parted=parted or spelt):
            continue
        if text[start : domain.end()].casefold() in _PROGRAM_ADDRESSES:
            continue
        floor = domain.end()
        yield PersonalSpan(_CODE, start, floor, sure=_is_sure(domain))


def cut_address(text: str) -> PersonalSpan | None:
    """An e-mail address that a field of fixed size cut short at its end, as ID3v1 does."""
    tail = max(0, len(text) - 130)
    match = _CUT.search(text, tail)
    return None if match is None else PersonalSpan(_CODE, match.start(), match.end())


def _blank(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1].isspace() else at


def _local(text: str, at: int, floor: int, *, spelt: bool) -> tuple[int | None, bool]:
    """Where the part before the sign begins, and whether a line break or blanks part it from the sign."""
    end = at
    if spelt or text[at - 1 : at] in ("\n", "\r"):
        end = max(floor, at - 3) + len(text[max(floor, at - 3) : at].rstrip())
    before = text[max(floor, end - _LONGEST) : end]
    if before.endswith('"'):
        opening = before.rfind('"', 0, -1)
        return (end - len(before) + opening if opening >= 0 else None), end < at
    written = (_WORD if spelt and end == at else _LOCAL).match(before[::-1])
    if written is None:
        return None, False
    local = before[len(before) - written.end() :]
    local = local[next((index for index, char in enumerate(local) if char.isalnum()), len(local)) :]
    return (end - len(local) if local else None), end < at


def _is_domain(domain: re.Match[str], *, parted: bool) -> bool:
    """Whether it is no file's name; beside blanks and words for the sign only what surely is one counts."""
    top = (domain["top"] or "").casefold()
    if top in _NO_DOMAINS or (top in _PICTURES and (parted or _SCALED.match(domain.group()))):
        return False
    return not parted or _is_sure(domain)


def _is_sure(domain: re.Match[str]) -> bool:
    top = (domain["top"] or "").casefold()
    return domain["host"] is not None or len(top) == 2 or top.startswith("xn--") or top in _DOMAINS
