"""What tags say, in one set of names whatever the format."""
