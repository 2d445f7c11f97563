"""What a C2PA manifest asserts about training and data mining, read by its label. No signature is checked.

JUMBF boxes: ISO/IEC 19566-5, C2PA specification 2.1 section 11. The assertion: CAWG Training and Data Mining
Assertion 1.1, and ``c2pa.training-mining`` of C2PA 1.4, whose entries mean the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.evidence.cbor import texts
from archiver.audio.evidence.fields import Field, fields_of
from archiver.audio.evidence.machine_use import is_manifest, signal_key
from archiver.audio.evidence.observe import observe
from archiver.model.audio import TagBlock
from archiver.model.evidence import Evidence

_LABELS = frozenset({"cawg.training-mining", "c2pa.training-mining"})
_INSTANCE = "__"
_SEARCHED = 4096
_MAX_BOXES = 10_000
_MAX_ASSERTIONS = 100
_MAX_ASSERTION = 64 << 10
_LONGEST_LABEL = 256
_TYPE_BYTES, _HAS_LABEL = 16, 0x02
_ENTRIES, _USE = "entries", "use"
_ALLOWED = "allowed"
_LONGEST_USE = 40


def manifest_evidence(window: Window, blocks: Sequence[TagBlock]) -> Iterator[Evidence]:
    """What the training and data mining assertions in a file's manifests say, as ``key=value``, each once.

    An assertion of an ingredient counts like one of the file: what comes out can only reserve. What reserves comes
    first, so that no number of permissions can push it out of a list that is cut.
    """
    found: dict[tuple[str, str], str] = {}
    for field in fields_of(blocks):
        if is_manifest(field):
            for label, assertion in _assertions(window, field):
                data = window.read(assertion.payload, min(assertion.end - assertion.payload, _MAX_ASSERTION))
                for entry in _entries(data):
                    found.setdefault(entry, f"{field.locator}.{label}@{assertion.offset}")
    for (key, use), locator in sorted(found.items(), key=lambda item: item[0][1] == _ALLOWED):
        yield observe("machine-signal", locator, f"{key}={use}")


def _assertions(window: Window, field: Field) -> Iterator[tuple[str, Element]]:
    """The label and the CBOR box of each such assertion in one manifest store."""
    start, end = field.frame.offset, field.frame.offset + field.frame.length
    at = window.read(start, min(_SEARCHED, field.frame.length)).find(b"jumb")
    waiting = [(start + at - 4, end)] if at >= 4 else []
    left, found = _MAX_BOXES, 0
    while waiting:
        for box in boxes(window, *waiting.pop()):
            left -= 1
            if left < 0 or found == _MAX_ASSERTIONS:
                return
            if box.id != b"jumb":
                continue
            label, content = _label(window, box)
            if label not in _LABELS:
                waiting.append((content, box.end))
                continue
            assertion = next(boxes(window, content, box.end), None)
            if assertion is not None and assertion.id == b"cbor":
                found += 1
                yield label, assertion


def _label(window: Window, superbox: Element) -> tuple[str, int]:
    """A superbox's label without the number of its instance, and where its content begins."""
    description = next(boxes(window, superbox.payload, superbox.end), None)
    if description is None or description.id != b"jumd":
        return "", superbox.payload
    at = description.payload + _TYPE_BYTES
    head = window.read(at, min(description.end - at, 1 + _LONGEST_LABEL))
    if not head or not head[0] & _HAS_LABEL:
        return "", description.end
    label = head[1:].partition(b"\0")[0].decode("utf-8", "replace")
    return label.partition(_INSTANCE)[0], description.end


def _entries(data: bytes) -> Iterator[tuple[str, str]]:
    for path, text in texts(data):
        if path[:1] == (_ENTRIES,) and path[2:] == (_USE,):
            key = signal_key(path[1])
            if key is not None:
                yield key, text[:_LONGEST_USE]
