"""The papers of a rip, parsed: logs, cue sheets, playlists, lists of checksums. From text to values; no file is opened."""
