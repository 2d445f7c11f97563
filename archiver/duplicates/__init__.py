"""Copies of the same music: in which way two files are alike, which of them is the best one, and why.

Pure functions over small values; nothing is read here, and nothing anywhere is ever deleted.
"""
