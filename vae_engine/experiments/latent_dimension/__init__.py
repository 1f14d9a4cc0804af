"""The experiment `latent-dimension`."""
