"""Models that are in memory as somebody's own torch modules, taken in as ours."""
