"""Serialized bags: a bag in one tar, tar.gz or zip file, read in a stream without unpacking, and written (BagIt 0.97 §4).

:func:`archiver.bagit.serialized.validation.open_serialized` is the way in for reading,
:func:`archiver.bagit.serialized.writer.serialize` for writing.
"""
