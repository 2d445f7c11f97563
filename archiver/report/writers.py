"""The pages as records of a bag: fed with every entry as it passes, written when all is known."""

from __future__ import annotations

from archiver.model.package import PackEntry, withheld_file
from archiver.records.writing import Closing, Opening
from archiver.report.counts import Counts
from archiver.report.facts import facts_at_closing
from archiver.report.pages import PagesOfBag, Site
from archiver.report.receipt import receipt
from archiver.report.receipt_page import receipt_page
from archiver.report.row import RowMaker

INDEX_PAGE = "metadata/index.html"
FURTHER_PAGES = "metadata/pages"
FIRST_FURTHER = f"{FURTHER_PAGES}/0001.html"


RECEIPT_PAGE = "metadata/receipt.html"


class IndexWriter:
    """Writes ``metadata/index.html``, and pages in ``metadata/pages`` where there are many tracks."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(INDEX_PAGE)
        self._anonymous = opening.context.anonymous_withheld
        self._rows = RowMaker()
        self._pages = PagesOfBag()
        lent = opening.lent_file
        self._site = Site(
            to_bag="../",
            first="../index.html",
            further="pages",
            new=lambda name: lent(f"{FURTHER_PAGES}/{name}"),
            covers=opening.covers,
        )

    def add(self, entry: PackEntry) -> None:
        """Keep what the pages say of a file."""
        if self._anonymous and withheld_file(entry) is not None:
            return
        row = self._rows.row(entry)
        if row is not None:
            self._pages.add(row)

    def finish(self, closing: Closing) -> None:
        """Write the pages."""
        self._pages.write(facts_at_closing(closing), self._stream, self._site)


class ReceiptWriter:
    """Writes ``metadata/receipt.html``: one page to print and sign."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(RECEIPT_PAGE)
        self._anonymous = opening.context.anonymous_withheld
        self._rows = RowMaker()
        self._counts = Counts()

    def add(self, entry: PackEntry) -> None:
        """Count a file."""
        if self._anonymous and withheld_file(entry) is not None:
            return
        row = self._rows.row(entry)
        if row is not None:
            self._counts.add(row)

    def finish(self, closing: Closing) -> None:
        """Write the page."""
        told = receipt(facts_at_closing(closing), self._counts, len(closing.bag.totals.albums), None)
        self._stream.write(receipt_page(told).encode("utf-8", "backslashreplace"))
