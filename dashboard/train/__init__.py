"""Train: a new run, and the run as it trains."""
