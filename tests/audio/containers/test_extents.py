from __future__ import annotations

import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.containers import extents as extents_module
from archiver.audio.containers.extents import Extents
from archiver.audio.containers.window import Window

FILE = bytes(range(256)) * 4


@given(
    st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 90)), max_size=6),
    st.integers(0, 300),
    st.integers(0, 300),
    st.sampled_from([0, 7, 1 << 16]),
)
def test_a_run_reads_as_its_stretches_joined(
    stretches: list[tuple[int, int]], position: int, length: int, head: int
) -> None:
    before = extents_module._HEAD
    extents_module._HEAD = head
    try:
        run = Extents(Window(io.BytesIO(FILE), len(FILE)), stretches)
        whole = b"".join(FILE[offset : offset + size] for offset, size in stretches)
        assert run.size == len(whole)
        part = whole[position : position + length]
        assert run.read(position, length) == part
        digest = run.digest(position, length)
        assert digest == (hashlib.sha256(part).hexdigest() if position + length <= len(whole) else None)
        if position < len(whole):
            assert FILE[run.absolute(position)] == whole[position]
            assert run.absolute_end(position + 1) == run.absolute(position) + 1
    finally:
        extents_module._HEAD = before
