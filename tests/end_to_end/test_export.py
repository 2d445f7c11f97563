"""What is taken out of a bag: only what is allowed on that day, with its reasons; without personal data where asked."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import bagit
import pytest
from lxml import etree

from tests.audio.bitstream.test_chunked import SAMPLES, caf
from tests.audio.bitstream.test_matroska import cluster, headers, simple
from tests.conftest import MakeSource
from tests.reading_bags import file_rows
from tests.running import Outcome, run_here
from tests.samples import (
    Entry,
    aiff,
    flac,
    id3v2,
    m4a,
    mp3,
    ogg_vorbis,
    opus,
    tree_digest,
    wav,
    wavpack,
    wma,
)
from tests.samples.id3 import text_frames
from tests.samples.matroska import matroska, simple_tag, tags

SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
PREMIS = {"p": "http://www.loc.gov/premis/v3"}
MOMENT = "1767225600"
"""2026-01-01T00:00:00Z."""

SECRET = "wilhelmine.muster@example.org"
NOTE = f"bought by {SECRET}"

RIGHTS = """
version = 1
[[declaration]]
id = "open"
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
basis = "license"
license = "CC-BY-4.0"
scope = { path = ["Open/*", "Personal/*"] }
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "allow" }

[[declaration]]
id = "until"
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
expires = 2025-12-31
basis = "license"
license = "CC-BY-4.0"
scope = { path = ["Ended/*"] }
acts = { preserve = "allow", access = "allow", transfer = "allow" }

[[declaration]]
id = "reading-room"
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
basis = "own"
scope = { path = ["Room/*"] }
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "deny" }
"""


def core_audio(comments: str) -> bytes:
    """A file of a format whose tags are not rewritten."""
    pairs = b"\0".join((b"comments", comments.encode(), b""))
    return caf(SAMPLES, b"info" + struct.pack(">QI", 4 + len(pairs), 1) + pairs)


def with_id3(make: Callable[..., bytes]) -> Callable[..., bytes]:
    """What makes a file that carries its tags as ID3 in a chunk."""
    return lambda **fields: make(id3=id3v2(text_frames({}, fields)))


def mka(**fields: str) -> bytes:
    """A Matroska file with its tags before its clusters."""
    tagged = tags(*(simple_tag(name.upper(), value) for name, value in fields.items()))
    clusters = (
        cluster(at * 200, *(simple(bytes([at, n]) * 40, n * 20) for n in range(9))) for at in range(3)
    )
    return matroska(*headers(), tagged, *clusters)


COLLECTION: dict[str, Entry] = {
    "Open/01.flac": flac(title="Open"),
    "Room/01.flac": flac(title="Room"),
    "Ended/01.flac": flac(title="Ended"),
    "Unknown/01.flac": flac(title="Nobody knows"),
    "Personal/01.flac": flac(title="Bought", artist="The Examples", comment=NOTE),
    "Personal/02.caf": core_audio(NOTE),
    "Personal/letter.txt": f"Yours, {SECRET}\n".encode(),
    "rights.toml": RIGHTS.encode(),
}


@pytest.fixture
def gift(source: MakeSource, tmp_path: Path) -> Iterator[Path]:
    """A bag of files of every kind, made when everything declared held; proved unchanged at the end."""
    root = source(COLLECTION)
    done = run_here(
        "pack",
        root,
        "--to",
        tmp_path / "store",
        "--name",
        "gift",
        "--policy",
        "donation",
        SOURCE_DATE_EPOCH="1735689600",
    )
    assert done.code in (0, 3), done.err
    bag = tmp_path / "store/gift"
    before = tree_digest(bag)
    yield bag
    assert tree_digest(bag) == before, "the original is never touched"


def export(bag: Path, *more: str, to: str = "out") -> Outcome:
    return run_here(
        "export", bag, "--to", bag.parents[1] / to, "--name", "taken", *more, SOURCE_DATE_EPOCH=MOMENT
    )


def payload(bag: Path) -> set[str]:
    return {str(path.relative_to(bag / "data")) for path in (bag / "data").rglob("*") if path.is_file()}


def info(bag: Path) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text("utf-8").splitlines())


def everything(bag: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(bag.rglob("*")) if path.is_file())


@pytest.mark.parametrize(
    ("act", "expected"),
    [("access", {"Open/01.flac", "Room/01.flac"}), ("publish", {"Open/01.flac"})],
)
def test_only_what_is_allowed_on_that_day_goes_in(gift: Path, act: str, expected: set[str]) -> None:
    done = export(gift, "--for", act)
    assert done.code == 3, done.err
    taken = gift.parents[1] / "out/taken"
    assert payload(taken) == expected
    assert bagit.Bag(str(taken)).is_valid()
    assert run_here("verify", taken).code == 0
    assert info(taken)["Derived-From"] == info(gift)["External-Identifier"]
    assert info(taken)["Derived-For"] == info(taken)["Rights-Policy"] == act


def test_what_nobody_allowed_for_mining_is_not_taken(gift: Path) -> None:
    done = export(gift, "--for", "mine")
    assert (done.code, "none may be used for mine" in done.told) == (3, True)
    assert not (gift.parents[1] / "out/taken").exists()


def test_a_permission_that_has_ended_since_counts_no_more(gift: Path) -> None:
    earlier = run_here(
        "export",
        gift,
        "--for",
        "access",
        "--to",
        gift.parents[1] / "then",
        "--name",
        "taken",
        SOURCE_DATE_EPOCH="1735689600",
    )
    assert earlier.code == 3
    assert "Ended/01.flac" in payload(gift.parents[1] / "then/taken")
    export(gift, "--for", "access")
    assert "Ended/01.flac" not in payload(gift.parents[1] / "out/taken")


def test_what_stays_is_not_named_in_the_new_bag_and_told_on_the_screen(gift: Path) -> None:
    done = export(gift, "--for", "publish", "--verbose")
    taken = gift.parents[1] / "out/taken"
    assert "Room/01.flac" in done.out
    assert b"Room" not in everything(taken)
    assert b"Unknown" not in everything(taken)
    told = json.loads(export(gift, "--for", "publish", "--json", to="other").out)
    assert {row["source_path"] for row in told["left"]} == set(COLLECTION) - {"Open/01.flac"}
    assert all(row["reasons"] for row in told["left"])


def test_bytes_and_times_are_those_of_the_original(gift: Path) -> None:
    export(gift, "--for", "access")
    taken = gift.parents[1] / "out/taken"
    for path in payload(taken):
        assert (taken / "data" / path).read_bytes() == (gift / "data" / path).read_bytes()
        assert (taken / "data" / path).stat().st_mtime_ns == (gift / "data" / path).stat().st_mtime_ns


def test_redacting_writes_tags_anew_and_proves_the_music_the_same(gift: Path) -> None:
    done = export(gift, "--for", "publish", "--redact", "personal")
    assert done.code == 3, done.err
    taken = gift.parents[1] / "out/taken"
    assert payload(taken) == {"Open/01.flac", "Personal/01.flac"}
    assert SECRET.encode() in (gift / "data/Personal/01.flac").read_bytes()
    assert SECRET.encode() not in everything(taken)
    assert SECRET not in done.out + done.err
    before, after = (
        next(row for row in file_rows(bag) if row["path"] == "data/Personal/01.flac") for bag in (gift, taken)
    )
    assert before["essence"] == after["essence"]
    assert (after["tags"]["title"], after["tags"]["artist"]) == (["Bought"], ["The Examples"])
    assert info(taken)["Derived-Redaction"] == "personal data in the tags of 1 file"
    lines = [
        json.loads(line) for line in (taken / "metadata/derivation.jsonl").read_text("utf-8").splitlines()
    ]
    assert lines[0]["identifier"] == info(gift)["External-Identifier"]
    (redacted,) = (line for line in lines[1:] if "removed" in line)
    assert redacted["path"] == "data/Personal/01.flac"
    assert redacted["digest_there"] == before["digests"]["sha512"] != after["digests"]["sha512"]
    assert redacted["essence"] == before["essence"]["digest"]
    assert {one["code"] for one in redacted["removed"]} == {"email-address"}


def test_what_cannot_be_redacted_is_named_with_why_and_stays(gift: Path) -> None:
    done = export(gift, "--for", "publish", "--redact", "personal", "--json")
    told = {row["source_path"]: row["reason"] for row in json.loads(done.out)["unredacted"]}
    assert told == {
        "Personal/02.caf": "its tags cannot be rewritten in this format",
        "Personal/letter.txt": "only tags of music are rewritten",
    }


def test_premis_tells_the_derivation_and_is_valid(gift: Path) -> None:
    export(gift, "--for", "publish", "--redact", "personal")
    document = etree.parse(gift.parents[1] / "out/taken/metadata/premis.xml")
    if SCHEMAS is not None:
        etree.XMLSchema(etree.parse(Path(SCHEMAS) / "premis.xsd")).assertValid(document)
    kinds = [one.text for one in document.iterfind(".//p:eventType", PREMIS)]
    assert kinds[:3] == ["policy assignment", "redaction", "exporting"]
    related = [one.text for one in document.iterfind(".//p:relatedObjectIdentifierValue", PREMIS)]
    urn = info(gift)["External-Identifier"]
    assert sorted(related) == sorted([urn.removeprefix("urn:uuid:"), f"{urn} data/Personal/01.flac"])
    events = {
        one.text for one in document.iterfind("p:event/p:eventIdentifier/p:eventIdentifierValue", PREMIS)
    }
    linked = {one.text for one in document.iterfind(".//p:object//p:linkingEventIdentifierValue", PREMIS)}
    assert events == linked


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.mp3", mp3),
        ("a.ogg", ogg_vorbis),
        ("a.opus", opus),
        ("a.m4a", m4a),
        ("a.wv", wavpack),
        ("a.wav", with_id3(wav)),
        ("a.aiff", with_id3(aiff)),
        ("a.wma", wma),
        ("a.mka", mka),
    ],
)
def test_every_format_that_can_be_rewritten(
    source: MakeSource, tmp_path: Path, name: str, make: Callable[..., bytes]
) -> None:
    tagged = make(title="Bought", artist="The Examples", album="An Album", track="3", comment=NOTE)
    root = source({f"Personal/{name}": tagged, "rights.toml": RIGHTS.encode()})
    run_here("pack", root, "--to", tmp_path / "store", "--name", "gift", "--policy", "donation")
    done = export(tmp_path / "store/gift", "--for", "publish", "--redact", "personal")
    assert done.code in (0, 3), done.out + done.err
    taken = tmp_path / "out/taken"
    assert payload(taken) == {f"Personal/{name}"}
    assert SECRET.encode() not in everything(taken)
    (row,) = file_rows(taken)
    found = row["tags"]
    assert (found["title"], found["artist"], found["album"], found["track"]) == (
        ["Bought"],
        ["The Examples"],
        ["An Album"],
        ["3"],
    )


def test_an_original_that_is_damaged_gives_nothing(gift: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(gift, tmp_path / "broken")
    (broken / "data/Open/01.flac").write_bytes(b"other bytes")
    done = run_here("export", broken, "--for", "access", "--to", tmp_path / "out")
    assert done.code == 4
    assert "data/Open/01.flac is not as it was recorded" in done.told
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".incoming"]


def test_records_that_were_changed_give_nothing(gift: Path, tmp_path: Path) -> None:
    forged = shutil.copytree(gift, tmp_path / "forged")
    record = forged / "metadata/rights/rights.jsonl"
    record.write_text(record.read_text("utf-8").replace('"deny"', '"allow"'), "utf-8")
    done = run_here("export", forged, "--for", "publish", "--to", tmp_path / "out")
    assert (done.code, "rights.jsonl is not as its tag manifest has it" in done.told) == (4, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("where", ["gift", "gift/data", "gone"])
def test_what_cannot_be_meant_is_refused(gift: Path, where: str) -> None:
    bag = gift if where != "gone" else gift.parent / "gone"
    to = gift.parents[1] / "out" if where == "gone" else gift.parent / where
    done = run_here("export", bag, "--for", "access", "--to", to)
    assert done.code == 2
    assert "Nothing was written" in done.told


def test_names_that_are_taken_are_refused(gift: Path) -> None:
    export(gift, "--for", "access")
    assert export(gift, "--for", "access").code == 2


def archived(place: Path, ending: str) -> Path:
    """Make of the gift what it is as an archive."""
    words = ("--all", "--to", place / "archives", "--name", "gift", "--policy", "donation")
    kind = ending.removesuffix(".gz")
    packed = run_here("pack", place / "Music", *words, "--serialize", kind, SOURCE_DATE_EPOCH="1735689600")
    assert packed.code in (0, 3), packed.err
    archive = place / f"archives/gift.{ending}"
    if ending == "tar.gz":
        archive.write_bytes(gzip.compress((place / "archives/gift.tar").read_bytes()))
    return archive


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "zip"])
def test_an_archive_gives_what_the_folder_gives(gift: Path, tmp_path: Path, ending: str) -> None:
    archive = archived(tmp_path, ending)
    before = archive.read_bytes()
    given = []
    for bag, to in ((gift, "of-folder"), (archive, "of-archive")):
        done = run_here(
            *(
                "export",
                bag,
                "--for",
                "publish",
                "--redact",
                "personal",
                "--name",
                "taken",
                "--to",
                tmp_path / to,
            ),
            SOURCE_DATE_EPOCH=MOMENT,
        )
        assert done.code == 3, done.err
        taken = tmp_path / to / "taken"
        names = sorted(payload(taken))
        given.append(
            [
                (
                    name,
                    (taken / "data" / name).read_bytes(),
                    (taken / "data" / name).stat().st_mtime_ns // 10**9,
                )
                for name in names
            ]
        )
        assert bagit.Bag(str(taken)).is_valid()
        assert sorted(path.name for path in (tmp_path / to / ".incoming").iterdir()) == ["lock"]
    assert given[0] == given[1]
    assert len(given[0]) == 2
    assert archive.read_bytes() == before


def test_an_archive_that_is_damaged_gives_nothing(gift: Path, tmp_path: Path) -> None:
    archive = archived(tmp_path, "tar")
    whole = archive.read_bytes()
    at = whole.index(COLLECTION["Open/01.flac"])  # type: ignore[arg-type]  # bytes
    for changed in (
        whole[: at + 60] + b"\xaa" + whole[at + 61 :],
        whole.replace(b'"deny"', b'"devy"', 1),
        whole[: at + 100],
    ):
        archive.write_bytes(changed)
        done = run_here("export", archive, "--for", "access", "--to", tmp_path / "out")
        assert done.code == 4, done.err
        assert not (tmp_path / "out").exists() or [one.name for one in (tmp_path / "out").iterdir()] == [
            ".incoming"
        ]


def logged(store: Path) -> list[dict[str, object]]:
    lines = (store / ".archiver/events.jsonl").read_text("utf-8").splitlines()
    return [one for one in map(json.loads, lines) if one["type"] == "exporting"]


@pytest.mark.parametrize("to", ["out", "store"])
def test_the_store_of_the_original_is_told(gift: Path, tmp_path: Path, to: str) -> None:
    assert export(gift, "--for", "publish", "--redact", "personal", to=to).code == 3
    (told,) = logged(tmp_path / "store")
    assert (told["object"], told["outcome"]) == (
        info(gift)["External-Identifier"],
        "success",
    )
    detail = told["detail"]
    assert isinstance(detail, dict)
    assert (detail["for"], detail["to"], detail["files"], detail["redacted"]) == ("publish", "taken", 2, 1)
    assert detail["pin"] == hashlib.sha512((gift / "tagmanifest-sha512.txt").read_bytes()).hexdigest()
    if to == "out":
        assert not (tmp_path / "out/.archiver").exists() or not logged(tmp_path / "out")
    assert run_here("catalogue", "check").code == 0


def test_an_export_stands_where_the_store_cannot_be_told(gift: Path, tmp_path: Path) -> None:
    log = tmp_path / "store/.archiver/events.jsonl"
    log.write_bytes(log.read_bytes() + b'{"forged": true}\n')
    done = export(gift, "--for", "publish")
    assert done.code == 3, done.err
    assert "is not noted where gift is" in done.told
    assert (tmp_path / "out/taken").is_dir()


def test_an_export_can_be_exported_and_explained(gift: Path) -> None:
    export(gift, "--for", "access")
    taken = gift.parents[1] / "out/taken"
    assert run_here("explain", taken).code == 0
    again = run_here("export", taken, "--for", "publish", "--to", gift.parents[1] / "again", "--name", "more")
    assert again.code == 3, again.err
    assert payload(gift.parents[1] / "again/more") == {"Open/01.flac"}


@pytest.mark.parametrize("by", ["export", "clean"])
def test_what_a_killed_export_left_is_cleared_away(gift: Path, by: str) -> None:
    export(gift, "--for", "access")
    incoming = gift.parents[1] / "out/.incoming"
    for name in ("unpacked-0123456789abcdef", "redacted-0123456789abcdef", "redacted-of-somebody"):
        (incoming / name).mkdir()
        (incoming / name / "1").write_bytes(b"a copy")
    if by == "export":
        done = run_here("export", gift, "--for", "publish", "--to", incoming.parent, "--name", "more")
        assert done.code == 3, done.err
    else:
        done = run_here("store", "clean", incoming.parent)
        assert "redacted-of-somebody" in done.out
    assert sorted(path.name for path in incoming.iterdir()) == ["lock", "redacted-of-somebody"]


def test_nothing_is_left_beside_the_bag(gift: Path) -> None:
    export(gift, "--for", "publish", "--redact", "personal")
    assert sorted(path.name for path in (gift.parents[1] / "out/.incoming").iterdir()) == ["lock"]


def test_the_table_of_the_new_bag_has_a_row_for_each_file(gift: Path) -> None:
    export(gift, "--for", "access")
    with (gift.parents[1] / "out/taken/metadata/files.csv").open(newline="", encoding="utf-8") as lines:
        assert {row["source_path"] for row in csv.DictReader(lines)} == {"Open/01.flac", "Room/01.flac"}


def resealed(bag: Path, change: Callable[[str], str]) -> Path:
    """Change a bag's record of files, and write its tag manifest anew, as somebody would who means harm."""
    record = bag / "metadata/files.jsonl"
    record.write_text(change(record.read_text("utf-8")), "utf-8")
    manifest = bag / "tagmanifest-sha512.txt"
    lines = (line.split("  ", 1)[1] for line in manifest.read_text("utf-8").splitlines())
    manifest.write_text(
        "".join(f"{hashlib.sha512((bag / path).read_bytes()).hexdigest()}  {path}\n" for path in lines)
    )
    return bag


@pytest.mark.parametrize(
    "path",
    [
        "data/../../outside.flac",
        "data/Open/../../../outside.flac",
        "metadata/README.txt",
        "/etc/hostname",
        "data/Room/01.flac",
    ],
)
def test_a_record_that_means_harm_writes_nothing_anywhere(gift: Path, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside.flac"
    outside.write_bytes(COLLECTION["Open/01.flac"])  # type: ignore[arg-type]
    forged = shutil.copytree(gift, tmp_path / "forged")
    resealed(forged, lambda text: text.replace('"path":"data/Open/01.flac"', f'"path":"{path}"'))
    done = run_here("export", forged, "--for", "access", "--to", tmp_path / "out", "--name", "taken")
    assert done.code == 4, done.out
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [".incoming"]
    assert sorted(one.name for one in (tmp_path / "out/.incoming").iterdir()) == ["lock"]
    assert outside.read_bytes() == COLLECTION["Open/01.flac"]


def test_hostile_names_come_through_as_they_are(source: MakeSource, tmp_path: Path) -> None:
    names = ("100% <b>.flac", "a\nb.flac", "=1+1.flac", "\x1b[31m.flac", "\u202egnp.flac")
    root = source({f"Open/{name}": flac(title=name) for name in names} | {"rights.toml": RIGHTS.encode()})
    run_here(
        "pack", root, "--to", tmp_path / "store", "--name", "gift", "--policy", "donation", "--names", "exact"
    )
    done = run_here(
        "export", tmp_path / "store/gift", "--for", "publish", "--to", tmp_path / "out", "--name", "taken"
    )
    assert done.code == 3
    assert "\x1b" not in done.out
    assert payload(tmp_path / "out/taken") == {f"Open/{name}" for name in names}
    assert run_here("verify", tmp_path / "out/taken").code == 0


def test_a_bag_that_records_a_state_alone_has_nothing_to_export(source: MakeSource, tmp_path: Path) -> None:
    store = tmp_path / "Store"
    assert run_here("pack", source({"a.txt": b"one\n"}), "--to", store, "--collection", "Music").code == 0
    moved = source({"b.txt": b"one\n"}, name="moved")
    packed = run_here("pack", moved, "--to", store, "--collection", "Music", "--name", "State")
    assert packed.code == 0, packed.err
    outcome = run_here("export", store / "State", "--for", "mine", "--to", tmp_path / "Out")
    assert outcome.code == 3
    assert "holds no files of its own" in " ".join(outcome.err.split())
