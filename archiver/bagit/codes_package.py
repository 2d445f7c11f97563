"""Codes about what a bag travels in and who receives it: B8 serialized bags, B9 profiles.

RFC 8493 no longer has the section on serialized bags; its rules stand in §4 of the draft for version 0.97, which
every recipient of archives goes by.
"""

from __future__ import annotations

from archiver.bagit.findings import FindingKind, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_ARCHIVE = "BagIt 0.97 §4"
_HOSTILE = "RFC 8493 §5.1"
_MAKER = "Ask whoever made the archive for a corrected one."
_REFUSE = "Do not unpack this archive; ask its maker."


def _profile(section: str) -> str:
    return f"BagIt Profiles 1.4.0, {section}"


PACKAGE_KINDS: tuple[FindingKind, ...] = (
    FindingKind(
        "B801",
        _ERROR,
        "archive cannot be read",
        _ARCHIVE,
        "If it should be a bag, restore it from another copy.",
    ),
    FindingKind("B802", _ERROR, "archive holds more than one folder", _ARCHIVE, _MAKER),
    FindingKind("B803", _ERROR, "archive has no folder at its top", _ARCHIVE, _MAKER),
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
    FindingKind("B821", _ERROR, "member is damaged", _ARCHIVE, "Restore the archive from another copy."),
    FindingKind(
        "B901",
        _ERROR,
        "profile not named",
        _profile("Implementation Details"),
        "Set BagIt-Profile-Identifier.",
    ),
    FindingKind("B902", _ERROR, "required label missing", _profile("Bag-Info"), "Give the label a value."),
    FindingKind("B903", _WARNING, "required label empty", _profile("Bag-Info"), "Give the label a value."),
    FindingKind(
        "B904", _ERROR, "value not accepted", _profile("Bag-Info"), "Use one of the profile's values."
    ),
    FindingKind("B905", _ERROR, "label repeated", _profile("Bag-Info"), "Keep one of them."),
    FindingKind(
        "B906", _INFO, "recommended label missing", _profile("Bag-Info"), "Give it a value if you can."
    ),
    FindingKind("B907", _ERROR, "no bag-info.txt", _profile("Bag-Info"), "Write a bag-info.txt."),
    FindingKind(
        "B911", _ERROR, "required manifest missing", _profile("Manifests-Required"), "Add the algorithm."
    ),
    FindingKind(
        "B912", _ERROR, "manifest not allowed", _profile("Manifests-Allowed"), "Use another algorithm."
    ),
    FindingKind(
        "B913",
        _ERROR,
        "required tag manifest missing",
        _profile("Tag-Manifests-Required"),
        "Add the algorithm.",
    ),
    FindingKind(
        "B914",
        _ERROR,
        "tag manifest not allowed",
        _profile("Tag-Manifests-Allowed"),
        "Use another algorithm.",
    ),
    FindingKind(
        "B921", _ERROR, "fetch.txt not allowed", _profile("Allow-Fetch.txt"), "Put the files into the bag."
    ),
    FindingKind("B922", _ERROR, "fetch.txt required", _profile("Fetch.txt-Required"), "Ask the recipient."),
    FindingKind("B931", _ERROR, "archive required", _profile("Serialization"), "Serialize the bag."),
    FindingKind("B932", _ERROR, "archive not accepted", _profile("Serialization"), "Send the folder itself."),
    FindingKind(
        "B933", _ERROR, "format not accepted", _profile("Accept-Serialization"), "Use a format it accepts."
    ),
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
    ),
    FindingKind("B952", _ERROR, "tag file not allowed", _profile("Tag-Files-Allowed"), "Leave it out."),
    FindingKind(
        "B953", _ERROR, "required payload missing", _profile("Payload-Files-Required"), "Add the file."
    ),
    FindingKind(
        "B954", _ERROR, "payload not allowed", _profile("Payload-Files-Allowed"), "Leave the file out."
    ),
    FindingKind("B955", _ERROR, "payload must be empty", _profile("Data-Empty"), "Ask the recipient."),
    FindingKind("B961", _INFO, "rule not checked", _profile("Implementation Details"), "Check it by hand."),
)
"""The B8 and B9 codes, in order."""
