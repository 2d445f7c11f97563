"""Finding copies of the same music; nothing is ever changed or deleted."""
