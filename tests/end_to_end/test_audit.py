"""An audit reads again what was longest unchecked, goes on where it was interrupted, and knows a bag that was exchanged."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from archiver.catalogue.database import opened
from archiver.cli.top import new_run
from archiver.store.log import read_events
from archiver.usecases.audit.audit import AuditRequest, auditing
from archiver.usecases.audit.budget import Allowance
from archiver.usecases.audit.portion import Portion
from archiver.usecases.watch import Unwatched
from tests.bagit.bags import seal_tags
from tests.conftest import MakeSource
from tests.running import Outcome, run_here, run_program
from tests.samples import flac, tree_digest

DAY = 86_400
START = 1_700_000_000
TREE = {
    "Album/1.flac": flac(title="One", album="An Album"),
    "Album/2.flac": flac(title="Two", album="An Album"),
    "notes.txt": b"about it\n",
}


def at(day: float) -> str:
    return str(int(START + day * DAY))


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    """Make a store with two bags of unlike content."""
    music = source(TREE)
    for number, name in enumerate(("One", "Two")):
        packed = run_here(
            "pack", music, "--all", "--to", tmp_path / "Store", "--name", name, SOURCE_DATE_EPOCH=at(number)
        )
        assert packed.code == 0, packed.err
    return tmp_path / "Store"


def audit(*words: str | Path, day: float | None = None) -> Outcome:
    return run_here("audit", *words, **({} if day is None else {"SOURCE_DATE_EPOCH": at(day)}))


def columns(catalogue: Path, names: str = "path, state, checked_at") -> list[tuple[object, ...]]:
    with opened(str(catalogue)) as lent:
        return list(lent.rows(f"SELECT {names} FROM copy ORDER BY path"))


def settled(store: Path) -> None:
    """Wait until the last change of a store lies in an earlier second: what is as young is read again."""
    newest = max(path.stat().st_ctime for path in store.rglob("*"))
    time.sleep(max(0.0, int(newest) + 1.05 - time.time()))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_everything_is_read_and_noted(store: Path, catalogue_path: Path) -> None:
    before = tree_digest(store / "One")
    done = audit(day=10)
    assert (done.code, done.err) == (0, "")
    assert "2 bags audited" in done.out
    assert columns(catalogue_path) == [
        ("One", "present", "2023-11-24T22:13:20Z"),
        ("Two", "present", "2023-11-24T22:13:20Z"),
    ]
    events = [one.happened for one in read_events(os.fsencode(store))]
    checks = [one for one in events if one.type == "fixity check"]
    assert [(one.outcome, one.detail["path"], one.detail["wrong"]) for one in checks] == [
        ("success", "One", {}),
        ("success", "Two", {}),
    ]
    assert run_here("catalogue", "check").code == 0
    assert tree_digest(store / "One") == before


def test_the_longest_unchecked_comes_first_and_the_rest_is_left_for_the_next(
    store: Path, catalogue_path: Path
) -> None:
    assert audit(store / "One", day=3).code == 0
    done = audit("--bytes", "1", "--json", day=5)
    (bag,) = done.json["bags"]
    assert (bag["bag"], bag["whole"], bag["read_files"]) == (str(store / "Two"), False, 1)
    assert done.json["not_reached"] == [str(store / "One")]
    assert "right so far" in audit("--bytes", "1", day=5).out
    assert columns(catalogue_path)[1] == ("Two", "present", None)


def test_it_goes_on_in_the_middle_of_a_bag(store: Path, catalogue_path: Path) -> None:
    files = sum(path.is_file() for path in (store / "One").rglob("*")) - 1
    settled(store)
    for number in range(files):
        done = audit(store / "One", "--bytes", "1", "--json")
        (bag,) = done.json["bags"]
        assert bag["went_on"] is (number > 0)
        assert bag["read_files"] == 1 + bag["went_on"], "the manifest is read again each time"
        assert bag["whole"] is (number == files - 1)
    (path, state, checked), _ = columns(catalogue_path)
    assert (path, state) == ("One", "present")
    assert checked is not None


def test_what_was_changed_since_it_was_read_has_the_whole_bag_read_again(store: Path) -> None:
    settled(store)
    for _ in range(4):
        audit(store / "One", "--bytes", "1")
    (bag,) = audit(store / "One", "--bytes", "1", "--json").json["bags"]
    assert bag["went_on"] is True
    for path in (store / "One").rglob("*"):
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    (bag,) = audit(store / "One", "--json").json["bags"]
    assert (bag["went_on"], bag["whole"], bag["valid"]) == (False, True, True)


def test_a_manifest_that_was_damaged_since_is_told_before_what_it_lists(store: Path) -> None:
    settled(store)
    for _ in range(3):
        assert audit(store / "One", "--bytes", "1").code == 0
    manifest = store / "One/manifest-sha512.txt"
    manifest.write_bytes(manifest.read_bytes().replace(b"1.flac", b"3.flac"))
    # the clock of this audit is ahead, so that nothing looks changed since
    done = audit(store / "One", "--bytes", "1", "--json", day=40_000)
    (bag,) = done.json["bags"]
    named = {one["path"] for one in bag["problems"] if one["severity"] == "error"}
    assert (done.code, "manifest-sha512.txt" in named) == (4, True)


def test_what_an_earlier_part_found_stands_until_all_is_read_again(store: Path, catalogue_path: Path) -> None:
    song = store / "One/data/Album/1.flac"
    right, times = song.read_bytes(), song.stat()
    flip(song)
    settled(store)
    while True:
        done = audit(store / "One", "--bytes", "1", "--json")
        if done.code == 4:
            break
    assert columns(catalogue_path)[0][1] == "damaged"
    song.write_bytes(right)
    os.utime(song, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert audit(store / "One").code == 0
    assert columns(catalogue_path)[0][1] == "present"


def test_damage_is_told_by_album_with_the_copy_that_could_heal_it(store: Path, tmp_path: Path) -> None:
    shutil.copytree(store / "One", tmp_path / "Second/One")
    assert run_here("catalogue", "add", "--unchecked", tmp_path / "Second", SOURCE_DATE_EPOCH=at(4)).code == 0
    flip(store / "One/data/Album/1.flac")
    done = audit(store, day=5)
    assert done.code == 4
    assert "An Album" in done.out
    assert f"Second: {tmp_path}/Second/One" in " ".join(done.out.split())
    told = " ".join(done.out.partition("What broke, and what could heal it")[2].split())
    assert told.startswith(f"{store}/One An Album, in data/Album: 1 damaged")
    assert f"from Second: {tmp_path}/Second/One, never checked archiver heal {store}/One" in told
    (event,) = [
        one.happened
        for one in read_events(os.fsencode(store))
        if one.happened.type == "fixity check" and one.happened.outcome == "fail"
    ]
    assert event.detail["paths"] == ["data/Album/1.flac"]
    assert event.detail["wrong"] == {"B411": 1}
    (bag,) = audit(store, "--older-than", "90d", "--json", day=6).json["bags"]
    assert (bag["bag"], [one["store"] for one in bag["healing"]]) == (str(store / "One"), ["Second"])


@pytest.mark.case(34)
def test_a_bag_that_was_changed_and_made_valid_again_is_found(store: Path, catalogue_path: Path) -> None:
    song = store / "One/data/Album/1.flac"
    song.write_bytes(flac(title="Another"))
    manifest = store / "One/manifest-sha512.txt"
    digest = subprocess.run(["sha512sum", song], capture_output=True, check=True, text=True).stdout.split()[0]
    lines = [
        f"{digest}  data/Album/1.flac" if line.endswith("  data/Album/1.flac") else line
        for line in manifest.read_text().splitlines()
    ]
    manifest.write_text("\n".join(lines) + "\n")
    octets = sum(path.stat().st_size for path in (store / "One/data").rglob("*") if path.is_file())
    info = store / "One/bag-info.txt"
    info.write_text(
        "\n".join(
            f"Payload-Oxum: {octets}.3" if line.startswith("Payload-Oxum") else line
            for line in info.read_text().splitlines()
        )
        + "\n"
    )
    seal_tags(store / "One")
    verified = run_here("verify", store / "One")
    assert verified.code == 0, verified.out
    assert "not the bag that the catalogue knows" in " ".join(verified.err.split())
    done = audit("--json")
    wrong = {
        bag["bag"]: [one["code"] for one in bag["problems"] if one["severity"] == "error"]
        for bag in done.json["bags"]
    }
    assert (done.code, wrong) == (4, {str(store / "One"): ["B414"], str(store / "Two"): []})
    assert "NOT the bag" in audit(store / "One").out
    assert columns(catalogue_path)[0][1] == "damaged"
    assert run_here("catalogue", "accept", store / "One").code == 0
    assert audit().code == 0


def test_bags_alone_are_held_against_themselves(store: Path, catalogue_path: Path) -> None:
    catalogue_path.unlink()
    for refused in (audit(), audit(store)):
        assert refused.code == 2
        assert "archiver catalogue add" in " ".join(refused.err.split())
    done = audit(store / "One")
    assert (done.code, "against itself alone" in " ".join(done.out.split())) == (0, True)
    assert not catalogue_path.exists()
    flip(store / "One/data/Album/1.flac")
    assert audit(store / "One").code == 4


def test_a_copy_that_is_gone_is_told(store: Path, catalogue_path: Path) -> None:
    shutil.rmtree(store / "One")
    done = audit(day=5)
    assert done.code == 4
    assert str(store / "One") in done.out
    assert columns(catalogue_path) == [("One", "missing", None), ("Two", "present", "2023-11-19T22:13:20Z")]


def test_a_log_that_cannot_be_written_is_no_error(store: Path, catalogue_path: Path) -> None:
    log = (store / ".archiver/events.jsonl").read_bytes()
    (store / ".incoming/lock").unlink()
    (store / ".incoming/lock").symlink_to("/dev/null")
    done = audit(day=5)
    assert done.code == 0
    assert done.err.count("not in the log") == 1
    assert (store / ".archiver/events.jsonl").read_bytes() == log
    assert columns(catalogue_path)[0] == ("One", "present", "2023-11-19T22:13:20Z")


def test_a_change_by_this_program_is_no_damage(store: Path, catalogue_path: Path) -> None:
    assert run_here("bag", "set-info", store / "One", "Contact-Name: Erika").code == 0
    assert run_here("bag", "add-algorithm", store / "One", "sha256").code == 0
    done = audit()
    assert done.code == 0, done.out
    changes = [
        one.happened
        for one in read_events(os.fsencode(store))
        if one.happened.type == "metadata modification"
    ]
    assert [one.detail["what"] for one in changes] == [
        "the label Contact-Name was set",
        "sha256 manifests were added",
    ]
    assert changes[0].detail["pin"] == changes[1].detail["pin_before"]
    assert run_here("catalogue", "check").code == 0


def test_a_change_of_an_exchanged_bag_takes_no_new_pin_over(store: Path) -> None:
    info = store / "One/bag-info.txt"
    info.write_text(info.read_text() + "Contact-Name: Mallory\n")
    seal_tags(store / "One")
    changed = run_here("bag", "set-info", store / "One", "Contact-Name: Erika")
    assert (changed.code, "not the bag that the catalogue knows" in " ".join(changed.err.split())) == (
        0,
        True,
    )
    assert audit().code == 4


def test_a_check_in_the_future_counts_for_nothing(store: Path, catalogue_path: Path) -> None:
    assert audit(day=1_000).code == 0
    done = audit("--older-than", "90d", "--json", day=10)
    assert len(done.json["bags"]) == 2
    assert audit("--older-than", "90d", "--json", day=10.05).json["recent"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--for", "2x"), "no time"),
        (("--bytes", "lots"), "no size"),
        (("--percent", "0"), ""),
        (("/nowhere",), "nothing at"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(store: Path, words: tuple[str, ...], told: str) -> None:
    done = audit(*words)
    assert done.code == 2
    assert told in done.told


def checks(store: Path) -> list[tuple[str, str, object]]:
    """Return the outcome, the path and the beginning of every check that the log of a store tells of."""
    events = (one.happened for one in read_events(os.fsencode(store)))
    return [
        (one.outcome, str(one.detail["path"]), one.detail["since"])
        for one in events
        if one.type == "fixity check"
    ]


def test_a_verification_of_a_known_copy_is_a_check_too(store: Path, catalogue_path: Path) -> None:
    assert run_here("verify", store / "One", SOURCE_DATE_EPOCH=at(4)).code == 0
    assert run_here("verify", "--fast", store / "Two", SOURCE_DATE_EPOCH=at(4)).code == 0
    assert checks(store) == [("success", "One", "2023-11-18T22:13:20Z")]
    assert columns(catalogue_path) == [
        ("One", "present", "2023-11-18T22:13:20Z"),
        ("Two", "present", None),
    ]
    assert [
        one["never"] for one in audit("--older-than", "90d", "--bytes", "1", "--json", day=5).json["debt"]
    ] == [
        True,
        False,
    ]
    flip(store / "One/data/Album/1.flac")
    assert run_here("verify", store / "One", SOURCE_DATE_EPOCH=at(6)).code == 4
    assert checks(store)[-1][:2] == ("fail", "One")
    assert run_here("catalogue", "check").code == 0
    run_here("catalogue", "rebuild", store)
    assert columns(catalogue_path)[0] == ("One", "damaged", None)


def test_a_verification_writes_nothing_where_no_copy_is_known(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    shutil.copytree(store / "One", tmp_path / "Elsewhere/One")
    log = (store / ".archiver/events.jsonl").read_bytes()
    done = run_here("verify", tmp_path / "Elsewhere/One")
    assert (done.code, done.err) == (0, "")
    assert sorted(os.listdir(tmp_path / "Elsewhere")) == ["One"]
    catalogue_path.unlink()
    assert (run_here("verify", store).code, run_here("verify", store).err) == (0, "")
    assert (store / ".archiver/events.jsonl").read_bytes() == log


def test_a_verification_of_many_bags_tells_once_that_the_log_cannot_be_written(store: Path) -> None:
    (store / ".incoming/lock").unlink()
    (store / ".incoming/lock").symlink_to("/dev/null")
    done = run_here("verify", store)
    assert (done.code, done.err.count("not in the log")) == (0, 1)


def test_the_debt_is_told(store: Path) -> None:
    audit(store / "One", day=5)
    debt = audit(store / "One", "--json", "--older-than", "1d", day=5.5).json["debt"]
    assert [(one["never"], one["copies"]) for one in debt] == [(True, 1), (False, 1)]
    day = dt.datetime.fromtimestamp(int(at(5.5)), dt.UTC).date() - dt.timedelta(30)
    assert debt[1]["since"] == day.isoformat()
    assert "Last checked" in audit(store / "One", day=6).out


def test_archives_are_read_to_their_end(tmp_path: Path, source: MakeSource, catalogue_path: Path) -> None:
    store = tmp_path / "Archives"
    packed = run_here("pack", source(TREE), "--to", store, "--name", "One", "--serialize", "tar")
    assert packed.code == 0, packed.err
    (bag,) = audit("--bytes", "1", "--json").json["bags"]
    assert (bag["whole"], bag["right"]) == (True, True)
    flip(store / "One.tar")
    assert audit().code == 4
    assert columns(catalogue_path)[0][1] == "damaged"


def test_idle_changes_nothing_but_the_priority(store: Path) -> None:
    done = run_program("audit", "--idle", "--json")
    assert (done.code, len(done.json["bags"])) == (0, 2), done.err


def test_a_catalogue_made_anew_believes_the_log_of_the_store(store: Path, catalogue_path: Path) -> None:
    assert audit(store / "One", day=3).code == 0
    info = store / "Two/bag-info.txt"
    info.write_text(info.read_text() + "Contact-Name: Mallory\n")
    seal_tags(store / "Two")
    done = run_here("catalogue", "rebuild", store)
    assert (
        done.code,
        "Two is not the bag that the log of the store tells of" in " ".join(done.out.split()),
    ) == (3, True)
    assert columns(catalogue_path) == [
        ("One", "present", "2023-11-17T22:13:20Z"),
        ("Two", "damaged", None),
    ]
    assert run_here("catalogue", "accept", store / "Two").code == 0
    assert run_here("bag", "set-info", store / "One", "Contact-Name: Erika").code == 0
    assert run_here("catalogue", "rebuild", store).code == 0
    assert [state for _, state, _ in columns(catalogue_path)] == ["present", "present"]


def test_an_audit_that_is_interrupted_notes_how_far_it_came(
    store: Path, catalogue_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(store)
    passed = Portion.passed

    def interrupted(portion: Portion, path: str) -> None:
        passed(portion, path)
        raise KeyboardInterrupt

    monkeypatch.setattr("archiver.bagit.hashing._BATCH_FILES", 4)
    request = AuditRequest((str(store / "One"),), Allowance(), None, 1)
    monkeypatch.setattr(Portion, "passed", interrupted)
    with (
        auditing(request, str(catalogue_path), new_run({}), Unwatched()) as stopped,
        pytest.raises(KeyboardInterrupt),
    ):
        list(stopped.outcomes())
    monkeypatch.setattr(Portion, "passed", passed)
    (bag,) = audit(store / "One", "--json").json["bags"]
    assert (bag["went_on"], bag["whole"]) == (True, True)


def test_what_was_healed_or_verified_since_is_not_damaged_any_more(store: Path, catalogue_path: Path) -> None:
    sound = (store / "One/data/notes.txt").read_bytes()
    for day, mend in ((3, "heal"), (5, "verify")):
        flip(store / "One/data/notes.txt")
        assert audit(store, day=day).code == 4
        if mend == "verify":
            (store / "One/data/notes.txt").write_bytes(sound)
        assert run_here(mend, store / "One", SOURCE_DATE_EPOCH=at(day + 1)).code == 0
        music = store.parent / "Music"
        packed = run_here(
            "pack", music, "--all", "--to", store, "--name", f"After {mend}", SOURCE_DATE_EPOCH=at(day + 1)
        )
        assert packed.code == 0, packed.err
        assert ("One", "present") in columns(catalogue_path, "path, state"), f"after {mend}"
    assert audit(store, day=7).code == 0
    flip(store / "One/data/notes.txt")
    assert audit(store, day=8).code == 4
    assert run_here("heal", store / "One", SOURCE_DATE_EPOCH=at(9)).code == 0
    assert run_here("catalogue", "rebuild", store).code == 0
    assert columns(catalogue_path)[-2] == ("One", "present", "2023-11-23T22:13:20Z")


def test_a_catalogue_made_anew_reads_the_state_out_of_a_damaged_bag(
    tmp_path: Path, catalogue_path: Path
) -> None:
    music, store = tmp_path / "Music", tmp_path / "Store"
    music.mkdir()
    (music / "a.txt").write_text("a")
    (music / "b.txt").write_text("b")
    assert run_here("pack", music, "--to", store, "--name", "One", SOURCE_DATE_EPOCH=at(0)).code == 0
    flip(store / "One/data/a.txt")
    assert audit(store, day=1).code == 4
    done = run_here("catalogue", "rebuild", store)
    assert (done.code, "cannot be read" in done.out) == (0, False)
    again = run_here("pack", music, "--to", store, "--name", "Two", "--json", SOURCE_DATE_EPOCH=at(2))
    changes = again.json["changes"]
    assert (changes["new"], changes["replaced"]) == (0, 2)


def test_the_months_of_the_last_checks_are_told(store: Path) -> None:
    octets = run_here("status", "--json").json["stores"][0]["bytes"] // 2

    def told(day: float) -> list[tuple[str, str | None, int, int]]:
        done = run_here("status", "--json", SOURCE_DATE_EPOCH=at(day))
        return [(one["store"], one["month"], one["copies"], one["bytes"]) for one in done.json["checked"]]

    assert told(2) == [("Store", None, 2, 2 * octets)]
    assert audit(store / "One", day=5).code == 0
    assert told(6) == [("Store", None, 1, octets), ("Store", "2023-11", 1, octets)]
    assert audit(store, day=40).code == 0
    assert told(41) == [("Store", "2023-12", 2, 2 * octets)]
    assert told(6) == [("Store", None, 2, 2 * octets)], "a check that lies ahead counts for nothing"
