"""Where an extra is not installed, what is missing and how to get it is said; nothing ends in a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib

import pytest

from archiver.audio.decoding.extras import MissingExtraError, require
from archiver.cli.remedies import advice
from archiver.errors import Remedy, Way
from archiver.model.decoded import Sought
from tests.running import PATIENCE, ROOT

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
"""

IMPORTED = """
import archiver.audio.decoding.extras, archiver.audio.decoding.verdict, archiver.audio.decoding.ripcheck
import archiver.ingest.decode, archiver.cli.main
assert not {"av", "numpy", "iscc_lib"} & sys.modules.keys()
"""


def test_with_everything_installed_nothing_is_missing() -> None:
    require()
    require(list(Sought))


@pytest.mark.parametrize(
    ("missing", "sought", "extra"),
    [
        ("av", (), "decode"),
        ("numpy", (Sought.FINGERPRINT,), "decode"),
        ("iscc_lib", (Sought.ISCC,), "iscc"),
        ("iscc_lib", (Sought.FINGERPRINT,), None),
    ],
)
def test_what_is_missing_is_said_with_its_remedy(
    missing: str, sought: tuple[Sought, ...], extra: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "archiver.audio.decoding.extras.find_spec", lambda name: None if name == missing else name
    )
    if extra is None:
        require(sought)
        return
    with pytest.raises(MissingExtraError) as raised:
        require(sought)
    remedy = Remedy(Way.INSTALL, f"music-archiver[{extra}]")
    assert raised.value.remedies == (remedy,)
    told = advice(raised.value.hint, raised.value.remedies)
    assert told == f"Nothing was changed. To install them: pip install 'music-archiver[{extra}]'"


def test_the_program_and_the_judgements_load_without_the_extras() -> None:
    code = WITHOUT.format(names={"av", "numpy", "iscc_lib"}) + IMPORTED
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_extras_that_are_named_are_those_of_the_package() -> None:
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    assert {re.split("[<>=\\[]", need)[0] for need in extras["decode"]} == {"av", "numpy"}
    assert {re.split("[<>=\\[]", need)[0] for need in extras["iscc"]} == {"iscc-lib", "music-archiver"}
