"""How files are built: from part to part through a container, by the parts' own sizes, with no sense of what they hold."""
