"""Signs bags, keeps what others signed, and writes what a dated proof is asked for with; opens no private key."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from archiver import filesystem
from archiver.bagit.bag_source import source_of
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.reading import read_top
from archiver.bagit.sizes import human_size
from archiver.bagit.tagfiles import SIGNATURES, SIGNATURES_README, SIGNERS
from archiver.bagit.telling import ignore
from archiver.bagit.updating.beside import MOST_BYTES, Beside, TagManifest, lay_beside
from archiver.catalogue.bag_facts import BagFacts, UnreadableBagError, bag_facts
from archiver.catalogue.database import SHORT_PATIENCE_MS, is_there, opened
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.stores import find_store
from archiver.errors import ArchiverError, Remedy, StoreError, UsageError, Way
from archiver.executors.pools import Threads
from archiver.machine import reason
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.signing import ssh_keygen
from archiver.signing.allowed import listed_line, parse_allowed
from archiver.signing.judge import COMPANIONS, ENDINGS, judge, kind_of
from archiver.signing.judgement import Judgement, Kind, State
from archiver.signing.public_key import PublicKey, comment_of, is_name
from archiver.signing.readme import README
from archiver.signing.sshsig import SshSignature
from archiver.signing.timestamp import query
from archiver.store.area import locked
from archiver.store.identity import read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.bag_update import faults_told, measured, watched
from archiver.usecases.new_file import new_file
from archiver.usecases.watch import Meter, Step, Watch

_MOST_SIGNATURE = 1 << 20
_MOST_PUBLIC_KEY = 64 << 10
_GPG_ENDINGS = (".asc", ".gpg", ".sig")
_UNTOLD = "The bag is as it was."


class SigningFailedError(ArchiverError):
    """No signature was made."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What came of signing a bag, or of keeping a signature in it.

    Attributes:
        bag: Path of the bag, as it was named.
        signatures: By the path of each signature, what is known of it.
        files: Paths of what was written in the bag; nothing where all of it was there already.
        who: What the signer is called in the bag; empty where it was no SSH signature.
        recovered: Whether an update that had been interrupted was completed first.
    """

    bag: str
    signatures: tuple[tuple[str, Judgement], ...]
    files: tuple[str, ...]
    who: str
    recovered: bool


@dataclass(slots=True)
class _Signatures:
    """What is laid into one bag, while that is found out."""

    judged: dict[str, Judgement] = field(default_factory=dict)
    who: str = ""


_Make = Callable[[tuple[TagManifest, ...], Callable[[str], bytes], _Signatures], dict[str, bytes]]
"""Says what is laid into a bag: from its tag manifests and what is there, noting what it finds out on the way."""


def sign(bag: str, key: str | None, who: str | None, home: str) -> Callable[[Keeping], Laid]:
    """Have ssh-keygen sign every tag manifest of a bag, and return what does that.

    Args:
        bag: Path of the bag's folder.
        key: Path of the key, private or public; ``None`` for the first that lies where ssh keeps keys.
        who: What the signer is to be called; ``None`` for what the public key says.
        home: The person's home folder.

    Raises:
        UsageError: where there is no key, or nobody can be called so.
        SigningFailedError: where there is no ssh-keygen.
    """
    if not ssh_keygen.is_there():
        raise SigningFailedError(
            "ssh-keygen is not installed",
            f"{_UNTOLD} It comes with OpenSSH; it alone signs, for it alone sees the key.",
        )
    chosen = key or ssh_keygen.usual_key(home)
    if chosen is None:
        where = os.path.join(home, ".ssh")
        raise UsageError(
            f"there is no key in {where}", f"{_UNTOLD} ssh-keygen makes one.", remedies=[Remedy(Way.NAME_KEY)]
        )
    if not os.path.isfile(chosen):
        raise UsageError(f"there is no key at {chosen}", f"{_UNTOLD} Check the spelling.")
    _refuse_name(who)

    def make(
        manifests: tuple[TagManifest, ...], present: Callable[[str], bytes], found: _Signatures
    ) -> dict[str, bytes]:
        wanted: dict[str, bytes] = {}
        for manifest in manifests:
            written, signature = _signed(bag, manifest, chosen)
            path = f"{SIGNATURES}{manifest.name}.{signature.key.short}.sig"
            judgement = judge(path, written, manifest.content, {})
            if judgement.state is not State.HOLDS:
                raise SigningFailedError(
                    f"the signature that ssh-keygen made of {bag} does not hold", _UNTOLD
                )
            before = present(path)
            # a key may sign otherwise each time; what holds already stays
            holds = before and judge(path, before, manifest.content, {}).state is State.HOLDS
            wanted[path] = before if holds else written
            found.judged[path] = judgement
            name = who or _name_beside(chosen)
            wanted |= _listing(
                signature.key, name, is_given=who is not None, listed=present(SIGNERS), found=found
            )
        return wanted

    return lambda keeping: keeping.lay(bag, make)


def attach(bag: str, path: str, who: str | None) -> Callable[[Keeping], Laid]:
    """Keep a signature that was made elsewhere in a bag, if it is one of its tag manifests, and return what does that.

    Args:
        bag: Path of the bag's folder.
        path: The signature.
        who: What the signer of an SSH signature is to be called; ``None`` for the key's fingerprint.

    Raises:
        UsageError: where it cannot be read, or nobody can be called so.
    """
    _refuse_name(who)
    written, name = _read(path), os.path.basename(path)
    kind = kind_of(name, written)
    companion = COMPANIONS.get(kind)
    beside = {}
    if companion is not None and os.path.isfile(path + companion):
        beside = {name + companion: _read(path + companion)}

    def make(
        manifests: tuple[TagManifest, ...], present: Callable[[str], bytes], found: _Signatures
    ) -> dict[str, bytes]:
        manifest, judgement = _of_which(
            bag, path, manifests, lambda content: judge(name, written, content, beside)
        )
        place = _free_place(manifest.name, kind, judgement, written, (name, present))
        wanted = {place: written} | {
            place + called.removeprefix(name): content for called, content in beside.items()
        }
        found.judged[place] = judgement
        if judgement.key is not None:
            listed = present(SIGNERS)
            wanted |= _listing(judgement.key, who or "", is_given=who is not None, listed=listed, found=found)
        return wanted

    return lambda keeping: keeping.lay(bag, make)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What signing needs of a run.

    Attributes:
        run: The run.
        jobs: Threads to verify the bag with.
        watch: Counts the bytes verified, and is told what the catalogue cannot be told.
        catalogue: The catalogue's file; it may not be there.
    """

    run: Run
    jobs: int
    watch: Watch
    catalogue: str

    def lay(self, bag: str, make: _Make) -> Laid:
        """Verify a bag in full, lay beside its tag manifests what is made then, and log it where the bag is in a store.

        Raises:
            UsageError: where it is an archive or no folder, or what is to be kept is none of its.
            BagDamagedError: where it is not valid.
            BagUpdateError: where it cannot be changed for another reason.
            SigningFailedError: where nothing was signed.
            StoreError: where it, or the store's log, cannot be written.
        """
        _refuse_archive(bag)
        found = _Signatures()
        with contextlib.ExitStack() as stack:
            place, name = os.path.split(os.path.realpath(os.fsencode(bag)))
            if os.path.isdir(bag) and read_identity(place) is not None:
                stack.enter_context(locked(place))
                done = self._laid(bag, make, found)
                if done.files:
                    append_event(place, _event(bag, os.fsdecode(name), found, self.run))
                    self._tell_catalogue(place)
            else:
                done = self._laid(bag, make, found)
        return Laid(bag, tuple(found.judged.items()), done.files, found.who, done.recovered)

    def _laid(self, bag: str, make: _Make, found: _Signatures) -> Beside:
        with faults_told(bag):
            folder, _, everything = measured(bag)
            step = Step("Verifying", "bytes", everything, Meter())

            def made(
                manifests: tuple[TagManifest, ...], present: Callable[[str], bytes]
            ) -> Mapping[str, bytes]:
                return make(manifests, present, found) | {SIGNATURES_README: README.encode("ascii")}

            with Threads(self.jobs) as threads:
                return lay_beside(
                    folder, made, lambda work, items: watched(threads, self.watch, step, work, items)
                )

    def _tell_catalogue(self, place: bytes) -> None:
        if not is_there(self.catalogue):
            return
        try:
            with opened(self.catalogue, SHORT_PATIENCE_MS) as lent:
                store = find_store(lent, read_identity(place), place)
                if store is not None:
                    with lent.write():
                        follow_log(lent, store)
        except (CatalogueError, StoreError, UsageError) as error:
            self.watch.note(f"The catalogue does not know of it yet: {error.message}.")


def write_query(bag: str, path: str) -> str:
    """Write a request for a timestamp of a bag's strongest tag manifest, which its owner sends; nothing is sent.

    Args:
        bag: Path of the bag, a folder or an archive.
        path: Where to write it; nothing may be there yet.

    Returns:
        The tag manifest's name.

    Raises:
        UsageError: where it is no bag with a tag manifest, or something is at ``path``.
        StoreError: where it cannot be written.
    """
    name, content = _strongest(bag)
    try:
        with new_file(path) as stream:
            stream.write(query(content))
    except FileExistsError:
        raise UsageError(
            f"there is something at {path} already", "It was not touched. Name a file that is not there yet."
        ) from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {reason(error)}", _UNTOLD) from error
    return name


def _strongest(bag: str) -> tuple[str, bytes]:
    with contextlib.closing(source_of(bag)) as source, source.listing(ignore) as listing:
        manifests = () if listing.top is None else read_top(listing.top).manifests
        known = [one for one in manifests if one.of_tags and one.algorithm is not None]
        strongest = pinned_manifest(known)
        if listing.top is None or strongest is None:
            raise UsageError(f"{bag} is no bag with a tag manifest", "Nothing was written.")
        name = strongest.name
        content = b"".join(_bounded(listing.top.blocks(name, ignore), bag))
    return name, content


def _bounded(blocks: Iterator[bytes], bag: str) -> Iterator[bytes]:
    total = 0
    for block in blocks:
        total += len(block)
        if total > MOST_BYTES:
            raise UsageError(
                f"the tag manifest of {bag} is larger than {human_size(MOST_BYTES)}", "Nothing was written."
            )
        yield block


def _refuse_archive(bag: str) -> None:
    if os.path.isfile(bag):
        raise UsageError(
            f"{bag} is an archive, and an archive is not changed",
            "Nothing was written. A signature must lie in the bag to go where it goes, and adding a file would make"
            " another archive of this one. Sign the bag as a folder; ssh-keygen -Y sign can sign the archive as a file.",
        )


def _refuse_name(who: str | None) -> None:
    if who is not None and not is_name(who):
        raise UsageError(
            f"a signer cannot be called {who[:100]!r}",
            "Nothing was written. A name is one word, such as an address, with no blank, comma, quotation mark, *, ?, !"
            " or #.",
        )


def _signed(bag: str, manifest: TagManifest, key: str) -> tuple[bytes, SshSignature]:
    try:
        return ssh_keygen.sign(manifest.content, key)
    except ssh_keygen.SigningError as error:
        raise SigningFailedError(
            f"cannot sign {bag}: {error}",
            f"{_UNTOLD} What ssh-keygen says stands above. For a key that an agent or a device has, name its public key.",
            remedies=[Remedy(Way.AGAIN)],
        ) from error


def _name_beside(key: str) -> str:
    """What the public key beside a key says who has it; nothing where that cannot be a name. No private key is opened."""
    public = key if key.endswith(".pub") else f"{key}.pub"
    try:
        line = filesystem.read_small(filesystem.open_named(os.fsencode(public)), _MOST_PUBLIC_KEY)
        comment = comment_of(line.decode("utf-8"))
    except (OSError, ValueError):
        return ""
    return comment if is_name(comment) else ""


def _listing(
    key: PublicKey, name: str, *, is_given: bool, listed: bytes, found: _Signatures
) -> dict[str, bytes]:
    """The list of signers with a key on it, under the name that it has there unless another was given."""
    text = listed.decode("utf-8", "replace")
    known = next((one.who for one in parse_allowed(text).signers if one.key == key), None)
    found.who = known if known is not None and not is_given else name or key.fingerprint
    line = listed_line(found.who, key)
    lines = [
        one for one in text.split("\n") if one and one != line and not (is_given and one.endswith(key.line))
    ]
    return (
        {SIGNERS: "".join(f"{one}\n" for one in [*lines, line]).encode()}
        if line not in text.split("\n")
        else {}
    )


def _read(path: str) -> bytes:
    try:
        return filesystem.read_small(filesystem.open_named(os.fsencode(path)), _MOST_SIGNATURE)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot read {path}: {why}", "Nothing was written.") from error


def _of_which(
    bag: str, path: str, manifests: tuple[TagManifest, ...], judged: Callable[[bytes], Judgement]
) -> tuple[TagManifest, Judgement]:
    """Say which tag manifest a signature is of: the one that it holds for, or else may be of."""
    found = [(manifest, judged(manifest.content)) for manifest in manifests]
    held = [one for one in found if one[1].state is State.HOLDS]
    named = [one for one in found if one[0].name in os.path.basename(path)]
    possible = [one for one in (*named, *found) if one[1].state is State.UNCHECKED]
    for one in (*held, *possible):
        return one
    raise UsageError(
        f"{path} is no signature of {bag}: {found[0][1].detail}",
        "Nothing was written. It may be of another bag, or of this one before its tag files were changed.",
    )


def _free_place(
    manifest: str, kind: Kind, judgement: Judgement, written: bytes, at: tuple[str, Callable[[str], bytes]]
) -> str:
    """Where a signature is kept: under the tag manifest's name, and where another is there, under one of its own too."""
    name, present = at
    ending = ENDINGS.get(kind, ".sig")
    if kind is Kind.GPG:
        ending = next((one for one in _GPG_ENDINGS if name.lower().endswith(one)), ending)
    if judgement.key is not None:
        return f"{SIGNATURES}{manifest}.{judgement.key.short}{ending}"
    usual = f"{SIGNATURES}{manifest}{ending}"
    if present(usual) in (b"", written):
        return usual
    return f"{SIGNATURES}{manifest}.{hashlib.sha256(written).hexdigest()[:16]}{ending}"


def _facts(bag: str) -> BagFacts | None:
    with contextlib.closing(source_of(bag)) as source, contextlib.suppress(OSError, UnreadableBagError):
        return bag_facts(source, bag)
    return None


def _event(bag: str, name: str, found: _Signatures, run: Run) -> Happened:
    facts = _facts(bag)
    judged = [{"path": path, "kind": one.kind.value, "by": one.by} for path, one in found.judged.items()]
    detail = {
        "path": name,
        "pin": "" if facts is None else facts.pin.hex(),
        "signatures": judged,
        "who": found.who,
    }
    identifier = name if facts is None else facts.identifier
    return Happened("digital signature", rfc3339(run.now()), identifier, "success", detail, run.software)
