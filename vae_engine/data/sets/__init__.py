"""Published data sets by name: what they are, where they can be had, and how their files are fetched. No images are read here."""
