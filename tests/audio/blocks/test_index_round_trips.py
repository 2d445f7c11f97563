"""Whatever values are written into a tag are found, each at its bytes and with their digest."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.containers.inner import InnerDigest, Synchroniser, Unbaser
from archiver.model.audio import TagBlock
from tests.audio.blocks.everything import AUDIO, asf_attributes, raw_frame, tag, wide
from tests.audio.blocks.payloads import header_bytes
from tests.audio.blocks.reading import read, sha256
from tests.samples import apev2, flac, m4a, wav, wma
from tests.samples.asf import header_extension
from tests.samples.comments import comment_block, picture_block
from tests.samples.id3 import described_frame, id3v2, picture_frame
from tests.samples.images import Picture
from tests.samples.matroska import element, matroska, simple_tag
from tests.samples.matroska import tags as matroska_tags
from tests.samples.mp4 import freeform_atom
from tests.samples.ogg import ogg_stream

# letters of every script; no control characters, which formats end their texts with
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
NAMES = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=2, max_size=12).filter(
    lambda name: name not in ("COVERART", "TAG", "ID", "MP", "OGGS")
)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=12)
UNIQUE = st.dictionaries(NAMES, VALUES, max_size=12)
BYTES = st.binary(min_size=1, max_size=300) | st.lists(
    st.sampled_from([b"\xff", b"\0", b"\xe0", b"x"]), min_size=1
).map(b"".join)


def frames_of(data: bytes, kind: str, block_kind: str) -> list[tuple[str, str | None]]:
    """Keys and texts of one sort of block, each frame proved to stand where it says."""
    blocks = [block for block in read(data, kind).blocks if block.kind == block_kind]
    for block in blocks:
        stands_where_it_says(data, block)
    return [(frame.id, frame.text) for block in blocks for frame in block.frames]


def stands_where_it_says(data: bytes, block: TagBlock) -> None:
    for frame in block.frames:
        stored = data[frame.offset : frame.offset + frame.length]
        assert sha256(stored[header_bytes(block, frame, stored) :]) == frame.sha256


@given(PAIRS, st.sampled_from([2, 3, 4]), st.booleans(), st.integers(0, 40))
def test_id3v2(pairs: list[tuple[str, str]], version: int, unsynchronised: bool, padding: int) -> None:  # noqa: FBT001 - drawn
    # in UTF-16: Latin-1 that could be UTF-8 is read as that, for so many writers say the one and mean the other
    frames = [
        ("TXX" if version == 2 else "TXXX", described_frame("TXXX", name, value, encoding=1)[1])
        for name, value in pairs
    ]
    data = id3v2(frames, version=version, unsynchronised=unsynchronised, padding=padding) + AUDIO
    expected = [(f"{frames[0][0]}:{name}", value) for name, value in pairs]
    assert frames_of(data, "mp3", f"id3v2.{version}") == expected


@given(PAIRS, st.sampled_from([0, 500, 5000]))
def test_comments_of_flac_and_ogg(pairs: list[tuple[str, str]], more: int) -> None:
    written = [*pairs, ("LONG", "x" * more)]
    assert frames_of(flac(dict(written)), "flac", "vorbis-comment")[1:] == list(dict(written).items())
    packet = b"OpusTags" + comment_block(written)
    data = ogg_stream([([b"OpusHead\1\1" + bytes(9)], 0), ([packet], 0), ([b"x"], 960)])
    (block,) = read(data, "ogg-opus").blocks
    assert [(frame.id, frame.text) for frame in block.frames[1:]] == written
    for frame, (name, value) in zip(block.frames[1:], written, strict=True):
        assert frame.sha256 == sha256(f"{name}={value}".encode())


@given(
    st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=4), max_size=10),
    st.booleans(),
    st.booleans(),
)
def test_apev2(items: dict[str, list[str]], header: bool, leading: bool) -> None:  # noqa: FBT001 - drawn
    written = apev2(items, header=header or leading)
    data = written + AUDIO if leading else AUDIO + written
    assert frames_of(data, "mp3", "apev2") == [(key, "\0".join(values)) for key, values in items.items()]


@given(st.lists(st.tuples(NAMES, st.lists(VALUES, min_size=1, max_size=4)), max_size=10))
def test_mp4(items: list[tuple[str, list[str]]]) -> None:
    data = m4a(atoms=[*(freeform_atom(name, *values) for name, values in items), freeform_atom("LAST", "x")])
    found = frames_of(data, "mp4", "mp4-ilst")[:-1]
    assert found == [(f"----:com.apple.iTunes:{name}", "\0".join(values)) for name, values in items]


@given(st.dictionaries(st.text(st.sampled_from("ABCDEFGHIJ"), min_size=4, max_size=4), VALUES, max_size=10))
def test_riff_information(info: dict[str, str]) -> None:
    assert frames_of(wav(info), "wav", "riff-info") == list(info.items())


@given(UNIQUE, st.lists(st.tuples(NAMES, VALUES, st.integers(0, 127)), max_size=8))
def test_asf(extended: dict[str, str], attributes: list[tuple[str, str, int]]) -> None:
    library = asf_attributes(
        *((name, 0, wide(value), stream, 0) for name, value, stream in attributes), library=True
    )
    data = wma(extended, objects=[header_extension(library)])
    assert frames_of(data, "asf", "asf-extended") == list(extended.items())
    expected = [(f"{name}:{stream}:" if stream else name, value) for name, value, stream in attributes]
    assert frames_of(data, "asf", "asf-metadata-library") == expected


@given(PAIRS)
def test_matroska(pairs: list[tuple[str, str]]) -> None:
    data = matroska(matroska_tags(*(simple_tag(name, value) for name, value in pairs)))
    found = [block for block in read(data, "matroska").blocks if block.kind == "matroska-tags"]
    assert [(frame.id, frame.text) for block in found for frame in block.frames] == pairs
    for frame, (name, value) in zip(found[0].frames, pairs, strict=True):
        stored = data[frame.offset : frame.offset + frame.length]
        assert stored == simple_tag(name, value)
        assert frame.sha256 == sha256(value.encode())


@given(
    BYTES,
    st.text(st.characters(max_codepoint=0x2000, exclude_categories=("Cs", "Cc")), max_size=20),
    st.integers(0, 6000),
)
def test_a_picture_has_the_digest_of_its_own_bytes(picture: bytes, words: str, more: int) -> None:
    picture += b"\xff\x00" * (more // 2)
    shown = Picture(picture, mime="image/png", description=words)
    apic = picture_frame(shown)
    encoded = base64.b64encode(picture_block(shown)).decode()
    comments = comment_block([("METADATA_BLOCK_PICTURE", encoded)])
    length = struct.pack(">I", len(apic[1]))
    files: Sequence[tuple[bytes, str]] = (
        (id3v2([apic]) + AUDIO, "mp3"),
        (id3v2([apic], version=3, unsynchronised=True) + AUDIO, "mp3"),
        (tag(raw_frame("APIC", apic[1].replace(b"\xff", b"\xff\0"), b"\0\x02")) + AUDIO, "mp3"),
        (tag(b"APIC" + length + b"\0\0" + apic[1], version=3) + AUDIO, "mp3"),
        (flac(pictures=[shown]), "flac"),
        (m4a(pictures=[shown]), "mp4"),
        (AUDIO + apev2(binary={"Cover Art (Front)": b"a.png\0" + picture}), "mp3"),
        (ogg_stream([([b"OpusHead\1\1" + bytes(9)], 0), ([b"OpusTags" + comments], 0), ([b"x"], 960)]), "ogg-opus"),
        (matroska(element("1941A469", element("61A7", element("466E", b"a"), element("4660", b"image/png"), element("465C", picture)))), "matroska"),
    )  # fmt: skip
    for data, kind in files:
        found = [one for block in read(data, kind).blocks for frame in block.frames for one in frame.pictures]
        assert [(one.sha256, one.size_bytes) for one in found] == [(sha256(picture), len(picture))], kind


@given(BYTES, st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(0, 10), st.booleans())
def test_a_part_is_digested_alike_however_it_passes_by(
    content: bytes,
    steps: list[int],
    skip: int,
    unsynchronised: bool,  # noqa: FBT001 - drawn
) -> None:
    stored = content.replace(b"\xff", b"\xff\0") if unsynchronised else base64.b64encode(content)
    part = InnerDigest(skip, None, Synchroniser() if unsynchronised else Unbaser(), bare=3)
    passing = b"key" + stored
    at = 0
    for step in [*steps, len(passing)]:
        part.update(passing[at : at + step])
        at += step
    expected = content[skip:]
    assert part.sha256() == (sha256(expected) if expected else None)
