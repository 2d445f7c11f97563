"""Signatures stand in no manifest: they are healed where a copy has one that holds for the bag as it is known."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import flac
from tests.signing.keys import make_key, needs_ssh_keygen, signature

pytestmark = needs_ssh_keygen


@pytest.fixture
def bag(tmp_path: Path, source: MakeSource) -> Path:
    """Pack a bag, sign it, and copy it to a second store that the catalogue knows."""
    music = source({"Album/1.flac": flac(title="One"), "notes.txt": b"n" * 900})
    bag = tmp_path / "Store" / "Bag"
    assert run_here("pack", music, "--to", bag.parent, "--name", "Bag").code == 0
    assert run_here("sign", bag, "--key", make_key(tmp_path)).code == 0
    shutil.copytree(bag, tmp_path / "Second" / "Bag")
    assert run_here("catalogue", "add", tmp_path / "Second").code == 0
    return bag


def second(bag: Path) -> Path:
    return bag.parent.parent / "Second" / "Bag"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def spoil(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    content[100:102] = b"!!"
    path.write_bytes(content)
    return bytes(content)


def written(bag: Path) -> Path:
    (path,) = (bag / "signatures").glob("*.sig")
    return path


def test_a_damaged_signature_is_taken_from_a_copy_in_which_it_holds(bag: Path) -> None:
    whole = files(bag)
    bad = spoil(written(bag))
    name = f"signatures/{written(bag).name}"
    rehearsed = run_here("heal", bag, "--dry-run", "--json")
    assert [one["path"] for one in rehearsed.json["healed"]] == [name]
    assert files(bag)[name] == bad
    done = run_here("heal", bag, "--json")
    assert (done.code, done.json["healed"]) == (
        0,
        [{"path": name, "fault": "damaged", "means": "copy", "source": str(second(bag))}],
    )
    assert files(bag) == whole
    assert bad in files(Path(done.json["aside"])).values()
    assert run_here("audit", bag).code == 0


def test_signatures_that_are_gone_come_back_with_what_they_are_checked_by(bag: Path) -> None:
    whole = files(bag)
    shutil.rmtree(bag / "signatures")
    (bag / "tagmanifest-sha512.txt").unlink()
    done = run_here("heal", bag, "--json")
    assert done.code == 0, done.out
    assert files(bag) == whole
    assert run_here("verify", bag, "--require-signature").code == 0


def test_what_no_copy_has_whole_is_said_and_left(bag: Path) -> None:
    bad = spoil(written(bag))
    spoil(written(second(bag)))
    done = run_here("heal", bag, "--json")
    assert (done.code, done.json["healed"]) == (4, [])
    (one,) = done.json["unhealed"]
    assert (one["path"], one["fault"]) == (f"signatures/{written(bag).name}", "damaged")
    assert "no copy has one that does" in one["reason"]
    assert written(bag).read_bytes() == bad


def test_a_signature_of_something_else_is_never_taken(bag: Path, tmp_path: Path) -> None:
    name = written(bag).name
    written(bag).unlink()
    other = make_key(tmp_path, "other")
    (second(bag) / "signatures" / name).write_bytes(signature(other, b"another tag manifest"))
    done = run_here("heal", bag, "--json")
    assert (done.code, done.json["healed"], done.json["unhealed"]) == (0, [], [])
    assert not (bag / "signatures" / name).exists()


def test_a_signature_that_cannot_be_judged_here_is_told_and_not_taken(bag: Path) -> None:
    name = "tagmanifest-sha512.txt.erika.minisig"
    lines = [
        b"untrusted comment: x",
        base64.b64encode(b"Ed" + bytes(72)),
        b"trusted comment: y",
        base64.b64encode(bytes(64)),
        b"",
    ]
    (second(bag) / "signatures" / name).write_bytes(b"\n".join(lines))
    before = files(bag)
    done = run_here("heal", bag, "--json")
    assert files(bag) == before
    (note,) = done.json["notes"]
    assert (done.code, name in note, "was not taken" in note) == (0, True, True)


def test_an_archive_gives_a_signature_too(bag: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "Bag"), "tar", bag.parent, "Bag")
    whole = files(bag)
    spoil(written(bag))
    done = run_here("heal", bag, "--from", archive, "--json")
    assert (done.code, done.json["healed"][0]["source"]) == (0, archive), done.out
    assert files(bag) == whole


def test_in_a_kept_store_a_bag_with_nothing_wrong_is_said_to_be_right(bag: Path) -> None:
    assert run_here("store", "mark", "--immutable", bag.parent).code == 0
    try:
        done = run_here("heal", bag)
        assert (done.code, "all as they should be; nothing was changed" in done.out) == (0, True), done
        assert run_here("heal", bag, "--json").json["dry_run"] is False
        written(bag).chmod(0o644)
        spoil(written(bag))
        refused = run_here("heal", bag)
        assert (refused.code, "in which 1 file is not right" in refused.told) == (2, True), refused
    finally:
        assert run_here("store", "mark", "--changeable", bag.parent).code == 0
    assert run_here("heal", bag).code == 0
