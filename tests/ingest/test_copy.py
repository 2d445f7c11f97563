"""One read feeds digests and copy; what happens to a file meanwhile is seen, and never mistaken for the store's fault."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver import disk
from archiver.bagit.telling import Reading, ignore
from archiver.errors import StoreError
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import Copied, CopyBatch, KeptCopy, copy_batch
from archiver.ingest.reading import BLOCK_BYTES
from archiver.ingest.scan import scan
from archiver.model.source import FileRef, Unpacked
from archiver.store.area import Place
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import MTIME_NS, File, build_tree, read_tree

Hook = Callable[[], object]


def refs(root: Path) -> tuple[FileRef, ...]:
    return tuple(entry for entry in scan(sources_of([str(root)])) if isinstance(entry, FileRef))


def copied(wanted: CopyBatch, reading: Reading = ignore) -> list[Copied | Unpacked]:
    return list(copy_batch(wanted, reading))


def batch(payload: Path, *files: FileRef, algorithms: tuple[str, ...] = ("sha512",)) -> CopyBatch:
    payload.mkdir(exist_ok=True)
    place = Place(os.fsencode(payload), b"")
    return CopyBatch(tuple((ref, digests_of(*algorithms)) for ref in files), (None,) * len(files), place)


def digests_of(*algorithms: str) -> ReadPlan:
    return ReadPlan(tuple((algorithm, True) for algorithm in algorithms))


def outcome_of(payload: Path, ref: FileRef) -> Copied | Unpacked:
    (outcome,) = copied(batch(payload, ref))
    return outcome


def code_of(outcome: Copied | Unpacked) -> str:
    assert isinstance(outcome, Unpacked)
    return outcome.problem.code


@pytest.fixture
def while_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterator[Hook]], None]:
    """Run the next of some hooks each time a file has been opened and looked at, just before its first byte is read."""
    read_ahead = disk.read_ahead

    def install(hooks: Iterator[Hook]) -> None:
        def hooked(descriptor: int) -> None:
            next(hooks, lambda: None)()
            read_ahead(descriptor)

        monkeypatch.setattr(disk, "read_ahead", hooked)

    return install


SIZES = (0, 1, 3, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 7)


def test_copies_are_equal_and_every_digest_is_of_the_bytes_read(source: MakeSource, tmp_path: Path) -> None:
    content = {f"a/{size}": os.urandom(size) for size in SIZES}
    root = source(content)
    algorithms = ("sha512", "md5", "sha256")
    outcomes = copied(batch(tmp_path / "data", *refs(root), algorithms=algorithms))
    assert read_tree(tmp_path / "data") == read_tree(root)
    for outcome in outcomes:
        assert isinstance(outcome, Copied)
        raw = content[outcome.path]
        assert outcome.results == {name: hashlib.new(name, raw).hexdigest() for name in algorithms}
        assert (outcome.size_bytes, outcome.modified_ns, outcome.changed) == (len(raw), MTIME_NS, False)
        assert (tmp_path / "data" / outcome.path).stat().st_mtime_ns == MTIME_NS


@pytest.mark.parametrize("mtime_ns", [-1_000_000_000_000_000_001, 0, 1, 4_102_444_800_123_456_789])
def test_times_before_1970_and_after_2038_are_kept(source: MakeSource, tmp_path: Path, mtime_ns: int) -> None:
    (ref,) = refs(source({"a": File(b"x", mtime_ns=mtime_ns)}))
    outcome = outcome_of(tmp_path / "data", ref)
    assert isinstance(outcome, Copied)
    assert outcome.modified_ns == mtime_ns
    assert (tmp_path / "data" / "a").stat().st_mtime_ns == mtime_ns


def test_read_only_files_are_copied(source: MakeSource, tmp_path: Path) -> None:
    (ref,) = refs(source({"a": File(b"x", mode=0o400)}))
    assert isinstance(outcome_of(tmp_path / "data", ref), Copied)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(5)


def rewrite_and_put_time_back(path: Path) -> None:
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"OTHER")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace(path: Path) -> None:
    path.with_name("new").write_bytes(b"another file")
    path.with_name("new").rename(path)


CHANGES = [grow, shrink, rewrite_and_put_time_back, replace]


@pytest.fixture
def moving(tmp_path: Path) -> tuple[Path, FileRef]:
    """A file that a test is going to change, so that it is no source that must stay as it is."""
    root = build_tree(tmp_path / "Moving", {"a": b"content of the file"})
    (ref,) = refs(root)
    return root / "a", ref


@pytest.mark.parametrize("change", CHANGES)
def test_file_that_changes_once_while_read_is_read_again(
    change: Callable[[Path], None],
    moving: tuple[Path, FileRef],
    tmp_path: Path,
    while_reading: Callable[[Iterator[Hook]], None],
) -> None:
    path, ref = moving
    while_reading(iter([lambda: change(path)]))
    outcome = outcome_of(tmp_path / "data", ref)
    assert isinstance(outcome, Copied)
    assert outcome.changed
    assert outcome.results == {"sha512": hashlib.sha512(path.read_bytes()).hexdigest()}
    assert (tmp_path / "data" / "a").read_bytes() == path.read_bytes()
    assert (outcome.size_bytes, outcome.modified_ns) == (path.stat().st_size, path.stat().st_mtime_ns)


@pytest.mark.parametrize("change", CHANGES)
def test_file_that_changes_again_is_reported_and_leaves_nothing(
    change: Callable[[Path], None],
    moving: tuple[Path, FileRef],
    tmp_path: Path,
    while_reading: Callable[[Iterator[Hook]], None],
) -> None:
    path, ref = moving
    while_reading(iter([lambda: change(path)] * 2))
    assert code_of(outcome_of(tmp_path / "data", ref)) == ("S104")
    assert read_tree(tmp_path / "data") == {}


@pytest.mark.parametrize("change", CHANGES)
def test_file_that_changed_since_it_was_listed_says_so(
    change: Callable[[Path], None], moving: tuple[Path, FileRef], tmp_path: Path
) -> None:
    path, ref = moving
    change(path)
    outcome = outcome_of(tmp_path / "data", ref)
    assert isinstance(outcome, Copied)
    assert outcome.changed
    assert (tmp_path / "data" / "a").read_bytes() == path.read_bytes()


def test_file_that_somebody_keeps_writing_ends_and_is_reported(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Moving", {"a": bytes(8 << 20), "b": b"at rest"})
    moving, at_rest = refs(root)
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        with (root / "a").open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(bytes(64))
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    try:
        first, second = copied(batch(tmp_path / "data", moving, at_rest))
    finally:
        stop.set()
        writer.join()
    assert code_of(first) == "S104"
    assert isinstance(second, Copied)
    assert read_tree(tmp_path / "data") == {b"b": b"at rest"}


def to_link(path: Path) -> None:
    path.rename(path.with_name("kept"))
    path.symlink_to("kept")


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "code"), [(to_link, "S104"), (to_pipe, "S104"), (to_folder, "S104"), (Path.unlink, "S105")]
)
def test_file_that_became_something_else_is_not_followed_and_never_blocks(
    change: Callable[[Path], None], code: str, moving: tuple[Path, FileRef], tmp_path: Path
) -> None:
    path, ref = moving
    change(path)
    assert code_of(outcome_of(tmp_path / "data", ref)) == code
    assert read_tree(tmp_path / "data") == {}


def test_parent_folder_swapped_for_a_link_is_refused(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Moving", {"Album/a": b"mine", "elsewhere/a": b"not listed"})
    ref = refs(root)[0]
    (root / "Album").rename(root / "old")
    (root / "Album").symlink_to("elsewhere")
    assert code_of(outcome_of(tmp_path / "data", ref)) in {"S101", "S105"}
    assert read_tree(tmp_path / "data") == {}


def test_what_an_interrupted_run_left_is_replaced(source: MakeSource, tmp_path: Path) -> None:
    (ref,) = refs(source({"a": b"whole"}))
    build_tree(tmp_path / "data", {"a": b"half of a copy that was longer"})
    assert isinstance(outcome_of(tmp_path / "data", ref), Copied)
    assert (tmp_path / "data" / "a").read_bytes() == b"whole"


def test_link_planted_in_the_staging_area_is_not_written_through(source: MakeSource, tmp_path: Path) -> None:
    root = source({"a": b"new", "Album/b": b"new"})
    victim = build_tree(tmp_path / "victim", {"a": b"precious", "Album/b": b"precious"})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").symlink_to(victim / "a")
    assert isinstance(outcome_of(tmp_path / "data", refs(root)[0]), Copied)
    (tmp_path / "data" / "Album").symlink_to(victim / "Album")
    with pytest.raises(StoreError):
        outcome_of(tmp_path / "data", refs(root)[1])
    assert set(read_tree(victim).values()) == {b"precious"}


def test_copies_kept_from_before_are_not_read_again(moving: tuple[Path, FileRef], tmp_path: Path) -> None:
    path, ref = moving
    path.unlink()
    payload, before = Place(os.fsencode(tmp_path), b""), Copied("a", 1, 2, {"sha512": "digest"})
    (kept,) = copied(CopyBatch(((ref, digests_of("sha512")),), (KeptCopy(payload, before),), payload))
    assert kept == before
    assert isinstance(kept, Copied)
    assert kept.kept


def test_copies_kept_of_another_package_are_moved_not_made(source: MakeSource, tmp_path: Path) -> None:
    (ref,) = refs(source({"a/b": "source"}))
    build_tree(tmp_path / "before", {"old/name": "copy"})
    (tmp_path / "payload").mkdir()
    before, payload = (Place(os.fsencode(tmp_path), name) for name in (b"before", b"payload"))
    inode = (tmp_path / "before" / "old" / "name").stat().st_ino
    kept = KeptCopy(before, Copied("old/name", 4, 2, {"sha512": "digest"}))
    assert copied(CopyBatch(((ref, digests_of("sha512")),), (kept,), payload)) == [
        Copied("a/b", 4, 2, {"sha512": "digest"})
    ]
    assert (tmp_path / "payload" / "a" / "b").stat().st_ino == inode
    assert read_tree(tmp_path / "before") == {}


def test_a_kept_copy_never_takes_the_place_of_what_is_there(source: MakeSource, tmp_path: Path) -> None:
    (ref,) = refs(source({"a": "source"}))
    build_tree(tmp_path / "before", {"a": "copy"})
    build_tree(tmp_path / "payload", {"a": "other"})
    before, payload = (Place(os.fsencode(tmp_path), name) for name in (b"before", b"payload"))
    kept = KeptCopy(before, Copied("a", 4, 2, {"sha512": "digest"}))
    (outcome,) = copied(CopyBatch(((ref, digests_of("sha512")),), (kept,), payload))
    assert isinstance(outcome, Copied)
    assert not outcome.kept
    assert read_tree(tmp_path / "payload") == {b"a": b"source"}


def test_a_store_that_is_gone_ends_the_run(source: MakeSource, tmp_path: Path) -> None:
    (ref,) = refs(source({"a": b"x"}))
    with pytest.raises(StoreError):
        copied(CopyBatch(((ref, digests_of("sha512")),), (None,), Place(os.fsencode(tmp_path / "gone"), b"")))


def test_paths_beyond_the_longest_are_copied(source: MakeSource, tmp_path: Path) -> None:
    deep = "/".join(["d" * 250] * 20 + ["f" * 255])
    root = source({deep: b"far down"})
    assert isinstance(outcome_of(tmp_path / "data", refs(root)[0]), Copied)
    assert read_tree(tmp_path / "data") == {deep.encode(): b"far down"}


def test_what_an_interrupted_run_left_of_a_file_that_is_gone_is_removed(
    source: MakeSource, tmp_path: Path
) -> None:
    """It would be in the payload and in no manifest."""
    root = source({"a/kept": "kept", "a/gone": "gone"})
    gone, kept = refs(root)
    payload = build_tree(tmp_path / "data", {"a/gone": "left by a run that was killed"})
    lost = FileRef(gone.root, gone.relative + b" is not there", gone.path, gone.stat)
    outcomes = copied(batch(payload, lost, kept))
    assert code_of(outcomes[0]) == "S105"
    assert read_tree(payload) == {b"a/kept": b"kept"}


def test_what_is_read_is_told_while_it_is_and_adds_up_to_what_was_copied(
    source: MakeSource, tmp_path: Path, while_reading: Callable[[Iterator[Hook]], None]
) -> None:
    root = source({"a": b"x" * (3 * BLOCK_BYTES + 7), "b": b"gone", "c": b"kept"})
    large, gone, kept = refs(root)
    lost = FileRef(gone.root, gone.relative + b" is not there", gone.path, gone.stat)
    files, before = (
        (large, lost, kept),
        (
            None,
            None,
            KeptCopy(Place(os.fsencode(tmp_path), b"data"), Copied("c", 4, 0, {"sha512": "digest"})),
        ),
    )
    told: list[int] = []
    wanted = dataclasses.replace(batch(tmp_path / "data", *files), kept=before)
    copied(wanted, told.append)
    assert told == [BLOCK_BYTES, BLOCK_BYTES, BLOCK_BYTES, 7, 4]


def test_what_was_told_of_a_file_that_is_then_not_copied_is_taken_back(
    moving: tuple[Path, FileRef], tmp_path: Path, while_reading: Callable[[Iterator[Hook]], None]
) -> None:
    path, ref = moving
    while_reading(iter([lambda: path.write_bytes(b"y" * 9), lambda: path.write_bytes(b"z" * 11)]))
    told: list[int] = []
    (outcome,) = copied(batch(tmp_path / "data", ref), told.append)
    assert code_of(outcome) == "S104"
    assert sum(told) == 0
