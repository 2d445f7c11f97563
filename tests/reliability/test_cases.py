"""Cases to survive that are shown through the command line here, by their numbers; others are shown where their kind is.

``docs/explanation/reliability-cases.md`` lists all with their tests.
"""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from archiver import disk
from archiver.catalogue.database import opened
from tests.bagit.bags import TWO_FILES, build_bag, manifest_text, rewrite, seal_tags, tree_state
from tests.conftest import MakeSource
from tests.reliability.faults import strace
from tests.running import EPOCH, Outcome, run_here, run_program
from tests.samples import MTIME_NS, File, flac, given_back
from tests.watching import peak_of_program

NOW = int(EPOCH)
DAY = 86_400


def pack(music: Path, store: Path, *words: str, at: int = NOW) -> Outcome:
    return run_here("pack", music, "--to", store, *words, "--json", SOURCE_DATE_EPOCH=str(at))


@pytest.mark.case(2)
def test_case_02_everything_is_on_the_disk_before_a_bag_gets_its_name(
    source: MakeSource, tmp_path: Path
) -> None:
    music = source({"A/one.flac": flac(title="One"), "A/two.bin": b"two", "three.txt": b"three"})
    store, log = tmp_path / "Store", tmp_path / "trace"
    before = strace(log, "-y", "-s", "4096", "-e", "trace=/^(fsync|fdatasync|syncfs|rename.*)$")
    done = run_program("pack", music, "--to", store, "--name", "Bag", before=before)
    assert done.code == 0, done.err
    calls = log.read_text().splitlines()
    named = next(
        at for at, call in enumerate(calls) if " rename" in call and call.rstrip(" 0=").endswith('"Bag")')
    )
    synced = {path for call in calls[:named] for path in re.findall(r"sync\(\d+<(.*?)>\)", call)}
    staged = next(path for path in synced if path.endswith("/bag"))
    wanted = {staged + str(path)[len(str(store / "Bag")) :] for path in (store / "Bag").rglob("*")}
    assert wanted <= synced, f"not on the disk: {wanted - synced}"
    after = {path for call in calls[named:] for path in re.findall(r"sync\(\d+<(.*?)>\)", call)}
    assert str(store) in after, "the name was not on the disk when the run ended"


@pytest.mark.case(7)
@pytest.mark.parametrize(("times", "status"), [(1, 0), (9, 3)])
def test_case_07_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, status: int
) -> None:
    music, left = tmp_path / "Music", [times]
    music.mkdir()
    (music / "growing.bin").write_bytes(b"one")
    (music / "other.bin").write_bytes(b"another")
    read_ahead = disk.read_ahead

    def growing(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith("growing.bin") and left[0]:
            left[0] -= 1
            with open(music / "growing.bin", "ab") as file:
                file.write(b" more")
        read_ahead(descriptor)

    monkeypatch.setattr(disk, "read_ahead", growing)
    done = pack(music, tmp_path / "Store", "--name", "Bag", "-j", "1")
    assert done.code == status, done.err
    packed = tmp_path / "Store/Bag/data"
    assert (packed / "other.bin").read_bytes() == b"another"
    if status:
        assert [one["code"] for one in done.json["problems"] if one["path"] == "growing.bin"] == ["S104"]
        assert not (packed / "growing.bin").exists()
    else:
        assert (packed / "growing.bin").read_bytes() == (music / "growing.bin").read_bytes()


@pytest.mark.case(18)
def test_case_18_a_sparse_file_of_a_tebibyte(tmp_path: Path) -> None:
    music = tmp_path / "Music"
    music.mkdir()
    with open(music / "image.bin", "wb") as file:
        file.truncate(1 << 40)
    (music / "song.flac").write_bytes(flac())
    scanned = run_here("scan", music, "--json")
    assert scanned.code == 0
    assert scanned.json["problem_counts"]["S108"] == 1
    packed = pack(music, tmp_path / "Store")
    assert packed.code == 1
    assert "free" in packed.told
    assert not list((tmp_path / "Store").glob("[!.]*"))


@pytest.mark.case(20)
def test_case_20_clocks_that_go_backwards_and_times_of_other_centuries(
    source: MakeSource, tmp_path: Path
) -> None:
    times = {"1901": -2_177_452_800, "1970": 0, "2038": 2_147_483_648, "2106": 4_294_967_296}
    music = source({name: File(name.encode(), mtime_ns=at * 10**9) for name, at in times.items()})
    store = tmp_path / "Store"
    assert pack(music, store, "--name", "First").code == 0
    (tmp_path / "Later").mkdir()
    grown = source({name: File(name.encode(), mtime_ns=MTIME_NS) for name in (*times, "new")}, "Later/Music")
    later = pack(grown, store, "--name", "Second", at=NOW - 10 * 365 * DAY)
    assert (later.code, later.json["changes"]["new"]) == (0, 1)
    restored = run_here("restore", "Music", "--from", store, "--to", tmp_path / "Newest")
    assert restored.code == 0
    assert (tmp_path / "Newest/new").read_bytes() == b"new"
    restored = run_here("restore", store / "First", "--to", tmp_path / "First")
    assert restored.code == 0
    assert given_back(tmp_path / "First") == given_back(music)
    for year in (2037, 2039, 2150, 1971):
        at = str((year - 1970) * 365 * DAY)
        audited = run_here("audit", "--older-than", "30d", "--json", SOURCE_DATE_EPOCH=at)
        assert (audited.code, len(audited.json["bags"])) == (0, 2), (
            f"in {year} both bags are due: {audited.out}"
        )


@pytest.mark.case(21)
def test_case_21_a_rewrite_within_one_tick_of_the_clock(tmp_path: Path, catalogue_path: Path) -> None:
    music, store = tmp_path / "Music", tmp_path / "Store"
    music.mkdir()
    (music / "a.bin").write_bytes(b"before")
    looked = int((music / "a.bin").stat().st_ctime)
    assert pack(music, store, "--name", "First", at=looked).code == 0
    status = (music / "a.bin").stat()
    (music / "a.bin").write_bytes(b"after!")
    os.utime(music / "a.bin", ns=(status.st_mtime_ns, status.st_mtime_ns))
    with (
        opened(str(catalogue_path)) as catalogue,
        catalogue.write(),
    ):  # what one tick for both would have left
        catalogue.run("UPDATE held SET ctime_ns = ?", ((music / "a.bin").stat().st_ctime_ns,))
    again = pack(music, store, "--name", "Second", at=looked + DAY)
    assert not again.json["nothing_new"]
    assert (store / "Second/data/a.bin").read_bytes() == b"after!"


@pytest.mark.case(22)
def test_case_22_a_modification_time_that_was_put_back(tmp_path: Path) -> None:
    music, store = tmp_path / "Music", tmp_path / "Store"
    music.mkdir()
    (music / "a.bin").write_bytes(b"before")
    os.utime(music / "a.bin", ns=(MTIME_NS, MTIME_NS))
    far = 4 * NOW  # so late that all times are proved
    assert pack(music, store, "--name", "First", at=far).code == 0
    (music / "a.bin").write_bytes(b"after!")
    os.utime(music / "a.bin", ns=(MTIME_NS, MTIME_NS))
    again = pack(music, store, "--name", "Second", at=far + DAY)
    assert again.json["changes"]["damaged"] == 1
    assert "S113" in [one["code"] for one in again.json["problems"]]
    assert (store / "First/data/a.bin").read_bytes() == b"before"
    assert (store / "Second/data/a.bin").read_bytes() == b"after!"


@pytest.mark.case(28)
def test_case_28_tags_that_explode_and_files_that_are_none(source: MakeSource, tmp_path: Path) -> None:
    many = b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"TIT2\x7f\x7f\x7f\x7f\x00\x00" * 5_000
    files = {
        "sizes.mp3": many,
        "nested.m4a": b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42\x7f\xff\xff\xff" + b"moov" * 4_000,
        "endless.ogg": b"OggS\x00\x02" + b"\xff" * 4_000,
        "no.flac": b"fLaC" + b"\x84\xff\xff\xff" + b"\x00" * 300,
        "cut.flac": flac(title="x")[:50],
        "nothing.wav": b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff",
        "whole.flac": flac(title="whole"),
    }
    music, store = source(files), tmp_path / "Store"
    done = pack(music, store, "--name", "Bag")
    assert done.code == 0, done.err
    assert done.json["files"]["packed"] == len(files)
    assert {path.name: path.read_bytes() for path in (store / "Bag/data").iterdir()} == files
    assert run_here("verify", store / "Bag").code == 0


def _with_member(
    name: str, kind: bytes = tarfile.REGTYPE, target: str = ""
) -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        member.size = 4 if kind == tarfile.REGTYPE else 0
        archive.addfile(member, io.BytesIO(b"evil"[: member.size]))

    return add


@pytest.mark.case(29)
@pytest.mark.parametrize(
    "add",
    [
        _with_member("Bag/../../outside"),
        _with_member("/tmp/archiver-outside"),
        _with_member("Bag/data/link", tarfile.SYMTYPE, "/etc/passwd"),
        _with_member("Bag/data/hard", tarfile.LNKTYPE, "Bag/bagit.txt"),
        _with_member("Bag/data/Album/01 First.flac"),
    ],
    ids=["up", "absolute", "link", "hard link", "twice"],
)
def test_case_29_archives_that_mean_harm(tmp_path: Path, add: Callable[[tarfile.TarFile], None]) -> None:
    place = tmp_path / "place"
    build_bag(tmp_path / "made/Bag")
    place.mkdir()
    with tarfile.open(place / "Bag.tar", "w") as archive:
        archive.add(tmp_path / "made/Bag", "Bag")
        add(archive)
    before = tree_state(place)
    done = run_here("verify", place / "Bag.tar", "--json")
    assert done.code == 4
    assert done.json["bags"][0]["valid"] is False
    assert tree_state(place) == before
    assert not (tmp_path / "outside").exists()
    assert not Path("/tmp/archiver-outside").exists()


@pytest.mark.case(29)
def test_case_29_an_archive_that_unpacks_to_far_more_than_it_is(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "Bag", {"data/zeros": bytes(64 << 20)})
    with tarfile.open(tmp_path / "Bag.tar.gz", "w:gz", compresslevel=1) as archive:
        archive.add(bag, "Bag")
    done, peak = peak_of_program("verify", tmp_path / "Bag.tar.gz")
    assert done.code == 0, done.out
    assert peak < 300


@pytest.mark.case(30)
@pytest.mark.parametrize(
    "line",
    [
        "file:///etc/passwd 5 data/x",
        "http://169.254.169.254/latest 5 data/x",
        f"http://example.org/x {10**17} data/x",
    ],
)
def test_case_30_a_fetch_list_is_not_fetched(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = build_bag(tmp_path / "Bag", {"data/a": b"a"}, tags={"fetch.txt": line.encode() + b"\n"})
    missing = manifest_text("sha512", {"data/a": b"a", "data/x": b"?"})
    rewrite(bag, "manifest-sha512.txt", missing.encode())

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    before = tree_state(bag)
    done = run_here("verify", bag, "--json")
    assert done.code == 4
    assert done.json["bags"][0]["complete"] is False
    assert tree_state(bag) == before


@pytest.mark.case(31)
@pytest.mark.parametrize(
    "path", ["../outside", "data/../../outside", "/etc/hostname", "data/a/../../../outside", "~/x"]
)
def test_case_31_a_manifest_that_leads_out(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").write_bytes(b"secret")
    bag = build_bag(tmp_path / "Bag")
    listed = {**TWO_FILES, path: b"secret"}
    rewrite(bag, "manifest-sha512.txt", manifest_text("sha512", listed).encode())
    done = run_here("verify", bag, "--json")
    assert done.code == 4
    errors = [one for one in done.json["bags"][0]["problems"] if one["severity"] == "error"]
    assert errors
    assert all("secret" not in one["message"] for one in errors)


@pytest.mark.case(32)
def test_case_32_a_line_of_a_gigabyte_and_one_path_without_end(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "Bag")
    with open(bag / "manifest-sha512.txt", "ab") as file:
        file.write(b"0" * 128 + b"  data/twice\n" * 20_000)
        file.truncate(file.tell() + (1 << 30))
    done, peak = peak_of_program("verify", bag)
    assert done.code == 4
    assert peak < 300
    assert len(done.out) < 100_000


@pytest.mark.case(33)
def test_case_33_a_manifest_that_was_taken_away(source: MakeSource, tmp_path: Path) -> None:
    store = tmp_path / "Store"
    music = source({"a.flac": flac()})
    assert pack(music, store, "--name", "Bag", "--algorithm", "sha512", "--algorithm", "md5").code == 0
    bag = store / "Bag"
    for path in bag.glob("*manifest-sha512.txt"):
        path.unlink()
    seal_tags(bag, ["md5"])
    assert run_here("verify", bag).code == 0, "by itself it is a valid bag"
    done = run_here("audit", bag, "--json")
    assert done.code == 4
    assert "B414" in [one["code"] for one in done.json["bags"][0]["problems"]]


@pytest.mark.case(35)
def test_case_35_a_catalogue_with_a_flipped_bit_or_without_its_log(
    source: MakeSource, tmp_path: Path, catalogue_path: Path
) -> None:
    store = tmp_path / "Store"
    assert (
        pack(source({f"{number}.txt": b"%d" % number for number in range(40)}), store, "--name", "Bag").code
        == 0
    )
    whole = catalogue_path.read_bytes()
    told = 0
    for place in range(4_096 + 50, len(whole), 4_096):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1
        catalogue_path.write_bytes(spoilt)
        done = run_here("catalogue", "check")
        told += done.code == 4
        assert done.code in {0, 4}, done.err
    assert told > 10
    assert "rebuild" in done.told or done.code == 0
    catalogue_path.write_bytes(whole)
    connection = apsw.Connection(str(catalogue_path))
    connection.close()
    catalogue_path.with_name("catalogue.sqlite-wal").unlink(missing_ok=True)
    assert run_here("catalogue", "rebuild", store).code == 0
    assert run_here("catalogue", "check").code == 0
    assert run_here("find", "path:7.txt", "--count").out.strip() == "1"


@pytest.mark.case(36)
def test_case_36_a_flipped_bit_in_every_file_of_a_bag(source: MakeSource, tmp_path: Path) -> None:
    store = tmp_path / "Store"
    assert pack(source({"a.flac": flac(), "empty": b"", "b.txt": b"b"}), store, "--name", "Bag").code == 0
    bag = store / "Bag"
    for path in sorted(path for path in bag.rglob("*") if path.is_file() and path.stat().st_size):
        whole = path.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            spoilt = bytearray(whole)
            spoilt[place] ^= 1
            path.write_bytes(spoilt)
            assert run_here("verify", bag, "-j", "1").code == 4, f"{path.name}, byte {place}"
        path.write_bytes(whole)
    assert run_here("verify", bag).code == 0
