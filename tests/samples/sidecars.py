"""What lies beside the music: cue sheets, rip logs, playlists, check sum files, a booklet. All data is invented."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECTORS_PER_SECOND = 75


@dataclass(frozen=True, slots=True)
class DiscTrack:
    """A track of an invented disc, as a cue sheet and a rip log know it."""

    title: str
    file: str
    sectors: int
    crc: int = 0x01234567
    performer: str = "Example Artist"


def _clock(sectors: int) -> tuple[int, int, int]:
    seconds, rest = divmod(sectors, SECTORS_PER_SECOND)
    return seconds // 60, seconds % 60, rest


def _colons(sectors: int) -> str:
    return "{:02}:{:02}:{:02}".format(*_clock(sectors))


def _dots(sectors: int) -> str:
    return "{:2}:{:02}.{:02}".format(*_clock(sectors))


def cue_sheet(
    tracks: Sequence[DiscTrack], *, title: str, performer: str = "Example Artist", single_file: str = ""
) -> str:
    """Return a cue sheet: one FILE for each track, or ``single_file`` with an index into it for each."""
    lines = ["REM GENRE Example", "REM DATE 2004", f'PERFORMER "{performer}"', f'TITLE "{title}"']
    start = 0
    if single_file:
        lines.append(f'FILE "{single_file}" WAVE')
    for number, track in enumerate(tracks, 1):
        if not single_file:
            lines.append(f'FILE "{track.file}" WAVE')
        lines += [
            f"  TRACK {number:02} AUDIO",
            f'    TITLE "{track.title}"',
            f'    PERFORMER "{track.performer}"',
        ]
        lines.append(f"    INDEX 01 {_colons(start if single_file else 0)}")
        start += track.sectors
    return "\r\n".join(lines) + "\r\n"


def _toc(tracks: Sequence[DiscTrack]) -> list[str]:
    lines, start = [], 0
    for number, track in enumerate(tracks, 1):
        end = start + track.sectors
        cells = (f"{number:9}", _dots(start), _dots(track.sectors), f"{start:9}", f"{end - 1:9}")
        lines.append("  | ".join(cells))
        start = end
    return lines


def eac_log(
    tracks: Sequence[DiscTrack],
    *,
    album: str,
    performer: str = "Example Artist",
    checksum: bool = True,
    folder: str = "C:\\Music",
) -> bytes:
    """Return a log in the form of Exact Audio Copy: UTF-16 with a byte order mark, CRLF, a check sum line.

    The check sum is 64 hexadecimal digits of no meaning, since only its presence can be told.
    """
    lines = ["Exact Audio Copy V1.6 from 23. October 2020", ""]
    lines += ["EAC extraction logfile from 12. March 2021, 20:15", "", f"{performer} / {album}", ""]
    lines += ["Used drive  : EXAMPLE DVD-RW X1   Adapter: 1  ID: 0", "", "Read mode               : Secure"]
    lines += [
        "Read offset correction                      : 6",
        "Null samples used in CRC calculations       : Yes",
    ]
    lines += [
        "",
        "TOC of the extracted CD",
        "",
        "     Track |   Start  |  Length  | Start sector | End sector ",
    ]
    lines += ["    " + "-" * 57, *_toc(tracks), ""]
    for number, track in enumerate(tracks, 1):
        lines += [f"Track {number:2}", "", f"     Filename {folder}\\{album}\\{track.file}", ""]
        lines += ["     Peak level 61.2 %", "     Track quality 100.0 %", f"     Copy CRC {track.crc:08X}"]
        lines += [
            f"     Accurately ripped (confidence {3 + number})  [{track.crc ^ 0xA5A5A5A5:08X}]  (AR v2)"
        ]
        lines += ["     Copy OK", ""]
    lines += ["All tracks accurately ripped", "", "No errors occurred", "", "End of status report", ""]
    text = "\r\n".join(lines)
    if checksum:
        text += f"\r\n==== Log checksum {hashlib.sha256(text.encode()).hexdigest().upper()} ====\r\n"
    return b"\xff\xfe" + text.encode("utf-16-le")


def xld_log(tracks: Sequence[DiscTrack], *, album: str, performer: str = "Example Artist") -> str:
    """Return a log in the form of X Lossless Decoder."""
    lines = [
        "X Lossless Decoder version 20210101 (154.0)",
        "",
        "XLD extraction logfile from 2021-03-12 20:15:00 +0100",
    ]
    lines += ["", f"{performer} / {album}", "", "Used drive : EXAMPLE DVD-RW X1 (revision 1.00)", ""]
    lines += ["Ripper mode             : XLD Secure Ripper", "Read offset correction  : 6", ""]
    lines += ["TOC of the extracted CD", "     Track |   Start  |  Length  | Start sector | End sector "]
    lines += ["    " + "-" * 57, *_toc(tracks), ""]
    for number, track in enumerate(tracks, 1):
        lines += [f"Track {number:02}", f"    Filename : /Volumes/Music/{album}/{track.file}"]
        lines += [
            f"    CRC32 hash               : {track.crc:08X}",
            "    ->Accurately ripped (v2, confidence 4/4)",
        ]
        lines += ["    Statistics", "        Read error                           : 0", ""]
    return "\n".join([*lines, "No errors occurred", "", "End of status report", ""])


def whipper_log(tracks: Sequence[DiscTrack], *, album: str, performer: str = "Example Artist") -> str:
    """Return a log in the form of whipper (YAML), whose last line is the true SHA-256 of what stands before it."""
    lines = [
        "Log created by: whipper 0.10.0 (internal logger)",
        "Log creation date: 2021-03-12T20:15:00Z",
        "",
    ]
    lines += ["Ripping phase information:", "  Drive: EXAMPLE DVD-RW X1 (revision 1.00)"]
    lines += ["  Extraction engine: cdparanoia cdparanoia III 10.2", "  Read offset correction: 6"]
    lines += ["", "CD metadata:", f"  Release: {performer} - {album}", "", "TOC:"]
    start = 0
    for number, track in enumerate(tracks, 1):
        end = start + track.sectors
        lines += [f"  {number}:", f"    Start: {_colons(start)}", f"    Length: {_colons(track.sectors)}"]
        lines += [f"    Start sector: {start}", f"    End sector: {end - 1}", ""]
        start = end
    lines.append("Tracks:")
    for number, track in enumerate(tracks, 1):
        lines += [
            f"  {number}:",
            f"    Filename: ./{track.file}",
            "    Peak level: 0.612",
            "    Extraction quality: 100.00 %",
        ]
        lines += [f"    Test CRC: {track.crc:08X}", f"    Copy CRC: {track.crc:08X}"]
        lines += ["    AccurateRip v2:", "      Result: Found, exact match", "      Confidence: 4"]
        lines += ["    Status: Copy OK", ""]
    lines += ["Conclusive status report:", "  AccurateRip summary: All tracks accurately ripped"]
    lines += ["  Health status: No errors occurred", "  EOF: End of status report", ""]
    text = "\n".join(lines)
    return f"{text}\nSHA-256 hash: {hashlib.sha256(text.encode()).hexdigest().upper()}\n"


def playlist_m3u8(entries: Sequence[tuple[str, str, int]]) -> str:
    """Return an extended M3U playlist from (path, title, seconds)."""
    lines = ["#EXTM3U"]
    for path, title, seconds in entries:
        lines += [f"#EXTINF:{seconds},{title}", path]
    return "\n".join(lines) + "\n"


def md5_file(files: Mapping[str, bytes]) -> str:
    """Return an ``md5sum`` file over ``files`` by name."""
    return "".join(
        f"{hashlib.md5(data, usedforsecurity=False).hexdigest()} *{name}\n" for name, data in files.items()
    )


def sfv_file(files: Mapping[str, bytes]) -> str:
    """Return a simple file verification file (CRC-32) over ``files`` by name."""
    return "; made for a test\n" + "".join(f"{name} {zlib.crc32(data):08X}\n" for name, data in files.items())


def ffp_file(files: Mapping[str, bytes]) -> str:
    """Return a FLAC fingerprint file: the MD5 of the samples from each STREAMINFO."""
    return "".join(f"{name}:{data[26:42].hex()}\n" for name, data in files.items())


def pdf(*lines: str) -> bytes:
    """Return a one-page PDF that shows ``lines``; Latin-1 text only."""
    shown = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
    content = f"BT /F1 12 Tf 16 TL 40 780 Td {shown} ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        out
        + head
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            len(out),
        )
    )


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
