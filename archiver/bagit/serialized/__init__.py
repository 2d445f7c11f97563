"""Serialized bags: a bag in one tar, tar.gz or zip file, read in a stream without unpacking, and written (BagIt 0.97 §4).

:class:`archiver.bagit.serialized.archive_bag.ArchiveBag` is the way in for reading,
:func:`archiver.bagit.serialized.writer.serialize` for writing.
"""
