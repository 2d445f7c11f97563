"""RFC 8493 and nothing else: reads, validates and writes bags; knows no music.

The ways in are :func:`archiver.bagit.validate.validate` and the modules that ``docs/reference/bagit-library.md`` names.
"""
