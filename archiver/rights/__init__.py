"""Evidence, declarations, terms, policies and the decision: pure functions over model values."""
