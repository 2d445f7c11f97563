"""Where the samples of a sound track lie and when they are heard, by its tables (ISO/IEC 14496-12, section 8.6 and 8.7).

Tables are read as far as a budget allows. What contradicts itself is said, not mended.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import mul

from archiver.audio.containers.boxes import child
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import MAX_READ, Window

MOST_TABLE_BYTES = 24 << 20
"""Bytes of tables that are read in one file: six million samples of sound, which are forty hours of AAC."""

MOST_CHUNKS = 1 << 19
"""Chunks of all tracks of a file that are looked at."""

_SIZE_TABLES = (b"stsz", b"stz2")
_HIGH_HALF, _LOW_HALF = bytes(byte >> 4 for byte in range(256)), bytes(byte & 15 for byte in range(256))
_SELF_CONTAINED = 1
_SOUND_FIXED = 28
_LAWS = frozenset((b"ulaw", b"alaw"))
_PCM = frozenset((b"raw ", b"twos", b"sowt", b"NONE", b"in24", b"in32", b"fl32", b"fl64", b"lpcm"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the tables.

    Attributes:
        what: One plain clause.
        offset: Byte offset of the box.
    """

    what: str
    offset: int


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of a track: its samples in a row.

    Attributes:
        offsets: Byte offset of each.
        lengths: Bytes of each.
        counts: Samples in each.
    """

    offsets: Sequence[int]
    lengths: Sequence[int]
    counts: Sequence[int]


@dataclass(slots=True)
class SampleTable:
    """What the tables of one track say.

    Attributes:
        scale: Ticks of a second.
        stated: Ticks that the track lasts by its header, 0 where that is left open.
        run_counts: Samples in a row that last equally long.
        run_steps: How many ticks each of them lasts.
        sizes: Bytes of each sample; empty where all have ``size``.
        size: Bytes that every sample has, or 0.
        count: Samples in all.
        chunks: Where they lie; ``None`` where that cannot be known.
        faults: What is wrong.
        elsewhere: Whether the samples lie in another file.
        unread: Whether tables were too long to be read.
    """

    scale: int = 0
    stated: int = 0
    run_counts: Sequence[int] = ()
    run_steps: Sequence[int] = ()
    sizes: Sequence[int] = ()
    size: int = 0
    count: int = 0
    chunks: Chunks | None = None
    faults: list[Fault] = field(default_factory=list)
    elsewhere: bool = False
    unread: bool = False

    @property
    def ticks(self) -> int:
        """How long all samples last."""
        return sum(map(mul, self.run_counts, self.run_steps))

    def ticks_before(self, sample: int) -> int:
        """How long the samples before this one last."""
        ticks = 0
        for count, step in zip(self.run_counts, self.run_steps, strict=True):
            ticks += min(count, sample) * step
            sample -= min(count, sample)
        return ticks

    def first_sample_past(self, end: int) -> int | None:
        """The first sample, in the order in which they are heard, that is not all before byte ``end``."""
        if self.chunks is None:
            return None
        sample = 0
        for offset, length, count in zip(
            self.chunks.offsets, self.chunks.lengths, self.chunks.counts, strict=True
        ):
            if offset + length > end:
                return sample + self._whole_before(sample, count, end - offset)
            sample += count
        return None

    def _whole_before(self, sample: int, count: int, room: int) -> int:
        if self.size:
            return min(max(room, 0) // self.size, count)
        whole = 0
        for size in self.sizes[sample : sample + count]:
            room -= size
            if room < 0:
                break
            whole += 1
        return whole


class TableReader:
    """Reads tables until :data:`MOST_TABLE_BYTES` are used up."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._left = MOST_TABLE_BYTES
        self._chunks_left = MOST_CHUNKS

    def track(self, trak: Element) -> SampleTable:
        """What is known of a sound track."""
        window, table = self._window, SampleTable()
        self._read_header(trak, table)
        information = child(window, trak.payload, trak.end, b"mdia", b"minf")
        if information is None:
            table.faults.append(Fault("a sound track has no tables", trak.offset))
            return table
        table.elsewhere = self._is_elsewhere(information)
        samples = child(window, information.payload, information.end, b"stbl")
        if samples is None:
            table.faults.append(Fault("a sound track has no tables", trak.offset))
        elif not table.elsewhere:
            self._read_times(samples, table)
            self._read_sizes(samples, table)
            self._read_chunks(samples, table)
        return table

    def _read_header(self, trak: Element, table: SampleTable) -> None:
        header = child(self._window, trak.payload, trak.end, b"mdia", b"mdhd")
        data = b"" if header is None else self._window.read(header.payload, min(header.size, 32))
        form = ">20xIQ" if data[:1] == b"\1" else ">12xII"
        if len(data) >= struct.calcsize(form):
            table.scale, stated = struct.unpack_from(form, data)
            unknown = (1 << (64 if data[0] else 32)) - 1
            table.stated = 0 if stated == unknown else stated

    def _is_elsewhere(self, information: Element) -> bool:
        """Whether the first data reference, as nearly all tracks have but one, names another file."""
        references = child(self._window, information.payload, information.end, b"dinf", b"dref")
        if references is None:
            return False
        first = self._window.read(references.payload + 8, 12)
        return len(first) == 12 and not first[11] & _SELF_CONTAINED

    def _numbers(
        self, table: SampleTable, box: Element, skipped: int, count: int, code: str
    ) -> array[int] | None:
        """``count`` big-endian numbers; ``None`` with a fault where the box has not so many, or they are too many."""
        found = array(code)
        size = count * found.itemsize
        if size > box.claimed - box.payload - skipped:
            table.faults.append(Fault("a table is shorter than it says", box.offset))
            return None
        if size > self._left:
            table.unread = True
            return None
        self._left -= size
        at, end = box.payload + skipped, box.payload + skipped + size
        while at < end:
            piece = self._window.read(at, min(MAX_READ, end - at))
            if not piece or len(piece) % found.itemsize:
                table.faults.append(Fault("a table is cut short", box.offset))
                return None
            found.frombytes(piece)
            at += len(piece)
        if sys.byteorder == "little":
            found.byteswap()
        return found

    def _number(self, at: int) -> int:
        return int.from_bytes(self._window.read(at, 4), "big")

    def _table(self, table: SampleTable, samples: Element, *names: bytes) -> Element | None:
        for name in names:
            box = child(self._window, samples.payload, samples.end, name)
            if box is not None:
                return box
        table.faults.append(Fault("a sound track lacks one of its tables", samples.offset))
        return None

    def _read_times(self, samples: Element, table: SampleTable) -> None:
        box = self._table(table, samples, b"stts")
        if box is None:
            return
        numbers = self._numbers(table, box, 8, 2 * self._number(box.payload + 4), "I")
        if numbers is not None:
            table.run_counts, table.run_steps = numbers[::2], numbers[1::2]

    def _read_sizes(self, samples: Element, table: SampleTable) -> None:
        box = self._table(table, samples, *_SIZE_TABLES)
        if box is None:
            return
        table.count = self._number(box.payload + 8)
        if box.id == b"stz2":
            table.sizes = self._narrow_sizes(box, table)
        else:
            table.size = self._number(box.payload + 4)
            if not table.size:
                table.sizes = self._numbers(table, box, 12, table.count, "I") or ()
        if table.run_counts and sum(table.run_counts) != table.count:
            table.faults.append(Fault("the tables of times and of sizes count differently", box.offset))

    def _narrow_sizes(self, box: Element, table: SampleTable) -> Sequence[int]:
        """Sizes of 4, 8 or 16 bits."""
        width = self._window.read(box.payload + 7, 1)
        if width == b"\x10":
            return self._numbers(table, box, 12, table.count, "H") or ()
        if width == b"\x08":
            return self._numbers(table, box, 12, table.count, "B") or ()
        if width != b"\x04":
            table.faults.append(Fault("a table of sizes has fields of no known width", box.offset))
            return ()
        pairs = self._numbers(table, box, 12, (table.count + 1) // 2, "B")
        if pairs is None:
            return ()
        sizes = bytearray(2 * len(pairs))
        sizes[::2], sizes[1::2] = pairs.tobytes().translate(_HIGH_HALF), pairs.tobytes().translate(_LOW_HALF)
        return sizes[: table.count]

    def _read_chunks(self, samples: Element, table: SampleTable) -> None:
        runs_box = self._table(table, samples, b"stsc")
        box = self._table(table, samples, b"stco", b"co64")
        if runs_box is None or box is None or (table.count and not table.size and not table.sizes):
            return
        runs = self._numbers(table, runs_box, 8, 3 * self._number(runs_box.payload + 4), "I")
        chunks = self._number(box.payload + 4)
        if chunks > self._chunks_left:
            table.unread = True
            return
        self._chunks_left -= chunks
        offsets = self._numbers(table, box, 8, chunks, "Q" if box.id == b"co64" else "I")
        if runs is None or offsets is None:
            return
        counts = list(_samples_of_chunks(runs[::3], runs[1::3], len(offsets)))
        if len(counts) != len(offsets) or sum(counts) != table.count:
            table.faults.append(Fault("the tables of chunks and of sizes count differently", box.offset))
            return
        lengths = self._lengths(samples, table, counts)
        if lengths is not None:
            table.chunks = Chunks(offsets, lengths, counts)

    def _lengths(self, samples: Element, table: SampleTable, counts: list[int]) -> list[int] | None:
        if table.size == 1:
            unit = self._unit(samples)
            if unit is None:
                return None
            each, size = unit
            return [-(-count // each) * size for count in counts]
        if table.size:
            return [count * table.size for count in counts]
        lengths, sample = [], 0
        for count in counts:
            lengths.append(sum(table.sizes[sample : sample + count]))
            sample += count
        return lengths

    def _unit(self, samples: Element) -> tuple[int, int] | None:
        """Samples and bytes of the smallest part of sound that QuickTime gives 1 as size; ``None`` where not known.

        QuickTime File Format, "Sound sample description": version 1 states both; plain PCM follows from its fields.
        """
        description = child(self._window, samples.payload, samples.end, b"stsd")
        if description is None:
            return None
        entry = self._window.read(description.payload + 16, _SOUND_FIXED + 16)
        if len(entry) < _SOUND_FIXED + 16:
            return None
        name = self._window.read(description.payload + 12, 4)
        version, channels, bits = struct.unpack_from(">8xH6xHH", entry)
        if version == 1:
            each, _, size = struct.unpack_from(">III", entry, _SOUND_FIXED)
            return (each, size) if each and size else None
        if name in _LAWS and channels:
            return 1, channels
        return (1, channels * bits // 8) if name in _PCM and channels * bits >= 8 else None


def _samples_of_chunks(firsts: Sequence[int], counts: Sequence[int], chunks: int) -> Iterator[int]:
    """Samples of each chunk, as runs of chunks state them; fewer or none where the runs make no sense."""
    if not firsts or firsts[0] != 1:
        return
    for (first, after), count in zip(pairwise([*firsts, chunks + 1]), counts, strict=True):
        if not first <= after <= chunks + 1:
            return
        for _ in range(first, after):
            yield count
