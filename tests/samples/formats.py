"""A small sound file of every format that is read, and the texts that lie beside music."""

from __future__ import annotations

import struct

from tests.samples.aiff import aiff
from tests.samples.ape import apev2
from tests.samples.asf import wma
from tests.samples.flac import flac
from tests.samples.id3 import id3v1, id3v2, text_frame
from tests.samples.images import jpeg, png
from tests.samples.mp3 import mp3, mp3_frame
from tests.samples.mp4 import m4a
from tests.samples.ogg import ogg_vorbis, opus
from tests.samples.pcm import silence
from tests.samples.riff import wav
from tests.samples.rip_logs import cuetools, cyanrip, dbpoweramp, eac_image, freac
from tests.samples.sidecars import (
    DiscTrack,
    cue_sheet,
    eac_log,
    ffp_file,
    md5_file,
    pdf,
    playlist_m3u8,
    sfv_file,
    whipper_log,
    xld_log,
)
from tests.samples.wavpack import wavpack

_SHORT = silence(0.02)
_DSF = (
    b"DSD " + struct.pack("<QQQ", 28, 92 + 4096, 0) + b"fmt "
    + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2822400, 1, 32768, 4096, 0) + b"data" + struct.pack("<Q", 12 + 4096)
    + bytes(4096)
)  # fmt: skip
FORMATS: dict[str, bytes] = {
    "a.mp3": mp3(title="T", v1=True, pictures=[png()], audio=mp3_frame(128) * 8, trailing=apev2(artist="A")),
    "a.flac": flac(title="T", audio=_SHORT, pictures=[png()]),
    "a.ogg": ogg_vorbis(title="T", packets=4),
    "a.opus": opus(title="T", packets=4),
    "a.m4a": m4a(title="T", frames=4, pictures=[png()]),
    "b.m4a": m4a(title="T", alac=_SHORT),
    "a.wav": wav({"INAM": "T"}, audio=_SHORT, id3=id3v2([text_frame("TIT2", "T")])),
    "a.aiff": aiff(audio=_SHORT, texts=[(b"NAME", "T")]),
    "a.wma": wma(title="T", packets=2),
    "a.wv": wavpack(title="T", seconds=0.05),
    "a.dsf": _DSF,
    "a.ape": b"MAC " + struct.pack("<HH", 3990, 0) + bytes(48) + struct.pack("<IIIHHI", 73728, 100, 1, 16, 2, 44100) + apev2(title="T"),
    "a.tak": b"tBaK" + bytes((1, 12, 0, 0)) + bytes(40) + apev2(title="T"),
    "a.tta": b"TTA1" + struct.pack("<HHHII", 1, 2, 16, 44100, 100) + bytes(40) + id3v1({"title": "T"}),
    "a.ofr": b"OFR " + struct.pack("<IIHBBI", 12, 100, 0, 2, 1, 44100) + bytes(60),
    "a.mpc": b"MP+\x07" + struct.pack("<II", 10, 0) + bytes(40) + apev2(title="T"),
    "b.mpc": b"MPCKSH\x10" + bytes(4) + b"\x08\x64\x00\x00\x10" + bytes(8) + b"SE\x03",
    "a.dff": b"FRM8" + struct.pack(">Q", 90) + b"DSD FVER" + struct.pack(">QI", 4, 0x01040000) + b"PROP" + struct.pack(">Q", 4) + b"SND ",
    "a.mid": b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x08\x00\x90\x3c\x40\x10\xff\x2f\x00",
    "a.ac3": (b"\x0b\x77\0\0\x14\x40\x43\xe1" + bytes(760)) * 3,
    "a.aac": (b"\xff\xf1\x50\x80\x03\xff\xfc" + bytes(24)) * 5,
    "a.caf": b"caff\0\x01\0\0desc" + struct.pack(">Qd4sIIIII", 32, 44100.0, b"lpcm", 0, 4, 1, 2, 16) + b"data" + bytes(24),
    "rip.log": "Exact Audio Copy V1.6\r\nTrack 1\r\n".encode("utf-16"),
}  # fmt: skip
"""By file name: a small file of each format, sound except for what makes it small."""

_DISC = [DiscTrack("One", "01.flac", 12_000), DiscTrack("Two", "02.flac", 9_000)]
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>Tracks</key><dict><key>7</key><dict><key>Kind</key>
<string>Purchased AAC audio file</string><key>Location</key><string>file:///Users/x/a.m4a</string></dict></dict></dict></plist>
"""

SIDECARS: dict[str, bytes] = {
    "disc.cue": cue_sheet(_DISC, title="Songs").encode(),
    "eac.log": eac_log(_DISC, album="Songs"),
    "xld.log": xld_log(_DISC, album="Songs").encode(),
    "whipper.log": whipper_log(_DISC, album="Songs").encode(),
    "image.log": eac_image().encode("utf-16"),
    "dbpoweramp.txt": dbpoweramp().encode("utf-16"),
    "cyanrip.log": cyanrip().encode(),
    "freac.log": freac().encode(),
    "disc.accurip": cuetools().encode(),
    "list.pls": b"[playlist]\nFile1=01.flac\nTitle1=One\nNumberOfEntries=1\n",
    "list.xspf": b'<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>01.flac</location></track></trackList></playlist>',
    "list.m3u8": playlist_m3u8([("01.flac", "One", 160)]).encode(),
    "sums.md5": md5_file({"01.flac": b"x"}).encode(),
    "sums.sfv": sfv_file({"01.flac": b"x"}).encode(),
    "prints.ffp": ffp_file({"01.flac": flac()}).encode(),
    "booklet.pdf": pdf("All rights reserved."),
    "cover.jpg": jpeg(),
    "cover.png": png(),
    "licence.txt": b"This work is licensed under CC BY-SA 4.0.\nhttps://creativecommons.org/licenses/by-sa/4.0/\n",
    "notes.nfo": b"Ripper: x\r\nripped by somebody@example.org\r\nSPDX-License-Identifier: CC0-1.0\r\n",
    "iTunes Music Library.xml": _LIBRARY.encode(),
}
"""By file name: what lies beside music and is read for what it says."""
