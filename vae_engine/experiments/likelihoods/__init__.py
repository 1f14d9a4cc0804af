"""The experiment `likelihoods`."""
