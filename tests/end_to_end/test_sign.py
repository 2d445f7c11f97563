"""A bag is signed by ssh-keygen, checked by ssh-keygen alone, and a change to any bit of it is found by both."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import bagit
import pytest

from archiver.signing.timestamp import PROOF
from tests.end_to_end.bags import Package
from tests.running import PATIENCE, ROOT, run_here
from tests.samples import tree_digest
from tests.signing.keys import is_good, make_key, needs_ssh_keygen, signature

pytestmark = needs_ssh_keygen
WHO = "erika@example.org"


@pytest.fixture
def bag(packages: Mapping[str, Package], tmp_path: Path) -> Path:
    return shutil.copytree(packages["personal"].bag, tmp_path / "store" / "bag")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path)


@pytest.fixture
def signed(bag: Path, key: Path) -> Path:
    outcome = run_here("sign", bag, "--key", key)
    assert outcome.code == 0, outcome.err
    return bag


def signatures(bag: Path) -> list[Path]:
    return sorted((bag / "signatures").glob("*.sig"))


def accepts(bag: Path, written: Path) -> bool:
    """What the README in the bag tells a stranger to do, with the programs of a system alone."""
    manifest = (bag / "tagmanifest-sha512.txt").read_bytes()
    sums = [
        subprocess.run(
            ["sha512sum", "--status", "-c", "-"],
            input=(bag / name).read_bytes().replace(b"%25", b"%"),
            cwd=bag,
            check=False,
            stderr=subprocess.DEVNULL,
        )
        for name in ("tagmanifest-sha512.txt", "manifest-sha512.txt")
    ]
    good = is_good(bag / "signatures" / "signers.txt", WHO, written, manifest)
    return good and all(one.returncode == 0 for one in sums)


def found(bag: Path, *options: str | Path) -> tuple[int, list[dict[str, object]]]:
    outcome = run_here("verify", bag, "--json", *options)
    return outcome.code, outcome.json["bags"][0]["signatures"]


def test_a_bag_is_signed_and_nothing_else_in_it_changes(bag: Path, key: Path) -> None:
    before = {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    outcome = run_here("sign", bag, "--key", key)
    assert outcome.code == 0, outcome.err
    after = {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    [written] = signatures(bag)
    beside = {bag / "signatures" / name for name in ("README.txt", "signers.txt")}
    assert after.keys() - before.keys() == {written, *beside}
    assert accepts(bag, written)
    code, [told] = found(bag)
    assert (code, told["state"], told["called"], told["strong"]) == (0, "holds", WHO, True)
    codes = {problem["code"] for problem in run_here("verify", bag, "--json").json["bags"][0]["problems"]}
    assert "B325" in codes
    assert "B321" not in codes


def test_an_audit_finds_a_signature_that_does_not_hold(signed: Path) -> None:
    assert run_here("audit", signed).code == 0
    [written] = signatures(signed)
    content = bytearray(written.read_bytes())
    content[100:102] = b"!!"
    written.write_bytes(content)
    outcome = run_here("audit", signed)
    assert outcome.code == 4
    assert "does NOT hold" in outcome.out
    assert "1 NOT right" in outcome.out
    assert run_here("verify", signed).code == 4


def test_signing_once_more_changes_nothing(signed: Path, key: Path) -> None:
    before = tree_digest(signed)
    outcome = run_here("sign", signed, "--key", key)
    assert outcome.code == 0
    assert "nothing was changed" in " ".join(outcome.out.split())
    assert tree_digest(signed) == before


def test_a_flipped_bit_in_any_file_is_found_by_both(signed: Path) -> None:
    [written] = signatures(signed)
    chance = random.Random(15)
    files = [path for path in signed.rglob("*") if path.is_file() and path.stat().st_size]
    for path in files:
        if path.parent.name == "signatures" and path != written:
            continue  # what is said about signatures proves nothing and is not believed
        content = path.read_bytes()
        spoiled = bytearray(content)
        # the lines around a signature's base64 are its form, which ssh-keygen takes less strictly
        at = chance.randrange(60, 200) if path == written else chance.randrange(len(content))
        spoiled[at] ^= 1 << chance.randrange(8)
        path.write_bytes(spoiled)
        assert not accepts(signed, written), (path, at)
        assert run_here("verify", signed).code == 4, (path, at)
        path.write_bytes(content)
    assert accepts(signed, written)
    assert run_here("verify", signed).code == 0


@pytest.mark.case(34)
def test_a_bag_that_was_tampered_with_and_sealed_anew_is_found(signed: Path) -> None:
    """Whoever can write the bag can make it valid again; only the signature tells."""
    info = signed / "bag-info.txt"
    info.write_bytes(info.read_bytes() + b"Contact-Name: Mallory\n")
    digest = hashlib.sha512(info.read_bytes()).hexdigest()
    manifest = signed / "tagmanifest-sha512.txt"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text(
        "".join(f"{digest}  bag-info.txt\n" if "bag-info" in line else line for line in lines)
    )
    outcome = run_here("verify", signed, "--json")
    assert outcome.code == 4
    assert outcome.json["bags"][0]["valid"] is True
    assert outcome.json["bags"][0]["signatures"][0]["state"] == "fails"
    report = " ".join(run_here("verify", signed).out.split())
    assert "A signature does NOT hold." in report
    assert "all as they should be" not in report


def test_several_sign_and_trust_is_asked_of_a_list(signed: Path, tmp_path: Path) -> None:
    other = make_key(tmp_path, "other", who="max")
    assert run_here("sign", signed, "--key", other, "--as", "max@example.org").code == 0
    assert len(signatures(signed)) == 2
    allowed = tmp_path / "allowed"
    allowed.write_text(f"max {(tmp_path / 'other.pub').read_text()}")
    code, told = found(signed, "--allowed-signers", allowed, "--require-signature")
    assert code == 0
    assert sorted(str(one["allowed"]) for one in told) == ["None", "max"]
    assert sorted(str(one["called"]) for one in told) == [WHO, "max@example.org"]
    stranger = make_key(tmp_path, "stranger")
    allowed.write_text(f"stranger {stranger.with_suffix('.pub').read_text()}")
    assert found(signed, "--allowed-signers", allowed)[0] == 0
    required = run_here("verify", signed, "--allowed-signers", allowed, "--require-signature")
    assert required.code == 4
    assert "NOT signed as required" in " ".join(required.out.split())
    assert "NOT by an allowed signer" in " ".join(required.out.split())


def test_a_required_signature_that_is_not_there_fails(bag: Path) -> None:
    assert run_here("verify", bag).code == 0
    outcome = run_here("verify", bag, "--require-signature", "--json")
    assert outcome.code == 4
    assert outcome.json["bags"][0]["unsigned"] is True


def test_a_signature_over_weak_checksums_is_not_what_is_required(
    bag: Path, key: Path, tmp_path: Path
) -> None:
    weak = tmp_path / "weak"
    shutil.copytree(bag / "data", weak)
    bagit.make_bag(str(weak), checksums=["md5"])
    assert run_here("sign", weak, "--key", key).code == 0
    bagit.Bag(str(weak)).validate()
    assert found(weak)[0] == 0
    assert found(weak, "--require-signature")[0] == 4


def test_what_ssh_keygen_signed_by_itself_is_accepted(bag: Path, key: Path) -> None:
    manifest = (bag / "tagmanifest-sha512.txt").read_bytes()
    (bag / "signatures").mkdir()
    (bag / "signatures" / "tagmanifest-sha512.txt.sig").write_bytes(signature(key, manifest))
    code, [told] = found(bag, "--require-signature")
    assert (code, told["state"], told["called"]) == (0, "holds", None)


def test_a_signature_from_elsewhere_is_kept_if_it_is_of_the_bag(bag: Path, key: Path, tmp_path: Path) -> None:
    manifest = (bag / "tagmanifest-sha512.txt").read_bytes()
    before = tree_digest(bag)
    ours, theirs = tmp_path / "ours.sig", tmp_path / "theirs.sig"
    theirs.write_bytes(signature(key, manifest + b"\n"))
    refused = run_here("sign", bag, "--attach", theirs)
    assert refused.code == 2
    assert "no signature of" in refused.told
    assert tree_digest(bag) == before
    ours.write_bytes(signature(key, manifest))
    assert run_here("sign", bag, "--attach", ours, "--as", WHO).code == 0
    assert accepts(bag, signatures(bag)[0])
    proof, other = tmp_path / "a.ots", tmp_path / "b.ots"
    proof.write_bytes(PROOF + b"\x08" + hashlib.sha256(manifest).digest() + b"\xf0")
    other.write_bytes(PROOF + b"\x08" + bytes(32) + b"\xf0")
    assert run_here("sign", bag, "--attach", proof).code == 0
    assert run_here("sign", bag, "--attach", other).code == 2
    assert (bag / "signatures" / "tagmanifest-sha512.txt.ots").read_bytes() == proof.read_bytes()
    code, told = found(bag)
    assert code == 0
    assert [one["kind"] for one in told] == ["SSH signature", "OpenTimestamps proof"]


def test_a_request_for_a_timestamp_is_written_and_the_bag_is_not_touched(bag: Path, tmp_path: Path) -> None:
    before = tree_digest(bag)
    asked = tmp_path / "asked.tsq"
    outcome = run_here("sign", bag, "--timestamp-query", asked)
    assert outcome.code == 0, outcome.err
    digest = hashlib.sha512((bag / "tagmanifest-sha512.txt").read_bytes()).digest()
    assert digest in asked.read_bytes()
    assert tree_digest(bag) == before
    assert run_here("sign", bag, "--timestamp-query", asked).code == 2


@pytest.mark.parametrize("words", [("set-info", "Contact-Name: Erika"), ("add-algorithm", "sha256")])
def test_a_signed_bag_is_changed_only_on_purpose_and_its_signature_is_kept_whole(
    signed: Path, words: tuple[str, str]
) -> None:
    before, old = tree_digest(signed), (signed / "tagmanifest-sha512.txt").read_bytes()
    name = signatures(signed)[0].name
    refused = run_here("bag", words[0], signed, words[1])
    assert refused.code == 2
    assert "--set-signatures-aside" in refused.told
    assert tree_digest(signed) == before
    done = run_here("bag", words[0], signed, words[1], "--set-signatures-aside")
    assert done.code == 0, done.err
    assert signatures(signed) == []
    aside = signed / "signatures" / "before-1"
    assert (aside / "tagmanifest-sha512.txt").read_bytes() == old
    assert is_good(signed / "signatures" / "signers.txt", WHO, aside / name, old)
    assert found(signed) == (0, [])
    assert all("signatures/" not in path.read_text() for path in signed.glob("tagmanifest-*.txt"))
    event = json.loads((signed / "metadata" / "events.jsonl").read_text().splitlines()[-1])
    assert "set aside" in event["detail"]


def test_every_tag_manifest_is_signed(bag: Path, key: Path) -> None:
    assert run_here("bag", "add-algorithm", bag, "sha256").code == 0
    assert run_here("sign", bag, "--key", key).code == 0
    code, told = found(bag)
    assert code == 0
    assert [(one["of"], one["state"]) for one in told] == [
        ("tagmanifest-sha256.txt", "holds"),
        ("tagmanifest-sha512.txt", "holds"),
    ]


def test_an_archive_is_not_signed_and_a_signed_bag_in_one_is_seen(
    signed: Path, key: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "bag.tar.gz"
    with tarfile.open(archive, "w:gz") as stream:
        stream.add(signed, "bag")
    before = archive.read_bytes()
    refused = run_here("sign", archive, "--key", key)
    assert refused.code == 2
    assert "is an archive" in refused.told
    assert archive.read_bytes() == before
    code, [told] = found(archive, "--require-signature")
    assert (code, told["state"], told["called"]) == (0, "holds", WHO)


def test_a_damaged_bag_is_not_signed(bag: Path, key: Path) -> None:
    victim = next(path for path in (bag / "data").rglob("*") if path.is_file())
    victim.write_bytes(victim.read_bytes() + b"!")
    before = tree_digest(bag)
    assert run_here("sign", bag, "--key", key).code == 4
    assert tree_digest(bag) == before


@pytest.mark.parametrize("who", ["two words", "a,b", "\x1b[2J", ""])
def test_a_name_that_ssh_could_not_read_is_refused(bag: Path, key: Path, who: str) -> None:
    before = tree_digest(bag)
    outcome = run_here("sign", bag, "--key", key, "--as", who)
    assert outcome.code == 2
    assert "\x1b" not in outcome.err
    assert tree_digest(bag) == before


def test_without_a_key_nothing_is_signed(bag: Path, tmp_path: Path) -> None:
    outcome = run_here("sign", bag, HOME=str(tmp_path))
    assert outcome.code == 2
    assert "--key FILE" in outcome.told
    assert run_here("sign", bag, "--key", tmp_path / "absent").code == 2
    broken = tmp_path / "broken"
    broken.write_text("no key\n")
    before = tree_digest(bag)
    assert run_here("sign", bag, "--key", broken).code == 1
    assert tree_digest(bag) == before


_LISTENING = """
import os, sys
opened = []
def listen(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(os.path.basename(os.fsdecode(arguments[0])))
sys.addaudithook(listen)
from archiver.cli.main import main
try:
    main()
finally:
    assert "bagit.txt" in opened, "what is opened is heard"
    print("OPENED" if "key" in opened else "NOT OPENED")
"""


def test_no_private_key_is_opened_by_this_program(bag: Path, key: Path) -> None:
    words: list[str | Path] = [sys.executable, "-c", _LISTENING, "sign", bag, "--key", key, "-j", "1"]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "NOT OPENED"


@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="ssh-agent is not installed: NOT TRIED")
def test_an_agent_signs_where_the_key_file_is_gone(bag: Path, key: Path, tmp_path: Path) -> None:
    socket = os.path.join("/tmp", f"archiver-agent-{os.getpid()}")  # a socket's path must be short
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists(socket):
            assert agent.poll() is None
        environment = {"SSH_AUTH_SOCK": socket}
        subprocess.run(["ssh-add", "-q", key], check=True, env=os.environ | environment)
        key.unlink()
        outcome = run_here("sign", bag, "--key", f"{key}.pub", **environment)
        assert outcome.code == 0, outcome.err
        assert accepts(bag, signatures(bag)[0])
    finally:
        agent.terminate()
        agent.wait()


def test_signing_in_a_store_is_logged_and_the_pin_stays(
    packages: Mapping[str, Package], tmp_path: Path, key: Path
) -> None:
    catalogue = tmp_path / "catalogue.sqlite"
    store = tmp_path / "store"
    music = tmp_path / "Music"
    music.mkdir()
    (music / "a.txt").write_text("words\n")
    here = {"ARCHIVER_CATALOGUE": str(catalogue)}
    assert run_here("pack", music, "--to", store, "--name", "bag", **here).code in (0, 3)
    assert run_here("sign", store / "bag", "--key", key, **here).code == 0
    lines = [json.loads(line) for line in (store / ".archiver" / "events.jsonl").read_text().splitlines()]
    event = lines[-1]
    assert event["type"] == "digital signature"
    assert event["detail"]["who"] == WHO
    assert (
        event["detail"]["pin"]
        == hashlib.sha512((store / "bag" / "tagmanifest-sha512.txt").read_bytes()).hexdigest()
    )
    assert run_here("catalogue", "check", **here).code == 0
    assert run_here("verify", store / "bag", **here).code == 0
    assert run_here("sign", store / "bag", "--key", key, **here).code == 0
    told = (store / ".archiver" / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["type"] for line in told].count("digital signature") == 1


@pytest.mark.parametrize("case", ["link", "pipe", "large", "empty", "folder"])
def test_what_pretends_to_be_a_signature_is_told_and_not_followed(signed: Path, case: str) -> None:
    path = signed / "signatures" / "tagmanifest-sha512.txt.other.sig"
    match case:
        case "link":
            path.symlink_to(signatures(signed)[0].name)
        case "pipe":
            os.mkfifo(path)
        case "large":
            with path.open("wb") as stream:
                stream.truncate(1 << 32)
        case "empty":
            path.write_bytes(b"")
        case _:
            path.mkdir()
            (path / "x").write_bytes(b"x")
    code, told = found(signed)
    states = [one["state"] for one in told]
    assert "holds" in states
    assert code == (0 if case == "folder" else 4)


def test_a_bag_that_was_sealed_anew_is_no_checked_copy(
    packages: Mapping[str, Package], tmp_path: Path, key: Path
) -> None:
    """The catalogue knows another pin, and the signature tells that the new one is not its owner's doing."""
    here = {"ARCHIVER_CATALOGUE": str(tmp_path / "catalogue.sqlite")}
    music, bag = tmp_path / "Music", tmp_path / "store" / "bag"
    music.mkdir()
    (music / "a.txt").write_text("words\n")
    assert run_here("pack", music, "--to", bag.parent, "--name", "bag", **here).code in (0, 3)
    assert run_here("sign", bag, "--key", key, **here).code == 0
    old = signatures(bag)[0].read_bytes()
    elsewhere = Path(shutil.copytree(bag, tmp_path / "elsewhere" / "bag"))
    changed = run_here("bag", "set-info", elsewhere, "Contact-Name: M", "--set-signatures-aside")
    assert changed.code == 0, changed.err
    (elsewhere / "signatures" / "tagmanifest-sha512.txt.0.sig").write_bytes(old)
    shutil.rmtree(bag)
    shutil.copytree(elsewhere, bag)
    judged = run_here("verify", bag, **here)
    assert (judged.code, "not the bag that the catalogue knows" in " ".join(judged.err.split())) == (4, True)
    states = run_here("show", bag, "--json", **here)
    assert '"damaged"' in states.out, states.err


def test_a_proof_of_a_signature_is_judged_by_that(signed: Path) -> None:
    [written] = signatures(signed)
    proof = PROOF + b"\x08" + hashlib.sha256(written.read_bytes()).digest() + b"\xf0"
    written.with_name(written.name + ".ots").write_bytes(proof)
    code, told = found(signed, "--require-signature")
    assert code == 0
    assert [(one["of"], one["state"]) for one in told] == [
        ("tagmanifest-sha512.txt", "holds"),
        (f"signatures/{written.name}", "unchecked"),
    ]


@contextlib.contextmanager
def failing_at(call: str, number: int) -> Iterator[list[int]]:
    """Have the ``number``-th call of a function of ``os`` fail, and count the calls."""
    calls: list[int] = []
    real = getattr(os, call)

    def failing(*words: object, **named: object) -> object:
        calls.append(number)
        if len(calls) == number:
            raise OSError(errno.EIO, "a failing disk")
        return real(*words, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, failing)
        yield calls


@pytest.mark.parametrize("call", ["rename", "fsync", "replace", "mkdir"])
def test_whenever_setting_aside_stops_a_signature_lies_beside_what_it_is_of(signed: Path, call: str) -> None:
    name = signatures(signed)[0].name
    whole = signed.rename(signed.with_name("whole"))
    for number in range(1, 60):
        bag = shutil.copytree(whole, signed)
        changing = ("bag", "set-info", bag, "Contact-Name: M", "--set-signatures-aside")
        with failing_at(call, number) as calls:
            run_here(*changing)
        [written] = (bag / "signatures").rglob(name)
        manifest = bag if written.parent.name == "signatures" else written.parent
        content = (manifest / "tagmanifest-sha512.txt").read_bytes()
        assert is_good(bag / "signatures" / "signers.txt", WHO, written, content)
        again = run_here(*changing)
        assert again.code == 0, again.err
        assert run_here("verify", bag).code == 0
        shutil.rmtree(bag)
        if len(calls) < number:
            return
    pytest.fail("it fails at every call")


@pytest.mark.parametrize("call", ["rename", "fsync", "replace", "mkdir"])
def test_whenever_signing_stops_the_bag_is_valid_and_the_same_command_completes_it(
    bag: Path, key: Path, call: str
) -> None:
    whole = bag.rename(bag.with_name("whole"))
    for number in range(1, 60):
        shutil.copytree(whole, bag)
        with failing_at(call, number) as calls:
            run_here("sign", bag, "--key", key)
        assert run_here("verify", bag).code == 0
        assert run_here("sign", bag, "--key", key).code == 0
        assert accepts(bag, signatures(bag)[0])
        assert found(bag, "--require-signature")[0] == 0
        shutil.rmtree(bag)
        if len(calls) < number:
            return
    pytest.fail("it fails at every call")


def test_no_more_signatures_are_judged_than_a_person_would_make(signed: Path) -> None:
    content = signatures(signed)[0].read_bytes()
    for number in range(130):
        (signed / "signatures" / f"tagmanifest-sha512.txt.{number:03}.sig").write_bytes(content)
    code, told = found(signed)
    assert code == 0
    assert sum(one["state"] == "unchecked" for one in told) == 31
