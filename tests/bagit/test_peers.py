"""Cross-checks with bagit-python, bdbag and sha512sum; peers work on copies, since they write into what they check."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from archiver import filesystem
from archiver.bagit.bag_source import FolderBag
from archiver.bagit.profiles.load import load_profile
from archiver.bagit.profiles.read import check_profile
from archiver.bagit.report import Depth
from archiver.bagit.serialized.writer import serialize
from archiver.bagit.sizes import payload_oxum
from archiver.bagit.updating.update import Appended, add_algorithm, set_info
from archiver.bagit.validate import validate
from archiver.bagit.writer import ManifestWriter, write_bag_info, write_declaration, write_tag_manifests
from tests.bagit.bags import Payload, tree_state, write_file

bagit = pytest.importorskip("bagit", reason="bagit-python, a test dependency, is not installed")
bdbagit = pytest.importorskip("bdbag.bdbagit", reason="bdbag, a test dependency, is not installed")
PEERS = pytest.mark.parametrize("peer", [bagit.Bag, bdbagit.BDBag], ids=["bagit-python", "bdbag"])
MAKERS = pytest.mark.parametrize("make", [bagit.make_bag, bdbagit.make_bag], ids=["bagit-python", "bdbag"])

AGREED_NAMES = [
    "plain.flac",
    "with space",
    " leading space",
    "Ünïcode é.flac",
    "Cafe\u0301",
    "a\nb",
    "a\rb",
    "a\tb",
    "\ttab",
    "\u00a0no break",
    "\ufeffmark",
    "*star",
    "-dash",
    "~home",
    "#hash",
    "'quotes\"",
    r"AC\DC",
    "4:33",
    "dot.",
    "😀" * 60,
    "/".join(["deep"] * 100),
]
WRONG_FOR_PEERS = {
    "100% Pure.flac": "they do not decode %25 (RFC 8493 §2.1.3)",
    "%25": "they do not decode %25",
    "%0A": "they decode it twice",
    "ends in space ": "they strip the line",
    "line\u2028separator": "they split at it, which is no line break of RFC 8493 §2.3",
    "next\x85line": "they split at it",
    "vertical\x0btab": "they split at it",
    "form\x0cfeed": "they split at it",
    "file\x1cseparator": "they split at it",
}
"""Names that make a valid bag invalid for both peers, and why."""

WRONG_WHEN_MADE_BY_PEERS = {"%0A"}
"""Names whose bags, made by the peers themselves, list a file that is not there."""

EVENT = Appended("metadata/events.jsonl", b"{}\n")


def write_bag(
    root: Path,
    payload: Payload,
    algorithms: Sequence[str] = ("sha512",),
    info: Sequence[tuple[str, str]] = (),
) -> Path:
    """Write a bag with this library's own writer."""
    root.mkdir(parents=True)
    (root / "data").mkdir()
    for path, content in payload.items():
        write_file(root, path, content)
    folder = filesystem.open_folder(os.fsencode(root))
    try:
        write_declaration(folder)
        for algorithm in algorithms:
            with ManifestWriter(folder, algorithm, "payload") as manifest:
                for path, content in payload.items():
                    manifest.add(os.fsdecode(path), hashlib.new(algorithm, content).hexdigest())
        oxum = payload_oxum(sum(map(len, payload.values())), len(payload))
        write_bag_info(folder, [*info, ("Payload-Oxum", oxum)])
        write_tag_manifests(folder, algorithms)
    finally:
        os.close(folder)
    return root


def is_valid_for(peer: Any, bag: Path, copy: Path) -> bool:  # noqa: ANN401 - the peers are untyped
    shutil.copytree(bag, copy)
    try:
        peer(str(copy)).validate()
    except bagit.BagError:
        return False
    finally:
        shutil.rmtree(copy)
    return True


def is_valid(bag: Path) -> bool:
    before = tree_state(bag)
    report = validate(os.fsencode(bag), Depth.FULL)
    assert tree_state(bag) == before
    return report.valid is True


@PEERS
def test_bags_written_here_are_valid_for_peers(tmp_path: Path, peer: object) -> None:
    payload: Payload = {f"data/{name}": name.encode() for name in AGREED_NAMES}
    info = [("Title", "Songs"), ("Title", "Ünïcode"), ("Note", "one\ntwo"), ("Bagging-Date", "2024-02-29")]
    bag = write_bag(tmp_path / "bag", payload, ("sha512", "sha256", "md5", "sha1"), info)
    assert is_valid(bag)
    assert is_valid_for(peer, bag, tmp_path / "copy")


@PEERS
def test_an_empty_payload_and_an_empty_file_are_valid_for_peers(tmp_path: Path, peer: object) -> None:
    bag = write_bag(tmp_path / "bag", {"data/empty": b""})
    assert is_valid(bag)
    assert is_valid_for(peer, bag, tmp_path / "copy")


@PEERS
@pytest.mark.parametrize("name", WRONG_FOR_PEERS)
def test_the_names_that_peers_get_wrong_are_known(tmp_path: Path, peer: object, name: str) -> None:
    bag = write_bag(tmp_path / "bag", {f"data/{name}": b"x"})
    assert is_valid(bag)
    assert not is_valid_for(peer, bag, tmp_path / "copy")


@PEERS
def test_labels_are_read_by_peers_as_they_were_written(tmp_path: Path, peer: Any) -> None:  # noqa: ANN401 - untyped
    info = [
        ("Source-Organization", "Example Archive"),
        ("Rights-Policy", "personal"),
        ("Title", "B"),
        ("Title", "A"),
    ]
    bag = write_bag(tmp_path / "bag", {"data/a": b"a"}, info=info)
    shutil.copytree(bag, tmp_path / "copy")
    read = peer(str(tmp_path / "copy")).info
    assert read == {
        "Source-Organization": "Example Archive",
        "Rights-Policy": "personal",
        "Title": ["B", "A"],
        "Payload-Oxum": "1.1",
    }


@PEERS
def test_updated_bags_are_valid_for_peers(tmp_path: Path, peer: object) -> None:
    bag = write_bag(tmp_path / "bag", {"data/a\nb": b"a", "data/c": b"c"})
    add_algorithm(os.fsencode(bag), "md5", EVENT)
    set_info(os.fsencode(bag), "Title", "Songs", EVENT)
    assert is_valid(bag)
    assert is_valid_for(peer, bag, tmp_path / "copy")


@MAKERS
def test_bags_written_by_peers_are_valid_here(tmp_path: Path, make: Any) -> None:  # noqa: ANN401 - untyped
    folder = tmp_path / "bag"
    for name in {*AGREED_NAMES, *WRONG_FOR_PEERS} - WRONG_WHEN_MADE_BY_PEERS:
        write_file(folder, name, name.encode())
    make(str(folder), bag_info={"Title": "Songs", "Title-2": ["a", "b"]}, checksums=["sha512", "md5"])
    assert is_valid(folder)


@MAKERS
@PEERS
def test_bags_written_by_peers_stay_valid_for_them_after_an_update(
    tmp_path: Path,
    make: Any,  # noqa: ANN401 - untyped
    peer: object,
) -> None:
    folder = tmp_path / "bag"
    write_file(folder, "Album/01.flac", b"one")
    make(str(folder), bag_info={"Contact-Name": ["a", "b"]}, checksums=["md5"])
    payload = tree_state(folder / "data")
    write_file(folder, "notes/unlisted.txt", b"what no tag manifest lists")
    add_algorithm(os.fsencode(folder), "sha512", EVENT)
    assert set_info(os.fsencode(folder), "Contact-Name", "Erika Example", EVENT).replaced == ("a", "b")
    assert is_valid(folder)
    assert is_valid_for(peer, folder, tmp_path / "copy")
    assert tree_state(folder / "data") == payload


@MAKERS
@pytest.mark.parametrize("name", sorted(WRONG_WHEN_MADE_BY_PEERS))
def test_bags_that_peers_write_wrongly_are_not_valid_here_either(
    tmp_path: Path,
    make: Any,  # noqa: ANN401 - untyped
    name: str,
) -> None:
    write_file(tmp_path / "bag", name, b"x")
    make(str(tmp_path / "bag"), checksums=["sha512"])
    report = validate(os.fsencode(tmp_path / "bag"))
    assert {"B401", "B402"} <= {finding.code for finding in report.findings}


def test_bdbag_s_newer_bags_are_valid_here(tmp_path: Path) -> None:
    write_file(tmp_path / "bag", "Album/01.flac", b"one")
    bdbagit.make_bag(str(tmp_path / "bag"), checksums=["sha256"], spec_version="1.0")
    assert is_valid(tmp_path / "bag")


@pytest.mark.parametrize(("name", "mode"), [("bag.tar", "w"), ("bag.tgz", "w:gz"), ("bag.zip", "")])
def test_archives_written_by_bdbag_are_valid_here(tmp_path: Path, name: str, mode: str) -> None:
    api = pytest.importorskip("bdbag.bdbag_api")
    write_file(tmp_path / "bag", "Album/01.flac", b"one")
    bdbagit.make_bag(str(tmp_path / "bag"), checksums=["sha512"])
    if mode:
        api.tar_bag_dir(str(tmp_path / "bag"), str(tmp_path / name), mode)
    else:
        api.zip_bag_dir(str(tmp_path / "bag"), str(tmp_path / name))
    report = validate(os.fsencode(tmp_path / name))
    assert (report.valid, report.findings) == (True, ())


@PEERS
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_archives_written_here_unpack_to_bags_that_are_valid_for_peers(
    tmp_path: Path,
    peer: object,
    kind: Any,  # noqa: ANN401 - one of two literals
) -> None:
    payload: Payload = {f"data/{name}": name.encode() for name in AGREED_NAMES if "\\" not in name}
    bag = write_bag(tmp_path / "bag", payload)
    target = tmp_path / f"bag.{kind}"
    serialize(os.fsencode(bag), os.fsencode(target), kind, 1_700_000_000)
    shutil.unpack_archive(target, tmp_path / "out", filter="data" if kind == "tar" else None)
    assert is_valid(tmp_path / "out" / "bag")
    assert is_valid_for(peer, tmp_path / "out" / "bag", tmp_path / "copy")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_the_checksum_programs_that_every_system_has_accept_the_manifests(
    tmp_path: Path, algorithm: str
) -> None:
    if shutil.which(f"{algorithm}sum") is None:
        pytest.skip(f"{algorithm}sum is not on this system")
    plain = [name for name in [*AGREED_NAMES, *WRONG_FOR_PEERS] if not {"%", "\n", "\r"} & set(name)]
    payload: Payload = {f"data/{name}": name.encode() for name in plain}
    bag = write_bag(tmp_path / "bag", payload, (algorithm,))
    for name in (f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"):
        subprocess.run([f"{algorithm}sum", "--check", "--strict", "--quiet", name], cwd=bag, check=True)


@pytest.mark.parametrize("name", ["btr", "metaarchive"])
@pytest.mark.parametrize("drop", ["", "Source-Organization", "Payload-Oxum", "BagIt-Profile-Identifier"])
def test_the_reference_checker_of_profiles_judges_alike(tmp_path: Path, name: str, drop: str) -> None:
    checker = pytest.importorskip(
        "bagit_profile", reason="bagit-profile, which bdbag brings, is not installed"
    )
    profile = load_profile(name)
    labels = [
        (rule.label, "given") for rule in profile.labels if rule.required and rule.label != "Payload-Oxum"
    ]
    labels = [pair for pair in [*labels, ("BagIt-Profile-Identifier", profile.identifier)] if pair[0] != drop]
    bag = write_bag(tmp_path / "bag", {"data/a": b"a"}, ("sha1", "sha512"), labels)
    if drop == "Payload-Oxum":
        content = (bag / "bag-info.txt").read_bytes()
        (bag / "bag-info.txt").write_bytes(content.replace(b"Payload-Oxum: 1.1\n", b""))
    ours = not [
        finding
        for finding in check_profile(profile, FolderBag(os.fsencode(bag)))
        if finding.severity == "error"
    ]
    source = Path(load_profile.__code__.co_filename).with_name(f"{name}.json")
    reference = checker.Profile(profile.identifier, profile=checker.json.loads(source.read_text()))
    assert reference.validate(bagit.Bag(str(bag))) is ours
    assert ours is (drop == "")
