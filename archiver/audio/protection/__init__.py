"""Technical protection measures, seen in headers without decoding anything.

Nothing here reads, holds or derives a key, and nothing can take a protection away; a test of the whole
program proves it.
"""
