"""BagIt Profiles: what a recipient requires of a bag, read from JSON and held against a plan or a finished bag.

:func:`archiver.bagit.profiles.load.load_profile` reads one, :mod:`archiver.bagit.profiles.check` judges by it. The
profiles beside this file are bundled; their facts are the publishers'.
"""
