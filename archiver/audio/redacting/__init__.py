"""Takes the tags of a copy away and writes plain ones anew; what it was made from is never opened for writing."""
