"""Says whether bags are complete and valid; reads only."""
