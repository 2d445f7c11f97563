"""What is chosen for a recipient's profile: checksums, the files that labels go into, and the way out of a mismatch."""

from __future__ import annotations

import json
import shlex

from hypothesis import assume, given
from hypothesis import strategies as st

from archiver.bagit.algorithms import ALGORITHMS
from archiver.bagit.profiles.check import check_plan
from archiver.bagit.profiles.facts import BagFacts
from archiver.bagit.profiles.parse import parse_profile
from archiver.bagit.profiles.profile import Profile, ProfileError
from archiver.bagit.tagfiles import BAG_INFO
from archiver.cli.profile_fixes import Fixes
from archiver.usecases.pack.profile import UNFILLED, algorithms_for, labels_by_file

IDENTIFIER = "https://example.org/profile.json"
NAMES = st.lists(st.sampled_from(["md5", "SHA-1", "sha256", "sha512", "sha3-256", "whirlpool"]), max_size=3)
LABELS = st.sampled_from(
    ["Title", "title", "Access", "Source-Organization", 'Contact\'s "Name"', "Bag-Count", "x y"]
)
RULES = st.dictionaries(
    LABELS,
    st.fixed_dictionaries(
        {}, optional={"required": st.booleans(), "values": st.lists(st.text(max_size=3), max_size=2)}
    ),
    max_size=3,
)
KEYS = st.fixed_dictionaries(
    {},
    optional={
        **{
            f"{kind}-{word}": NAMES
            for kind in ("Manifests", "Tag-Manifests")
            for word in ("Required", "Allowed")
        },
        "Bag-Info": RULES,
        "Other-Info": st.lists(
            st.dictionaries(st.sampled_from(["dpn-info", "bagit", "a"]), RULES), max_size=2
        ),
        "Serialization": st.sampled_from(["required", "optional", "forbidden"]),
        "Accept-Serialization": st.lists(
            st.sampled_from(["application/tar", "application/ZIP", "application/gzip"]),
            min_size=1,
            max_size=2,
        ),
        "Tag-Files-Required": st.lists(st.sampled_from(["dpn-info.txt", "x.txt"]), max_size=2),
    },
)


def made(keys: dict[str, object]) -> Profile:
    info = {
        "BagIt-Profile-Identifier": IDENTIFIER,
        "BagIt-Profile-Version": "1.4.0",
        "Version": "1",
        "Source-Organization": "Example",
        "External-Description": "x",
    }
    content = {"BagIt-Profile-Info": info, "Accept-BagIt-Version": ["1.0"], **keys}
    try:
        return parse_profile(json.dumps(content).encode(), "test")
    except ProfileError:
        assume(False)
        raise


def facts(algorithms: tuple[str, ...]) -> BagFacts:
    return BagFacts("folder", "1.0", (), algorithms, algorithms, False, (), lambda: ())


@given(KEYS)
def test_checksums_conform_wherever_one_set_of_known_ones_can(keys: dict[str, object]) -> None:
    profile = made(keys)
    chosen = algorithms_for(profile, ())
    assert chosen
    assert set(chosen) <= set(ALGORITHMS)
    rules = (profile.payload_manifests, profile.tag_manifests)
    required = {name for rule in rules for name in rule.required}
    welcome = {
        name for name in ALGORITHMS if all(rule.allowed is None or name in rule.allowed for rule in rules)
    }
    if welcome and required <= welcome:
        wrong = [one.code for one in check_plan(profile, facts(chosen)) if one.code.startswith("B91")]
        assert wrong == []
        assert chosen[0] not in {"md5", "sha1"} or not welcome - {"md5", "sha1"}
    assert algorithms_for(profile, ("sha224",)) == ("sha224",)


@given(KEYS, st.lists(st.tuples(LABELS, st.text(max_size=3)), max_size=4))
def test_each_label_goes_where_the_profile_has_it_and_is_never_lost(
    keys: dict[str, object], given_labels: list[tuple[str, str]]
) -> None:
    profile = made(keys)
    sorted_labels = labels_by_file(profile, tuple(given_labels))
    assert ("BagIt-Profile-Identifier", IDENTIFIER) in sorted_labels[BAG_INFO]
    assert sorted_labels.keys() <= {BAG_INFO, *profile.other_labels} - {"bagit.txt"}
    for pair in given_labels:
        homes = [
            path
            for path, rules in {BAG_INFO: profile.labels, **profile.other_labels}.items()
            if path != "bagit.txt" and pair[0].casefold() in {rule.label.casefold() for rule in rules}
        ]
        for path in homes or [BAG_INFO]:
            assert pair in sorted_labels[path]


@given(KEYS)
def test_whatever_is_wrong_has_a_line_and_what_is_typed_is_options(keys: dict[str, object]) -> None:
    profile = made(keys)
    plan = facts(("sha384",))
    mismatches = check_plan(profile, plan)
    lines = list(Fixes(profile, ("sha384",), algorithms_for(profile, ()), several=False).lines(mismatches))
    assert len(lines) >= len(mismatches)
    for mismatch, line in zip(mismatches, lines, strict=False):
        assert line.startswith(f"{mismatch.code}  ")
    words = shlex.split(" ".join(line.removesuffix("\\") for line in lines[len(mismatches) + 1 :]))
    assert set(words[::2]) <= {"--info", "--algorithm", "--serialize"}
    assert all(
        word.endswith(UNFILLED)
        for option, word in zip(words[::2], words[1::2], strict=True)
        if option == "--info"
    )
