"""The descriptions a bag carries about its payload: files, events, rights, and a page for people."""
