"""The papers of a rip, from the command line: what they say is recorded, and what they promise is tested while packing."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeSource
from tests.end_to_end.packing import pack
from tests.reading_bags import file_rows
from tests.running import run_here
from tests.samples import Entry, flac, melody, tree_digest
from tests.samples.rip_logs import DISC, Ripped, cyanrip, eac, eac_image
from tests.samples.sidecars import DiscTrack, cue_sheet, ffp_file, sfv_file, whipper_log

TONE = melody((60, 64))
ONE, TWO = flac({"TITLE": ["One"]}, audio=TONE), flac({"TITLE": ["Two"]}, audio=melody((62, 65)))


def digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data).hexdigest()


def rows_of(bag: Path) -> dict[str, dict[str, Any]]:
    return {row["source_path"]: row for row in file_rows(bag)}


def held(row: dict[str, Any]) -> dict[str, bool | None]:
    return {one["said_by"]: one.get("holds") for one in row["expected"]}


def packed(root: Path, store: Path, *words: str) -> dict[str, dict[str, Any]]:
    outcome = pack(root, store, *words)
    assert outcome.code == 0, outcome.err
    return rows_of(store / "bag")


TREE: dict[str, Entry] = {
    "Album/01.flac": ONE,
    "Album/02.flac": TWO,
    "Album/a.md5": f"{digest('md5', ONE)} *01.flac\r\n{'0' * 32} *02.flac\r\n",
    "Album/b.sfv": sfv_file({"01.flac": ONE, "02.flac": TWO}),
    "Album/c.ffp": ffp_file({"01.flac": ONE, "02.flac": ONE}),
    "all.sha1": f"{digest('sha1', ONE)}  Album/01.flac\n{digest('sha1', TWO).upper()}  Album\\02.flac\n",
    "SHA512SUMS.txt": f"SHA512 (Album/01.flac) = {digest('sha512', ONE)}\nSHA512 (Album/02.flac) = {'0' * 128}\n",
}


def test_checksums_are_tested_while_packing(source: MakeSource, tmp_path: Path) -> None:
    rows = packed(source(TREE), tmp_path / "store")
    assert held(rows["Album/01.flac"]) == dict.fromkeys(
        ("SHA512SUMS.txt", "all.sha1", "Album/a.md5", "Album/b.sfv", "Album/c.ffp"), True
    )
    assert held(rows["Album/02.flac"]) == {
        "SHA512SUMS.txt": False,
        "all.sha1": True,
        "Album/a.md5": False,
        "Album/b.sfv": True,
        "Album/c.ffp": False,
    }
    assert rows["Album/01.flac"]["problems"] == []
    (wrong,) = rows["Album/02.flac"]["problems"]
    assert wrong["code"] == "F215"
    assert all(name in wrong["message"] for name in ("Album/a.md5", "Album/c.ffp", "SHA512SUMS.txt"))
    assert digest("md5", TWO)[:16] in wrong["message"]
    assert list(rows["Album/01.flac"]["digests"]) == ["sha512"]


def test_a_person_is_told_which_two_files_differ(source: MakeSource, tmp_path: Path) -> None:
    outcome = pack(source(TREE), tmp_path / "store")
    told = " ".join(outcome.out.split())
    assert "F215 not what a list of checksums says: 1 file" in told
    assert "Album/02.flac" in told
    assert "Album/a.md5" in told
    assert "Checksums that lists give held for 2 files." in told


def test_a_digest_of_the_manifests_is_not_computed_twice(source: MakeSource, tmp_path: Path) -> None:
    rows = packed(source(TREE), tmp_path / "store", "--algorithm", "md5", "--algorithm", "sha1")
    assert set(rows["Album/02.flac"]["digests"]) == {"md5", "sha1"}
    assert held(rows["Album/02.flac"])["Album/a.md5"] is False
    assert held(rows["Album/02.flac"])["all.sha1"] is True


def test_scan_tells_fingerprints_and_leaves_what_needs_reading_open(source: MakeSource) -> None:
    root = source(TREE)
    before = tree_digest(root)
    entries = {one["source_path"]: one for one in run_here("scan", root, "--json").json["entries"]}
    assert tree_digest(root) == before
    assert held(entries["Album/02.flac"]) == {
        "SHA512SUMS.txt": None,
        "all.sha1": None,
        "Album/a.md5": None,
        "Album/b.sfv": None,
        "Album/c.ffp": False,
    }
    (paper,) = entries["Album/a.md5"]["papers"]
    assert paper["kind"] == "checksum-list"
    assert paper["named"]["found"] == 2


def test_what_was_confirmed_is_counted_over_all_bags(source: MakeSource, tmp_path: Path) -> None:
    tree = {f"{n}/a.flac": ONE for n in range(3)} | {
        "all.md5": f"{digest('md5', ONE)}  0/a.flac\n{digest('md5', ONE)}  2/a.flac\n"
    }
    outcome = pack(source(tree), tmp_path / "store", "--json", "--max-size", "75kB")
    assert outcome.code == 0, outcome.err
    assert len(outcome.json["bags"]) > 1
    assert outcome.json["confirmed_files"] == 2


def test_a_file_that_no_list_names_expects_nothing(source: MakeSource, tmp_path: Path) -> None:
    rows = packed(
        source({"a.flac": ONE, "b.flac": TWO, "x.md5": f"{digest('md5', ONE)}  a.flac\n"}), tmp_path / "s"
    )
    assert rows["b.flac"]["expected"] == []
    assert rows["a.flac"]["expected"] == [
        {"algorithm": "md5", "digest": digest("md5", ONE), "said_by": "x.md5", "holds": True}
    ]


@pytest.mark.parametrize("form", ["utf-16", "utf-8"])
def test_a_log_and_its_tracks(source: MakeSource, tmp_path: Path, form: str) -> None:
    seconds = TONE.frames / TONE.rate_hz
    disc = [Ripped(name, round(seconds * 75)) for name in ("01 - One", "02 - Two")]
    rows = packed(
        source(
            {
                "Album/01 - One.flac": ONE,
                "Album/02 - Two.flac": TWO,
                "Album/Album.log": eac(disc, folder="C:\\Users\\maria\\Album").encode(form),
            }
        ),
        tmp_path / "store",
    )
    (log,) = rows["Album/Album.log"]["papers"]
    assert (log["kind"], log["tool"], log["checksum"]) == ("rip-log", "Exact Audio Copy", "present")
    assert [(track["linking"], track["path"]) for track in log["tracks"]] == [
        ("name", "Album/01 - One.flac"),
        ("name", "Album/02 - Two.flac"),
    ]
    assert [track["confidence_v2"] for track in log["tracks"]] == [43, 43]
    assert "maria" not in json.dumps(rows["Album/Album.log"])


def test_where_withheld_files_are_not_named_papers_do_not_name_them(
    source: MakeSource, tmp_path: Path
) -> None:
    rights = tmp_path / "rights.toml"
    tree = {
        "a.flac": ONE,
        "secret.flac": TWO,
        "veiled.md5": f"{'0' * 32} *a.flac\n",
        "x.cue": 'FILE "secret.flac" WAVE\n',
    }
    root = source(tree)
    rights.write_text(
        'version = 1\n[[declaration]]\nscope = { path = ["a.flac", "x.cue"] }\nbasis = "own"\nby = "A"\nrole = "rightsholder"\n'
        'date = 2025-01-02\nlayers = ["recording", "performance", "work", "lyrics"]\nacts = { transfer = "allow", publish = "allow" }\n'
    )
    words = ("--rights", rights, "--policy", "public", "--anonymous-withheld")
    outcome = pack(root, tmp_path / "store", *words)
    assert outcome.code == 3, outcome.err
    assert "packed 2" in outcome.out, outcome.err
    metadata = b"".join(
        path.read_bytes() for path in (tmp_path / "store" / "bag" / "metadata").rglob("*") if path.is_file()
    )
    assert b"secret" not in metadata
    assert b"veiled" not in metadata
    row = rows_of(tmp_path / "store" / "bag")["a.flac"]
    assert [one["holds"] for one in row["expected"]] == [False]
    assert [one["code"] for one in row["problems"]] == ["F215"]


def test_a_persons_folder_is_not_recorded_from_a_playlist(source: MakeSource) -> None:
    outcome = run_here(
        "scan", source({"a.m3u": "C:\\Users\\maria\\Music\\gone.mp3\nb.mp3\nb.mp3\n", "b.mp3": "x"}), "--json"
    )
    (entry,) = (one for one in outcome.json["entries"] if one["source_path"] == "a.m3u")
    assert "maria" not in json.dumps(entry)
    named = entry["papers"][0]["named"]
    assert (named["names"], named["found"], named["missing"], len(named["first_missing"])) == (2, 1, 1, 1)


def test_errors_in_logs_are_problems(source: MakeSource) -> None:
    outcome = run_here(
        "scan", source({"a.log": eac(errors={2: "Timing problem 0:00:03"}), "b.log": eac_image()}), "--json"
    )
    entries = {one["source_path"]: one for one in outcome.json["entries"]}
    (problem,) = entries["a.log"]["problems"]
    assert (problem["code"], problem["message"]) == (
        "F218",
        "it tells of errors: track 2: the drive lost its timing",
    )
    assert entries["b.log"]["problems"] == []


def test_a_whipper_log_that_was_changed_is_told(source: MakeSource) -> None:
    text = whipper_log([DiscTrack("One", "01.flac", 15_000)], album="Album")
    root = source({"good.log": text, "bad.log": text.replace("Copy OK", "Copy fine, I say")})
    entries = {one["source_path"]: one for one in run_here("scan", root, "--json").json["entries"]}
    assert [one["code"] for one in entries["bad.log"]["problems"]] == ["F218", "F219"]
    assert entries["good.log"]["problems"] == []


def test_cue_sheets_beside_and_within(source: MakeSource, tmp_path: Path) -> None:
    sheet = cue_sheet([DiscTrack("One", "01.wav", 15), DiscTrack("Two", "gone.wav", 15)], title="Album")
    inside = flac({"CUESHEET": [sheet]})
    rows = packed(source({"Album/01.flac": inside, "Album/x.cue": sheet}), tmp_path / "store")
    (beside,), (within,) = rows["Album/x.cue"]["papers"], rows["Album/01.flac"]["papers"]
    assert (beside["named"]["otherwise"], beside["named"]["first_missing"]) == (1, ["gone.wav"])
    assert [one["code"] for one in rows["Album/x.cue"]["problems"]] == ["F217"]
    assert (within["place"], within["title"], "looked" in within["named"]) == (
        "vorbis-comment",
        "Album",
        False,
    )
    assert rows["Album/01.flac"]["problems"] == []


def test_logs_of_other_programs_are_logs(source: MakeSource) -> None:
    outcome = run_here("scan", source({"c.log": cyanrip(DISC)}), "--json")
    (entry,) = (one for one in outcome.json["entries"] if one["source_path"] == "c.log")
    assert (entry["role"], entry["papers"][0]["tool"]) == ("log", "cyanrip")
    assert [track["linking"] for track in entry["papers"][0]["tracks"]] == ["no-file"] * 3


def test_an_interrupted_run_reads_again_only_what_a_new_list_asks_for(
    source: MakeSource, tmp_path: Path
) -> None:
    crc = f"{zlib.crc32(ONE):08x}"
    rows = packed(source({"a.flac": ONE, "x.sfv": f"a.flac {crc}\n"}), tmp_path / "store", "--read-back")
    assert held(rows["a.flac"]) == {"x.sfv": True}
