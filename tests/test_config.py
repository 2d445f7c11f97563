"""Settings come from the file, the environment and what is typed, in that order; what is wrong is told with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.config import Settings, load_settings, parse_settings
from archiver.errors import ConfigError

FILE = """\
store = "/media/backup"
policy = "donation"
algorithms = ["sha256", "md5"]
jobs = 4

[bag-info]
Source-Organization = "Example Library"
Contact-Name = ["Max Muster", "Erika Example"]
"""


def test_file_sets_everything() -> None:
    assert parse_settings(FILE.encode(), "config.toml") == Settings(
        store="/media/backup",
        policy="donation",
        algorithms=("sha256", "md5"),
        jobs=4,
        bag_info=(
            ("Source-Organization", "Example Library"),
            ("Contact-Name", "Max Muster"),
            ("Contact-Name", "Erika Example"),
        ),
    )


def test_nothing_said_is_the_default() -> None:
    assert parse_settings(b"", "config.toml") == Settings()
    assert load_settings({}) == Settings()


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell has seen the file, and nobody wants a folder named ``~``."""
    monkeypatch.setenv("HOME", "/home/erika")
    monkeypatch.setenv("USERPROFILE", "/home/erika")
    settings = parse_settings(b'store = "~/Backup"\npolicy = "~/mine.toml"\n', "config.toml")
    assert (settings.store, settings.policy) == ("/home/erika/Backup", "/home/erika/mine.toml")


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    environment = {"ARCHIVER_CONFIG": str(path)}
    assert load_settings(environment).store == "/media/backup"
    environment |= {"ARCHIVER_STORE": "/other", "ARCHIVER_POLICY": "public"}
    environment |= {"ARCHIVER_ALGORITHMS": "sha512, sha1,", "ARCHIVER_JOBS": "2"}
    settings = load_settings(environment)
    assert (settings.store, settings.policy, settings.jobs) == ("/other", "public", 2)
    assert settings.algorithms == ("sha512", "sha1")
    assert settings.bag_info[0] == ("Source-Organization", "Example Library")


def test_file_is_looked_for_at_the_place_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "archiver").mkdir()
    (tmp_path / "archiver" / "config.toml").write_text("jobs = 3\n")
    assert load_settings(dict(os.environ)).jobs == 3


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("stor = 'x'\n", 1, "store"),
        ("# a\njobs = 4\n\ncolour = true\n", 4, "colour"),
        ("jobs = 0\n", 1, "whole number from 1"),
        ("jobs = 257\n", 1, "whole number from 1"),
        ("jobs = true\n", 1, "whole number"),
        ("jobs = '4'\n", 1, "whole number"),
        ("store = 1\n", 1, "store"),
        ("algorithms = [1]\n", 1, "algorithms"),
        ("bag-info = 'x'\n", 1, "bag-info"),
        ("[bag-info]\nContact-Name = 7\n", 2, "Contact-Name"),
        ("\n\nstore = 'unclosed\n", 3, ""),
        ("store = 'a'\nstore = 'b'\n", 2, ""),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text.encode(), "config.toml")
    assert f"config.toml, line {line}, column" in caught.value.message
    assert said in caught.value.message


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(b"jobs = 0\nstor = 'x'\nalgorithms = 3\n", "config.toml")
    assert [part.split(",")[1] for part in caught.value.message.splitlines()] == [
        " line 1",
        " line 2",
        " line 3",
    ]


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"store = '\xff'", b"\x00", b"a = {" * 5000, b"x" * (17 << 20)]
)
def test_hostile_bytes_are_an_error_and_no_crash(data: bytes) -> None:
    with pytest.raises(ConfigError):
        parse_settings(data, "config.toml")


@pytest.mark.parametrize(
    "environment",
    [
        {"ARCHIVER_JOBS": "many"},
        {"ARCHIVER_JOBS": "0"},
        {"ARCHIVER_JOBS": "-1"},
        {"ARCHIVER_JOBS": "²"},
        {"ARCHIVER_JOBS": "9999"},
        {"ARCHIVER_CONFIG": "/nonexistent/config.toml"},
        {"ARCHIVER_CONFIG": "/"},
    ],
)
def test_environment_that_cannot_be_meant_is_an_error(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(environment)
    assert next(iter(environment.values())) in caught.value.message
