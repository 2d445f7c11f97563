"""The query language: what a person types, as values, and as what SQLite is asked."""
