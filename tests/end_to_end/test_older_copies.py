"""A bag whose tag files are changed on purpose in one of its copies stays one bag; the other copy is older, and right."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from archiver.catalogue.database import opened, reading
from tests.conftest import MakeSource
from tests.end_to_end.days import at, store_of_two_days
from tests.running import Outcome, run_here
from tests.samples import tree_digest


@pytest.fixture
def stores(tmp_path: Path, source: MakeSource) -> tuple[Path, Path]:
    """Two stores with the same bags, one of which was changed in the first of them."""
    first, second = store_of_two_days(source, tmp_path), tmp_path / "Second"
    copied = run_here("copy", "Music", "--to", second, "--read-back", SOURCE_DATE_EPOCH=at(2))
    assert copied.code == 0, copied.err
    changed = run_here("bag", "set-info", first / "One", "Contact-Name: Archive", SOURCE_DATE_EPOCH=at(3))
    assert (changed.code, changed.err) == (0, "")
    return first, second


def bags(catalogue: Path) -> dict[str, dict[str, object]]:
    """Return the bags that a catalogue knows, each with its copies and whether they are older."""
    with reading(str(catalogue)) as lent:
        sql = (
            "SELECT bag.name, label, state, copy_id IN (SELECT copy_id FROM older_copy) FROM bag"
            " JOIN copy USING (bag_id) JOIN store USING (store_id) ORDER BY bag.bag_id, label"
        )
        found: dict[str, dict[str, object]] = {}
        for name, label, state, older in lent.rows(sql):
            assert str(label) not in found.setdefault(str(name), {})
            found[str(name)][str(label)] = (state, bool(older))
        assert lent.number("SELECT count(*) FROM bag") == len(found)
    return found


AFTER = {
    "One": {"Second": ("present", True), "Store": ("present", False)},
    "Two": {"Second": ("present", False), "Store": ("present", False)},
}
HEALED = {name: dict.fromkeys(of, ("present", False)) for name, of in AFTER.items()}


def test_both_copies_are_of_one_bag_and_neither_is_damaged(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    assert bags(catalogue_path) == AFTER
    assert run_here("catalogue", "check").code == 0
    audited = run_here("audit", first, second, SOURCE_DATE_EPOCH=at(4))
    assert (audited.code, audited.err) == (0, "")
    assert run_here("verify", first, second).code == 0
    assert bags(catalogue_path) == AFTER
    told = run_here("show", first / "One")
    assert "Second/One: present, older tag files" in " ".join(told.out.split())
    shown = run_here("show", first / "One", "--json").json
    assert [copy.get("older") for copy in shown["copies"]] == [None, True]
    status = run_here("status")
    assert "In one copy only" not in status.out
    assert "Older tag files than another copy: One (Second)." in status.out
    assert [one["store"] for one in run_here("status", "--json").json["older_copies"]] == ["Second"]
    assert len(run_here("find", "notes", "--json").json["files"]) == 1


def test_a_bag_with_another_payload_is_another_bag_though_it_was_accepted(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    _, second = stores
    bag = second / "Two"
    notes = next(path for path in (bag / "data").rglob("*") if path.is_file())
    rewritten(bag, notes, notes.read_bytes()[::-1])
    assert run_here("verify", bag).code == 0
    assert run_here("catalogue", "accept", bag, SOURCE_DATE_EPOCH=at(4)).code == 0
    assert run_here("catalogue", "rebuild", *stores).code == 0
    with reading(str(catalogue_path)) as lent:
        assert lent.number("SELECT count(*) FROM bag WHERE name = 'Two'") == 2
        assert (
            lent.number("SELECT count(*) FROM older_copy JOIN copy USING (copy_id) WHERE path = 'Two'") == 0
        )


def rewritten(bag: Path, file: Path, content: bytes) -> None:
    """Change a file of a bag, and make the bag valid again."""
    changed = {file: (file.read_bytes(), content)}
    assert content != file.read_bytes()
    file.write_bytes(content)
    for manifest in (*bag.glob("manifest-*.txt"), *bag.glob("tagmanifest-*.txt")):
        algorithm, before = manifest.stem.partition("-")[2], manifest.read_bytes()
        text = before.decode()
        for old, new in changed.values():
            text = text.replace(
                hashlib.new(algorithm, old).hexdigest(), hashlib.new(algorithm, new).hexdigest()
            )
        manifest.write_text(text)
        changed[manifest] = (before, text.encode())


def test_damage_of_an_older_copy_is_still_damage(stores: tuple[Path, Path], catalogue_path: Path) -> None:
    _, second = stores
    info = second / "One" / "bag-info.txt"
    info.write_bytes(info.read_bytes() + b"Contact-Name: Mallory\n")
    assert run_here("audit", second, SOURCE_DATE_EPOCH=at(4)).code == 4
    assert bags(catalogue_path)["One"]["Second"] == ("damaged", True)


def test_an_older_copy_stays_right_where_the_newer_one_is_damaged(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    older = tree_digest(second / "One")
    events = first / "One/metadata/events.jsonl"
    events.write_bytes(events.read_bytes()[:-9])
    done = run_here("heal", second / "One", SOURCE_DATE_EPOCH=at(4))
    assert done.code == 0, done.out + done.err
    assert tree_digest(second / "One") == older
    assert bags(catalogue_path)["One"]["Second"] == ("present", True)
    assert run_here("verify", second / "One").code == 0


def test_healing_brings_the_older_copy_up_to_date_and_never_back(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    newer = tree_digest(first / "One")
    assert run_here("heal", first / "One", SOURCE_DATE_EPOCH=at(4)).code == 0
    assert tree_digest(first / "One") == newer
    healed = run_here("heal", second / "One", SOURCE_DATE_EPOCH=at(5))
    assert healed.code == 0, healed.out + healed.err
    assert (second / "One" / "bag-info.txt").read_bytes() == (first / "One" / "bag-info.txt").read_bytes()
    assert bags(catalogue_path) == HEALED
    assert run_here("audit", second, SOURCE_DATE_EPOCH=at(6)).code == 0
    assert run_here("catalogue", "check").code == 0
    catalogue_path.unlink()
    assert run_here("catalogue", "rebuild", first, second).code == 0
    assert bags(catalogue_path) == HEALED


def test_without_the_newer_copy_an_older_one_is_healed_to_what_it_was(
    stores: tuple[Path, Path], catalogue_path: Path, tmp_path: Path
) -> None:
    first, second = stores
    kept = (second / "One" / "bag-info.txt").read_bytes()
    shutil.move(first, tmp_path / "Elsewhere")
    healed = run_here("heal", second / "One", SOURCE_DATE_EPOCH=at(5))
    assert healed.code == 0, healed.out + healed.err
    assert (second / "One" / "bag-info.txt").read_bytes() == kept
    assert bags(catalogue_path)["One"]["Second"] == ("present", True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["newer first", "older first"])
def test_a_rebuilt_catalogue_learns_it_from_the_logs(
    stores: tuple[Path, Path], catalogue_path: Path, order: tuple[int, int]
) -> None:
    catalogue_path.unlink()
    places = [stores[number] for number in order]
    rebuilt = run_here("catalogue", "rebuild", *places)
    assert (rebuilt.code, rebuilt.err) == (0, "")
    assert bags(catalogue_path) == AFTER
    assert run_here("catalogue", "check").code == 0


def test_two_changes_apart_from_each_other_are_two_descriptions(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    other = run_here("bag", "set-info", second / "One", "Contact-Name: Other", SOURCE_DATE_EPOCH=at(4))
    assert other.code == 0
    with opened(str(catalogue_path)) as lent:
        assert lent.number("SELECT count(*) FROM bag WHERE name = 'One'") == 2
        assert lent.number("SELECT count(*) FROM copy WHERE state <> 'present'") == 0
    assert run_here("audit", first, second, SOURCE_DATE_EPOCH=at(5)).code == 0


def test_a_change_that_no_log_tells_of_makes_another_bag(
    stores: tuple[Path, Path], catalogue_path: Path, tmp_path: Path
) -> None:
    _, second = stores
    forged = tmp_path / "Third" / "One"
    shutil.copytree(second / "One", forged)
    assert run_here("bag", "set-info", forged, "Contact-Name: Mallory", SOURCE_DATE_EPOCH=at(4)).code == 0
    assert run_here("catalogue", "add", forged.parent).code in (0, 4)
    with reading(str(catalogue_path)) as lent:
        pins = {pin for (pin,) in lent.rows("SELECT pin FROM bag WHERE name = 'One'")}
    assert len(pins) == 2


def test_packing_again_counts_on_the_copy_of_its_own_store(stores: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = stores
    music = tmp_path / "later" / "Music"
    (music / "late.txt").write_bytes(b"late")
    for store in (first, second):
        packed = run_here("pack", music, "--to", store, "--json", SOURCE_DATE_EPOCH=at(6))
        assert packed.code == 0, packed.err
    for place in (first, second):
        back = tmp_path / f"Back {place.name}"
        restored = run_here("restore", "Music", "--from", place, "--to", back)
        assert restored.code == 0, restored.err
        assert (back / "late.txt").read_bytes() == b"late"
        assert (back / "notes.txt").read_bytes() == b"about it\n"


def test_where_the_newer_copy_is_not_at_hand_an_older_one_is_copied_and_called_so(
    stores: tuple[Path, Path], catalogue_path: Path, tmp_path: Path
) -> None:
    first, second = stores
    third, elsewhere = tmp_path / "Third", tmp_path / "Elsewhere"
    shutil.move(first, elsewhere)
    before = tree_digest(second)
    done = run_here("copy", second / "One", "--to", third, "--read-back", SOURCE_DATE_EPOCH=at(4))
    assert done.code == 0, done.out + done.err
    told = " ".join(done.out.split())
    assert "copied, " in told
    assert "Its tag files are older than another copy's" in told
    assert f"archiver heal {third / 'One'}" in told
    assert tree_digest(second) == before
    for name in ("bag-info.txt", "tagmanifest-sha512.txt", "metadata/events.jsonl"):
        assert (third / "One" / name).read_bytes() == (second / "One" / name).read_bytes()
    assert bags(catalogue_path)["One"] == {
        "Second": ("present", True),
        "Store": ("present", False),
        "Third": ("present", True),
    }
    assert run_here("audit", second, third, SOURCE_DATE_EPOCH=at(5)).code == 0
    assert run_here("catalogue", "check").code == 0
    again = run_here("copy", second / "One", "--to", third, "--json", SOURCE_DATE_EPOCH=at(6))
    assert [(one["outcome"], one["older"]) for one in again.json["bags"]] == [("there already", True)]
    shutil.move(elsewhere, first)
    healed = run_here("heal", third / "One", SOURCE_DATE_EPOCH=at(7))
    assert healed.code == 0, healed.out + healed.err
    assert bags(catalogue_path)["One"]["Third"] == ("present", False)
    catalogue_path.unlink()
    assert run_here("catalogue", "rebuild", first, second, third).code == 0
    assert bags(catalogue_path)["One"]["Second"] == ("present", True)
    assert bags(catalogue_path)["One"]["Third"] == ("present", False)


def test_the_newer_copy_is_the_one_to_copy_from_where_it_is_at_hand(
    stores: tuple[Path, Path], tmp_path: Path
) -> None:
    first, second = stores
    done = run_here("copy", second / "One", "--to", tmp_path / "Third", "--json", SOURCE_DATE_EPOCH=at(4))
    assert [(one["source"], one["older"]) for one in done.json["bags"]] == [(str(first / "One"), False)]
    there = run_here("copy", first / "One", "--to", second, SOURCE_DATE_EPOCH=at(4))
    assert there.code == 0
    assert "there already. Its tag files are older" in " ".join(there.out.split())


def test_of_two_older_copies_the_newer_is_copied(
    stores: tuple[Path, Path], catalogue_path: Path, tmp_path: Path
) -> None:
    first, second = stores
    third = tmp_path / "Third"
    assert run_here("copy", first / "One", "--to", third, SOURCE_DATE_EPOCH=at(4)).code == 0
    changed = run_here("bag", "set-info", first / "One", "Contact-Name: Other", SOURCE_DATE_EPOCH=at(5))
    assert changed.code == 0
    shutil.move(first, tmp_path / "Elsewhere")
    # the oldest was checked last, which says nothing of which is newer
    assert run_here("verify", second, SOURCE_DATE_EPOCH=at(6)).code == 0
    done = run_here("copy", second / "One", "--to", tmp_path / "Fourth", "--json", SOURCE_DATE_EPOCH=at(7))
    assert [(one["source"], one["older"]) for one in done.json["bags"]] == [(str(third / "One"), True)]
    assert bags(catalogue_path)["One"]["Fourth"] == ("present", True)
    assert run_here("audit", tmp_path / "Fourth", SOURCE_DATE_EPOCH=at(8)).code == 0


def test_a_damaged_older_copy_is_not_copied(stores: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = stores
    shutil.move(first, tmp_path / "Elsewhere")
    info = second / "One" / "bag-info.txt"
    info.write_bytes(info.read_bytes() + b"Contact-Name: Mallory\n")
    done = run_here("copy", second / "One", "--to", tmp_path / "Third", SOURCE_DATE_EPOCH=at(4))
    assert done.code == 4
    assert not (tmp_path / "Third/One").exists()


def retire(bag: Path, *more: str) -> Outcome:
    return run_here("retire", bag, *more, SOURCE_DATE_EPOCH=at(10))


def test_the_copy_with_the_newer_tag_files_stays_while_the_others_are_older(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    assert run_here("verify", first, second, SOURCE_DATE_EPOCH=at(9)).code == 0
    before = tree_digest(first / "One")
    stays = retire(first / "One")
    told = " ".join(stays.out.split())
    assert stays.code == 1, stays.out
    assert "Second: One, checked 2023-11-23, older tag files" in told
    assert "what was changed of its tag files, which no other such copy has" in told
    assert "archiver heal" in told
    assert "--give-up-changes" in told
    assert tree_digest(first / "One") == before
    asked = retire(first / "One", "--json").json
    assert (asked["may_go"], asked["only_older"]) == (False, True)
    assert [one["older"] for one in asked["same_bag"]] == [True]
    assert run_here("heal", second / "One", SOURCE_DATE_EPOCH=at(9)).code == 0
    gone = retire(first / "One", "--json").json
    assert (gone["removed"], gone["only_older"]) == (True, False)
    assert bags(catalogue_path)["One"] == {"Second": ("present", False), "Store": ("retired", False)}


def test_changes_of_tag_files_are_given_up_on_purpose_only(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    assert run_here("verify", first, second, SOURCE_DATE_EPOCH=at(9)).code == 0
    rehearsed = retire(first / "One", "--give-up-changes", "--dry-run")
    assert rehearsed.code == 0
    assert "what was changed of its tag files, which no other such copy has, is given up" in " ".join(
        rehearsed.out.split()
    )
    assert retire(first / "One", "--give-up-changes").code == 0
    assert not (first / "One").exists()
    assert bags(catalogue_path)["One"] == {"Second": ("present", True), "Store": ("retired", False)}
    assert "Older tag files than another copy" not in run_here("status").out
    assert run_here("audit", second, SOURCE_DATE_EPOCH=at(11)).code == 0


def test_an_older_copy_goes_where_the_newer_one_was_checked(
    stores: tuple[Path, Path], catalogue_path: Path
) -> None:
    first, second = stores
    assert run_here("verify", first, second, SOURCE_DATE_EPOCH=at(9)).code == 0
    done = retire(second / "One", "--json")
    assert (done.code, done.json["only_older"]) == (0, False)
    assert bags(catalogue_path)["One"] == {"Second": ("retired", True), "Store": ("present", False)}


def test_a_newer_copy_that_was_not_checked_is_not_counted_on(
    stores: tuple[Path, Path], tmp_path: Path
) -> None:
    first, second = stores
    third = tmp_path / "Third"
    assert run_here("verify", first, second, SOURCE_DATE_EPOCH=at(9)).code == 0
    assert run_here("copy", first / "One", "--to", third, SOURCE_DATE_EPOCH=at(9)).code == 0
    stays = retire(first / "One", "--json")
    assert (stays.code, stays.json["only_older"]) == (1, True)
    assert [one["store"] for one in stays.json["unchecked"]] == ["Third"]
    assert run_here("verify", third, SOURCE_DATE_EPOCH=at(9)).code == 0
    assert retire(first / "One").code == 0
