"""What every other folder stands on: errors, files, locks. Knows nothing of models."""
