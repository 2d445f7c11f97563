"""Other programs that do part of the same work: how each is started, and which of them are here in which version.

Each is started as a user would who wants it to be as fast as it can be: without encryption where it lets one choose, with
all cores where it knows how, and with its own cache. None reads settings of the user, and none writes outside its folder.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from archiver.executors.ordered import available_cores

_PYTHON = {"bagit-python": "bagit", "bdbag": "bdbag"}
_ASKED = {
    "cp": ("cp", "--version"),
    "sha512sum": ("sha512sum", "--version"),
    "openssl": ("openssl", "version"),
    "hashdeep": ("hashdeep", "-V"),
    "rclone": ("rclone", "--version"),
    "restic": ("restic", "version"),
    "borg": ("borg", "--version"),
}
_XARGS = 'find "$1" -type f -print0 | xargs -0 -n "$3" -P "$2" '
_AT_A_START = 200
"""Files for which a program is started once; fewer where there are few, so that all cores have some."""


@dataclass(frozen=True, slots=True)
class Maker:
    """A program that makes a copy, a bag or a backup.

    Attributes:
        name: What the tables call it.
        program: What must be installed.
        prepare: Command that stands before the first run and is not measured; empty where there is none.
        first: Command that makes the first copy.
        again: Command that does it again where nothing is new; empty where it can only begin anew.
        check: Command that reads what was made and judges it; empty where it is judged otherwise.
    """

    name: str
    program: str
    prepare: tuple[str, ...]
    first: tuple[str, ...]
    again: tuple[str, ...] = ()
    check: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judge:
    """A program that reads all files of a bag and hashes them.

    Attributes:
        name: What the tables call it.
        program: What must be installed.
        command: The command.
    """

    name: str
    program: str
    command: tuple[str, ...]


def makers(source: Path, place: Path) -> list[Maker]:
    """Return the programs that make something of a folder, each in a folder of its own below ``place``."""
    bagged, bdbagged, cloned = place / "bagit", place / "bdbag", place / "rclone"
    cores = str(available_cores())
    rclone = f"rclone --config {os.devnull} --checkers {cores} --transfers {cores}"
    restic, borg = f"restic -q -r {place}/restic --cache-dir {place}/cache", f"{place}/borg"
    return [
        Maker("cp -r", "cp", (), _shell('cp -r "$1" "$2"', source, place / "cp")),
        Maker(
            "cp -r, bagit.py",
            "bagit-python",
            (),
            _shell(
                'cp -r "$1" "$2" && "$3" -m bagit --sha512 --quiet --processes "$4" "$2"',
                source,
                bagged,
                sys.executable,
                cores,
            ),
        ),
        Maker(
            "cp -r, bdbag",
            "bdbag",
            (),
            _shell(
                'cp -r "$1" "$2" && "$3" -m bdbag.bdbag_cli --quiet --checksum sha512 "$2"',
                source,
                bdbagged,
                sys.executable,
            ),
        ),
        Maker(
            "rclone copy, check",
            "rclone",
            (),
            _shell(f'{rclone} copy "$1" "$2" && {rclone} check "$1" "$2"', source, cloned),
            _shell(f'{rclone} copy "$1" "$2"', source, cloned),
        ),
        Maker(
            "restic backup",
            "restic",
            _shell(f"{restic} init"),
            _shell(f'{restic} backup "$1"', source),
            _shell(f'{restic} backup "$1"', source),
            _shell(f"{restic} check --read-data"),
        ),
        Maker(
            "borg create",
            "borg",
            _shell(f"borg init -e none {borg}"),
            _shell(f'borg create {borg}::first "$1"', source),
            _shell(f'borg create {borg}::second-$$ "$1"', source),
            _shell(f"borg check --verify-data {borg}"),
        ),
    ]


def judges(bag: Path) -> list[Judge]:
    """Return the programs that read a bag through."""
    cores = available_cores()
    files = sum(len(names) for _, _, names in os.walk(bag / "data"))
    shared_out = (bag / "data", cores, min(max(files // (2 * cores), 1), _AT_A_START))
    return [
        *(
            Judge(
                "bagit.py --validate" + (f" --processes {number}" if number > 1 else ""),
                "bagit-python",
                (
                    sys.executable,
                    "-m",
                    "bagit",
                    "--validate",
                    "--quiet",
                    "--processes",
                    str(number),
                    str(bag),
                ),
            )
            for number in dict.fromkeys((1, max(2, cores)))
        ),
        Judge(
            "bdbag --validate full",
            "bdbag",
            (sys.executable, "-m", "bdbag.bdbag_cli", "--quiet", "--validate", "full", str(bag)),
        ),
        Judge(
            "sha512sum -c", "sha512sum", _shell('cd "$1" && sha512sum --quiet -c manifest-sha512.txt', bag)
        ),
        Judge(
            f"sha512sum, {cores} at once", "sha512sum", _shell(_XARGS + "sha512sum > /dev/null", *shared_out)
        ),
        Judge(
            f"openssl dgst -sha512, {cores} at once",
            "openssl",
            _shell(_XARGS + "openssl dgst -sha512 > /dev/null", *shared_out),
        ),
        Judge(
            f"hashdeep -c sha256 -j {cores}",
            "hashdeep",
            ("hashdeep", "-c", "sha256", "-r", "-j", str(cores), str(bag / "data")),
        ),
    ]


def _shell(words: str, *arguments: str | Path | int) -> tuple[str, ...]:
    return ("sh", "-c", words, "sh", *map(str, arguments))


def settings(place: Path) -> dict[str, str]:
    """Return the environment in which other programs keep what they note below ``place`` and ask nothing."""
    return {
        "HOME": str(place),
        "RESTIC_PASSWORD": "benchmark",
        "BORG_BASE_DIR": str(place),
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
        "BORG_CHECK_I_KNOW_WHAT_I_AM_DOING": "YES",
    }


def is_here(program: str) -> bool:
    """Whether a program of these tables is installed."""
    if program in _PYTHON:
        return importlib.util.find_spec(_PYTHON[program]) is not None
    return shutil.which(program) is not None


def versions() -> list[tuple[str, str]]:
    """Return each program with its version, or that it is not installed."""
    return [(name, _version_of(name)) for name in (*_PYTHON, *_ASKED)]


def _version_of(name: str) -> str:
    if not is_here(name):
        return "not installed"
    if name in _PYTHON:
        try:
            return version(_PYTHON[name])
        except PackageNotFoundError:
            return "unknown"
    return _first_number(_ASKED[name])


def _first_number(command: Sequence[str]) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    found = re.search(r"\d+\.\d[\w.-]*", said.stdout + said.stderr)
    return found[0] if found else "unknown"
