"""The albums in formats that encode: MP3, Ogg Vorbis, Opus, M4A; and the two files of a store."""

from __future__ import annotations

from examples.lossless_albums import Album
from examples.sounds import aac_frames, clip, tune
from tests.samples import jpeg, m4a, mp3, ogg_vorbis, opus, png
from tests.samples.id3 import comment_frame, txxx
from tests.samples.mp4 import aac_config, audio_entry, box, data_atom, freeform_atom, full_box, text_atom

BUYER_ADDRESS, BUYER_NAME = "buyer@example.org", "Erika Example"
"""The invented buyer: neither may ever stand in what the program writes."""

_INTEGER = 21
_LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"


def first_draft() -> Album:
    """MP3 with ID3v2.3 and a separate cover."""
    tracks = {
        f"{at:02} - {title}.mp3": mp3(
            id3v2=3,
            title=title,
            artist="The Placeholders",
            album="First Draft",
            date="1998",
            track=f"{at}/2",
            genre="Example",
            frames=[txxx("CATALOGNUMBER", "INV 098"), comment_frame("From the first pressing")],
            audio=clip(19 + at, "mp3"),
        )
        for at, title in enumerate(("Lorem", "Ipsum"), 1)
    }
    return tracks | {"folder.jpg": jpeg()}


def second_draft() -> Album:
    """MP3 with ID3v2.4, a cover inside, and ID3v1 at the end."""
    return {
        f"{at:02} - {title}.mp3": mp3(
            id3v2=4,
            v1=True,
            title=title,
            artist="The Placeholders",
            album="Second Draft",
            date="2001",
            track=str(at),
            pictures=[jpeg()],
            audio=clip(21 + at, "mp3"),
        )
        for at, title in enumerate(("Dolor (reprise)", "Sit Amet"), 1)
    }


def borrowed_song() -> Album:
    """Ogg Vorbis with accents in names and tags."""
    return {
        f"{at:02} {title}.ogg": ogg_vorbis(
            {"ARTIST": ["Ñandú de Prueba", "Coro Ejemplar"]},
            title=title,
            album="Canción en préstamo",
            date="2013",
            track=str(at),
            pictures=[png((200, 160, 40), size=16)],
            audio=clip(39 + at, "ogg"),
        )
        for at, title in enumerate(("Año sin día", "Çà et là"), 1)
    }


def sample_song() -> Album:
    """Opus with names in a script other than Latin."""
    return {
        f"{at:02} {title}.opus": opus(
            title=title,
            artist="見本楽団",
            album="見本の歌",
            date="2020",
            track=str(at),
            audio=clip(49 + at, "opus"),
        )
        for at, title in enumerate(("はじめの例", "つぎの例"), 1)
    }


def orchestra_pieces() -> Album:
    """M4A: AAC and ALAC, with a cover and freeform tags."""
    artist, album, date = "Sample Orchestra", "Test Pieces", "2015"
    freeform = {
        "----:com.apple.iTunes:LABEL": "Invented Records",
        "----:com.apple.iTunes:ISRC": "ZZEXA1500001",
    }
    return {
        "01 Allegro di prova.m4a": m4a(
            freeform,
            title="Allegro di prova",
            artist=artist,
            album=album,
            date=date,
            track="1/2",
            pictures=[jpeg()],
            samples=aac_frames(30),
        ),
        "02 Largo (lossless).m4a": m4a(
            title="Largo",
            artist=artist,
            album=album,
            date=date,
            track="2/2",
            pictures=[jpeg()],
            alac=tune(16),
        ),
    }


def commons_tune() -> Album:
    """Ogg Vorbis under a Creative Commons licence that its tags claim."""
    return {
        f"{at:02} {title}.ogg": ogg_vorbis(
            {"LICENSE": _LICENCE, "COPYRIGHT": "2019 Open Sounds Ensemble"},
            title=title,
            artist="Open Sounds Ensemble",
            album="Commons Tune",
            date="2019",
            track=str(at),
            audio=clip(41 + at, "ogg"),
        )
        for at, title in enumerate(("Share", "Alike"), 1)
    }


def _store_atoms() -> list[bytes]:
    """What a store writes into a purchase: account, owner, date, and the numbers of its catalogue."""
    numbers = {"cnID": 900000001, "atID": 900000002, "plID": 900000003, "geID": 20, "sfID": 143443}
    widths = {"plID": 8}
    return [
        text_atom("apID", BUYER_ADDRESS),
        text_atom("ownr", BUYER_NAME),
        text_atom("purd", "2016-03-01 09:30:00"),
        text_atom("cprt", "℗ 2016 Invented Records"),
        text_atom("xid ", "Invented:isrc:ZZEXA1600001"),
        *(
            box(name, data_atom(number.to_bytes(widths.get(name, 4), "big"), kind=_INTEGER))
            for name, number in numbers.items()
        ),
        freeform_atom("LABEL", "Invented Records"),
    ]


def _bought_entry() -> bytes:
    """A sample entry that is not protected and yet names the buyer, in ``pinf``."""
    scheme = full_box("schm", b"itun", bytes(4))
    who = box("name", BUYER_NAME.encode().ljust(256, b"\0"))
    details = box("schi", box("user", bytes(4)), who)
    return audio_entry("mp4a", aac_config(), box("pinf", box("frma", b"mp4a"), scheme, details))


def bought_once() -> Album:
    """A store's download without protection, with the invented buyer inside."""
    return {
        "01 Bought Once.m4a": m4a(
            title="Bought Once",
            artist="Example Artist",
            album="Bought Once",
            date="2016-02-26T08:00:00Z",
            track="1/1",
            atoms=_store_atoms(),
            entry=_bought_entry(),
            pictures=[jpeg()],
            samples=aac_frames(32),
        )
    }


def locked_away() -> Album:
    """The header of a protected store file. It holds no sound and no key: there is nothing to open."""
    details = box("schi", box("user", bytes(4)))
    protection = box("sinf", box("frma", b"mp4a"), full_box("schm", b"itun", bytes(4)), details)
    entry = audio_entry("drms", aac_config(), protection)
    return {
        "01 Locked Away.m4p": m4a(
            title="Locked Away",
            artist="Example Artist",
            album="Locked Away",
            date="2006",
            track="1/1",
            atoms=[text_atom("apID", BUYER_ADDRESS)],
            entry=entry,
            samples=[b""],
        )
    }
