"""Albums looked at as albums: what is worth a second look, from what the tags and headers of their files say.

Pure functions from the entries of a scan to notes. A note is never a reproach: where an arrangement is one that
collectors use on purpose, nothing is said.
"""
