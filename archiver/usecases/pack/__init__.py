"""Packing, from a request to finished bags."""
