"""When protection has ended, by the table of terms."""
