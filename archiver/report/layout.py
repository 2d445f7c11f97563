"""Everything that is written into ``metadata/``: the records, and the pages that are made from the same entries."""

from __future__ import annotations

from archiver.records.layout import RECORDS, RecordKind
from archiver.report.writers import INDEX_PAGE, RECEIPT_PAGE, IndexWriter, ReceiptWriter

PAGES = (
    RecordKind(INDEX_PAGE, "open it in a browser: albums, covers, tracks, rights", IndexWriter),
    RecordKind(RECEIPT_PAGE, "a receipt, one page to print and sign", ReceiptWriter),
)

WRITTEN = (*PAGES, *RECORDS)
"""Every record and page but the record of rights, which others refer to and which is opened before them."""
