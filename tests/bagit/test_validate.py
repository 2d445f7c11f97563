"""Whole bags, valid and not: what other tools get wrong, one test for each point."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.bagit.declaration import VERSIONS
from archiver.bagit.findings import Severity
from archiver.bagit.hashing import Batch, Checked, check_batch
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.validate import open_bag, validate
from tests.bagit.bags import (
    TWO_FILES,
    Payload,
    build_bag,
    declaration,
    digest,
    manifest_text,
    rewrite,
    seal_tags,
    write_file,
)
from tests.bagit.conftest import Check
from tests.conftest import ONE_FIXTURE_FOR_ALL

ONE = "data/Album/01 First.flac"
NFC = "data/Caf\N{LATIN SMALL LETTER E WITH ACUTE}.flac"
NFD = "data/Cafe\N{COMBINING ACUTE ACCENT}.flac"


def said(report: BagReport) -> set[tuple[str, str]]:
    return {(finding.code, finding.path) for finding in report.findings}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bag_of_each_version_is_valid_without_a_finding(tmp_path: Path, check: Check, version: str) -> None:
    report = check(build_bag(tmp_path / "bag", version=version))
    assert report.findings == ()
    assert (report.version, report.complete, report.valid) == (version, True, True)
    assert (report.files, report.bytes, report.algorithms) == (2, 17, ("sha512",))
    assert report.metadata == (("Bagging-Date", "2024-02-29"), ("Payload-Oxum", "17.2"))


@pytest.mark.parametrize(
    "algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s"]
)
def test_each_algorithm_is_computed(tmp_path: Path, check: Check, algorithm: str) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=(algorithm,))
    assert check(bag).valid is True
    (bag / ONE).write_bytes(b"tsrif\n")
    assert ("B411", ONE) in said(check(bag))


def test_several_algorithms_are_checked_in_one_go(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("md5", "sha1", "sha256", "sha512"))
    report = check(bag)
    assert (report.valid, report.algorithms, report.findings) == (
        True,
        ("md5", "sha1", "sha256", "sha512"),
        (),
    )
    (bag / ONE).write_bytes(b"tsrif\n")
    assert check(bag).counts == {"B411": 4}


@pytest.mark.parametrize(
    "encoding", ["UTF-8", "ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-32", "windows-1252", "cp037"]
)
def test_tag_files_are_read_in_the_declared_encoding(tmp_path: Path, check: Check, encoding: str) -> None:
    bag = build_bag(tmp_path / "bag", {NFC: b"x"}, encoding=encoding, info="Contact-Name: Ren\xe9e\n")
    report = check(bag)
    assert report.counts.keys() <= {"B110"}
    assert (report.valid, report.metadata) == (True, (("Contact-Name", "Ren\xe9e"),))


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_line_ends_of_other_systems_are_read(tmp_path: Path, check: Check, end: bytes) -> None:
    bag = build_bag(tmp_path / "bag", seal=False)
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha512.txt"):
        (bag / name).write_bytes((bag / name).read_bytes().replace(b"\n", end))
    seal_tags(bag)
    sealed = bag / "tagmanifest-sha512.txt"
    sealed.write_bytes(sealed.read_bytes().replace(b"\n", end))
    assert check(bag).findings == ()


def test_capital_digests_are_right(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag")
    lines = (bag / "manifest-sha512.txt").read_text().splitlines()
    capital = "".join(f"{line[:128].upper()}{line[128:]}\n" for line in lines)
    assert check(rewrite(bag, "manifest-sha512.txt", capital.encode())).findings == ()


ODD_NAMES = [
    *(
        "100% Pure.flac",
        "100%25 Pure.flac",
        "%0A",
        "%",
        "a\nb",
        "a\rb",
        "\r\n",
        "trailing ",
        " leading",
        "tab\t",
    ),
    *(
        "*star",
        "#hash",
        "-dash",
        "~tilde",
        "\u2028",
        "\x85",
        "\x0b",
        "\x1b[31m",
        "\u202egpj.exe",
        "\N{SNOWMAN}",
        ".keep",
    ),
    *(
        "...",
        "data",
        "bagit.txt",
        "manifest-md5.txt",
        "back\\slash",
        "co:lon",
        "'",
        '"',
        "$(x)",
        "=1+1",
        "\ufeffmark",
    ),
]


@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_odd_names_are_valid(tmp_path: Path, check: Check, version: str) -> None:
    payload: dict[str | bytes, bytes] = {f"data/{name}": name.encode() for name in ODD_NAMES}
    bag = build_bag(tmp_path / "bag", payload, version=version)
    if version == "0.97":
        text = manifest_text("sha512", payload).replace("%25", "%").encode()
        rewrite(bag, "manifest-sha512.txt", text)
    report = check(bag)
    # a name that holds the code for a line feed cannot be told from a line feed before 1.0
    expected = set() if version == "1.0" else {("B401", "data/\n"), ("B402", "data/%0A")}
    assert {(one.code, one.path) for one in report.findings if one.severity is Severity.ERROR} == expected


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12).filter(
            lambda name: name not in (".", "..") and len(name.encode()) < 200
        ),
        st.binary(max_size=20),
        max_size=6,
    )
)
@settings(suppress_health_check=ONE_FIXTURE_FOR_ALL, max_examples=40)
def test_any_payload_well_listed_is_valid(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    bag = build_bag(
        tmp_path_factory.mktemp("any") / "bag", {f"data/{name}": content for name, content in files.items()}
    )
    report = validate(str(bag))
    assert report.valid is True, report.findings
    assert report.files == len(files)


@pytest.mark.parametrize(("on_disk", "listed"), [(NFC, NFD), (NFD, NFC)])
def test_normalisation_does_not_matter_either_way(
    tmp_path: Path, check: Check, on_disk: str, listed: str
) -> None:
    bag = build_bag(tmp_path / "bag", {on_disk: b"x"})
    rewrite(bag, "manifest-sha512.txt", manifest_text("sha512", {listed: b"x"}).encode())
    report = check(bag)
    assert (report.valid, said(report)) == (True, {("B406", on_disk)})
    (bag / on_disk).write_bytes(b"y")
    assert said(check(bag)) == {("B406", on_disk), ("B411", on_disk)}


def test_manifests_may_differ_in_normalisation(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {NFC: b"x"}, algorithms=("sha512", "sha256"))
    rewrite(bag, "manifest-sha256.txt", manifest_text("sha256", {NFD: b"x"}).encode(), ("sha512", "sha256"))
    assert (check(bag).valid, said(check(bag))) == (True, {("B406", NFC)})


def test_a_missing_twin_is_missing(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {NFC: b"x", NFD: b"y"}, info="")
    assert said(check(bag)) == {("B506", NFD)}
    (bag / NFD).unlink()
    assert said(check(bag)) == {("B506", NFD), ("B401", NFD)}


def test_many_spellings_of_one_name_stay_apart(tmp_path: Path, check: Check) -> None:
    marks = "\N{COMBINING DOT BELOW}\N{COMBINING ACUTE ACCENT}"
    names = [
        f"data/{''.join('a' + (marks if number >> bit & 1 else marks[::-1]) for bit in range(6))}"
        for number in range(40)
    ]
    bag = build_bag(tmp_path / "bag", {name: name.encode() for name in names}, info="")
    assert check(bag).counts == {"B506": 39}
    os.unlink(bag / names[7])
    assert check(bag).counts == {"B506": 39, "B401": 1}


def test_case_alone_does_not_make_a_match(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {"data/hello.txt": b"x"}, info="")
    rewrite(bag, "manifest-sha512.txt", manifest_text("sha512", {"data/HELLO.txt": b"x"}).encode())
    assert said(check(bag)) == {
        ("B401", "data/HELLO.txt"),
        ("B402", "data/hello.txt"),
        ("B505", "data/HELLO.txt"),
    }


def test_a_wrong_oxum_does_not_hide_the_bad_file(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag")
    (bag / ONE).write_bytes(b"longer than before\n")
    report = check(bag)
    assert said(report) == {("B206", "bag-info.txt"), ("B411", ONE)}
    assert (report.complete, report.valid) == (False, False)


def test_damage_leaves_a_bag_complete(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag")
    (bag / ONE).write_bytes(b"tsrif\n")
    report = check(bag)
    assert (report.complete, report.valid) == (True, False)


def test_everything_wrong_is_reported_not_only_the_first(tmp_path: Path, check: Check) -> None:
    bag = build_bag(
        tmp_path / "bag", {f"data/{number}": b"%d" % number for number in range(6)}, tags={"notes.txt": b"x"}
    )
    (bag / "data/0").write_bytes(b"9")
    (bag / "data/1").unlink()
    write_file(bag, "data/extra", b"e")
    (bag / "data/2").unlink()
    (bag / "data/2").symlink_to("3")
    os.mkfifo(bag / "data/pipe")
    (bag / "notes.txt").unlink()
    with (bag / "manifest-sha512.txt").open("ab") as file:
        file.write(b"garbage\n" + f"{digest('sha512', b'')}  ../../etc/passwd\n".encode())
    expected = {
        *(
            ("B411", "data/0"),
            ("B401", "data/1"),
            ("B402", "data/extra"),
            ("B401", "data/2"),
            ("B701", "data/2"),
            ("B702", "data/pipe"),
        ),
        *(("B404", "notes.txt"), ("B413", "manifest-sha512.txt"), ("B301", "manifest-sha512.txt")),
        *(("B501", "../../etc/passwd"), ("B206", "bag-info.txt")),
    }
    assert said(check(bag)) == expected


def test_tampering_that_only_a_pin_can_tell_is_at_least_warned_of(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("md5", "sha512"))
    (bag / ONE).write_bytes(b"forged")
    (bag / "bag-info.txt").unlink()
    for name in ("manifest-sha512.txt", "tagmanifest-sha512.txt", "tagmanifest-md5.txt"):
        (bag / name).unlink()
    forged = {**TWO_FILES, ONE: b"forged"}
    (bag / "manifest-md5.txt").write_bytes(manifest_text("md5", forged).encode())
    report = check(bag)
    assert (report.valid, set(report.counts)) == (True, {"B319", "B320"})


def test_links_of_every_kind_are_refused_and_never_followed(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", tags={"notes/a.txt": b"a"}, info="")
    outside = tmp_path / "outside"
    write_file(outside, "secret", b"secret")
    links: dict[str, Path | str] = {
        "data/folder": outside,
        "data/file": outside / "secret",
        "data/inside": "Album/01 First.flac",
        "data/dangling": "nowhere",
        "data/loop": ".",
        "data/self": "self",
        "data/up": "../..",
        "notes/link": "/dev/zero",
    }
    for name, target in links.items():
        (bag / name).symlink_to(target)
    report = check(bag)
    assert said(report) == {("B701", name) for name in links}
    assert report.files == 2


def test_a_link_to_the_bag_itself_is_followed(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    (tmp_path / "latest").symlink_to(bag)
    assert validate(str(tmp_path / "latest")).valid is True


def test_a_file_swapped_for_a_link_before_it_is_opened_is_refused(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    (tmp_path / "same").write_bytes(TWO_FILES[ONE])
    with open_bag(str(bag)) as validation:
        (bag / ONE).unlink()
        (bag / ONE).symlink_to(tmp_path / "same")
        list(validation.check())
        assert ("B702", ONE) in said(validation.report())


def test_a_folder_swapped_for_a_link_before_it_is_opened_is_refused(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    with open_bag(str(bag)) as validation:
        (bag / "data/Album").rename(tmp_path / "Album")
        (bag / "data/Album").symlink_to(tmp_path / "Album")
        list(validation.check())
        report = validation.report()
    assert report.counts == {"B705": 2}


def test_a_bag_that_vanishes_under_way_is_told(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    with open_bag(str(bag)) as validation:
        bag.rename(tmp_path / "gone")
        list(validation.check())
        report = validation.report()
    assert (report.counts, report.valid) == ({"B102": 1}, False)


def test_fetch_lists_what_is_there_and_what_is_not(tmp_path: Path, check: Check) -> None:
    lines = "".join(f"https://example.org/x - {path!s}\n" for path in map(os.fsdecode, TWO_FILES))
    bag = build_bag(tmp_path / "bag", tags={"fetch.txt": lines.encode()})
    assert check(bag).findings == ()
    (bag / ONE).unlink()
    report = check(bag)
    assert said(report) == {("B605", ONE)}
    assert (report.complete, report.valid) == (False, False)


@pytest.mark.parametrize("path", ["", "a\0b", b"", b"caf\xe9"])
def test_a_path_that_names_nothing_is_no_bag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | bytes
) -> None:
    monkeypatch.chdir(build_bag(tmp_path / "bag"))
    report = validate(path)
    assert (report.counts, report.valid, report.files) == ({"B102": 1}, False, 0)


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("name", ["nothing", "file", "empty", "folder"])
def test_what_is_no_bag_gets_a_report(tmp_path: Path, depth: Depth, name: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    write_file(tmp_path / "folder", "music/a.flac", b"x")
    report = validate(str(tmp_path / name), depth)
    assert (report.complete, report.valid) == (False, False)
    assert list(report.counts) == ["B101"] if name in ("empty", "folder") else ["B102"]
    assert (report.files, report.bytes) == (0, 0)


def test_depths_differ_in_what_they_can_say(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag")
    verdicts = {depth: (check(bag, depth).complete, check(bag, depth).valid) for depth in Depth}
    assert verdicts == {Depth.FAST: (None, None), Depth.COMPLETE: (True, None), Depth.FULL: (True, True)}
    (bag / ONE).write_bytes(b"tsrif\n")
    assert check(bag, Depth.COMPLETE).findings == ()
    (bag / ONE).rename(bag / "data/renamed")
    for depth in (Depth.FAST, Depth.COMPLETE):
        assert said(check(bag, depth)) == {("B401", ONE), ("B402", "data/renamed")}
    (bag / "data/renamed").rename(bag / ONE)
    (bag / ONE).write_bytes(b"x")
    report = check(bag, Depth.FAST)
    assert (said(report), report.complete, report.valid) == ({("B206", "bag-info.txt")}, False, False)


def test_a_fast_check_reads_one_payload_manifest_alone(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("md5", "sha512"))
    for name in ("manifest-sha512.txt", "tagmanifest-md5.txt", "tagmanifest-sha512.txt"):
        (bag / name).write_bytes(b"nonsense\n")
    assert check(bag, Depth.FAST).findings == ()
    assert check(bag, Depth.COMPLETE).count(Severity.ERROR) > 3
    (bag / "manifest-md5.txt").unlink()
    assert check(bag, Depth.FAST).counts["B402"] > 1


def test_a_payload_file_that_is_not_utf_8_cannot_be_listed(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", info="")
    write_file(bag, b"data/caf\xe9.flac", b"x")
    report = check(bag)
    assert said(report) == {("B402", "data/caf\udce9.flac")}
    assert "not UTF-8" in report.findings[0].message


def test_contradicting_duplicates_do_not_excuse_damage(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", info="")
    text = (bag / "manifest-sha512.txt").read_bytes() + f"{digest('sha512', b'other')}  {ONE}\n".encode()
    rewrite(bag, "manifest-sha512.txt", text)
    assert said(check(bag)) == {("B310", ONE)}
    (bag / ONE).write_bytes(b"neither")
    assert said(check(bag)) == {("B310", ONE), ("B411", ONE)}


def test_a_manifest_of_an_unknown_algorithm_still_counts_for_presence(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag")
    rewrite(bag, "manifest-crc32.txt", f"deadbeef  {ONE}\ndeadbeef  data/gone\n".encode())
    expected = {
        *(("B303", "manifest-crc32.txt"), ("B324", ""), ("B401", "data/gone")),
        *(("B403", "data/Album/02 Second.flac"), ("B403", "data/gone")),
    }
    assert said(check(bag)) == expected


def test_a_missing_file_that_one_manifest_omits_gives_both_findings(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("sha512", "sha256"), info="")
    text = manifest_text("sha256", {"data/Album/02 Second.flac": b"second one\n"}).encode()
    rewrite(bag, "manifest-sha256.txt", text, ("sha512", "sha256"))
    (bag / ONE).unlink()
    report = check(bag)
    assert said(report) == {("B401", ONE), ("B403", ONE)}
    assert report.findings[1].message == "manifest-sha256.txt does not list it, manifest-sha512.txt does"


def test_every_payload_manifest_must_list_what_is_yet_to_be_fetched(tmp_path: Path, check: Check) -> None:
    fetch = f"https://example.org/a - {ONE}\n".encode()
    bag = build_bag(tmp_path / "bag", algorithms=("sha512", "sha256"), info="", tags={"fetch.txt": fetch})
    text = manifest_text("sha256", {"data/Album/02 Second.flac": b"second one\n"}).encode()
    rewrite(bag, "manifest-sha256.txt", text, ("sha512", "sha256"))
    (bag / ONE).unlink()
    assert said(check(bag)) == {("B605", ONE), ("B403", ONE)}


def test_tag_manifests_should_use_the_algorithms_of_the_payload_manifests(
    tmp_path: Path, check: Check
) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("sha512", "sha256"))
    assert check(bag).findings == ()
    seal_tags(bag, ("sha512",))
    report = check(bag)
    assert (report.valid, said(report)) == (True, {("B324", "")})
    assert report.findings[0].message == "sha512 for tag files, sha256, sha512 for the payload"


def test_before_1_0_a_file_in_one_manifest_of_two_is_enough(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", version="0.97", algorithms=("md5", "sha1"))
    rewrite(bag, "manifest-sha1.txt", b"", ("md5", "sha1"))
    assert check(bag).valid is True


def test_folders_in_the_way_are_told(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {ONE: b"x"}, info="")
    (bag / ONE).unlink()
    (bag / ONE).mkdir()
    report = check(bag)
    assert said(report) == {("B318", ONE), ("B114", ONE), ("B113", "data")}


def test_a_file_for_a_payload_folder_is_told(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {}, seal=False)
    (bag / "data").rmdir()
    (bag / "data").write_bytes(b"x")
    assert {("B703", "data"), ("B113", "data")} <= said(check(bag))
    assert check(bag).valid is False


def test_tag_files_may_be_folders_of_any_depth_and_unlisted_links_are_errors(
    tmp_path: Path, check: Check
) -> None:
    bag = build_bag(tmp_path / "bag", tags={"metadata/rights/rights.csv": b"x", "metadata/README.txt": b"y"})
    assert check(bag).findings == ()
    (bag / "metadata/rights/rights.csv").write_bytes(b"z")
    assert said(check(bag)) == {("B413", "metadata/rights/rights.csv")}


def test_a_folder_where_a_tag_file_belongs_is_told(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", seal=False)
    for name in ("bag-info.txt", "fetch.txt", "manifest-sha256.txt", "tagmanifest-md5.txt"):
        (bag / name).unlink(missing_ok=True)
        (bag / name).mkdir()
    report = check(bag)
    assert report.valid is True
    assert report.counts == {"B114": 4, "B320": 1}


def test_bagit_txt_as_a_folder_or_link_is_no_declaration(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", seal=False)
    (bag / "bagit.txt").unlink()
    (bag / "bagit.txt").mkdir()
    report = check(bag)
    assert ("B101", "bagit.txt") in said(report)
    assert report.valid is False
    (bag / "bagit.txt").rmdir()
    (tmp_path / "elsewhere").write_bytes(declaration())
    (bag / "bagit.txt").symlink_to(tmp_path / "elsewhere")
    report = check(bag)
    assert {("B101", "bagit.txt"), ("B701", "bagit.txt")} <= said(report)
    assert (report.version, report.valid) == (None, False)


def through_pool(pool: ProcessPoolExecutor | ThreadPoolExecutor) -> object:
    def map_ordered(work: object, batches: Iterable[Batch]) -> Iterator[Checked]:
        batches = iter(batches)
        while window := list(islice(batches, 4)):
            yield from pool.map(check_batch, window)

    return map_ordered


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_threads_and_processes_report_the_same(
    tmp_path: Path, kind: type[ProcessPoolExecutor | ThreadPoolExecutor]
) -> None:
    payload: dict[str | bytes, bytes] = {
        f"data/{number % 7}/{number}": b"%d" % number for number in range(1300)
    }
    bag = build_bag(tmp_path / "bag", payload)
    for number in range(0, 1300, 50):
        (bag / f"data/{number % 7}/{number}").write_bytes(b"damaged")
    with kind(2) as pool:
        report = validate(str(bag), Depth.FULL, through_pool(pool))  # type: ignore[arg-type]
    assert report == validate(str(bag))
    assert report.counts["B411"] == 26


def test_progress_adds_up_to_the_totals_known_before(tmp_path: Path) -> None:
    payload: dict[str | bytes, bytes] = {f"data/{number}": bytes(number) for number in range(1200)}
    payload["data/large"] = bytes(70 << 20)
    bag = build_bag(tmp_path / "bag", payload, algorithms=("sha1",))
    tag_files = [path for path in bag.iterdir() if path.is_file()]
    with open_bag(str(bag)) as validation:
        assert validation.payload_files == 1201
        assert validation.payload_bytes == sum(map(len, payload.values()))
        assert validation.total_files == 1201 + len(tag_files)
        assert validation.total_bytes == validation.payload_bytes + sum(
            path.stat().st_size for path in tag_files
        )
        steps = list(validation.check())
    sealed = (bag / "tagmanifest-sha1.txt").stat().st_size
    assert sum(step.files for step in steps) == validation.total_files - 1
    assert sum(step.bytes for step in steps) == validation.total_bytes - sealed
    assert len(steps) >= 4
    assert {step.files for step in steps if step.bytes > 64 << 20} == {1}


def test_what_is_intact_is_counted_file_by_file(tmp_path: Path, check: Check) -> None:
    payload: Payload = {f"data/{number}": b"%d" % number for number in range(5)}
    bag = build_bag(tmp_path / "bag", payload)
    assert check(bag).intact == 5
    (bag / "data" / "0").write_bytes(b"x")
    (bag / "data" / "1").unlink()
    write_file(bag, "data/unlisted", b"x")
    manifest = bag / "manifest-sha512.txt"
    rewrite(bag, manifest.name, manifest.read_bytes().replace(digest("sha512", b"2").encode(), b"0" * 64))
    report = check(bag)
    # 2 lies there, but no digest is left to compare it with
    assert (report.files, report.intact) == (5, 2)
    assert check(bag, Depth.COMPLETE).intact is None
    assert check(bag, Depth.FAST).intact is None


def test_a_digest_that_differs_in_few_digits_is_told_from_a_damaged_file(
    tmp_path: Path, check: Check
) -> None:
    """A file that changed has another digest altogether; one that is nearly right was damaged in the manifest."""
    bag = build_bag(tmp_path / "bag")
    right = digest("sha512", TWO_FILES[ONE])
    almost = right[:60] + ("1" if right[60] == "0" else "0") + right[61:]
    manifest = bag / "manifest-sha512.txt"
    rewrite(bag, manifest.name, manifest.read_bytes().replace(right.encode(), almost.encode()))
    [message] = [one.message for one in check(bag).findings if one.path == ONE]
    assert message == "sha512 is what is recorded but for 1 of 128 digits, so the record of it is damaged"
    bag = build_bag(tmp_path / "other")
    (bag / ONE).write_bytes(b"other")
    [message] = [one.message for one in check(bag).findings if one.path == ONE]
    assert message == f"sha512 is {digest('sha512', b'other')[:12]}…, not {right[:12]}…"


def test_what_is_read_is_told_while_it_is_and_adds_up_to_what_there_is(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {"data/large": b"x" * (2 * 1024 * 1024 + 5), "data/small": b"y"})
    told: list[int] = []
    with open_bag(str(bag)) as validation:
        os.unlink(bag / "data" / "small")
        outcomes = list(validation.check(reading=told.append))
        assert sum(told) == sum(outcome.bytes for outcome in outcomes)
    assert 1024 * 1024 in told, "a large file moves before it is done"
