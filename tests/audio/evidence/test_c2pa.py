"""What a C2PA manifest asserts about training and mining: read where it stands, whatever the manifest's carrier."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.evidence.c2pa import manifest_evidence
from archiver.audio.evidence.cbor import texts
from tests.costs import in_proportion
from tests.running import run_here
from tests.samples import flac, m4a, mp3, wav
from tests.samples.id3 import id3v2, object_frame
from tests.samples.mp4 import box

Nested = Mapping[str, "Nested"] | list["Nested"] | str | int | bytes | bool | None


def head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    return bytes([major << 5 | 25]) + struct.pack(">H", number)


def cbor(value: Nested) -> bytes:
    match value:
        case None | bool():
            return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
        case str():
            return head(3, len(value.encode())) + value.encode()
        case bytes():
            return head(2, len(value)) + value
        case int():
            return head(0, value)
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case _:
            return head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


def jumbf(label: str, *parts: bytes, kind: bytes = b"c2as") -> bytes:
    """A superbox: its description (type, what is set, label), then its content (ISO/IEC 19566-5)."""
    return box("jumb", box("jumd", kind + bytes(12), b"\x03", label.encode() + b"\0"), *parts)


def store(assertion: Nested, label: str = "cawg.training-mining") -> bytes:
    data = jumbf(label, box("cbor", cbor(assertion)), kind=b"cbor")
    other = jumbf("c2pa.actions.v2", box("cbor", cbor({"actions": []})), kind=b"cbor")
    assertions = jumbf("c2pa.assertions", other, data)
    return jumbf("c2pa", jumbf("urn:c2pa:1", assertions, kind=b"c2ma"), kind=b"c2pa")


DENIES: Nested = {
    "entries": {
        "cawg.ai_generative_training": {"use": "notAllowed"},
        "cawg.data_mining": {"use": "constrained", "constraint_info": "only maria@example.org may"},
        "cawg.ai_inference": {"use": "allowed"},
    }
}
OLDER: Nested = {"entries": {"c2pa.ai_training": {"use": "notAllowed"}}}
UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def told(data: bytes) -> list[str | None]:
    blocks = read_blocks(Window(io.BytesIO(data), len(data))).blocks
    return [item.value for item in manifest_evidence(Window(io.BytesIO(data), len(data)), blocks)]


def carried(manifest: bytes) -> dict[str, bytes]:
    frame = object_frame("application/c2pa", "c2pa", "c2pa manifest store", manifest)
    older = object_frame("application/x-c2pa-manifest-store", "c2pa", "c2pa manifest store", manifest)
    uuid = box("uuid", UUID, bytes(4), b"manifest\0", bytes(8), manifest)
    song = m4a()
    start = song.index(b"moov") - 4
    return {
        "mp3": mp3(frames=[frame]),
        "mp3, older type": mp3(frames=[older]),
        "flac": id3v2([frame]) + flac(),
        "wav": wav(chunks=[(b"C2PA", manifest)]),
        "mp4": song[:start] + uuid + song[start:],
    }


CARRIERS = sorted(carried(b""))


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_assertion_is_read_in_every_carrier(carrier: str) -> None:
    assert told(carried(store(DENIES))[carrier]) == [
        "cawg.ai_generative_training=notAllowed",
        "cawg.data_mining=constrained",
        "cawg.ai_inference=allowed",
    ]


def test_the_older_label_is_read_too() -> None:
    assert told(carried(store(OLDER, "c2pa.training-mining__1"))["wav"]) == ["cawg.ai_training=notAllowed"]


@pytest.mark.parametrize(
    ("assertion", "label"),
    [
        (DENIES, "c2pa.actions"),
        (DENIES, "cawg.training-mining-not"),
        ({"metadata": {"cawg.ai_training": {"use": "notAllowed"}}}, "cawg.training-mining"),
        ({"entries": {"cawg.ai_training": {"constraint_info": "notAllowed"}}}, "cawg.training-mining"),
        ({"entries": {"org.example": {"use": "notAllowed"}}}, "cawg.training-mining"),
        ({"entries": ["cawg.ai_training", {"use": "notAllowed"}]}, "cawg.training-mining"),
        ("cawg.ai_training", "cawg.training-mining"),
    ],
)
def test_what_is_no_such_assertion_says_nothing(assertion: Nested, label: str) -> None:
    assert told(carried(store(assertion, label))["wav"]) == []


def test_a_denial_is_not_lost_among_permissions() -> None:
    allows: Nested = {
        "entries": {f"cawg.{name}": {"use": "allowed"} for name in ("data_mining", "ai_training")}
    }
    one = jumbf("cawg.training-mining", box("cbor", cbor(allows)), kind=b"cbor")
    last = jumbf("cawg.training-mining__9", box("cbor", cbor(DENIES)), kind=b"cbor")
    found = told(wav(chunks=[(b"C2PA", jumbf("c2pa", *[one] * 50, last))]))
    assert found[:2] == ["cawg.ai_generative_training=notAllowed", "cawg.data_mining=constrained"]
    assert len(found) == 5


def test_other_members_and_kinds_of_values_are_passed_over() -> None:
    assertion: Nested = {
        "n": [1, None, True, b"x" * 30, {"a": "b"}],
        "entries": {"cawg.ai_training": {"use": "notAllowed"}},
    }
    assert told(carried(store(assertion))["wav"]) == ["cawg.ai_training=notAllowed"]


def test_it_denies_at_once_and_never_allows(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(carried(store(DENIES))["mp3"])
    before = (tmp_path / "a.mp3").read_bytes()
    uses = run_here("explain", tmp_path / "a.mp3", "--json").json["files"][0]["machine_use"]
    assert uses["generative_training"] == uses["data_mining"] == "deny"
    assert uses["inference"] != "allow"
    assert "maria@example.org" not in run_here("explain", tmp_path / "a.mp3", "--json").out
    assert (tmp_path / "a.mp3").read_bytes() == before


@given(st.binary(max_size=120), st.integers(0, 300))
def test_no_bytes_raise(noise: bytes, at: int) -> None:
    manifest = store(DENIES)
    told(wav(chunks=[(b"C2PA", manifest[:at] + noise + manifest[at:])]))
    told(wav(chunks=[(b"C2PA", manifest[:at])]))
    told(wav(chunks=[(b"C2PA", jumbf("cawg.training-mining", box("cbor", noise)))]))


@pytest.mark.parametrize(
    "manifest",
    [
        b"".join(struct.pack(">I4s", 8 * (100_000 - level), b"jumb") for level in range(100_000)),
        jumbf("c2pa", *[jumbf("x")] * 50_000),
        jumbf("cawg.training-mining", box("cbor", b"\x81" * 60_000)),
        jumbf("cawg.training-mining", box("cbor", b"\xbb" + b"\xff" * 8 + b"\0" * 60_000)),
        jumbf("c2pa", *[jumbf("cawg.training-mining", box("cbor", cbor(DENIES)))] * 5000),
        jumbf("c2pa", *[jumbf("cawg.training-mining", box("cbor", bytes(60_000)))] * 100),
    ],
    ids=["depth", "width", "arrays", "a map without end", "assertions", "long assertions"],
)
def test_a_manifest_built_to_be_read_without_end_is_left(manifest: bytes) -> None:
    in_proportion(told, lambda size: wav(chunks=[(b"C2PA", manifest[:size])]), len(manifest))


LEAVES = st.none() | st.booleans() | st.integers(0, 60_000) | st.text(max_size=30) | st.binary(max_size=30)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def under_maps(value: Nested, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(value, str) and path:
        return [(path, value)]
    if not isinstance(value, Mapping):
        return []
    return [found for key, item in value.items() for found in under_maps(item, (*path, key))]


@given(VALUES)
def test_the_texts_of_any_item_come_back_under_their_keys(value: Nested) -> None:
    assert list(texts(cbor(value))) == under_maps(value)


def test_maps_and_arrays_without_a_length_are_read_to_their_end() -> None:
    data = (
        b"\xbf"
        + cbor("a")
        + b"\x9f"
        + cbor("x")
        + b"\xff"
        + cbor("b")
        + b"\xbf\xff"
        + cbor("c")
        + cbor("y")
        + b"\xff"
    )
    assert list(texts(data)) == [(("c",), "y")]
