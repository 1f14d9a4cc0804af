"""The experiment `gradient-estimators`."""
