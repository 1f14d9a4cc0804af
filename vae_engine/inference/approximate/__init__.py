"""Ways to the posterior that do without two dimensions, for these to judge: samplers, annealing, Gaussians fitted."""
