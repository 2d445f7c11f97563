"""A small picture of the cover that stands in a file's tags, for pages that would else have none to show."""
