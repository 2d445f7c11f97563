"""Gives back what bags hold, as it was: names, bytes, times, permission bits, empty folders and links."""
