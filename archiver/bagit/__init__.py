"""RFC 8493 and nothing else: reads, validates and writes bags; knows no music."""
