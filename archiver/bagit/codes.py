"""The registry of finding codes: the one place to look one up and the one way to make a finding.

B1 the bag, B2 tag files, B3 manifests, B4 presence and fixity, B5 names, B6 fetch.txt, B7 what lies on the disk,
B8 serialized bags, B9 profiles.

Severities follow RFC 8493: what it forbids is an error, what it advises against is a warning. Where an older
version of the format allowed what 1.0 forbids, there are two codes, so that a code always weighs the same. RFC 8493
no longer has the section on serialized bags; its rules stand in §4 of the draft for version 0.97, which every
recipient of archives goes by.
"""

from __future__ import annotations

from archiver.bagit.findings import Effect, Finding, FindingKind, Severity, Subject, printable

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_DECLARATION = "RFC 8493 §2.1.1"
_PAYLOAD = "RFC 8493 §2.1.2"
_MANIFEST = "RFC 8493 §2.1.3"
_TAG_MANIFEST = "RFC 8493 §2.2.1"
_METADATA = "RFC 8493 §2.2.2"
_FETCH = "RFC 8493 §2.2.3"
_TEXT = "RFC 8493 §2.3"
_ALGORITHM = "RFC 8493 §2.4"
_COMPLETE = "RFC 8493 §3"
_HOSTILE = "RFC 8493 §5.1"
_NAMES = "RFC 8493 §6.1"
_ARCHIVE = "BagIt 0.97 §4"
_MAKER = "Ask whoever made the bag for a corrected one"
_MAKER_OF_ARCHIVE = "Ask whoever made the archive for a corrected one."
_COPY = "Restore it from another copy of the bag."
_REFUSE = "Do not unpack this archive; ask its maker."


def _profile(section: str) -> str:
    return f"BagIt Profiles 1.4.0, {section}"


_KINDS: tuple[FindingKind, ...] = (
    FindingKind(
        "B101",
        _ERROR,
        "no bagit.txt",
        _DECLARATION,
        "Check that the path names the bag's own folder; if it does, restore bagit.txt.",
    ).says(Subject.BAG, Effect.MISSING),
    FindingKind("B102", _ERROR, "bag cannot be opened", "RFC 8493 §2", "Check the path and its permissions."),
    FindingKind("B103", _ERROR, "bagit.txt starts with a byte-order mark", _DECLARATION, f"{_MAKER}."),
    FindingKind("B104", _ERROR, "bagit.txt is not the two lines it must be", _DECLARATION, f"{_MAKER}."),
    FindingKind("B105", _ERROR, "no BagIt version", _DECLARATION, f"{_MAKER}; it must read like 1.0."),
    FindingKind("B106", _ERROR, "unknown BagIt version", _DECLARATION, "Known are 0.93 to 0.97 and 1.0."),
    FindingKind("B107", _ERROR, "no tag-file encoding", _DECLARATION, f"{_MAKER}; UTF-8 was assumed."),
    FindingKind("B108", _ERROR, "unknown tag-file encoding", _DECLARATION, f"{_MAKER}; UTF-8 was assumed."),
    FindingKind(
        "B109", _WARNING, "bagit.txt spaced unusually", _DECLARATION, "Version 1.0 no longer allows it."
    ),
    FindingKind("B110", _INFO, "tag files are not in UTF-8", _DECLARATION, "UTF-8 is advised for new bags."),
    FindingKind(
        "B111", _ERROR, "no payload folder", _PAYLOAD, "Restore data/ from another copy of the bag."
    ).says(Subject.PAYLOAD, Effect.MISSING),
    FindingKind(
        "B112", _ERROR, "no payload manifest", _MANIFEST, f"{_MAKER}: nothing can be checked without one."
    ).says(Subject.MANIFEST, Effect.MISSING),
    FindingKind("B113", _INFO, "empty payload", _PAYLOAD, "Nothing to do, if that is what was meant."),
    FindingKind(
        "B114", _INFO, "empty folders", _MANIFEST, "A bag keeps files only; a .keep file keeps a folder."
    ),
    FindingKind(
        "B115", _ERROR, "check could not be finished", "RFC 8493 §3", "Mend the cause named and verify again."
    ),
    FindingKind(
        "B201", _ERROR, "malformed line", _METADATA, f"{_MAKER}; each line must read 'Label: value'."
    ),
    FindingKind("B202", _ERROR, "text not in the declared encoding", _TEXT, f"{_MAKER}."),
    FindingKind(
        "B203", _ERROR, "line too long to read", _TEXT, "Look at the file; no honest tool writes such a line."
    ),
    FindingKind(
        "B204", _WARNING, "byte-order mark in a UTF-8 tag file", _TEXT, "It was skipped; other tools stumble."
    ),
    FindingKind("B205", _ERROR, "Payload-Oxum malformed", _METADATA, f"{_MAKER}; it must read OCTETS.FILES."),
    FindingKind(
        "B206", _ERROR, "Payload-Oxum is wrong", _METADATA, "Files were lost, added or changed in size."
    ).says(Subject.TAG_FILE, Effect.MISCOUNTED),
    FindingKind("B207", _ERROR, "Payload-Oxum repeated", _METADATA, f"{_MAKER}."),
    FindingKind(
        "B208", _WARNING, "no Payload-Oxum", _METADATA, "Verify in full; the fast check compares no sizes."
    ).says(Subject.TAG_FILE, Effect.UNCOUNTED),
    FindingKind(
        "B209", _WARNING, "label should not be repeated", _METADATA, "Tools differ on which value they use."
    ),
    FindingKind("B210", _ERROR, "space before the colon", _METADATA, f"{_MAKER}; older versions allowed it."),
    FindingKind(
        "B211", _WARNING, "date not in the form YYYY-MM-DD", _METADATA, "Correct it in the next bag."
    ),
    FindingKind(
        "B212", _WARNING, "Bag-Count not in the form N of T", _METADATA, "Correct it in the next bag."
    ),
    FindingKind(
        "B213",
        _WARNING,
        "tag file too large to read in full",
        _METADATA,
        "Its checksum was verified all the same.",
    ),
    FindingKind(
        "B214",
        _WARNING,
        "last line without an end",
        _TEXT,
        "It was read; look whether the file was cut short.",
    ),
    FindingKind(
        "B215", _ERROR, "no space after the colon", _METADATA, f"{_MAKER}; older versions allowed it."
    ),
    FindingKind(
        "B301", _ERROR, "malformed manifest line", _MANIFEST, f"{_MAKER}; a line is a digest and a path."
    ),
    FindingKind("B302", _ERROR, "digest of the wrong length", _MANIFEST, f"{_MAKER}; the line may be cut."),
    FindingKind(
        "B303",
        _ERROR,
        "unknown checksum algorithm",
        _ALGORITHM,
        "Its digests cannot be checked with this program.",
    ),
    FindingKind(
        "B304",
        _WARNING,
        "algorithm not spelled as it must be",
        _ALGORITHM,
        "Lower case, letters and digits only.",
    ),
    FindingKind("B305", _ERROR, "two manifests for one algorithm", _MANIFEST, f"{_MAKER}."),
    FindingKind(
        "B306",
        _WARNING,
        "md5sum marker before the path",
        "RFC 8493 §6.1",
        "It was skipped; other tools stumble.",
    ),
    FindingKind("B307", _WARNING, "path starts with ./", _MANIFEST, "It was skipped; other tools stumble."),
    FindingKind(
        "B308",
        _WARNING,
        "percent sign not encoded",
        _MANIFEST,
        "A tool that decodes it may look for another name.",
    ),
    FindingKind("B309", _WARNING, "blank line", _MANIFEST, "Harmless, but no manifest should have one."),
    FindingKind("B310", _ERROR, "listed twice with different digests", _MANIFEST, f"{_MAKER}."),
    FindingKind(
        "B311", _ERROR, "listed twice", _MANIFEST, f"{_MAKER}; version 1.0 wants each file exactly once."
    ),
    FindingKind(
        "B312", _WARNING, "listed twice with the same digest", _MANIFEST, "Version 1.0 no longer allows it."
    ),
    FindingKind(
        "B313", _ERROR, "payload manifest lists a tag file", _MANIFEST, f"{_MAKER}; only data/ belongs there."
    ),
    FindingKind("B314", _ERROR, "tag manifest lists a payload file", _TAG_MANIFEST, f"{_MAKER}."),
    FindingKind("B315", _ERROR, "tag manifest lists a tag manifest", _TAG_MANIFEST, f"{_MAKER}."),
    FindingKind(
        "B316",
        _ERROR,
        "tag manifest omits a payload manifest",
        _TAG_MANIFEST,
        f"{_MAKER}; it is unprotected.",
    ),
    FindingKind(
        "B317", _WARNING, "older tag manifest omits a payload manifest", _TAG_MANIFEST, "It is unprotected."
    ),
    FindingKind(
        "B318", _ERROR, "manifest lists a folder", _MANIFEST, f"{_MAKER}; a .keep file keeps a folder."
    ),
    FindingKind(
        "B319", _INFO, "only weak checksums", _ALGORITHM, "MD5 and SHA-1 find accidents, not forgeries."
    ),
    FindingKind(
        "B320", _WARNING, "no tag manifest", _TAG_MANIFEST, "Tag files and manifests are unprotected."
    ),
    FindingKind(
        "B321", _INFO, "tag file in no tag manifest", _TAG_MANIFEST, "Allowed; a change to it goes unnoticed."
    ),
    FindingKind(
        "B322", _WARNING, "tag manifests list different files", _TAG_MANIFEST, "They should list the same."
    ),
    FindingKind(
        "B323", _WARNING, "digest in mixed case", _MANIFEST, "Allowed, but a sign of damage to the line."
    ),
    FindingKind(
        "B324",
        _WARNING,
        "tag manifests use other algorithms",
        _TAG_MANIFEST,
        "They should use those of the payload manifests.",
    ),
    FindingKind("B401", _ERROR, "payload file missing", _COMPLETE, _COPY).says(Subject.FILE, Effect.MISSING),
    FindingKind(
        "B402",
        _ERROR,
        "payload file in no manifest",
        _COMPLETE,
        "Move it out of the bag if it was added later.",
    ).says(Subject.FILE, Effect.ADDED),
    FindingKind(
        "B403", _ERROR, "payload file absent from one manifest", _MANIFEST, "Ask for a corrected bag."
    ),
    FindingKind("B404", _ERROR, "tag file missing", _COMPLETE, _COPY).says(Subject.TAG_FILE, Effect.MISSING),
    FindingKind(
        "B405", _WARNING, "file made by an operating system", _NAMES, "Leave such files out of the next bag."
    ),
    FindingKind(
        "B406", _WARNING, "name spelled in another normalisation", _NAMES, "Other tools may call it missing."
    ),
    FindingKind("B411", _ERROR, "payload file is not what was recorded", _COMPLETE, _COPY).says(
        Subject.FILE, Effect.CHANGED
    ),
    FindingKind(
        "B412",
        _ERROR,
        "manifests contradict each other",
        _COMPLETE,
        "The file fits one; the other is damaged.",
    ).says(Subject.FILE, Effect.CHANGED),
    FindingKind("B413", _ERROR, "tag file is not what was recorded", _COMPLETE, _COPY).says(
        Subject.TAG_FILE, Effect.CHANGED
    ),
    FindingKind(
        "B414",
        _ERROR,
        "not the bag that was recorded elsewhere",
        "RFC 8493 §5",
        "It was changed and made valid again, or another bag stands in its place: compare it with another copy.",
    ).says(Subject.MANIFEST, Effect.CHANGED),
    FindingKind(
        "B501",
        _ERROR,
        "path leads out of the bag",
        _HOSTILE,
        "Do not unpack or copy this bag; ask its maker.",
    ),
    FindingKind("B502", _ERROR, "path means something else on Windows", _HOSTILE, "Ask for a corrected bag."),
    FindingKind("B503", _WARNING, "name with a backslash or colon", _NAMES, "Unpack on Linux or macOS only."),
    FindingKind("B504", _INFO, "name that Windows cannot hold", _NAMES, "Unpack on Linux or macOS."),
    FindingKind("B505", _WARNING, "names differ only by case", _NAMES, "Unpack where case is kept apart."),
    FindingKind(
        "B506",
        _WARNING,
        "names differ only by normalisation",
        _NAMES,
        "Unpack where such names are kept apart.",
    ),
    FindingKind(
        "B601", _ERROR, "malformed line in fetch.txt", _FETCH, "A line is a URL, a length or '-', and a path."
    ),
    FindingKind(
        "B602",
        _ERROR,
        "path in fetch.txt leads out of the bag",
        _HOSTILE,
        "Do not fetch anything for this bag.",
    ),
    FindingKind("B603", _ERROR, "fetch.txt lists a tag file", _FETCH, "Only payload files may be fetched."),
    FindingKind(
        "B604", _ERROR, "fetch.txt lists a file that no manifest has", _FETCH, "Ask for a corrected bag."
    ),
    FindingKind(
        "B605", _ERROR, "payload file not fetched yet", _FETCH, "Get it from its source, then verify again."
    ).says(Subject.FILE, Effect.MISSING),
    FindingKind(
        "B606", _WARNING, "listed twice in fetch.txt", _FETCH, "Use either address; the digest decides."
    ),
    FindingKind(
        "B607",
        _WARNING,
        "address not to be fetched",
        "RFC 8493 §5.2",
        "Look at it before you use any tool that fetches.",
    ),
    FindingKind(
        "B608", _WARNING, "length differs from fetch.txt", _FETCH, "The digest decides; the list may be old."
    ),
    FindingKind(
        "B701", _ERROR, "symbolic link in the bag", _HOSTILE, "Put the file itself in its place."
    ).says(Subject.FILE, Effect.ADDED),
    FindingKind(
        "B702", _ERROR, "not a regular file", _COMPLETE, "Pipes, sockets and devices do not belong in a bag."
    ).says(Subject.FILE, Effect.ADDED),
    FindingKind(
        "B703", _ERROR, "payload folder is not a folder", _HOSTILE, "Put the folder itself in its place."
    ),
    FindingKind(
        "B704",
        _ERROR,
        "unreadable folder",
        _COMPLETE,
        "Check its permissions or the disk, then verify again.",
    ).says(Subject.FOLDER, Effect.UNREADABLE),
    FindingKind(
        "B705", _ERROR, "unreadable file", _COMPLETE, "Check its permissions or the disk, then verify again."
    ).says(Subject.FILE, Effect.UNREADABLE),
    FindingKind(
        "B706",
        _ERROR,
        "file changed while it was read",
        _COMPLETE,
        "Stop what writes to it, then verify again.",
    ).says(Subject.FILE, Effect.CHANGED),
    FindingKind(
        "B707",
        _ERROR,
        "file of holes, not read",
        "RFC 8493 §5",
        "If you trust its maker, copy the bag without holes (cp -r --sparse=never) and verify the copy.",
    ).says(Subject.FILE, Effect.UNREAD),
    FindingKind(
        "B801",
        _ERROR,
        "archive cannot be read",
        _ARCHIVE,
        "If it should be a bag, restore it from another copy.",
    ),
    FindingKind("B802", _ERROR, "archive holds more than one folder", _ARCHIVE, _MAKER_OF_ARCHIVE),
    FindingKind("B803", _ERROR, "archive has no folder at its top", _ARCHIVE, _MAKER_OF_ARCHIVE),
    FindingKind("B804", _WARNING, "archive and folder differ in name", _ARCHIVE, "Rename the archive."),
    FindingKind("B811", _ERROR, "unsafe name in the archive", _HOSTILE, _REFUSE),
    FindingKind("B812", _ERROR, "link in the archive", _HOSTILE, _REFUSE),
    FindingKind("B813", _ERROR, "member is no regular file", _HOSTILE, _REFUSE),
    FindingKind("B814", _ERROR, "member stands twice", _HOSTILE, _REFUSE),
    FindingKind("B815", _ERROR, "member is a file and a folder", _HOSTILE, _REFUSE),
    FindingKind(
        "B816",
        _ERROR,
        "archive unpacks to too much",
        _HOSTILE,
        "If you trust its maker, unpack it where there is room and verify the folder.",
    ),
    FindingKind("B817", _ERROR, "encrypted member", _ARCHIVE, "Ask for an archive without encryption."),
    FindingKind(
        "B818",
        _ERROR,
        "stored in a way that is not read here",
        _ARCHIVE,
        "Unpack it with the program it was made with and verify the folder, or ask for a plain tar archive.",
    ),
    FindingKind("B819", _ERROR, "archive contradicts itself", _HOSTILE, _REFUSE),
    FindingKind(
        "B820", _WARNING, "bytes outside the archive", _HOSTILE, "Look at what was added to the file."
    ),
    FindingKind("B821", _ERROR, "member is damaged", _ARCHIVE, "Restore the archive from another copy.").says(
        Subject.FILE, Effect.CHANGED
    ),
    FindingKind(
        "B901",
        _ERROR,
        "profile not named",
        _profile("Implementation Details"),
        "Set BagIt-Profile-Identifier.",
    ),
    FindingKind(
        "B902", _ERROR, "required label missing", _profile("Bag-Info"), "Give the label a value."
    ).says(Subject.LABEL, Effect.REQUIRED),
    FindingKind(
        "B903", _WARNING, "required label empty", _profile("Bag-Info"), "Give the label a value."
    ).says(Subject.LABEL, Effect.REQUIRED),
    FindingKind(
        "B904", _ERROR, "value not accepted", _profile("Bag-Info"), "Use one of the profile's values."
    ).says(Subject.LABEL, Effect.REQUIRED),
    FindingKind("B905", _ERROR, "label repeated", _profile("Bag-Info"), "Keep one of them."),
    FindingKind(
        "B906", _INFO, "recommended label missing", _profile("Bag-Info"), "Give it a value if you can."
    ),
    FindingKind("B907", _ERROR, "no bag-info.txt", _profile("Bag-Info"), "Write a bag-info.txt."),
    FindingKind(
        "B911", _ERROR, "required manifest missing", _profile("Manifests-Required"), "Add the algorithm."
    ).says(Subject.ALGORITHM, Effect.REQUIRED),
    FindingKind(
        "B912", _ERROR, "manifest not allowed", _profile("Manifests-Allowed"), "Use another algorithm."
    ).says(Subject.ALGORITHM, Effect.REFUSED),
    FindingKind(
        "B913",
        _ERROR,
        "required tag manifest missing",
        _profile("Tag-Manifests-Required"),
        "Add the algorithm.",
    ).says(Subject.ALGORITHM, Effect.REQUIRED),
    FindingKind(
        "B914",
        _ERROR,
        "tag manifest not allowed",
        _profile("Tag-Manifests-Allowed"),
        "Use another algorithm.",
    ).says(Subject.ALGORITHM, Effect.REFUSED),
    FindingKind(
        "B921", _ERROR, "fetch.txt not allowed", _profile("Allow-Fetch.txt"), "Put the files into the bag."
    ),
    FindingKind("B922", _ERROR, "fetch.txt required", _profile("Fetch.txt-Required"), "Ask the recipient."),
    FindingKind("B931", _ERROR, "archive required", _profile("Serialization"), "Serialize the bag.").says(
        Subject.ARCHIVE, Effect.REQUIRED
    ),
    FindingKind(
        "B932", _ERROR, "archive not accepted", _profile("Serialization"), "Send the folder itself."
    ).says(Subject.ARCHIVE, Effect.REFUSED),
    FindingKind(
        "B933", _ERROR, "format not accepted", _profile("Accept-Serialization"), "Use a format it accepts."
    ).says(Subject.ARCHIVE, Effect.REQUIRED),
    FindingKind(
        "B934",
        _ERROR,
        "archive must be named as its folder",
        _profile("Serialization; APTrust's tarDirMustMatchName"),
        "Rename the archive.",
    ),
    FindingKind(
        "B941", _ERROR, "version not accepted", _profile("Accept-BagIt-Version"), "Ask the recipient."
    ),
    FindingKind(
        "B951", _ERROR, "required tag file missing", _profile("Tag-Files-Required"), "Add the tag file."
    ).says(Subject.TAG_FILE, Effect.REQUIRED),
    FindingKind("B952", _ERROR, "tag file not allowed", _profile("Tag-Files-Allowed"), "Leave it out.").says(
        Subject.TAG_FILE, Effect.REFUSED
    ),
    FindingKind(
        "B953", _ERROR, "required payload missing", _profile("Payload-Files-Required"), "Add the file."
    ).says(Subject.FILE, Effect.REQUIRED),
    FindingKind(
        "B954", _ERROR, "payload not allowed", _profile("Payload-Files-Allowed"), "Leave the file out."
    ).says(Subject.FILE, Effect.REFUSED),
    FindingKind("B955", _ERROR, "payload must be empty", _profile("Data-Empty"), "Ask the recipient."),
    FindingKind("B961", _INFO, "rule not checked", _profile("Implementation Details"), "Check it by hand."),
)

FINDING_KINDS: dict[str, FindingKind] = {kind.code: kind for kind in _KINDS}
"""Every code, in order. ``docs/reference/bagit-findings.md`` is made from it."""


def found(code: str, path: str, message: str) -> Finding:
    """Make the finding ``code`` about ``path``; severity and specification come from the registry.

    Whatever in ``message`` does not print is escaped.
    """
    kind = FINDING_KINDS[code]
    return Finding(kind.code, kind.severity, path, printable(message), kind.spec)
