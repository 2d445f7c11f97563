"""Logs of CD rippers are known where their banner stands, and talk about the programs is not."""

from __future__ import annotations

import io

import pytest

from archiver.audio.containers.window import Window
from archiver.audio.evidence.text import find_text_evidence
from archiver.audio.formats.rip_log_banners import is_rip_log
from archiver.audio.formats.roles import role_of
from archiver.model.audio import Role

DRIVE = "\r\nExample / Album\r\n\r\n{}  : EXAMPLE DVD-RW X1   Adapter: 1  ID: 0\r\n"
LOGS = {
    "Exact Audio Copy V1.3 from 2. September 2016\r\n\r\nEAC extraction logfile from 1. January 2020, 10:00\r\n": "Exact Audio Copy V1.3",
    "Exact Audio Copy V0.99 prebeta 5 from 4. May 2009\r\n": "Exact Audio Copy V0.99 prebeta 5",
    "EAC extraction logfile from 12. April 2005, 20:11 for CD\r\n": "EAC extraction logfile",
    "EAC Auslese-Logdatei vom 11. April 2006, 20:24 für CD\r\n": "EAC extraction logfile",
    "Journal d'extraction EAC depuis 3. Mai 2007, 9:05\r\n": "EAC extraction logfile",
    "EAC 抓取日志, 2009年 4月 12日, 20:11\r\n" + DRIVE.format("光驱"): "EAC extraction logfile",
    "Отчёт EAC об извлечении, выполненном 5. мая 2008, 11:20\r\n": "EAC extraction logfile",  # noqa: RUF001 - Russian
    "X Lossless Decoder version 20210101 (154.0)\n\nXLD extraction logfile from 2021-03-12\n": "X Lossless Decoder version 20210101 (154.0)",
    "Log created by: whipper 0.10.0 (internal logger)\n": "whipper 0.10.0",
    "Logfile created by: morituri 0.2.3\n": "morituri 0.2.3",
    "dBpoweramp Release 17.7 Digital Audio Extraction Log from Friday\n": "dBpoweramp Release 17.7",
    "CUERipper v2.1.4 Copyright (C) 2008-12\n": "CUERipper v2.1.4",
    "[CUETools log; Date: 1/2/2020 10:00:00 AM; Version: 2.1.6]\n": "CUETools log",
    "This log is created by Rubyripper, version 0.6.2\n": "Rubyripper, version 0.6.2",
    "cyanrip 0.9.3 (release)\nSystem device:    /dev/sr0\n": "cyanrip 0.9.3 (release)",
    "fre:ac v1.1.7 - Ripping log\n": "fre:ac v1.1.7",
    "cdparanoia III release 10.2 (September 11, 2008)\n": "cdparanoia III release 10.2",
    "Executing customizable pre-read function... done.\nGetting CD track info... Querying the CD for audio tracks...\n": "Executing customizable pre-read function",
    "\n\n  Exact Audio Copy V1.6 from 23. October 2020\n": "Exact Audio Copy V1.6",
}  # fmt: skip
TALK = [
    "To do: try whipper on the laptop; buy dBpoweramp?\n",
    "All of these were ripped with Exact Audio Copy in 2005 and then encoded.\n",
    "Exact Audio Copy is what I used.\n",
    "whipper 0.10 works, morituri 0.2 does not\n",
    "cyanrip 0.9.3 (release) is out, try it\n",
    "I moved from fre:ac v1.1.7 to EAC in 2006, at 20:24\n",
    "EAC settings of 2006, 20:24\nAdapter: 1\n",
    "dBpoweramp Release 17.7 has a new licence\n",
    "I never used Exact Audio Copy V1.3 for this\n",
    "whipper snapper\nand a log created by: whipper 0.10.0 it is not\n",
    "note\n" * 6 + "Exact Audio Copy V1.3 from 2. September 2016\n",
    "",
]


def banners(data: bytes, role: Role) -> list[str | None]:
    found = find_text_evidence(Window(io.BytesIO(data), len(data)), role)
    return [each.value for each in found if each.code == "rip-log"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("log", LOGS)
def test_a_banner_makes_the_role_and_the_evidence_in_every_encoding(log: str, encoding: str) -> None:
    if encoding in ("utf-16-le", "utf-16-be") and max(log) > "\u04ff":
        encoding = "utf-16"  # without a mark only texts in Latin letters can be told
    data = log.encode(encoding)
    if encoding in ("utf-16-le", "utf-16-be") and max(log) > "\u0400":
        data = log.encode("utf-16")
    assert is_rip_log(data)
    assert role_of(None, "log", data, moving_picture=False) is Role.LOG
    assert role_of(None, "txt", data, moving_picture=False) is Role.LOG
    assert banners(data, Role.LOG) == [LOGS[log]]


@pytest.mark.parametrize("text", TALK)
def test_talk_of_a_program_is_neither(text: str) -> None:
    data = text.encode()
    assert not is_rip_log(data)
    assert role_of(None, "txt", data, moving_picture=False) is Role.DOCUMENT
    assert banners(data, Role.DOCUMENT) == []


@pytest.mark.parametrize(("encoding", "log"), [("cp1252", "EAC Auslese-Logdatei vom 11. April 2006, 20:24 für CD\r\n"), ("cp932", "EAC 展開 2009年 4月 12日, 20:11\r\n" + DRIVE.format("使用ドライブ")), ("gbk", "EAC 抓取 2009年 4月 12日, 20:11\r\n" + DRIVE.format("光驱"))])  # fmt: skip
def test_old_encodings_of_old_logs(encoding: str, log: str) -> None:
    assert is_rip_log(log.encode(encoding))
