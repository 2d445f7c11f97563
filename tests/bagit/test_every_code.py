"""For every B1 to B7 code, a bag with exactly one thing wrong, and what the report must say of it."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver import filesystem
from archiver.bagit.bag_source import source_of
from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Finding, Severity
from archiver.bagit.metadata_reader import MOST_LINES
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.sorting import Sorter
from archiver.bagit.tagtext import LONGEST_LINE
from archiver.bagit.validate import Validation, open_bag, validate
from archiver.bagit.walking import walk
from archiver.machine import TemporaryStorageError
from tests.bagit.bags import (
    TWO_FILES,
    build_bag,
    declaration,
    digest,
    manifest_text,
    rewrite,
    seal_tags,
    tree_state,
    write_file,
)

ONE = "data/Album/01 First.flac"
OTHER = "data/Album/02 Second.flac"
NFC = "data/Caf\N{LATIN SMALL LETTER E WITH ACUTE}.flac"
NFD = "data/Cafe\N{COMBINING ACUTE ACCENT}.flac"

Make = Callable[[Path], Path]
PROVOKED: dict[str, tuple[Make, Depth]] = {}


def provokes(code: str, depth: Depth = Depth.FULL) -> Callable[[Make], Make]:
    """Register a function that builds, at a path, a bag that gives the finding ``code`` and no other error."""

    def register(make: Make) -> Make:
        assert code not in PROVOKED
        PROVOKED[code] = make, depth
        return make

    return register


def with_declaration(root: Path, content: bytes, version: str = "1.0") -> Path:
    return rewrite(build_bag(root, version=version), "bagit.txt", content)


def with_manifest(root: Path, change: Callable[[bytes], bytes], version: str = "1.0") -> Path:
    bag = build_bag(root, version=version)
    name = "manifest-sha512.txt"
    return rewrite(bag, name, change((bag / name).read_bytes()))


def with_fetch(root: Path, lines: bytes) -> Path:
    return build_bag(root, tags={"fetch.txt": lines})


def line_for(path: str, content: bytes = b"x") -> bytes:
    return f"{digest('sha512', content)}  {path}\n".encode()


@provokes("B101")
def no_declaration(root: Path) -> Path:
    bag = build_bag(root)
    (bag / "bagit.txt").unlink()
    seal_tags(bag)
    return bag


@provokes("B102")
def a_pipe_for_a_bag(root: Path) -> Path:
    os.mkfifo(root)
    return root


@provokes("B103")
def mark_in_declaration(root: Path) -> Path:
    return with_declaration(root, b"\xef\xbb\xbf" + declaration())


@provokes("B104")
def declaration_reordered(root: Path) -> Path:
    first, second, _ = declaration().split(b"\n")
    return with_declaration(root, second + b"\n" + first + b"\n")


@provokes("B105")
def version_unreadable(root: Path) -> Path:
    return with_declaration(root, declaration("one"))


@provokes("B106")
def version_unknown(root: Path) -> Path:
    return with_declaration(root, declaration("1.7"))


@provokes("B107")
def encoding_unnamed(root: Path) -> Path:
    return with_declaration(root, b"BagIt-Version: 1.0\n")


@provokes("B108")
def encoding_unknown(root: Path) -> Path:
    return with_declaration(root, declaration(encoding="rot13"))


@provokes("B109")
def declaration_spaced(root: Path) -> Path:
    spaced = declaration("0.97").replace(b": ", b" : ")
    return with_declaration(root, spaced, version="0.97")


@provokes("B110")
def encoding_unusual(root: Path) -> Path:
    return build_bag(root, encoding="UTF-16")


@provokes("B111")
def no_payload_folder(root: Path) -> Path:
    bag = build_bag(root, {})
    (bag / "data").rmdir()
    return bag


@provokes("B112")
def no_payload_manifest(root: Path) -> Path:
    return build_bag(root, algorithms=())


@provokes("B113")
def empty_payload(root: Path) -> Path:
    return build_bag(root, {})


@provokes("B114")
def empty_folder(root: Path) -> Path:
    bag = build_bag(root)
    (bag / "data" / "Empty").mkdir()
    return bag


@provokes("B201")
def label_missing(root: Path) -> Path:
    return build_bag(root, info="Contact-Name: A\nno colon here\n")


@provokes("B202")
def not_in_encoding(root: Path) -> Path:
    return rewrite(build_bag(root), "bag-info.txt", b"Contact-Name: caf\xe9\n")


@provokes("B203")
def endless_line(root: Path) -> Path:
    return build_bag(root, info="Contact-Name: " + "A" * LONGEST_LINE + "\n")


@provokes("B204")
def mark_in_tag_file(root: Path) -> Path:
    return build_bag(root, info="\ufeffContact-Name: A\n")


@provokes("B205")
def oxum_malformed(root: Path) -> Path:
    return build_bag(root, info="Payload-Oxum: 5\n")


@provokes("B206")
def oxum_wrong(root: Path) -> Path:
    return build_bag(root, info="Payload-Oxum: 17.3\n")


@provokes("B207")
def oxum_repeated(root: Path) -> Path:
    return build_bag(root, info="Payload-Oxum: 17.2\npayload-oxum: 17.2\n")


@provokes("B208", Depth.FAST)
def oxum_missing(root: Path) -> Path:
    return build_bag(root, info="Contact-Name: A\n")


@provokes("B209")
def label_repeated(root: Path) -> Path:
    return build_bag(root, info="Bag-Size: 1 MB\nBag-Size: 2 MB\n")


@provokes("B210")
def space_before_colon(root: Path) -> Path:
    return build_bag(root, info="Contact-Name : A\n")


@provokes("B211")
def date_malformed(root: Path) -> Path:
    return build_bag(root, info="Bagging-Date: 2023-02-29\n")


@provokes("B212")
def count_malformed(root: Path) -> Path:
    return build_bag(root, info="Bag-Count: 1/2\n")


@provokes("B213")
def metadata_too_long(root: Path) -> Path:
    return build_bag(root, info="A: b\n" * (MOST_LINES + 1))


@provokes("B214")
def last_line_without_end(root: Path) -> Path:
    return with_manifest(root, lambda text: text.removesuffix(b"\n"))


@provokes("B215")
def no_space_after_colon(root: Path) -> Path:
    return build_bag(root, info="Contact-Name:A\n")


@provokes("B301")
def garbage_line(root: Path) -> Path:
    return with_manifest(root, lambda text: text + b"this is no digest\n")


@provokes("B302")
def digest_cut(root: Path) -> Path:
    return with_manifest(root, lambda text: text[1:])


@provokes("B303")
def algorithm_unknown(root: Path) -> Path:
    bag = build_bag(root)
    text = (bag / "manifest-sha512.txt").read_bytes()
    return rewrite(bag, "manifest-sha999.txt", text)


@provokes("B304")
def algorithm_misspelled(root: Path) -> Path:
    bag = build_bag(root)
    (bag / "manifest-sha512.txt").rename(bag / "manifest-SHA-512.txt")
    seal_tags(bag)
    return bag


@provokes("B305")
def algorithm_twice(root: Path) -> Path:
    bag = build_bag(root)
    return rewrite(bag, "manifest-SHA512.txt", (bag / "manifest-sha512.txt").read_bytes())


@provokes("B306")
def binary_marker(root: Path) -> Path:
    return with_manifest(root, lambda text: text.replace(b"  data", b" *data"))


@provokes("B307")
def dot_slash(root: Path) -> Path:
    return with_manifest(root, lambda text: text.replace(b"  data", b"  ./data"))


@provokes("B308")
def bare_percent(root: Path) -> Path:
    bag = build_bag(root, {"data/100% Pure.flac": b"x"})
    text = (bag / "manifest-sha512.txt").read_bytes()
    return rewrite(bag, "manifest-sha512.txt", text.replace(b"%25", b"%"))


@provokes("B309")
def blank_line(root: Path) -> Path:
    return with_manifest(root, lambda text: text + b"\n")


@provokes("B310")
def listed_twice_contradicting(root: Path) -> Path:
    return with_manifest(root, lambda text: text + line_for(ONE, b"something else"))


@provokes("B311")
def listed_twice(root: Path) -> Path:
    return with_manifest(root, lambda text: text + text.splitlines(keepends=True)[0])


@provokes("B312")
def listed_twice_of_old(root: Path) -> Path:
    return with_manifest(root, lambda text: text + text.splitlines(keepends=True)[0], version="0.97")


@provokes("B313")
def tag_file_in_payload_manifest(root: Path) -> Path:
    return with_manifest(root, lambda text: text + line_for("bagit.txt", declaration()))


@provokes("B314")
def payload_file_in_tag_manifest(root: Path) -> Path:
    bag = build_bag(root)
    with (bag / "tagmanifest-sha512.txt").open("ab") as file:
        file.write(line_for(ONE, TWO_FILES[ONE]))
    return bag


@provokes("B315")
def tag_manifest_in_tag_manifest(root: Path) -> Path:
    bag = build_bag(root, algorithms=("sha512", "sha256"))
    with (bag / "tagmanifest-sha256.txt").open("ab") as file:
        file.write(
            digest("sha256", (bag / "tagmanifest-sha512.txt").read_bytes()).encode()
            + b"  tagmanifest-sha512.txt\n"
        )
    return bag


def without_manifest_in_tag_manifest(root: Path, version: str) -> Path:
    bag = build_bag(root, version=version)
    lines = (bag / "tagmanifest-sha512.txt").read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b"  manifest-" not in line]
    (bag / "tagmanifest-sha512.txt").write_bytes(b"".join(kept))
    return bag


@provokes("B316")
def manifest_not_in_tag_manifest(root: Path) -> Path:
    return without_manifest_in_tag_manifest(root, "1.0")


@provokes("B317")
def manifest_not_in_tag_manifest_of_old(root: Path) -> Path:
    return without_manifest_in_tag_manifest(root, "0.97")


@provokes("B318")
def folder_listed(root: Path) -> Path:
    return with_manifest(root, lambda text: text + line_for("data/Album"))


@provokes("B319")
def weak_algorithms(root: Path) -> Path:
    return build_bag(root, algorithms=("md5", "sha1"))


@provokes("B320")
def no_tag_manifest(root: Path) -> Path:
    return build_bag(root, seal=False)


@provokes("B321")
def tag_file_unlisted(root: Path) -> Path:
    bag = build_bag(root)
    write_file(bag, "notes/README.txt", b"added later\n")
    return bag


@provokes("B322")
def tag_manifests_differ(root: Path) -> Path:
    bag = build_bag(root, algorithms=("sha512", "sha256"))
    lines = (bag / "tagmanifest-sha256.txt").read_bytes().splitlines(keepends=True)
    (bag / "tagmanifest-sha256.txt").write_bytes(b"".join(line for line in lines if b"bag-info" not in line))
    return bag


@provokes("B323")
def digest_in_mixed_case(root: Path) -> Path:
    bag = build_bag(root)
    name = bag / "tagmanifest-sha512.txt"
    text = name.read_text()
    letter = next(letter for letter in text if letter in "abcdef")
    name.write_text(text.replace(letter, letter.upper(), 1))
    return bag


@provokes("B324")
def tag_manifest_of_another_algorithm(root: Path) -> Path:
    bag = build_bag(root)
    seal_tags(bag, ("sha256",))
    return bag


@provokes("B401")
def payload_file_missing(root: Path) -> Path:
    bag = build_bag(root, info="")
    (bag / ONE).unlink()
    return bag


@provokes("B402")
def payload_file_extra(root: Path) -> Path:
    bag = build_bag(root, info="")
    write_file(bag, "data/Album/03 Third.flac", b"third\n")
    return bag


@provokes("B403")
def payload_file_in_one_manifest_only(root: Path) -> Path:
    bag = build_bag(root, algorithms=("sha512", "sha256"))
    text = manifest_text("sha256", {ONE: TWO_FILES[ONE]}).encode()
    return rewrite(bag, "manifest-sha256.txt", text, ("sha512", "sha256"))


@provokes("B404")
def tag_file_missing(root: Path) -> Path:
    bag = build_bag(root, tags={"notes.txt": b"x"})
    (bag / "notes.txt").unlink()
    return bag


@provokes("B405")
def system_file(root: Path) -> Path:
    return build_bag(root, {"data/.DS_Store": b"x", "data/Thumbs.db": b"x", "data/._a.flac": b"x"})


@provokes("B406")
def normalisation_differs(root: Path) -> Path:
    bag = build_bag(root, {NFC: b"x"})
    text = (bag / "manifest-sha512.txt").read_bytes()
    return rewrite(bag, "manifest-sha512.txt", text.replace(NFC.encode(), NFD.encode()))


@provokes("B411")
def payload_file_changed(root: Path) -> Path:
    bag = build_bag(root)
    (bag / ONE).write_bytes(b"tsrif\n")
    return bag


@provokes("B412")
def manifests_contradict(root: Path) -> Path:
    bag = build_bag(root, algorithms=("sha512", "sha256"))
    text = (bag / "manifest-sha256.txt").read_bytes()
    forged = text.replace(digest("sha256", TWO_FILES[ONE]).encode(), digest("sha256", b"forged").encode())
    return rewrite(bag, "manifest-sha256.txt", forged, ("sha512", "sha256"))


@provokes("B413")
def tag_file_changed(root: Path) -> Path:
    bag = build_bag(root, tags={"notes.txt": b"x"})
    (bag / "notes.txt").write_bytes(b"y")
    return bag


@provokes("B501")
def path_out_of_bag(root: Path) -> Path:
    return with_manifest(root, lambda text: text + line_for("data/../../secret"))


@provokes("B502")
def path_for_windows(root: Path) -> Path:
    return with_manifest(root, lambda text: text + line_for("data/Album\\secret"))


@provokes("B503")
def name_with_colon(root: Path) -> Path:
    return build_bag(root, {"data/Live: 1999/AC\\DC.flac": b"x"})


@provokes("B504")
def name_windows_refuses(root: Path) -> Path:
    return build_bag(root, {"data/Why?.flac": b"x", "data/CON.txt": b"x", "data/Etc.": b"x"})


@provokes("B505")
def case_twins(root: Path) -> Path:
    return build_bag(root, {"data/a.flac": b"x", "data/A.flac": b"y"})


@provokes("B506")
def normalisation_twins(root: Path) -> Path:
    return build_bag(root, {NFC: b"x", NFD: b"y"})


@provokes("B601")
def fetch_line_malformed(root: Path) -> Path:
    return with_fetch(root, b"https://example.org/a data/a\n")


@provokes("B602")
def fetch_path_out_of_bag(root: Path) -> Path:
    return with_fetch(root, b"https://example.org/a - ../a\n")


@provokes("B603")
def fetch_of_tag_file(root: Path) -> Path:
    return with_fetch(root, b"https://example.org/a - bagit.txt\n")


@provokes("B604")
def fetch_of_unlisted_file(root: Path) -> Path:
    return with_fetch(root, b"https://example.org/a - data/unlisted.flac\n")


@provokes("B605")
def not_fetched(root: Path) -> Path:
    bag = with_fetch(root, f"https://example.org/a 6 {ONE}\n".encode())
    (bag / ONE).unlink()
    return bag


@provokes("B606")
def fetch_lists_twice(root: Path) -> Path:
    return with_fetch(root, f"https://example.org/a - {ONE}\nhttps://example.org/b - {ONE}\n".encode())


@provokes("B607")
def fetch_from_inside(root: Path) -> Path:
    return with_fetch(root, f"http://169.254.169.254/latest - {ONE}\n".encode())


@provokes("B608")
def fetch_length_differs(root: Path) -> Path:
    return with_fetch(root, f"https://example.org/a 7 {ONE}\n".encode())


@provokes("B701")
def link(root: Path) -> Path:
    bag = build_bag(root)
    (bag / "data" / "link.flac").symlink_to("Album/01 First.flac")
    return bag


@provokes("B702")
def pipe(root: Path) -> Path:
    bag = build_bag(root)
    os.mkfifo(bag / "data" / "pipe")
    return bag


@provokes("B703")
def payload_folder_is_link(root: Path) -> Path:
    bag = build_bag(root, {})
    (bag / "data").rmdir()
    (root.parent / "elsewhere").mkdir()
    (bag / "data").symlink_to(root.parent / "elsewhere")
    return bag


@pytest.mark.parametrize("code", PROVOKED)
def test_code_is_provoked_alone(code: str, tmp_path: Path) -> None:
    make, depth = PROVOKED[code]
    bag = make(tmp_path / "bag")
    before = tree_state(bag)
    report = validate(os.fsencode(bag), depth)
    assert tree_state(bag) == before
    assert report.counts.get(code, 0) > 0, report.findings
    others = {other for other in report.counts if FINDING_KINDS[other].severity is Severity.ERROR} - {code}
    assert others == set(), report.findings
    assert_report_holds_together(report)


def assert_report_holds_together(report: BagReport) -> None:
    assert list(report.findings) == sorted(report.findings, key=lambda one: (one.code, one.path, one.message))
    for finding in report.findings:
        kind = FINDING_KINDS[finding.code]
        assert (finding.severity, finding.spec) == (kind.severity, kind.spec)
    has_error = report.count(Severity.ERROR) > 0
    assert (report.valid is False) == has_error
    if report.complete is False:
        assert report.valid is False
    if report.depth is Depth.FULL:
        assert report.valid is not None
        assert report.complete is not None


def unread(bag: Path, depth: Depth) -> Validation:
    return Validation(str(bag), source_of(str(bag)), depth)


@pytest.mark.parametrize("depth", Depth)
def test_no_temporary_folder_is_no_finding_about_a_bag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: Depth
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no such folder"))
    with unread(build_bag(tmp_path / "bag"), depth) as validation:
        validation._sorter = Sorter(run_bytes=1)
        with pytest.raises(TemporaryStorageError, match="no such folder"):
            validation.read()
        assert validation.report().counts == {}


def test_a_temporary_file_that_is_cut_short_is_no_finding_about_a_bag(tmp_path: Path) -> None:
    with unread(build_bag(tmp_path / "bag"), Depth.FULL) as validation:
        validation._sorter = Sorter(run_bytes=1)
        validation.read()
        assert validation._sorter._file is not None
        os.ftruncate(validation._sorter._file.fileno(), 100)
        with pytest.raises(TemporaryStorageError, match="shorter"):
            list(validation.check())
        assert validation.report().counts == {}


def test_folder_swapped_for_a_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "bag" / "folder").mkdir(parents=True)
    (tmp_path / "bag" / "file").touch()
    told: list[Finding] = []
    top = filesystem.open_folder(os.fsencode(tmp_path / "bag"))
    steps = walk(top, told.append)
    assert next(steps).path == "file"
    (tmp_path / "bag" / "folder").rmdir()
    (tmp_path / "bag" / "folder").symlink_to(tmp_path)
    assert list(steps) == []
    os.close(top)
    assert [(finding.code, finding.path) for finding in told] == [("B704", "folder")]


def test_file_that_vanishes_is_told(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    with open_bag(str(bag)) as validation:
        (bag / ONE).unlink()
        checked = list(validation.check())
        report = validation.report()
    assert sum(one.files for one in checked) == validation.total_files - 1
    assert [(one.code, one.path) for one in report.findings if one.code == "B705"] == [("B705", ONE)]
    assert report.valid is False


def test_file_that_grows_while_it_is_read_is_told(tmp_path: Path) -> None:
    size = 24 << 20
    bag = build_bag(tmp_path / "bag", {ONE: bytes(size)})
    stop = threading.Event()

    def grow() -> None:
        with (bag / ONE).open("ab") as file:
            while not stop.is_set():
                file.write(b"x")
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        report = validate(str(bag))
    finally:
        stop.set()
        writer.join()
    assert [(one.code, one.path) for one in report.findings if one.code == "B706"] == [("B706", ONE)]
    assert report.valid is False


@pytest.mark.parametrize("depth", Depth)
def test_a_bag_that_is_not_the_pinned_one_is_told_however_valid(tmp_path: Path, depth: Depth) -> None:
    bag = build_bag(tmp_path / "bag")
    pin = hashlib.sha512((bag / "tagmanifest-sha512.txt").read_bytes()).digest()

    def codes(pinned: bytes | None) -> list[str]:
        with open_bag(str(bag), depth, pin=pinned) as validation:
            list(validation.check())
            report = validation.report()
        assert_report_holds_together(report)
        return [one.code for one in report.findings if one.severity is Severity.ERROR]

    assert codes(pin) == codes(None) == []
    rewrite(bag, "bag-info.txt", (bag / "bag-info.txt").read_bytes() + b"Contact-Name: Mallory\n")
    seal_tags(bag)
    assert codes(None) == []
    assert codes(pin) == ["B414"]


def test_every_code_has_its_bag() -> None:
    elsewhere = {"B115", "B414", "B704", "B705", "B706", "B707"}
    assert PROVOKED.keys() | elsewhere == {code for code in FINDING_KINDS if code < "B8"}


def test_sockets_and_links_among_tag_files_are_errors_too(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "b")
    if len(str(bag / "socket")) > 100:
        pytest.skip("the temporary folder's path is too long for a socket")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(bag / "socket"))
        (bag / "bag-info.txt").rename(tmp_path / "outside")
        (bag / "bag-info.txt").symlink_to(tmp_path / "outside")
        report = validate(str(bag))
    assert {(one.code, one.path) for one in report.findings} == {
        *(("B404", "bag-info.txt"), ("B701", "bag-info.txt"), ("B702", "socket")),
    }
