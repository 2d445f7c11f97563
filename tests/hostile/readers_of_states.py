"""What reads what a bag says of its source: restoring and comparing."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archiver.errors import ArchiverError
from archiver.usecases.diff.diff import DiffRequest, diff
from archiver.usecases.restore.restore import RestoreRequest, restore
from archiver.usecases.restore.target import Overwriting
from archiver.usecases.watch import Unwatched
from tests.bagit.bags import seal_tags, tree_state
from tests.hostile.reader import JSON_TOKENS, PATH_TOKENS, Reader, is_told, removed
from tests.samples import read_tree
from tests.stated_bags import bag_line, file_line, json_lines, stated_bag, urn

_BYTES = {"f": b"payload", "g": b"other"}
_TREE: tuple[Mapping[str, Any], ...] = (
    {"kind": "folder", "source_path": "", "modified": "2001-01-01T00:00:00Z"},
    {"kind": "folder", "source_path": "a", "modified": "2002-02-02T00:00:00Z", "mode": "0750"},
    {"kind": "link", "source_path": "l", "target": "../beside/secret", "leads_to": None},
    {"kind": "file", "source_path": "a/f", "mode": "0755"},
    {"kind": "left-out", "source_path": "x", "what": "file", "rule": "*.x"},
)


class States(Reader):
    """A record of a state or a tree: restored into a folder of its own, and nothing beside that is touched."""

    tokens = (
        *JSON_TOKENS,
        *PATH_TOKENS,
        *b'"kind" "file" "bag" "folder" "link" "left-out" "source_path" "path" "data/f" "digest" "number" 0 1 2'.split(),
        *b'"../beside/secret" "a/../../beside/secret" "l/secret" "target" "mode" "7777" "modified"'.split(),
        b'"source_path_b64": "' + base64.b64encode(b"../beside/secret") + b'"',
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "home" / "beside").mkdir(parents=True)
        (folder / "home" / "beside" / "secret").write_bytes(b"secret")
        first = stated_bag(folder / "store" / "First", {"old": b"old"})
        state = [
            file_line("a/f", _BYTES["f"], path="data/f"),
            bag_line(1, first, urn(1)),
            file_line("old", b"old", bag=1),
            file_line("g", _BYTES["g"]),
        ]
        self._bag = stated_bag(folder / "store" / "Bag", _BYTES, number=2, state=state, tree=_TREE)
        places = {name: self._bag / "metadata" / name for name in ("state.jsonl", "tree.jsonl")}
        rows: list[dict[str, Any]] = [
            {"path": "data/f", "source_path": "a/f", "size_bytes": 7, "modified": "2001-01-01T00:00:00Z"}
            | {
                "digests": {
                    "sha512": json.loads(places["state.jsonl"].read_bytes().splitlines()[1])["digest"]
                }
            },
            {"source_path": "h", "disposition": "exclude", "decision": "d1"},
        ]
        self._sound = {name: place.read_bytes() for name, place in places.items()}
        self._sound["files.jsonl"] = json_lines({"schema": "archiver.files/1"}, rows)
        self.subjects = self._sound
        self._beside = tree_state(folder / "home" / "beside")

    def read(self, name: str, data: bytes) -> None:
        records = self._bag / "metadata"
        for other, content in self._sound.items():
            (records / other).write_bytes(data if other == name else content)
        if name == "files.jsonl":  # an older bag says by it what it holds
            (records / "state.jsonl").unlink()
        seal_tags(self._bag)
        target = self.folder / "home" / "back"
        try:
            self._restore(str(target))
            self._compare()
            given = read_tree(target) if target.exists() else {}
        finally:
            reached = tree_state(self.folder / "home" / "beside") != self._beside
            names = set(os.listdir(self.folder / "home"))
            if target.is_dir():
                removed(target)
        assert not reached, "it reached beyond"
        assert names <= {"beside", "back"}, f"it made {sorted(names)}"
        known = {*_BYTES.values(), b"old"}
        assert set(given.values()) <= known, "it made a file that nobody had"

    def _restore(self, target: str) -> None:
        request = RestoreRequest(
            str(self._bag), target, (), None, (), None, Overwriting.NOTHING, self._catalogue, None
        )
        try:
            with restore(request, Unwatched()) as restored:
                for told in restored.told:
                    assert told.path is not None
        except ArchiverError as error:
            is_told(error)

    def _compare(self) -> None:
        request = DiffRequest(str(self._bag), urn(1), (str(self.folder / "store"),), self._catalogue, 1, None)
        with contextlib.suppress(ArchiverError), diff(request, Unwatched()) as differing:
            for difference in differing.comparison.differences:
                assert difference.path

    @property
    def _catalogue(self) -> str:
        return str(self.folder / "no catalogue")
