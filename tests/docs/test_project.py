"""What is said of the project in several places is said alike."""

from __future__ import annotations

import re
import tomllib

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


def test_every_action_has_a_version_and_no_moving_branch() -> None:
    used = [
        (path.name, action)
        for path in WORKFLOWS
        for action in re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    ]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+(\.\d+)*", each[1])] == []
