"""Ways to run one function over many items: in turn, in threads, or in worker processes.

Every executor gives outcomes in the order of the items, holds only a bounded window of them, and ends its
workers when the ``with`` block ends, also when that is by an exception or Ctrl-C.
"""
