"""Verifying bags, with damage told by album."""
