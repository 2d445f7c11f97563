"""Ogg, whatever it holds (RFC 3533): every page by its CRC-32, every stream by its page numbers.

A page that fails is passed over, and the next one that holds is looked for within it and after it.
"""

from __future__ import annotations

import re
import struct

from fastcrc import crc32

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.ogg_streams import Chain, Page
from archiver.audio.blocks.ogg import ogg_page
from archiver.audio.properties.ogg import identified
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Sound

CHECKED = ("ogg-page-crc32", "ogg-page-sequence", "ogg-granule-positions", "ogg-stream-ends")

_CAPTURE = b"OggS"
_CAPTURED = re.compile(_CAPTURE)
_LONGEST_PAGE = 27 + 255 + 255 * 255 + len(_CAPTURE)
_HEAD = struct.Struct("<5sBqIIIB")
_NO_CRC = bytes(4)
_TURNED = 0xFFFF_FFFF
_MAX_BEGINNINGS = 64
_LONGEST_IDENTIFICATION = 4096
_SPARE = 4 << 20


def ogg_stream(stretch: Stretch) -> Bitstream:
    """The whole stretch, and the rate of the first known stream of sound."""
    at, window = stretch.start, stretch.window
    given = {}
    for _ in range(_MAX_BEGINNINGS):
        page = ogg_page(window, at)
        if page is None or not page.flags & 2:
            break
        found = identified(window.read(page.body, min(page.end - page.body, _LONGEST_IDENTIFICATION)))
        if found is not None and found.rate > 0:
            given = {"rate": found.rate}
            break
        at = page.end
    return Bitstream("ogg", stretch.start, stretch.end, given)


class OggWalk:
    """Goes from page to page."""

    def __init__(self, stream: Bitstream) -> None:
        rate = int(stream.given.get("rate", 0))
        self._damages = Damages(rate or None)
        self._chain = Chain(self._damages, rate)
        self._held = bytearray()
        self._need = _HEAD.size
        self._offset = stream.start
        self._foreign: int | None = None
        self._searching = False
        self._spent = 0
        self._spare = _SPARE
        self._trailing = 0

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._spare += len(piece)
        begin = self._bridge(piece) if self._held else 0
        if not self._held:
            done = self._walk(piece[begin:], final=False)
            self._held += piece[begin + done :]

    def _bridge(self, piece: memoryview) -> int:
        """Go on with the page that began in an earlier piece; returns where in this one the next begins.

        So no more is copied than a page. Only where a page fails, more may have to be.
        """
        known, taken = len(self._held), min(len(piece), _LONGEST_PAGE)
        self._held += piece[:taken]
        if len(self._held) >= self._need:
            done = self._walk_held(final=False)
            if done >= known:
                self._held.clear()
                return done - known
        if taken < len(piece):
            self._held += piece[taken:]
            self._walk_held(final=False)
        return len(piece)

    def _walk_held(self, *, final: bool) -> int:
        with memoryview(self._held) as view:
            done = self._walk(view, final=final)
        del self._held[:done]
        return done

    def finish(self) -> Sound:
        """Return the digest of all packets without the comments, and whether every page held."""
        self._walk_held(final=True)
        self._chain.close(self._offset)
        essence = self._chain.essence()
        detail = None
        if self._trailing:
            detail = f"{self._trailing:,} bytes after the last page belong to no page"
        elif self._chain.too_many:
            detail = "more streams begin together than are followed"
        proved = essence is not None and detail is None
        return Sound(essence, self._damages.verdict(CHECKED, proved=proved, detail=detail))

    def _walk(self, view: memoryview, *, final: bool) -> int:
        done = self._pages(view, final=final)
        self._chain.flush()
        self._offset += done
        return done

    def _pages(self, view: memoryview, *, final: bool) -> int:
        """Go through the pages of ``view`` and return where the first one begins that is not all there."""
        at, size = 0, len(view)
        while True:
            head = at + _HEAD.size
            if head > size:
                self._need = _HEAD.size
                after = self._at_end(view, at, None) if final else None
                if after is None:
                    return size if final else at
                at = after
                continue
            capture, flags, granule, serial, number, crc, segments = _HEAD.unpack_from(view, at)
            if capture != b"OggS\0":
                at = self._search(view, at, final=final)
                continue
            begin = head + segments
            lacing = bytes(view[head:begin])
            end = begin + sum(lacing)
            page = Page(self._offset + at, flags, granule, serial, number, lacing, view[begin:end])
            if end > size:
                self._need = end - at if begin <= size else begin - at
                after = self._at_end(view, at, page) if final else None
                if after is None:
                    return size if final else at
                at = after
            elif crc == _page_crc(view, at, begin, end):
                if self._foreign is not None or self._searching:
                    self._found()
                self._chain.take(page)
                at = end
            elif end + len(_CAPTURE) > size and not final:
                self._need = end + len(_CAPTURE) - at
                return at
            else:
                at = self._mistrust(view, page, end, final=final)

    def _found(self) -> None:
        """Say of bytes before a page that held that they belong to none."""
        if self._foreign is not None:
            self._chain.miss_bytes("bytes belong to no page", self._foreign)
        self._foreign = None
        self._searching = False

    def _search(self, view: memoryview, at: int, *, final: bool) -> int:
        """Where the next page may begin, after ``at``, where none does."""
        if self._foreign is None and not self._searching:
            self._foreign = self._offset + at
        found = _CAPTURED.search(view, at + 1)
        if found is not None:
            return found.start()
        return len(view) if final else max(at + 1, len(view) - len(_CAPTURE) + 1)

    def _mistrust(self, view: memoryview, page: Page, end: int, *, final: bool) -> int:
        """Pass over a page that fails its CRC; where the next may begin.

        That is its own end, if a page begins there, or if what was tested in vain is more than a share of the file.
        """
        self._found()
        self._chain.miss("a page fails its CRC-32", page)
        at = page.offset - self._offset
        self._spent += end - at
        rest = bytes(view[end : end + len(_CAPTURE)])
        if rest == _CAPTURE or not rest or self._spent > self._spare:
            return end
        self._searching = True
        return self._search(view, at, final=final)

    def _at_end(self, view: memoryview, at: int, page: Page | None) -> int | None:
        """What becomes of the last bytes, which are no whole page: where a page begins in them after all, or ``None``."""
        if at == len(view):
            self._end_foreign(at)
            return None
        after = _CAPTURED.search(view, at + 1)
        is_page = _CAPTURE.startswith(bytes(view[at : at + len(_CAPTURE)]))
        if after is not None:
            if page is not None:
                self._found()
                self._chain.miss("a page fails its CRC-32", page)
                self._searching = True
            return after.start()
        if is_page:
            self._found()
            self._chain.cut(page, self._offset + at)
        else:
            if self._foreign is None and not self._searching:
                self._foreign = self._offset + at
            self._end_foreign(len(view))
        return None

    def _end_foreign(self, size: int) -> None:
        """Say of bytes at the end that they belong to no page: they matter where music may have been there."""
        if self._foreign is None:
            return
        if self._chain.ended:
            self._trailing = self._offset + size - self._foreign
        else:
            self._chain.miss_bytes("bytes belong to no page", self._foreign)


def _page_crc(view: memoryview, at: int, begin: int, end: int) -> int:
    """CRC-32 of the page from ``at`` to ``end``, counted as if the field that states it were zero."""
    head = b"".join((view[at : at + 22], _NO_CRC, view[at + 26 : begin]))
    return crc32.cksum(view[begin:end], crc32.cksum(head)) ^ _TURNED
