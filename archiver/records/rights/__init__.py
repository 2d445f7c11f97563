"""The records of rights: what was decided on each file, for machines, tables and readers."""
