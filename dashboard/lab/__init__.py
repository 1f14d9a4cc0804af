"""Lab: the experiments of the lectures."""
