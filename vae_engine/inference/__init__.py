"""Exact inference over a latent plane: log p(x), p(z|x), and the gap to what an encoder says."""
