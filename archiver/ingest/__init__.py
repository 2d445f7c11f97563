"""The stages a file passes through: scan, examine, assess, plan, copy."""
