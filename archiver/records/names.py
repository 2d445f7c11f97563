"""Where each record lies in a bag: its path below the bag's top."""

from __future__ import annotations

from archiver.records.codec import LineLimits

README = "metadata/README.txt"
FILES_RECORD = "metadata/files.jsonl"
FILES_LIMITS = LineLimits(bytes=4 << 20, brackets=50_000, commas=200_000)
"""What a line of it, which is about one file, may hold."""
TABLE_RECORD = "metadata/files.csv"
EMPTY_FOLDERS_RECORD = "metadata/empty-folders.txt"
TREE_RECORD = "metadata/tree.jsonl"
STATE_RECORD = "metadata/state.jsonl"
EVENTS_RECORD = "metadata/events.jsonl"
ACCRUAL_RECORD = "metadata/accrual.csv"
DERIVATION_RECORD = "metadata/derivation.jsonl"
PREMIS_RECORD = "metadata/premis.xml"

RIGHTS_RECORD = "metadata/rights/rights.jsonl"
RIGHTS_README = "metadata/rights/README.txt"
ROWS_RECORD = "metadata/rights.csv"
USAGE_RECORD = "metadata/rights/ai-usage.txt"
RESERVATIONS_RECORD = "metadata/rights/tdmrep.json"
ASSERTIONS_RECORD = "metadata/rights/training-mining.json"

DUBLIN_CORE_RECORD = "metadata/metadata.csv"
EAD_RECORD = "metadata/ead.xml"
METS_RECORD = "metadata/mets.xml"
MODS_RECORD = "metadata/mods.xml"
CRATE_RECORD = "ro-crate-metadata.json"
