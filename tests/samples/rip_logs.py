"""Logs of CD ripping programs in the form that each writes. All data is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECTORS_PER_SECOND = 75


@dataclass(frozen=True, slots=True)
class Ripped:
    """A track of an invented disc, and how its ripping went.

    Attributes:
        file: Its name without an extension.
        sectors: Its length.
        crc: CRC-32 of its samples.
        v1: AccurateRip's checksum, version 1.
        v2: The same, version 2.
        confidence: How many others had the same; 0 where others had other audio, ``None`` where nobody had the track.
    """

    file: str
    sectors: int
    crc: int = 0x0123ABCD
    v1: int = 0x11111111
    v2: int = 0x22222222
    confidence: int | None = 43


DISC = (
    Ripped("01 - One", 15_000, 0xAAAA0001, 0x10000001, 0x20000001, 43),
    Ripped("02 - Two", 20_123, 0xAAAA0002, 0x10000002, 0x20000002, 0),
    Ripped("03 - Three", 9_999, 0xAAAA0003, 0x10000003, 0x20000003, None),
)


def starts(tracks: Sequence[Ripped]) -> list[int]:
    """The first sector of each track, and where the disc ends."""
    found = [0]
    for track in tracks:
        found.append(found[-1] + track.sectors)
    return found


def clock(sectors: int, before_frames: str = ".") -> str:
    """Minutes, seconds and sectors."""
    seconds, rest = divmod(sectors, SECTORS_PER_SECOND)
    return f"{seconds // 60:2}:{seconds % 60:02}{before_frames}{rest:02}"


def toc(tracks: Sequence[Ripped]) -> list[str]:
    """The rows of a table of contents as EAC and XLD write them."""
    at = starts(tracks)
    return [
        f"    {number:5}  | {clock(at[number - 1])} | {clock(track.sectors)} | {at[number - 1]:9}    | {at[number] - 1:8}   "
        for number, track in enumerate(tracks, 1)
    ]


ENGLISH = {
    "from": "EAC extraction logfile from 12. March 2009, 20:15",
    "drive": "Used drive  ",
    "mode": "Read mode",
    "offset": "Read offset correction",
    "contents": "TOC of the extracted CD",
    "track": "Track",
    "file": "Filename",
    "gap": "Pre-gap length",
    "peak": "Peak level",
    "quality": "Track quality",
    "test": "Test CRC",
    "copy": "Copy CRC",
    "accurate": "Accurately ripped (confidence {})  [{:08X}]  (AR v2)",
    "differs": "Cannot be verified as accurate (confidence 5)  [{:08X}], AccurateRip returned [DEADBEEF]  (AR v2)",
    "unknown": "Track not present in AccurateRip database",
    "ok": "Copy OK",
    "fine": "No errors occurred",
    "end": "End of status report",
    "sum": "Log checksum",
}
GERMAN = ENGLISH | {
    "from": "EAC Auslese-Logdatei vom 12. März 2009, 20:15",
    "drive": "Benutztes Laufwerk ",
    "mode": "Lesemodus",
    "offset": "Leseoffset Korrektur",
    "contents": "TOC der ausgelesenen CD",
    "track": "Titel",
    "file": "Dateiname",
    "gap": "Pausenlänge",
    "peak": "Spitzenpegel",
    "quality": "Track Qualität",
    "test": "Test CRC",
    "copy": "Kopie CRC",
    "accurate": "Akkurat gerippt (Vertrauenswert {})  [{:08X}]  (AR v2)",
    "differs": "Kann nicht als akkurat bestätigt werden (Vertrauenswert 5)  [{:08X}], AccurateRip lieferte [DEADBEEF]  (AR v2)",
    "unknown": "Titel nicht in der AccurateRip-Datenbank",
    "ok": "Kopie OK",
    "fine": "Keine Fehler aufgetreten",
    "end": "Ende des Statusreports",
    "sum": "Log-Prüfsumme",
}
RUSSIAN = ENGLISH | {
    "from": "Отчёт EAC об извлечении, выполненном 12. марта 2009, 20:15",  # noqa: RUF001 - Russian
    "drive": "Дисковод",
    "mode": "Режим чтения",
    "offset": "Коррекция смещения при чтении",
    "contents": "TOC извлечённого CD",
    "track": "Дорожка",
    "file": "Имя файла",
    "gap": "Длина зазора",
    "peak": "Пиковый уровень",
    "quality": "Качество дорожки",
    "test": "CRC теста",
    "copy": "CRC копии",
    "accurate": "Точно извлечена (доверие {})  [{:08X}]  (AR v2)",
    "differs": "Точность не подтверждена (доверие 5)  [{:08X}], AccurateRip вернул [DEADBEEF]  (AR v2)",
    "unknown": "Дорожки нет в базе данных AccurateRip",
    "ok": "Копирование OK",
    "fine": "Ошибок не произошло",
    "end": "Конец отчёта",
    "sum": "Контрольная сумма",
}


def eac(
    tracks: Sequence[Ripped] = DISC,
    *,
    words: Mapping[str, str] = ENGLISH,
    folder: str = "C:\\Music\\Album",
    errors: Mapping[int, str] | None = None,
    head: str = "Exact Audio Copy V1.6 from 23. October 2020",
    checksum: bool = True,
) -> str:
    """Return a log of Exact Audio Copy that ripped track by track.

    Args:
        tracks: The disc.
        words: Of the language.
        folder: Where the tracks went.
        errors: What stands in the block of a track, by its number, beside what always does.
        head: The first line.
        checksum: Whether the log ends in a checksum of itself, which here is none of any worth.
    """
    lines = [head, "", words["from"], "", "Example Artist / Example Album", ""]
    lines += [f"{words['drive']}: EXAMPLE DVD-RW X1   Adapter: 1  ID: 0", "", f"{words['mode']} : Secure", ""]
    lines += [
        f"{words['offset']}                      : 6",
        "Selected bitrate : 896 kBit/s",
        "",
        words["contents"],
        "",
    ]
    lines += [
        "     Track |   Start  |  Length  | Start sector | End sector ",
        "    " + "-" * 57,
        *toc(tracks),
        "",
    ]
    for number, track in enumerate(tracks, 1):
        lines += [
            "",
            f"{words['track']} {number:2}",
            "",
            f"     {words['file']} {folder}\\{track.file}.wav",
            "",
        ]
        lines += [f"     {words['gap']}  0:00:02.00", ""] if number == 1 else []
        lines += [f"     {line}" for line in (errors or {}).get(number, "").splitlines()]
        lines += [
            f"     {words['peak']} 98.7 %",
            "     Extraction speed 5.5 X",
            f"     {words['quality']} 100.0 %",
        ]
        lines += [f"     {words['test']} {track.crc:08X}", f"     {words['copy']} {track.crc:08X}"]
        lines.append(f"     {_eac_answer(track, words)}")
        lines += [f"     {words['ok']}"]
    lines += ["", "", words["fine"], "", words["end"], ""]
    lines += ["---- CUETools DB Plugin V2.1.6", "", "[CTDB TOCID: AAAAAAAAAAAAAAAAAAAAAAAAAAA-] found"]
    lines += ["Track | CTDB Status", "  1   | (12/12) Accurately ripped", ""]
    if checksum:
        lines += ["", f"==== {words['sum']} {'0F' * 32} ====", ""]
    return "\r\n".join(lines)


def _eac_answer(track: Ripped, words: Mapping[str, str]) -> str:
    if track.confidence is None:
        return words["unknown"]
    if track.confidence == 0:
        return words["differs"].format(track.v2)
    return words["accurate"].format(track.confidence, track.v2)


def eac_image(
    tracks: Sequence[Ripped] = DISC, *, file: str = "C:\\Music\\Album\\Album.wav", crc: int = 0xFEEDF00D
) -> str:
    """Return a log of Exact Audio Copy that ripped the disc to one file."""
    lines = [
        "Exact Audio Copy V1.0 beta 3 from 29. August 2011",
        "",
        ENGLISH["from"],
        "",
        "Various / Album",
        "",
    ]
    lines += ["Used drive  : EXAMPLE DVD-RW X1   Adapter: 1  ID: 0", "", "Read offset correction : 102", ""]
    lines += ["TOC of the extracted CD", "", "     Track |   Start  |  Length  | Start sector | End sector "]
    lines += ["    " + "-" * 57, *toc(tracks), "", "", "Range status and errors", "", "Selected range", ""]
    lines += [f"     Filename {file}", "", "     Peak level 100.0 %", "     Range quality 99.9 %"]
    lines += [
        f"     Copy CRC {crc:08X}",
        "     Copy OK",
        "",
        "There were errors",
        "",
        "",
        "AccurateRip summary",
        "",
    ]
    for number, track in enumerate(tracks, 1):
        if track.confidence is None:
            lines.append(f"Track {number:2}  not present in database")
        elif track.confidence:
            lines.append(
                f"Track {number:2}  accurately ripped (confidence {track.confidence})  [{track.v1:08X}]  (AR v1)"
            )
        else:
            lines.append(
                f"Track {number:2}  cannot be verified as accurate (confidence 5)  [{track.v1:08X}], AccurateRip returned"
                " [DEADBEEF]  (AR v1)"
            )
    return "\r\n".join([*lines, "", "End of status report", ""])


def eac_before_099(tracks: Sequence[Ripped] = DISC) -> str:
    """Return a log of Exact Audio Copy 0.95: no version, no table of contents, other settings."""
    lines = ["EAC extraction logfile from 5. January 2006, 9:04 for CD", "Example Artist / Example Album", ""]
    lines += ["Used drive  : EXAMPLE CD-R   X0   Adapter: 1  ID: 0", "Read mode   : Secure with NO C2", ""]
    lines += [
        "Read offset correction : -30",
        "Overread into Lead-In and Lead-Out : No",
        "",
        "Other options      :",
    ]
    lines += ["    Fill up missing offset samples with silence : Yes", "    Delete leading silence : No", ""]
    for number, track in enumerate(tracks, 1):
        lines += [
            f"Track {number:2}",
            f"     Filename D:\\Rips\\{track.file}.wav",
            "",
            "     Peak level 95.5 %",
        ]
        lines += [
            "     Track quality 99.9 %",
            f"     Test CRC {track.crc:08X}",
            f"     Copy CRC {track.crc:08X}",
        ]
        lines += ["     Copy OK", ""]
    return "\r\n".join([*lines, "No errors occured", "", "", "End of status report", ""])


def xld(tracks: Sequence[Ripped] = DISC, *, folder: str = "/Volumes/Music/Album", damaged: int = 0) -> str:
    """Return a log of X Lossless Decoder; ``damaged`` is the number of a track with damaged sectors."""
    lines = [
        "X Lossless Decoder version 20210101 (154.0)",
        "",
        "XLD extraction logfile from 2021-03-12 20:15:07 +0100",
    ]
    lines += ["", "Example Artist / Example Album", "", "Used drive : EXAMPLE DVD-RW X1 (revision 1.00)"]
    lines += ["Media type : Pressed CD", "", "Ripper mode             : XLD Secure Ripper"]
    lines += ["Read offset correction  : 103", "Max retry count         : 20", "", "TOC of the extracted CD"]
    lines += [
        "     Track |   Start  |  Length  | Start sector | End sector ",
        "    " + "-" * 57,
        *toc(tracks),
        "",
    ]
    lines += ["AccurateRip Summary (DiscID: 000816c8-003093c9-3f06e907)"]
    for number, track in enumerate(tracks, 1):
        state = {None: "Not Found", 0: "NG (total 5 submissions)"}.get(
            track.confidence, f"OK (v1+v2, confidence {track.confidence}/99)"
        )
        lines.append(f"    Track {number:02} : {state}")
    lines += ["", "All Tracks", "    CRC32 hash               : 7B5B4343", "    Statistics"]
    lines += ["        Read error                           : 0", ""]
    for number, track in enumerate(tracks, 1):
        answer = {
            None: "Track not present in AccurateRip database.",
            0: "Rip may not be accurate (total 5 submissions).",
        }.get(track.confidence, f"Accurately ripped (v1+v2, confidence {track.confidence}/99)")
        lines += [f"Track {number:02}", f"    Filename : {folder}/{track.file}.flac", ""]
        lines += [
            f"    CRC32 hash (test run)    : {track.crc:08X}",
            f"    CRC32 hash               : {track.crc:08X}",
        ]
        lines += ["    CRC32 hash (skip zero)   : 17CC2160", f"    AccurateRip v1 signature : {track.v1:08X}"]
        lines += [f"    AccurateRip v2 signature : {track.v2:08X}", f"        ->{answer}", "    Statistics"]
        lines += [
            "        Read error                           : 0",
            "        Retry sector count                   : 7",
        ]
        lines += [f"        Damaged sector count                 : {3 if number == damaged else 0}", ""]
    lines += [
        "Some inconsistencies found" if damaged else "No errors occurred",
        "",
        "End of status report",
        "",
    ]
    lines += ["-----BEGIN XLD SIGNATURE-----", "invented.and.of.no.worth", "-----END XLD SIGNATURE-----", ""]
    return "\n".join(lines)


def dbpoweramp(tracks: Sequence[Ripped] = DISC, *, folder: str = "E:\\Music\\Album", aborted: int = 0) -> str:
    """Return a log of dBpoweramp; ``aborted`` is the number of a track that was."""
    lines = [
        "dBpoweramp Release 16.1 Digital Audio Extraction Log from 14 March 2017 16:25",
        "",
        "Drive & Settings",
    ]
    lines += ["----------------", ""]
    lines += [
        "Ripping with drive 'I:   [EXAMPLE  - DVD-RW X1       ]',  Drive offset: 48,  Overread Lead-in/out: No"
    ]
    lines += ["AccurateRip: Active,  Using C2: No,  Cache: 1024 KB,  FUA Cache Invalidate: No"]
    lines += [
        "Pass 1 Drive Speed: Max,  Pass 2 Drive Speed: Max",
        "",
        "Encoder: FLAC -compression-level-5",
        "",
    ]
    lines += ["Extraction Log", "--------------", ""]
    at = starts(tracks)
    for number, track in enumerate(tracks, 1):
        lines.append(
            f"Track {number}:  Ripped LBA {at[number - 1]} to {at[number]} (3:44) in 0:14."
            f" Filename: {folder}\\{track.file}.flac"
        )
        if number == aborted:
            lines += ["  Insecure  [Pass 1]", "  ** Aborted"]
        elif track.confidence:
            lines.append(f"  AccurateRip: Accurate (confidence {track.confidence})     [Pass 1]")
        elif track.confidence == 0:
            lines.append("  AccurateRip: Inaccurate (confidence 5)   Secure  [Pass 1 & 2]")
        else:
            lines.append("  Secure  [Pass 1 & 2, Ultra 1 to 2]")
        lines.append(
            f"  CRC32: {track.crc:08X}     AccurateRip CRC: {track.v2:08X} (CRCv2)     [DiscID: 003-00008d92-00036343-33008007-1]"
        )
        lines.append("")
    lines += [
        "--------------",
        "",
        "3 Tracks Ripped with errors" if aborted else "3 Tracks Ripped Securely",
        "",
    ]
    return "\r\n".join(lines)


def cuetools(tracks: Sequence[Ripped] = DISC) -> str:
    """Return a log of CUETools, as ``.accurip`` files hold it."""
    lines = ["[CUETools log; Date: 8/24/2016 8:11:34 PM; Version: 2.1.6]", "[CTDB TOCID: AAAA-] found."]
    lines += ["Track | CTDB Status", "  1   | (7901/7940) Accurately ripped"]
    lines += ["[AccurateRip ID: 0014f184-00dfd375-b30a560e] found.", "Track   [  CRC   |   V2   ] Status"]
    for number, track in enumerate(tracks, 1):
        counts = (
            f"({track.confidence:02}+02/60) Accurately ripped" if track.confidence else "(00+00/60) No match"
        )
        counts = "(0+0/0) No match" if track.confidence is None else counts
        lines.append(f" {number:02}     [{track.v1:08x}|{track.v2:08x}] {counts}")
    lines += ["Offsetted by -762:", " 01     [20358bfb] (006/1513) Accurately ripped", ""]
    lines += ["Track Peak [ CRC32  ] [W/O NULL] ", " --   98.8 [79F63527] [6C73A707]           "]
    lines += [
        f" {number:02}   98.7 [{track.crc:08X}] [00000001]  CRC32  " for number, track in enumerate(tracks, 1)
    ]
    return "\r\n".join([*lines, ""])


def cyanrip(tracks: Sequence[Ripped] = DISC, *, failed: int = 0) -> str:
    """Return a log of cyanrip; ``failed`` is how many errors it counts."""
    lines = ["cyanrip 0.9.3 (a1b2c3d)", "System device:  /dev/cdrom", "Device model:   EXAMPLE DVD-RW X1"]
    lines += [
        "Offset:         +6 samples",
        "C2 errors:      supported by drive",
        f"Disc tracks:    {len(tracks)}",
    ]
    lines += [
        "Tracks to rip:  all",
        "CDDB ID:        140C2C02",
        "Album:          Example Album",
        "AccurateRip:    found",
    ]
    lines += ["Total time:     00:10:01.626", "", "Gaps:", "    None signalled", "", "Tracks:"]
    at = starts(tracks)
    for number, track in enumerate(tracks, 1):
        lines += [
            f"Track {number} ripped and encoded successfully!",
            "",
            "  Preemphasis:   none detected",
            "",
        ]
        lines += [
            "  Properties:",
            "    Peak level:  98.7%",
            "    Pregap LSN:  none",
            f"    Start LSN:   {at[number - 1]}",
        ]
        lines += [
            f"    End LSN:     {at[number] - 1} (with offset: {at[number]})",
            "",
            f"  EAC CRC32:     {track.crc:08X}",
        ]
        if track.confidence is None:
            lines += [
                "  Accurip:       not found",
                f"    Accurip v1:  {track.v1:08X}",
                f"    Accurip v2:  {track.v2:08X}",
            ]
        elif track.confidence:
            told = f"(accurately ripped, confidence {track.confidence})"
            lines += [
                "  Accurip:       disc found in database (max confidence: 60)",
                f"    Accurip v1:  {track.v1:08X} {told}",
            ]
            lines += [f"    Accurip v2:  {track.v2:08X} {told}"]
        else:
            told = "(not found, either a new pressing, or bad rip)"
            lines += [
                "  Accurip:       disc found in database (max confidence: 60)",
                f"    Accurip v1:  {track.v1:08X} {told}",
            ]
            lines += [f"    Accurip v2:  {track.v2:08X} {told}"]
        lines += ["", "  Metadata:", f"    title:                         {track.file}", "", "  File(s):"]
        lines += [f"    Example Album [FLAC]/{track.file}.flac", ""]
    lines += [
        "",
        f"Ripping errors: {failed}",
        "Ripping finished at 2021-03-12T20:15:47",
        "Log FUN512: invented_and.of_no-worth",
    ]
    return "\n".join([*lines, ""])


def freac(tracks: Sequence[Ripped] = DISC) -> str:
    """Return a log of fre:ac, which puts the time since its start before every line."""
    head = [
        "Conversion #2 - 3 tracks",
        "",
        "Client:  fre:ac - free audio converter",
        "Version: v1.1.6 (x86-64)",
        "",
    ]
    head += [
        "System:  GNU/Linux",
        "",
        "Date:    2022-04-30",
        "Time:    17:59:15",
        "",
        "hh:mm:ss.fff",
        "------------",
    ]
    lines = ["Starting conversion process...", "    Using drive:          device://cdda:0/"]
    lines += [
        "        Drive model:      EXAMPLE DVD-RW X1",
        "        Read offset:      6 samples",
        "",
        "    Disc TOC:",
        "",
    ]
    lines += ["        Track |   Start  |  Length  | Start sector | End sector", "        " + "-" * 55]
    lines += [f"    {row.rstrip()}" for row in toc(tracks)]
    for number, track in enumerate(tracks, 1):
        lines += [
            "",
            f"    Ripping: device://cdda:0/{number}",
            f"         to: Example Album/{track.file}.flac",
            "",
        ]
        if track.confidence:
            lines += [f"    Successfully verified input track: device://cdda:0/{number}"]
            lines += ["        Track has been accurately ripped:"]
            lines += [
                f"            Checksum (AccurateRip v2): {track.v2:08x}, Confidence: {track.confidence}"
            ]
        lines += [
            "",
            f"    Finished ripping: device://cdda:0/{number}",
            f"        CRC checksum: {track.crc:08x}",
        ]
    return "\n".join([*head, *(f"00:00:00.086 {line}" for line in lines), ""])
