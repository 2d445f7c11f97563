"""The table of formats: every row names what exists, and one row with one module makes the program know a format."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import archiver
from archiver.audio.formats.kinds import Kind, Row, fetched
from archiver.audio.formats.magic import claimed_kind, sniff
from tests.audio.blocks.reading import windowed
from tests.samples import tree_digest

ROW = """
    TUNE = Row("tune", Role.AUDIO, "Made-up Tune", "audio/x-tune", "tune", marks=(b"TUNE",),
        tags="properties.tune:index_tune", fields="properties.tune:FIELDS", properties="properties.tune:read_tune",
        protection="properties.tune:tune_protection", ending="properties.tune:tune_ending")
"""
MODULE = '''
"""A made-up format: ``TUNE``, the size of the file, seconds, a lock, and a title."""

from archiver.audio.blocks.reading import Draft
from archiver.audio.containers.window import Window
from archiver.audio.integrity.breaking_off import End
from archiver.audio.properties.stretch import Stretch
from archiver.model.audio import AudioProperties
from archiver.model.evidence import Protection

FIELDS = {"name": "title"}


def index_tune(draft: Draft, offset: int) -> None:
    window = draft.window
    block = draft.block("tune", offset, window.size - offset)
    text = window.read(offset + 7, window.size).decode()
    block.add_payload("Name", offset + 7, offset + 7, window.size, text)


def read_tune(stretch: Stretch) -> AudioProperties:
    return AudioProperties("tune", duration_s=float(stretch.head(6)[5]), channels=1, lossless=True)


def tune_protection(window: Window, offset: int) -> Protection | None:
    locked = window.read(offset + 6, 1) != b"\\0"
    return Protection("tune-lock", "Tune lock", f"TUNE@{offset + 6}") if locked else None


def tune_ending(end: End) -> str | None:
    return end.short_of(end.start + end.number(end.start + 4, 1))
'''


def tune(title: bytes, *, locked: bool = False) -> bytes:
    return b"TUNE" + bytes((7 + len(title), 120, locked)) + title


@pytest.mark.parametrize(
    ("field", "parameters", "result"),
    [
        ("tags", ("Draft", "int"), "None"),
        ("properties", ("Stretch",), "AudioProperties"),
        ("protection", ("Window", "int"), "Protection | None"),
        ("ending", ("End",), "str | None"),
        ("film", ("Window",), "bool"),
    ],
)
def test_what_rows_name_is_there_and_takes_what_it_is_given(
    field: str, parameters: tuple[str, ...], result: str
) -> None:
    named = {getattr(kind.row, field) for kind in Kind if isinstance(getattr(kind.row, field), str)}
    assert named
    for each in named:
        function: Callable[..., object] = fetched(each)
        signature = inspect.signature(function)
        taken = tuple(parameter.annotation for parameter in signature.parameters.values())
        assert (taken, signature.return_annotation) == (parameters, result), each


def test_rows_have_names_of_their_own_and_marks_that_prove_something() -> None:
    rows: list[Row] = [kind.row for kind in Kind]
    assert len({row.id for row in rows}) == len({row.name for row in rows}) == len(rows)
    for row in rows:
        for mark in row.marks:
            parts = ((0, mark),) if isinstance(mark, bytes) else mark
            assert sum(len(part) for _, part in parts) >= 3, row.id
        assert row.fields is None or all(key == key.lower() for key in fetched(row.fields)), row.id


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.row.marks])
def test_what_a_row_calls_its_mark_is_recognised_and_claimed(kind: Kind) -> None:
    for mark in kind.row.marks:
        parts = ((0, mark),) if isinstance(mark, bytes) else mark
        data = bytearray(2048)
        for at, part in parts:
            data[at : at + len(part)] = part
        assert sniff(windowed(bytes(data)), "").kind is kind
        if kind.row.tags or kind.row.protection:
            assert claimed_kind(bytes(data[:16])) is kind


@pytest.fixture(scope="module")
def with_tunes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a copy of the program that differs from it by one row and one module."""
    tree = tmp_path_factory.mktemp("program")
    package = Path(archiver.__file__).parent
    shutil.copytree(package, tree / "archiver", ignore=shutil.ignore_patterns("__pycache__"))
    table = tree / "archiver" / "audio" / "formats" / "kinds.py"
    text = table.read_text("utf-8")
    assert text.count("    # fmt: on\n") == 1
    table.write_text(text.replace("    # fmt: on\n", ROW.lstrip("\n") + "    # fmt: on\n"), "utf-8")
    (tree / "archiver" / "audio" / "properties" / "tune.py").write_text(MODULE, "utf-8")
    return tree


def run(tree: Path, *command: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "archiver", *command],
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def test_a_format_is_one_row_and_one_module(with_tunes: Path, tmp_path: Path) -> None:
    source, store = tmp_path / "Music", tmp_path / "Store"
    source.mkdir()
    store.mkdir()
    (source / "open.tune").write_bytes(tune(b"A made-up song"))
    (source / "locked.tune").write_bytes(tune(b"Locked", locked=True))
    (source / "short.tune").write_bytes(tune(b"Cut off")[:-3])
    (source / "misnamed.mp3").write_bytes(tune(b"Other"))
    before = tree_digest(source)

    scanned = json.loads(run(with_tunes, "scan", "--json", source))
    (tunes,) = [row for row in scanned["formats"] if row["format"] == "Made-up Tune"]
    assert (tunes["role"], tunes["files"], tunes["duration_s"]) == ("audio", 4, 480.0)

    run(with_tunes, "pack", source, "--to", store)
    (records,) = store.glob("*/metadata/files.jsonl")
    files = {
        os.path.basename(row["path"]): row
        for row in map(json.loads, records.read_text("utf-8").splitlines())
        if "path" in row
    }
    song = files["open.tune"]
    assert song["format"]["mime"] == "audio/x-tune"
    assert song["tags"] == {"title": ["A made-up song"]}
    assert (song["audio"]["codec"], song["audio"]["duration_s"]) == ("tune", 120.0)
    assert song["tag_blocks"][0]["kind"] == "tune"
    assert "protection" not in song
    assert files["locked.tune"]["protection"]["scheme"] == "tune-lock"
    codes = {name: [problem["code"] for problem in row.get("problems", [])] for name, row in files.items()}
    assert codes["short.tune"] == ["F208"]
    assert codes["misnamed.mp3"] == ["F201"]
    assert tree_digest(source) == before
