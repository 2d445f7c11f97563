"""From declarations, evidence and a policy to the decision on one file."""
