"""The catalogue: an index over bags, which are the truth; the only door to SQLite."""
