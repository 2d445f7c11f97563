"""Why a decision is as it is, what would change it, and when it does."""
