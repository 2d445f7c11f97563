"""Codes about a bag's parts, its tag files and its manifests: B1 the bag, B2 tag files, B3 manifests.

Severities follow RFC 8493: what it forbids is an error, what it advises against is a warning. Where an older
version of the format allowed what 1.0 forbids, there are two codes, so that a code always weighs the same.
"""

from __future__ import annotations

from archiver.bagit.findings import FindingKind, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_DECLARATION = "RFC 8493 §2.1.1"
_PAYLOAD = "RFC 8493 §2.1.2"
_MANIFEST = "RFC 8493 §2.1.3"
_TAG_MANIFEST = "RFC 8493 §2.2.1"
_METADATA = "RFC 8493 §2.2.2"
_TEXT = "RFC 8493 §2.3"
_ALGORITHM = "RFC 8493 §2.4"
_MAKER = "Ask whoever made the bag for a corrected one"

BAG_KINDS: tuple[FindingKind, ...] = (
    FindingKind(
        "B101",
        _ERROR,
        "no bagit.txt",
        _DECLARATION,
        "Check that the path names the bag's own folder; if it does, restore bagit.txt.",
    ),
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
    FindingKind("B111", _ERROR, "no payload folder", _PAYLOAD, "Restore data/ from another copy of the bag."),
    FindingKind(
        "B112", _ERROR, "no payload manifest", _MANIFEST, f"{_MAKER}: nothing can be checked without one."
    ),
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
    ),
    FindingKind("B207", _ERROR, "Payload-Oxum repeated", _METADATA, f"{_MAKER}."),
    FindingKind(
        "B208", _WARNING, "no Payload-Oxum", _METADATA, "Verify in full; the fast check compares no sizes."
    ),
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
)
"""The B1, B2 and B3 codes, in order."""
