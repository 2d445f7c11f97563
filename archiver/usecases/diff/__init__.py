"""Compares what two bags, accessions or folders hold: what is new, gone, moved, retagged, changed, or may be damaged."""
