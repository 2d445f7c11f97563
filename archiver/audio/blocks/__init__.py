"""Every tag block of a file, frame by frame, with where each stands: the raw index behind the canonical tags.

The walkers here read headers and small payloads only, within fixed bounds, and never raise for what a file
says. :func:`archiver.audio.blocks.read.read_blocks` is the way in.
"""
