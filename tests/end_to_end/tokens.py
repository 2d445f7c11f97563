"""Hundreds of invented personal values, each a word of its own, in every form and in every kind of carrier.

A value is a word that stands nowhere else, so that one look at a record tells whether it is there. Every file holds
each form once; what is expected of it is the count of every code of evidence.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.samples import Picture, aiff, flac, jpeg, m4a, mp3, ogg_vorbis, opus, png, wav, wavpack, wma
from tests.samples.id3 import txxx
from tests.samples.mp4 import freeform_atom

PLANTED = re.compile(rb"zqv[a-z]{5}|(?<![0-9a-f])7190[0-9]{3}(?![0-9a-f])|739000[0-9]{4}", re.IGNORECASE)
"""Every value that is planted, and nothing else."""

_LETTERS = "beklimnoru"

FORMS: tuple[tuple[str, str], ...] = (
    *(
        ("home-path", form)
        for form in (
            "/home/{}/Music/x.flac",
            "/Users/{}/Music",
            "/Volumes/Macintosh HD/Users/{}/Music/x.mp3",
            "/mnt/c/Users/{}/x",
            "/c/Users/{}/x",
            "/cygdrive/c/Users/{}/x",
            "/var/home/{}/x and /export/home/Public/y",
            "/media/{}/Disk/x.flac",
            "/run/media/{}/Disk",
            r"\\NAS\Users\{}\Music",
            "smb://nas/home/{}/Music",
            "file://host/home/{}/x.flac",
            "%2FUsers%2F{}%2FMusic",
            r"C:\Utenti\{}\Musica",
            "C:\\Usu\u00e1rios\\{}\\x",
            r"D:\Dokumente und Einstellungen\{}\Eigene Musik",
            "~{}/Music/x.mp3",
            r"C:\Users\{}\Music\x.mp3",
        )
    ),
    *(
        ("email-address", form)
        for form in (
            "write to {}@example.org",
            '"{}"@example.org',
            "{}@[192.0.2.4]",
            "{}@localhost",
            "a.rather.long.local.part.of.an.address.that.no.server.takes.{}@example.org",
            "{}%relay@example.org",
            "{} (at) example.org",
            "{} [at] example [dot] org",
            "{}&#64;example.org",
            "{}\ufe6bexample.org",
            "{}\u200b@example.org",
            "{}@site.png",
            "{}@a.b.c.d.e.f.g.h.i.example.org",
            "{}%40example.org",
        )
    ),
    *(
        ("ripped-by", form)
        for form in (
            "Ripped by {}",
            "ripped-by {}",
            "ripped on 2011-04-03 by {}",
            "Taper: {}",
            "taped by {}",
            "Gerippt von {}",
            "ripp\u00e9 par {}",
            "ripeado por {}",
            "ripado por {}",
            "rippato da {}",
            "geript door {}",
            "zripowane przez {}",
            "\u0420\u0438\u043f\u043d\u0443\u043b {}",
            "\u30ea\u30c3\u30d4\u30f3\u30b0\uff1a{}",
            "\u7ffb\u5f55\uff1a{}",
            "\ub9ac\ud551: {}",
            "encoded by {}",
        )
    ),
    *(
        ("file-owner", form)
        for form in (
            "Purchased by {}",
            "gekauft von {}",
            "achet\u00e9 par {}",
            "comprado por {}",
            "acquistato da {}",
            "Buyer: {}",
            "K\u00e4ufer: {}",
            "\u041f\u043e\u043a\u0443\u043f\u0430\u0442\u0435\u043b\u044c: {}",
            '{{"username": "{}"}}',
            "Owner={}",
            "this copy is licensed to {} for private use",
        )
    ),
    *(
        ("order-number", form)
        for form in ("Order number: {}-7712", "Bestellnummer: {}-7712", "Num\u00e9ro de commande : {}-7712")
    ),
    ("store-account", "<key>apID</key><string>{}</string>"),
    ("postal-address", "{}stra\u00dfe 12, 12345 Berlin"),
    ("contact-details", "Anschrift: Hof {}, Dorf"),
)
"""Of each form of a value the evidence code and the words around it."""

NAMES: tuple[tuple[str, str], ...] = (
    *(
        ("ripped-by", name)
        for name in ("ENCODEDBY", "ENCODED_BY", "ENCODED-BY", "RIPPER", "TAPER", "UPLOADER")
    ),
    *(
        ("file-owner", name)
        for name in (
            "OWNER",
            "LICENSEE",
            "CUSTOMER",
            "ACCOUNT",
            "USER",
            "PURCHASER",
            "UserName",
            "Licensed To",
        )
    ),
    *(("contact-details", name) for name in ("CONTACT", "EMAIL", "ADDRESS", "PHONE")),
    ("order-number", "INVOICE"),
)
"""Of each tag that is personal by its name the evidence code and the name."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One file with what is planted in it.

    Attributes:
        data: Its bytes.
        expected: How often each code of evidence is given for it.
    """

    data: bytes
    expected: Counter[str]


class _Words:
    """Gives one word after another, each once."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def word(self) -> str:
        """A word that stands nowhere else."""
        digits = f"{next(self._numbers):05d}"
        return "Zqv" + "".join(_LETTERS[int(digit)] for digit in digits)

    def digits(self) -> int:
        """A number below a thousand."""
        return next(self._numbers) % 1000


def iban(account: int) -> str:
    """A German bank account number with a right checksum."""
    rest = f"37040044{account:010d}"
    check = 98 - int(rest + "131400") % 97
    return f"DE{check:02d}{rest}"


def _texts(words: _Words) -> list[tuple[str, str]]:
    texts = [(code, form.format(words.word())) for code, form in FORMS]
    texts.append(("telephone-number", f"call +49 30 {7190000 + words.digits()}"))
    texts.append(("bank-account", f"to {iban(7390000000 + words.digits())} please"))
    return texts


def _counted(pairs: list[tuple[str, str]]) -> Counter[str]:
    return Counter(code for code, _ in pairs)


def files() -> dict[str, Plot]:
    """Every carrier: tags of each family, settings and notes beside the music, and pictures."""
    words = _Words()
    plots: dict[str, Plot] = {}
    makers: dict[str, Callable[[dict[str, str]], bytes]] = {
        "vorbis.flac": lambda pairs: flac(pairs, title="Fields"),
        "vorbis.ogg": lambda pairs: ogg_vorbis(pairs, title="Fields"),
        "vorbis.opus": lambda pairs: opus(pairs, title="Fields"),
        "apev2.wv": lambda pairs: wavpack(pairs, title="Fields"),
        "txxx.mp3": lambda pairs: mp3(
            frames=[txxx(key, text) for key, text in pairs.items()], title="Fields"
        ),
        "txxx23.mp3": lambda pairs: mp3(
            id3v2=3, frames=[txxx(key, text) for key, text in pairs.items()], title="Fields"
        ),
        "freeform.m4a": lambda pairs: m4a(
            atoms=[freeform_atom(key, text) for key, text in pairs.items()], title="Fields"
        ),
        "extended.wma": lambda pairs: wma(pairs, title="Fields"),
    }
    for name, make in makers.items():
        texts = _texts(words)
        data = make({f"NOTE{number}": text for number, (_, text) in enumerate(texts)})
        plots[f"forms in {name}"] = Plot(data, _counted(texts))
    for name, make in makers.items():
        fields = [(code, name, words.word()) for code, name in NAMES]
        data = make({key: value for _, key, value in fields})
        plots[f"names in {name}"] = Plot(data, Counter(code for code, _, _ in fields))
    return plots | _chunks(words) | _beside(words) | _pictures(words)


def _chunks(words: _Words) -> dict[str, Plot]:
    texts = _texts(words)
    ixml = f"<BWFXML><USER>{words.word()}</USER><NOTE>plain</NOTE></BWFXML>".encode()
    info = {"IENG": words.word(), "ITCH": words.word(), "ICMT": f"Ripped by {words.word()}"}
    return {
        "info.wav": Plot(
            wav(info=info, chunks=[(b"iXML", ixml)], title="Fields"),
            Counter({"ripped-by": 3, "file-owner": 1}),
        ),
        "texts.aiff": Plot(
            aiff(texts=[(b"ANNO", text) for _, text in texts], title="Fields"), _counted(texts)
        ),
    }


def _beside(words: _Words) -> dict[str, Plot]:
    plots = {}
    for name in (
        "note.txt",
        "log.log",
        "list.m3u8",
        "sheet.cue",
        "settings.ini",
        "link.url",
        "data.json",
        "page.html",
    ):
        texts = [(code, text.replace("\n", " ")) for code, text in _texts(words)]
        lines = "\n".join(text for _, text in texts)
        plots[f"beside {name}"] = Plot(lines.encode(), _counted(texts))
    return plots


def exif(artist: str, serial: str) -> bytes:
    """Exif data with an artist, a camera's serial number and a place."""
    texts = [artist.encode() + b"\0", serial.encode() + b"\0"]
    places = 3 * b"\x30\0\0\0\1\0\0\0"
    first = 8 + 2 + 3 * 12 + 4
    artist_at, serial_directory = first, first + len(texts[0])
    serial_at = serial_directory + 2 + 12 + 4
    place_directory = serial_at + len(texts[1])
    place_at = place_directory + 2 + 12 + 4

    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        return b"".join(
            number.to_bytes(size, "little") for number, size in ((tag, 2), (kind, 2), (count, 4), (value, 4))
        )

    return b"".join(
        (
            b"II*\0\x08\0\0\0",
            b"\3\0",
            entry(0x013B, 2, len(texts[0]), artist_at),
            entry(0x8769, 4, 1, serial_directory),
            entry(0x8825, 4, 1, place_directory),
            bytes(4),
            texts[0],
            b"\1\0" + entry(0xA431, 2, len(texts[1]), serial_at) + bytes(4),
            texts[1],
            b"\1\0" + entry(0x0002, 5, 3, place_at) + bytes(4),
            places,
        )
    )


def picture(words: _Words) -> bytes:
    """A JPEG file whose metadata names its photographer, camera and place."""
    plain = jpeg()
    payload = b"Exif\0\0" + exif(words.word(), words.word())
    segment = b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload
    return plain[:2] + segment + plain[2:]


def _pictures(words: _Words) -> dict[str, Plot]:
    codes = Counter({"picture-author": 1, "device-serial-number": 1, "picture-location": 1})
    chunk = b"tEXtAuthor\0" + words.word().encode()
    author = png()[:33] + (len(chunk) - 4).to_bytes(4, "big") + chunk + bytes(4) + png()[33:]
    pictures = {
        "cover.jpg": picture(words),
        "picture.flac": flac(pictures=[Picture(picture(words))], title="Fields"),
        "picture.mp3": mp3(pictures=[Picture(picture(words))], title="Fields"),
        "picture.m4a": m4a(pictures=[Picture(picture(words))], title="Fields"),
        "picture.ogg": ogg_vorbis(pictures=[Picture(picture(words))], title="Fields"),
        "picture.opus": opus(pictures=[Picture(picture(words))], title="Fields"),
    }
    return {name: Plot(data, codes) for name, data in pictures.items()} | {
        "cover.png": Plot(author, Counter({"picture-author": 1}))
    }


def values() -> Iterator[str]:
    """Every value that is planted, once."""
    found: set[str] = set()
    for plot in files().values():
        for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
            text = plot.data.decode(encoding, "ignore").encode("latin-1", "ignore")
            found.update(match.decode("latin-1").casefold() for match in PLANTED.findall(text))
    yield from sorted(found)
