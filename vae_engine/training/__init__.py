"""Training as an iterator of events, and its algorithms."""
