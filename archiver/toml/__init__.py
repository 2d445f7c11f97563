"""TOML files that people write: read so that every fault is found at once and pointed at."""
