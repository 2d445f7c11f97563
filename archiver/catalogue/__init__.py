"""The catalogue: one SQLite file that says which bags there are, where their copies lie and what is in them.

It is an index over bags and can be made anew from them at any time. This room is the only door to SQLite.
"""
