"""Reads music through, once, from first byte to last: its digest apart from the tags, and whether it is whole.

A family of formats has a module: a function from a :class:`~archiver.audio.properties.stretch.Stretch` to a
:class:`~archiver.model.sound.Bitstream`, which its row in the table of kinds names and which reads headers only; and
a walk (:class:`archiver.audio.bitstream.walk.Walk`), which is given the music's bytes as they pass.
"""
