"""The experiment `wake-sleep`."""
