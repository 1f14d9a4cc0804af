"""Images and what the networks see of them."""

from vae_engine.data.mnist import Images, load, observe_fixed

__all__ = ["Images", "load", "observe_fixed"]
