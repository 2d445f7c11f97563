"""What reads bags: in folders and archives, their records, and what an update finds in them."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from archiver import filesystem
from archiver.bagit.bag_source import FolderBag
from archiver.bagit.profiles.load import load_profile
from archiver.bagit.profiles.read import check_profile
from archiver.bagit.report import Depth
from archiver.bagit.updating import journal as update_journal
from archiver.bagit.updating.update import set_info
from archiver.bagit.validate import open_bag, validate
from archiver.records.names import FILES_RECORD
from archiver.records.rights.read import (
    NoRightsRecordError,
    RightsRecordError,
    read_declared,
    read_entries,
)
from archiver.records.tracks import tracks_of
from archiver.report.pages import PagesOfBag, Site
from archiver.report.recorded import read_bag
from tests.bagit.archives import make_deflated_zip, make_streamed_zip, make_tar, make_zip
from tests.bagit.bags import Payload, build_bag, rewrite, seal_tags, tree_state
from tests.fuzz import bag_input
from tests.hostile.reader import GOLDEN, JSON_TOKENS, PATH_TOKENS, Reader, is_told, removed


class Bag(Reader):
    """A tag file of a bag in a folder: a report in every case, the verdict follows from it, the bag untouched.

    A name that ends in ``sealed`` has the tag manifests made anew, so that nothing else is wrong with the bag.
    """

    tokens = (
        *PATH_TOKENS,
        *(b"\n", b"\r\n", b"\r", b" ", b"  ", b"\t", b": ", b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xfe\xff"),
        *b"* - UTF-16 ISO-8859-1 UTF-7 Payload-Oxum: https://example.org/a bagit.txt".split(),
        b"BagIt-Version: 0.93\n",
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
            check_profile(self._profile, FolderBag(os.fsencode(bag)))
            tracks_of(FolderBag(os.fsencode(bag)), {"data/a"})
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
        rights: Payload = {
            "metadata/rights/rights.jsonl": (GOLDEN / "rights.jsonl").read_bytes(),
            FILES_RECORD: (GOLDEN / "files.jsonl").read_bytes(),
        }
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
        self._profile = load_profile("btr")
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
            with open_bag(os.fsencode(path), depth, kept=(FILES_RECORD,)) as validation:
                for _ in validation.check():
                    pass
                bag_input.hold_report(depth, validation.report())
                tracks_of(validation.source, {"data/a"})
                check_profile(self._profile, validation.source)
        try:
            for _ in (*read_declared(str(path)), *read_entries(str(path))):
                pass
        except (NoRightsRecordError, RightsRecordError):
            pass
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


class Updates(Reader):
    """The list of an interrupted update: carried out or refused; payload and all that is beside the bag stay."""

    tokens = (
        *JSON_TOKENS,
        *PATH_TOKENS,
        *b'"staged" "path" data/a DATA/a ../beside/a bag-info.txt 1 2'.split(),
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
            is_told(error)
        finally:
            os.close(opened)
            assert (tree_state(bag / "data"), tree_state(self.folder / "beside")) == untouched, (
                "it reached beyond"
            )
            removed(bag)


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
            is_told(error)
            _is_as_it_was(bag, before)
        finally:
            removed(bag)


def _is_as_it_was(bag: Path, before: dict[bytes, tuple[object, ...]]) -> None:
    assert tree_state(bag) == before, "refused, and yet changed"


class Records(Reader):
    """Records of a bag that are read back: rows, or the error that names the bag; track names, or none."""

    tokens = (*JSON_TOKENS, *b'"declarations":[ "files":[ "withheld":[ ]} 2024-02-30 "tags" "path"'.split())

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.subjects = {
            "rights/rights.jsonl": (GOLDEN / "rights.jsonl").read_bytes(),
            "files.jsonl": (GOLDEN / "files.jsonl").read_bytes(),
        }
        self._bag = folder / "bag"
        (self._bag / "metadata" / "rights").mkdir(parents=True)

    def read(self, name: str, data: bytes) -> None:
        for one, whole in self.subjects.items():
            (self._bag / "metadata" / one).write_bytes(data if one == name else whole)
        paths = set(re.findall(r"data/[^\"\\]+", self.subjects["files.jsonl"].decode()))
        for track in tracks_of(FolderBag(os.fsencode(self._bag)), paths).values():
            assert all(isinstance(text, str) for text in (track.title, track.artist, track.album))
        try:
            rows = sum(1 for reader in (read_declared, read_entries) for _ in reader(str(self._bag)))
            assert rows < 1 << 20
            self._look_at_page()
        except RightsRecordError as error:
            is_told(error)

    def _look_at_page(self) -> None:
        """What was read makes a page with the one script that every page has, and with addresses of the payload alone."""
        pages, page = PagesOfBag(), io.BytesIO()
        read = read_bag(str(self._bag), pages.add)
        pages.write(read.facts, page, Site("../", "../index.html", "pages", lambda _: nullcontext(page)))
        told = page.getvalue()
        assert told.count(b"<script") == told.count(b"</script") == 1
        assert not re.search(rb'(?:href|src)="(?!#|data:,"|\.\./data/[^"]|pages/|\.\./index\.html)', told)
