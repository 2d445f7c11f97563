"""Changes to the tag files of a finished bag, safely: verified in full before, staged, and carried out or not at all.

:mod:`archiver.bagit.updating.update` is the way in.
"""
