"""Everything of the program that reads what strangers wrote, each with what it is fed and what it promises."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from archiver import filesystem
from archiver.audio.examine import examine_file
from archiver.bagit.profiles.load import BUNDLED, load_profile
from archiver.bagit.profiles.parse import parse_profile
from archiver.bagit.profiles.profile import ProfileError
from archiver.bagit.profiles.read import check_folder
from archiver.bagit.report import Depth
from archiver.bagit.serialized.validation import validate_serialized
from archiver.bagit.updating import journal as update_journal
from archiver.bagit.updating.update import set_info
from archiver.bagit.validate import validate
from archiver.config import parse_settings
from archiver.errors import ConfigError, StoreError
from archiver.ingest.journal import Journal
from archiver.ingest.sealing import recover
from archiver.ingest.staging import Staging, StagingKey, unfinished
from archiver.model.source import FileRef, FileStat
from archiver.records.rights_reader import NoRightsRecordError, RightsRecordError, read_rights_record
from archiver.records.tracks import tracks_of
from archiver.rights.check import check_declarations
from archiver.rights.declarations import parse_declarations
from archiver.rights.policies import parse_policy
from tests.audio.protection.fixtures import PROTECTED
from tests.bagit.archives import make_deflated_zip, make_streamed_zip, make_tar, make_zip
from tests.bagit.bags import Payload, build_bag, rewrite, seal_tags, tree_state
from tests.fuzz import bag_input
from tests.samples.formats import FORMATS, SIDECARS

ROOT = Path(__file__).parents[2]
_GOLDEN = ROOT / "tests" / "records" / "golden"
_DATA = ROOT / "archiver" / "rights" / "data"
_JSON_TOKENS = (
    *(
        b'"',
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
        b"true",
        b"false",
        b'""',
        b"{}",
        b"[]",
        b"NaN",
        b"Infinity",
    ),
    *(
        b'"\\ud800"',
        b'"\\u0000"',
        b"\\",
        b"1e400",
        b"-0",
        b"\n",
        b"\r\n",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\x00",
        b"\xed\xa0\x80",
    ),
)
_PATH_TOKENS = (
    b"../",
    b"/",
    b"data/",
    b"./",
    b"//",
    b"%",
    b"%0A",
    b"%00",
    b"~",
    b"a\\b",
    b"\xe2\x80\xae",
    b"A\xcc\x8a",
    b"\xc3\x85",
)


class Reader:
    """One reader of foreign bytes.

    Attributes:
        tokens: What stands in its format; empty for a format that is no text.
        seconds: How long one case may compute.
        memory_bytes: How much data the process may hold.
        subjects: Sound contents by name, from which cases are made.
    """

    tokens: Sequence[bytes] = ()
    seconds = 5.0
    memory_bytes = 256 << 20
    subjects: Mapping[str, bytes]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str, data: bytes) -> None:
        """Read ``data`` in the place of the subject ``name``; raise if a promise is broken."""
        raise NotImplementedError


class Audio(Reader):
    """Any file of a source, through ``examine_file``: no exception, no slip that nobody foresaw, the file untouched."""

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
        after = path.stat()
        assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns), (
            "it was changed"
        )
        assert path.read_bytes() == data, "it was changed"
        path.unlink()


def _removed(folder: Path) -> None:
    """Remove a folder, however deep it is."""
    try:
        shutil.rmtree(folder)
    except RecursionError:
        subprocess.run(["rm", "-rf", folder], check=True)


def _shared_samples() -> dict[str, bytes]:
    named = os.environ.get("ARCHIVER_AUDIO_SAMPLES")
    return {path.name: path.read_bytes() for path in sorted(Path(named).iterdir())} if named else {}


class Bag(Reader):
    """A tag file of a bag in a folder: a report in every case, the verdict follows from it, the bag untouched.

    A name that ends in ``sealed`` has the tag manifests made anew, so that nothing else is wrong with the bag.
    """

    tokens = (
        *_PATH_TOKENS,
        *(
            b"\n",
            b"\r\n",
            b"\r",
            b" ",
            b"  ",
            b"\t",
            b": ",
            b"*",
            b"-",
            b"\xff",
            b"\x00",
            b"\xef\xbb\xbf",
            b"\xfe\xff",
        ),
        *(
            b"BagIt-Version: 0.93\n",
            b"UTF-16",
            b"ISO-8859-1",
            b"UTF-7",
            b"Payload-Oxum: ",
            b"https://example.org/a",
            b"bagit.txt",
        ),
    )
    _KINDS: Mapping[str, tuple[str, str]] = {
        "1.0": ("1.0", "UTF-8"),
        "0.97": ("0.97", "UTF-8"),
        "0.93": ("0.93", "UTF-8"),
        "wide": ("1.0", "UTF-16"),
        "latin": ("1.0", "ISO-8859-1"),
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "secret").write_bytes(bag_input.SECRET)
        self.subjects = {}
        for kind, (version, encoding) in self._KINDS.items():
            bag = build_bag(folder / kind, version=version, encoding=encoding, algorithms=("sha512", "md5"))
            (bag / "fetch.txt").write_bytes("https://example.org/a 5 data/Album/03.flac\n".encode(encoding))
            seal_tags(bag, ("sha512", "md5"), encoding)
            (bag / "metadata").mkdir()
            (bag / "metadata" / "files.jsonl").write_bytes(b'{"path":"data/a","tags":{"title":["t"]}}\n')
            for path in sorted(bag.glob("*.txt")):
                self.subjects[f"{kind}/{path.name}"] = path.read_bytes()
                if kind == "1.0" and "tagmanifest" not in path.name:
                    self.subjects[f"{kind}/{path.name} sealed"] = path.read_bytes()
        self._profile = load_profile("btr")

    def read(self, name: str, data: bytes) -> None:
        path = self.folder / name.removesuffix(" sealed")
        bag, whole = path.parent, {each: each.read_bytes() for each in path.parent.glob("*.txt")}
        path.write_bytes(data)
        if name.endswith(" sealed"):
            seal_tags(bag, ("sha512", "md5"))
        try:
            before = tree_state(bag)
            bag_input.hold_promises(bag)
            check_folder(self._profile, os.fsencode(bag))
            tracks_of(str(bag), {"data/a"})
            assert tree_state(bag) == before, "the bag was changed"
        finally:
            for each, content in whole.items():
                each.write_bytes(content)


class ArchivedBag(Reader):
    """An archive of a bag: a report in every case, the archive untouched, nothing beside it."""

    seconds = 10.0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "made").mkdir()
        rights: Payload = {"metadata/rights/rights.json": (_GOLDEN / "rights.json").read_bytes()}
        bag = build_bag(folder / "made" / "bag", tags=rights)
        self.subjects = {}
        for title, make in (
            ("stored.zip", make_zip),
            ("deflated.zip", make_deflated_zip),
            ("streamed.zip", make_streamed_zip),
            ("plain.tar", make_tar),
        ):
            make(bag, folder / "made" / title)
            self.subjects[title] = (folder / "made" / title).read_bytes()
        for title, form in (("gnu.tar", tarfile.GNU_FORMAT), ("pax.tar", tarfile.PAX_FORMAT)):
            target = io.BytesIO()
            with tarfile.open(fileobj=target, mode="w", format=form) as archive:
                archive.add(bag, "é" * 90)
            self.subjects[f"summed {title}"] = target.getvalue()
        self.subjects["summed plain.tar"] = self.subjects["plain.tar"]
        self.subjects["inner.tar.gz"] = self.subjects["plain.tar"]
        self.subjects["outer.tar.gz"] = gzip.compress(self.subjects["plain.tar"], mtime=0)
        self._place = folder / "place"
        self._place.mkdir()

    def read(self, name: str, data: bytes) -> None:
        if name.startswith("summed"):
            data = _summed(data)
        if name == "inner.tar.gz":
            data = gzip.compress(data, 1, mtime=0)
        path = self._place / name.replace(" ", "-")
        path.write_bytes(data)
        before = path.stat()
        for depth in (Depth.COMPLETE, Depth.FULL):
            report = validate_serialized(os.fsencode(path), depth)
            bag_input.hold_report(depth, report)
        try:
            for _ in read_rights_record(str(path)):
                pass
        except (NoRightsRecordError, RightsRecordError):
            pass
        tracks_of(str(path), {"data/a"})
        after = path.stat()
        assert path.read_bytes() == data, "it was changed"
        assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns), (
            "it was changed"
        )
        assert os.listdir(self._place) == [path.name], "something lies beside it"
        path.unlink()


def _summed(data: bytes) -> bytes:
    """Give every header of a tar the checksum that it should have, so that the mutation is looked at."""
    out = bytearray(data)
    for start in range(0, len(out) - 511, 512):
        header = out[start : start + 512]
        if header[257:262] == b"ustar":
            header[148:156] = b" " * 8
            out[start + 148 : start + 156] = f"{sum(header):06o}\0 ".encode()
    return bytes(out)


class Declarations(Reader):
    """rights.toml: read, or refused with an error that names the place; what is read can be matched against files."""

    tokens = (
        *_PATH_TOKENS,
        *(
            b"[",
            b"]",
            b"[[",
            b"]]",
            b"{",
            b"}",
            b"=",
            b",",
            b"#",
            b"\n",
            b"\r\n",
            b'"',
            b"'",
            b'"""',
            b"'''",
            b".",
            b"a.",
        ),
        *(
            b"2024-01-01",
            b"9999-12-31T23:59:60Z",
            b"nan",
            b"inf",
            b"0x",
            b"1_0",
            b"true",
            b"\\u0000",
            b"\\ud800",
            b"\\",
            b"\xff",
        ),
        *(
            b"[[declaration]]\n",
            b"scope = ",
            b"path = ",
            b"**",
            b"*a",
            b"basis = ",
            b"[defaults]\n",
            b"facts = ",
            b"version = 1\n",
        ),
    )
    _FILES = tuple(
        (f"Artist {n}/Album/{n:02}.flac", {"album": ("Songs",), "label": ("Example",)}) for n in range(6)
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {"example": (ROOT / "examples" / "rights.toml").read_bytes(), "every key": _EVERY_KEY}

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        try:
            declared = parse_declarations(data, "rights.toml")
        except ConfigError as error:
            _is_told(error)
            return
        check_declarations(declared, self._FILES)


class Policies(Reader):
    """A policy file: read, or refused with an error that names the place."""

    tokens = Declarations.tokens

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {
            name: (_DATA / f"{name}.toml").read_bytes() for name in ("personal", "donation", "public")
        }

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        try:
            parse_policy(data, "policy.toml")
        except ConfigError as error:
            _is_told(error)


class Settings(Reader):
    """The configuration file: read, or refused with an error that names the place."""

    tokens = Declarations.tokens

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {
            "config": b'store = "~/bags"\npolicy = "personal"\nalgorithms = ["sha512", "md5"]\njobs = 4\n\n'
            b'[bag-info]\nSource-Organization = "Example Library"\nContact-Name = ["A", "B"]\n'
        }

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        try:
            parse_settings(data, "config.toml")
        except ConfigError as error:
            _is_told(error)


def _is_told(error: Exception) -> None:
    message = str(error)
    assert message, "an error without a word"
    assert len(message) < 1 << 20, "an error of a megabyte"


def _is_as_it_was(bag: Path, before: dict[bytes, tuple[object, ...]]) -> None:
    assert tree_state(bag) == before, "refused, and yet changed"


class Profiles(Reader):
    """A recipient's profile: read, or refused; what is read can be held against a bag."""

    tokens = (
        *_JSON_TOKENS,
        b"*",
        b"?",
        b"[a-z]",
        b"**",
        b"data/*",
        b'"required"',
        b'"values"',
        b"1.4.0",
        b"sha512",
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        profiles = ROOT / "archiver" / "bagit" / "profiles"
        self.subjects = {name: (profiles / f"{name}.json").read_bytes() for name in BUNDLED} | {
            "all keys": _PROFILE
        }
        self._bag = build_bag(folder / "bag", tags={"metadata/a.txt": b"A: b\n"})

    def read(self, name: str, data: bytes) -> None:
        try:
            profile = parse_profile(data, name)
        except ProfileError as error:
            _is_told(error)
            return
        check_folder(profile, os.fsencode(self._bag))


class StagingAreas(Reader):
    """What lies in a store's ``.incoming``: taken up or refused, and nothing beyond it is touched."""

    tokens = (
        *_JSON_TOKENS,
        *_PATH_TOKENS,
        b"../../../Elsewhere",
        b"bag",
        b"archive/P.tar",
        b'"parts": 2',
        b'"part": 1',
        b"sha512",
    )
    _KEY = StagingKey("P", 1, 2, ("sha512",), "f" * 64)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        area = self._made()
        self.subjects = {
            "staging.json": (area / "staging.json").read_bytes(),
            "ready": b"bag",
            "journal.jsonl": b'["a", 1, 1577934245000000000, "%b"]\n["b"]\n' % (b"0" * 128),
        }
        _removed(folder / "store")
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
            with Journal(staging.journal, staging.payload) as copied:
                for _ in copied.copied_before():
                    pass
            for _ in unfinished(os.fsencode(store)):
                pass
            recover(os.fsencode(store))
        except StoreError as error:
            _is_told(error)
        finally:
            reached = (tree_state(self.folder / "Elsewhere"), tree_state(store / "foreign")) != beside
            names = set(os.listdir(store))
            _removed(store)
        assert not reached, "it reached beyond"
        assert names <= {".incoming", "P_1_of_2", "P_2_of_2", "foreign"}, f"it made {sorted(names)}"


class Updates(Reader):
    """The list of an interrupted update: carried out or refused; payload and all that is beside the bag stay."""

    tokens = (
        *_JSON_TOKENS,
        *_PATH_TOKENS,
        b'"staged"',
        b'"path"',
        b"data/a",
        b"DATA/a",
        b"../beside/a",
        b"bag-info.txt",
        b"1",
        b"2",
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._new = b"Title: New\n"
        digest = hashlib.sha512(self._new).hexdigest()
        self.subjects = {
            "list.json": (
                f'{{"version": 1, "steps": [{{"staged": "1", "path": "bag-info.txt", "sha512": "{digest}"}},'
                f' {{"staged": "2", "path": "metadata/new/x.txt", "sha512": "{digest}"}}]}}'
            ).encode()
        }
        (folder / "beside").mkdir()
        (folder / "beside" / "a").write_bytes(b"precious")

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        bag = build_bag(self.folder / "bag")
        decided = bag / ".bagit-update"
        decided.mkdir()
        for each in ("1", "2"):
            (decided / each).write_bytes(self._new)
        (decided / "list.json").write_bytes(data)
        untouched = tree_state(bag / "data"), tree_state(self.folder / "beside")
        opened = filesystem.open_folder(os.fsencode(bag))
        try:
            update_journal.recover(opened)
        except (update_journal.UpdateError, OSError) as error:
            _is_told(error)
        finally:
            os.close(opened)
            assert (tree_state(bag / "data"), tree_state(self.folder / "beside")) == untouched, (
                "it reached beyond"
            )
            _removed(bag)


class UpdatedInfo(Reader):
    """bag-info.txt of a bag that is given another label: refused, or valid afterwards with the label in it."""

    tokens = Bag.tokens

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {
            "bag-info.txt": b"Title: Old\n  more of it\nContact-Name: A\nTITLE: Other\nPayload-Oxum: 17.2\n"
        }

    def read(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as every reader takes it
        bag = rewrite(build_bag(self.folder / "bag"), "bag-info.txt", data)
        before = tree_state(bag)
        try:
            set_info(os.fsencode(bag), "Title", "New")
            assert validate(os.fsencode(bag), Depth.FULL).valid, "it made a valid bag invalid"
            assert b"Title: New" in (bag / "bag-info.txt").read_bytes()
        except update_journal.UpdateError as error:
            _is_told(error)
            _is_as_it_was(bag, before)
        finally:
            _removed(bag)


class Records(Reader):
    """Records of a bag that are read back: rows, or the error that names the bag; track names, or none."""

    tokens = (
        *_JSON_TOKENS,
        b'"declarations":[',
        b'"files":[',
        b'"withheld":[',
        b"]}",
        b"2024-02-30",
        b'"tags"',
        b'"path"',
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        lines = [
            b'{"path":"data/%d.flac","tags":{"title":["T"],"artist":["A"],"album":["B"]}}\n' % n
            for n in range(8)
        ]
        self.subjects = {
            "rights/rights.json": (_GOLDEN / "rights.json").read_bytes(),
            "files.jsonl": b"".join(lines),
        }
        self._bag = folder / "bag"
        (self._bag / "metadata" / "rights").mkdir(parents=True)

    def read(self, name: str, data: bytes) -> None:
        path = self._bag / "metadata" / name
        path.write_bytes(data)
        if name == "files.jsonl":
            for track in tracks_of(str(self._bag), {f"data/{n}.flac" for n in range(8)}).values():
                assert all(isinstance(text, str) for text in (track.title, track.artist, track.album))
            return
        try:
            rows = sum(1 for _ in read_rights_record(str(self._bag)))
            assert rows < 1 << 20
        except RightsRecordError as error:
            _is_told(error)


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
}

_EVERY_KEY = b"""version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
[[declaration]]
id = "smith-deed"
scope = { path = ["Smith/", "Extra/*.wav"], album = "Songs*", tag = { label = ["Example", "Other"] }, level = "collection" }
basis = "donor"
by = "Jo Smith"
role = "donor"
date = 2025-05-01
acts = { transfer = "allow", preserve = "allow", publish = "deny" }
document = "documents/deed.pdf"
expires = 2036-01-01
note = "Box 7."
ai = { generative_training = "deny", search = "allow" }
[[declaration]]
scope = { path = "Own/take 1.flac" }
basis = "carrier"
carrier_held = "transferred"
[[declaration]]
basis = "expired"
jurisdiction = ["US", "EU"]
layers = ["work", "recording"]
[declaration.facts]
fixed = 1921
published = "1921..1923"
work_published = "..1900"
composer_died = 1931-05-01
lyricist_died = "never"
"""

_PROFILE = b"""{"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "https://example.org/p.json", "BagIt-Profile-Version": "1.4.0",
"Source-Organization": "E", "External-Description": "E", "Version": "1.0"},
"Bag-Info": {"Bagging-Date": {"required": true, "values": ["2024-02-29", "x"], "repeatable": false, "recommended": true}},
"Other-Info": [{"metadata/a.txt": {"A": {"required": true, "emptyOk": false}}}],
"Manifests-Required": ["sha512"], "Manifests-Allowed": ["sha512", "md5"], "Tag-Manifests-Required": ["sha512"],
"Allow-Fetch.txt": true, "Fetch.txt-Required": false, "Data-Empty": false, "Serialization": "optional",
"Accept-Serialization": ["application/zip"], "Accept-BagIt-Version": ["1.0"], "Tag-Files-Required": ["metadata/a.txt"],
"Tag-Files-Allowed": ["*", "metadata/*"], "Payload-Files-Required": ["data/Album/01 First.flac"], "Payload-Files-Allowed": ["data/*"]}
"""
