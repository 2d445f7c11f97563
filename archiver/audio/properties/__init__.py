"""The technical properties of audio by its own headers: codec, duration, rate, channels, depth, losslessness.

:func:`archiver.audio.properties.read.read_properties` is the way in. mutagen decodes most of them, through the
class for the very kind and never through a guess; tags are not read here.
"""
