"""What the commands print: reports to read, and their JSON."""
