"""Codes about the files of a bag: B4 presence and fixity, B5 names, B6 fetch.txt, B7 what lies on the disk."""

from __future__ import annotations

from archiver.bagit.findings import FindingKind, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_COMPLETE = "RFC 8493 §3"
_MANIFEST = "RFC 8493 §2.1.3"
_FETCH = "RFC 8493 §2.2.3"
_TRAVERSAL = "RFC 8493 §5.1"
_NAMES = "RFC 8493 §6.1"
_COPY = "Restore it from another copy of the bag."

FILE_KINDS: tuple[FindingKind, ...] = (
    FindingKind("B401", _ERROR, "payload file missing", _COMPLETE, _COPY),
    FindingKind(
        "B402",
        _ERROR,
        "payload file in no manifest",
        _COMPLETE,
        "Move it out of the bag if it was added later.",
    ),
    FindingKind(
        "B403", _ERROR, "payload file absent from one manifest", _MANIFEST, "Ask for a corrected bag."
    ),
    FindingKind("B404", _ERROR, "tag file missing", _COMPLETE, _COPY),
    FindingKind(
        "B405", _WARNING, "file made by an operating system", _NAMES, "Leave such files out of the next bag."
    ),
    FindingKind(
        "B406", _WARNING, "name spelled in another normalisation", _NAMES, "Other tools may call it missing."
    ),
    FindingKind("B411", _ERROR, "payload file is not what was recorded", _COMPLETE, _COPY),
    FindingKind(
        "B412",
        _ERROR,
        "manifests contradict each other",
        _COMPLETE,
        "The file fits one; the other is damaged.",
    ),
    FindingKind("B413", _ERROR, "tag file is not what was recorded", _COMPLETE, _COPY),
    FindingKind(
        "B501",
        _ERROR,
        "path leads out of the bag",
        _TRAVERSAL,
        "Do not unpack or copy this bag; ask its maker.",
    ),
    FindingKind(
        "B502", _ERROR, "path means something else on Windows", _TRAVERSAL, "Ask for a corrected bag."
    ),
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
        _TRAVERSAL,
        "Do not fetch anything for this bag.",
    ),
    FindingKind("B603", _ERROR, "fetch.txt lists a tag file", _FETCH, "Only payload files may be fetched."),
    FindingKind(
        "B604", _ERROR, "fetch.txt lists a file that no manifest has", _FETCH, "Ask for a corrected bag."
    ),
    FindingKind(
        "B605", _ERROR, "payload file not fetched yet", _FETCH, "Get it from its source, then verify again."
    ),
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
    FindingKind("B701", _ERROR, "symbolic link in the bag", _TRAVERSAL, "Put the file itself in its place."),
    FindingKind(
        "B702", _ERROR, "not a regular file", _COMPLETE, "Pipes, sockets and devices do not belong in a bag."
    ),
    FindingKind(
        "B703", _ERROR, "payload folder is not a folder", _TRAVERSAL, "Put the folder itself in its place."
    ),
    FindingKind(
        "B704",
        _ERROR,
        "unreadable folder",
        _COMPLETE,
        "Check its permissions or the disk, then verify again.",
    ),
    FindingKind(
        "B705", _ERROR, "unreadable file", _COMPLETE, "Check its permissions or the disk, then verify again."
    ),
    FindingKind(
        "B706",
        _ERROR,
        "file changed while it was read",
        _COMPLETE,
        "Stop what writes to it, then verify again.",
    ),
    FindingKind(
        "B707",
        _ERROR,
        "file of holes, not read",
        "RFC 8493 §5",
        "If you trust its maker, copy the bag without holes (cp -r --sparse=never) and verify the copy.",
    ),
)
"""The B4 to B7 codes, in order."""

FIXITY_CODES = frozenset({"B411", "B412", "B413", "B706", "B821"})
"""Errors that leave a bag complete, though not valid: every file is there, but not as it was recorded."""
