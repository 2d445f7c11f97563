"""How text, tables and progress reach a terminal."""
