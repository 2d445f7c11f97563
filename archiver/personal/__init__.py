"""Personal data in text: where it stands, and how a text reads without it."""
