"""The albums in formats that keep every sample: FLAC, WAV, AIFF, WavPack."""

from __future__ import annotations

import zlib

from examples.sounds import SECTORS, clip, tune
from tests.samples import Pcm, flac, id3v2, png, wav, wavpack
from tests.samples.aiff import aiff
from tests.samples.id3 import text_frame
from tests.samples.riff import bext_chunk
from tests.samples.sidecars import (
    DiscTrack,
    cue_sheet,
    eac_log,
    ffp_file,
    md5_file,
    pdf,
    playlist_m3u8,
    whipper_log,
)

Album = dict[str, bytes]
"""The files of one album by their name below its folder."""


def _disc(titles: tuple[str, ...], first: int) -> tuple[list[DiscTrack], list[Pcm]]:
    """Return the tracks as a rip log knows them, with the true CRC-32 of the sound, and the sound."""
    sounds = [tune(first + at) for at in range(len(titles))]
    tracks = [
        DiscTrack(title, f"{at:02} {title}.flac", SECTORS, zlib.crc32(sound.interleaved()))
        for at, (title, sound) in enumerate(zip(titles, sounds, strict=True), 1)
    ]
    return tracks, sounds


def morning_scales() -> Album:
    """A compact disc ripped to FLAC: cover, cue sheet, EAC log, playlist and two kinds of check sum file."""
    title, cover = "Morning Scales", png((40, 90, 140), size=16)
    tracks, sounds = _disc(("Going Up", "Coming Down", "Standing Still"), 1)
    shared = {"ALBUM": title, "ARTIST": "Example Artist", "ALBUMARTIST": "Example Artist", "DATE": "2004"}
    shared |= {"GENRE": "Example", "LABEL": "Invented Records", "CATALOGNUMBER": "INV 004", "TRACKTOTAL": "3"}
    shared["COPYRIGHT"] = "2004 Invented Records"
    music = {
        track.file: flac(
            shared | {"TITLE": track.title, "TRACKNUMBER": str(at), "ISRC": f"ZZEXA04{at:05}"},
            pictures=[cover],
            audio=sound,
            padding=256,
        )
        for at, (track, sound) in enumerate(zip(tracks, sounds, strict=True), 1)
    }
    return music | {
        "cover.png": cover,
        f"{title}.cue": cue_sheet(tracks, title=title).encode(),
        f"{title}.log": eac_log(tracks, album=title),
        f"{title}.m3u8": playlist_m3u8([(t.file, f"Example Artist - {t.title}", 1) for t in tracks]).encode(),
        "checksums.md5": md5_file(music).encode(),
        "fingerprints.ffp": ffp_file(music).encode(),
    }


def two_evenings() -> Album:
    """Two discs ripped to FLAC by whipper, a folder and a log for each."""
    album: Album = {"cover.png": png((120, 60, 90), size=16)}
    for disc, titles in enumerate((("First Evening", "Encore"), ("Second Evening", "Last Encore")), 1):
        tracks, sounds = _disc(titles, 2 + 2 * disc)
        shared = {"ALBUM": "Two Evenings", "ARTIST": "Example Artist", "DATE": "2011", "DISCTOTAL": "2"}
        for at, (track, sound) in enumerate(zip(tracks, sounds, strict=True), 1):
            numbers = {"TITLE": track.title, "TRACKNUMBER": str(at), "DISCNUMBER": str(disc)}
            album[f"Disc {disc}/{track.file}"] = flac(shared | numbers, audio=sound)
        log = whipper_log(tracks, album="Two Evenings")
        album[f"Disc {disc}/Two Evenings (disc {disc}).log"] = log.encode()
    return album


def rehearsal() -> Album:
    """A recording of one's own: Broadcast Wave, a percent sign in every name."""
    bext = bext_chunk(
        description="Rehearsal room, one microphone",
        originator="Example Artist",
        date="2022-05-14",
        time="19:30:00",
        history="A=PCM,F=8000,W=16,M=mono\r\n",
    )
    return {
        f"{at} {title}.wav": wav(
            title=title,
            artist="Example Artist",
            album="100% Rehearsal",
            date="2022",
            audio=tune(7 + at),
            bext=bext,
        )
        for at, title in enumerate(("50% Slower", "100% Tempo"), 1)
    }


def evening_at_the_hall() -> Album:
    """A donor's tape transfers: AIFF with text chunks, one with an address in them, and a booklet."""
    note = "Copied from tape by Erika Example, erika@example.org"
    album = {
        f"Side {side}.aiff": aiff(
            title=f"Evening at the Hall, side {side}",
            artist="Placeholder Choir",
            copyright="1987 Placeholder Choir",
            comment=note if side == "A" else "Copied from tape",
            id3=id3v2([text_frame("TALB", "Evening at the Hall"), text_frame("TMED", "MC")], version=3),
            audio=tune(number),
        )
        for side, number in (("A", 10), ("B", 11))
    }
    lines = ("Evening at the Hall", "Placeholder Choir, 1987", "", "An invented choir in an invented hall.")
    return album | {"Booklet.pdf": pdf(*lines)}


def packed_light() -> Album:
    """WavPack with APEv2 tags."""
    shared = {"Artist": "Demo Trio", "Album": "Packed Light", "Year": "2009"}
    return {
        f"{at:02} {title}.wv": wavpack(
            shared | {"Title": title, "Track": f"{at}/2"}, audio=clip(59 + at, "wv")
        )
        for at, title in enumerate(("Small Suitcase", "Smaller Suitcase"), 1)
    }


def direct_from_the_band() -> Album:
    """FLAC with the comment that Bandcamp leaves."""
    shared = {"ALBUM": "Direct from the Band", "ARTIST": "Garage Example", "DATE": "2018"}
    shared["COMMENT"] = "Visit https://example.bandcamp.com"
    return {
        f"Garage Example - Direct from the Band - {at:02} {title}.flac": flac(
            shared | {"TITLE": title, "TRACKNUMBER": str(at)},
            audio=tune(11 + at),
            pictures=[png((30, 30, 30), size=16)],
        )
        for at, title in enumerate(("Loading Dock", "Second Take"), 1)
    }


def unsorted() -> Album:
    """What lies about: FLAC under a wrong extension, a retagged copy, two files that broke off, and an old format."""
    whole = flac(title="Broken Off", artist="Example Artist", audio=tune(14))
    silent = clip(23, "mp3")
    return {
        "wrong extension.mp3": flac(title="Really a FLAC", artist="Example Artist", audio=tune(15)),
        "going up (retagged).flac": flac(title="Going up", artist="example artist", audio=tune(1)),
        "broken off.flac": whole[: len(whole) // 2],
        "broken off.mp3": silent[: len(silent) * 2 // 3],
        "before it broke.md5": md5_file({"broken off.flac": whole}).encode(),
        "old format.shn": b"ajkg\x02" + bytes(range(256)),
    }
