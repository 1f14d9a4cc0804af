"""The experiment `collapse`."""
