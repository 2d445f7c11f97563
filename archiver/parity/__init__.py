"""Recovery data in the form of PAR2: made and used by an independent program, in sets of the size of an album.

What a set says is never believed: whoever asks for a file compares its digest.
"""
