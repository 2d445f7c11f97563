"""The values that flow from stage to stage: frozen, picklable, free of I/O, standard library only."""
