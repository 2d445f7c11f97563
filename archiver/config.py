"""Settings: defaults < configuration file < environment < what was typed; an unknown key is an error with its line.

The file is TOML at the place the system has for it (``~/.config/archiver/config.toml`` on Linux), or where
``ARCHIVER_CONFIG`` says::

    store = "/media/backup"
    policy = "personal"
    algorithms = ["sha512"]
    jobs = 4
    catalogue = "/media/backup/catalogue.sqlite"
    exclude = ["Incoming/"]
    exclude-clutter = true

    [bag-info]
    Source-Organization = "Example Library"
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import platformdirs

from archiver import filesystem
from archiver.errors import ConfigError
from archiver.machine import reason
from archiver.toml.document import MAX_BYTES, Document

MOST_JOBS = 256
_WHOLE_NUMBER = re.compile(r"0{0,9}[0-9]{1,3}")
_MOST_TOLD = 80
_KEYS = ("store", "policy", "algorithms", "jobs", "catalogue", "exclude", "exclude-clutter", "bag-info")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds where nothing is typed.

    Attributes:
        store: Folder that gets the bags; ``None`` where ``--to`` must be typed.
        policy: Name of a policy, or path of a policy file.
        algorithms: Checksum algorithms as they were written; empty for the default.
        jobs: Threads and processes; ``None`` for as many as there are cores.
        catalogue: The catalogue's file; ``None`` for the place that the system has for it.
        bag_info: Labels for every ``bag-info.txt``.
        exclude: Patterns of what scanning and packing leave out, before those that are typed.
        exclude_clutter: Whether they leave out clutter.
    """

    store: str | None = None
    policy: str = "personal"
    algorithms: tuple[str, ...] = ()
    jobs: int | None = None
    catalogue: str | None = None
    bag_info: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_clutter: bool = False


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the configuration file, if there is one, and the environment.

    Args:
        environment: ``ARCHIVER_CONFIG``, ``ARCHIVER_STORE``, ``ARCHIVER_POLICY``, ``ARCHIVER_ALGORITHMS`` (with
            commas between), ``ARCHIVER_JOBS`` and ``ARCHIVER_CATALOGUE`` are looked at.

    Raises:
        ConfigError: where either says something it cannot say.
    """
    named = environment.get("ARCHIVER_CONFIG")
    path = named or os.path.join(platformdirs.user_config_path("archiver"), "config.toml")
    settings = Settings()
    # where no home folder is known the place would be looked for in the current folder, which anybody may have filled
    if named or os.path.isabs(path):
        data = _read(path, named=bool(named))
        settings = settings if data is None else parse_settings(data, path)
    return _with_environment(settings, environment)


def _read(path: str, *, named: bool) -> bytes | None:
    """Read the configuration file; ``None`` where none was named and none is there."""
    try:
        return filesystem.read_small(filesystem.open_named(os.fsencode(path)), MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise ConfigError(f"there is no configuration file {path}", "ARCHIVER_CONFIG names it.") from None
        return None
    except (filesystem.NotRegularError, filesystem.TooLargeError) as error:
        hint = "ARCHIVER_CONFIG names it." if named else "Put a TOML file in its place, or take it away."
        raise ConfigError(f"cannot read the configuration {path}: it is {error.strerror}", hint) from error
    except OSError as error:
        raise ConfigError(
            f"cannot read the configuration {path}: {reason(error)}", "Check its permissions."
        ) from error


def catalogue_place(typed: str | None, settings: Settings) -> str:
    """Return where the catalogue is: as it was typed, else as it is set, else where the system keeps such files.

    Raises:
        ConfigError: where none of them says it, since no home folder is known.
    """
    named = typed or settings.catalogue
    if named:
        return named
    path = os.path.join(platformdirs.user_data_path("archiver"), "catalogue.sqlite")
    if not os.path.isabs(path):  # as above: nothing is looked for in the current folder that was not named
        raise ConfigError(
            "no home folder is known, so there is no place for the catalogue", "ARCHIVER_CATALOGUE names one."
        )
    return path


def parse_settings(data: bytes, name: str) -> Settings:
    """Read a configuration file's bytes; ``~`` at the beginning of a path is the home folder, as a shell has it.

    Raises:
        ConfigError: with line and column of everything that is wrong.
    """
    document = Document(data, name)
    table = document.table(document.root, (), _KEYS)
    settings = Settings(
        store=_path(document, table["store"], "store") if "store" in table else None,
        algorithms=document.texts(table["algorithms"], ("algorithms",)) if "algorithms" in table else (),
        jobs=_jobs(document, table["jobs"]) if "jobs" in table else None,
        catalogue=_path(document, table["catalogue"], "catalogue") if "catalogue" in table else None,
        bag_info=_bag_info(document, table["bag-info"]) if "bag-info" in table else (),
        exclude=document.texts(table["exclude"], ("exclude",)) if "exclude" in table else (),
        exclude_clutter=_yes(document, table["exclude-clutter"], "exclude-clutter")
        if "exclude-clutter" in table
        else False,
    )
    policy = _path(document, table["policy"], "policy") if "policy" in table else None
    document.finish()
    return replace(settings, policy=policy or settings.policy)


def _path(document: Document, value: object, key: str) -> str | None:
    text = document.text(value, (key,))
    if text is None:
        return None
    if "\0" in text:
        document.fault((key,), f"{text!r} holds a character that no path can hold.", "Leave it out.")
        return None
    return os.path.expanduser(text)


def _jobs(document: Document, value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_JOBS:
        return value
    document.fault(("jobs",), f"jobs must be a whole number from 1 to {MOST_JOBS}.")
    return None


def _yes(document: Document, value: object, key: str) -> bool:
    if isinstance(value, bool):
        return value
    document.fault((key,), f"{key} must be true or false.")
    return False


def _bag_info(document: Document, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        document.fault(("bag-info",), "bag-info must be a table.", "Write [bag-info].")
        return ()
    labels = []
    for label, values in value.items():
        labels += [(label, text) for text in document.texts(values, ("bag-info", label))]
    return tuple(labels)


def _with_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    jobs = environment.get("ARCHIVER_JOBS", "")
    if jobs and not (_WHOLE_NUMBER.fullmatch(jobs) and 1 <= int(jobs) <= MOST_JOBS):
        told = repr(jobs) if len(jobs) <= _MOST_TOLD else f"a text of {len(jobs):,} characters"
        raise ConfigError(f"ARCHIVER_JOBS must be a whole number from 1 to {MOST_JOBS}, not {told}")
    algorithms = environment.get("ARCHIVER_ALGORITHMS", "")
    named = tuple(part.strip() for part in algorithms.split(",") if part.strip())
    return replace(
        settings,
        store=environment.get("ARCHIVER_STORE") or settings.store,
        policy=environment.get("ARCHIVER_POLICY") or settings.policy,
        algorithms=named or settings.algorithms,
        jobs=int(jobs) if jobs else settings.jobs,
        catalogue=environment.get("ARCHIVER_CATALOGUE") or settings.catalogue,
    )
