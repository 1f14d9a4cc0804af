"""Explore: two maps side by side."""
