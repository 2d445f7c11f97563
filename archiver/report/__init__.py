"""Pages for people, made from a bag's records: the collection to look at, and a receipt to print and sign."""
