"""Settings: defaults < configuration file < environment < what was typed; an unknown key is an error with its line.

The file is TOML at the place the system has for it (``~/.config/archiver/config.toml`` on Linux), or where
``ARCHIVER_CONFIG`` says::

    store = "/media/backup"
    policy = "personal"
    algorithms = ["sha512"]
    jobs = 4

    [bag-info]
    Source-Organization = "Example Library"
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

import platformdirs

from archiver.errors import ConfigError
from archiver.toml.document import Document

MOST_JOBS = 256
_KEYS = ("store", "policy", "algorithms", "jobs", "bag-info")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds where nothing is typed.

    Attributes:
        store: Folder that gets the bags; ``None`` where ``--to`` must be typed.
        policy: Name of a policy, or path of a policy file.
        algorithms: Checksum algorithms as they were written; empty for the default.
        jobs: Threads and processes; ``None`` for as many as there are cores.
        bag_info: Labels for every ``bag-info.txt``.
    """

    store: str | None = None
    policy: str = "personal"
    algorithms: tuple[str, ...] = ()
    jobs: int | None = None
    bag_info: tuple[tuple[str, str], ...] = ()


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the configuration file, if there is one, and the environment.

    Args:
        environment: ``ARCHIVER_CONFIG``, ``ARCHIVER_STORE``, ``ARCHIVER_POLICY``, ``ARCHIVER_ALGORITHMS`` (with
            commas between) and ``ARCHIVER_JOBS`` are looked at.

    Raises:
        ConfigError: where either says something it cannot say.
    """
    path = environment.get("ARCHIVER_CONFIG")
    default = os.path.join(platformdirs.user_config_path("archiver"), "config.toml")
    try:
        with open(path or default, "rb") as stream:
            settings = parse_settings(stream.read(), path or default)
    except FileNotFoundError:
        if path:
            raise ConfigError(f"there is no configuration file {path}", "ARCHIVER_CONFIG names it.") from None
        settings = Settings()
    except OSError as error:
        raise ConfigError(
            f"cannot read {path or default}: {error.strerror}", "Check its permissions."
        ) from error
    return _with_environment(settings, environment)


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
        bag_info=_bag_info(document, table["bag-info"]) if "bag-info" in table else (),
    )
    policy = _path(document, table["policy"], "policy") if "policy" in table else None
    document.finish()
    return replace(settings, policy=policy or settings.policy)


def _path(document: Document, value: object, key: str) -> str | None:
    text = document.text(value, (key,))
    return None if text is None else os.path.expanduser(text)


def _jobs(document: Document, value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_JOBS:
        return value
    document.fault(("jobs",), f"jobs must be a whole number from 1 to {MOST_JOBS}.")
    return None


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
    if jobs and not (jobs.isascii() and jobs.isdigit() and 1 <= int(jobs) <= MOST_JOBS):
        raise ConfigError(f"ARCHIVER_JOBS must be a whole number from 1 to {MOST_JOBS}, not {jobs!r}")
    algorithms = environment.get("ARCHIVER_ALGORITHMS", "")
    named = tuple(part.strip() for part in algorithms.split(",") if part.strip())
    return Settings(
        store=environment.get("ARCHIVER_STORE") or settings.store,
        policy=environment.get("ARCHIVER_POLICY") or settings.policy,
        algorithms=named or settings.algorithms,
        jobs=int(jobs) if jobs else settings.jobs,
        bag_info=settings.bag_info,
    )
