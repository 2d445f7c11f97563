"""Paths that show the name under which somebody used a computer, as every system writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.personal.spans import WITHHELD, PersonalSpan
from archiver.personal.words import hints

_CODE = "home-path"
_SIGNS = "/\\\\\u00a5\u20a9\uff0f\uff3c\u2044\u2215"  # the yen and won signs stand for a backslash in old code pages
_SEPARATOR = rf"(?:[{_SIGNS}]{{1,4}}|%(?:25)?(?:2f|5c)|&#(?:47|92|x2f|x5c);)"
_HOME_WORDS = (
    "users|benutzer|utilisateurs|usuarios|utenti|usuários|utilizadores|gebruikers|användare|brugere|brukere|"
    "käyttäjät|użytkownicy|uživatelé|používatelia|felhasználók|kullan\u0131c\u0131lar|χρήστες|utilizatori|пользователи|"
    "користувачі|потребители|korisnici|uporabniki|kasutajad|lietotāji|vartotojai|ユーザー|用户|使用者|사용자|المستخدمون|"
    "משתמשים|उपयोगकर्ता|ผู้ใช้|documents and settings|documents%20and%20settings|dokumente und einstellungen|"
    "dokumente%20und%20einstellungen|documents et paramètres|documenti e impostazioni|"
    "documentos e configurações|documentos y configuración|dokumenty i ustawienia|documenten en instellingen|"
    "dokument och inställningar"
)
_HOMES = tuple(_HOME_WORDS.split("|"))
_UNIX = ("home", "homes")
_DRIVES, _PROFILES = "media", "profiles"
_TILDE = re.compile(
    r"(?<![\w/~])~(?P<name>[a-z_][a-z0-9_.-]{0,31})/(?=(?:music|desktop|documents|downloads|musik|musique|música|"
    r"musica|muziek|muzyka|музыка|public|private|media|audio|rips?)\b|\.\w|[^\s/~]{1,64}/|[^\s/~]{1,64}\.\w{2,4}\b)",
    re.IGNORECASE,
)
HINTS = hints(
    (*_HOMES, *_UNIX, _DRIVES, _PROFILES, "~"),
    needed=("/", "\\", "%2f", "%5c", "%252f", "%255c", "&#", *"\u00a5\u20a9\uff0f\uff3c\u2044\u2215"),
)

_AFTER = re.compile(_SEPARATOR, re.IGNORECASE)
_BEFORE = re.compile(rf"(?:{_SEPARATOR})$", re.IGNORECASE)
_NAME_ENDS = re.compile(
    rf"[{_SIGNS}\r\n\t\"<>|:*?]|%(?:25)?(?:2f|5c|22|3c|3e)|&(?:#|quot;|lt;|gt;|apos;|amp;)|'(?!\w)",
    re.IGNORECASE,
)
_LONGEST_NAME, _LONGEST_WORD, _LOOK_BACK, _LONGEST_SEPARATOR = 64, 256, 256, 6
_NOBODY = frozenset(
    {
        "public",
        "shared",
        "default",
        "all users",
        "all%20users",
        "default user",
        "default%20user",
        "guest",
        "root",
    }
    | {"admin", "administrator", "user", "username", "user name", "owner", "%username%", "defaultapppool"}
    | {"öffentlich", "publico", "público", "alle benutzer", "tous les utilisateurs", "lost+found"}
    | {WITHHELD, WITHHELD.casefold()}
)
_MOUNT_WORDS = """
    archive audio autofs backup backups cdrom cdrom0 cdrom1 cdrw data disk disk1 dvd dvdrom external files
    flac floppy hd hdd images library media movies mp3 music musik nas photos pictures root sd sda sda1 sdb
    sdb1 sdcard share shared ssd storage tv usb usb0 usb1 usbdisk video videos windows
"""
_MOUNTS = frozenset(_MOUNT_WORDS.split())
_WEB = re.compile(r"(?<![a-z])(?:https?|ftp)(?:://|%3a%2f%2f)\S*", re.IGNORECASE)
_ROOTED = re.compile(
    rf"(?:^|[\s=(\[,;:*\"'>])(?:[{_SIGNS}]|%(?:25)?(?:2f|5c)|&#)|(?<![a-z])[a-z](?::|%(?:25)?3a)|:(?://|%2f)|(?<!\w)\.{{1,2}}(?:[/\\]|$)",
    re.IGNORECASE,
)
_LINE = re.compile(r"[\r\n\"<>|]")
_WINDOWS = re.compile(r"(?:winnt|windows|win\d\d)$", re.IGNORECASE)
_TOP = re.compile(r"(?:^|[\s=(\[,;:*\"'>]|run|file:/{0,3}(?:localhost)?)$", re.IGNORECASE)


def home_paths(text: str, folded: str, words: frozenset[str]) -> Iterator[PersonalSpan]:
    """Where users' names stand in paths; of the path only the name is personal."""
    for match in _TILDE.finditer(text) if "~" in words else ():
        if match["name"] not in _NOBODY:
            yield PersonalSpan(_CODE, match.start("name"), match.end("name"))
    for word in words - {"~"}:
        at = folded.find(word)
        while at >= 0:
            end = _name_end(text, at, word)
            if end is not None:
                yield PersonalSpan(_CODE, *end)
            at = folded.find(word, end[1] if end is not None else at + len(word))


def names_in_path(path: str) -> Iterator[PersonalSpan]:
    """Users' names in a path below a source, such as that of a whole disk: ``Users/NAME/Music/x.mp3``."""
    at = 0
    names = path.split("/")
    for index, name in enumerate(names[:-1]):
        parent = names[index - 1].casefold() if index else ""
        held = parent in _HOMES or (
            parent == "home" and (index == 1 or names[index - 2] in ("var", "export", "usr"))
        )
        if held and name.casefold() not in _NOBODY:
            yield PersonalSpan(_CODE, at, at + len(name))
        at += len(name) + 1


def _name_end(text: str, at: int, word: str) -> tuple[int, int] | None:
    """Start and end of the name after the folder ``word`` at ``at``, if a path leads there."""
    after = _AFTER.match(text, at + len(word))
    before = _BEFORE.search(text, max(0, at - _LONGEST_SEPARATOR), at) if after is not None else None
    if after is None or before is None or not _leads_there(text, at, before.start(), word):
        return None
    start = after.end()
    ends = _NAME_ENDS.search(text, start, start + _LONGEST_WORD)
    end = ends.start() if ends is not None else min(len(text), start + _LONGEST_WORD)
    if end - start > _LONGEST_NAME:  # no path goes on; what follows the name is prose
        end = start + next((i for i, char in enumerate(text[start:end]) if i and char.isspace()), end - start)
    name = text[start:end].strip().casefold()
    if not name or name in _NOBODY:
        return None
    if word == _DRIVES and (name in _MOUNTS or _AFTER.match(text, end) is None):
        return None
    return start, end


def _leads_there(text: str, at: int, before: int, word: str) -> bool:
    """Whether what stands before the folder begins a path on a disk or in a network, and not on the web."""
    prefix = text[max(0, before - _LOOK_BACK) : before]
    prefix = _LINE.split(prefix)[-1]
    if word == _PROFILES:
        return _WINDOWS.search(prefix) is not None
    sign = text[before:at]
    if any(web.end() == len(prefix + sign) for web in _WEB.finditer(prefix + sign)):
        return False
    prefix = _WEB.sub(" ", prefix)
    if word == _DRIVES:
        return _TOP.search(prefix) is not None
    if word in _UNIX and text[at : at + len(word)] != word and "\\" not in sign and "://" not in prefix:
        return False
    starts = not prefix or not (prefix[-1].isalnum() or prefix[-1] in "_.-)]")
    return starts or _ROOTED.search(prefix) is not None
