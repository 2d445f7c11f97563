"""A rights-aware personal music library archiver: scans, assesses and packs local music into BagIt bags."""
