"""Everything that is written into ``metadata/``: the records, and the pages that are made from the same entries."""

from __future__ import annotations

from archiver.records.layout import RECORDS, RecordKind
from archiver.report.writers import INDEX_PAGE, IndexWriter

PAGES = (RecordKind(INDEX_PAGE, "open it in a browser: albums, covers, tracks, rights", IndexWriter),)

WRITTEN = (*PAGES, *RECORDS)
"""Every record and page but the record of rights, which others refer to and which is opened before them."""
