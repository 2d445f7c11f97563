"""Everything of the program that reads what strangers wrote, each with what it is fed and what it promises."""

from __future__ import annotations

import json
import os
from pathlib import Path

from archiver.audio.bitstream.walk import Listener
from archiver.audio.examine import examine_file
from archiver.errors import StoreError
from archiver.ingest.consumers import LONGEST_RESULT, ReadPlan
from archiver.ingest.copy import source_digest
from archiver.ingest.journal import EarlierCopies, Journal
from archiver.ingest.sound import sound_value
from archiver.model.sound import Bitstream
from archiver.model.source import FileRef, FileStat
from archiver.store.sealing import recover
from archiver.store.staging import Staging, StagingKey, unfinished
from tests.audio.protection.fixtures import PROTECTED
from tests.bagit.bags import tree_state
from tests.hostile.reader import JSON_TOKENS, PATH_TOKENS, ROOT, Reader, is_told, removed
from tests.hostile.readers_of_bags import ArchivedBag, Bag, Records, UpdatedInfo, Updates
from tests.hostile.readers_of_states import States
from tests.hostile.readers_of_texts import Declarations, Policies, Profiles, Settings
from tests.samples.formats import FORMATS, SIDECARS


class Audio(Reader):
    """Any file of a source, examined and read through: no exception, no slip that nobody foresaw, the file untouched."""

    memory_bytes = 512 << 20

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        protected = {f"{title} {name}": data for title, (name, data, _) in PROTECTED.items()}
        collection = ROOT / "examples" / "collection"
        examples = {path.name: path.read_bytes() for path in sorted(collection.rglob("*")) if path.is_file()}
        self.subjects = FORMATS | SIDECARS | protected | examples | _shared_samples()

    def read(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        before = path.stat()
        root, relative = os.fsencode(self.folder), os.fsencode(name)
        found = examine_file(FileRef(root, relative, name, FileStat(len(data), 0, 0, 0)))
        slips = [problem.message for problem in found.problems if problem.code == "F203"]
        assert not slips, slips
        if found.bitstream is not None:
            listened(found.bitstream, data)
        after = path.stat()
        assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns), (
            "it was changed"
        )
        assert path.read_bytes() == data, "it was changed"
        path.unlink()


def listened(stream: Bitstream, data: bytes) -> None:
    """Give the file to its walk, whole and in two pieces: both say the same, in a few words."""
    said = []
    for pieces in ((data,), (data[: len(data) // 3], data[len(data) // 3 :])):
        listener = Listener(stream)
        for piece in pieces:
            listener.update(piece)
        said.append(sound_value(listener.finish()))
    assert said[0] == said[1], "what it says depends on how the file is cut into blocks"
    assert len(json.dumps(said[0])) <= LONGEST_RESULT


def _shared_samples() -> dict[str, bytes]:
    named = os.environ.get("ARCHIVER_AUDIO_SAMPLES")
    return {path.name: path.read_bytes() for path in sorted(Path(named).iterdir())} if named else {}


class StagingAreas(Reader):
    """What lies in a store's ``.incoming``: taken up or refused, and nothing beyond it is touched."""

    tokens = (
        *JSON_TOKENS,
        *PATH_TOKENS,
        *b'../../../Elsewhere bag archive/P.tar "parts":2 "part":1 sha512'.split(),
    )
    _REF = FileRef(b"/", b"a", "a", FileStat(1, 1577934245000000000, 1577934245000000000, 1))
    _KEY = StagingKey("P", 1, 2, ("sha512",), "f" * 64, "0" * 64)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        area = self._made()
        self.subjects = {
            "staging.json": (area / "staging.json").read_bytes(),
            "ready": b"bag",
            "journal.jsonl": b'{"schema": "archiver.journal/1"}\n'
            b'["a", "%b", 1, 1577934245000000000, 1577934245000000000, 1577934245000000000, {"sha512": "%b"}]\n'
            % (source_digest(self._REF).encode(), b"0" * 128),
        }
        removed(folder / "store")
        (folder / "Elsewhere").mkdir()
        (folder / "Elsewhere" / "precious").write_bytes(b"precious")

    def _made(self) -> Path:
        """Make a store in which the second bag of a group has its name, and the first waits for it."""
        store = self.folder / "store"
        for name in ("P_2_of_2", "foreign"):
            (store / name).mkdir(parents=True)
        Staging(os.fsencode(store), self._KEY).open()
        (key,) = (store / ".incoming").glob("*/staging.json")
        (key.parent / "bag" / "data" / "a").write_bytes(b"x")
        return key.parent

    def read(self, name: str, data: bytes) -> None:
        store, area = self.folder / "store", self._made()
        for each, sound in self.subjects.items():
            (area / each).write_bytes(data if each == name else sound)
        beside = tree_state(self.folder / "Elsewhere"), tree_state(store / "foreign")
        staging = Staging(os.fsencode(store), self._KEY)
        try:
            with Journal(staging.area), EarlierCopies((staging.laid,)) as earlier:
                earlier.find(self._REF, ReadPlan((("sha512", True),)))
            for _ in unfinished(os.fsencode(store)):
                pass
            recover(os.fsencode(store))
        except StoreError as error:
            is_told(error)
        finally:
            reached = (tree_state(self.folder / "Elsewhere"), tree_state(store / "foreign")) != beside
            names = set(os.listdir(store))
            removed(store)
        assert not reached, "it reached beyond"
        assert names <= {".incoming", "P_1_of_2", "P_2_of_2", "foreign"}, f"it made {sorted(names)}"


READERS: dict[str, type[Reader]] = {
    "audio": Audio,
    "bag": Bag,
    "archive": ArchivedBag,
    "declarations": Declarations,
    "policies": Policies,
    "settings": Settings,
    "profiles": Profiles,
    "staging": StagingAreas,
    "updates": Updates,
    "updated-info": UpdatedInfo,
    "records": Records,
    "states": States,
}
