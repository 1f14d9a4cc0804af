"""A model as data: its settings, its layers, its files, and what numpy can do with it. No torch."""
