"""The experiment `posterior-spread`."""
