"""What bags say of a source at a time: which bags there are, which make up an accession, what each of them tells."""
