"""The names in PAR2 files are found wherever a program for them would find them."""

from __future__ import annotations

import hashlib
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.parity.packets import StrangePacketError, files_in

DESCRIPTION = b"PAR 2.0\0FileDesc"
UNICODE = b"PAR 2.0\0UniFileN"


def names_in(stream: io.BytesIO) -> list[bytes]:
    """Return the names of the files that are found."""
    return [one.name for one in files_in(stream)]


def packet(name: bytes, kind: bytes = DESCRIPTION) -> bytes:
    """Return a sound packet that names a file."""
    padded = name + bytes(-len(name) % 4)
    body = bytes(56 if kind == DESCRIPTION else 16) + padded
    hashed = bytes(16) + kind + body
    return b"PAR2\0PKT" + struct.pack("<Q", 64 + len(body)) + hashlib.md5(hashed).digest() + hashed


@given(
    st.binary(max_size=200), st.lists(st.binary(min_size=1, max_size=40).filter(lambda one: b"\0" not in one))
)
def test_every_sound_packet_is_found_between_anything(noise: bytes, names: list[bytes]) -> None:
    content = noise + noise.join(packet(name) for name in names) + noise
    found = names_in(io.BytesIO(content))
    assert [name for name in found if name in names] == names


@given(st.binary(max_size=4000))
def test_anything_is_read_without_a_fault(content: bytes) -> None:
    assert names_in(io.BytesIO(content)) == []


def test_packets_that_begin_at_the_edge_of_a_block_are_found() -> None:
    for before in range((1 << 20) - 70, (1 << 20) + 2, 3):
        assert names_in(io.BytesIO(bytes(before) + packet(b"data/x"))) == [b"data/x"]


def test_a_packet_within_another_is_found() -> None:
    outer = bytearray(packet(packet(b"../hidden") + b"end"))
    assert b"../hidden" in names_in(io.BytesIO(outer))


def test_a_damaged_packet_is_none() -> None:
    hurt = bytearray(packet(b"../x"))
    hurt[-1] ^= 1
    assert names_in(io.BytesIO(hurt)) == []


def test_names_in_unicode_packets_count() -> None:
    assert names_in(io.BytesIO(packet("../ü".encode("utf-16-le"), UNICODE))) == ["../ü".encode()]


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(StrangePacketError):
        names_in(io.BytesIO(packet(b"x" * 70_000)))


def test_the_digest_of_a_file_is_told_where_the_packet_has_it() -> None:
    body = bytes(16) + b"m" * 16 + bytes(24) + b"data/x\0\0"
    hashed = bytes(16) + DESCRIPTION + body
    made = b"PAR2\0PKT" + struct.pack("<Q", 64 + len(body)) + hashlib.md5(hashed).digest() + hashed
    assert list(files_in(io.BytesIO(made))) == [(b"data/x", b"m" * 16)]
    assert [one.md5 for one in files_in(io.BytesIO(packet("x".encode("utf-16-le"), UNICODE)))] == [None]
