"""Files that people write may come from anybody: they reach nothing beside their source and cost what they are worth."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.errors import ArchiverError, ConfigError
from archiver.usecases import documents
from tests.conftest import MakeSource
from tests.running import Outcome, run_here
from tests.samples import Entry, Link, Pipe, flac
from tests.watching import peak_of_program

SECRET = b"token of the recipient: 0a1b2c3d"
DECLARED = """version = 1
[[declaration]]
id = "deed"
scope = {{ path = "**" }}
basis = "license"
license = "CC-BY-4.0"
by = "Jo Smith"
role = "donor"
date = 2024-01-01
document = {}
"""
PLACE = "line 10, column 12: "


def declared(document: str) -> str:
    """A file of declarations with a document, written as TOML writes a literal string."""
    return DECLARED.format(f"'{document}'")


def content_of(folder: Path) -> bytes:
    """Everything that stands in the files below a folder, one after another."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "private" / "key.txt"
    path.parent.mkdir()
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def refused(tmp_path: Path, source: MakeSource) -> Callable[[dict[str, Entry]], Outcome]:
    """Pack a source in every way, which must be refused in the same words each time, without a bag."""

    def pack(entries: dict[str, Entry]) -> Outcome:
        music = source({"a.flac": flac(), **entries})
        store = tmp_path / "store"
        outcomes = [run_here("pack", music, "--all", "--to", store, *more) for more in ((), ("--dry-run",))]
        for outcome in outcomes:
            assert outcome.code == 2, outcome
            assert outcome.out == ""
            assert "fault in this program" not in outcome.err
        assert outcomes[0].err == outcomes[1].err
        assert not store.exists()
        return outcomes[0]

    return pack


def told(outcome: Outcome) -> str:
    return " ".join(outcome.err.split())


def test_a_link_as_document_is_named_and_nothing_behind_it_is_read(
    refused: Callable[[dict[str, Entry]], Outcome], secret: Path
) -> None:
    outcome = refused({"rights.toml": declared("deed.txt"), "deed.txt": Link(str(secret))})
    assert f"{PLACE}The document deed.txt is a symbolic link, and links are not followed." in told(outcome)
    assert "Put the file itself in its place" in told(outcome)


def test_a_document_below_a_linked_folder_is_not_reached(
    refused: Callable[[dict[str, Entry]], Outcome], secret: Path
) -> None:
    outcome = refused(
        {"rights.toml": declared("papers/2024/key.txt"), "papers/2024": Link(str(secret.parent))}
    )
    assert f"{PLACE}The document papers/2024/key.txt is not reached: papers/2024 is a symbolic link" in told(
        outcome
    )


@pytest.mark.parametrize("document", ["environ", "self/environ"])
def test_a_file_of_the_running_system_is_not_carried_away(
    refused: Callable[[dict[str, Entry]], Outcome], document: str
) -> None:
    target = "/proc" if "/" in document else "/proc/self/environ"
    first = document.partition("/")[0]
    assert "is a symbolic link" in told(
        refused({"rights.toml": declared(document), first: Link(target + "/self" * ("/" in document))})
    )


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="needs /proc")
@pytest.mark.parametrize("path", [b"self/environ", b"version"])
def test_a_file_whose_size_does_not_tell_what_it_holds_is_no_document(path: bytes) -> None:
    """Even where ``/proc`` itself is named as the place of the declarations."""
    real = os.path.realpath(b"/proc/" + path)
    with pytest.raises(documents.NoDocumentError, match=r"does not tell how much it holds|is empty"):
        documents.read_document(b"/proc", os.path.relpath(real, b"/proc"), "deed")


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({}, "The document deed.txt is not there."),
        ({"deed.txt": Pipe()}, "The document deed.txt is a named pipe, not a file."),
        ({"deed.txt/x": b"x"}, "The document deed.txt is a folder, not a file."),
        ({"papers": b"x"}, "The document papers/deed.txt is not there."),
    ],
)
def test_what_is_no_file_is_no_document(
    refused: Callable[[dict[str, Entry]], Outcome], entries: dict[str, Entry], why: str
) -> None:
    name = "papers/deed.txt" if "papers" in why else "deed.txt"
    assert PLACE + why in told(refused({"rights.toml": declared(name), **entries}))


def test_a_sparse_giant_is_refused_by_its_size(tmp_path: Path) -> None:
    music = tmp_path / "Music"
    music.mkdir()
    (music / "a.flac").write_bytes(flac())
    (music / "rights.toml").write_text(declared("deed.pdf"))
    with open(music / "deed.pdf", "wb") as stream:
        stream.truncate(1 << 40)
    outcome = run_here("pack", music, "--all", "--to", tmp_path / "store")
    assert outcome.code == 2
    assert f"{PLACE}The document deed.pdf is larger than 64 MiB." in told(outcome)


@pytest.mark.parametrize(
    "document",
    [
        *("../private/key.txt", "papers/../../private/key.txt", "/etc/passwd", "./deed.txt", ".", ".."),
        *("", " ", "papers/", "a//b", "C:/deed.txt", "..\\deed.txt"),
    ],
)
def test_a_document_is_named_from_its_own_folder_downwards(
    refused: Callable[[dict[str, Entry]], Outcome], secret: Path, document: str
) -> None:
    outcome = refused({"rights.toml": declared(document), "deed.txt": b"x"})
    assert PLACE in told(outcome)


@pytest.mark.parametrize("written", [r'"a\u0000b"', r'"\u0000"', r'"papers/\u0000/x"'])
def test_a_name_that_no_system_can_hold_is_a_fault_of_the_file(
    refused: Callable[[dict[str, Entry]], Outcome], written: str
) -> None:
    assert f"{PLACE}" in told(refused({"rights.toml": DECLARED.format(written)}))


def test_a_name_longer_than_any_is_a_fault_of_the_file(
    refused: Callable[[dict[str, Entry]], Outcome],
) -> None:
    outcome = refused({"rights.toml": declared("x" * 5_000)})
    assert PLACE in told(outcome)
    assert len(outcome.err) < 2_000


@pytest.mark.parametrize("name", ["rights.toml", "same.toml"])
def test_a_declaration_is_no_proof_of_itself(tmp_path: Path, name: str) -> None:
    music = tmp_path / "Music"
    music.mkdir()
    (music / "a.flac").write_bytes(flac())
    (music / "rights.toml").write_text(declared(name))
    if name != "rights.toml":
        os.link(music / "rights.toml", music / name)
    outcome = run_here("pack", music, "--all", "--to", tmp_path / "store")
    assert outcome.code == 2
    assert f"{PLACE}The document {name} is the file of declarations itself." in told(outcome)


def test_every_fault_of_the_documents_is_told_at_once(
    refused: Callable[[dict[str, Entry]], Outcome], secret: Path
) -> None:
    second = declared("gone.txt").partition("\n")[2].replace('"deed"', '"other"')
    outcome = refused({"rights.toml": declared("deed.txt") + second, "deed.txt": Link(str(secret))})
    assert "line 10, column 12: The document deed.txt is a symbolic link" in told(outcome)
    assert "line 19, column 12: The document gone.txt is not there." in told(outcome)


@pytest.fixture
def socket_at() -> Iterator[Callable[[Path], None]]:
    made = []

    def make(path: Path) -> None:
        made.append(socket.socket(socket.AF_UNIX))
        made[-1].bind(str(path))

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "folder", "socket"])
def test_declarations_found_in_a_source_are_a_file_of_it(
    tmp_path: Path,
    secret: Path,
    kind: str,
    socket_at: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    music = tmp_path / "Music"
    music.mkdir()
    (music / "a.flac").write_bytes(flac())
    secret.write_text(declared("key.txt"))
    rights = music / "rights.toml"
    monkeypatch.chdir(music)  # the path of a socket is short
    if "link" in kind:
        rights.symlink_to(secret if kind == "link" else "nowhere")
    elif kind == "pipe":
        os.mkfifo(rights)
    elif kind == "folder":
        rights.mkdir()
    else:
        socket_at(Path("rights.toml"))
    for words in (("pack", music, "--all", "--to", tmp_path / "store"), ("explain", music / "a.flac")):
        outcome = run_here(*words)
        assert outcome.code == 2, (words, outcome)
        assert outcome.out == ""
        what = {"pipe": "a named pipe", "dangling link": "a symbolic link", "link": "a symbolic link"}
        assert f"rights.toml: it is {what.get(kind, 'a ' + kind)}" in told(outcome)
    assert not (tmp_path / "store").exists()


def test_a_file_that_the_user_names_may_be_a_link_of_theirs(tmp_path: Path, source: MakeSource) -> None:
    music = source({"a.flac": flac()})
    (tmp_path / "mine.toml").write_text(declared("deed.txt"))
    (tmp_path / "short.toml").symlink_to("mine.toml")
    (tmp_path / "deed.txt").write_bytes(b"I, Jo Smith, give this away.")
    outcome = run_here(
        "pack", music, "--all", "--to", tmp_path / "store", "--name", "x", "--rights", tmp_path / "short.toml"
    )
    assert outcome.code == 0, outcome
    kept = tmp_path / "store/x/metadata/submissionDocumentation/deed.txt"
    assert kept.read_bytes() == b"I, Jo Smith, give this away."
    (tmp_path / "deed.txt").unlink()
    (tmp_path / "deed.txt").symlink_to("mine.toml")
    outcome = run_here(
        "pack", music, "--all", "--to", tmp_path / "store", "--rights", tmp_path / "short.toml"
    )
    assert outcome.code == 2, "what the file names is not what the user typed"
    assert "is a symbolic link" in told(outcome)


@pytest.mark.parametrize("option", ["--rights", "--policy", "--profile"])
def test_a_pipe_a_folder_or_a_device_is_no_file_to_read(
    tmp_path: Path, source: MakeSource, option: str
) -> None:
    music = source({"a.flac": flac()})
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "giant", "wb") as stream:
        stream.truncate(3 << 30)
    for path, why in (
        (tmp_path / "pipe", "a named pipe"),
        (music, "a folder"),
        ("/dev/zero", "a device"),
        (tmp_path / "giant", "larger than"),
    ):
        outcome = run_here("pack", music, "--all", "--to", tmp_path / "store", option, path)
        assert outcome.code == 2, (path, outcome)
        assert why in told(outcome), (path, outcome)
        assert str(path) in told(outcome)
    assert not (tmp_path / "store").exists()


def test_bytes_that_are_not_those_that_were_checked_never_reach_a_bag(tmp_path: Path) -> None:
    (tmp_path / "deed.txt").write_bytes(b"the deed")
    checked = documents.read_document(os.fsencode(tmp_path), b"deed.txt", "deed.txt")
    with open(tmp_path / "copy", "wb") as stream:
        documents.copy_document(checked, stream)
    assert (tmp_path / "copy").read_bytes() == b"the deed"
    for change in (
        lambda: (tmp_path / "deed.txt").write_bytes(b"the DEED"),
        lambda: (tmp_path / "deed.txt").write_bytes(b"the deed and more"),
        (tmp_path / "deed.txt").unlink,
        lambda: (tmp_path / "deed.txt").symlink_to(tmp_path / "copy"),
    ):
        change()
        with (
            open(tmp_path / "other", "wb") as stream,
            pytest.raises(ArchiverError, match=r"deed\.txt.* changed") as caught,
        ):
            documents.copy_document(checked, stream)
        assert not isinstance(caught.value, ConfigError)


def test_a_document_swapped_for_a_link_while_a_bag_is_made_brings_nothing_from_outside(
    tmp_path: Path, secret: Path
) -> None:
    music = tmp_path / "Music"
    music.mkdir()
    (music / "a.flac").write_bytes(flac())
    (music / "rights.toml").write_text(declared("deed.txt"))
    deed, link = music / "deed.txt", tmp_path / "link"
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            link.symlink_to(secret)
            os.replace(link, deed)
            (tmp_path / "plain").write_bytes(b"the deed")
            os.replace(tmp_path / "plain", deed)

    deed.write_bytes(b"the deed")
    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        outcomes = [
            run_here("pack", music, "--all", "--to", tmp_path / "store", "--name", f"bag{number}")
            for number in range(5)
        ]
    finally:
        over.set()
        swapping.join()
    assert {outcome.code for outcome in outcomes} <= {0, 1, 2, 3}
    assert all("fault in this program" not in outcome.err for outcome in outcomes)
    if (tmp_path / "store").exists():
        assert SECRET not in content_of(tmp_path / "store")


COSTLY = {
    "a key of 20,000 parts": "a." * 20_000 + "a = 1",
    "lines of comments": "#\n" * 7_000_000,
    "5,000 digits": "version = " + "1" * 5_000,
    "490 lists in each other": "a = " + "[" * 490 + "]" * 490,
    "a key of a million characters": "k" * 1_000_000 + " = 1",
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("what", COSTLY)
def test_a_file_that_would_cost_much_is_refused_wherever_it_is_read(tmp_path: Path, what: str) -> None:
    music = tmp_path / "Music"
    music.mkdir()
    (music / "a.flac").write_bytes(flac())
    named, found, store = tmp_path / "x.toml", music / "rights.toml", tmp_path / "store"
    named.write_text(COSTLY[what])
    found.write_text(COSTLY[what])
    for words in (
        ("pack", music, "--all", "--to", store),
        ("rights", "check", named, "--source", music),
        ("pack", music, "--all", "--to", store, "--rights", named, "--policy", named),
        ("explain", music / "a.flac"),
    ):
        outcome, peak = peak_of_program(*words)
        assert outcome.code == 2, outcome
        assert outcome.out == ""
        assert "fault in this program" not in outcome.err
        assert len(outcome.err) < 2_000
        assert re.search(r"line 1, column \d+: |larger than 4,000,000 bytes", told(outcome))
        assert peak < 150
    outcome, peak = peak_of_program("verify", music, ARCHIVER_CONFIG=str(named))
    assert outcome.code == 2
    assert "x.toml" in outcome.err
    assert peak < 150
    assert not store.exists()


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bag")
    (folder / "Music").mkdir()
    (folder / "Music" / "a.flac").write_bytes(flac())
    assert run_here("pack", folder / "Music", "--to", folder, "--name", "bag").code == 0
    return folder / "bag"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "giant"])
@pytest.mark.parametrize("where", ["configuration", "profile"])
def test_verify_waits_for_nothing_and_reads_nothing_endless(
    tmp_path: Path, bag: Path, kind: str, where: str
) -> None:
    path = Path(kind) if kind.startswith("/") else tmp_path / "x"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "giant":
        with path.open("wb") as stream:
            stream.truncate(3 << 30)
    if where == "profile":
        outcome, peak = peak_of_program("verify", bag, "--profile", path)
    else:
        outcome, peak = peak_of_program("verify", bag, ARCHIVER_CONFIG=str(path))
    assert outcome.code == 2, outcome
    assert re.search("a named pipe|a device|larger than", told(outcome))
    assert peak < 100


PROFILE = {
    "BagIt-Profile-Info": {
        "BagIt-Profile-Identifier": "https://example.org/profile.json",
        "BagIt-Profile-Version": "1.4.0",
        "Source-Organization": "Example Archive",
        "External-Description": "For tests",
        "Version": "1",
    },
    "Accept-BagIt-Version": ["1.0"],
}
PROFILES = {
    "1,900,000 patterns": {"Payload-Files-Allowed": ["*a"] * 1_900_000},
    "a name of 3.9 MB": {"Payload-Files-Allowed": ["a" * 3_900_000]},
    "100,000 patterns": {"Payload-Files-Allowed": [f"*{number}" for number in range(100_000)]},
    "200,000 names": {"Payload-Files-Allowed": [f"data/{number}" for number in range(200_000)]},
    "long classes": {"Payload-Files-Allowed": ["[" + "a-z" * 1_000 + "]"] * 1_000},
    "a version without end": {
        "BagIt-Profile-Info": PROFILE["BagIt-Profile-Info"] | {"BagIt-Profile-Version": "1." + "9" * 5_000}  # type: ignore[operator]
    },
    "many values": {
        "Bag-Info": {"Payload-Oxum": {"values": [f"value {number}" for number in range(49_000)]}}
    },
    "many patterns": {"Payload-Files-Allowed": [f"*a{number}" for number in range(480)]},
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("what", PROFILES)
def test_verify_keeps_its_memory_and_its_words_whatever_the_profile(
    tmp_path: Path, bag: Path, what: str
) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(PROFILE | PROFILES[what]))
    outcome, peak = peak_of_program("verify", bag, "--profile", path)
    assert outcome.code in (2, 4), outcome
    assert "fault in this program" not in outcome.err
    assert len(outcome.out) + len(outcome.err) < 20_000
    assert peak < 150
