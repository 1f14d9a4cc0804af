"""A model in torch: networks, likelihoods, objectives."""
