"""``explain`` tells a newcomer in under a screen what is known of a file, and a program everything."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package
from tests.running import Outcome, command, run_here, run_program
from tests.samples import Entry, File, build_tree, flac, m4a, tree_digest

MOMENT = "1767225600"
"""2026-01-01."""
SCREEN = 40
PLAIN = "Example Artist/Morning Scales (2004)/01 Going Up.flac"
BOUGHT = "Bought/Bought Once/01 Bought Once.m4a"
LOCKED = "Bought/Locked Away/01 Locked Away.m4p"
COMMONS = "Open Sounds Ensemble/Commons Tune/01 Share.ogg"
OWN = "Example Artist/100% Rehearsal/1 50% Slower.wav"
HALL = "Donated/Evening at the Hall (1987)/Side B.aiff"

KEYS = {
    *("path", "format", "protection", "evidence", "declarations", "layers", "acts", "disposition", "reasons"),
    *(
        "source_path",
        "role",
        "problems",
        "essence",
        "integrity",
        "expected",
        "machine_use",
        "basis",
        "policy",
        "restricted_until",
        "policies",
        "suggestions",
    ),
}
"""The first row is the design's, the second what else a program may want."""

POLICY = """\
name = "{name}"
title = "A policy of one's own."
needs = ["{act}"]
protected = "exclude"
maybe_protected = "review"
personal_data = "{personal}"
personal_unknown = "include"

[denied]
{act} = "{denied}"

[unknown]
{act} = "restrict"
"""

GOLDEN = """\
{path}
audio, FLAC (Free Lossless Audio Codec) 1.2.1 (fmt/279); the music is intact

What the file says
  protection: none detected
  copyright-line: 2004 Invented Records (strong, at COPYRIGHT@246)
  isrc: ZZEXA0400001 (strong, at ISRC@316)

What is declared in ../rights.toml
  discs: carrier, by Max Muster (owner) on 2024-03-01

What may be done with it on 2026-01-01
  preserve: allow. discs allows 'preserve', said of the folder or album.
  access: allow. discs allows 'access', said of the folder or album.
  transfer: unknown. Nobody has said whether it may be handed on.
  publish: unknown. Nobody has said whether it may be published.
  bulk analysis (mine): unknown. Nobody has said whether it may be mined.
  copyright: not evaluated; no date is declared

What follows under each policy
  personal: include. Every act that 'personal' needs is allowed: preserve.
  donation: restrict. 'transfer' is unknown: restrict under 'donation'.
  public: exclude. 'publish' is unknown: exclude under 'public'.

What would change it
"""


def explain(collection: Path, *words: str | Path, rights: Path | None = None) -> Outcome:
    more = () if rights is None else ("--source", collection, "--rights", rights)
    return run_here("explain", *more, *words, SOURCE_DATE_EPOCH=MOMENT)


def test_a_plain_file_is_explained_on_one_screen(
    collection: Path, declared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(collection)
    outcome = explain(collection, PLAIN, rights=Path("..", declared.name))
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith(GOLDEN.format(path=PLAIN))
    lines = outcome.out.splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "Unknown is never taken for allowed. This is not legal advice."


def test_every_line_of_the_tree_is_a_name_and_what_is_said_of_it(collection: Path, declared: Path) -> None:
    """So that it can be listened to: nothing depends on columns, a colon ends each name."""
    paths = [collection / path for path in (PLAIN, BOUGHT, LOCKED, COMMONS, HALL)]
    for line in explain(collection, *paths, rights=declared).out.splitlines():
        if line.startswith("  ") and not line.startswith(("    ", "  - ", "  --json")):
            assert ": " in line or line.startswith("  Nothing"), line


TOLD = {
    BOUGHT: [
        "store-account: personal data, not shown (first of 2)",
        "If the store's terms allow handing it on,",
        "It takes a copy without personal data as well. (donation: include)",
        "bought-once: purchase, by Max Muster (owner) on 2024-03-01",
        "donation: restrict.",
    ],
    LOCKED: [
        "protected: Apple FairPlay",
        "use by machines: data mining deny, by a technical protection of the file",
        "No declaration changes this",
        "personal: include.",
        "donation: exclude.",
    ],
    COMMONS: [
        "licence-url: https://creativecommons.org/licenses/by-sa/4.0/",
        "note: A licence in the file's tags is a claim",
        "public: include.",
    ],
    OWN: [
        "use by machines: search allow, data mining allow, generative training deny, by Erika Example (rightsholder)",
        "copyright: taken as in copyright, as it is declared the declarant's own recording; not evaluated",
    ],
    HALL: [
        "hall-deed: donor, by Erika Example (donor) on 2021-10-05, document documents/deed-of-gift.txt",
        "public: exclude. 'publish' is denied",
    ],
}


def test_what_matters_is_told(collection: Path, declared: Path) -> None:
    outcome = explain(collection, *(collection / path for path in TOLD), rights=declared)
    told = [" ".join(part.split()) for part in outcome.out.split("What the file says")[1:]]
    missing = [
        sentence
        for part, sentences in zip(told, TOLD.values(), strict=True)
        for sentence in sentences
        if sentence not in part
    ]
    assert missing == []


STATES = {
    PLAIN: "intact",
    OWN: "consistent",
    "Unsorted/broken off.mp3": (
        "damaged: the last frame is cut, at 0:00.7, and 1 more place; 0.4 s of music are touched"
    ),
    "Unsorted/old format.shn": "not checkable",
}


@pytest.mark.parametrize("path", STATES)
def test_whether_the_music_is_whole_is_told_of_a_file_and_of_a_bag_alike(
    collection: Path, packages: Mapping[str, Package], path: str
) -> None:
    before = tree_digest(collection)
    bag = packages["undeclared"].bag
    told, recorded = (explain(folder, folder / path).out for folder in (collection, bag / "data"))
    assert f"; the music is {STATES[path]} What the file says " in " ".join(told.split())
    assert f"; the music is {STATES[path]} As recorded in " in " ".join(recorded.split())
    (file,) = explain(collection, collection / path, "--json").json["files"]
    (record,) = (one for one in packages["undeclared"].files if one["source_path"] == path)
    assert STATES[path].startswith(file["integrity"]["state"].replace("-", " "))
    assert file["integrity"].items() >= record["integrity"].items()
    assert file["essence"] == record["essence"]
    assert tree_digest(collection) == before


def test_what_lists_of_checksums_said_of_a_file_is_told_from_the_record(
    packages: Mapping[str, Package],
) -> None:
    data = packages["undeclared"].bag / "data"
    folder = "Example Artist/Morning Scales (2004)"
    told = explain(data, data / PLAIN).out
    assert f"  md5 in {folder}/checksums.md5: holds\n" in told
    assert f"  audio-md5 in {folder}/fingerprints.ffp: holds\n" in told
    broken = explain(data, data / "Unsorted/broken off.flac").out
    assert "  md5 in Unsorted/before it broke.md5: does not hold\n" in broken


def test_what_is_no_music_is_not_said_to_be_whole(collection: Path) -> None:
    outcome = explain(collection, collection / "Playlists/Evening.m3u8")
    assert "the music is" not in outcome.out
    (file,) = explain(collection, collection / "Playlists/Evening.m3u8", "--json").json["files"]
    assert (file["essence"], file["integrity"], file["expected"]) == (None, None, [])


def test_without_declarations_it_says_so_and_what_could_be_declared(tmp_path: Path) -> None:
    source = build_tree(tmp_path / "Music", {"one.flac": flac(title="One")})
    told = explain(source, source / "one.flac", "--source", source).out
    assert "Nothing: there is no rights.toml for it." in told
    assert '      [[declaration]]\n      scope = { path = "one.flac" }\n' in told
    assert "personal: include. It goes in: 'personal' asks nobody for 'preserve'." in told
    assert f"to write into: {source}/rights.toml" in " ".join(told.split())


def test_the_nearest_rights_file_above_is_found(tmp_path: Path) -> None:
    rights = 'version = 1\n[[declaration]]\nid = "mine"\nscope = { path = "a/b/*" }\nbasis = "own"\nby = "E. Example"\n'
    rights += 'role = "owner"\ndate = 2020-01-01\n'
    source = build_tree(tmp_path / "Music", {"rights.toml": rights, "a/b/one.flac": flac(title="One")})
    (record,) = explain(source, source / "a" / "b" / "one.flac", "--json").json["files"]
    assert (record["path"], record["source_path"]) == (str(source / "a/b/one.flac"), "a/b/one.flac")
    assert [one["id"] for one in record["declarations"]] == ["mine"]


def test_another_policy_is_asked_first_and_may_be_a_file(
    collection: Path, declared: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "reading-room.toml"
    policy.write_text(POLICY.format(name="reading-room", act="access", denied="exclude", personal="review"))
    outcome = explain(collection, collection / BOUGHT, "--policy", policy, rights=declared)
    assert outcome.code == 0, outcome.err
    follows = outcome.out.partition("What follows under each policy\n")[2]
    assert follows.startswith(
        "  reading-room: review. It carries personal data: review under 'reading-room'."
    )
    assert [line.split(":")[0].strip() for line in follows.splitlines()[:4]] == [
        *("reading-room", "personal", "donation", "public")
    ]


def test_another_day_gives_another_answer(tmp_path: Path) -> None:
    rights = (
        'version = 1\n[[declaration]]\nscope = { path = "**" }\nbasis = "own"\nby = "E. Example"\n'
        'role = "rightsholder"\ndate = 2020-01-01\nlayers = ["recording", "performance", "work", "lyrics"]\n'
        'acts = { transfer = "allow", publish = "deny" }\n'
        'expires = 2030-06-30\njurisdiction = "EU"\nfacts = { fixed = 1966, published = 1967 }\n'
    )
    source = build_tree(tmp_path / "Music", {"rights.toml": rights, "one.flac": flac(title="One")})
    answers = {}
    for day in ("2030-06-30", "2030-07-01", "2037-12-30", "2038-01-01"):
        outcome = explain(source, source / "one.flac", "--on", day, "--json")
        assert outcome.json["on"] == day
        (record,) = outcome.json["files"]
        state = record["layers"]["recording"]["findings"][0]["state"]
        answers[day] = (record["acts"]["publish"]["answer"], record["acts"]["transfer"]["answer"], state)
    assert answers == {
        "2030-06-30": ("deny", "allow", "undetermined"),
        "2030-07-01": ("unknown", "unknown", "undetermined"),
        "2037-12-30": ("unknown", "unknown", "undetermined"),
        "2038-01-01": ("unknown", "unknown", "appears-to-have-ended"),
    }


def test_a_restriction_with_a_day_names_the_day(tmp_path: Path) -> None:
    rights = (
        'version = 1\n[[declaration]]\nid = "embargo"\nscope = { path = "**" }\nbasis = "donor"\n'
        'by = "E. Example"\nrole = "donor"\ndate = 2020-01-01\ndocument = "deed.txt"\n'
        'acts = { preserve = "allow", transfer = "deny" }\nexpires = 2030-06-30\n'
        '[[declaration]]\nid = "deed"\nscope = { path = "**" }\nbasis = "donor"\nby = "E. Example"\nrole = "donor"\n'
        'date = 2020-01-01\ndocument = "deed.txt"\nacts = { preserve = "allow", transfer = "allow" }\n'
    )
    files: dict[str, Entry] = {"rights.toml": rights, "deed.txt": "deed", "one.flac": flac(title="One")}
    source = build_tree(tmp_path / "Music", files)
    (tmp_path / "closed.toml").write_text(
        POLICY.format(name="closed", act="transfer", denied="restrict", personal="restrict")
    )
    words = (source / "one.flac", "--policy", tmp_path / "closed.toml")
    assert "  closed: restrict until 2030-06-30." in explain(source, *words).out


def test_a_suggestion_that_is_pasted_gives_what_was_promised(tmp_path: Path) -> None:
    """The lines as they are printed, and no default beside them that could change who says so."""
    source = build_tree(
        tmp_path / "Music",
        {"A/1.flac": flac(title="1", album="Hits"), "B/1.flac": flac(title="1", album="Hits")},
    )
    before = tree_digest(source)
    document = source.parent / "documents"
    document.mkdir()
    (document / "your-document.pdf").write_bytes(b"%PDF-1.4 a letter")
    asked = run_here("explain", "--source", source, source / "A/1.flac", "--json", SOURCE_DATE_EPOCH=MOMENT)
    plain = asked.json["files"][0]
    suggested = [one for one in plain["suggestions"] if one["toml"]]
    assert suggested
    rights = tmp_path / "rights.toml"
    for suggestion in suggested:
        rights.write_text("version = 1\n" + suggestion["toml"], "utf-8")
        words = ("--source", source, "--rights", rights, "--json")
        one, other = run_here(
            "explain", source / "A/1.flac", source / "B/1.flac", *words, SOURCE_DATE_EPOCH=MOMENT
        ).json["files"]
        promised = {name: each["disposition"] for name, each in plain["policies"].items()} | suggestion[
            "outcomes"
        ]
        assert {name: each["disposition"] for name, each in one["policies"].items()} == promised
        assert other["declarations"] == []
    assert tree_digest(source) == before


def test_words_that_could_be_misread_are_not_used(tmp_path: Path) -> None:
    declared = (
        '[[declaration]]\nscope = { path = "A/" }\nbasis = "expired"\nby = "E. Example"\nrole = "owner"\n'
        'date = 2020-01-01\njurisdiction = "US"\nlayers = ["recording"]\n'
    )
    tree: dict[str, Entry] = {"A/1.flac": flac(title="1"), "B/1.flac": flac(title="1")}
    source = build_tree(tmp_path / "Music", {**tree, "rights.toml": b"version = 1\n" + declared.encode()})
    text = run_here("explain", source / "A/1.flac", source / "B/1.flac", SOURCE_DATE_EPOCH=MOMENT).out
    assert "on 2020-01-01, in: US" in " ".join(text.split())
    assert "personal: include. It goes in: 'personal' asks nobody for 'preserve'." in " ".join(text.split())
    assert "  mine:" not in text


def test_json_has_the_keys_of_the_design(collection: Path, declared: Path) -> None:
    paths = [collection / path for path in (PLAIN, BOUGHT, LOCKED, COMMONS, HALL)]
    outcome = explain(collection, *paths, paths[0], "--policy", "donation", "--json", rights=declared)
    assert outcome.code == 0
    value = outcome.json
    assert list(value) == ["schema", "on", "files", "bags"]
    assert value["bags"] == []
    assert value["schema"] == "archiver.explain/1"
    assert [record["path"] for record in value["files"]] == list(map(str, (*paths, paths[0])))
    assert value["files"][0] == value["files"][-1], "a file named twice is explained twice"
    assert [record["policy"] for record in value["files"]] == ["donation"] * 6
    assert [record["disposition"] for record in value["files"][:3]] == ["restrict", "restrict", "exclude"]
    for record in value["files"]:
        assert record.keys() == KEYS
        assert record["acts"].keys() == {"preserve", "access", "transfer", "publish", "mine"}
        assert record["layers"].keys() == {"recording", "performance", "work", "lyrics"}
        assert {key for item in record["evidence"] for key in item} <= {
            "code",
            "locator",
            "value",
            "strength",
            "personal",
        }
        assert not any(item["value"] for item in record["evidence"] if item["personal"])
        assert record["format"].keys() == {"puid", "name", "mime", "signature_version"}
    assert value["files"][2]["protection"]["scheme"] == "fairplay"


def test_several_files_are_told_apart_and_the_closing_stands_once(collection: Path, declared: Path) -> None:
    paths = [collection / path for path in (PLAIN, BOUGHT)]
    told = explain(collection, *paths, rights=declared).out.replace("\n", " ")
    assert [told.count(f"{path} audio") for path in paths] == [1, 1]
    assert told.count("This is not legal advice.") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.flac", "there is no such file"),
        ("folder", "it is a folder"),
        ("pipe", "it is not a regular file"),
        ("broken-link", "there is no such file"),
    ],
)
def test_what_is_no_file_is_named_and_the_others_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("broken-link").symlink_to("nothing")
    Path("good.flac").write_bytes(flac(title="Good"))
    outcome = run_here("explain", name, "good.flac")
    assert outcome.code == 3
    assert outcome.out.startswith(f"{name}: {message}\n\ngood.flac\n")
    alone = run_here("explain", name)
    assert alone.code == 2
    assert alone.out == ""
    assert f"cannot explain {name}: {message}" in alone.told
    assert "archiver scan" in alone.told


def test_a_file_outside_the_source_is_refused(collection: Path, tmp_path: Path) -> None:
    (tmp_path / "one.flac").write_bytes(flac(title="One"))
    outcome = run_here("explain", tmp_path / "one.flac", "--source", collection)
    assert outcome.code == 2
    assert "does not lie in the source" in " ".join(outcome.err.split())


def test_a_broken_file_is_explained_as_far_as_it_goes(tmp_path: Path) -> None:
    broken = (b"", b"\0" * 100, flac(title="x")[:50], b"fLaC\xff\xff\xff\xff")
    source = build_tree(tmp_path / "Music", {f"{number}.flac": data for number, data in enumerate(broken)})
    before = tree_digest(tmp_path)
    outcome = explain(source, *sorted(source.iterdir()))
    assert outcome.code == 0, outcome.err
    assert tree_digest(tmp_path) == before, "nothing is changed, and nothing is written"
    parts = outcome.out.split("What the file says")[1:]
    assert len(parts) == len(broken)
    for number, part in enumerate(parts):
        seen = "not seen: headers not readable" if number == 1 else "none detected"
        assert f"protection: {seen}" in part
        assert "\n  but: " in part, "whoever reads that must know that not all could be seen"


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_explained(tmp_path: Path) -> None:
    source = build_tree(
        tmp_path / "Music", {"closed.flac": File(flac(title="x"), mode=0), "open.flac": flac(title="Open")}
    )
    words = [shutil.which("setpriv") or "setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("setpriv is not installed or may not drop capabilities")
    outcome = run_program("explain", source / "closed.flac", source / "open.flac", "--json", before=words)
    assert outcome.code == 3, outcome.err
    unread, read = outcome.json["files"]
    assert unread == {
        "path": str(source / "closed.flac"),
        "problem": {"code": "S101", "message": "the system does not allow reading it"},
    }
    assert read.keys() == KEYS


def test_it_stands_in_a_pipe_that_closes_early(collection: Path) -> None:
    paths = [path for path in sorted(collection.rglob("*")) if path.is_file()]
    with subprocess.Popen(
        command("explain", *paths),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr is not None
        told = running.stderr.read().decode()
    assert "Traceback" not in told


def test_a_protection_that_was_not_seen_is_not_called_absent(tmp_path: Path) -> None:
    song = m4a(title="x")
    (tmp_path / "cut.m4a").write_bytes(song[: song.index(b"stsd")])
    told = run_here("explain", tmp_path / "cut.m4a").out
    assert "protection: not seen: headers not readable (at moov@" in told
    assert "protection: none detected" not in told
    assert "nobody knows whether it is protected" in " ".join(told.split())


def test_declarations_by_path_are_not_asked_without_the_folder_that_they_speak_for(
    collection: Path, declared: Path
) -> None:
    """A denial among them would go unheard, and what is allowed too."""
    side = collection / "Donated" / "Evening at the Hall (1987)" / "Side A.aiff"
    refused = run_here("explain", side, "--rights", declared)
    assert refused.code == 2
    assert refused.out == ""
    assert "--source FOLDER" in refused.told
    asked = run_here("explain", side, "--rights", declared, "--source", collection)
    assert "publish: deny" in asked.out
