"""Taking out of a bag what may be used for one purpose, as a bag of its own."""
