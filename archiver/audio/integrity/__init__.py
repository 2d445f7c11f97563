"""Whether a file's audio is all there."""
