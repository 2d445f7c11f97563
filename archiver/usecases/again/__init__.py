"""Packing a collection again: what is known of it from the last time, what changed since, and what is kept for the next."""
