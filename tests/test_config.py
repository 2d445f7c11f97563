"""Settings come from the file, the environment and what is typed, in that order; what is wrong is told with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.config import Settings, catalogue_place, load_settings, parse_settings
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


def test_endless_digits_are_told_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match=r"not a text of 5,000 characters$"):
        load_settings({"ARCHIVER_JOBS": "1" * 5_000})
    assert load_settings({"ARCHIVER_JOBS": "0004"}).jobs == 4


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "giant"])
@pytest.mark.parametrize("named", [True, False])
def test_only_a_file_of_a_person_is_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, named: bool
) -> None:
    """A pipe would be waited for, a device read without end; neither is read at all."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "archiver" / "config.toml"
    path.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as stream:
            stream.truncate(3 << 30)
    why = {
        "pipe": "a named pipe",
        "folder": "a folder",
        "device": "a device",
        "giant": "larger than 4,000,000 bytes",
    }
    with pytest.raises(ConfigError, match=f"{path}: it is {why[kind]}"):
        load_settings({"ARCHIVER_CONFIG": str(path)} if named else dict(os.environ))


def test_a_configuration_that_is_a_link_of_the_user_is_followed(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles" / "config.toml").write_text("jobs = 3\n")
    (tmp_path / "config.toml").symlink_to("dotfiles/config.toml")
    assert load_settings({"ARCHIVER_CONFIG": str(tmp_path / "config.toml")}).jobs == 3


@pytest.mark.parametrize("home", ["", "rel", "/dev/null", "/nonexistent", "/" + "x" * 200])
def test_without_a_home_folder_nothing_is_read_from_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    """Whoever filled the current folder would otherwise say where bags go."""
    for place in (".config", "rel/.config", "rel", "archiver"):
        folder = tmp_path / place / "archiver"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text("store = 'elsewhere'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", home)
    for config_home in (None, "", "rel", "."):
        if config_home is None:
            monkeypatch.delenv("XDG_CONFIG_HOME")
        else:
            monkeypatch.setenv("XDG_CONFIG_HOME", config_home)
        monkeypatch.delenv("ARCHIVER_CATALOGUE", raising=False)
        assert load_settings(dict(os.environ)) == Settings()


def test_the_catalogue_is_where_it_was_typed_then_set_then_where_such_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = parse_settings(b'catalogue = "/set/in/the/file"', "config.toml")
    assert catalogue_place("/typed", settings) == "/typed"
    assert catalogue_place(None, settings) == "/set/in/the/file"
    assert load_settings({"ARCHIVER_CATALOGUE": "/set/outside"}).catalogue == "/set/outside"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert catalogue_place(None, Settings()).startswith(str(tmp_path))


@pytest.mark.parametrize("key", ["store", "policy", "catalogue"])
@pytest.mark.parametrize("path", [r"a\u0000b", r"~\u0000", r"\u0000"])
def test_a_path_that_no_system_can_hold_is_told_with_its_place(key: str, path: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml, line 1, column \d+: .*no path can hold"):
        parse_settings(f'{key} = "{path}"\n'.encode(), "config.toml")


@pytest.mark.parametrize(
    "text", ["jobs = " + "1" * 5_000, "jobs = 0x" + "f" * 5_000, "a." * 20_000 + "a = 1"]
)
def test_a_configuration_that_would_cost_much_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml, line 1, column \d: .*more than"):
        parse_settings(text.encode(), "config.toml")
