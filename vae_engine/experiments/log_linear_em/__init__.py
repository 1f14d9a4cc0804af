"""The experiment `log-linear-em`."""
