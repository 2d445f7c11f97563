from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import filesystem
from archiver.bagit.algorithms import UnknownAlgorithmError, normalise_algorithm
from archiver.bagit.paths import decode_path
from archiver.bagit.sizes import human_size, payload_oxum
from archiver.bagit.writer import (
    BagWriteError,
    ManifestWriter,
    format_bag_info,
    manifest_line,
    new_tag_file,
    write_bag_info,
    write_declaration,
    write_tag_manifests,
)

HELLO = hashlib.sha512(b"hello").hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = filesystem.open_folder(os.fsencode(tmp_path))
    yield descriptor
    os.close(descriptor)


def test_declaration_bytes(folder: int, tmp_path: Path) -> None:
    write_declaration(folder)
    assert (tmp_path / "bagit.txt").read_bytes() == (
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    )


def test_nothing_is_ever_overwritten(folder: int, tmp_path: Path) -> None:
    (tmp_path / "bagit.txt").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        write_declaration(folder)
    assert (tmp_path / "bagit.txt").read_bytes() == b"kept"


def test_a_link_in_the_place_of_a_tag_file_is_not_followed(folder: int, tmp_path: Path) -> None:
    (tmp_path / "bag-info.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_bag_info(folder, [("Title", "x")])
    assert not (tmp_path / "elsewhere").exists()


def test_a_tag_file_whose_writing_failed_is_removed(folder: int, tmp_path: Path) -> None:
    with pytest.raises(TypeError), new_tag_file(folder, "notes.txt") as stream:
        stream.write("text" if stream.write(b"half") else b"")  # type: ignore[arg-type]
    assert not (tmp_path / "notes.txt").exists()


def test_bag_info_keeps_order_repeats_and_line_breaks(folder: int, tmp_path: Path) -> None:
    labels = [
        ("Title", "B"),
        ("Artist", "Ünïcode"),
        ("Title", "A"),
        ("Note", "one\ntwo\r\nthree"),
    ]
    write_bag_info(folder, labels)
    assert (tmp_path / "bag-info.txt").read_bytes() == (
        "Title: B\nArtist: Ünïcode\nTitle: A\nNote: one\n  two\n  three\n".encode()
    )


@pytest.mark.parametrize(
    "label", ["", " Title", "Title ", "Ti:tle", "Ti\ntle", "Ti\rtle", "\ufeffTitle", "T\x00"]
)
def test_a_label_that_cannot_be_read_back_is_refused(label: str) -> None:
    with pytest.raises(BagWriteError, match="label"):
        format_bag_info([(label, "x")])


@pytest.mark.parametrize("value", ["", " x", "x ", "\nx", "x\n", "a\n\nb", "a\n  b", "\ud800"])
def test_a_value_that_cannot_be_read_back_is_refused_and_named(value: str) -> None:
    with pytest.raises(BagWriteError, match="Rights-Policy"):
        format_bag_info([("Rights-Policy", value)])


def test_refused_bag_info_leaves_nothing_behind(folder: int, tmp_path: Path) -> None:
    with pytest.raises(BagWriteError):
        write_bag_info(folder, [("Title", "x"), ("a:b", "y")])
    assert list(tmp_path.iterdir()) == []


def test_manifest_bytes(folder: int, tmp_path: Path) -> None:
    with ManifestWriter(folder, "SHA-512", "payload") as manifest:
        manifest.add("data/100%.flac", HELLO)
        manifest.add("data/a\nb\rc.flac", HELLO)
        manifest.add("data/ends in space ", HELLO)
    assert (tmp_path / "manifest-sha512.txt").read_bytes() == (
        f"{HELLO}  data/100%25.flac\n{HELLO}  data/a%0Ab%0Dc.flac\n{HELLO}  data/ends in space \n".encode()
    )


@pytest.mark.parametrize(
    "path",
    [
        "data/../etc/passwd",
        "data//a",
        "data/",
        "bag-info.txt",
        "/data/a",
        "data/a\x00b",
        "data/./a",
        "data/\udcff",
    ],
)
def test_a_path_that_may_not_stand_in_a_payload_manifest_is_refused(
    folder: int, tmp_path: Path, path: str
) -> None:
    with pytest.raises(BagWriteError), ManifestWriter(folder, "sha512", "payload") as manifest:
        manifest.add(path, HELLO)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [r"data/AC\DC.flac", "data/4:33.flac"])
def test_a_name_that_only_windows_misreads_is_written(folder: int, tmp_path: Path, path: str) -> None:
    with ManifestWriter(folder, "sha512", "payload") as manifest:
        manifest.add(path, HELLO)
    assert (tmp_path / "manifest-sha512.txt").read_text() == f"{HELLO}  {path}\n"


@pytest.mark.parametrize("digest", ["", HELLO[:-1], HELLO.upper(), "g" * 128, HELLO + "0"])
def test_a_digest_of_another_shape_is_refused(folder: int, digest: str) -> None:
    with pytest.raises(BagWriteError), ManifestWriter(folder, "sha512", "payload") as manifest:
        manifest.add("data/a", digest)


def test_payload_does_not_stand_in_a_tag_manifest(folder: int) -> None:
    with pytest.raises(BagWriteError), ManifestWriter(folder, "sha512", "tag") as manifest:
        manifest.add("data/a", HELLO)


def test_a_manifest_writer_outside_its_block_refuses(folder: int) -> None:
    with pytest.raises(BagWriteError, match="not open"):
        ManifestWriter(folder, "sha512", "payload").add("data/a", HELLO)


def test_tag_manifests_list_every_tag_file_but_themselves(folder: int, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_bytes(b"payload")
    (tmp_path / "metadata" / "rights").mkdir(parents=True)
    (tmp_path / "metadata" / "rights" / "rights.csv").write_bytes(b"csv")
    (tmp_path / "metadata" / "tagmanifest-md5.txt").write_bytes(b"no tag manifest of this bag")
    write_declaration(folder)
    names = write_tag_manifests(folder, ["sha512", "MD5", "md5"])
    assert names == ("tagmanifest-sha512.txt", "tagmanifest-md5.txt")
    listed = ["bagit.txt", "metadata/rights/rights.csv", "metadata/tagmanifest-md5.txt"]
    for name, algorithm in zip(names, ("sha512", "md5"), strict=True):
        assert (tmp_path / name).read_text() == "".join(
            f"{hashlib.new(algorithm, (tmp_path / path).read_bytes()).hexdigest()}  {path}\n"
            for path in listed
        )


def test_a_link_among_the_tag_files_is_refused(folder: int, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").symlink_to("/etc/passwd")
    with pytest.raises(filesystem.NotRegularError, match=r"notes\.txt"):
        write_tag_manifests(folder, ["sha512"])
    assert not (tmp_path / "tagmanifest-sha512.txt").exists()


def test_a_tag_file_name_that_is_not_utf8_is_refused(folder: int, tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb"):
        pass
    with pytest.raises(BagWriteError, match="UTF-8"):
        write_tag_manifests(folder, ["sha512"])


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("SHA-512", "sha512"),
        ("sha256", "sha256"),
        ("MD5", "md5"),
        ("SHA3-256", "sha3256"),
        ("BLAKE2b-512", "blake2b512"),
    ],
)
def test_algorithm_names_are_normalised(name: str, normalised: str) -> None:
    assert normalise_algorithm(name) == normalised


@pytest.mark.parametrize("name", ["crc32", "", "sha-0", "\u017fha1", "whirlpool"])
def test_unknown_algorithms_are_refused_with_the_list(name: str) -> None:
    with pytest.raises(UnknownAlgorithmError, match="known are md5, sha1"):
        normalise_algorithm(name)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1234, "1.2 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1 MB"),
        (42_600_000_000, "42.6 GB"),
        (999_949_999_999, "999.9 GB"),
        (10**21, "1000 EB"),
    ],
)
def test_human_size(size: int, text: str) -> None:
    assert human_size(size) == text


def test_payload_oxum() -> None:
    assert payload_oxum(279164409832, 1198) == "279164409832.1198"


@given(st.text(min_size=1))
def test_a_written_path_is_read_back_equal(path: str) -> None:
    try:
        line = manifest_line(path, HELLO)
    except UnicodeEncodeError:
        return
    assert line.count(b"\n") == 1
    assert b"\r" not in line
    digest, _, written = line.decode().removesuffix("\n").partition("  ")
    assert (digest, decode_path(written)) == (HELLO, path)
