"""What is said of the project in several places is said alike."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docs.blocks import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CITATION = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_citation_says_what_the_package_says() -> None:
    about = PROJECT["project"]
    assert f"abstract: >- {about['description']} keywords:" in " ".join(CITATION.split())
    assert re.findall(r"(?m)^  - (?!name:)(.*)$", CITATION) == about["keywords"]
    assert re.findall(r"(?m)^  - name: (.*)$", CITATION) == [author["name"] for author in about["authors"]]
    assert f"\nlicense: {about['license']}\n" in CITATION


def test_every_python_that_is_claimed_is_checked() -> None:
    named = re.compile(r"Programming Language :: Python :: (3\.\d+)")
    claimed = [match[1] for each in PROJECT["project"]["classifiers"] if (match := named.fullmatch(each))]
    checks = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    [matrix] = re.findall(r"python: \[(.*)\]", checks)
    assert set(claimed) <= set(re.findall(r'"([\d.]+)"', matrix))
    assert PROJECT["project"]["requires-python"] == f">={claimed[0]}"


def test_every_tool_of_the_checks_is_pinned_to_one_release() -> None:
    checks = PROJECT["project"]["optional-dependencies"]["check"]
    assert [each for each in checks if not re.fullmatch(r"[\w-]+==[\d.]+", each)] == []


def test_what_the_tools_of_the_checks_need_is_pinned_too() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [each for each in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", each)] == []
    pinned = [each.partition("==")[0] for each in pins]
    assert pinned == sorted(set(pinned))
    extras = PROJECT["project"]["optional-dependencies"]
    needed, own = _needed(extras["check"]), _needed(PROJECT["project"]["dependencies"])
    if needed is None or own is None:
        pytest.skip("the tools for the checks are not installed")
    assert needed - own - {re.split(r"[=<>\[]", each)[0] for each in extras["check"]} <= set(pinned)
    assert set(pinned) & own == set(), "the checks run with what a user gets"


def _needed(asked: Sequence[str]) -> set[str] | None:
    """Names of the packages that are installed for what is asked; ``None`` where one of those is not installed."""
    waiting, found = list(map(Requirement, asked)), set[str]()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        found.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            return None
        extras = wanted.extras or {""}
        waiting += [each for each in map(Requirement, requires) if _applies(each, extras)]
    return found


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": each}) for each in extras)


def test_every_judge_of_the_tests_is_bounded_to_its_series() -> None:
    judges = PROJECT["project"]["optional-dependencies"]["test"]
    own = f"{PROJECT['project']['name']}["
    assert [each for each in judges if not re.search(r"<\d", each) and not each.startswith(own)] == []


def test_every_extra_for_people_is_tested() -> None:
    extras = PROJECT["project"]["optional-dependencies"].keys() - {"test", "check"}
    (tested,) = re.findall(r"\[(.*)\]", " ".join(PROJECT["project"]["optional-dependencies"]["test"]))
    assert set(tested.split(",")) == extras


def test_the_groups_name_the_extras_and_repeat_no_list() -> None:
    name, groups = PROJECT["project"]["name"], PROJECT["dependency-groups"]
    assert {each: groups[each] for each in groups if each != "dev"} == {
        "test": [f"{name}[test]"],
        "check": [f"{name}[check]"],
    }
    assert groups["dev"] == [{"include-group": "test"}, {"include-group": "check"}]


def test_the_page_on_layers_draws_what_is_held() -> None:
    page = (ROOT / "docs" / "decisions" / "0007-layers.md").read_text(encoding="utf-8")
    drawn = " ".join(page.replace("→", " → ").split())
    held = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    assert len(held) > 1
    for contract in held:
        assert contract["exhaustive"]
        [room] = contract["containers"]
        layers = [layer for layer in contract["layers"] if layer != "__main__"]
        name = "" if room == "archiver" else f"{room.removeprefix('archiver.')}: "
        assert name + " → ".join(layers) in drawn


def test_every_action_has_a_version_and_no_moving_branch() -> None:
    used = [
        (path.name, action)
        for path in WORKFLOWS
        for action in re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    ]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+(\.\d+)*", each[1])] == []
