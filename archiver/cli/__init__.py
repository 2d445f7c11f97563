"""What a person types and sees: the only door to click and rich."""
