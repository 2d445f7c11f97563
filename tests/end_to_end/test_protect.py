"""Recovery data: made and used by par2, accepted by an independent program, judged by the bag's own digests."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
from archiver.parity import program
from archiver.parity.program import find_par2
from tests.bagit.bags import seal_tags
from tests.conftest import MakeSource
from tests.running import Outcome, run_here
from tests.samples import flac

TREE: dict[str, bytes] = {
    "Album/1.flac": flac(title="One"),
    "Album/2.flac": flac(title="Two"),
    "Album/big.bin": random.Random(1).randbytes(300_000),
    "Album/odd * name.txt": b"its name has no place in the form",
    "Other/a.txt": random.Random(2).randbytes(5000),
    "Other/b.txt": random.Random(3).randbytes(5000),
    "Other/empty": b"",
}

pytestmark = pytest.mark.skipif(
    find_par2() is None, reason="par2 is not installed: recovery data are not tried"
)


@pytest.fixture
def bag(tmp_path: Path, source: MakeSource) -> Path:
    packed = run_here("pack", source(TREE), "--to", tmp_path / "Store", "--name", "Bag")
    assert packed.code == 0, packed.err
    return tmp_path / "Store" / "Bag"


def protected(bag: Path, *more: str) -> dict[str, bytes]:
    done = run_here("protect", bag, *more, "--json")
    assert done.code == 0, done.err
    return files(bag)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def heal(bag: Path) -> Outcome:
    return run_here("heal", bag, "--json")


def overwrite(path: Path, place: int, content: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(place)
        stream.write(content)


def test_the_bag_stays_valid_and_every_byte_of_its_payload(bag: Path, catalogue_path: Path) -> None:
    before = files(bag)
    done = run_here("protect", bag, "--json")
    assert done.code == 0, done.err
    after = files(bag)
    changed = {"metadata/events.jsonl", "tagmanifest-sha512.txt"}
    assert {path: after[path] for path in before if path not in changed} == {
        path: content for path, content in before.items() if path not in changed
    }
    new = after.keys() - before.keys()
    assert all(path.startswith("parity/") for path in new)
    listed = (bag / "tagmanifest-sha512.txt").read_text()
    assert all(f"  {path}\n" in listed for path in new)
    assert validate(os.fsencode(bag), Depth.FULL).valid
    assert (done.json["sets"], done.json["left_out"]) == (3, 1)
    assert done.json["pin"] == hashlib.sha512(listed.encode()).hexdigest()
    last = json.loads((bag.parent / ".archiver/events.jsonl").read_text().splitlines()[-1])
    assert (last["type"], last["detail"]["pin"]) == ("metadata modification", done.json["pin"])
    assert '"metadata modification"' in (bag / "metadata/events.jsonl").read_text().splitlines()[-1]
    assert run_here("catalogue", "check").code == 0
    assert run_here("status", "--json").json["protected_bags"] == 1
    assert os.listdir(bag.parent / ".incoming") == ["lock"]


def test_a_bag_that_has_recovery_data_is_left_alone(bag: Path) -> None:
    whole = protected(bag, "--redundancy", "2.5%")
    for words in ((), ("--redundancy", "2.5%")):
        again = run_here("protect", bag, *words, "--json")
        assert (again.code, again.json["made"], again.json["sets"]) == (0, "nothing", 0)
        assert again.json["amount"] == "2.5%"
    assert files(bag) == whole
    assert not (bag.parent / ".archiver/aside").exists()


def sets_of(bag: Path) -> set[str]:
    return {path.name for path in (bag / "parity").iterdir()}


def listed_sets(bag: Path) -> set[str]:
    lines = (bag / "tagmanifest-sha512.txt").read_text().splitlines()
    paths = (line.partition("  ")[2] for line in lines)
    return {path.removeprefix("parity/") for path in paths if path.startswith("parity/")}


def test_another_amount_has_them_made_anew_and_the_old_put_aside(bag: Path, catalogue_path: Path) -> None:
    before = protected(bag)
    old = {path.removeprefix("parity/"): before[path] for path in before if path.endswith(".par2")}
    done = run_here("protect", bag, "--redundancy", "20%", "--json")
    assert (done.code, done.json["made"], done.json["sets"]) == (0, "others", 3), done.err
    assert sets_of(bag) == listed_sets(bag)
    assert not sets_of(bag) & old.keys()
    kept = files(Path(done.json["aside"]))
    assert {path.removeprefix("parity/"): kept[path] for path in kept if path.endswith(".par2")} == old
    assert "about 20% of its bytes" in (bag / "parity/README.txt").read_text()
    assert validate(os.fsencode(bag), Depth.FULL).valid
    assert run_here("audit", bag).code == 0
    assert run_here("catalogue", "check").code == 0
    assert run_here("status", "--json").json["protected_bags"] == 1
    whole = files(bag)
    (bag / "metadata/files.csv").unlink()
    overwrite(bag / "data/Album/big.bin", 1000, b"hurt")
    assert heal(bag).code == 0
    assert files(bag) == whole


@pytest.mark.parametrize(
    "change",
    [("set-info", "Contact-Name: Erika Example"), ("add-algorithm", "sha256")],
    ids=lambda one: one[0],
)
def test_a_change_of_the_tag_files_has_their_set_made_anew(bag: Path, change: tuple[str, str]) -> None:
    before = protected(bag)
    payload = {path: before[path] for path in before if path.startswith(("parity/0001", "parity/0002"))}
    done = run_here("bag", change[0], bag, change[1])
    assert (done.code, done.err) == (0, "")
    after = files(bag)
    assert {path: after.get(path) for path in payload} == payload
    assert sets_of(bag) == listed_sets(bag)
    assert {one.partition(".")[0] for one in sets_of(bag)} == {"0001", "0002", "0004", "README"}
    assert run_here("verify", bag).code == 0
    assert run_here("protect", bag, "--json").json["made"] == "nothing"
    for path in ("bag-info.txt", "metadata/events.jsonl", "manifest-sha512.txt"):
        content = (bag / path).read_bytes()
        (bag / path).unlink()
        assert heal(bag).code == 0
        assert (bag / path).read_bytes() == content
    assert files(bag) == after


def test_without_the_program_a_change_goes_on_and_what_follows_is_told_and_mended(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = protected(bag)
    with monkeypatch.context() as patch:
        patch.setattr(program, "find_spec", lambda _: None)
        patch.setenv("PATH", "/nowhere")
        done = run_here("bag", "set-info", bag, "Contact-Name: Erika Example")
    assert done.code == 0
    assert "about its own files as they were before" in done.told
    assert "protect the bag once more" in done.told
    after = files(bag)
    assert all(after[path] == before[path] for path in before if path.startswith("parity/"))
    mended = run_here("protect", bag, "--json")
    assert (mended.code, mended.json["made"], mended.json["sets"]) == (0, "own", 1)
    assert "of these they were made anew" not in run_here("protect", bag).out
    assert run_here("protect", bag, "--json").json["made"] == "nothing"
    whole = files(bag)
    (bag / "bag-info.txt").unlink()
    assert heal(bag).code == 0
    assert files(bag) == whole


def test_recovery_data_that_others_made_give_way_only_where_that_is_asked_for(bag: Path) -> None:
    protected(bag)
    readme = bag / "parity/README.txt"
    readme.write_bytes(b"made by hand")
    seal_tags(bag)
    theirs = files(bag)
    assert run_here("protect", bag, "--json").json["made"] == "nothing"
    assert run_here("bag", "set-info", bag, "Contact-Name: Erika Example").code == 0
    now = files(bag)
    assert {path: now[path] for path in theirs if path.startswith("parity/")} == {
        path: theirs[path] for path in theirs if path.startswith("parity/")
    }
    done = run_here("protect", bag, "--parity", "one-file", "--json")
    assert (done.code, done.json["made"]) == (0, "others")
    assert sets_of(bag) == listed_sets(bag)
    assert readme.read_bytes() != b"made by hand"


def test_any_one_file_of_each_set_can_be_lost(bag: Path) -> None:
    whole = protected(bag)
    (bag / "data/Album/big.bin").unlink()
    (bag / "data/Other/b.txt").unlink()
    (bag / "manifest-sha512.txt").unlink()
    done = heal(bag)
    assert done.code == 0, done.out
    assert {one["means"] for one in done.json["healed"]} == {"parity"}
    assert files(bag) == whole
    assert run_here("verify", bag).code == 0


def test_faults_in_as_many_places_as_there_are_blocks_heal(bag: Path) -> None:
    whole = protected(bag, "--redundancy", "10%")
    size = len(TREE["Album/big.bin"])
    for place in range(8):
        overwrite(bag / "data/Album/big.bin", place * size // 8 + 17, b"damaged")
    done = heal(bag)
    assert done.code == 0, done.out
    assert [one["means"] for one in done.json["healed"]] == ["parity"]
    assert files(bag) == whole


def test_more_damage_than_the_recovery_data_make_good_is_said_and_left(bag: Path) -> None:
    protected(bag, "--redundancy", "5%")
    overwrite(bag / "data/Album/big.bin", 0, bytes(200_000))
    hurt = files(bag)
    done = heal(bag)
    assert (done.code, [one["path"] for one in done.json["unhealed"]]) == (4, ["data/Album/big.bin"])
    assert "more is damaged" in done.json["notes"][0]
    assert files(bag) == hurt


def test_a_damaged_tag_manifest_follows_from_the_recovered_tag_files(bag: Path) -> None:
    whole = protected(bag)
    overwrite(bag / "tagmanifest-sha512.txt", 30, b"xyz")
    (bag / "bag-info.txt").unlink()
    done = heal(bag)
    assert done.code == 0, done.out
    assert files(bag) == whole


def test_a_damaged_volume_is_no_hindrance_and_is_told(bag: Path) -> None:
    protected(bag)
    (volume,) = (bag / "parity").glob("0001.vol*")
    overwrite(volume, 60, bytes(100))
    overwrite(bag / "data/Album/big.bin", 5, b"hurt")
    done = heal(bag)
    assert (done.code, [one["path"] for one in done.json["unhealed"]]) == (4, [f"parity/{volume.name}"])
    assert (bag / "data/Album/big.bin").read_bytes() == TREE["Album/big.bin"]


def test_damaged_copies_and_recovery_data_help_each_other(bag: Path, tmp_path: Path) -> None:
    whole = protected(bag, "--redundancy", "10%")
    shutil.copytree(bag, tmp_path / "Second" / "Bag")
    # neither has enough sound blocks alone, and they differ in too many places to be tried
    generator = random.Random(7)
    for path, places in (
        (bag, range(0, 300_000, 8000)),
        (tmp_path / "Second" / "Bag", range(4000, 300_000, 8000)),
    ):
        for place in places:
            overwrite(path / "data/Album/big.bin", place, generator.randbytes(40))
    done = run_here("heal", bag, "--from", tmp_path / "Second", "--json")
    assert done.code == 0, done.out
    assert files(bag) == whole


def test_pack_makes_them_in_the_run(tmp_path: Path, source: MakeSource) -> None:
    store = tmp_path / "Store"
    packed = run_here("pack", source(TREE), "--to", store, "--name", "Bag", "--parity", "one-file")
    assert packed.code == 0, packed.err
    whole = files(store / "Bag")
    assert validate(os.fsencode(store / "Bag"), Depth.FULL).valid
    (event,) = [
        one
        for one in map(json.loads, whole["metadata/events.jsonl"].splitlines())
        if one.get("type") == "creation"
    ]
    assert event["detail"].startswith("Recovery data (PAR2, one file of each album)")
    assert b"Recovery data (PAR2" in whole["metadata/premis.xml"]
    (store / "Bag/data/Album/big.bin").unlink()
    (store / "Bag/metadata/files.jsonl").unlink()
    assert heal(store / "Bag").code == 0
    assert files(store / "Bag") == whole
    assert os.listdir(store / ".incoming") == ["lock"]


@pytest.mark.parametrize("words", [("--parity", "one-file"), ("--redundancy", "40%")], ids=lambda one: one[0])
def test_bags_of_a_size_hold_their_recovery_data_too(
    tmp_path: Path, source: MakeSource, words: tuple[str, str]
) -> None:
    noise = random.Random(5)
    tree = {f"Album {n // 3}/{n}.bin": noise.randbytes(120_000) for n in range(12)}
    store = tmp_path / "Store"
    packed = run_here("pack", source(tree), "--to", store, "--max-size", "1MB", *words, "--json")
    assert packed.code == 0, packed.err
    assert len(packed.json["bags"]) > 2
    for bag in packed.json["bags"]:
        sizes = [path.stat().st_size for path in Path(bag).rglob("*") if path.is_file()]
        assert sum(sizes) <= 1_000_000


def test_an_independent_program_accepts_and_uses_them(bag: Path, tmp_path: Path) -> None:
    other = shutil.which("par2")
    ours = find_par2()
    if other is None or (ours is not None and os.path.realpath(other) == os.path.realpath(ours.path)):
        pytest.skip("no par2 of the system is installed: that others accept recovery data is not tried")
    protected(bag)
    work = tmp_path / "work"
    shutil.copytree(bag / "data", work / "data")
    for path in (bag / "parity").glob("0001*"):
        shutil.copy(path, work)
    verified = subprocess.run(
        [other, "verify", "-q", "0001.par2"], cwd=work, check=False, capture_output=True
    )
    assert verified.returncode == 0, verified.stdout
    overwrite(work / "data/Album/big.bin", 1000, b"hurt")
    (work / "data/Album/1.flac").unlink()
    repaired = subprocess.run(
        [other, "repair", "-q", "0001.par2"], cwd=work, check=False, capture_output=True
    )
    assert repaired.returncode in {0, 2}, repaired.stdout
    (work / "data/Album/1.flac").write_bytes(TREE["Album/1.flac"])
    repaired = subprocess.run(
        [other, "repair", "-q", "0001.par2"], cwd=work, check=False, capture_output=True
    )
    assert repaired.returncode == 0, repaired.stdout
    assert (work / "data/Album/big.bin").read_bytes() == TREE["Album/big.bin"]


def forged(name: bytes) -> bytes:
    padded = name + bytes(-len(name) % 4)
    hashed = bytes(16) + b"PAR 2.0\0FileDesc" + bytes(56) + padded
    return b"PAR2\0PKT" + struct.pack("<Q", 32 + len(hashed)) + hashlib.md5(hashed).digest() + hashed


@pytest.mark.parametrize(
    "name",
    [b"../../out", b"/tmp/out", b"data/../../out", b"..\\out", b"data/\xff", b"a//b", b".", b"C:\\out"],
)
def test_a_set_that_names_a_file_outside_is_not_used(
    bag: Path, name: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    protected(bag)
    with (bag / "parity/0001.par2").open("ab") as stream:
        stream.write(forged(name))
    overwrite(bag / "data/Album/big.bin", 5, b"hurt")
    around = {str(path) for path in bag.parent.parent.rglob("*") if "data" not in path.parts}
    done = heal(bag)
    assert done.code == 4
    assert "are not used" in " ".join(done.json["notes"])
    new = {str(path) for path in bag.parent.parent.rglob("*") if "data" not in path.parts} - around
    assert all("/.archiver/" in path for path in new), new


def test_a_set_of_another_bag_changes_nothing(bag: Path, tmp_path: Path) -> None:
    protected(bag)
    other = tmp_path / "Other" / "Bag"
    shutil.copytree(bag, other)
    (other / "data/Album/big.bin").write_bytes(bytes(300_000))
    shutil.rmtree(other / "parity")
    for name in ("tagmanifest-sha512.txt", "manifest-sha512.txt"):
        (other / name).unlink()
    lines = [
        f"{hashlib.sha512(path.read_bytes()).hexdigest()}  {path.relative_to(other)}\n"
        for path in sorted((other / "data").rglob("*"))
        if path.is_file()
    ]
    (other / "manifest-sha512.txt").write_text("".join(lines))
    assert run_here("protect", other).code == 0
    shutil.rmtree(bag / "parity")
    shutil.copytree(other / "parity", bag / "parity")
    overwrite(bag / "data/Album/big.bin", 5, b"hurt")
    hurt = (bag / "data/Album/big.bin").read_bytes()
    assert heal(bag).code == 4
    assert (bag / "data/Album/big.bin").read_bytes() == hurt


def test_a_damaged_bag_gets_none(bag: Path) -> None:
    overwrite(bag / "data/Album/big.bin", 5, b"hurt")
    hurt = files(bag)
    refused = run_here("protect", bag)
    assert (refused.code, "not valid" in refused.told) == (4, True)
    assert files(bag) == hurt


def test_without_the_program_it_is_said_how_to_get_it(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    protected(bag)
    overwrite(bag / "data/Album/big.bin", 5, b"hurt")
    monkeypatch.setattr(program, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")
    refused = run_here("protect", bag)
    assert (refused.code, "music-archiver[parity]" in refused.told) == (1, True)
    assert run_here("pack", bag.parent.parent / "Music", "--to", bag.parent, "--redundancy", "5%").code == 1
    assert "music-archiver[parity]" in heal(bag).json["notes"][0]


@pytest.mark.parametrize("amount", ["0%", "101%", "x", "-5"])
def test_a_part_that_is_none_is_refused(bag: Path, amount: str) -> None:
    assert run_here("protect", bag, f"--redundancy={amount}").code == 2
    assert run_here("protect", bag, "--redundancy=5", "--parity", "one-file").code == 2


def test_a_bag_that_is_protected_holds_what_later_accessions_count_on(bag: Path, tmp_path: Path) -> None:
    music = tmp_path / "later" / "Music"
    shutil.copytree(tmp_path / "Music", music)
    (music / "new.txt").write_text("new")
    packed = run_here("pack", music, "--to", bag.parent, "--name", "Two")
    assert packed.code == 0, packed.err
    protected(bag)
    for number in range(2):
        given = run_here("restore", "Music", "--to", tmp_path / f"Given {number}")
        assert given.code == 0, given.out + given.err
        assert files(tmp_path / f"Given {number}") == files(music)
        assert run_here("catalogue", "rebuild", bag.parent).code == 0
    again = run_here("pack", music, "--to", bag.parent, "--json")
    assert again.json["nothing_new"], again.out


def test_verify_says_that_there_are_recovery_data(bag: Path) -> None:
    assert run_here("verify", bag, "--json").json["bags"][0]["recovery_sets"] == 0
    protected(bag)
    assert run_here("verify", bag, "--json").json["bags"][0]["recovery_sets"] == 3
    assert "3 sets of recovery data" in run_here("verify", bag).out
    overwrite(bag / "parity/0001.par2", 70, b"hurt")
    found = run_here("verify", bag)
    assert (found.code, "parity/0001.par2" in found.out, "archiver heal --dry-run" in found.out) == (
        4,
        True,
        True,
    )
