"""Making second copies of bags in other stores."""
