"""Descriptions for catalogues and repositories, made from what the records hold; each is asked for by its name."""
