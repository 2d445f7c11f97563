"""A run of samples in a fragment that is shorter than its flags say is broken, and nothing is read beyond it."""

from __future__ import annotations

import struct

import pytest

from archiver.audio.bitstream import mp4_fragments
from archiver.audio.bitstream.mp4_fragments import BrokenFragmentError


@pytest.mark.parametrize("flags", [0x001, 0x004, 0x005, 0x100, 0x205, 0xF05])
@pytest.mark.parametrize("count", [0, 1, 1 << 31])
def test_a_run_that_is_cut_short_is_told_as_broken(flags: int, count: int) -> None:
    fragment = mp4_fragments._Fragment(1, 0, 1024, 100)
    data = struct.pack(">II", flags, count)
    if flags >= 0x100 and not flags & 5 and not count:
        return  # nothing is missing
    with pytest.raises(BrokenFragmentError, match="a run of samples is cut short"):
        mp4_fragments._run(data, fragment, 0, None)
