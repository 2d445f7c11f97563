"""Nothing that lies in the current folder is run, whatever it is called, and nothing is written there.

A person types ``archiver scan .`` in a donated folder. Python looks for modules in the current folder first unless it
is told otherwise, and so does every further interpreter that a program starts.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bagit.bags import build_bag
from tests.running import PATIENCE, ROOT
from tests.samples import mp3, tree_digest

SCRIPT = Path(sys.executable).parent / "archiver"

RIGHTS = """version = 1
[[declaration]]
id = "d"
scope = { path = "**" }
basis = "license"
license = "CC-BY-4.0"
by = "A. Donor"
role = "donor"
date = 2024-01-01
"""

PROGRAMS = (
    "bash",
    "zsh",
    "fish",
    "uname",
    "sh",
    "python",
    "python3",
    "ldconfig",
    "gcc",
    "cc",
    "ld",
    "objdump",
)
"""Programs that Python's library or ours might call by name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Donation:
    """A donated folder that is full of traps, with what is needed to run each command in it.

    Attributes:
        folder: The folder, which is to be the current one.
        ran: File in which each trap writes its name when it is run.
        store: Folder beside it with a small and a large bag.
    """

    folder: Path
    ran: Path
    store: Path

    def run(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder as a person would, with no variable of Python's set but those given."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [os.fspath(word) for word in words],
            cwd=self.folder,
            env={**plain, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def sprung(self) -> set[str]:
        """Return the names of the traps that were run."""
        return set(self.ran.read_text().split()) if self.ran.exists() else set()


def dependencies(name: str, seen: set[str]) -> set[str]:
    """Return the project ``name`` and every one it needs, in turn, without those of its extras."""
    if name not in seen:
        seen.add(name)
        for requirement in importlib.metadata.requires(name) or ():
            if "extra ==" not in requirement:
                needed = re.match(r"[\w.-]+", requirement)
                assert needed is not None
                try:
                    dependencies(needed[0], seen)
                except importlib.metadata.PackageNotFoundError:
                    assert ";" in requirement, f"{needed[0]} is missing"  # for another system or Python
    return seen


def module_names() -> set[str]:
    """Return every name that an interpreter of ours might import at its top: a package's own comes before its parts."""
    ours = dependencies("music-archiver", set())
    owners = importlib.metadata.packages_distributions()
    theirs = {
        module
        for module, projects in owners.items()
        if ours & {re.sub(r"[-_.]+", "-", project).lower() for project in projects}
    }
    assert {"click", "mutagen", "pygfried", "rich"} <= theirs
    return {*sys.stdlib_module_names, *theirs, "archiver", "sitecustomize", "usercustomize"}


def build_donation(base: Path, modules: set[str]) -> Donation:
    folder, ran = base / "donation", base / "ran"
    folder.mkdir()
    for name in sorted(modules):
        trap = f"open({os.fspath(ran)!r}, 'a').write({name!r} + '\\n')\nraise ImportError('a trap')\n"
        (folder / f"{name}.py").write_text(trap)
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\necho program-{name} >>{ran}\n")
        (folder / name).chmod(0o755)
    for name in ("evil.pth", "pyvenv.cfg", "python311._pth", "archiver.pth"):
        (folder / name).write_text(f"import sys; open({os.fspath(ran)!r}, 'a').write('pth ')\n")
    (folder / "archiver").mkdir()  # where a relative folder of configuration would have it
    (folder / "archiver" / "config.toml").write_text("this is no TOML")
    (folder / ".config" / "archiver").mkdir(parents=True)
    (folder / ".config" / "archiver" / "config.toml").write_text("this is no TOML")
    (folder / "Album").mkdir()
    (folder / "Album" / "song.mp3").write_bytes(mp3())
    (folder / "rights.toml").write_text(RIGHTS)
    return Donation(folder, ran, base / "store")


def build_store(base: Path) -> Path:
    store = base / "store"
    build_bag(store / "small")
    # many enough, and large enough, for processes to verify it
    build_bag(store / "large", {f"data/{number}": b"%06d" % number * 700 for number in range(2100)})
    return store


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Lend a folder with a store in it."""
    build_store(tmp_path)
    return tmp_path


def commands(base: Path) -> list[tuple[int, tuple[str, ...]]]:
    """Return every command's words with its exit status, in an order in which one may need what another made."""
    small, large, made = f"{base}/store/small", f"{base}/store/large", f"{base}/made"
    return [
        (0, ("--version",)),
        (0, ("--help",)),
        (0, ("scan", ".")),
        (0, ("scan", "Album", "--json")),
        (0, ("pack", "Album", "--to", made, "--dry-run")),
        (0, ("pack", ".", "--to", made, "--name", "folder")),
        (0, ("pack", "Album", "--to", made, "--name", "tar", "--serialize", "tar", "--policy", "donation")),
        (0, ("pack", "Album", "--to", made, "--name", "zip", "--serialize", "zip", "--read-back")),
        (0, ("verify", small)),
        (0, ("verify", large, "-j2")),
        (0, ("verify", f"{made}/folder", f"{made}/tar.tar", f"{made}/zip.zip")),
        (4, ("verify", f"{made}/folder", "--profile", "btr")),
        (0, ("explain", "Album/song.mp3")),
        (0, ("rights", "template", "Album", "-o", f"{base}/template.toml")),
        (0, ("rights", "check", "rights.toml", "--source", ".")),
        (0, ("due", made)),
        (0, ("bag", "add-algorithm", small, "sha256")),
        (0, ("bag", "set-info", small, "Contact-Name: A. Librarian")),
        (0, ("completion", "bash")),
        (0, ("completion", "zsh")),
        (0, ("completion", "fish")),
    ]


def run_every_command(donation: Donation, *program: str, **environment: str) -> None:
    """Run them all, and show that none runs a trap, changes the folder or ends as it should not."""
    before = tree_digest(donation.folder)
    for status, words in commands(donation.folder.parent):
        done = donation.run(*program, *words, **environment)
        assert donation.sprung() == set(), words
        assert done.returncode == status, (words, done.stdout, done.stderr)
        assert tree_digest(donation.folder) == before, words


@pytest.mark.parametrize(
    "how",
    ["archiver", pytest.param("python -P -m archiver", marks=[pytest.mark.slow] if SCRIPT.exists() else [])],
)
def test_no_command_runs_what_lies_in_the_current_folder(base: Path, how: str) -> None:
    if how == "archiver" and not SCRIPT.exists():
        pytest.skip(f"the program is not installed beside {sys.executable}: its script is not tested")
    program = [str(SCRIPT)] if how == "archiver" else [sys.executable, "-P", "-m", "archiver"]
    run_every_command(build_donation(base, module_names()), *program)


def imported_by_python_itself(folder: Path) -> set[str]:
    """Return the modules that ``python -m`` has imported before the first line of what it runs."""
    (folder / "blank.py").write_text("import sys\nprint(*sys.modules)\n")
    listed = subprocess.run(
        [sys.executable, "-m", "blank"], cwd=folder, capture_output=True, text=True, check=True
    )
    (folder / "blank.py").unlink()
    return {name.partition(".")[0] for name in listed.stdout.split()}


@pytest.mark.slow
def test_python_m_runs_nothing_but_what_python_imports_before_us(base: Path, tmp_path: Path) -> None:
    """``python -m archiver`` asks Python to look in the current folder; from our first line on, nothing else does."""
    before_us = imported_by_python_itself(tmp_path)
    modules = module_names() - before_us - {"archiver"}
    assert {"socket", "signal", "multiprocessing", "click", "pickle"} <= modules
    donation = build_donation(base, modules)
    (donation.folder / "archiver" / "config.toml").unlink()  # Python would take the folder for the package
    (donation.folder / "archiver").rmdir()
    run_every_command(donation, sys.executable, "-m", "archiver")


@pytest.mark.slow
@pytest.mark.parametrize("python_path", [":", ".", "{0}:", "{0}:../donation"])
def test_empty_and_relative_entries_of_python_path_are_dropped(
    base: Path, tmp_path: Path, python_path: str
) -> None:
    """Python looks in them before our first line; nothing does afterwards."""
    before_us = imported_by_python_itself(tmp_path)
    modules = module_names() - before_us - {"archiver", "sitecustomize", "usercustomize"}
    donation = build_donation(base, modules)
    (donation.folder / "archiver" / "config.toml").unlink()
    (donation.folder / "archiver").rmdir()
    program = (sys.executable, "-P", "-m", "archiver")
    run_every_command(donation, *program, PYTHONPATH=python_path.format(ROOT))


@pytest.mark.parametrize("path", [".:{0}", ":{0}", "{0}:", "../donation:{0}"])
def test_empty_and_relative_entries_of_path_are_dropped(tmp_path: Path, path: str) -> None:
    donation = build_donation(tmp_path, set())
    for shell in ("bash", "zsh", "fish"):
        done = donation.run(
            sys.executable, "-P", "-m", "archiver", "completion", shell, PATH=path.format("/nowhere")
        )
        assert done.returncode == 0, done.stderr
        assert donation.sprung() == set()


@pytest.mark.parametrize(
    "environment",
    [
        {"XDG_CONFIG_HOME": ".config"},
        {"XDG_CONFIG_HOME": ".", "HOME": "."},
        {"HOME": ".", "XDG_CONFIG_HOME": ""},
    ],
)
def test_configuration_is_not_looked_for_in_the_current_folder(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    donation = build_donation(tmp_path, set())
    done = donation.run(
        sys.executable, "-P", "-m", "archiver", "pack", "Album", "--to", f"{tmp_path}/made", **environment
    )
    assert done.returncode == 0, done.stderr
