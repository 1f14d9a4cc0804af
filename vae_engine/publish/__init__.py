"""From runs to a bundled model, and the table of all of them."""
