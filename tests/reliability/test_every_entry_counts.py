"""Seen = packed + held + withheld + links + left out + problems, and each of them is what a walker of the test's own meets.

The walker asks nothing of the program. It is held against what ``scan`` and ``pack`` report, against what a bag records, and
against the payload, for trees that are made from numbers, and for one with everything that a Linux folder can hold.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import ONE_FIXTURE_FOR_ALL
from tests.reading_bags import lines_of
from tests.reliability.walking import LEFT_OUT, Walked, payload_digests, walk
from tests.running import Outcome, run_here, run_program
from tests.samples import Entry, File, Folder, HardLink, Link, Pipe, build_tree, flac, tree_digest

RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
[[declaration]]
id = "ours"
scope = { path = "**" }
basis = "own"
layers = ["recording", "performance", "work", "lyrics"]
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "allow", mine = "allow" }
[[declaration]]
id = "secret"
scope = { path = "**/Secret/**" }
basis = "own"
acts = { publish = "deny" }
"""


@dataclass(frozen=True)
class Asked:
    """How a tree is looked at.

    Attributes:
        leaves_out: Whether some of it is to be left out.
        withholds: Whether a policy keeps some of it out.
        names: How names are stored.
    """

    leaves_out: bool = False
    withholds: bool = False
    names: str = "exact"


class Case:
    """Sources, a store, and the program that is asked of them.

    Args:
        place: A folder of its own.
        trees: What is in each source, by its name.
        asked: How they are looked at.
        before: Words before the program, which is then started in a process of its own.
    """

    def __init__(
        self,
        place: Path,
        trees: Mapping[str, Mapping[bytes, Entry]],
        asked: Asked,
        before: tuple[str, ...] = (),
    ) -> None:
        self.roots = [build_tree(place / name, tree) for name, tree in trees.items()]
        self.asked, self._before, self._place = asked, before, place
        self._bags: list[Path] = []
        (place / "rights.toml").write_text(RIGHTS)

    def hold(self) -> None:
        """Scan and pack, and hold all that is said and recorded against the walker."""
        walked = walk(self.roots, leaves_out=self.asked.leaves_out)
        before = list(map(tree_digest, self.roots))
        self._hold_scan(walked, self._run("scan").json)
        held = {digest for bag in self._bags for digest in payload_digests(bag).values()}
        packed = self._run("pack", "--to", self._store, "--name", f"Bag {len(self._bags)}", *self._policy())
        assert list(map(tree_digest, self.roots)) == before, "a source was changed"
        kept = walked.files.keys() - self._withheld(walked)
        if not kept:
            assert packed.code in {2, 3}, packed.err
            assert not (self._store / f"Bag {len(self._bags)}").exists()
            return
        told = packed.json
        assert not told["nothing_new"]
        self._hold_account(walked, told, packed, held)
        self._bags.append(Path(told["bag"]))
        self._hold_records(walked, kept)

    @property
    def _store(self) -> Path:
        return self._place / "Store"

    def _run(self, command: str, *words: str | Path) -> Outcome:
        left_out = (
            [word for pattern in LEFT_OUT for word in ("--exclude", pattern)] if self.asked.leaves_out else []
        )
        run = self._run_apart if self._before else run_here
        done = run(command, *self.roots, *words, *left_out, "--json", "-j", "1")
        assert done.code in {0, 2, 3}, done.err
        return done

    def _run_apart(self, *words: str | Path) -> Outcome:
        return run_program(*words, before=self._before)

    def _policy(self) -> list[str | Path]:
        words: list[str | Path] = ["--names", self.asked.names]
        if self.asked.withholds:
            words += ["--policy", "public", "--rights", self._place / "rights.toml"]
        return words

    def _withheld(self, walked: Walked) -> set[bytes]:
        return walked.withheld() if self.asked.withholds else set()

    def _hold_scan(self, walked: Walked, told: dict[str, Any]) -> None:
        assert told["seen"] == walked.seen
        assert told["files"] == len(walked.files) + len(walked.closed_files)
        assert told["links"] == len(walked.links)
        assert told["left_out"] == len(walked.left_out)
        if not self.asked.leaves_out:
            assert told["empty_folders"] == len(walked.empty)
        said = Counter(map(_source_path, told["entries"]))
        assert said == Counter([*walked.files, *walked.problems]), "scan lists other files"
        lost = {_source_path(one) for one in told["entries"] if one["role"] is None}
        assert lost == walked.problems - walked.closed_files

    def _hold_account(self, walked: Walked, told: dict[str, Any], done: Outcome, held: set[str]) -> None:
        files = told["files"]
        withheld = self._withheld(walked)
        kept = {path: digest for path, digest in walked.files.items() if path not in withheld}
        is_held = sum(digest in held for digest in kept.values())
        assert files == {
            "seen": walked.seen,
            "packed": len(kept) - is_held,
            "held": is_held,
            "withheld": len(withheld),
            "links": len(walked.links),
            "left_out": len(walked.left_out),
            "problems": len(walked.problems - withheld),
        }
        assert files["seen"] == sum(number for what, number in files.items() if what != "seen")
        assert done.code == (3 if withheld or walked.problems or told["silences"] else 0)
        assert len({one["source_path"] for one in told["withheld"]}) == len(withheld)

    def _hold_records(self, walked: Walked, kept: set[bytes]) -> None:
        bag, payloads = self._bags[-1], {each.name: payload_digests(each) for each in self._bags}
        state, named = {}, {}
        for line in lines_of(bag / "metadata/state.jsonl"):
            if line["kind"] == "bag":
                named[line["number"]] = line["name"]
                continue
            holder = named[line["bag"]] if "bag" in line else bag.name
            place = line.get("path", f"data/{line['source_path']}").encode()
            assert payloads[holder][place] == line["digest"], "the bytes are not where the state says"
            assert _source_path(line) not in state, "a path stands in the state twice"
            state[_source_path(line)] = line["digest"]
        assert state == {path: walked.files[path] for path in kept}
        lines = lines_of(bag / "metadata/files.jsonl")
        packed = [line for line in lines if "path" in line]
        assert {line["path"].encode(): line["digests"]["sha512"] for line in packed} == payloads[bag.name]
        assert len(packed) == len(payloads[bag.name])
        others = Counter(_source_path(line) for line in lines if "path" not in line)
        assert others == Counter((walked.files.keys() | walked.problems) - kept)
        kinds: dict[str, set[bytes]] = {"link": set(), "left-out": set()}
        for line in lines_of(bag / "metadata/tree.jsonl"):
            kinds.setdefault(line["kind"], set()).add(_source_path(line))
        assert kinds["link"] == walked.links | walked.links_out
        assert kinds["left-out"] == walked.left_out


def _source_path(line: Mapping[str, Any]) -> bytes:
    path, encoded = str(line["source_path"]).encode(), line.get("source_path_b64")
    if encoded is None:
        return path
    below = base64.b64decode(encoded)  # below its source, whose name is not in it
    above = path.split(b"/")[: path.count(b"/") - below.count(b"/")]
    return b"/".join([*above, below])


NAMES = st.sampled_from(
    [
        *(b"a", b"b.txt", b"A", b"c.tmp", b"Trash", b"Secret", b"100%", b"*x", b"line\nbreak", b"x ", b"CON"),
        *(b"\xff\xfe", b"\xe9", "é".encode(), "e\u0301".encode(), b"=E9", b"n" * 255, "\u202egnp".encode()),
    ]
)
CONTENTS = st.sampled_from([b"", b"one", b"two", b"three " * 60])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(b"/".join)
ENTRIES = st.one_of(
    CONTENTS,
    CONTENTS,
    st.builds(File, CONTENTS, mode=st.sampled_from([0o400, 0o640, 0o755])),
    st.just(Folder()),
    st.just(Pipe()),
    st.builds(
        Link, st.sampled_from([b".", b"..", b"a", b"../a", b"nowhere", b"b.txt", b"/etc/hostname", b"Secret"])
    ),
)


@st.composite
def trees(draw: st.DrawFn) -> dict[bytes, Entry]:
    """Draw a tree in which no path is both a file and a folder; some of its files have further names."""
    tree: dict[bytes, Entry] = {}
    folders: set[bytes] = set()
    for path, entry in draw(st.lists(st.tuples(PATHS, ENTRIES), max_size=12)):
        above = {path[:at] for at in range(len(path)) if path[at : at + 1] == b"/"}
        if (
            path in tree
            or path in folders
            or any(not isinstance(tree.get(one, Folder()), Folder) for one in above)
        ):
            continue
        tree[path] = entry
        folders |= above | ({path} if isinstance(entry, Folder) else set())
    files = [path for path, entry in tree.items() if isinstance(entry, bytes)]
    for number, target in enumerate(draw(st.lists(st.sampled_from(files), max_size=2)) if files else ()):
        tree[b"hard %d" % number] = HardLink(target)
    return tree


CASES = st.fixed_dictionaries(
    {
        "first": trees(),
        "second": st.none() | trees(),
        "more": trees(),
        "asked": st.builds(Asked, st.booleans(), st.booleans(), st.sampled_from(["exact", "portable"])),
    }
)


def hold(case: Mapping[str, Any], base: Path) -> None:
    """Pack a case, then change it, and pack it again."""
    shutil.rmtree(base, ignore_errors=True)
    named = {"One": case["first"]} | ({} if case["second"] is None else {"Two": case["second"]})
    os.environ["ARCHIVER_CATALOGUE"] = str(base / "catalogue.sqlite")
    tried = Case(base, named, case["asked"])
    tried.hold()
    top = tried.roots[0]
    for path, entry in _fitting(top, case["more"]):
        build_tree(top, {path: entry})
    build_tree(top, {b"new in any case": b"new"})
    tried.hold()


def _fitting(top: Path, more: Mapping[bytes, Entry]) -> Iterator[tuple[bytes, Entry]]:
    """Yield what can be added to a tree, and take away what stands in its place."""
    for path, entry in more.items():
        whole = os.path.join(os.fsencode(top), path)
        if isinstance(entry, HardLink):
            continue
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            os.unlink(whole)
        above = whole.rpartition(b"/")[0]
        while not os.path.lexists(above):
            above = above.rpartition(b"/")[0]
        if not os.path.lexists(whole) and os.path.isdir(above) and not os.path.islink(above):
            yield path, entry


@settings(
    max_examples=12, derandomize=True, phases=(Phase.generate,), suppress_health_check=ONE_FIXTURE_FOR_ALL
)
@given(CASES)
def test_everything_is_accounted_for(tmp_path: Path, case: Mapping[str, Any]) -> None:
    hold(case, tmp_path / "case")


@pytest.mark.slow
@settings(max_examples=1_500, suppress_health_check=ONE_FIXTURE_FOR_ALL)
@given(CASES)
def test_everything_of_many_trees_is_accounted_for(tmp_path: Path, case: Mapping[str, Any]) -> None:
    hold(case, tmp_path / "case")


@contextlib.contextmanager
def closed(*paths: Path) -> Iterator[None]:
    """Have nobody read what lies at some paths; this process may all the same, where it is root's."""
    for path in paths:
        path.chmod(0)
    yield
    for path in paths:
        path.chmod(0o755)


def nasty_tree() -> dict[bytes, Entry]:
    """Everything that a Linux folder can hold, but for sockets and what nobody may read."""
    deep = b"deep/" + b"/".join([b"d" * 250] * 20)
    tree: dict[bytes, Entry] = {
        deep + b"/song.flac": flac(title="Deep"),
        deep + b"/link": Link(b"song.flac"),
        deep + b"/pipe": Pipe(),
        deep + b"/left.tmp": b"left",
        b"n" * 255: b"a long name",
        b"n" * 254 + b"\xff": b"a long name that is no text",
        "\u00e9.txt".encode(): b"composed",
        "e\u0301.txt".encode(): b"decomposed",
        b"CASE.txt": b"capitals",
        b"case.txt": b"small",
        b"one": b"the same",
        b"hard/two": HardLink(b"one"),
        b"hard/three": HardLink(b"one"),
        b"copy": b"the same",
        b"round": Link(b"round"),
        b"here": Link(b"."),
        b"hard/up": Link(b".."),
        b"out": Link(b"/etc/hostname"),
        b"gone": Link(b"nowhere"),
        b"to a pipe": Link(b"pipe"),
        b"to a folder": Link(b"hard"),
        b"pipe": Pipe(),
        b"empty": b"",
        b"nothing/in/here": Folder(),
        b"Trash/never seen": b"left out",
        b"Trash/pipe": Pipe(),
        b"a\n/Trash/never seen": b"left out",
        b"all.tmp/inside": b"left out",
        b"a link.tmp": Link(b"one"),
        b"Secret/deed.txt": b"kept out",
        b"Secret/Secret/again.txt": b"kept out",
        b"closed/inside": b"cannot be seen",
        b"closed file": b"cannot be read",
    }
    return tree | {b"broad/%03d" % number: b"%d" % (number % 40) for number in range(120)}


@pytest.mark.case(6, 10, 11, 12, 14, 16, 17, 19)
def test_a_tree_with_everything_is_accounted_for(tmp_path: Path, permissions_count: list[str]) -> None:
    tree = nasty_tree()
    asked = Asked(leaves_out=True, withholds=True, names="portable")
    tried = Case(
        tmp_path, {"One": tree, "Two": {b"one": b"the same", b"two": Pipe()}}, asked, tuple(permissions_count)
    )
    top = tried.roots[0]
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
        listening.bind(f"/proc/self/fd/{folder}/socket")
        os.close(folder)
    with closed(top / "closed file", top / "closed"):
        tried.hold()
        build_tree(top, {b"new": b"new", b"broad/new": b"1"})
        tried.hold()
