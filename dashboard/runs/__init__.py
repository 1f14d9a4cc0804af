"""Runs: a notebook of models and runs."""
