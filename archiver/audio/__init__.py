"""What the bytes of a file say: format, tags, properties, protection; the only door to mutagen and pygfried."""
