"""Images and what the networks see of them."""
