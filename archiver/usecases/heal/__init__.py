"""Healing a bag: what is damaged or missing in it is made whole of copies, of parts of copies, or of recovery data."""
