"""The experiment `bound-estimators`."""
