"""Models: every bundled model."""
