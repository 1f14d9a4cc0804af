"""The experiment `autoencoders`."""
