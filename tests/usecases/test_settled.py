"""What holds for a run, whoever asks: what was asked for, else the settings, else the default."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from archiver.config import Settings
from archiver.errors import Remedy, UsageError, Way
from archiver.executors.ordered import available_cores, jobs_for
from archiver.usecases.pack.pack import rehearse
from archiver.usecases.pack.prepare import prepare
from archiver.usecases.pack.profile import ProfileMismatchError
from archiver.usecases.settled import algorithms_asked, exclusion_for, labels_for
from archiver.usecases.watch import Unwatched
from tests.running import fixed_run, pack_request
from tests.samples import build_tree, flac, tree_digest

CONFIGURED = Settings(
    store="/media/backup",
    policy="donation",
    algorithms=("SHA-256",),
    jobs=3,
    bag_info=(("Source-Organization", "Example Library"), ("Contact-Name", "Erika Example")),
    exclude=("*.m3u",),
    exclude_clutter=True,
)


def test_what_is_asked_for_takes_the_place_of_what_is_configured() -> None:
    assert jobs_for(2, CONFIGURED.jobs) == 2
    assert jobs_for(None, CONFIGURED.jobs) == 3
    assert jobs_for(None, Settings().jobs) == available_cores()
    assert algorithms_asked(["md5"], CONFIGURED) == ("md5",)
    assert algorithms_asked([], CONFIGURED) == ("sha256",)
    assert algorithms_asked([], Settings()) == ()


def test_labels_that_are_given_take_the_place_of_configured_ones_of_their_name() -> None:
    assert labels_for(["contact-name: Max: Example"], CONFIGURED) == (
        ("Source-Organization", "Example Library"),
        ("contact-name", "Max: Example"),
    )
    assert labels_for([], CONFIGURED) == CONFIGURED.bag_info


def test_what_is_left_out_is_what_is_configured_and_what_is_asked_for() -> None:
    both = exclusion_for(["!keep.m3u"], CONFIGURED, clutter=False)
    assert both.rule_for("a.m3u", is_folder=False) == "*.m3u"
    assert both.rule_for("keep.m3u", is_folder=False) is None
    assert both.rule_for("Thumbs.db", is_folder=False) is not None
    assert exclusion_for([], Settings(), clutter=False).rule_for("Thumbs.db", is_folder=False) is None
    assert exclusion_for([], Settings(), clutter=True).rule_for("Thumbs.db", is_folder=False) is not None


@pytest.mark.parametrize(
    ("algorithms", "labels", "settings"),
    [
        (["sha5"], [], Settings()),
        ([], [], Settings(algorithms=("sha5",))),
        ([], ["no colon"], Settings()),
        ([], ["Payload-Oxum: 1.1"], Settings()),
        ([], [], Settings(bag_info=(("Payload-Oxum", "1.1"),))),
    ],
)
def test_what_cannot_be_meant_is_refused_wherever_it_is_said(
    algorithms: list[str], labels: list[str], settings: Settings
) -> None:
    with pytest.raises(UsageError):
        (algorithms_asked(algorithms, settings), labels_for(labels, settings))


def test_a_request_is_filled_in_with_what_is_configured(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"01.flac": flac(title="One")})
    before = tree_digest(source)
    (tmp_path / "store").mkdir()
    configured = dataclasses.replace(CONFIGURED, store=str(tmp_path / "store"))
    plain = pack_request(source, None, policy=None, jobs=None, settings=configured)
    prepared = prepare(plain, fixed_run())
    assert (prepared.store, prepared.policy, prepared.jobs) == (
        os.fsencode(tmp_path / "store"),
        "donation",
        3,
    )
    assert prepared.tag_labels["bag-info.txt"] == CONFIGURED.bag_info
    assert prepared.names == "portable"
    assert tree_digest(source) == before


def test_a_request_that_names_no_store_says_so_in_no_words_of_a_command_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        prepare(pack_request(tmp_path, None), fixed_run())
    assert caught.value.remedies == (Remedy(Way.NAME_STORE),)


def test_a_refused_profile_carries_what_is_wrong_as_values(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"01.flac": flac(title="One")})
    request = pack_request(source, tmp_path / "store", profile="aptrust")
    with pytest.raises(ProfileMismatchError) as caught, rehearse(request, fixed_run(), Unwatched()):
        pass
    refused = caught.value
    assert [one.message for one in refused.mismatches] == list(refused.details)
    assert "Title" in {one.subject for one in refused.mismatches}
    assert refused.algorithms
    assert not refused.several
    assert "--" not in f"{refused.message} {refused.hint} {refused.details}"
