"""The store: where finished bags stand, and the place in it where unfinished ones are built, locked and trusted by nobody."""
